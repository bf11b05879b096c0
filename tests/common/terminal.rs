//! A terminal of a test's own, as narrow as it likes.

use super::program;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// What a run wrote.
pub struct Session {
    /// To the terminal, colours and all.
    pub raw: String,
    /// To standard output, where that was a pipe.
    pub out: Vec<u8>,
}

impl Session {
    /// What the terminal shows at the end: without colours, and without what was overwritten.
    pub fn lines(&self) -> Vec<String> {
        let mut parts = self.raw.split('\u{1b}');
        let mut plain = parts.next().unwrap_or_default().to_string();
        for part in parts {
            let rest = part.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
            plain.push_str(rest.get(1..).unwrap_or_default());
        }
        let last = |line: &str| line.rsplit('\r').next().unwrap_or_default().trim_end().to_string();
        plain.lines().map(last).collect()
    }
}

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

/// Runs the program with standard error, and if wanted standard output, at a terminal.
pub fn at_terminal(
    folder: &Path,
    columns: u16,
    arguments: &[&str],
    color: Option<&str>,
    with_output: bool,
) -> Session {
    let (mut watched, given) = terminal(columns);
    let mut command = program();
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    match color {
        Some(choice) => command.args(["--color", choice]),
        None => command.env("NO_COLOR", "1"),
    };
    command.stderr(given.try_clone().expect("a copy"));
    command.stdout(if with_output { given.try_clone().expect("a copy").into() } else { Stdio::piped() });
    let mut child = command.spawn().expect("the program starts");
    // Reading ends when nobody has the other end any more.
    drop((command, given));
    let (mut raw, mut out) = (Vec::new(), Vec::new());
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_end(&mut out).expect("the output");
    }
    // When the program has ended, the terminal says so with an error.
    let _ = watched.read_to_end(&mut raw);
    let raw = String::from_utf8(raw).expect("UTF-8").replace("\r\n", "\n");
    assert!(child.wait().expect("the program ends").success(), "{raw}");
    Session { raw, out }
}

/// All that a terminal is given on standard error while the parts of `input` come through standard input one by one.
pub fn frames(columns: u16, arguments: &[&str], input: &[&str]) -> Vec<String> {
    let (mut watched, given) = terminal(columns);
    let mut command = program();
    command.args(arguments).env("NO_COLOR", "1").env("TERM", "xterm");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(given);
    let mut child = command.spawn().expect("the program starts");
    drop(command);
    let mut stdin = child.stdin.take().expect("a pipe");
    for part in input {
        stdin.write_all(part.as_bytes()).expect("taken");
        // The terminal is not written to more often than some twenty times a second.
        std::thread::sleep(Duration::from_millis(150));
    }
    drop(stdin);
    let mut bytes = Vec::new();
    let _ = watched.read_to_end(&mut bytes);
    assert!(child.wait().expect("the program ends").success());
    let text = String::from_utf8(bytes).expect("UTF-8").replace("\u{1b}[", "\r");
    let plain = |frame: &str| frame.trim_start_matches(['0', '1', '2', 'K', 'A']).to_string();
    text.split(['\r', '\n']).map(plain).collect()
}
