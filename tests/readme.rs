//! The README says what the program does. `UPDATE_FIXTURES=1 cargo test --test readme` writes its generated parts.

mod common;

use common::readme::{block, readme, root};
use mailfatigue::consent::{ExportFormat, Grace, accepted_words};
use mailfatigue::fact_file;
use mailfatigue::mailbox::FORMATS;
use mailfatigue::policy::{DEFAULT_POLICY, Policy, preset, preset_names};
use mailfatigue::report::{CHANGE, COLUMNS, MESSAGE_COLUMNS, SENDER_COLUMNS, STREAM_COLUMNS};
use std::io::Write;
use std::path::Path;

/// A table of columns and their meanings.
fn listed(columns: impl Iterator<Item = (&'static str, &'static str)>) -> String {
    let rows: String = columns.map(|(name, meaning)| format!("| `{name}` | {meaning} |\n")).collect();
    format!("| column | meaning |\n| --- | --- |\n{rows}")
}

/// The parts of the README that the program knows: the mark above each, its first lines, and its content.
fn generated() -> Vec<(&'static str, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = folder.path().join("report.csv");
    let readme = readme();
    let list = folder.path().join("my-list.csv");
    let run = |mark: &str| {
        let arguments = block(&readme, mark)
            .trim()
            .trim_start_matches("cargo run --release -- ")
            .replace("report.csv", &report.display().to_string())
            .replace("my-list.csv", &list.display().to_string());
        let run = common::run(root(), arguments.split(' '));
        assert_eq!(run.status, 0, "{}", run.err);
        run
    };
    // The report is a file of the reader's, and the reader's day is another one.
    let told =
        |run: common::Run| common::without_age(&run.err).replace(&report.display().to_string(), "report.csv");
    let main = told(run("main command"));
    let main_rows = first_columns(&report);
    run("starter command");
    let starter = std::fs::read_to_string(&list).expect("the list to fill in");
    std::fs::write(&list, block(&readme, "filled list")).expect("the list filled in");
    let second = told(run("second command"));
    // So is the list.
    let second_rows = first_columns(&report).replace(&list.display().to_string(), "my-list.csv");
    let why = excerpt(&run("explain command").out);
    let words: String = accepted_words()
        .iter()
        .map(|(event, words)| format!("| {event} | {} |\n", words.join(", ")))
        .collect();
    let formats: String = ExportFormat::presets()
        .iter()
        .map(|format| format!("| `{}` | {} |\n", format.name, format.title))
        .collect();
    let known = vec![
        ("summary of the main command", format!("```text\n{main}```\n")),
        ("report of the main command", main_rows),
        ("starter ledger", format!("```csv\n{starter}```\n")),
        ("summary of the second command", format!("```text\n{second}```\n")),
        ("report of the second command", second_rows),
        ("excerpt of explain", format!("```text\n{why}```\n")),
        ("beginning of the letter", format!("```text\n{}```\n", beginning(&run("letter command").out))),
        ("events", format!("| event | words |\n| --- | --- |\n{words}")),
        ("presets", presets()),
        ("consent formats", format!("| name | export |\n| --- | --- |\n{formats}")),
        ("policy", format!("```toml\n{DEFAULT_POLICY}```\n")),
        ("sender columns", listed(SENDER_COLUMNS.iter().map(|column| (column.name, column.meaning)))),
        ("stream columns", listed(STREAM_COLUMNS.iter().map(|column| (column.name, column.meaning)))),
        ("message columns", listed(MESSAGE_COLUMNS.into_iter())),
        ("columns", format!("| column | meaning |\n| --- | --- |\n{}", columns())),
    ];
    let of_terminal = table(block(&readme, "main command"));
    known.into_iter().chain(facts()).chain(of_terminal).collect()
}

/// The columns and the rows of facts.
fn facts() -> [(&'static str, String); 2] {
    let fact_columns: String = fact_file::COLUMNS
        .iter()
        .map(|column| format!("| `{}` | {} | {} |\n", column.name, column.data.word(), column.meaning))
        .collect();
    let fact_rows: String =
        fact_file::ROWS.iter().map(|(_, word, meaning)| format!("| `{word}` | {meaning} |\n")).collect();
    [
        ("columns of facts", format!("| column | type | meaning |\n| --- | --- | --- |\n{fact_columns}")),
        ("rows of facts", format!("| `row` | what it is |\n| --- | --- |\n{fact_rows}")),
    ]
}

/// The policy presets: how long the grace is, what a purchase is worth, and what else counts.
fn presets() -> String {
    let rows = preset_names().map(|name| {
        let policy = Policy::parse(preset(name).expect("a preset"), Path::new(name)).expect("valid");
        let grace = match policy.grace {
            Grace::Days(0) => "none".to_string(),
            Grace::Days(days) => format!("{days} days"),
            Grace::BusinessDays(business) => {
                format!("{} business days, at most {} days", business.count, business.longest_days)
            }
        };
        let purchase = match policy.soft_opt_in_days {
            0 => "no consent".to_string(),
            36_525 => "consent without end".to_string(),
            days => format!("consent for {days} days"),
        };
        let mixed = if policy.count_mixed { "yes" } else { "no" };
        format!("| `{name}` | {grace} | {purchase} | {mixed} |\n")
    });
    "| preset | days after an opt-out | a purchase is | mixed mail counts |\n| --- | --- | --- | --- |\n"
        .to_string()
        + &rows.collect::<String>()
}

fn columns() -> String {
    let all = COLUMNS.iter().chain([&CHANGE]);
    all.map(|column| format!("| `{}` | {} |\n", column.name, column.meaning)).collect()
}

/// The table that a terminal shows where the main command is given without an output.
#[cfg(target_os = "linux")]
fn table(main: &str) -> Option<(&'static str, String)> {
    let words = main.trim().trim_start_matches("cargo run --release -- ").split(' ');
    let mut arguments: Vec<&str> = words.take_while(|word| *word != "--output").collect();
    arguments.push("-q");
    let lines = common::terminal::at_terminal(root(), 80, &arguments, None, true).lines();
    Some(("table at a terminal", format!("```text\n{}\n```\n", lines.join("\n"))))
}

#[cfg(not(target_os = "linux"))]
fn table(_: &str) -> Option<(&'static str, String)> {
    None
}

/// The first columns of a report, as a table.
fn first_columns(report: &Path) -> String {
    let mut csv = csv::Reader::from_path(report).expect("the report");
    let rows: Vec<String> = csv
        .records()
        .map(|row| row.expect("a row").iter().take(7).map(str::to_string).collect::<Vec<_>>())
        .map(|cells| format!("| {} |\n", cells.join(" | ")))
        .collect();
    let names: Vec<&str> = COLUMNS.iter().take(7).map(|column| column.name).collect();
    format!("| {} |\n|{}\n{}", names.join(" | "), " --- |".repeat(7), rows.concat())
}

/// The verdict, the rules and what would change it.
fn excerpt(explained: &str) -> String {
    let (above, rest) = explained.split_once("Consent on record\n").expect("the consent");
    let from = rest.find("What would change the verdict").expect("the changes");
    let (changes, _) = rest[from..].split_once("\n\n").expect("the messages");
    format!("{above}[…]\n\n{changes}\n")
}

/// A letter down to the name below it.
fn beginning(letter: &str) -> &str {
    letter.split_once("\n\n\n").map_or(letter, |(above, _)| letter.get(..=above.len()).unwrap_or(above))
}

#[test]
fn the_generated_parts_are_what_the_program_says() {
    let path = root().join("README.md");
    let mut readme = std::fs::read_to_string(&path).expect("README.md");
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    for (mark, content) in generated() {
        let start = readme.find(&format!("<!-- {mark} -->\n")).unwrap_or_else(|| panic!("no mark `{mark}`"))
            + mark.len()
            + 10;
        let end = start + block_length(&readme[start..]);
        if update {
            readme.replace_range(start..end, &content);
        } else {
            assert_eq!(&readme[start..end], content, "the part `{mark}` of README.md is out of date");
        }
    }
    if update {
        std::fs::write(&path, readme).expect("README.md");
    }
}

/// A fenced block or a table, from its first line on.
fn block_length(text: &str) -> usize {
    if let Some(inside) = text.strip_prefix("```") {
        return 3 + inside.find("\n```\n").expect("the end of the block") + 5;
    }
    text.find("\n\n").map_or(text.len(), |end| end + 1)
}

#[test]
fn every_format_has_its_row() {
    let readme = readme();
    let listed = common::run(root(), ["formats"]);
    assert_eq!(listed.status, 0);
    for format in FORMATS {
        let row = format!("| {} | {} | {} |", format.name, format.recognised_by, format.comes_from);
        assert!(readme.contains(&row), "README.md lacks {row}");
        assert!(listed.out.lines().any(|line| line == format.name), "`formats` lacks {}", format.name);
    }
}

#[test]
fn every_option_is_spelt_as_the_program_knows_it() {
    let readme = readme();
    let help = ["check", "explain", "letter", "facts"]
        .map(|command| common::run(root(), [command, "--help"]).out)
        .concat();
    // The job for Apache Spark has options of its own, in its text.
    let job = std::fs::read_to_string(root().join("cluster/mailfatigue_spark.py")).expect("the job");
    let spark = ["--host", "--port", "--cores", "--deploy-mode", "--files", "--conf"];
    let cargo = [
        "--release",
        "--profile",
        "--locked",
        "--path",
        "--test",
        "--nocapture",
        "--ignored",
        "--",
        "--example",
    ];
    // Of the command that fits the points of signs.
    let signs = ["--signs", "--wrong-out", "--held-out", "--write"];
    let words = readme
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter(|word| word.starts_with("--") && !spark.contains(word));
    for word in words
        .filter(|word| !cargo.contains(word) && !signs.contains(word) && !word.trim_matches('-').is_empty())
    {
        let known = help.contains(word) || job.contains(&format!("\"{word}\""));
        assert!(known, "README.md names {word}, which --help does not");
    }
}

/// The walkthroughs' commands, in a folder with the files that they name.
#[cfg(unix)]
#[test]
fn the_walkthroughs_run_as_they_are_written() {
    let readme = readme();
    let here = tempfile::tempdir().expect("a folder");
    let mail = common::daily();
    for part in ["001", "002"] {
        let name = format!("takeout-20260301T000000Z-{part}.zip");
        let mut takeout = zip::ZipWriter::new(std::fs::File::create(here.path().join(name)).expect("a file"));
        let inside = "Takeout/Mail/All mail Including Spam and Trash.mbox";
        takeout.start_file(inside, zip::write::SimpleFileOptions::default()).expect("a member");
        takeout.write_all(mail.as_bytes()).expect("written");
        takeout.finish().expect("an archive");
    }
    std::fs::create_dir(here.path().join("seed-mailbox")).expect("a folder");
    std::fs::write(here.path().join("seed-mailbox/a.mbox"), &mail).expect("a mailbox");
    let list = "customer,event,date\nrobin@home.example,unsubscribed,2026-01-01\n";
    std::fs::write(here.path().join("crm-export.csv"), list).expect("a list");
    std::fs::copy(root().join("fixtures/exports/klaviyo.csv"), here.path().join("klaviyo-export.csv"))
        .expect("a list");
    for (mark, outputs) in [
        ("Gmail on Linux", &["report.csv", "report.xlsx"] as &[&str]),
        ("Gmail on Windows", &["report.csv", "report.xlsx"]),
        ("export command", &["report.csv", "no-row.csv"]),
        ("company command", &["report.csv", "evidence.csv", "audit.xlsx"]),
    ] {
        let command =
            block(&readme, mark).lines().find(|line| line.starts_with("mailfatigue ")).expect("a command");
        let told =
            common::outputs::shell(here.path(), &command.replacen("mailfatigue", "\"$mailfatigue\"", 1));
        assert_eq!(told.status, 0, "{mark}: {}", told.err);
        assert!(told.err.contains("1 of 1 sender flagged"), "{mark}: {}", told.err);
        for output in outputs {
            std::fs::remove_file(here.path().join(output)).expect("an output");
        }
    }
}
