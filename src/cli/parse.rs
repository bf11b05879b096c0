//! The command line as typed, parsed; or what to say in place of running it.

use super::arguments::Arguments;
use super::paths::misnamed;
use super::refused::refused;
use super::spelling::misspelt;
use clap::error::ErrorKind;
use clap::{ColorChoice, CommandFactory, FromArgMatches, ValueEnum};
use std::ffi::OsString;

/// Why a command line is not run.
pub enum Unparsed {
    /// Help is what was asked for, or what is needed.
    Help(clap::Error),
    /// It can't be parsed, or would do something that was not meant: what to say.
    Refused(String),
}

/// Parses a command line that says what was meant. `typed` begins with the program's name.
pub fn parse(typed: &[OsString], color: ColorChoice) -> Result<Arguments, Unparsed> {
    let mut program = Arguments::command().bin_name("mailfatigue").color(color);
    if let Some(error) = misspelt(typed, &program) {
        return Err(Unparsed::Refused(error.to_string()));
    }
    let unparsed = |error: clap::Error| match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Unparsed::Help(error),
        _ => Unparsed::Refused(refused(&error, typed)),
    };
    let given = program.try_get_matches_from_mut(typed).map_err(unparsed)?;
    let mistake = given.subcommand().and_then(|(name, given)| {
        let command = program.find_subcommand(name)?;
        misnamed(typed, command, given)
    });
    match mistake {
        Some(error) => Err(Unparsed::Refused(error.to_string())),
        None => Arguments::from_arg_matches(&given).map_err(unparsed),
    }
}

/// What `--color` says, also where the rest of the command line can't be parsed.
pub fn color_of(typed: &[OsString]) -> ColorChoice {
    let words: Vec<&str> =
        typed.iter().map_while(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let at = words.iter().rposition(|word| *word == "--color" || word.starts_with("--color="));
    let value = at.and_then(|at| words[at].strip_prefix("--color=").or_else(|| words.get(at + 1).copied()));
    value.and_then(|value| ColorChoice::from_str(value, false).ok()).unwrap_or(ColorChoice::Auto)
}
