//! The commands and their flags; those that say what is read and how it is judged are in `inputs`.

use super::facts::FactsOptions;
use super::inputs::InputOptions;
use super::locale::{Locale, locale};
use super::nightly::NightlyOptions;
use super::sender_options::{ExplainOptions, LetterOptions};
use crate::policy::preset_names;
use clap::builder::PossibleValuesParser;
use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Which senders mail which customers daily without consent on record.
///
/// Reads mailbox exports, groups the messages by the organisation that sent them, compares the days on which
/// marketing came with what the customer consented to, and writes a CSV report. It works offline: nothing of
/// your mail leaves this machine.
#[derive(Debug, Parser)]
#[command(name = "mailfatigue", version = env!("MAILFATIGUE_VERSION"), propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 done; 1 done, and something is flagged (check --fail-on-flagged); 2 something could \
    not be done; 75 another run writes the same files (check); 130 interrupted.\n\n\
    Environment: MAILFATIGUE_CONFIG names the config file (--config wins, --no-config reads none), else it is \
    mailfatigue/config.toml in XDG_CONFIG_HOME or ~/.config; NO_COLOR, where it is set, turns colour off and \
    CLICOLOR_FORCE turns it on (--color wins); TZ names the time zone (--timezone wins)."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Colour on standard error; `auto`: on a terminal, as NO_COLOR and CLICOLOR_FORCE say
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorChoice,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read mailboxes and write the report
    #[command(
        after_help = "Exit status: 0 done; 1 done, something is flagged, and --fail-on-flagged was given; 2 something \
        could not be done; 75 another run writes the same files; 130 interrupted, and nothing was written.\n\n\
        Example: mailfatigue check \"All mail.mbox\" --output report.csv"
    )]
    Check(Box<CheckOptions>),
    /// Explain why a sender got its verdict: rule by rule, day by day, message by message
    #[command(
        after_help = "Exit status: 0 done; 2 something could not be done, or there is no such sender; 130 interrupted.\n\n\
        Example: mailfatigue explain --sender shop.example \"All mail.mbox\""
    )]
    Explain(Box<ExplainOptions>),
    /// Write a letter to a sender, to copy: the days, the numbers, what is on record, and the wish that it stop
    #[command(
        after_help = "Exit status: 0 done; 2 something could not be done, or there is no such sender; 130 interrupted.\n\n\
        Example: mailfatigue letter --sender shop.example --language de \"All mail.mbox\""
    )]
    Letter(Box<LetterOptions>),
    /// Write what every message says to a file, which `check`, DuckDB, pandas and Spark read
    #[command(after_help = "Exit status: 0 done; 2 something could not be done; 130 interrupted.\n\n\
        Example: mailfatigue facts -o mail.parquet \"All mail.mbox\"")]
    Facts(Box<FactsOptions>),
    /// Write a commented config file, in which the options of `check` are set once; or print a nightly job
    #[command(
        after_help = "Exit status: 0 done; 2 something could not be done, or the file is there already.\n\n\
        Example: mailfatigue init"
    )]
    Init(InitOptions),
    /// List the formats of mailboxes that can be read
    Formats,
    /// Print the default policy (TOML), to start one of your own, or a preset
    #[command(after_help = "Example: mailfatigue policy uk > policy.toml")]
    Policy {
        /// A preset [default: the default policy]
        #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(preset_names()))]
        name: Option<String>,
    },
    /// Print the built-in classification rules (TOML)
    Rules,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print a manual page (roff), or write all of them
    Man {
        /// The command that the page is about [default: the program as a whole]
        #[arg(value_name = "COMMAND", conflicts_with = "output")]
        command: Option<String>,

        /// Write a page for the program and one for each command into FOLDER
        #[arg(short, long, value_name = "FOLDER")]
        output: Option<PathBuf>,
    },
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// What is read, and how it is judged.
    #[command(flatten)]
    pub inputs: InputOptions,

    /// Write the report to FILE, whole or not at all; `-`: standard output [default: standard output; where that
    /// is a terminal, a table of the worst five senders in its place]
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// How the report is written: `csv`, or `json` for programs: one object {"schema": 1, "summary": {…}, "rows": […]}
    #[arg(
        long,
        value_enum,
        hide_possible_values = true,
        value_name = "FORMAT",
        default_value_t = ReportFormat::Csv,
        help_heading = "Output"
    )]
    pub format: ReportFormat,

    /// Write the report as an Excel workbook, too; with --messages it has a sheet of messages
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub xlsx: Option<PathBuf>,

    /// Write a page to look at in a browser as well: the answer, whom to leave first, a calendar for each flagged
    /// sender, all senders, every day
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub html: Option<PathBuf>,

    /// Write a second CSV: one row for each counted marketing message (with --all: for each message read)
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub messages: Option<PathBuf>,

    /// Write a consent list to start from: a row for each sender of marketing, for you to fill in and give back
    /// with --consent
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub starter_ledger: Option<PathBuf>,

    /// Write a list of the customers with marketing from a sender that the consent lists are about, and without a row
    /// there (CSV)
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub unmatched: Option<PathBuf>,

    /// Write a list of the senders (CSV): their customers by verdict and by consent, messages a customer a week, ways out
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub senders: Option<PathBuf>,

    /// Write a list of the senders' streams (CSV): lists, From addresses or templates, each with its kinds and a subject
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub streams: Option<PathBuf>,

    /// Write a folder to hand over to an auditor: report, messages, senders, streams, the policy and lists used, and what
    /// was read, with sizes and SHA-256; with --redact without what names people
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub evidence: Option<PathBuf>,

    /// Also list senders without any marketing message
    #[arg(long, help_heading = "Output")]
    pub all: bool,

    /// Write CSV as Excel opens it by a double click: with a byte-order mark; for a LOCALE with a decimal comma (de, fr,
    /// …) also with semicolons and decimal commas
    #[arg(
        long,
        value_name = "LOCALE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "en",
        value_parser = locale,
        help_heading = "Output"
    )]
    pub excel: Option<Locale>,

    /// Begin the CSV with a UTF-8 byte-order mark
    #[arg(long, help_heading = "Output")]
    pub bom: bool,

    /// Field delimiter: one character, or `tab` [default: , or what --excel asks for]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, help_heading = "Output")]
    pub delimiter: Option<u8>,

    /// Do not make cells safe for spreadsheets
    #[arg(long, help_heading = "Output")]
    pub raw: bool,

    /// Name each message that can't be used, with its file, byte offset and reason
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,

    /// Let outputs replace files that this program did not write (inputs and consent lists never)
    #[arg(long, help_heading = "Output")]
    pub force: bool,

    /// Exit with status 2 when the newest message is more than DAYS days old: a mailbox that gets no more mail
    #[arg(long, value_name = "DAYS", value_parser = days, allow_negative_numbers = true, help_heading = "Output")]
    pub max_age: Option<u32>,

    /// Exit with status 1 when any sender is flagged
    #[arg(long, help_heading = "Output")]
    pub fail_on_flagged: bool,

    /// What changed, and where two runs meet.
    #[command(flatten)]
    pub nightly: NightlyOptions,

    /// Print every option with its value and where that comes from, as a config file, and read no mail
    #[arg(long, help_heading = "Settings")]
    pub print_config: bool,

    /// The whole command line, with what a config file sets.
    #[arg(skip)]
    pub line: Vec<OsString>,
}

/// Options of `init`.
#[derive(Debug, Args)]
pub struct InitOptions {
    /// Write to FILE [default: MAILFATIGUE_CONFIG, else mailfatigue/config.toml in XDG_CONFIG_HOME or ~/.config]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Write no config file; print a job that runs `check` with it every night: a line for `crontab -e`, or a service and
    /// a timer for systemd
    #[arg(long, value_enum, hide_possible_values = true, value_name = "crontab|systemd")]
    pub print: Option<NightlyJob>,
}

/// Who runs the program every night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NightlyJob {
    /// cron
    Crontab,
    /// systemd
    Systemd,
}

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// A table for spreadsheets
    Csv,
    /// JSON: an object with the summary and the rows
    Json,
}

fn days(text: &str) -> std::result::Result<u32, String> {
    text.parse().map_err(|_| "write a whole number of days".to_string())
}

fn delimiter(text: &str) -> std::result::Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte]
            if byte.is_ascii()
                && !byte.is_ascii_alphanumeric()
                && !matches!(byte, b'"' | b'\n' | b'\r' | 0) =>
        {
            Ok(*byte)
        }
        _ => Err("write one ASCII sign such as , or ; or the word tab".to_string()),
    }
}

impl Command {
    /// What is read and how it is judged, where the command reads mail.
    pub fn inputs(&self) -> Option<&InputOptions> {
        match self {
            Self::Check(options) => Some(&options.inputs),
            Self::Explain(options) => Some(&options.inputs),
            Self::Letter(options) => Some(&options.inputs),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn inputs_mut(&mut self) -> Option<&mut InputOptions> {
        match self {
            Self::Check(options) => Some(&mut options.inputs),
            Self::Explain(options) => Some(&mut options.inputs),
            Self::Letter(options) => Some(&mut options.inputs),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
