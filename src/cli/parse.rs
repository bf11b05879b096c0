//! Parses the command line; or returns what to print in place of running it.

use super::arguments::{Arguments, Command as CommandGiven};
use super::config::{Config, printed_config, without_mailboxes};
use super::inputs::InputOptions;
use super::parse_errors::refused;
use super::paths::misnamed;
use super::spelling::misspelt;
use clap::error::ErrorKind;
use clap::{ArgMatches, Args, ColorChoice, Command, CommandFactory, FromArgMatches, ValueEnum};
use std::ffi::OsString;

/// Why a command line is not run.
pub enum Unparsed {
    /// Help was asked for, or is needed.
    Help(clap::Error),
    /// The values in force were asked for.
    Settings(String),
    /// It can't be parsed, or contains a likely mistake: the error.
    Refused(String),
}

/// Parses a command line, with what a config file adds to it. `typed` begins with the
/// program's name.
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
    let strict = program.try_get_matches_from_mut(typed);
    // What is missing may be in the config file; in every other point both parsers agree.
    let mut lenient = without_mailboxes(color);
    let given = match (lenient.try_get_matches_from_mut(typed), strict) {
        (Ok(given), _) => given,
        (Err(_), Err(error)) | (Err(error), Ok(_)) => return Err(unparsed(error)),
    };
    let mistake = given.subcommand().and_then(|(name, given)| {
        let command = lenient.find_subcommand(name)?;
        misnamed(typed, command, given)
    });
    if let Some(error) = mistake {
        return Err(Unparsed::Refused(error.to_string()));
    }
    let configured =
        Configured::of(typed, &given, &lenient).map_err(|error| Unparsed::Refused(error.to_string()))?;
    if let Some(settings) = configured.printed(&given, &mut lenient).map_err(unparsed)? {
        return Err(Unparsed::Settings(settings));
    }
    let given = program.try_get_matches_from_mut(&configured.line).map_err(unparsed)?;
    let mut arguments = Arguments::from_arg_matches(&given).map_err(unparsed)?;
    if let (Some(inputs), Some(config)) = (arguments.command.inputs_mut(), configured.config) {
        inputs.config = Some(config.path);
    }
    if let CommandGiven::Check(check) = &mut arguments.command {
        check.line = configured.line;
    }
    Ok(arguments)
}

/// The command line with what a config file sets.
struct Configured {
    line: Vec<OsString>,
    config: Option<Config>,
}

impl Configured {
    fn of(typed: &[OsString], given: &ArgMatches, lenient: &Command) -> crate::error::Result<Self> {
        let none = Self { line: typed.to_vec(), config: None };
        let Some((name, given)) = given.subcommand() else { return Ok(none) };
        let has = |command: &Command, id: &str| command.get_arguments().any(|option| option.get_id() == id);
        // Asked of the command, not of what was given: without debug assertions the parser's answer differs.
        let takes_settings = lenient.find_subcommand(name).is_some_and(|command| has(command, "no_config"));
        let (Some(check), true) = (lenient.find_subcommand("check"), takes_settings) else { return Ok(none) };
        let Some(config) = Config::in_force(given, check)? else { return Ok(none) };
        // Each command has an output option of its own.
        let shared = InputOptions::augment_args(Command::new("shared"));
        let applies = |id: &str| {
            let known = lenient.find_subcommand(name).is_some_and(|command| has(command, id));
            name == check.get_name() || id == "color" || (known && has(&shared, id))
        };
        Ok(Self { line: config.merged(typed, name, given, applies), config: Some(config) })
    }

    /// What `--print-config` prints, where it was given.
    fn printed(&self, given: &ArgMatches, lenient: &mut Command) -> Result<Option<String>, clap::Error> {
        let Some(typed) = given.subcommand_matches("check").filter(|typed| typed.get_flag("print_config"))
        else {
            return Ok(None);
        };
        let merged = lenient.try_get_matches_from_mut(&self.line)?;
        let parts = lenient.find_subcommand("check").zip(merged.subcommand_matches("check"));
        let config = self.config.as_ref();
        let config = config.map(|config| (config.path.as_path(), config.named_by, config.entries.as_slice()));
        Ok(parts.map(|(check, merged)| printed_config(check, typed, merged, config)))
    }
}

/// The value of `--color`, also where the rest of the command line can't be parsed.
pub fn color_of(typed: &[OsString]) -> ColorChoice {
    let words: Vec<&str> =
        typed.iter().map_while(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let at = words.iter().rposition(|word| *word == "--color" || word.starts_with("--color="));
    let value = at.and_then(|at| words[at].strip_prefix("--color=").or_else(|| words.get(at + 1).copied()));
    value.and_then(|value| ColorChoice::from_str(value, false).ok()).unwrap_or(ColorChoice::Auto)
}
