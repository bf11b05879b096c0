//! What `--print-config` prints: every option with the value in force and where that came from, as a config file.

use super::super::redact::RANDOM;
use super::entry::{ConfigEntry, is_flag, is_list, key, settings};
use crate::report::visible;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use std::path::Path;

/// The text. `typed` are the matches of the command line alone, `merged` those with the config file.
pub fn printed_config(
    check: &Command,
    typed: &ArgMatches,
    merged: &ArgMatches,
    config: Option<(&Path, &str, &[ConfigEntry])>,
) -> String {
    let head = match config {
        Some((path, named_by, _)) => format!("# config file: {} ({named_by})\n", path.display()),
        None => "# config file: none\n".to_string(),
    };
    let lines = settings(check).map(|option| {
        let id = option.get_id().as_str();
        let in_file = config.and_then(|(path, _, entries)| {
            // What another option overrides is not in force.
            let is_in_force = |entry: &&ConfigEntry| {
                entry.words.is_empty() || merged.value_source(id) == Some(ValueSource::CommandLine)
            };
            let entry = entries.iter().find(|entry| entry.id == id).filter(is_in_force)?;
            Some(format!("{}:{}", path.display(), entry.line))
        });
        let source = match typed.value_source(id) {
            Some(ValueSource::CommandLine) => Some("command line".to_string()),
            _ => in_file,
        };
        let (value, source) = match (source, from_environment(id)) {
            (Some(source), _) => (in_force(option, merged), source),
            (None, Some((value, variable))) => (Some(quoted(&value)), format!("environment {variable}")),
            (None, None) => (in_force(option, merged), "default".to_string()),
        };
        line(option, value, &source)
    });
    head + &lines.collect::<String>()
}

fn line(option: &Arg, value: Option<String>, source: &str) -> String {
    let text = match (value, default_in_words(option)) {
        (Some(value), _) => format!("{} = {value}  # {source}", key(option)),
        (None, Some(words)) => format!("# {} is not set; {source}: {words}", key(option)),
        (None, None) => format!("# {} is not set", key(option)),
    };
    visible(&text).into_owned() + "\n"
}

/// The value in force as TOML; `None` where there is none.
fn in_force(option: &Arg, merged: &ArgMatches) -> Option<String> {
    let id = option.get_id().as_str();
    if is_flag(option) {
        return Some(merged.get_flag(id).to_string());
    }
    let raw = merged.get_raw(id).into_iter().flatten();
    let values: Vec<String> = raw.map(|value| value.to_string_lossy().into_owned()).collect();
    if is_list(option) {
        let quoted: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        return Some(format!("[{}]", quoted.join(", ")));
    }
    let value = values.first()?;
    if value == RANDOM {
        return Some("true".to_string());
    }
    let is_number = value.parse::<u32>().is_ok_and(|number| number.to_string() == *value);
    Some(if is_number { value.clone() } else { quoted(value) })
}

/// A text as TOML; what JSON escapes, TOML escapes in the same way.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What the environment says about an option, and which variable.
fn from_environment(id: &str) -> Option<(String, &'static str)> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match id {
        "timezone" => Some((variable("TZ")?, "TZ")),
        "color" if variable("NO_COLOR").is_some() => Some(("never".to_string(), "NO_COLOR")),
        "color" if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") => {
            Some(("always".to_string(), "CLICOLOR_FORCE"))
        }
        _ => None,
    }
}

/// The default that only the help text names.
fn default_in_words(option: &Arg) -> Option<String> {
    let help = option.get_help()?.to_string();
    let (_, words) = help.split_once("[default: ")?;
    Some(words.split(']').next()?.to_string())
}
