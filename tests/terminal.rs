//! The program at a terminal: a table in place of the report, and nothing that wraps.

#![cfg(target_os = "linux")]

mod common;

use common::terminal::{at_terminal, frames};
use common::{folder, promotion};
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Runs `check` at a terminal without colours.
fn check(folder: &Path, columns: u16, arguments: &[&str], with_output: bool) -> (Vec<String>, Vec<u8>) {
    let session = at_terminal(folder, columns, &[&["check"], arguments].concat(), None, with_output);
    (session.lines(), session.out)
}

/// Seven shops, the first three daily, one with a name in wide characters.
fn market() -> String {
    let shop = |n: u32| {
        let domain = if n == 2 { "kutsu-no-mise.example".to_string() } else { format!("shop{n}.example") };
        let name = if n == 2 { "靴の店".to_string() } else { format!("Shop {n}") };
        let days = if n < 4 { 28 } else { 8 - n };
        let mail = move |day| {
            promotion(day, &format!("\"{name}\" <news@{domain}>"), &format!("{n}-{day}@x.example"))
        };
        (1..=days).map(mail).collect::<String>()
    };
    (1..=7).map(shop).collect()
}

#[test]
fn a_terminal_gets_the_worst_five_in_place_of_the_report() {
    let here = folder(&[("a.mbox", market().as_bytes())]);
    let (lines, _) = check(here.path(), 100, &["a.mbox"], true);
    let at = lines.iter().position(|line| line.starts_with("sender ")).expect("the table");
    assert!(
        lines[at].contains("verdict") && lines[at].contains("days a week") && lines[at].contains("way out")
    );
    let senders: Vec<&str> = lines[at + 1..].iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        senders[..5],
        ["kutsu-no-mise.example", "shop1.example", "shop3.example", "shop4.example", "shop5.example"]
    );
    assert!(lines[at + 1].contains("daily-unconsented") && lines[at + 1].contains("7.0  one-click"));
    let end = "the whole report (7 rows): -o FILE writes it to a file, -o - shows it here";
    assert_eq!(lines.get(at + 7).map(String::as_str), Some(end));
    assert!(lines.iter().any(|line| line.starts_with("214 ") || line.contains("messages read")));
    assert!(!lines.iter().any(|line| line.contains("flagged,verdict")), "no CSV: {lines:?}");
}

#[test]
fn nothing_wraps_at_any_width() {
    let here = folder(&[("a.mbox", market().as_bytes())]);
    for columns in [30, 80, 200] {
        let (lines, _) = check(here.path(), columns, &["a.mbox"], true);
        for line in &lines {
            assert!(line.width() <= usize::from(columns), "{columns}: {line:?}");
        }
        assert!(lines.iter().any(|line| line.contains("daily-unconsented")), "{columns}: {lines:?}");
    }
}

#[test]
fn a_report_in_a_file_or_a_pipe_is_the_csv_and_the_table_goes_to_standard_error() {
    let here = folder(&[("a.mbox", market().as_bytes())]);
    let (lines, out) = check(here.path(), 100, &["a.mbox"], false);
    assert!(
        out.starts_with(b"flagged,verdict,sender,") && lines.iter().any(|line| line.starts_with("sender "))
    );
    let (lines, _) = check(here.path(), 100, &["a.mbox", "-o", "r.csv"], true);
    assert_eq!(std::fs::read(here.path().join("r.csv")).expect("the report"), out);
    assert!(lines.iter().any(|line| line.starts_with("sender ")), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("the whole report")), "{lines:?}");
}

#[test]
fn quiet_at_a_terminal_leaves_what_was_asked_for() {
    let here = folder(&[("a.mbox", market().as_bytes())]);
    let (lines, _) = check(here.path(), 100, &["a.mbox", "-q", "-o", "r.csv"], true);
    assert_eq!(lines, Vec::<String>::new());
    let (lines, _) = check(here.path(), 100, &["a.mbox", "-q"], true);
    assert!(lines.first().is_some_and(|line| line.starts_with("sender ")), "{lines:?}");
    let (lines, _) = check(here.path(), 100, &["a.mbox", "-q", "-o", "-"], true);
    assert!(lines.first().is_some_and(|line| line.starts_with("flagged,verdict,sender,")), "{lines:?}");
}

#[test]
fn no_marketing_is_no_table() {
    let letter = "From a Thu Jan  1 08:00:00 2026\nFrom: Kim <kim@home.example>\nTo: robin@home.example\n\
                  Date: Thu, 1 Jan 2026 08:00:00 +0000\nSubject: Sunday\n\nSee you on Sunday.\n";
    let here = folder(&[("a.mbox", letter.as_bytes())]);
    let (lines, _) = check(here.path(), 80, &["a.mbox", "-q"], true);
    assert_eq!(lines, Vec::<String>::new());
    let (lines, _) = check(here.path(), 80, &["a.mbox", "-q", "--all"], true);
    assert_eq!(lines.last().map(|line| &line[..26]), Some("the whole report (1 row): "));
}

#[test]
fn flagged_senders_are_coloured_where_colour_is_wanted() {
    let here = folder(&[("a.mbox", market().as_bytes())]);
    let raw = |color| at_terminal(here.path(), 100, &["check", "-q", "a.mbox"], color, true).raw;
    let colored = raw(Some("always"));
    assert!(
        colored.contains("\u{1b}[31mshop1.example ") && colored.contains("\nshop4.example "),
        "{colored:?}"
    );
    assert!(!raw(Some("never")).contains('\u{1b}') && !raw(None).contains('\u{1b}'));
}

#[test]
fn names_can_do_the_terminal_no_harm() {
    let name = "=?utf-8?Q?Shop=1B[2J_=E2=80=AEpohs?=";
    let mail = promotion(1, &format!("{name} <news@shop.example>"), "a@shop.example");
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let raw = at_terminal(here.path(), 120, &["check", "-q", "a.mbox"], None, true).raw;
    assert!(raw.contains("(Shop[2J pohs)") && !raw.contains(['\u{1b}', '\u{202e}']), "{raw:?}");
}

#[test]
fn while_a_file_is_read_bytes_messages_and_the_time_left_are_shown_at_any_width() {
    let here = folder(&[("a.mbox", market().repeat(60).as_bytes())]);
    for columns in [30, 59, 60, 80, 200] {
        // As a terminal of that width shows it: what is over is missing.
        let session = at_terminal(here.path(), columns, &["check", "a.mbox"], None, true);
        let raw = session.raw.replace("\u{1b}[", "\r");
        let shown: Vec<&str> = raw.split(['\r', '\n']).filter(|frame| frame.contains("iB")).collect();
        assert!(!shown.is_empty(), "{columns}: {raw:?}");
        for frame in shown {
            let frame = frame.trim_start_matches(['0', '1', '2', 'K', 'A']).trim_end();
            assert!(frame.width() <= usize::from(columns), "{columns}: {frame:?}");
            let messages = if columns < 60 { " msgs" } else { " messages" };
            assert!(frame.contains(messages) && frame.ends_with(" left"), "{columns}: {frame:?}");
        }
    }
}

#[test]
fn standard_input_shows_bytes_and_messages_and_no_bar() {
    let part = market();
    for columns in [30, 80] {
        let frames = frames(columns, &["check", "-"], &[&part, &part, &part]);
        let progress: Vec<&String> = frames.iter().filter(|frame| frame.contains("iB, ")).collect();
        assert!(progress.iter().any(|frame| frame.contains(" messages")), "no count in {frames:?}");
        for frame in progress {
            assert!(frame.width() <= usize::from(columns), "{columns}: {frame:?}");
            assert!(!frame.contains(['\u{2588}', '\u{2591}', '/', '#']), "{frame}");
        }
    }
}
