//! A command line that the parser refuses: a correction where that is clear, else the parser's own words.

use super::arguments::Arguments;
use super::quote::command_line;
use super::spelling::named_command;
use crate::error::Error;
use crate::report::visible;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory};
use std::ffi::OsString;
use std::path::Path;

/// Options that other programs have, and what does the same here. An option is named only where the command has it.
const OTHER_PROGRAMS: [(&str, &str); 12] = [
    ("--csv", "the report is CSV already; --output FILE says where it goes"),
    ("--tz", "write --timezone ZONE"),
    ("--time-zone", "write --timezone ZONE"),
    ("--zone", "write --timezone ZONE"),
    ("--from", "write --since DATE"),
    ("--to", "write --until DATE"),
    ("--me", "write --owner ADDRESS"),
    ("--email", "write --owner ADDRESS"),
    ("--address", "write --owner ADDRESS"),
    ("--mailbox", "write the mailbox without an option before it"),
    ("--mbox", "write the mailbox without an option before it"),
    ("--input", "write the mailbox without an option before it"),
];

/// The error for a command line that was refused.
pub fn refused(error: &clap::Error, typed: &[OsString]) -> String {
    let mut program = program();
    program.build();
    match corrected(error, typed, &program) {
        Some(error) => error.to_string(),
        None => own_words(typed, error),
    }
}

/// The program under its own name, whatever the name of its file.
fn program() -> Command {
    Arguments::command().bin_name("mailfatigue")
}

/// The correction, where that is clear.
fn corrected(error: &clap::Error, typed: &[OsString], program: &Command) -> Option<Error> {
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = context(error, ContextKind::InvalidSubcommand)?;
            if matches!(word.as_str(), "version" | "help") {
                let hint = format!("write mailfatigue --{word}");
                return Some(Error::new(format!("`{word}`"), "is not a command").hint(hint));
            }
            let is_path = word == "-" || word.contains(['.', '/', '\\', '~']) || Path::new(&word).exists();
            is_path.then(|| {
                Error::new(format!("`{word}`"), "is not a command")
                    .hint(format!("to read a mailbox, write: {}", with_check(typed)))
            })
        }
        ErrorKind::UnknownArgument => {
            let word = context(error, ContextKind::InvalidArg)?;
            let command = named_command(typed, program);
            let hint = replacement(&word, command, program, typed)?;
            let what = match command.get_name() {
                name if name == program.get_name() => "is not an option of mailfatigue".to_string(),
                name => format!("is not an option of `{name}`"),
            };
            Some(Error::new(format!("`{word}`"), what).hint(hint))
        }
        ErrorKind::MissingRequiredArgument => {
            let Some(ContextValue::Strings(missing)) = error.get(ContextKind::InvalidArg) else {
                return None;
            };
            let command = named_command(typed, program);
            let usage = command.clone().render_usage().to_string();
            let verb = if missing.len() == 1 { "is" } else { "are" };
            Some(
                Error::new(
                    format!("`{}`", command.get_name()),
                    format!("{} {verb} missing", missing.join(" and ")),
                )
                .hint(format!("write {}", usage.trim_start_matches("Usage: "))),
            )
        }
        _ => None,
    }
}

/// What does the same as an option that the command does not have.
fn replacement(word: &str, command: &Command, program: &Command, typed: &[OsString]) -> Option<String> {
    let has = |command: &Command, word: &str| command.get_arguments().any(|arg| is_called(arg, word));
    if std::ptr::eq(command, program) {
        let check = program.find_subcommand("check").filter(|check| has(check, word))?;
        return Some(format!("it is an option of `{}`: write {}", check.get_name(), with_check(typed)));
    }
    if word == "--json" {
        let format = if has(command, "--format") {
            "write --format json"
        } else {
            "write the report as CSV, or use `mailfatigue explain --format json` for one sender"
        };
        return Some(format.to_string());
    }
    if command.get_name() == "explain" && matches!(word, "-o" | "--output") {
        return Some(
            "`explain` writes to standard output; put `> FILE` at the end of the command".to_string(),
        );
    }
    let other_case =
        |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let turned: String = word.chars().map(other_case).collect();
    if has(command, &turned) {
        return Some(format!("did you mean {turned}?"));
    }
    let elsewhere = || {
        let other = program.get_subcommands().find(|other| has(other, word))?;
        Some(format!("it is an option of `{}`", other.get_name()))
    };
    let known = OTHER_PROGRAMS.iter().find(|(other, _)| *other == word).map(|(_, hint)| *hint);
    let named = |hint: &&str| {
        let option = hint.split([' ', ';']).find(|word| word.starts_with("--"));
        option.is_none_or(|option| has(command, option))
    };
    known.filter(named).map(str::to_string).or_else(elsewhere)
}

fn is_called(arg: &Arg, word: &str) -> bool {
    let long = word.strip_prefix("--").is_some_and(|name| arg.get_long() == Some(name));
    let mut letters = word.chars().skip(1);
    long || (letters.next().is_some_and(|letter| arg.get_short() == Some(letter)) && letters.next().is_none())
}

/// The command line with `check` in its place.
fn with_check(typed: &[OsString]) -> String {
    let words = typed.iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    command_line(["mailfatigue".to_string(), "check".to_string()].into_iter().chain(words))
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// The parser's words for the same command line without control characters, since it repeats what was typed.
fn own_words(typed: &[OsString], error: &clap::Error) -> String {
    let harmless: Vec<OsString> =
        typed.iter().map(|word| visible(&word.to_string_lossy()).into_owned().into()).collect();
    let words = match program().try_get_matches_from(harmless) {
        Err(error) => error.render().to_string(),
        Ok(_) => format!("error: {}; an argument has control characters", error.kind()),
    };
    // No argument here may begin with a hyphen.
    let lines: Vec<&str> = words.lines().filter(|line| !line.starts_with("  tip: to pass")).collect();
    lines.join("\n").replace("\n\n\n", "\n\n").trim_end().to_string()
}
