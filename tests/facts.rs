//! Facts as files: judged without the mail, they give what the mail gives; what is wrong with them is said.

mod common;

use common::outputs::shell;
use common::{Run, check, daily, fails_with, folder, promotion, run, run_with_stdin};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

/// Options that shape facts, with a value or without.
const SHAPING: [&str; 3] = ["--owner", "--brands", "--rules"];

/// Of the arguments of `check` those that `facts` takes.
fn shaping(arguments: &[String]) -> Vec<String> {
    let pairs = arguments.windows(2).filter(|pair| SHAPING.contains(&pair[0].as_str()));
    let tags = arguments.iter().filter(|argument| *argument == "--keep-tags").cloned();
    pairs.flatten().cloned().chain(tags).collect()
}

/// Writes the facts of mailboxes in a folder.
fn facts(here: &Path, file: &str, more: &[String], mailboxes: &[&str]) {
    let told = run(
        here,
        ["facts", "-q", "-o", file]
            .into_iter()
            .map(String::from)
            .chain(more.iter().cloned())
            .chain(mailboxes.iter().map(|path| (*path).to_string())),
    );
    assert_eq!((told.status, told.err.as_str()), (0, ""), "{mailboxes:?}");
}

/// What runs say in every form, the list of messages last.
fn everything(here: &Path, arguments: &[String]) -> Vec<String> {
    let list = here.join("list.csv");
    let with = |more: &[&str]| {
        let told = run(here, arguments.iter().map(String::as_str).chain(more.iter().copied()));
        format!("{}\n{}\n{}", told.status, told.out, told.err)
    };
    let all = if arguments.iter().any(|argument| argument == "--all") { "-v" } else { "--all" };
    let csv = with(&["--messages", "list.csv", all]);
    let messages = std::fs::read_to_string(&list).expect("the list of messages");
    vec![csv, with(&["--format", "json"]), messages]
}

#[test]
fn every_mailbox_gives_the_same_as_its_facts() {
    for mailbox in common::cases() {
        let here = folder(&[]);
        for beside in std::fs::read_dir(mailbox.parent().expect("a folder")).expect("the folder") {
            let beside = beside.expect("an entry").path();
            let stem = mailbox.file_stem().expect("a name").to_string_lossy().into_owned();
            let name = beside.file_name().expect("a name").to_string_lossy().into_owned();
            if name.starts_with(&format!("{stem}.")) {
                std::fs::copy(&beside, here.path().join(name)).expect("copied");
            }
        }
        let mut arguments = common::arguments(&mailbox);
        let name = arguments[1].clone();
        facts(here.path(), "mail.parquet", &shaping(&arguments), &[&name]);
        let from_mail = everything(here.path(), &arguments);
        arguments[1] = "mail.parquet".to_string();
        assert_eq!(everything(here.path(), &arguments), from_mail, "{name}");
        // Facts of facts are the same facts.
        facts(here.path(), "again.parquet", &shaping(&arguments), &["mail.parquet"]);
        let read = |name: &str| std::fs::read(here.path().join(name)).expect("the file");
        assert!(read("again.parquet") == read("mail.parquet"), "{name}");
    }
}

#[test]
fn explain_and_letter_and_the_page_are_the_same() {
    let here = folder(&[("mail.mbox", daily().as_bytes())]);
    facts(here.path(), "mail.parquet", &[], &["mail.mbox"]);
    for command in [
        vec!["explain", "--sender", "shop.example"],
        vec!["explain", "--sender", "shop.example", "--format", "json"],
        vec!["letter", "--sender", "shop.example"],
        vec!["check", "--html", "-", "-o", "report.csv"],
    ] {
        let with = |mailbox: &str| {
            let Run { status, out, err } = run(here.path(), command.iter().copied().chain([mailbox]));
            (status, out, err)
        };
        let from_mail = with("mail.mbox");
        assert_eq!(from_mail.0, 0, "{}", from_mail.2);
        assert_eq!(with("mail.parquet"), from_mail, "{command:?}");
    }
}

/// Mailboxes of one shop each, some of whose messages are in two of them.
fn several(count: u32) -> tempfile::TempDir {
    let here = folder(&[]);
    for number in 0..count {
        let mails: String = (1..=28)
            .map(|day| {
                let shop = if day % 7 == 0 { number / 2 } else { number };
                promotion(
                    day,
                    &format!("Shop <news@shop{shop}.example>"),
                    &format!("m{day}@shop{shop}.example"),
                )
            })
            .collect();
        std::fs::write(here.path().join(format!("{number:03}.mbox")), mails).expect("a mailbox");
    }
    here
}

#[test]
fn the_facts_of_a_hundred_mailboxes_are_the_hundred_mailboxes() {
    let here = several(100);
    let names: Vec<String> = (0..100).map(|number| format!("{number:03}.mbox")).collect();
    let mut files = Vec::new();
    for name in &names {
        files.push(name.replace("mbox", "parquet"));
        facts(here.path(), &files[files.len() - 1], &[], &[name]);
    }
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    facts(here.path(), "all.parquet", &[], &all);
    let with = |mailboxes: &[String]| everything(here.path(), &[&["check".to_string()], mailboxes].concat());
    let from_mail = with(&names);
    assert_eq!(with(&files), from_mail, "a file for each");
    assert_eq!(with(&["all.parquet".to_string()]), from_mail, "one file for all");
    let mixed: Vec<String> = names
        .iter()
        .zip(&files)
        .enumerate()
        .map(|(at, (name, file))| if at % 3 == 0 { file } else { name }.clone())
        .collect();
    assert_eq!(with(&mixed), from_mail, "some as facts, some as mailboxes");
}

#[test]
fn a_stream_is_read_from_standard_input_and_a_file_too() {
    let here = folder(&[("mail.mbox", daily().as_bytes())]);
    let from_mail = check(here.path(), &["mail.mbox"]);
    let piped =
        shell(here.path(), "$mailfatigue facts -q -o - mail.mbox | $mailfatigue check --timezone UTC -");
    assert_eq!((piped.status, &piped.out, &piped.err), (0, &from_mail.out, &from_mail.err));
    facts(here.path(), "mail.parquet", &[], &["mail.mbox"]);
    let file = std::fs::read(here.path().join("mail.parquet")).expect("the facts");
    let piped = run_with_stdin(here.path(), &["check", "--timezone", "UTC", "-"], &file);
    assert_eq!((piped.status, &piped.out, &piped.err), (0, &from_mail.out, &from_mail.err));
}

#[test]
fn rows_come_out_before_all_is_read() {
    let mail =
        |number| format!("From x Sat Jan  3 08:00:00 2026\nFrom: shop{number}@shop.example\n\nNews.\n\n");
    let first: String = (0..8_500).map(mail).collect();
    let here = folder(&[("first.mbox", first.as_bytes())]);
    let mut child = common::program()
        .current_dir(here.path())
        .args(["facts", "-q", "-o", "-", "first.mbox", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (mut stdin, mut stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    let (send, receive) = mpsc::channel();
    let reading = std::thread::spawn(move || {
        let mut bytes = vec![0; 1 << 20];
        stdout.read_exact(&mut bytes).expect("rows");
        send.send(()).expect("heard");
        stdout.read_to_end(&mut bytes).expect("the rest");
        bytes
    });
    receive.recv_timeout(Duration::from_secs(300)).expect("rows of the first mailbox");
    stdin.write_all(mail(8_500).as_bytes()).expect("written");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
    let told = run_with_stdin(here.path(), &["check", "-"], &reading.join().expect("a stream"));
    assert!(told.err.starts_with("8,501 messages read from 2 mailboxes"), "{}", told.err);
}

#[test]
fn what_could_not_be_used_or_read_is_said_again() {
    let torn = format!(
        "{}From MAILER-DAEMON Sat Jan  3 08:00:00 2026\nSubject: nobody sent it\n\ntext\n\n",
        daily()
    );
    let here = folder(&[("mail.mbox", torn.as_bytes()), ("note.txt", b"no mail")]);
    std::fs::create_dir(here.path().join("Mail")).expect("a folder");
    std::fs::rename(here.path().join("mail.mbox"), here.path().join("Mail/mail.mbox")).expect("moved");
    std::fs::rename(here.path().join("note.txt"), here.path().join("Mail/note.txt")).expect("moved");
    let told = run(here.path(), ["facts", "-o", "mail.parquet", "Mail", "missing.mbox"]);
    fails_with(
        &told,
        &["missing.mbox", "facts of 29 messages, 1 of which can't be used, from 1 mailbox in mail.parquet"],
    );
    let from_mail = check(here.path(), &["-v", "Mail", "missing.mbox"]);
    let from_facts = check(here.path(), &["-v", "mail.parquet"]);
    assert_eq!((from_facts.status, from_facts.out, from_facts.err), (2, from_mail.out, from_mail.err));
}

#[test]
fn a_day_without_mail_is_no_error_where_that_is_allowed() {
    let torn = b"From MAILER-DAEMON Sat Jan  3 08:00:00 2026\nSubject: cut off he";
    let here = folder(&[("mail.mbox", daily().as_bytes()), ("empty.mbox", b""), ("torn.mbox", torn)]);
    std::fs::create_dir(here.path().join("folder")).expect("a folder");
    for mailbox in ["empty.mbox", "torn.mbox"] {
        let told = run(here.path(), ["facts", "-q", "-o", "day.parquet", mailbox]);
        fails_with(&told, &[mailbox]);
        assert!(!here.path().join("day.parquet").exists(), "{mailbox}");
        let told = run(here.path(), ["facts", "-q", "--allow-empty", "-o", "day.parquet", mailbox]);
        assert_eq!((told.status, told.err.as_str()), (0, ""), "{mailbox}");
        let from_mail = check(here.path(), &["-v", "mail.mbox", mailbox]);
        let from_facts = check(here.path(), &["-v", "mail.mbox", "day.parquet"]);
        assert_eq!((from_facts.status, from_facts.out), (0, from_mail.out), "{mailbox}");
        assert_eq!(from_facts.err, from_mail.err, "{mailbox}");
        fails_with(&check(here.path(), &["day.parquet"]), &[mailbox]);
        std::fs::remove_file(here.path().join("day.parquet")).expect("removed");
    }
    for nothing in ["folder", "missing.mbox"] {
        let told = run(here.path(), ["facts", "-q", "--allow-empty", "-o", "day.parquet", nothing]);
        fails_with(&told, &[nothing]);
    }
}

#[test]
fn facts_of_another_shape_are_an_error_that_says_what_to_give() {
    let brands = "[[brand]]\nname = \"Shop\"\ndomains = [\"shop.example\"]\n";
    let here = folder(&[("mail.mbox", daily().as_bytes()), ("brands.toml", brands.as_bytes())]);
    facts(here.path(), "plain.parquet", &[], &["mail.mbox"]);
    let owner = ["--owner".to_string(), "robin@home.example".to_string()];
    facts(here.path(), "owner.parquet", &owner, &["mail.mbox"]);
    let with_brands = ["--brands".to_string(), "brands.toml".to_string()];
    facts(here.path(), "brands.parquet", &with_brands, &["mail.mbox"]);
    fails_with(
        &check(here.path(), &["owner.parquet"]),
        &["--owner robin@home.example", "this run has neither", "hint:"],
    );
    fails_with(&check(here.path(), &["plain.parquet", "--keep-tags"]), &["made with neither", "--keep-tags"]);
    fails_with(&check(here.path(), &["brands.parquet"]), &["with a --brands file", "give --brands"]);
    fails_with(&check(here.path(), &["plain.parquet", "--brands", "brands.toml"]), &["without --brands"]);
    let told = check(here.path(), &["owner.parquet", "--owner", "robin@home.example"]);
    assert_eq!(told.status, 0, "{}", told.err);
}

#[test]
fn cut_and_damaged_facts_are_errors_and_nothing_of_them_counts() {
    let here = folder(&[("mail.mbox", daily().as_bytes())]);
    facts(here.path(), "mail.parquet", &[], &["mail.mbox"]);
    let file = std::fs::read(here.path().join("mail.parquet")).expect("the facts");
    let stream = std::process::Command::new(env!("CARGO_BIN_EXE_mailfatigue"))
        .current_dir(here.path())
        .args(["facts", "-q", "-o", "-", "mail.mbox"])
        .output()
        .expect("a stream")
        .stdout;
    for (whole, steps) in [(&file, 23), (&stream, 29)] {
        for step in 1..steps {
            let cut = &whole[..whole.len() * step / steps];
            std::fs::write(here.path().join("cut"), cut).expect("written");
            let told = check(here.path(), &["cut"]);
            assert_eq!((told.status, told.out.as_str()), (2, ""), "cut at {}: {}", cut.len(), told.err);
            assert!(told.err.contains("hint:") && !told.err.contains("panicked"), "{}", told.err);
        }
        for step in 0..60 {
            let mut damaged = whole.clone();
            let at = damaged.len() * step / 60;
            damaged[at] ^= 0x41;
            std::fs::write(here.path().join("damaged"), damaged).expect("written");
            let told = check(here.path(), &["damaged"]);
            assert!(matches!(told.status, 0 | 2) && !told.err.contains("panicked"), "at {at}: {}", told.err);
        }
    }
    std::fs::write(here.path().join("cut"), &file[..file.len() / 2]).expect("written");
    let beside = check(here.path(), &["mail.mbox", "cut"]);
    fails_with(&beside, &["`cut`", "damaged or cut short"]);
    assert_eq!(beside.out, check(here.path(), &["mail.mbox"]).out, "the others are judged");
}

#[test]
fn a_file_of_another_program_or_schema_is_named() {
    use arrow_array::{Int64Array, RecordBatch};
    use arrow_schema::{DataType, Field, Schema};
    use std::sync::Arc;
    let here = folder(&[]);
    let write = |name: &str, metadata: &[(&str, &str)]| {
        let metadata: std::collections::HashMap<String, String> =
            metadata.iter().map(|(key, value)| ((*key).to_string(), (*value).to_string())).collect();
        let fields = vec![Field::new("price", DataType::Int64, true)];
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        let rows = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(Int64Array::from(vec![1, 2]))]);
        let file = std::fs::File::create(here.path().join(name)).expect("a file");
        let mut out = mailfatigue::fact_file::ParquetRowWriter::new(file, &schema).expect("begun");
        out.add(&rows.expect("rows")).and_then(|()| out.end()).expect("written");
    };
    write("sales.parquet", &[]);
    write("newer.parquet", &[("mailfatigue.schema", "99"), ("mailfatigue.program", "7.0.0")]);
    let built_in = ("mailfatigue.built-in", "0000");
    write("older.parquet", &[("mailfatigue.schema", "1"), ("mailfatigue.program", "0.1.0"), built_in]);
    fails_with(&check(here.path(), &["sales.parquet"]), &["not with facts of this program", "hint:"]);
    fails_with(
        &check(here.path(), &["newer.parquet"]),
        &["schema 99 (mailfatigue 7.0.0)", "reads schema 1", "hint:"],
    );
    fails_with(
        &check(here.path(), &["older.parquet"]),
        &["other built-in rules: mailfatigue 0.1.0", "hint:"],
    );
}

#[test]
fn outputs_are_as_safe_as_those_of_check() {
    let here = folder(&[("mail.mbox", daily().as_bytes()), ("mine.parquet", b"PAR1 of another program")]);
    let facts = |arguments: &[&str]| run(here.path(), ["facts"].iter().chain(arguments));
    fails_with(&facts(&["-o", "mail.mbox", "mail.mbox"]), &["is also a mailbox that is read", "hint:"]);
    fails_with(&facts(&["-o", "mine.parquet", "mail.mbox"]), &["is there already", "--force"]);
    fails_with(&facts(&["-o", "mail.csv", "mail.mbox"]), &["written as Parquet", "mail.parquet"]);
    fails_with(&facts(&["-o", "missing/mail.parquet", "mail.mbox"]), &["no folder `missing`"]);
    let told = check(here.path(), &["-o", "report.parquet", "mail.mbox"]);
    fails_with(&told, &["Parquet", "`mailfatigue facts --output report.parquet`", "report.csv"]);
    for _ in 0..2 {
        let told = facts(&["-o", "mail.parquet", "mail.mbox"]);
        assert_eq!(told.status, 0, "{}", told.err);
    }
    // In a folder that is read they are an earlier output beside the mail.
    std::fs::remove_file(here.path().join("mine.parquet")).expect("removed");
    let told = check(here.path(), &["."]);
    assert!(told.err.starts_with("28 messages read"), "{}", told.err);
    std::fs::write(here.path().join("empty.mbox"), "").expect("written");
    fails_with(&facts(&["-o", "none.parquet", "empty.mbox"]), &["is empty"]);
    assert!(!here.path().join("none.parquet").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_leaves_the_old_file() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let here = folder(&[("mail.mbox", daily().as_bytes())]);
    let told = run(here.path(), ["facts", "-q", "-o", "/dev/full", "mail.mbox"]);
    fails_with(&told, &["/dev/full", "no space left"]);
    let told = shell(here.path(), "$mailfatigue facts -q -o - mail.mbox >/dev/full");
    fails_with(&told, &["standard output", "no space left"]);
}
