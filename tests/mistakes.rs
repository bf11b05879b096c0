//! What people write by mistake on the command line, and what the program says to it. Nothing is read or written then.

mod common;

use common::{daily, folder, program, promotion, run, tree};
use std::path::Path;

/// Asserts that a run fails with status 2, says these words in one error, and leaves all files as they were.
fn refuses(folder: &Path, arguments: &[&str], words: &[&str]) {
    let before = tree(folder);
    let told = run(folder, arguments);
    assert_eq!((told.status, told.out.as_str()), (2, ""), "{arguments:?}: {}", told.err);
    for word in words {
        assert!(told.err.contains(word), "{arguments:?} should say {word:?}, but says:\n{}", told.err);
    }
    assert_eq!(told.err.matches("error:").count(), 1, "{arguments:?}: {}", told.err);
    assert_eq!(tree(folder), before, "{arguments:?} changes files");
}

#[test]
fn a_name_with_blanks_and_without_quotes_is_one_error() {
    let here = folder(&[("All mail Including Spam and Trash.mbox", daily().as_bytes()), ("a.mbox", b"")]);
    let quoted = "\"All mail Including Spam and Trash.mbox\"";
    let words: Vec<&str> = "All mail Including Spam and Trash.mbox".split(' ').collect();
    refuses(here.path(), &[&["check"], &words[..]].concat(), &["quotes", quoted]);
    // Also between others, and where the whole is not there.
    refuses(here.path(), &[&["check", "a.mbox"], &words[..], &["-o", "r.csv"]].concat(), &["quotes", quoted]);
    refuses(
        here.path(),
        &["check", "All", "mails", "of", "2026.mbox"],
        &["`All mails of 2026.mbox`", "quotes", "\"All mails of 2026.mbox\""],
    );
    assert!(run(here.path(), ["check", "All mail Including Spam and Trash.mbox"]).status == 0);
}

#[test]
fn a_setting_with_blanks_and_without_quotes_is_one_error() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("my list.csv", b"sender,customer,event,date\n")]);
    refuses(here.path(), &["check", "--consent", "my", "list.csv", "a.mbox"], &["quotes", "\"my list.csv\""]);
}

#[test]
fn quotes_out_of_a_document_are_named() {
    let here = folder(&[("All mail.mbox", daily().as_bytes()), ("a.mbox", daily().as_bytes())]);
    refuses(here.path(), &["check", "\u{201c}All", "mail.mbox\u{201d}"], &["quotes", "\"All mail.mbox\""]);
    refuses(here.path(), &["check", "\u{201e}a.mbox\u{201c}"], &["quotes", "a.mbox"]);
}

#[test]
fn a_dash_out_of_a_document_is_named() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    refuses(here.path(), &["check", "a.mbox", "\u{2014}output", "r.csv"], &["hyphen", "`--output`"]);
    refuses(
        here.path(),
        &["check", "a.mbox", "\u{2014}ouput", "r.csv"],
        &["hyphen", "did you mean --output?"],
    );
    refuses(here.path(), &["\u{2013}\u{2013}version"], &["hyphen", "`--version`"]);
}

#[test]
fn one_hyphen_in_place_of_two_writes_no_file() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    for option in ["-output", "-messages", "-consent", "-owner", "-timezone", "-quiet"] {
        refuses(here.path(), &["check", "a.mbox", option, "r.csv"], &[&format!("write `-{option}`")]);
    }
    refuses(here.path(), &["check", "a.mbox", "-output=r.csv"], &["write `--output=r.csv`"]);
}

#[test]
fn a_tilde_that_the_shell_left_is_named() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    refuses(here.path(), &["check", "~/All mail.mbox"], &["`~`", "write \"$HOME/All mail.mbox\""]);
    refuses(here.path(), &["check", "a.mbox", "-o", "~/r.csv"], &["`~`", "write \"$HOME/r.csv\""]);
    refuses(here.path(), &["check", "a.mbox", "--output=~/r.csv"], &["`~`", "write \"$HOME/r.csv\""]);
    refuses(here.path(), &["check", "a.mbox", "--consent", "~/c.csv"], &["write \"$HOME/c.csv\""]);
}

#[test]
fn a_pattern_that_the_shell_left_and_a_line_end_of_windows_are_named() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    refuses(here.path(), &["check", "*.mbx"], &["`*.mbx`: no file has a name like this", "quotes"]);
    refuses(here.path(), &["check", "a.mbox\r"], &["`a.mbox`", "written on Windows", "write only a.mbox"]);
}

#[test]
fn a_report_without_its_option_is_asked_about() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    refuses(
        here.path(),
        &["check", "a.mbox", "report.csv"],
        &["`report.csv`", "did you mean --output report.csv?"],
    );
    refuses(
        here.path(),
        &["check", "a.mbox", "my report.csv"],
        &["did you mean --output \"my report.csv\"?"],
    );
    refuses(
        here.path(),
        &["check", "a.mbox", "-o", "my", "report.csv"],
        &["did you mean -o \"my report.csv\"?"],
    );
    // Every ending that the report may have.
    refuses(here.path(), &["check", "a.mbox", "report.tsv"], &["did you mean --output report.tsv?"]);
}

#[test]
fn a_mailbox_without_a_command_is_shown_the_command() {
    let here = folder(&[("mail.mbox", daily().as_bytes()), ("my mail", daily().as_bytes())]);
    refuses(here.path(), &["mail.mbox"], &["write: mailfatigue check mail.mbox"]);
    refuses(here.path(), &["my mail", "-o", "r.csv"], &["write: mailfatigue check \"my mail\" -o r.csv"]);
    refuses(here.path(), &["-o", "r.csv", "mail.mbox"], &["write mailfatigue check -o r.csv mail.mbox"]);
    refuses(here.path(), &["chekc", "mail.mbox"], &["'check'"]);
}

#[test]
fn options_that_are_elsewhere_are_named() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    refuses(here.path(), &["check", "--json", "a.mbox"], &["--format json"]);
    refuses(here.path(), &["explain", "--sender", "x", "--json", "a.mbox"], &["write --format json"]);
    refuses(here.path(), &["explain", "--sender", "x", "-o", "x.txt", "a.mbox"], &["`> FILE`"]);
    refuses(here.path(), &["explain", "--sender", "x", "--output", "x.txt", "a.mbox"], &["`> FILE`"]);
    refuses(here.path(), &["check", "--sender", "x", "a.mbox"], &["an option of `explain`"]);
    refuses(here.path(), &["check", "--tz", "UTC", "a.mbox"], &["--timezone"]);
    refuses(here.path(), &["check", "-O", "r.csv", "a.mbox"], &["did you mean -o?"]);
    refuses(here.path(), &["version"], &["write mailfatigue --version"]);
    refuses(here.path(), &["check", "--frobnicate", "a.mbox"], &["'--frobnicate'"]);
}

#[test]
fn what_is_left_of_a_cut_file_is_read_and_the_cut_is_named() {
    let whole = common::exports::gzip(daily().repeat(40).as_bytes());
    let here = folder(&[("cut.gz", &whole[..whole.len() / 2]), ("head.gz", &whole[..10])]);
    let told = run(here.path(), ["check", "cut.gz"]);
    assert_eq!(told.status, 2);
    assert!(told.out.contains("daily-unconsented"), "{}", told.err);
    assert!(told.err.contains("error: `cut.gz`: is damaged or cut short"), "{}", told.err);
    assert!(told.err.contains("messages read from 1 mailbox"), "{}", told.err);
    refuses(here.path(), &["check", "head.gz", "-o", "r.csv"], &["`head.gz`: is damaged or cut short"]);
}

#[test]
fn settings_files_say_what_to_write() {
    let here = folder(&[
        ("a.mbox", daily().as_bytes()),
        ("single.toml", b"[rule]\nverdict = \"x\"\ndays = 1\n"),
        ("quoted.toml", b"[[rule]]\nverdict = \"x\"\ndays = \"24\"\n"),
        ("brand.toml", b"[[brand]]\nname = \"x\"\ndomains = \"x.example\"\n"),
        ("one-brand.toml", b"[brand]\nname = \"x\"\ndomains = [\"x.example\"]\n"),
        ("one-rule.toml", b"[rule]\nid = \"x\"\nkind = \"marketing\"\nwhy = \"x\"\n"),
        ("utf-16.toml", b"\xFF\xFEg\0r\0a\0c\0e\0"),
    ]);
    let check = |option: &str, file: &str, words: &[&str]| {
        refuses(here.path(), &["check", "a.mbox", option, file], words);
    };
    check("--policy", "single.toml", &["`single.toml` line 1", "write [[rule]]"]);
    check("--policy", "quoted.toml", &["`quoted.toml` line 3", "write days = 24, without quotes"]);
    check("--brands", "brand.toml", &["`brand.toml` line 3", "write domains = [\"x.example\"]"]);
    check("--brands", "one-brand.toml", &["`one-brand.toml` line 1", "write [[brand]]"]);
    check("--rules", "one-rule.toml", &["`one-rule.toml` line 1", "write [[rule]]"]);
    for option in ["--policy", "--rules", "--brands"] {
        check(
            option,
            "utf-16.toml",
            &["`utf-16.toml`: can't be read: not text in UTF-8", "save it as UTF-8"],
        );
    }
}

#[test]
fn a_time_zone_as_people_call_it_leads_to_its_name() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let zone = |name: &str, words: &[&str]| {
        refuses(here.path(), &["check", "--timezone", name, "a.mbox"], words);
    };
    zone("Pacific Time", &["unknown time zone `Pacific Time`", "did you mean America/Los_Angeles"]);
    zone("EDT", &["did you mean America/New_York"]);
    zone("W. Europe Standard Time", &["did you mean Europe/Berlin"]);
    zone("New York", &["did you mean America/New_York"]);
    zone("UTC+2", &["write a place, such as Europe/Berlin"]);
}

#[test]
fn a_zone_that_the_machine_names_wrongly_is_an_error() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let in_zone = |zone: &str| {
        let output = program().current_dir(here.path()).env("TZ", zone).args(["check", "a.mbox"]).output();
        output.expect("the program starts")
    };
    let wrong = in_zone("Nowhere/City");
    let words = String::from_utf8_lossy(&wrong.stderr);
    assert_eq!((wrong.status.code(), wrong.stdout.len()), (Some(2), 0), "{words}");
    assert!(words.contains("error: TZ: unknown time zone `Nowhere/City`"), "{words}");
    assert!(words.contains("--timezone"), "{words}");
    for zone in ["", "UTC", ":Europe/Berlin", "EST5EDT", "CET-1CEST,M3.5.0,M10.5.0/3"] {
        let right = in_zone(zone);
        assert_eq!(right.status.code(), Some(0), "{zone}: {}", String::from_utf8_lossy(&right.stderr));
    }
    let rule = in_zone("CET-1CEST,M3.5.0,M10.5.0/3");
    let words = String::from_utf8_lossy(&rule.stderr);
    assert!(words.contains("days in CET-1CEST"), "{words}");
}

#[test]
fn where_nothing_counts_the_summary_says_what_was_read_and_why() {
    let receipt = promotion(1, "Shop <orders@shop.example>", "r@shop.example")
        .replace("Sale: 20% off today only", "Your order 4711 has been shipped")
        .replace(
            "Everything is on sale, 20% off. Shop now: https://shop.example/\n",
            "Your parcel is on its way.\n",
        );
    let here = folder(&[("receipts.mbox", receipt.as_bytes()), ("a.mbox", daily().as_bytes())]);
    let told = run(here.path(), ["check", "receipts.mbox"]);
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.err.starts_with("1 message read from 1 mailbox: 1 other"), "{}", told.err);
    assert!(
        told.err.contains("none of 1 message counts as marketing: 1 of other kinds (receipts"),
        "{}",
        told.err
    );
    assert!(!told.err.contains("0 of 0"), "{}", told.err);
    let mine = run(here.path(), ["check", "a.mbox", "--owner", "news@shop.example"]);
    assert!(mine.err.contains("none of 28 messages counts as marketing: 28 by the owner"), "{}", mine.err);
}

#[test]
fn a_period_without_mail_is_a_warning_that_names_the_period_of_the_mailbox() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    for (option, day, words) in [
        ("--since", "2027-01-01", "warning: --since: 2027-01-01 is after the newest message"),
        ("--until", "2025-01-01", "warning: --until: 2025-01-01 is before the oldest message"),
    ] {
        for quiet in [&["-q"][..], &[]] {
            let told = run(here.path(), [&["check", "a.mbox", option, day, "-o", "r.csv"], quiet].concat());
            assert_eq!(told.status, 0, "{}", told.err);
            assert!(told.err.contains(words), "{}", told.err);
            assert!(
                told.err.contains("hint: the mail that was read is of 2026-01-01 to 2026-01-28"),
                "{}",
                told.err
            );
            std::fs::remove_file(here.path().join("r.csv")).expect("the report");
        }
    }
    let told = run(here.path(), ["check", "a.mbox", "--since", "2027-01-01"]);
    assert!(
        told.err.contains("none of 28 messages counts as marketing: 28 outside --since and --until"),
        "{}",
        told.err
    );
    assert!(!run(here.path(), ["check", "a.mbox", "--since", "2026-01-28"]).err.contains("warning:"));
}
