//! Runs whose outputs may be in the way of their inputs.

use super::{Run, daily, folder, run, tree};
use std::path::Path;
use std::process::Stdio;

pub const LIST: &str = "sender,customer,event,date\nshop.example,*,granted,2026-01-01\n";
pub const POLICY: &str = "[[rule]]\nverdict = \"mail\"\nmessages = 1\n";
pub const RULES: &str = "[[rule]]\nid = \"mine\"\nkind = \"transactional\"\nwhy = \"x\"\nwhen.field.from = \"bank\\\\.example\"\n";
pub const BRANDS: &str = "[[brand]]\nname = \"Shop\"\ndomains = [\"shop.example\"]\n";
pub const INPUTS: [&str; 5] = ["mail.csv", "list.csv", "policy.csv", "rules.csv", "brands.csv"];
pub const OUTPUTS: [&str; 3] = ["--output", "--messages", "--starter-ledger"];

/// Asserts that a run fails with these words and changes nothing.
pub fn refused(folder: &Path, arguments: &[&str], words: &[&str]) {
    let before = tree(folder);
    let told = run(folder, arguments);
    says(&told, &format!("{arguments:?}"), words);
    assert!(tree(folder) == before, "{arguments:?} changed a file");
}

pub fn says(told: &Run, what: &str, words: &[&str]) {
    assert_eq!(told.status, 2, "{what}: {}", told.err);
    for word in words {
        assert!(told.err.contains(word), "{what} should say {word:?}, but says:\n{}", told.err);
    }
    assert!(told.err.contains("hint:"), "{what}: {}", told.err);
}

pub fn works(folder: &Path, arguments: &[&str]) {
    let told = run(folder, arguments);
    assert_eq!(told.status, 0, "{arguments:?}: {}", told.err);
}

/// A run through the shell, for what it redirects.
pub fn shell(folder: &Path, command: &str) -> Run {
    let output = std::process::Command::new("sh")
        .current_dir(folder)
        .env("TZ", "UTC")
        .env("mailfatigue", env!("CARGO_BIN_EXE_mailfatigue"))
        .args(["-c", command])
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    Run {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Everything that a run reads, under names that any output may have.
pub fn all_inputs() -> (tempfile::TempDir, Vec<&'static str>) {
    let here = folder(&[
        ("mail.csv", daily().as_bytes()),
        ("list.csv", LIST.as_bytes()),
        ("policy.csv", POLICY.as_bytes()),
        ("rules.csv", RULES.as_bytes()),
        ("brands.csv", BRANDS.as_bytes()),
    ]);
    let options =
        "check mail.csv --consent list.csv --policy policy.csv --rules rules.csv --brands brands.csv";
    (here, options.split(' ').collect())
}
