//! Consent lists out of spreadsheets: workbooks made here, and what LibreOffice itself makes of a starter list.

mod common;

use common::office::libre_office;
use common::workbook::Cell::{Blank, Bool, Date, Number, Text};
use common::workbook::{Cell, archive, workbook};
use common::{Run, folder, promotion, run};
use std::path::{Path, PathBuf};

fn mail() -> String {
    let of = |from: &'static str, host: &'static str| {
        (1..=28).map(move |day| promotion(day, from, &format!("m{day}@{host}")))
    };
    of("Shop <news@shop.example>", "shop.example")
        .chain(of("Café <hi@cafe.example>", "cafe.example"))
        .collect()
}

const HEADER: &[Cell<'_>] = &[Text("Sender"), Text("Customer"), Text("Event"), Text("Date"), Text("note")];

fn check(list: &[u8]) -> Run {
    let here = folder(&[("a.mbox", mail().as_bytes()), ("list.xlsx", list)]);
    run(here.path(), ["check", "a.mbox", "--consent", "list.xlsx", "--timezone", "Europe/Berlin"])
}

fn row<'a>(told: &'a Run, sender: &str) -> &'a str {
    told.out.lines().find(|line| line.contains(sender)).unwrap_or_else(|| panic!("{}{}", told.out, told.err))
}

#[test]
fn a_workbook_is_read_with_its_dates_numbers_and_booleans() {
    let rows: &[&[Cell<'_>]] = &[
        &[],
        HEADER,
        &[Text("shop.example"), Text("*"), Text("not ticked"), Date(46_000.0), Number(12.5)],
        &[Blank, Blank, Blank, Blank, Text(" ")],
        &[Text("cafe.example"), Text("robin@home.example"), Bool(true), Date(46_000.604_166_666_7)],
        &[Text("cafe.example"), Text("*"), Number(1.0), Text("27.02.2025")],
    ];
    let told = check(&workbook(&[rows], false));
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(row(&told, "shop.example").contains(",refused,2025-12-09,list.xlsx:3,"), "{}", told.out);
    assert!(row(&told, "cafe.example").contains(",granted,2025-12-09,list.xlsx:5,"), "{}", told.out);
    assert!(told.err.contains("3 of 3 rows of the consent list matched mail"), "{}", told.err);
}

#[test]
fn days_counted_since_1904_are_the_same_days() {
    let rows: &[&[Cell<'_>]] =
        &[HEADER, &[Text("shop.example"), Text("*"), Text("no"), Date(46_000.0 - 1_462.0)]];
    let told = check(&workbook(&[rows], true));
    assert!(row(&told, "shop.example").contains(",refused,2025-12-09,"), "{}{}", told.out, told.err);
}

#[test]
fn the_first_sheet_with_the_header_is_read() {
    let cover: &[&[Cell<'_>]] = &[&[Text("Consent list of the shop")], &[Text("made in 2025")]];
    let list: &[&[Cell<'_>]] = &[HEADER, &[Text("shop.example"), Text("*"), Text("yes"), Date(46_000.0)]];
    let told = check(&workbook(&[cover, list, cover], false));
    assert!(row(&told, "shop.example").contains(",granted,"), "{}", told.err);
    let told = check(&workbook(&[cover], false));
    assert!(told.status == 2 && told.err.contains("lacks the columns"), "{}", told.err);
    assert!(told.err.contains("found: `Consent list of the shop`"), "{}", told.err);
    let told = check(&workbook(&[&[]], false));
    assert!(told.status == 2 && told.err.contains("is empty"), "{}", told.err);
}

#[test]
fn a_number_that_is_not_formatted_as_a_date_is_an_error() {
    let rows: &[&[Cell<'_>]] = &[HEADER, &[Text("shop.example"), Text("*"), Text("yes"), Number(46_000.0)]];
    let told = check(&workbook(&[rows], false));
    assert!(told.status == 2 && told.err.contains("line 2: `46000` is a number, not a date"), "{}", told.err);
    assert!(told.err.contains("format the column as a date"), "{}", told.err);
}

#[test]
fn hostile_workbooks_are_refused_and_cost_no_memory() {
    let far = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\">\
        <c r=\"XFD1048576\"><v>1</v></c></row></sheetData></worksheet>";
    let good = workbook(&[&[]], false);
    let parts = |sheet: &str| {
        let mut parts = vec![("xl/worksheets/sheet1.xml".to_string(), sheet.to_string())];
        let mut read = zip::ZipArchive::new(std::io::Cursor::new(&good)).expect("an archive");
        for name in ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"] {
            let text = std::io::read_to_string(read.by_name(name).expect("a member")).expect("text");
            parts.push((name.to_string(), text));
        }
        archive(&parts)
    };
    for list in [
        parts(far),
        parts(&"<row>".repeat(20_000_000)),
        parts("<worksheet><sheetData><row><c t=\"s\"><v>99999</v></c>"),
        good[..good.len() / 2].to_vec(),
        archive(&[]),
    ] {
        let told = check(&list);
        assert!(told.status == 2 && told.err.starts_with("error: `list.xlsx`"), "{}", told.err);
        assert!(!told.err.contains("panicked"), "{}", told.err);
    }
}

/// A starter list of the mail, filled in.
fn filled_in(folder: &Path) -> PathBuf {
    std::fs::write(folder.join("a.mbox"), mail()).expect("a mailbox");
    let told = run(folder, ["check", "a.mbox", "-q", "-o", "before.csv", "--starter-ledger", "starter.csv"]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    let list = std::fs::read_to_string(folder.join("starter.csv")).expect("the starter list");
    let list = list
        .replace(
            "shop.example,robin@home.example,,,,",
            "shop.example,robin@home.example,not ticked,2025-12-27,,",
        )
        .replace(
            "cafe.example,robin@home.example,,,,",
            "cafe.example,robin@home.example,subscribed,2025-12-05 14:30,Grüße für 10 €,",
        );
    std::fs::write(folder.join("starter.csv"), list).expect("the list filled in");
    folder.join("starter.csv")
}

#[test]
fn a_starter_list_opened_and_saved_by_libreoffice_is_read() {
    let here = tempfile::tempdir().expect("a folder");
    let starter = filled_in(here.path());
    let expected = run(here.path(), ["check", "a.mbox", "--consent", "starter.csv"]);
    assert!(row(&expected, "shop.example").contains(",refused,2025-12-27,"), "{}", expected.err);
    assert!(row(&expected, "cafe.example").contains(",granted,2025-12-05,"), "{}", expected.err);
    // Field and text delimiter, character set (76: UTF-8), first line, formats, language, quote all, and whether what
    // looks like a date or number is one, or is written as shown.
    let english = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true";
    let german = "csv:Text - txt - csv (StarCalc):59,34,ANSI,1,,1031,false,true";
    for (locale, format, saved) in [
        ("en-US", english, "starter.csv"),
        ("de-DE", german, "starter.csv"),
        ("de-DE", "xlsx", "starter.xlsx"),
    ] {
        let Some(mut office) = libre_office(here.path(), locale) else {
            eprintln!("skipped: soffice (LibreOffice Calc) is not installed");
            return;
        };
        let folder = here.path().join(format!("{locale}-{saved}"));
        office.args(["--infilter=CSV:44,34,76,1,,0,false,true", "--convert-to", format, "--outdir"]);
        let told = office.arg(&folder).arg(&starter).output().expect("LibreOffice starts");
        let saved = folder.join(saved);
        assert!(saved.exists(), "{}", String::from_utf8_lossy(&told.stderr));
        let told =
            run(here.path(), ["check".as_ref(), "a.mbox".as_ref(), "--consent".as_ref(), saved.as_os_str()]);
        let name = saved.display().to_string();
        assert_eq!(told.out.replace(&name, "starter.csv"), expected.out, "{locale} {format}: {}", told.err);
        assert!(told.err.contains("2 of 2 rows of the consent list matched mail"), "{}", told.err);
    }
}
