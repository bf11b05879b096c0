//! What a company hands over to an auditor: lists of senders and streams, the folder of evidence.

mod common;

use common::journals::{Report, offer};
use common::{fails_with, program, run};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// A journal: 28 offers, one a day, to three customers; the third gets every fourth.
fn journal() -> String {
    let day = |day: u32| {
        let third = if day.is_multiple_of(4) { "Bcc: cas@corp.example\n" } else { "" };
        let report = Report::to(&format!("To: ann@corp.example\nCc: bob@corp.example\n{third}"));
        let text = report.text.replace("m1@", &format!("m{day}@"));
        Report { text, message: Some(offer(day)), ..report }.mbox()
    };
    (1..=28).map(day).collect()
}

fn here() -> tempfile::TempDir {
    let here = tempfile::tempdir().expect("a folder");
    fs::write(here.path().join("journal.mbox"), journal()).expect("written");
    here
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The cells of the first row by the names of their columns.
fn first_row(csv: &str) -> std::collections::HashMap<String, String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let row = reader.records().next().expect("a row").expect("a row");
    header.iter().map(str::to_string).zip(row.iter().map(str::to_string)).collect()
}

#[test]
fn senders_and_streams_are_listed_over_all_customers() {
    let here = here();
    let told = run(
        here.path(),
        [
            "check",
            "journal.mbox",
            "--timezone",
            "UTC",
            "-o",
            "r.csv",
            "--senders",
            "s.csv",
            "--streams",
            "t.csv",
        ],
    );
    assert_eq!(told.status, 0, "{}", told.err);
    let sender = first_row(&read(here.path(), "s.csv"));
    for (column, expected) in [
        ("sender", "stride.example"),
        ("customers", "3"),
        ("flagged_customers", "2"),
        ("customers_by_verdict", "daily-unconsented=2 unconsented=1"),
        ("consent_none", "3"),
        ("marketing_messages", "63"),
        ("worst_customer", "ann@corp.example"),
        ("weekly_median", "7.0"),
        ("weekly_p95", "7.0"),
        ("weekly_most", "7.0"),
        ("one_click_share", "1.00"),
        ("none_share", "0.00"),
    ] {
        assert_eq!(sender[column], expected, "{column}");
    }
    let stream = first_row(&read(here.path(), "t.csv"));
    for (column, expected) in [
        ("sender", "stride.example"),
        ("stream_by", "from"),
        ("stream", "news@stride.example"),
        ("messages", "63"),
        ("customers", "3"),
        ("marketing", "63"),
        ("first_message", "2026-06-01"),
        ("last_message", "2026-06-28"),
        ("subject", "30% off everything, ends tonight"),
        ("unsubscribe", "one-click"),
    ] {
        assert_eq!(stream[column], expected, "{column}");
    }
    // They replace only their own kind.
    let twice = |option, file| run(here.path(), ["check", "journal.mbox", "-q", "-o", "r.csv", option, file]);
    assert_eq!(twice("--senders", "s.csv").status, 0);
    fails_with(&twice("--senders", "t.csv"), &["is a list of streams, not a list of senders"]);
    fails_with(&twice("--streams", "journal.mbox"), &["is also a mailbox that is read"]);
}

fn evidence(here: &Path, command: &[&str]) -> common::Run {
    let fixed =
        ["check", "journal.mbox", "--timezone", "UTC", "-q", "-o", "r.csv", "--evidence", "handed-over"];
    run(here, fixed.iter().chain(command))
}

#[test]
fn the_folder_of_evidence_is_complete_and_repeats_byte_for_byte() {
    let here = here();
    let list = "Mail;Shop;Status;Since\n*;stride.example;on;2026-01-01\n";
    let map = "customer = \"Mail\"\nsender = \"Shop\"\n[[event]]\ncolumn = \"Status\"\ndate = \"Since\"\n\
               words = { on = \"granted\" }\n";
    fs::write(here.path().join("list.csv"), list).expect("a list");
    fs::write(here.path().join("map.toml"), map).expect("a map");
    let given = ["--consent", "list.csv", "--consent-map", "map.toml"];
    let told = evidence(here.path(), &given);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    let folder = here.path().join("handed-over");
    let names = || -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&folder)
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let all = [
        "README.txt",
        "SHA256SUMS",
        "consent-1.csv",
        "consent-map.toml",
        "inputs.csv",
        "messages.csv",
        "not-read.txt",
        "policy.toml",
        "report.csv",
        "senders.csv",
        "streams.csv",
        "summary.txt",
    ];
    assert_eq!(names(), all);
    assert_eq!(read(&folder, "report.csv"), read(here.path(), "r.csv"));
    assert_eq!(read(&folder, "consent-1.csv"), list);
    assert_eq!(read(&folder, "consent-map.toml"), map);
    let inputs = read(&folder, "inputs.csv");
    let size = journal().len().to_string();
    assert!(inputs.contains("mailbox,journal.mbox,") && inputs.contains(&size), "{inputs}");
    let readme = read(&folder, "README.txt");
    assert!(readme.contains("--evidence handed-over --consent list.csv --consent-map map.toml"), "{readme}");
    let before: Vec<String> = all[1..].iter().map(|name| read(&folder, name)).collect();
    assert_eq!(evidence(here.path(), &given).status, 0);
    let after: Vec<String> = all[1..].iter().map(|name| read(&folder, name)).collect();
    assert_eq!(before, after);
    assert_eq!(names(), all);
    let left = fs::read_dir(here.path()).expect("here").flatten();
    assert_eq!(left.filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).count(), 0);
}

/// A value of the README in a folder of evidence.
fn said(readme: &str, name: &str) -> String {
    let line = readme.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {readme}")).trim().to_string()
}

#[cfg(unix)]
#[test]
fn who_follows_the_readme_of_the_evidence_gets_the_same_bytes() {
    let here = here();
    let settings = here.path().join("settings.toml");
    fs::write(&settings, "owner = [\"ann@corp.example\"]\nall = true\n").expect("settings");
    fs::rename(here.path().join("journal.mbox"), here.path().join("the firm's journal.mbox"))
        .expect("renamed");
    let audit = ["check", "the firm's journal.mbox", "-o", "r.csv", "--evidence", "first"];
    let first = program()
        .current_dir(here.path())
        .args(audit)
        .env("MAILFATIGUE_CONFIG", &settings)
        .env("TZ", "Asia/Tokyo")
        .output()
        .expect("the program starts");
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let readme = read(&here.path().join("first"), "README.txt");
    let own = program();
    assert_eq!(said(&readme, "Program:"), version(&own));
    let command = said(&readme, "Command:").replace("--evidence first", "--evidence second");
    let command = command.replacen("mailfatigue", &own.get_program().to_string_lossy(), 1);
    let again = std::process::Command::new("sh")
        .args(["-c", &command])
        .current_dir(here.path())
        .env("MAILFATIGUE_CONFIG", &settings)
        .env("TZ", said(&readme, "Days in:"))
        .output()
        .expect("a shell");
    assert!(again.status.success(), "{command}: {}", String::from_utf8_lossy(&again.stderr));
    let (first, second) = (here.path().join("first"), here.path().join("second"));
    for entry in fs::read_dir(&first).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let fixed = |folder: &Path| -> Vec<String> {
            let text = read(folder, &name);
            let is_fixed = |line: &&str| {
                name != "README.txt" || !line.starts_with("Run at:") && !line.starts_with("Command:")
            };
            text.lines().filter(is_fixed).map(str::to_string).collect()
        };
        assert_eq!(fixed(&first), fixed(&second), "{name}");
    }
    for line in read(&first, "SHA256SUMS").lines() {
        let (sum, name) = line.split_once("  ").expect("a sum and a name");
        assert_eq!(sum, sha256(&fs::read(first.join(name)).expect("a file")), "{name}");
    }
}

/// What the program says of itself.
fn version(program: &std::process::Command) -> String {
    let said =
        std::process::Command::new(program.get_program()).arg("--version").output().expect("it starts");
    String::from_utf8_lossy(&said.stdout).trim().to_string()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn evidence_replaces_no_folder_of_anybody_else() {
    let here = here();
    let place = here.path().join("handed-over");
    fs::create_dir(&place).expect("a folder");
    fs::write(place.join("notes.txt"), "mine\n").expect("notes");
    let told = evidence(here.path(), &[]);
    fails_with(&told, &["--evidence `handed-over`", "not an evidence folder of this program"]);
    assert_eq!(read(&place, "notes.txt"), "mine\n");
    fs::remove_file(place.join("notes.txt")).expect("removed");
    fs::rename(here.path().join("journal.mbox"), place.join("journal.mbox")).expect("moved");
    let told =
        run(here.path(), ["check", "handed-over/journal.mbox", "-o", "r.csv", "--evidence", "handed-over"]);
    fails_with(&told, &["contains `handed-over/journal.mbox`, a mailbox that is read"]);
    let told =
        run(here.path(), ["check", "handed-over/journal.mbox", "-o", "r.csv", "--evidence", "no/where"]);
    fails_with(&told, &["there is no folder `no`"]);
    let told = run(here.path(), ["check", "handed-over/journal.mbox", "-o", "r.csv", "--evidence", "-"]);
    fails_with(&told, &["can't go to standard output"]);
}

#[test]
fn what_is_beside_the_evidence_in_its_folder_is_not_lost() {
    let here = here();
    assert_eq!(evidence(here.path(), &[]).status, 0);
    let place = here.path().join("handed-over");
    let told = evidence(here.path(), &["--messages", "handed-over/all.csv"]);
    fails_with(&told, &["would contain `handed-over/all.csv`, a list of messages of this run"]);
    fs::write(place.join("notes.txt"), "mine\n").expect("notes");
    fails_with(
        &evidence(here.path(), &[]),
        &["contains `notes.txt`, which would be lost", "move that elsewhere"],
    );
    assert_eq!(read(&place, "notes.txt"), "mine\n");
    fs::remove_file(place.join("notes.txt")).expect("removed");
    assert_eq!(evidence(here.path(), &[]).status, 0);
}

#[cfg(unix)]
#[test]
fn of_a_link_to_the_evidence_the_folder_is_replaced_and_not_the_link() {
    let here = here();
    let (place, link) = (here.path().join("2026"), here.path().join("handed-over"));
    fs::create_dir(&place).expect("a folder");
    std::os::unix::fs::symlink(&place, &link).expect("a link");
    for _ in 0..2 {
        assert_eq!(evidence(here.path(), &[]).status, 0);
        assert!(link.is_symlink() && place.join("README.txt").is_file());
    }
    fs::remove_dir_all(&place).expect("removed");
    fails_with(&evidence(here.path(), &[]), &["is a link that leads nowhere"]);
}
