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
        ("torn", b"From MAILER-DAEMON Sat Jan 31 08:00:00 2026\nSubject: nob"),
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
        let told = run(here.path(), ["facts", mailbox, "-o", "mail.parquet"]);
        alarmed(&told, here.path(), mailbox);
        assert!(!here.path().join("mail.parquet").exists(), "{mailbox}");
    }
    let told = run(here.path(), [&["check", "-o", "r.csv"], WITHOUT.as_slice()].concat());
    alarmed(&told, here.path(), "all together");
    for mailbox in WITHOUT {
        assert!(told.err.contains(&format!("`{mailbox}`")), "{mailbox}: {}", told.err);
    }
}

const FROM: &str = "From MAILER-DAEMON Sat Jan 31 08:00:00 2026\n";

#[test]
fn a_message_cut_off_in_its_header_is_no_message() {
    let here = folder(&[
        ("r.csv", OLD_REPORT.as_bytes()),
        ("torn.mbox", format!("{FROM}Subject: to").as_bytes()),
        ("one", format!("{FROM}Received: by mail.example; Sat").as_bytes()),
        ("two", format!("{FROM}Subject: two\nFrom: news@sho").as_bytes()),
    ]);
    fs::create_dir(here.path().join("Mail")).expect("a folder");
    for part in ["one", "two"] {
        fs::rename(here.path().join(part), here.path().join("Mail").join(part)).expect("moved");
    }
    let torn = "unusable: the mailbox ends in the middle of its header";
    for (mailbox, count, said) in [
        ("torn.mbox", 1, "ends in the middle of the header of its first message"),
        ("Mail", 2, "contains 2 messages, each cut off in the middle of its header"),
    ] {
        let told = run(here.path(), ["check", mailbox, "-o", "r.csv"]);
        alarmed(&told, here.path(), mailbox);
        for words in [format!("{torn} ({count})\n"), format!("error: `{mailbox}`: {said}\n")] {
            assert!(told.err.contains(&words), "{words}: {}", told.err);
        }
        let quiet = run(here.path(), ["check", "-q", mailbox, "-o", "r.csv"]);
        assert!(quiet.status == 2 && quiet.err.starts_with("error: "), "{}", quiet.err);
        let explained = run(here.path(), ["explain", "--sender", "shop.example", mailbox]);
        assert!(explained.status == 2 && explained.err.contains(torn), "{}", explained.err);
    }
    for broken in [format!("{FROM}Subject: to"), FROM.to_string(), FROM.trim_end().to_string()] {
        let told = run_with_stdin(here.path(), &["check", "-", "-q", "-o", "r.csv"], broken.as_bytes());
        alarmed(&told, here.path(), "a broken connection");
        assert!(told.err.contains("before the `|` failed"), "{broken:?}: {}", told.err);
    }
}

/// Two mailboxes with messages that name no sender, one with mail.
fn without_senders() -> tempfile::TempDir {
    let nobody = format!("{FROM}Subject: nobody\n\n\n");
    folder(&[
        ("r.csv", OLD_REPORT.as_bytes()),
        ("nobody.mbox", format!("{nobody}{nobody}{FROM}Subject: to").as_bytes()),
        ("other.mbox", nobody.as_bytes()),
        ("empty", b""),
        ("old.mbox", daily().as_bytes()),
    ])
}

/// What is said of them also in a quiet run.
const WARNINGS: &str = "warning: `nobody.mbox`: contains 3 messages, none of which can be used\n\
    hint: `mailfatigue check -v` names each with its reason\n\
    warning: `other.mbox`: contains one message, which can't be used\n\
    hint: `mailfatigue check -v` names each with its reason\n";

#[test]
fn where_no_message_can_be_used_the_report_is_written_with_a_warning() {
    let here = without_senders();
    let check = |options: &[&str]| {
        let told =
            run(here.path(), [&["check", "-o", "r.csv", "nobody.mbox", "other.mbox"], options].concat());
        let report = fs::read_to_string(here.path().join("r.csv")).expect("the report");
        assert_eq!(report.lines().count(), 1, "{options:?}: {report}");
        told
    };
    let told = check(&[]);
    assert_eq!(told.status, 0, "{}", told.err);
    let summary = "4 messages read from 2 mailboxes: 4 unusable\n\
        no sender to report, because none of 4 messages can be used: the mailbox ends in the middle of its header (1); \
        it names no sender (no From and no Sender field) (3)\n";
    assert!(told.err.starts_with(&format!("{WARNINGS}{summary}")), "{}", told.err);
    let quiet = check(&["-q"]);
    assert_eq!((quiet.status, quiet.err.as_str()), (0, WARNINGS));
    let beside_empty = check(&["empty", "-q", "--fail-on-flagged"]);
    let note = beside_empty.err.replace(WARNINGS, "");
    assert!(beside_empty.status == 0 && note.is_empty(), "{}", beside_empty.err);
    let verbose = check(&["-v"]);
    assert_eq!(verbose.err.matches("skipped: ").count(), 4, "{}", verbose.err);
    let cached: Vec<Run> = (0..2).map(|_| check(&["-q", "--cache", "known"])).collect();
    assert!(cached.iter().all(|told| told.status == 0 && told.err == WARNINGS), "{:?}", cached[1].err);
    let stale = check(&["-q", "--max-age", "7"]);
    assert!(stale.status == 2 && stale.err.contains("no message has a date"), "{}", stale.err);
    let beside = run(here.path(), ["check", "-q", "-o", "r.csv", "old.mbox", "nobody.mbox", "other.mbox"]);
    assert_eq!((beside.status, beside.err.as_str()), (0, ""), "beside mail that can be used");
}

#[test]
fn other_commands_say_too_that_no_message_can_be_used() {
    let here = without_senders();
    let mailboxes = ["nobody.mbox", "other.mbox"];
    let of = |command: &[&str]| run(here.path(), command.iter().chain(&mailboxes));
    for command in
        [["explain", "-q", "--sender", "shop.example"], ["letter", "-q", "--sender", "shop.example"]]
    {
        let told = of(&command);
        assert!(told.status == 2 && told.err.starts_with(WARNINGS), "{}", told.err);
        assert!(told.err.contains("no sender named `shop.example`"), "{}", told.err);
    }
    let facts = of(&["facts", "-q", "-o", "mail.parquet"]);
    assert_eq!((facts.status, facts.err.as_str()), (0, WARNINGS));
    let again = run(here.path(), ["check", "-q", "mail.parquet", "-o", "r.csv"]);
    assert_eq!((again.status, again.err.as_str()), (0, WARNINGS), "the facts name the mailboxes");
    let shard = of(&["facts", "-q", "--allow-empty", "-o", "shard.parquet"]);
    assert_eq!((shard.status, shard.err.as_str()), (0, ""), "other shards may have mail");
}

#[test]
fn a_night_of_which_no_message_can_be_used_calls_nobody_better_or_gone() {
    let here = without_senders();
    let night = |mailbox: &str| {
        run(here.path(), ["check", mailbox, "--since-last", "state.json", "--only-changes", "-o", "r.csv"])
    };
    assert_eq!(night("old.mbox").status, 0);
    let lost = night("other.mbox");
    assert_eq!(lost.status, 0, "{}", lost.err);
    let warnings: Vec<&str> = lost.err.lines().filter(|line| !line.starts_with("hint: ")).collect();
    let fewer = "warning: the mailboxes: 1 message read, 28 the last time";
    assert_eq!(warnings, ["warning: `other.mbox`: contains one message, which can't be used", fewer]);
    let told = run(here.path(), ["check", "other.mbox", "--since-last", "state.json", "-o", "r.csv"]);
    for words in
        ["since 2026-01-28: nothing new\n", "no message can be used, so nothing is called better or gone\n"]
    {
        assert!(told.err.contains(words), "{words}: {}", told.err);
    }
    let back = night("old.mbox");
    assert_eq!((back.status, back.err.as_str()), (0, ""), "the sender is known as before");
}

#[test]
fn notes_that_look_like_a_header_are_no_mail_and_the_old_report_stays() {
    let here = folder(&[
        ("r.csv", OLD_REPORT.as_bytes()),
        ("notes.txt", b"milk: two bottles\nbread: one\n\nand so on\n"),
    ]);
    let told = run(here.path(), ["check", "notes.txt", "-q", "-o", "r.csv"]);
    alarmed(&told, here.path(), "notes");
    assert!(told.err.contains("`notes.txt`: contains no message"), "{}", told.err);
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
