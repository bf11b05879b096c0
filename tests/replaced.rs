//! Which files an output may replace: earlier outputs of its kind, every night; never mail, lists or what others wrote.

mod common;

use common::outputs::{LIST, OUTPUTS, refused, says, shell, works};
use common::{OLD_MESSAGES, OLD_REPORT, daily, folder, program, promotion, run, run_with_stdin, tree};
use std::fs;
use std::process::Stdio;

#[test]
fn only_earlier_outputs_of_the_same_kind_are_replaced() {
    let here =
        folder(&[("a.mbox", daily().as_bytes()), ("list.csv", LIST.as_bytes()), ("text.csv", b"mine\n")]);
    let other_mailbox = daily().replace("shop.example", "other.example");
    for name in ["text", "mail"] {
        fs::write(here.path().join(name), &other_mailbox).expect("a file");
    }
    for (name, what) in [
        ("text.csv", "is not a report of this program"),
        ("text", "is not a report of this program"),
        ("mail", "is not a report of this program"),
    ] {
        refused(here.path(), &["check", "a.mbox", "-o", name], &[what, "--force", "another file"]);
    }
    for force in [&[] as &[&str], &["--force"]] {
        let with = |arguments: &[&'static str]| [arguments, force].concat();
        refused(
            here.path(),
            &with(&["check", "a.mbox", "-o", "list.csv"]),
            &["is a consent list", "filled in"],
        );
        refused(here.path(), &with(&["check", "a.mbox", "--messages", "list.csv"]), &["is a consent list"]);
        refused(
            here.path(),
            &with(&["check", "a.mbox", "--starter-ledger", "list.csv"]),
            &["is there already"],
        );
        refused(
            here.path(),
            &with(&["check", "a.mbox", "--starter-ledger", "text.csv"]),
            &["is there already"],
        );
    }
    works(here.path(), &["check", "a.mbox", "-o", "text.csv", "--force"]);
    works(
        here.path(),
        &["check", "a.mbox", "-o", "text.csv", "--messages", "m.csv", "--starter-ledger", "s.csv"],
    );
    for name in ["m.csv", "s.csv"] {
        let starter = name == "s.csv";
        let words: &[&str] = if starter {
            &["is a consent list"]
        } else {
            &["is a list of messages, not a report", "--force"]
        };
        refused(here.path(), &["check", "a.mbox", "-o", name], words);
    }
    refused(
        here.path(),
        &["check", "a.mbox", "--messages", "text.csv"],
        &["is a report, not a list of messages"],
    );
    refused(here.path(), &["check", "a.mbox", "--starter-ledger", "s.csv"], &["is there already"]);
}

#[test]
fn every_night_replaces_the_report_of_the_night_before() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("r.csv", b""), ("m.csv", OLD_MESSAGES.as_bytes())]);
    for style in
        [&[] as &[&str], &["--bom"], &["--delimiter", ";"], &["--delimiter", "tab", "--bom"], &["--all"]]
    {
        for _ in 0..2 {
            let night = [&["check", "a.mbox", "-q", "-o", "r.csv", "--messages", "m.csv"], style].concat();
            works(here.path(), &night);
        }
    }
    // A report of a later version, or one that a spreadsheet saved.
    for old in [
        "flagged,verdict,sender,sender_name,customer,cadence,reason,later\r\n",
        "\"flagged\";\"verdict\";\"sender\";\"sender_name\";\"customer\";\"cadence\";\"reason\"\n",
    ] {
        fs::write(here.path().join("r.csv"), old).expect("a file");
        works(here.path(), &["check", "a.mbox", "-o", "r.csv"]);
    }
}

#[test]
fn earlier_outputs_in_a_folder_that_is_read_are_left_out() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("list.csv", LIST.as_bytes())]);
    let night = ["check", ".", "--consent", "list.csv", "-o", "report.csv", "--messages", "./messages.csv"];
    let first = run(here.path(), night);
    let report = fs::read(here.path().join("report.csv")).expect("the report");
    for _ in 0..3 {
        let told = run(here.path(), night);
        assert_eq!((told.status, &told.err), (0, &first.err));
        assert_eq!(fs::read(here.path().join("report.csv")).expect("the report"), report);
    }
    works(here.path(), &["check", ".", "-o", "report.csv", "--starter-ledger", "starter.csv"]);
    // A list of messages whose subjects look like mail, of a run that writes to other files.
    let subject =
        "x\nFrom a@shop.example Sat Jan  3 08:00:00 2026\nFrom: a@forged.example\nSubject: Sale\n\n";
    let hostile = format!("{OLD_MESSAGES}a,b,2026-01-03,,,,,\"{subject}\"\n");
    fs::write(here.path().join("old.csv"), hostile).expect("a file");
    let told = run(here.path(), ["check", ".", "--all"]);
    assert!(told.status == 0 && told.err.starts_with("28 messages read"), "{}", told.err);
    assert!(!told.out.contains("forged"), "{}", told.out);
}

#[cfg(unix)]
#[test]
fn a_message_or_mailbox_in_a_folder_that_is_read_is_never_written_to() {
    let here = folder(&[]);
    let name = |name: &str| here.path().join(name);
    fs::create_dir_all(name("Maildir/cur")).expect("a folder");
    fs::create_dir_all(name("Maildir/new")).expect("a folder");
    let message = promotion(1, "Shop <news@shop.example>", "m1@shop.example");
    let (_, message) = message.split_once('\n').expect("a separator");
    fs::write(name("Maildir/cur/1767254400.M1.host:2,S"), message).expect("a message");
    fs::write(name("Maildir/box"), daily()).expect("a mailbox");
    std::os::unix::fs::symlink("Maildir/cur/1767254400.M1.host:2,S", name("out.csv")).expect("a link");
    fs::hard_link(name("Maildir/box"), name("hard.csv")).expect("a link");
    for output in ["Maildir/cur/1767254400.M1.host:2,S", "Maildir/box", "out.csv", "hard.csv"] {
        refused(here.path(), &["check", "Maildir", "-o", output], &["is not a report of this program"]);
        refused(here.path(), &["check", "Maildir", "-o", output, "--force"], &["is also a file in a folder"]);
        refused(
            here.path(),
            &["check", "Maildir", "--messages", output, "--force"],
            &["is also a file in a folder"],
        );
        refused(
            here.path(),
            &["check", "Maildir", "--starter-ledger", output, "--force"],
            &["is there already"],
        );
    }
    let before = tree(here.path());
    let told = shell(here.path(), "\"$mailfatigue\" check Maildir >> Maildir/box");
    says(&told, ">>", &["standard output: goes into `Maildir/box`"]);
    assert!(tree(here.path()) == before);
    // A report beside the mail is as good as anywhere.
    for _ in 0..2 {
        let told = shell(here.path(), "\"$mailfatigue\" check Maildir > Maildir/report.csv");
        assert_eq!(told.status, 0, "{}", told.err);
    }
}

#[test]
fn a_run_from_standard_input_replaces_its_report() {
    let here = folder(&[("r.csv", OLD_REPORT.as_bytes())]);
    for _ in 0..2 {
        let told = run_with_stdin(here.path(), &["check", "-", "-q", "-o", "r.csv"], daily().as_bytes());
        assert_eq!((told.status, told.err.as_str()), (0, ""));
    }
    assert!(
        program()
            .arg("check")
            .arg("--help")
            .output()
            .is_ok_and(|help| { String::from_utf8_lossy(&help.stdout).contains("--force") })
    );
}

#[test]
fn what_somebody_wrote_while_mail_was_read_is_not_replaced() {
    use std::io::Write;
    for output in OUTPUTS {
        let here = folder(&[("r.csv", OLD_REPORT.as_bytes())]);
        let mut run = program()
            .current_dir(here.path())
            .args(["check", "-", output, "new.csv"])
            .args(if output == "--output" { &[] as &[&str] } else { &["-o", "r.csv"] })
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a run");
        let mut input = run.stdin.take().expect("a pipe");
        // More than a pipe holds: when all of it is taken, the program is reading.
        input.write_all(daily().repeat(20).as_bytes()).expect("written");
        fs::write(here.path().join("new.csv"), "mine\n").expect("a file");
        drop(input);
        let told = run.wait_with_output().expect("its end");
        let said = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.code() == Some(2) && said.contains("`new.csv`: is there already"), "{said}");
        assert_eq!(fs::read(here.path().join("new.csv")).expect("the file"), b"mine\n");
        assert_eq!(fs::read(here.path().join("r.csv")).expect("the report"), OLD_REPORT.as_bytes());
    }
}
