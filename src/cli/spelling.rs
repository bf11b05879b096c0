//! Options written in a way that the parser would take for something else: with a dash out of a document, or with
//! one hyphen in place of two (`-output report.csv` would write a file called `utput`).

use crate::error::Error;
use clap::{Arg, Command};
use std::ffi::OsString;

/// The first option that is spelt so, as an error that says how it is written. `typed` begins with the program's name.
pub fn misspelt(typed: &[OsString], program: &Command) -> Option<Error> {
    let command = named_command(typed, program);
    let options = typed.iter().skip(1).take_while(|argument| *argument != "--");
    options.filter_map(|argument| argument.to_str()).find_map(|argument| {
        let (written, value) = match argument.split_once('=') {
            Some((written, value)) => (written, Some(value)),
            None => (argument, None),
        };
        let name = written.trim_start_matches(is_dash);
        let dashes = &written[..written.len() - name.len()];
        let correct = option_named(command, program, name)?;
        let hint = match value {
            Some(value) => format!("write `{correct}={value}`"),
            None => format!("write `{correct}`"),
        };
        if dashes.chars().any(|dash| dash != '-') {
            let what = "begins with a dash that is not a hyphen, as documents and mail programs make them";
            return Some(Error::new(format!("`{argument}`"), what).hint(hint));
        }
        // `-h` alone is help, so `-help` gives help as well.
        if dashes == "-" && correct.starts_with("--") && correct != "--help" {
            let what = "has one hyphen where an option with a long name has two";
            return Some(Error::new(format!("`{argument}`"), what).hint(hint));
        }
        None
    })
}

/// The command that was typed; the program itself where there is none.
pub fn named_command<'a>(typed: &[OsString], program: &'a Command) -> &'a Command {
    let words = typed.iter().skip(1).filter_map(|word| word.to_str());
    words.filter_map(|word| program.find_subcommand(word)).next().unwrap_or(program)
}

/// Hyphens, dashes and minus signs that look like one.
pub fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// The option of that name, or of which the name is the beginning (of three letters or more), as it is written.
fn option_named(command: &Command, program: &Command, name: &str) -> Option<String> {
    let longs = || command.get_arguments().chain(program.get_arguments()).filter_map(Arg::get_long);
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        let short = |arg: &&Arg| arg.get_short() == Some(letter);
        return command.get_arguments().find(short).map(|_| format!("-{letter}"));
    }
    let begun = |long: &&str| name.len() >= 3 && long.starts_with(name);
    let built_in = ["help", "version"].into_iter();
    let found = longs().chain(built_in).find(|long| *long == name).or_else(|| longs().find(begun));
    found.map(|long| format!("--{long}"))
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Arguments;
    use super::*;
    use clap::CommandFactory;

    fn words(line: &str) -> Option<String> {
        let typed: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        misspelt(&typed, &Arguments::command()).map(|error| error.to_string())
    }

    #[test]
    fn a_dash_out_of_a_document_is_no_hyphen() {
        for (line, hint) in [
            ("mailfatigue check a.mbox \u{2014}output r.csv", "write `--output`"),
            ("mailfatigue check a.mbox \u{2013}-output=r.csv", "write `--output=r.csv`"),
            ("mailfatigue check a.mbox \u{2013}o r.csv", "write `-o`"),
            ("mailfatigue check \u{2212}\u{2212}since 2026-01-01 a.mbox", "write `--since`"),
            ("mailfatigue explain \u{2014}sender x a.mbox", "write `--sender`"),
            ("mailfatigue \u{2014}version", "write `--version`"),
        ] {
            let words = words(line).unwrap_or_default();
            assert!(words.ends_with(&format!("hint: {hint}")) && words.contains("dash"), "{line}: {words}");
        }
        assert_eq!(words("mailfatigue check \u{2014}mail.mbox -- \u{2014}output"), None);
    }

    #[test]
    fn a_long_name_has_two_hyphens() {
        for (line, hint) in [
            ("mailfatigue check a.mbox -output r.csv", "write `--output`"),
            ("mailfatigue check a.mbox -output=r.csv", "write `--output=r.csv`"),
            ("mailfatigue check a.mbox -out r.csv", "write `--output`"),
            ("mailfatigue check a.mbox -consent c.csv", "write `--consent`"),
            ("mailfatigue check a.mbox -owner me@example.com", "write `--owner`"),
            ("mailfatigue check a.mbox -quiet", "write `--quiet`"),
            ("mailfatigue explain -sender x a.mbox", "write `--sender`"),
            ("mailfatigue -version", "write `--version`"),
        ] {
            let words = words(line).unwrap_or_default();
            assert!(words.ends_with(&format!("hint: {hint}")), "{line}: {words}");
        }
        for line in [
            "mailfatigue check -qv a.mbox",
            "mailfatigue check -or.csv a.mbox",
            "mailfatigue check -help",
            "mailfatigue check - -o -",
            "mailfatigue check -- -output",
        ] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
