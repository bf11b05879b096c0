//! The report as a workbook: its dates are dates, its numbers numbers, its text harmless, and LibreOffice opens it.

mod common;

use calamine::{Data, Reader, Xlsx, open_workbook};
use common::office::libre_office;
use common::outputs::{INPUTS, OUTPUTS, all_inputs, refused, works};
use common::{OLD_REPORT, arguments, cases, daily, folder, promotion, run};
use mailfatigue::report::{COLUMNS, MESSAGE_COLUMNS};
use std::io::Read;
use std::path::Path;

type Rows = Vec<Vec<Data>>;

fn sheet(workbook: &Path, name: &str) -> Rows {
    let mut read: Xlsx<_> = open_workbook(workbook).expect("a workbook");
    let range = read.worksheet_range(name).expect("a sheet");
    range.rows().map(<[Data]>::to_vec).collect()
}

fn sheets(workbook: &Path) -> Vec<String> {
    let read: Xlsx<_> = open_workbook(workbook).expect("a workbook");
    read.sheet_names()
}

/// A value as CSV has it, and whether it is of the type that the column asks for.
fn in_csv(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => panic!("a cell of another type: {other:?}"),
    }
}

/// The text of every member of a workbook.
fn members(workbook: &Path) -> Vec<(String, String)> {
    let mut archive =
        zip::ZipArchive::new(std::fs::File::open(workbook).expect("a file")).expect("an archive");
    (0..archive.len())
        .map(|at| {
            let mut member = archive.by_index(at).expect("a member");
            let mut text = String::new();
            member.read_to_string(&mut text).expect("text");
            (member.name().expect("a name").to_string(), text)
        })
        .collect()
}

/// Asserts that the sheet of the report says what the CSV says, with dates and numbers in their places.
fn says_what_the_csv_says(csv: &str, rows: &Rows) {
    let mut lines = csv::Reader::from_reader(csv.as_bytes());
    let names: Vec<String> = rows[0].iter().map(in_csv).collect();
    assert_eq!(names, COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>());
    let lines: Vec<csv::StringRecord> = lines.records().map(|line| line.expect("a row")).collect();
    assert_eq!(rows.len(), lines.len() + 1);
    for (line, row) in lines.iter().zip(&rows[1..]) {
        for ((expected, cell), name) in line.iter().zip(row).zip(&names) {
            let is_date = expected.len() == 10 && expected.as_bytes()[4] == b'-' && name != "consent_source";
            assert_eq!(is_date, matches!(cell, Data::DateTime(_)), "{name}: {cell:?}");
            match expected.parse::<f64>() {
                Ok(number) => assert_eq!(cell, &Data::Float(number), "{name}"),
                // A cell of a workbook says that it is text, and needs no apostrophe.
                Err(_) => assert_eq!(in_csv(cell), expected.trim_start_matches('\''), "{name}"),
            }
        }
    }
}

#[test]
fn the_sheet_says_what_the_csv_says() {
    let out = tempfile::tempdir().expect("a folder");
    let [workbook, csv] = ["r.xlsx", "r.csv"].map(|name| out.path().join(name).display().to_string());
    for mailbox in cases() {
        let mut given = arguments(&mailbox);
        given.retain(|word| !["--delimiter", ";", "--raw"].contains(&word.as_str()));
        given.extend(["-q", "-o", &csv, "--xlsx", &workbook].map(str::to_string));
        let told = run(mailbox.parent().expect("a folder"), given);
        assert_eq!((told.status, told.err.as_str()), (0, ""));
        let text = std::fs::read_to_string(&csv).expect("the CSV");
        says_what_the_csv_says(&text, &sheet(Path::new(&workbook), "Report"));
        assert_eq!(sheets(Path::new(&workbook)), ["Report", "Columns"]);
    }
}

#[test]
fn messages_and_the_meanings_of_columns_have_sheets() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let check = ["check", "a.mbox", "-q", "-o", "r.csv", "--messages", "m.csv", "--xlsx", "r.xlsx"];
    works(here.path(), &check);
    let workbook = here.path().join("r.xlsx");
    assert_eq!(sheets(&workbook), ["Report", "Messages", "Columns"]);
    let messages = sheet(&workbook, "Messages");
    assert_eq!(messages.len(), 29);
    assert!(matches!(messages[1][2], Data::DateTime(_)) && matches!(messages[1][12], Data::Float(_)));
    let Data::DateTime(time) = messages[1][3] else { panic!("{:?}", messages[1][3]) };
    assert_eq!(time.to_ymd_hms_milli(), (2026, 1, 1, 8, 0, 0, 0));
    let meanings = sheet(&workbook, "Columns");
    let named: Vec<String> = meanings.iter().map(|row| in_csv(&row[1])).collect();
    let columns = COLUMNS.iter().map(|column| column.name).chain(MESSAGE_COLUMNS.map(|(name, _)| name));
    assert_eq!(named[1..named.len() - 1], columns.collect::<Vec<_>>());
}

#[test]
fn the_header_stays_in_view_has_filters_and_flagged_rows_are_marked() {
    let mail = daily() + &promotion(3, "Rare <hi@rare.example>", "a@rare.example");
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    works(here.path(), &["check", "a.mbox", "-q", "-o", "r.csv", "--xlsx", "r.xlsx"]);
    let members = members(&here.path().join("r.xlsx"));
    let report = &members.iter().find(|(name, _)| name == "xl/worksheets/sheet1.xml").expect("a sheet").1;
    assert!(report.contains("state=\"frozen\"") && report.contains("<autoFilter ref=\"A1:"), "{report}");
    let row = |number: u32| {
        let from = report.find(&format!("<row r=\"{number}\"")).expect("a row");
        let row = report[from..].split("</row>").next().expect("its end");
        row.split(" s=\"").skip(1).filter_map(|cell| cell.split('"').next()).collect::<Vec<_>>()
    };
    assert_eq!(row(2).len(), COLUMNS.len(), "every cell of a flagged row is marked, blank ones too");
    assert!(row(2).iter().all(|style| !row(3).contains(style)));
}

#[test]
fn hostile_text_is_text() {
    let evil = "=HYPERLINK(\"http://x.example\")\u{1b}\u{202e}_x0041_<f>1</f>&amp;\u{fffe}";
    let subject = |text: &str| {
        let words: String = text.bytes().map(|byte| format!("={byte:02X}")).collect();
        format!("=?utf-8?Q?{words}?=")
    };
    let long = format!("+{}", "long ".repeat(10_000));
    let mail = promotion(1, &format!("{} <news@shop.example>", subject(evil)), "=1+1@shop.example")
        + &promotion(2, "Long <news@long.example>", "b@long.example")
            .replace("Subject: Sale", &format!("Subject: Sale {long}"));
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let check = ["check", "a.mbox", "-q", "-o", "r.csv", "--messages", "m.csv", "--xlsx", "r.xlsx"];
    works(here.path(), &check);
    let workbook = here.path().join("r.xlsx");
    let report = sheet(&workbook, "Report");
    let names: Vec<String> = report.iter().map(|row| in_csv(&row[3])).collect();
    let safe = "=HYPERLINK(\"http://x.example\")_x0041_<f>1</f>&amp;";
    assert!(names.contains(&safe.to_string()), "{names:?}");
    let read: Result<Xlsx<_>, _> = open_workbook(&workbook);
    let mut read = read.expect("a workbook");
    for name in sheets(&workbook) {
        let formulas = read.worksheet_formula(&name).expect("a sheet");
        assert!(formulas.used_cells().next().is_none(), "a formula in {name}");
    }
    for (name, text) in members(&workbook) {
        assert!(!text.contains("<f>") && !text.contains("hyperlink") && !text.contains('\u{1b}'), "{name}");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let write = |threads: &str| {
        works(
            here.path(),
            &["check", "a.mbox", "-q", "-o", "r.csv", "--xlsx", "r.xlsx", "--threads", threads],
        );
        std::fs::read(here.path().join("r.xlsx")).expect("the workbook")
    };
    let first = write("1");
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    assert!(first == write("2"), "a zip archive counts time in steps of two seconds");
}

#[test]
fn only_an_earlier_workbook_is_replaced_and_it_is_never_mail() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("r", OLD_REPORT.as_bytes())]);
    let xlsx = |name: &'static str| ["check", ".", "-q", "-o", "o.csv", "--xlsx", name];
    for _ in 0..2 {
        works(here.path(), &xlsx("r.xlsx"));
    }
    let told = run(here.path(), ["check", ".", "-q", "-v", "-o", "o.csv"]);
    assert_eq!(told.err, "no mail: `./r`\nno mail: `./r.xlsx`\n");
    refused(here.path(), &xlsx("r"), &["--xlsx `r`", "is a report, not a workbook"]);
    refused(here.path(), &["check", "r.xlsx"], &["is a workbook of this program, not a mailbox"]);
    refused(here.path(), &["check", "a.mbox", "--consent", "r.xlsx"], &["not a consent list"]);
    // Saved again by another program it is somebody's own.
    let mut bytes = std::fs::read(here.path().join("r.xlsx")).expect("the workbook");
    let at = bytes.windows(10).position(|part| part == b"dc:creator").expect("the mark");
    bytes[at + 11] = b'M';
    std::fs::write(here.path().join("own.xlsx"), bytes).expect("a file");
    let own = ["check", "a.mbox", "-q", "-o", "o.csv", "--xlsx", "own.xlsx"];
    refused(here.path(), &own, &["is not a workbook of this program", "--force"]);
    works(here.path(), &[&own as &[&str], &["--force"]].concat());
}

#[test]
fn it_is_never_written_over_an_input_or_another_output() {
    let (here, run_of_all) = all_inputs();
    for input in INPUTS {
        let arguments = [&run_of_all as &[&str], &["-o", "r.csv", "--force", "--xlsx", input]].concat();
        refused(here.path(), &arguments, &["--xlsx", "is also a", "that is read"]);
    }
    for output in OUTPUTS {
        let arguments = [&run_of_all as &[&str], &["--xlsx", "out", output, "./out", "--force"]].concat();
        refused(here.path(), &arguments, &["is the file into which", "--xlsx", output]);
    }
}

#[test]
fn mistakes_in_its_name_are_named_before_anything_is_read() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("a.xlsx", b"")]);
    std::fs::create_dir(here.path().join("sub")).expect("a folder");
    let check = |name: &'static str| ["check", "missing.mbox", "-o", "r.csv", "--xlsx", name];
    refused(here.path(), &check("sub"), &["is a folder", "write --xlsx sub/report.xlsx"]);
    refused(here.path(), &check("r.xls"), &["an Excel workbook", "write --xlsx r.xlsx"]);
    refused(here.path(), &check("w.csv"), &["ends like the name of CSV", "write --output w.csv"]);
    refused(here.path(), &check("no/r.xlsx"), &["no folder `no`"]);
    refused(here.path(), &["check", "a.mbox", "-o", "r.xlsx"], &["write --xlsx r.xlsx"]);
    refused(here.path(), &["check", "a.mbox", "r.xlsx"], &["did you mean --xlsx r.xlsx?"]);
    refused(here.path(), &["check", "a.mbox", "--xlsx", "-"], &["--xlsx -", "a report goes there too"]);
}

#[cfg(target_os = "linux")]
#[test]
fn at_a_terminal_the_summary_names_the_workbook_and_none_is_shown() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let shown =
        common::terminal::at_terminal(here.path(), 100, &["check", "a.mbox", "--xlsx", "r.xlsx"], None, true);
    assert!(
        shown.lines().iter().any(|line| line.contains("; report in r.xlsx (mailfatigue")),
        "{}",
        shown.raw
    );
}

#[test]
fn a_mailbox_without_marketing_gives_a_header_alone() {
    let letter = "From a Thu Jan  1 08:00:00 2026\nFrom: Kim <kim@home.example>\nTo: robin@home.example\n\
                  Date: Thu, 1 Jan 2026 08:00:00 +0000\nSubject: Sunday\n\nSee you on Sunday.\n";
    let here = folder(&[("a.mbox", letter.as_bytes())]);
    works(here.path(), &["check", "a.mbox", "-q", "-o", "r.csv", "--messages", "m.csv", "--xlsx", "r.xlsx"]);
    assert_eq!(sheet(&here.path().join("r.xlsx"), "Report").len(), 1);
    assert_eq!(sheet(&here.path().join("r.xlsx"), "Messages").len(), 1);
}

#[cfg(unix)]
#[test]
fn where_it_does_not_fit_on_the_disk_nothing_is_replaced_and_nothing_panics() {
    let mail: String = (1..200)
        .map(|n| promotion(n % 28 + 1, &format!("S <n@shop{n}.example>"), &format!("{n}@shop{n}.example")))
        .collect();
    let here = folder(&[("a.mbox", mail.as_bytes()), ("r.csv", OLD_REPORT.as_bytes())]);
    let before = common::tree(here.path());
    // The system refuses longer files, as a full disk would: that of the report still fits, or nothing does.
    for blocks in [400, 1] {
        let line = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$mailfatigue\" check a.mbox -o r.csv --xlsx r.xlsx"
        );
        let told = common::outputs::shell(here.path(), &line);
        assert_eq!(told.status, 2, "{blocks}: {}", told.err);
        assert!(told.err.contains("can't be written") && !told.err.contains("panicked"), "{}", told.err);
        assert!(common::tree(here.path()) == before, "{blocks}");
    }
}

#[test]
fn libreoffice_opens_it_and_finds_dates_and_numbers() {
    let evil = "=?utf-8?Q?=3D1+1?= <news@shop.example>";
    let mail = daily().replace("Shop <news@shop.example>", evil);
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    works(here.path(), &["check", "a.mbox", "-q", "-o", "r.csv", "--messages", "m.csv", "--xlsx", "r.xlsx"]);
    let Some(mut office) = libre_office(here.path(), "de-DE") else {
        eprintln!("skipped: soffice (LibreOffice Calc) is not installed");
        return;
    };
    let told =
        office.args(["--convert-to", "xlsx", "--outdir", "saved", "r.xlsx"]).output().expect("LibreOffice");
    let saved = here.path().join("saved/r.xlsx");
    assert!(saved.exists(), "{}", String::from_utf8_lossy(&told.stderr));
    for name in ["Report", "Messages", "Columns"] {
        let (ours, theirs) = (sheet(&here.path().join("r.xlsx"), name), sheet(&saved, name));
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let kinds = |row: &[Data]| row.iter().map(std::mem::discriminant).collect::<Vec<_>>();
            assert_eq!(kinds(ours), kinds(&theirs[..ours.len()]), "{ours:?}\n{theirs:?}");
            assert_eq!(
                ours.iter().map(in_csv).collect::<Vec<_>>(),
                theirs.iter().map(in_csv).collect::<Vec<_>>()
            );
        }
    }
    assert_eq!(sheet(&saved, "Report")[1][3], Data::String("=1+1".to_string()));
}
