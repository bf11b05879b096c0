//! Redacted outputs: nothing in them names a person or a message.

mod common;

use common::redacted::{LIST, here, pseudonyms, shows_nothing};
use common::{Run, fails_with, run};
use mailfatigue::fact_file::StreamRowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// Runs a command over the folder, redacted, and gives what it says on standard output and standard error.
fn redacted(here: &Path, arguments: &[&str], expected: i32) -> Run {
    let common = ["folder-qx0", "--consent", LIST, "--owner", "robin.qx1@home.example", "--timezone", "UTC"];
    let told = run(here, [arguments, &common[..]].concat());
    assert_eq!(told.status, expected, "{arguments:?}: {}", told.err);
    told
}

/// Everything in an archive, as text.
fn unpacked(path: &Path) -> String {
    let mut archive =
        zip::ZipArchive::new(std::fs::File::open(path).expect("a workbook")).expect("an archive");
    let mut all = String::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).expect("an entry");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).expect("its bytes");
        let _ = writeln!(all, "{}", String::from_utf8_lossy(&bytes));
    }
    all
}

#[test]
fn no_output_shows_an_address_a_local_part_a_subject_a_message_id_or_a_path() {
    let here = here();
    let read = |name: &str| std::fs::read_to_string(here.path().join(name)).expect("an output");
    let outputs =
        ["--messages", "m.csv", "--html", "p.html", "--xlsx", "w.xlsx", "--starter-ledger", "s.csv"];
    let check = [&["check", "--redact=key", "-v", "--unmatched", "u.csv"], &outputs[..]].concat();
    let told = redacted(here.path(), &[&check[..], &["--all", "-o", "r.csv"]].concat(), 0);
    shows_nothing("standard error", &told.err);
    assert!(
        told.err.contains("redacted: customers, and senders that are addresses, have pseudonyms"),
        "{}",
        told.err
    );
    assert!(told.err.contains("no mail: `mailbox 1`"), "{}", told.err);
    let mut seen = Vec::new();
    for name in ["r.csv", "m.csv", "p.html", "s.csv", "u.csv"] {
        shows_nothing(name, &read(name));
        seen.push((name, pseudonyms(&read(name))));
    }
    let workbook = unpacked(&here.path().join("w.xlsx"));
    shows_nothing("w.xlsx", &workbook);
    seen.push(("w.xlsx", pseudonyms(&workbook)));
    let told = redacted(here.path(), &["check", "--redact=key", "--all", "--format", "json"], 0);
    shows_nothing("json", &told.out);
    seen.push(("json", pseudonyms(&told.out)));
    // The same people in each: two customers of marketing, two senders without a domain of their own.
    let known = &seen[0].1;
    assert_eq!(known.iter().filter(|name| name.starts_with("sender-")).count(), 2, "{known:?}");
    assert_eq!(known.iter().filter(|name| name.starts_with("customer-")).count(), 2, "{known:?}");
    for (name, pseudonyms) in &seen {
        assert!(!pseudonyms.is_empty(), "{name}");
        let new: Vec<_> =
            pseudonyms.difference(known).filter(|_| *name != "m.csv" && *name != "w.xlsx").collect();
        assert!(new.is_empty(), "{name}: {new:?}");
    }
    assert!(read("r.csv").contains("moss.example") && read("p.html").contains("https://moss.example<"));
}

#[test]
fn the_state_file_has_pseudonyms_also_after_a_run_without() {
    let here = here();
    let state = || std::fs::read_to_string(here.path().join("state.json")).expect("the state");
    let nightly = ["check", "--since-last", "state.json", "-o", "r.csv"];
    redacted(here.path(), &nightly, 0);
    assert!(state().contains("robin.qx1"));
    let told = redacted(here.path(), &[&nightly[..], &["--redact=key"]].concat(), 0);
    shows_nothing("the state", &state());
    shows_nothing("the summary", &told.err);
    let report = std::fs::read_to_string(here.path().join("r.csv")).expect("the report");
    assert!(report.contains(",ongoing") && !report.contains(",new"), "{report}");
    let told = redacted(here.path(), &[&nightly[..], &["--redact"]].concat(), 2);
    assert!(told.err.contains("--redact=KEYFILE"), "{}", told.err);
}

#[test]
fn what_is_said_of_a_sender_is_redacted_too() {
    let here = here();
    for sender in ["moss.example", "kim.qx8@gmail.com"] {
        let about = ["--redact=key", "--sender", sender];
        for format in ["text", "json"] {
            let told = redacted(here.path(), &[&["explain", "--format", format], &about[..]].concat(), 0);
            shows_nothing(format, &(told.out + &told.err));
        }
        redacted(here.path(), &[&["explain", "--html", "e.html", "--force"], &about[..]].concat(), 0);
        shows_nothing("e.html", &std::fs::read_to_string(here.path().join("e.html")).expect("the page"));
        let told = redacted(here.path(), &[&["letter"], &about[..]].concat(), 0);
        shows_nothing("letter", &(told.out + &told.err));
    }
    let told = redacted(here.path(), &["letter", "--redact=key", "--all-flagged", "--output", "letters"], 0);
    shows_nothing("letters", &told.err);
    for entry in std::fs::read_dir(here.path().join("letters")).expect("letters") {
        let path = entry.expect("a letter").path();
        shows_nothing("a letter's name", &path.file_name().expect("a name").to_string_lossy());
        shows_nothing("a letter", &std::fs::read_to_string(&path).expect("a letter"));
    }
    let report = redacted(here.path(), &["check", "--redact=key"], 0).out;
    let pseudonym = pseudonyms(&report).into_iter().find(|name| name.starts_with("sender-")).expect("one");
    redacted(here.path(), &["explain", "--redact=key", "--sender", &pseudonym], 0);
}

/// All rows of a file of facts and its metadata, as the bytes of a stream, which are not compressed.
fn streamed(file: &Path) -> Vec<u8> {
    let file = std::fs::File::open(file).expect("the facts");
    let facts = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    let mut bytes = Vec::new();
    let mut out = StreamRowWriter::new(&mut bytes, facts.schema()).expect("begun");
    facts.build().expect("rows").for_each(|rows| out.add(&rows.expect("rows")).expect("written"));
    out.end().expect("ended");
    bytes
}

#[test]
fn facts_name_nobody_and_are_refused() {
    let here = here();
    let facts = |arguments: &[&str]| {
        let common = ["facts", "folder-qx0", "--owner", "robin.qx1@home.example", "-v"];
        let told = run_for_bytes(here.path(), &[&common[..], arguments].concat());
        assert_eq!(told.0, 0, "{arguments:?}: {}", told.2);
        told
    };
    let (_, _, err) = facts(&["--redact=key", "-o", "facts-qx.parquet"]);
    shows_nothing("standard error", &err);
    assert!(err.contains("facts of 115 messages") && err.contains("redacted: customers"), "{err}");
    let (_, stream, _) = facts(&["--redact=key", "-o", "-", "-q"]);
    let file = streamed(&here.path().join("facts-qx.parquet"));
    for (what, bytes) in [("the file", file), ("the stream", stream)] {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        shows_nothing(what, &text);
        assert!(text.contains("moss.example") && text.contains("https://moss.example"), "{what}");
        let report = redacted(here.path(), &["check", "--redact=key", "--all"], 0).out;
        let known: BTreeSet<String> =
            pseudonyms(&report).into_iter().filter(|name| text.contains(name)).collect();
        assert!(known.len() >= 3, "the same pseudonyms: {known:?}");
        for column in ["identity", "opt_out_addresses", "written_to", "unsubscribe_place", "written_answers"]
        {
            assert!(is_blank(&bytes, column), "{what}: {column}");
        }
    }
    let told = run(here.path(), ["check", "facts-qx.parquet", "--owner", "robin.qx1@home.example"]);
    fails_with(&told, &["`facts-qx.parquet`", "redacted facts", "hint: give the mailboxes"]);
    let told = run(here.path(), ["facts", "folder-qx0", "--redact=key", "-o", "key"]);
    fails_with(&told, &["key file"]);
}

fn run_for_bytes(here: &Path, arguments: &[&str]) -> (i32, Vec<u8>, String) {
    let told = common::program().current_dir(here).args(arguments).output().expect("the program starts");
    (told.status.code().unwrap_or(-1), told.stdout, String::from_utf8_lossy(&told.stderr).into_owned())
}

/// Whether a column of a stream has no value.
fn is_blank(stream: &[u8], column: &str) -> bool {
    let mut batches = arrow_ipc::reader::StreamReader::try_new(stream, None).expect("a stream");
    batches.all(|rows| {
        let rows = rows.expect("rows");
        let cells = rows.column_by_name(column).expect("a column");
        arrow_array::Array::null_count(cells) == rows.num_rows()
    })
}

#[test]
fn errors_about_inputs_are_redacted() {
    let here = here();
    let missing = ["missing-qxo.mbox"];
    for arguments in [
        &["check", "--redact", "-v", "-o", "r.csv"][..],
        &["check", "--redact", "--consent", "missing-qxp.csv"],
        &["explain", "--redact", "--sender", "kim.qx88@gmail.com"],
        &["check", "--redact", "--policy", "missing-qxq.toml"],
    ] {
        let told = redacted(here.path(), &[arguments, &missing[..]].concat(), 2);
        shows_nothing(&format!("{arguments:?}"), &told.err);
        assert!(told.err.contains("error:"), "{}", told.err);
    }
    std::fs::write(
        here.path().join("bad-qxr.csv"),
        "sender,customer,event,date\nx.example,robin.qx1@home.example,maybe,\n",
    )
    .expect("a list");
    let told = redacted(here.path(), &["check", "--redact", "--consent", "bad-qxr.csv"], 2);
    shows_nothing("a bad list", &told.err);
}

#[test]
fn a_key_gives_the_same_pseudonyms_again_and_another_key_others() {
    let here = here();
    std::fs::write(here.path().join("other"), "fedcba9876543210").expect("a key");
    let report = |option: &str| redacted(here.path(), &["check", option], 0).out;
    assert_eq!(report("--redact=key"), report("--redact=key"));
    assert_ne!(pseudonyms(&report("--redact=key")), pseudonyms(&report("--redact=other")));
    assert_ne!(pseudonyms(&report("--redact")), pseudonyms(&report("--redact")), "a random one");
    // Nothing but the names is another.
    let plain = redacted(here.path(), &["check"], 0).out;
    let rows = |text: &str| -> BTreeSet<String> {
        let mut report = csv::Reader::from_reader(text.as_bytes());
        let names = report.headers().expect("a header").clone();
        let of_people = ["sender", "sender_name", "customer", "consent_source", "addresses"];
        let row = |row: csv::StringRecord| -> String {
            let cells = names.iter().zip(row.iter()).filter(|(name, _)| !of_people.contains(name));
            cells.fold(String::new(), |row, (_, cell)| row + cell + ",")
        };
        report.records().map(|record| row(record.expect("a row"))).collect()
    };
    assert_eq!(rows(&plain), rows(&report("--redact=key")));
}

#[test]
fn a_key_file_is_checked_before_anything_is_read() {
    let here = here();
    std::fs::write(here.path().join("short"), "fifteen bytes..\n").expect("a key");
    std::fs::write(here.path().join("empty"), "\n").expect("a key");
    for (option, said) in [
        ("--redact=missing", "can't be read as the key of --redact"),
        ("--redact=empty", "is empty, and the pseudonyms need a key"),
        ("--redact=short", "has a key of 15 bytes; the shortest has 16"),
        ("--redact=folder-qx0", "can't be read as the key of --redact"),
        ("--redact=/dev/zero", "is longer than 65536 bytes"),
        ("--redact=", "has no name of a file"),
    ] {
        let told = redacted(here.path(), &["check", option, "-o", "r.csv"], 2);
        assert!(told.err.contains(said) && told.err.contains("hint: "), "{option}: {}", told.err);
        assert!(!here.path().join("r.csv").exists(), "{option}");
    }
    let told = redacted(here.path(), &["check", "--redact=key", "-o", "./key"], 2);
    assert!(told.err.contains("key file"), "{}", told.err);
}
