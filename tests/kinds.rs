//! The rules of kinds, held against their own examples and against the labelled messages in `fixtures/kinds`.
//!
//! `cargo test --release --test kinds -- --nocapture` prints the confusion matrix. Another set in the same
//! layout (`<kind>/*.eml`) is scored with `MAILFATIGUE_KINDS=path/to/set`.

use mailfatigue::fact::{Kind, ReadingSettings};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// 2026-11-22T00:00:00Z.
const NOW: i64 = 1_795_305_600;

fn settings() -> ReadingSettings {
    ReadingSettings::plain(NOW).expect("the built-in rules are valid")
}

fn labelled(root: &Path) -> Vec<(PathBuf, Kind)> {
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let folder = root.join(kind.word());
        let entries =
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        found.extend(
            entries
                .map(|entry| (entry.expect("a readable folder").path(), kind))
                .filter(|(path, _)| path.extension().is_some_and(|e| e == "eml")),
        );
    }
    found.sort();
    found
}

#[test]
fn every_rule_decides_its_hits_and_leaves_its_misses() {
    let settings = settings();
    let mut wrong = Vec::new();
    for (id, hits, misses) in settings.rules.examples() {
        for example in hits {
            match settings.classify(example.as_bytes()) {
                Some((_, rule)) if rule == id => {}
                other => wrong.push(format!("{id} should decide, but {other:?} does:\n{example}")),
            }
        }
        for example in misses {
            if let Some((_, rule)) = settings.classify(example.as_bytes()).filter(|(_, rule)| *rule == id) {
                wrong.push(format!("{rule} should not decide:\n{example}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn labelled_messages_are_told_apart() {
    let root =
        std::env::var_os("MAILFATIGUE_KINDS").map_or_else(|| PathBuf::from("fixtures/kinds"), PathBuf::from);
    let settings = settings();
    let mut matrix: BTreeMap<(Kind, Kind), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    let messages = labelled(&root);
    assert!(!messages.is_empty(), "no messages in {}", root.display());
    for (path, kind) in &messages {
        let bytes = std::fs::read(path).expect("a readable file");
        let (said, rule) =
            settings.classify(&bytes).unwrap_or_else(|| panic!("{} can't be used", path.display()));
        *matrix.entry((*kind, said)).or_default() += 1;
        if said != *kind {
            wrong.push(format!("{} is called {} by {rule}", path.display(), said.word()));
        }
    }
    println!("{}\n{}", wrong.join("\n"), table(&matrix));
    if std::env::var_os("MAILFATIGUE_KINDS").is_none() {
        in_the_readme(&table(&matrix));
    }
    let count = |truth: Kind, said: Kind| matrix.get(&(truth, said)).copied().unwrap_or(0);
    for truth in [Kind::Discussion, Kind::Automatic] {
        assert_eq!(count(truth, Kind::Marketing), 0, "{} called marketing", truth.word());
    }
    // Round letters of families through a bulk platform, with all that campaigns have.
    assert!(count(Kind::Personal, Kind::Marketing) <= 8, "letters called marketing");
    let (precision, recall) = scores(&matrix, Kind::Marketing);
    assert!(precision >= 0.96, "precision of marketing is {precision:.3}");
    assert!(recall >= 0.81, "recall of marketing is {recall:.3}");
}

/// Messages that are never fitted, most of them by authors who have not read the tables: of every length, and only short ones.
#[test]
fn messages_that_were_never_fitted_are_told_apart() {
    let settings = settings();
    for (folder, least) in [("fixtures/kinds-apart", (0.955, 0.865)), ("fixtures/kinds-short", (0.98, 0.65))]
    {
        let mut matrix: BTreeMap<(Kind, Kind), usize> = BTreeMap::new();
        for (path, kind) in labelled(Path::new(folder)) {
            let bytes = std::fs::read(&path).expect("a readable file");
            let (said, _) =
                settings.classify(&bytes).unwrap_or_else(|| panic!("{} can't be used", path.display()));
            *matrix.entry((kind, said)).or_default() += 1;
        }
        println!("{folder}\n{}", table(&matrix));
        let (precision, recall) = scores(&matrix, Kind::Marketing);
        assert!(precision >= least.0 && recall >= least.1, "{folder}: {precision:.3}, {recall:.3}");
    }
}

/// The README shows the table. `UPDATE_FIXTURES=1` writes it.
fn in_the_readme(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let start = readme.find("<!-- kinds -->\n```text\n").expect("the mark of the table")
        + "<!-- kinds -->\n```text\n".len();
    let end = start + readme[start..].find("```").expect("the end of the table");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        let lines: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        std::fs::write(&path, format!("{}{lines}{}", &readme[..start], &readme[end..])).expect("README.md");
    } else {
        let shown: Vec<&str> = readme[start..end].lines().collect();
        let now: Vec<&str> = table.lines().map(str::trim_end).collect();
        assert_eq!(shown, now, "the table in README.md is out of date");
    }
}

/// Precision and recall of one kind.
fn scores(matrix: &BTreeMap<(Kind, Kind), usize>, kind: Kind) -> (f64, f64) {
    let sum = |keep: &dyn Fn(Kind, Kind) -> bool| {
        matrix.iter().filter(|((t, s), _)| keep(*t, *s)).map(|(_, n)| *n).sum::<usize>() as f64
    };
    let right = sum(&|t, s| t == kind && s == kind);
    (right / sum(&|_, s| s == kind).max(1.0), right / sum(&|t, _| t == kind).max(1.0))
}

fn table(matrix: &BTreeMap<(Kind, Kind), usize>) -> String {
    let mut lines = vec![
        format!("{:14}", "is \\ called")
            + &Kind::ALL.map(|kind| format!("{:>14}", kind.word())).concat()
            + "  precision  recall",
    ];
    for truth in Kind::ALL {
        let cells = Kind::ALL.map(|said| format!("{:>14}", matrix.get(&(truth, said)).copied().unwrap_or(0)));
        let (precision, recall) = scores(matrix, truth);
        lines.push(format!("{:14}{}  {precision:9.3}  {recall:6.3}", truth.word(), cells.concat()));
    }
    lines.join("\n")
}
