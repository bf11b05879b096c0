//! The consent list to start from: written by one run, filled in by a person, counted by the next.

mod common;

use common::{OLD_REPORT, folder, promotion, run};
use std::path::Path;

fn mail() -> String {
    let shop =
        (1..=28).map(|day| promotion(day, "Shop <news@shop.example>", &format!("m{day}@shop.example")));
    let cafe = (1..=3).map(|day| {
        promotion(day, "Cafe <hello@cafe.example>", &format!("c{day}@cafe.example"))
            .replace("Subject: Sale", "Subject: =1+1; Sale")
    });
    shop.chain(cafe).collect()
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a file")
}

#[test]
fn a_list_is_written_filled_in_and_counted() {
    let here = folder(&[("a.mbox", mail().as_bytes())]);
    let first = run(here.path(), ["check", "a.mbox", "-q", "-o", "r.csv", "--starter-ledger", "list.csv"]);
    assert_eq!((first.status, first.err.as_str()), (0, ""));
    let list = read(here.path(), "list.csv");
    assert_eq!(
        list,
        "sender,customer,event,date,source,note\n\
         shop.example,robin@home.example,,,,Sale: 20% off today only\n\
         cafe.example,robin@home.example,,,,'=1+1; Sale: 20% off today only\n"
    );
    let before = read(here.path(), "r.csv");
    let blank = run(here.path(), ["check", "a.mbox", "-o", "r.csv", "--consent", "list.csv"]);
    assert!(
        blank.status == 0 && blank.err.contains("2 rows of the consent list say nothing"),
        "{}",
        blank.err
    );
    assert_eq!(read(here.path(), "r.csv"), before.replace("; no consent list was given", ""));
    let filled = list
        .replace("shop.example,robin@home.example,,", "shop.example,robin@home.example,granted,2025-12-01");
    std::fs::write(here.path().join("list.csv"), filled).expect("a file");
    let second = run(here.path(), ["check", "a.mbox", "--consent", "list.csv"]);
    assert!(second.status == 0 && second.out.contains("no,daily-consented,shop.example"), "{}", second.out);
    assert!(second.err.contains("0 of 2 senders flagged"), "{}", second.err);
}

#[test]
fn a_list_is_read_back_whatever_its_style_and_its_customers() {
    let nobody =
        mail().replace("Delivered-To: robin@home.example\n", "").replace(" for <robin@home.example>", "");
    let nobody = nobody.replace("To: robin@home.example\n", "");
    let here = folder(&[("a.mbox", mail().as_bytes()), ("nobody.mbox", nobody.as_bytes())]);
    for style in [
        &["--bom"] as &[&str],
        &["--delimiter", ";"],
        &["--delimiter", "tab"],
        &["--delimiter", "|"],
        &["--raw"],
    ] {
        let _ = std::fs::remove_file(here.path().join("list.csv"));
        let first = ["check", "a.mbox", "nobody.mbox", "-q", "-o", "r.csv", "--starter-ledger", "list.csv"];
        assert_eq!(run(here.path(), [&first, style].concat()).status, 0);
        let again = run(here.path(), ["check", "a.mbox", "-o", "r.csv", "--consent", "list.csv"]);
        assert!(
            again.status == 0 && again.err.contains("4 rows of the consent list"),
            "{style:?}: {}",
            again.err
        );
    }
    assert!(read(here.path(), "list.csv").contains("shop.example,*,"));
}

#[test]
fn all_files_are_complete_before_any_is_put_in_place() {
    let here = folder(&[("a.mbox", mail().as_bytes()), ("r.csv", OLD_REPORT.as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "-o", "r.csv", "--starter-ledger", "no/such/list.csv"]);
    assert!(told.status == 2 && told.err.contains("no/such/list.csv"), "{}", told.err);
    assert_eq!(read(here.path(), "r.csv"), OLD_REPORT);
}

#[test]
fn a_list_that_was_filled_in_is_not_replaced() {
    let list = "sender,customer,event,date\nshop.example,*,granted,\n";
    let here = folder(&[("a.mbox", mail().as_bytes()), ("list.csv", list.as_bytes())]);
    let told =
        run(here.path(), ["check", "a.mbox", "--consent", "list.csv", "--starter-ledger", "./list.csv"]);
    assert!(told.status == 2 && told.err.contains("another file"), "{}", told.err);
    assert_eq!(read(here.path(), "list.csv"), list);
    let again = run(here.path(), ["check", "a.mbox", "--starter-ledger", "list.csv"]);
    assert!(again.status == 2 && again.err.contains("is there already"), "{}", again.err);
    assert_eq!(read(here.path(), "list.csv"), list);
}
