//! The config file: options of `check`, set once. Its keys follow from the definition of the command line.

mod entry;
mod print_config;

pub use entry::{ConfigEntry, is_flag, is_list, key, settings};
pub use print_config::printed_config;

use super::arguments::Arguments;
use crate::error::{Error, Result};
use clap::parser::ValueSource;
use clap::{ArgMatches, ColorChoice, Command, CommandFactory};
use entry::WrittenKey;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// The environment variable that names a config file.
pub const VARIABLE: &str = "MAILFATIGUE_CONFIG";

/// A config file in use.
#[derive(Debug)]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// What named it: an option, the environment or the default.
    pub named_by: &'static str,
    /// What it sets, in its order.
    pub entries: Vec<ConfigEntry>,
}

/// Where a config file is looked for without `--config`, and what names that place. It need not exist.
pub fn place() -> Option<(PathBuf, &'static str)> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = variable(VARIABLE) {
        return Some((path, "environment MAILFATIGUE_CONFIG"));
    }
    // The XDG specification: a relative path is to be ignored.
    let folder = variable("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| Some(std::env::home_dir()?.join(".config")))?;
    Some((folder.join("mailfatigue/config.toml"), "default"))
}

/// The program with commands whose mailboxes may be missing, because a config file may name them.
pub fn without_mailboxes(color: ColorChoice) -> Command {
    let mut program = Arguments::command().bin_name("mailfatigue").color(color);
    for name in ["check", "explain", "letter", "facts"] {
        program = program.mut_subcommand(name, |command| {
            command.mut_arg("mailboxes", |mailboxes| mailboxes.required(false))
        });
    }
    program.build();
    program
}

impl Config {
    /// The file for a command line; `None` where there is none. `check` is the command of that name, in which
    /// mailboxes are not required.
    pub fn in_force(given: &ArgMatches, check: &Command) -> Result<Option<Self>> {
        if given.get_flag("no_config") {
            return Ok(None);
        }
        if let Some(path) = given.get_one::<PathBuf>("config") {
            return Self::read(path, "command line", check).map(Some);
        }
        match place() {
            Some((path, "default")) if !path.exists() => Ok(None),
            Some((path, named_by)) => Self::read(&path, named_by, check).map(Some),
            None => Ok(None),
        }
    }

    /// Reads a file and checks every line of it.
    pub fn read(path: &Path, named_by: &'static str, check: &Command) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let failed = Error::io(path, "can't be read", &error);
            match named_by {
                "command line" => failed,
                _ => failed.hint(format!("it is the config file ({named_by}); --no-config reads none")),
            }
        })?;
        let table = DeTable::parse(&text).map_err(|error| Error::toml(path, &text, &error))?;
        let mut pairs: Vec<_> = table.get_ref().iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let entries = pairs.into_iter().map(|(key, value)| {
            let line = Error::line_of(&text, key.span().start);
            WrittenKey { file: path, line, key: key.get_ref(), value: value.get_ref() }.entry(check)
        });
        Ok(Self { path: path.to_path_buf(), named_by, entries: entries.collect::<Result<_>>()? })
    }

    /// What the file sets for a command and the command line does not.
    fn left_to_it<'a>(
        &'a self,
        given: &'a ArgMatches,
        applies: impl Fn(&str) -> bool + 'a,
    ) -> impl Iterator<Item = &'a ConfigEntry> {
        self.entries.iter().filter(move |entry| {
            applies(&entry.id) && given.value_source(&entry.id) != Some(ValueSource::CommandLine)
        })
    }

    /// The command line as typed, with what the file sets after the command's name. `applies` says which options the
    /// command takes from the file.
    pub fn merged(
        &self,
        typed: &[OsString],
        command: &str,
        given: &ArgMatches,
        applies: impl Fn(&str) -> bool,
    ) -> Vec<OsString> {
        let at = typed.iter().skip(1).position(|word| word == command).map_or(typed.len(), |at| at + 2);
        let (before, after) = typed.split_at(at);
        let words = self.left_to_it(given, applies).flat_map(|entry| &entry.words);
        before.iter().chain(words).chain(after).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
