//! The flags, and what they add up to.

use crate::check::Plan;
use crate::consent::{Ledger, LedgerOptions};
use crate::error::{Error, Result};
use crate::fact::{Brands, Labels, Lens, Owners, Rules, Senders, Vocabulary};
use crate::history::Scope;
use crate::mailbox::Source;
use crate::policy::Policy;
use crate::report::Style;
use crate::time::{Day, Seconds, Zone};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Which senders mail which customers daily without consent on record.
///
/// Reads mailbox exports, groups the messages by the organisation that sent them, holds the days on which
/// marketing came against what the customer consented to, and writes a CSV report. It works offline: nothing
/// of your mail leaves this machine.
#[derive(Debug, Parser)]
#[command(name = "mailfatigue", version, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read mailboxes and write the report
    #[command(
        after_help = "Exit status: 0 done; 1 done, something is flagged, and --fail-on-flagged was given; 2 something \
        could not be done.\n\nExample: mailfatigue check \"All mail.mbox\" --output report.csv"
    )]
    Check(Box<Check>),
    /// Print the default policy (TOML), to start one of your own
    Policy,
    /// Print the built-in classification rules (TOML)
    Rules,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page (roff)
    Man,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Mailbox files (mbox or a single mail); `-` is standard input
    #[arg(required = true, value_name = "MAILBOX")]
    pub mailboxes: Vec<PathBuf>,

    /// Write the CSV report to FILE, whole or not at all; `-`: standard output
    #[arg(
        short,
        long,
        value_name = "FILE",
        default_value = "-",
        hide_default_value = true,
        help_heading = "Output"
    )]
    pub output: PathBuf,

    /// Write a second CSV: one row for each counted marketing message (with --all: for each message read)
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub messages: Option<PathBuf>,

    /// Also list senders without any marketing message
    #[arg(long, help_heading = "Output")]
    pub all: bool,

    /// Begin the CSV with a UTF-8 byte-order mark, for Excel
    #[arg(long, help_heading = "Output")]
    pub bom: bool,

    /// What stands between cells: one character, or `tab`; `;` for European Excel
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = delimiter, help_heading = "Output")]
    pub delimiter: u8,

    /// Do not make cells safe for spreadsheets
    #[arg(long, help_heading = "Output")]
    pub raw: bool,

    /// No summary and no progress
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub quiet: bool,

    /// Name each message that can't be used, with its file, byte offset and reason
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,

    /// Exit with status 1 when any sender is flagged
    #[arg(long, help_heading = "Output")]
    pub fail_on_flagged: bool,

    /// A consent list (CSV with the columns sender,customer,event,date); may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Consent")]
    pub consent: Vec<PathBuf>,

    /// The sender that every row is about, for a list without a `sender` column
    #[arg(long, value_name = "NAME", requires = "consent", help_heading = "Consent")]
    pub consent_sender: Option<String>,

    /// The last day that the consent list covers
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Consent")]
    pub consent_as_of: Option<Day>,

    /// Which pattern of mail gets which verdict (TOML); see `mailfatigue policy`
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub policy: Option<PathBuf>,

    /// Classification rules of your own (TOML), asked before the built-in ones; see `mailfatigue rules`
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub rules: Option<PathBuf>,

    /// Domains and addresses that belong to one brand (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub brands: Option<PathBuf>,

    /// An address of the mailbox's owner, or @domain for all of a domain; may be repeated
    #[arg(long, value_name = "ADDRESS", help_heading = "Judging")]
    pub owner: Vec<String>,

    /// The time zone of days, an IANA name such as Europe/Berlin [default: the machine's]
    #[arg(long, value_name = "ZONE", help_heading = "Judging")]
    pub timezone: Option<String>,

    /// Count only messages from this day on
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Judging")]
    pub since: Option<Day>,

    /// Count only messages up to this day
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Judging")]
    pub until: Option<Day>,

    /// "Today" for the column still_active [default: the day of the newest message, or --until]
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Judging")]
    pub as_of: Option<Day>,

    /// Count messages that lie in a spam folder or carry a spam label
    #[arg(long, help_heading = "Judging")]
    pub include_spam: bool,

    /// Count messages whose sender the receiver could not verify
    #[arg(long, help_heading = "Judging")]
    pub include_unverified: bool,

    /// Count as marketing what belongs to a deal but advertises as well (a receipt with offers)
    #[arg(long, help_heading = "Judging")]
    pub count_mixed: bool,

    /// How many threads read [default: the machine's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
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

fn day(text: &str) -> std::result::Result<Day, String> {
    Day::parse(text).ok_or_else(|| "no such date; write YYYY-MM-DD".to_string())
}

impl Check {
    /// Everything read and checked that the job needs, before any mail is read. `now` is the instant of the run.
    pub fn plan(&self, now: Seconds) -> Result<Plan> {
        if let Some((since, until)) = self.since.zip(self.until).filter(|(since, until)| since > until) {
            return Err(
                Error::new("--since", format!("{since} is after --until {until}")).hint("exchange them")
            );
        }
        let stdin = self.mailboxes.iter().filter(|path| path.as_os_str() == "-").count();
        if stdin > 1 {
            return Err(Error::new("`-`", "standard input can be read only once"));
        }
        let zone = match &self.timezone {
            Some(name) => Zone::named(name)?,
            None => Zone::of_the_machine(),
        };
        let owners = Owners::new(&self.owner)?;
        let brands = self.brands.as_deref().map(Brands::read).transpose()?.unwrap_or_default();
        let mut vocabulary = Vocabulary::default();
        let rules = Rules::load(self.rules.as_deref(), &mut vocabulary)?;
        let policy = self.policy.as_deref().map_or_else(Policy::built_in, Policy::read)?;
        let options = LedgerOptions {
            files: self.consent.clone(),
            sender: self.consent_sender.clone(),
            as_of: self.consent_as_of,
        };
        let ledger = Ledger::read(&options, &zone, &owners)?;
        let lens = Lens {
            now,
            owners,
            senders: Senders::new(brands),
            labels: Labels::built_in(),
            rules,
            vocabulary,
            with_details: self.messages.is_some(),
        };
        let scope = Scope {
            zone,
            since: self.since,
            until: self.until,
            include_spam: self.include_spam,
            include_unverified: self.include_unverified,
            count_mixed: self.count_mixed,
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Plan {
            mailboxes: self.mailboxes.iter().map(|path| Source::named(path)).collect(),
            lens,
            scope,
            ledger,
            policy,
            as_of: self.as_of,
            all: self.all,
            threads: self.threads.map_or(cores, usize::from),
        })
    }

    /// How CSV is written.
    pub fn style(&self) -> Style {
        Style { delimiter: self.delimiter, bom: self.bom, raw: self.raw }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
