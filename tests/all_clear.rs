//! No false all-clear: a run that could not see any mail, or only old mail, says so by its status, and the report of an
//! earlier run stays.

mod common;

use common::exports::{gzip, zipped};
use common::{OLD_REPORT, Run, daily, folder, run, run_with_stdin};
use std::fs;
use std::path::Path;

/// A folder with everything that has no mail.
fn without_mail() -> tempfile::TempDir {
    let here = folder(&[
        ("r.csv", OLD_REPORT.as_bytes()),
        ("empty", b""),
        ("blank", b"\n\r\n \n"),
        ("marked", b"\xEF\xBB\xBF"),
        ("packed.gz", &gzip(b"")),
        ("part.zip", &zipped(&[("Takeout/archive_browser.html", b"<p>your archive</p>")])),
        ("empty.zip", &zipped(&[])),
        ("torn", b"From MAILER-DAEMON Sat Jan 31 08:00:00 2026\nSubject: nobody\n\n"),
        ("old.mbox", daily().as_bytes()),
    ]);
    for place in ["Maildir/cur", "Maildir/new", "Maildir/tmp", "unmounted"] {
        fs::create_dir_all(here.path().join(place)).expect("a folder");
    }
    here
}

fn alarmed(told: &Run, folder: &Path, what: &str) {
    assert_eq!(told.status, 2, "{what}: {}", told.err);
    let is_error = told.err.lines().any(|line| line.starts_with("error: "));
    assert!(is_error && told.err.contains("hint: "), "{what}: {}", told.err);
    assert_eq!(told.out, "", "{what}");
    let there = fs::read(folder.join("r.csv")).expect("the report");
    assert!(there == OLD_REPORT.as_bytes(), "{what} replaced the report");
}

#[test]
fn nothing_on_standard_input_is_an_error_and_the_old_report_stays() {
    let here = without_mail();
    for input in ["", "\n\n", "\u{feff}\n"] {
        for quiet in [&[] as &[&str], &["-q"]] {
            let night = [&["check", "-", "--fail-on-flagged", "-o", "r.csv"], quiet].concat();
            let told = run_with_stdin(here.path(), &night, input.as_bytes());
            alarmed(&told, here.path(), "nothing");
            assert!(told.err.contains("standard input: has no message"), "{}", told.err);
        }
    }
    let told = run_with_stdin(here.path(), &["explain", "--sender", "shop.example", "-"], b"");
    alarmed(&told, here.path(), "explain");
}

const WITHOUT: [&str; 9] =
    ["empty", "blank", "marked", "packed.gz", "part.zip", "empty.zip", "torn", "Maildir", "unmounted"];

#[test]
fn inputs_without_a_message_are_an_error_and_the_old_report_stays() {
    let here = without_mail();
    for mailbox in WITHOUT {
        for quiet in [&[] as &[&str], &["-q"]] {
            let night = [&["check", mailbox, "-o", "r.csv"], quiet].concat();
            let told = run(here.path(), night);
            alarmed(&told, here.path(), mailbox);
            assert!(told.err.contains(&format!("`{mailbox}`")), "{}", told.err);
        }
    }
    let told = run(here.path(), [&["check", "-o", "r.csv"], WITHOUT.as_slice()].concat());
    alarmed(&told, here.path(), "all together");
    for mailbox in WITHOUT {
        assert!(told.err.contains(&format!("`{mailbox}`")), "{mailbox}: {}", told.err);
    }
}

#[test]
fn what_was_read_is_counted_where_no_message_can_be_used() {
    let from = "From MAILER-DAEMON Sat Jan 31 08:00:00 2026\n";
    let nobody = format!("{from}Subject: nobody\n\n\n");
    let here = folder(&[
        ("r.csv", OLD_REPORT.as_bytes()),
        ("nobody.mbox", format!("{nobody}{nobody}{from}Subject: to").as_bytes()),
        ("other.mbox", nobody.as_bytes()),
        ("old.mbox", daily().as_bytes()),
    ]);
    let read = "4 messages read from 2 mailboxes: 4 unusable\n\
        unusable: the mailbox ends in the middle of its header (1); it names no sender (no From and no Sender field) (3)\n";
    let mailboxes = ["nobody.mbox", "other.mbox"];
    let told = run(here.path(), ["check", "-o", "r.csv"].iter().chain(&mailboxes));
    alarmed(&told, here.path(), "nothing can be used");
    let (first, rest) = told.err.split_at(told.err.find("error: ").expect("an error"));
    assert_eq!(first, read);
    assert!(rest.contains("`nobody.mbox`: contains 3 messages, none of which can be used"), "{rest}");
    let explained = run(here.path(), ["explain", "--sender", "shop.example"].iter().chain(&mailboxes));
    assert!(explained.status == 2 && explained.err.starts_with(read), "{}", explained.err);
    let quiet = run(here.path(), ["check", "-q", "-o", "r.csv"].iter().chain(&mailboxes));
    alarmed(&quiet, here.path(), "quiet");
    assert!(quiet.err.starts_with("error: "), "{}", quiet.err);
    let beside = run(here.path(), ["check", "-o", "new.csv", "old.mbox"].iter().chain(&mailboxes));
    assert!(!beside.err.contains("unusable: "), "{}", beside.err);
}

#[test]
fn beside_mail_a_part_without_any_is_no_error_but_an_empty_folder_is_one() {
    let here = without_mail();
    for mailbox in WITHOUT {
        let told = run(here.path(), ["check", mailbox, "old.mbox", "-q", "-o", "r.csv"]);
        if mailbox == "unmounted" {
            assert!(told.status == 2 && told.err.contains("`unmounted`: is empty"), "{}", told.err);
        } else {
            assert_eq!((told.status, told.err.as_str()), (0, ""), "{mailbox}");
        }
        let there = fs::read_to_string(here.path().join("r.csv")).expect("the report");
        assert!(there.contains("daily-unconsented"), "{mailbox}");
    }
    let told = run(here.path(), ["check", "part.zip", "old.mbox"]);
    assert!(told.err.contains("note: `part.zip`: contains no mail"), "{}", told.err);
}

#[test]
fn a_source_that_gets_no_more_mail_is_told_by_its_age() {
    let here = without_mail();
    let check =
        |options: &[&str]| run(here.path(), [&["check", "old.mbox", "-q", "-o", "r.csv"], options].concat());
    for options in [&["--max-age", "7"] as &[&str], &["--max-age", "0", "--fail-on-flagged"]] {
        fs::write(here.path().join("r.csv"), OLD_REPORT).expect("a file");
        let told = check(options);
        assert_eq!(told.status, 2, "{}", told.err);
        for words in ["error: --max-age ", "the newest message is of 2026-01-28", "days ago", "hint: "] {
            assert!(told.err.contains(words), "{}", told.err);
        }
        let there = fs::read_to_string(here.path().join("r.csv")).expect("the report");
        assert!(there.contains("daily-unconsented"), "the report is written all the same");
    }
    let told = check(&["--max-age", "100000"]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    assert_eq!(check(&["--max-age", "100000", "--fail-on-flagged"]).status, 1);
    for wrong in ["-1", "week", "1.5", ""] {
        assert_eq!(check(&["--max-age", wrong]).status, 2, "{wrong}");
    }
    let undated = "From: a@shop.example\nSubject: no date\n\nhello\n";
    fs::write(here.path().join("undated.eml"), undated).expect("a file");
    let told = run(here.path(), ["check", "undated.eml", "--max-age", "7"]);
    assert!(told.status == 2 && told.err.contains("no message has a date"), "{}", told.err);
}

#[cfg(unix)]
#[test]
fn a_link_that_loops_says_nothing_at_night() {
    let here = without_mail();
    fs::create_dir(here.path().join("Mail")).expect("a folder");
    fs::rename(here.path().join("old.mbox"), here.path().join("Mail/old")).expect("moved");
    std::os::unix::fs::symlink("..", here.path().join("Mail/loop")).expect("a link");
    let told = run(here.path(), ["check", "Mail", "-q", "-o", "r.csv"]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    let told = run(here.path(), ["check", "Mail", "-o", "r.csv"]);
    assert!(told.status == 0 && told.err.contains("is a link back to a folder above it"), "{}", told.err);
}
