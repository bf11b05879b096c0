//! Mailboxes of one sender each, in which a third of the messages say little: what streams add to the message alone.

mod common;

use common::run;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A message's true kind, and whether its own words show it.
struct Label {
    marketing: bool,
    says_little: bool,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The labels, by file and place in it, from 1.
fn labels(folder: &Path) -> HashMap<(String, usize), Label> {
    let mut reader = csv::Reader::from_path(folder.join("labels.csv")).expect("labels");
    let headers = reader.headers().expect("a header").clone();
    let column =
        |name: &str| headers.iter().position(|one| one == name).unwrap_or_else(|| panic!("column {name}"));
    let [file, message, truth, little] = ["file", "message", "truth", "says_little"].map(column);
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| {
        let label = Label { marketing: &row[truth] == "marketing", says_little: &row[little] == "yes" };
        ((row[file].to_string(), row[message].parse().expect("a number")), label)
    })
    .collect()
}

/// How often marketing was found, missed and wrongly seen.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    right: u32,
    missed: u32,
    wrong: u32,
}

impl Score {
    fn count(&mut self, truth: bool, called: bool) {
        match (truth, called) {
            (true, true) => self.right += 1,
            (true, false) => self.missed += 1,
            (false, true) => self.wrong += 1,
            (false, false) => {}
        }
    }

    fn precision(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }
}

/// The kind of each message by the whole program, and by the message alone.
fn called(mailbox: &Path) -> Vec<(bool, bool, String)> {
    let here = tempfile::tempdir().expect("a temporary folder");
    let list = here.path().join("list.csv");
    let arguments = ["check", "-q", "--all", "--timezone", "UTC", "--messages"].map(str::to_string);
    let paths = [&list, mailbox].map(|path: &Path| path.display().to_string());
    let told = run(here.path(), arguments.into_iter().chain(paths));
    assert_eq!(told.status, 0, "{}", told.err);
    let mut reader = csv::Reader::from_path(&list).expect("the list");
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| headers.iter().position(|one| one == name).expect("a column");
    let [kind, rule, subject] = ["kind", "rule", "subject"].map(column);
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| {
        let (marketing, rule) = (&row[kind] == "marketing", &row[rule]);
        let alone = (marketing && rule != "like-its-stream") || rule == "deals-of-its-stream";
        (marketing, alone, format!("{rule}: {}", &row[subject]))
    })
    .collect()
}

#[test]
fn streams_find_what_says_little_and_call_nothing_else_marketing() {
    measure(&folder("streams"), 0.995);
}

#[test]
fn streams_hold_on_mail_by_an_author_who_has_not_seen_how_they_are_read() {
    measure(&folder("streams-apart"), 0.985);
}

/// Prints what is found in a folder of mailboxes by itself and with streams, and asks that streams lose nothing.
fn measure(folder: &Path, least: f64) {
    let labels = labels(folder);
    let (mut alone, mut with_streams, mut little) = (Score::default(), Score::default(), Score::default());
    let mut wrong = Vec::new();
    let mut files: Vec<&String> = labels.keys().map(|(file, _)| file).collect();
    files.sort();
    files.dedup();
    for file in &files {
        for (at, (marketing, by_itself, shown)) in called(&folder.join(file)).into_iter().enumerate() {
            let label = &labels[&((*file).clone(), at + 1)];
            alone.count(label.marketing, by_itself);
            with_streams.count(label.marketing, marketing);
            if label.says_little {
                little.count(label.marketing, marketing);
            }
            if label.marketing != marketing {
                wrong.push(format!("{file} {}: {shown}", at + 1));
            }
        }
    }
    let told =
        |score: Score| format!("precision {:.3} recall {:.3} {score:?}", score.precision(), score.recall());
    println!("{} senders, {} messages", files.len(), labels.len());
    println!("by itself     {}", told(alone));
    println!("with streams  {}", told(with_streams));
    println!("  those that say little {}", told(little));
    println!("{}", wrong.join("\n"));
    assert!(files.len() >= 60 && with_streams.recall() >= least, "{}", told(with_streams));
    assert!(with_streams.precision() >= alone.precision(), "{} {}", told(alone), told(with_streams));
}
