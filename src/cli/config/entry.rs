//! A line of a config file: an option of `check`, its value checked, as the arguments of a command line.

use super::super::paths::takes_file;
use crate::error::{Error, Result, suggest};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command};
use std::error::Error as _;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::de::DeValue;

/// Options that name the config file, or that replace a run.
const NOT_SETTINGS: [&str; 5] = ["help", "version", "config", "no_config", "print_config"];

/// An option that is set.
#[derive(Debug)]
pub struct ConfigEntry {
    /// The option's id on the command line.
    pub id: String,
    /// The line (counted from 1).
    pub line: u64,
    /// The arguments on a command line; none where a flag is off.
    pub words: Vec<OsString>,
    /// The files that the option names.
    pub files: Vec<PathBuf>,
}

/// A key, its value and where they are written.
pub struct WrittenKey<'a> {
    pub file: &'a Path,
    pub line: u64,
    pub key: &'a str,
    pub value: &'a DeValue<'a>,
}

/// The options that a config file may set, in the order of `--help`.
pub fn settings(check: &Command) -> impl Iterator<Item = &Arg> {
    check.get_arguments().filter(|option| !NOT_SETTINGS.contains(&option.get_id().as_str()))
}

/// The name of an option in the file: its long name; mailboxes have none on the command line.
pub fn key(option: &Arg) -> &str {
    option.get_long().unwrap_or(option.get_id().as_str())
}

/// Whether the option is on or off.
pub fn is_flag(option: &Arg) -> bool {
    matches!(option.get_action(), ArgAction::SetTrue)
}

/// Whether the option may be given several times.
pub fn is_list(option: &Arg) -> bool {
    matches!(option.get_action(), ArgAction::Append) || option.is_positional()
}

impl WrittenKey<'_> {
    /// Checks the key and the value against the options of `check`, in which mailboxes are not required.
    pub fn entry(&self, check: &Command) -> Result<ConfigEntry> {
        let option = settings(check).find(|option| key(option) == self.key).ok_or_else(|| {
            let near = suggest(self.key, settings(check).map(key));
            self.error(format!("unknown option `{}`", self.key)).hint(
                near.unwrap_or_else(|| "`mailfatigue check --print-config` lists all options".to_string()),
            )
        })?;
        let (mut words, mut files) = (Vec::new(), Vec::new());
        for text in self.texts(option)? {
            let is_file = takes_file(option);
            let text = text.map(|text| if is_file { self.relative_to_file(&text) } else { text.into() });
            files.extend(text.as_ref().filter(|_| is_file).map(PathBuf::from));
            words.push(word(option, text));
        }
        let entry = ConfigEntry { id: option.get_id().to_string(), line: self.line, words, files };
        self.accepted(check, &entry).map(|()| entry)
    }

    /// The values as a command line has them; `None`: the option alone.
    fn texts(&self, option: &Arg) -> Result<Vec<Option<String>>> {
        let alone = is_flag(option) || option.get_num_args().is_some_and(|values| values.min_values() == 0);
        match self.value {
            DeValue::Boolean(on) if alone => Ok(if *on { vec![None] } else { Vec::new() }),
            DeValue::Array(values) if is_list(option) => {
                let texts = values.iter().map(|value| Some(Some(text(value.get_ref())?)));
                texts.collect::<Option<_>>().ok_or_else(|| self.wrong_type(option))
            }
            value if !is_flag(option) && !is_list(option) => {
                text(value).map(|text| vec![Some(text)]).ok_or_else(|| self.wrong_type(option))
            }
            _ => Err(self.wrong_type(option)),
        }
    }

    fn error(&self, what: String) -> Error {
        Error::file(self.file, what).at_line(self.line)
    }

    fn wrong_type(&self, option: &Arg) -> Error {
        let key = self.key;
        let (wanted, hint) = if is_flag(option) {
            ("true or false", format!("write {key} = true or {key} = false, without quotes"))
        } else if is_list(option) {
            let example = text(self.value).unwrap_or_else(|| "…".to_string());
            ("a list of texts in quotes", format!("write {key} = [\"{example}\"]"))
        } else {
            ("one text in quotes or one number", format!("write {key} = \"…\""))
        };
        self.error(format!("`{key}` must be {wanted}")).hint(hint)
    }

    /// A path of the file, as the program finds it from where it runs: relative to the file's folder, `~/` at home.
    fn relative_to_file(&self, text: &str) -> OsString {
        // Standard input or output; a preset is not a file.
        if text == "-" || text.starts_with("preset:") {
            return text.into();
        }
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let joined = |path: &str| match (path.strip_prefix("~/"), std::env::home_dir()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => folder.join(path),
        };
        let whole = joined(text);
        // `--consent` takes NAME=FILE.
        let named = text.split_once('=').filter(|_| self.key == "consent" && !whole.exists());
        match named.filter(|(name, path)| !name.is_empty() && !path.is_empty()) {
            Some((name, path)) => together(&format!("{name}="), joined(path)),
            // A name that begins like an option.
            None if whole.as_os_str().as_encoded_bytes().starts_with(b"-") => together("./", whole),
            None => whole.into_os_string(),
        }
    }

    /// Checks the value with the parser of the command line.
    fn accepted(&self, check: &Command, entry: &ConfigEntry) -> Result<()> {
        let words = std::iter::once(OsString::from("check")).chain(entry.words.iter().cloned());
        let Err(refusal) = check.clone().no_binary_name(false).try_get_matches_from(words) else {
            return Ok(());
        };
        let value = match refusal.get(ContextKind::InvalidValue) {
            Some(ContextValue::String(value)) => value.clone(),
            _ => String::new(),
        };
        let error = self.error(format!("`{value}` can't be the value of `{}`", self.key));
        Err(match (refusal.get(ContextKind::ValidValue), refusal.source()) {
            (Some(ContextValue::Strings(values)), _) if !values.is_empty() => {
                error.hint(format!("write one of {}", values.join(", ")))
            }
            (_, Some(why)) => self.error(format!("`{value}` can't be the value of `{}`: {why}", self.key)),
            _ => error,
        })
    }
}

fn together(text: &str, path: PathBuf) -> OsString {
    let mut whole = OsString::from(text);
    whole.push(path);
    whole
}

fn word(option: &Arg, text: Option<OsString>) -> OsString {
    match (option.get_long(), text) {
        (Some(long), Some(text)) => together(&format!("--{long}="), text.into()),
        (Some(long), None) => format!("--{long}").into(),
        (None, text) => text.unwrap_or_default(),
    }
}

/// A text, a number or a date, as a command line has it.
fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Datetime(date) => Some(date.to_string()),
        _ => None,
    }
}
