//! The program at a terminal: a table in place of the report, and nothing that wraps.

#![cfg(target_os = "linux")]

mod common;

use common::{folder, program, promotion};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use unicode_width::UnicodeWidthStr;

/// A terminal: the end that is watched, and the end that the program gets.
fn terminal(columns: u16) -> (File, File) {
    let watched = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&watched).and_then(|()| unlockpt(&watched)).expect("its other end");
    let name = ptsname(&watched, Vec::new()).expect("a name");
    let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&watched, size).expect("a size");
    let name = name.to_str().expect("ASCII");
    let given = File::options().read(true).write(true).open(name).expect("the other end");
    (File::from(watched), given)
}

/// What a terminal shows at the end: without colours, and without what was overwritten.
fn shown(mut watched: File) -> Vec<String> {
    let mut bytes = Vec::new();
    // When the program has ended, the terminal says so with an error.
    let _ = watched.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).expect("UTF-8").replace("\r\n", "\n");
    let mut plain = String::new();
    let mut parts = text.split('\u{1b}');
    plain.push_str(parts.next().unwrap_or_default());
    for part in parts {
        plain.push_str(
            part.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).get(1..).unwrap_or_default(),
        );
    }
    let last = |line: &str| line.rsplit('\r').next().unwrap_or_default().trim_end().to_string();
    plain.lines().map(last).collect()
}

/// Runs `check` with standard error, and if wanted standard output, at a terminal.
fn check(folder: &Path, columns: u16, arguments: &[&str], with_output: bool) -> (Vec<String>, Vec<u8>) {
    let (watched, given) = terminal(columns);
    let mut command: Command = program();
    command.current_dir(folder).arg("check").args(arguments).env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stderr(given.try_clone().expect("a copy"));
    let output = if with_output {
        Stdio::from(given)
    } else {
        {
            drop(given);
            Stdio::piped()
        }
    };
    command.stdout(output);
    // Reading ends when nobody has the other end any more.
    let mut child = command.spawn().expect("the program starts");
    drop(command);
    let mut out = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_end(&mut out).expect("the output");
    }
    let lines = shown(watched);
    assert!(child.wait().expect("the program ends").success(), "{lines:?}");
    (lines, out)
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
