//! The config file that `init` writes: every option of `check` with its help, none of them set. Made from the definition
//! of the command line, so that no option is missing.

use super::super::config::{is_flag, is_list, key, settings};
use crate::consent::ExportFormat;
use crate::outputs::KINDS;
use crate::report::wrapped;
use clap::{Arg, Command};

const HEAD: &str = "\
# Settings of mailfatigue: options of `mailfatigue check`, set once. Take away the `#` before an option to set it.
# Paths are relative to the folder of this file. An option on the command line replaces the whole value here;
# --no-config reads no config file. `mailfatigue check --print-config` shows the values in force.
";

/// The width of the comments.
const COLUMNS: usize = 100;

/// Examples of values, by what `--help` calls the value.
const EXAMPLES: [(&str, &str); 11] = [
    ("MAILBOX", "Mail/archive.mbox"),
    ("ADDRESS", "me@example.com"),
    ("NAME", "shop.example"),
    ("DATE", "2026-01-31"),
    ("ORDER", "dmy"),
    ("ZONE", "Europe/Berlin"),
    ("LOCALE", "de"),
    ("CHAR", ";"),
    ("DAYS", "3"),
    ("N", "2"),
    ("SECONDS", "600"),
];

/// The file.
pub fn template(check: &Command) -> String {
    let mut text = HEAD.to_string();
    for option in settings(check) {
        let help = option.get_help().map(ToString::to_string).unwrap_or_default();
        let comment = wrapped("", 0, &help, COLUMNS);
        text.push('\n');
        text.extend(comment.lines().map(|line| format!("# {line}\n")));
        text.push_str(&format!("#{} = {}\n", key(option), example(option)));
    }
    text
}

fn example(option: &Arg) -> String {
    if is_flag(option) {
        return "true".to_string();
    }
    let value = example_text(option);
    if is_list(option) {
        format!("[\"{value}\"]")
    } else if value.parse::<u32>().is_ok() {
        value
    } else {
        format!("\"{value}\"")
    }
}

fn example_text(option: &Arg) -> String {
    if key(option) == "consent-format" {
        return ExportFormat::preset_names().next().unwrap_or_default().to_string();
    }
    let default = option.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    let named = option.get_value_names().unwrap_or_default().first().map_or("", |name| name.as_str());
    let example = EXAMPLES.iter().find(|(name, _)| *name == named).map(|(_, value)| value.to_string());
    let output = KINDS.iter().find(|kind| Some(kind.option.trim_start_matches('-')) == option.get_long());
    let ending = match option.get_long() {
        Some("consent") => "csv",
        _ => output.and_then(|kind| kind.endings.first()).unwrap_or(&"toml"),
    };
    let name = if key(option) == "output" { "report" } else { key(option) };
    default.or(example).unwrap_or_else(|| format!("{name}.{ending}"))
}
