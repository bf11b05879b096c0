//! Runs the program as a user does.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod exports;
pub mod journals;
pub mod lists;
pub mod office;
pub mod outputs;
pub mod pages;
pub mod readme;
pub mod redacted;
pub mod sorted_facts;
#[cfg(target_os = "linux")]
pub mod terminal;
pub mod workbook;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// An earlier report, which a run may replace.
pub const OLD_REPORT: &str = "flagged,verdict,sender,sender_name,customer,cadence,reason\nno,old,,,,,\n";

/// An earlier list of messages.
pub const OLD_MESSAGES: &str = "sender,customer,day,time,kind,rule,counted_as,consent\n";

/// What a run said.
pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

/// The program, in a zone of its own so that no machine's clock matters.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mailfatigue"));
    command.env("TZ", "UTC").env_remove("RUST_BACKTRACE");
    // No config file of whoever runs the tests.
    command.env("XDG_CONFIG_HOME", "/nonexistent").env_remove("MAILFATIGUE_CONFIG");
    command
}

pub fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(folder: &Path, arguments: I) -> Run {
    told(
        program()
            .current_dir(folder)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the program starts"),
    )
}

pub fn run_with_stdin(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = program()
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the program ends");
    let _ = writer.join();
    told(output)
}

pub fn told(output: Output) -> Run {
    Run {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A summary without the one line that another day of the run would change: the age of the newest message.
pub fn without_age(summary: &str) -> String {
    let lines = summary.split_inclusive('\n');
    lines.filter(|line| !line.starts_with("the newest message is ")).collect()
}

/// The bundled mailboxes, in order.
pub fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases");
    let entries =
        std::fs::read_dir(&folder).expect("fixtures/cases").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "mbox")).collect();
    found.sort();
    assert!(!found.is_empty(), "no fixtures in {}", folder.display());
    found
}

/// The arguments of a bundled mailbox: what its `.args` file holds, a line each, and the files beside it.
pub fn arguments(mailbox: &Path) -> Vec<String> {
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut arguments = vec!["check".to_string(), name(mailbox)];
    let given =
        std::fs::read_to_string(mailbox.with_extension("args")).expect("an .args file beside the mailbox");
    arguments.extend(given.lines().map(str::to_string));
    for (ending, option) in [
        ("consent.csv", "--consent"),
        ("policy.toml", "--policy"),
        ("brands.toml", "--brands"),
        ("rules.toml", "--rules"),
    ] {
        let beside = mailbox.with_extension(ending);
        if beside.exists() {
            arguments.extend([option.to_string(), name(&beside)]);
        }
    }
    arguments
}

/// A fresh folder with these files.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        std::fs::write(folder.path().join(name), content).expect("a file");
    }
    folder
}

/// An ordinary promotional message, as an mbox holds it.
pub fn promotion(day: u32, from: &str, id: &str) -> String {
    format!(
        "From MAILER-DAEMON Sat Jan {day:2} 08:00:00 2026\n\
         Delivered-To: robin@home.example\n\
         Received: from mta.shop.example by mx.home.example for <robin@home.example>; {day} Jan 2026 08:00:00 +0000\n\
         Date: {day} Jan 2026 07:59:00 +0000\n\
         From: {from}\n\
         To: robin@home.example\n\
         Subject: Sale: 20% off today only\n\
         Message-ID: <{id}>\n\
         List-Unsubscribe: <https://shop.example/u/{id}>\n\
         List-Unsubscribe-Post: List-Unsubscribe=One-Click\n\
         Precedence: bulk\n\
         \n\
         Everything is on sale, 20% off. Shop now: https://shop.example/\n\
         Unsubscribe: https://shop.example/u/{id}\n\n"
    )
}

/// A month of daily marketing of one sender.
pub fn daily() -> String {
    (1..=28).map(|day| promotion(day, "Shop <news@shop.example>", &format!("m{day}@shop.example"))).collect()
}

/// Every file and link below a folder, with what it holds.
pub fn tree(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.to_string_lossy().into_owned();
        if path.is_symlink() {
            found.insert(
                format!("{name} ->"),
                path.read_link().expect("a link").into_os_string().into_encoded_bytes(),
            );
        } else if path.is_dir() {
            found.extend(tree(&path));
        } else {
            found.insert(name, std::fs::read(&path).expect("a file"));
        }
    }
    found
}

/// A run of `check`, with days in UTC.
pub fn check(here: &Path, mailboxes: &[&str]) -> Run {
    let mut arguments = vec!["check", "--timezone", "UTC"];
    arguments.extend(mailboxes);
    run(here, arguments)
}

/// Asserts that a run failed with these words.
pub fn fails_with(told: &Run, words: &[&str]) {
    assert_eq!(told.status, 2, "{}", told.err);
    for words in words {
        assert!(told.err.contains(words), "{words} is not in:\n{}", told.err);
    }
}
