//! The bundled mailboxes, each with its expected report, summary and (where there is one) list of messages.
//!
//! `UPDATE_FIXTURES=1 cargo test --test cases` writes the expectations anew: read the difference before you
//! commit it.

mod common;

use std::path::Path;

#[test]
fn every_mailbox_gives_its_report() {
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    let mut wrong = Vec::new();
    for mailbox in common::cases() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let list = folder.path().join("messages.csv");
        let expected_list = mailbox.with_extension("messages.csv");
        let mut arguments = common::arguments(&mailbox);
        if expected_list.exists() {
            arguments.extend(["--messages".to_string(), list.display().to_string()]);
        }
        let run = common::run(mailbox.parent().expect("a folder"), &arguments);
        assert_eq!(run.status, 0, "{}: {}", mailbox.display(), run.err);
        let mut outputs = vec![
            (mailbox.with_extension("report.csv"), run.out),
            (mailbox.with_extension("summary.txt"), common::without_age(&run.err)),
        ];
        if expected_list.exists() {
            outputs.push((expected_list, std::fs::read_to_string(&list).expect("the list of messages")));
        }
        for (path, got) in outputs {
            if update {
                std::fs::write(&path, got).expect("the expectation is written");
            } else if read(&path) != got {
                wrong.push(format!("{}\n--- expected\n{}--- got\n{got}", path.display(), read(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn every_summary_accounts_for_every_message() {
    for mailbox in common::cases() {
        let run = common::run(mailbox.parent().expect("a folder"), common::arguments(&mailbox));
        let first = run.err.lines().next().expect("a summary");
        let number = |text: &str| {
            text.trim().split(' ').next().and_then(|word| word.replace(',', "").parse::<u64>().ok())
        };
        let (read, parts) = first.split_once(": ").expect("parts");
        let sum: u64 = parts
            .split(", ")
            .map(|part| number(part).unwrap_or_else(|| panic!("a number in {part:?}")))
            .sum();
        assert_eq!(number(read), Some(sum), "{}: {first}", mailbox.display());
    }
}
