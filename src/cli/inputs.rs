//! The flags that say what is read and how it is judged: the same for every command that reads mail.

use super::redact::{RANDOM, RedactKey, redact_key};
use crate::check::{Plan, PlanBuilder};
use crate::consent::{DateOrder, ExportFormat, FormatSource, LedgerOptions, ListFile, refuse_as_mailbox};
use crate::error::{Error, Result};
use crate::fact::Redaction;
use crate::mailbox::FileId;
use crate::policy::PRESET;
use crate::time::{Day, Seconds, Zone};
use clap::builder::{OsStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueHint};
use std::path::{Path, PathBuf};

/// What shapes facts: whose mailbox it is, which senders belong together, which rules decide.
#[derive(Debug, Args)]
pub struct ReadingOptions {
    /// Classification rules of your own (TOML), asked before the built-in ones; see `mailfatigue rules`
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub rules: Option<PathBuf>,

    /// Domains and addresses that belong to one brand (TOML)
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub brands: Option<PathBuf>,

    /// An address of the mailbox's owner, or @domain for all of a domain; may be repeated
    #[arg(long, value_name = "ADDRESS", help_heading = "Judging")]
    pub owner: Vec<String>,

    /// Count addresses that differ in their +tag as different customers
    #[arg(long, help_heading = "Judging")]
    pub keep_tags: bool,
}

/// What is read, and how it is judged.
#[derive(Debug, Args)]
pub struct InputOptions {
    /// Mailbox files, folders and archives (see `mailfatigue formats`); `-` is standard input
    #[arg(required = true, value_name = "MAILBOX")]
    pub mailboxes: Vec<PathBuf>,

    /// Take options from FILE (TOML), except those on the command line [default: MAILFATIGUE_CONFIG, else
    /// mailfatigue/config.toml in XDG_CONFIG_HOME or ~/.config, where it exists]; see `mailfatigue init`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Settings")]
    pub config: Option<PathBuf>,

    /// Read no config file
    #[arg(long, conflicts_with = "config", help_heading = "Settings")]
    pub no_config: bool,

    /// No summary, no progress and no notes; errors and warnings remain
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,

    /// A consent list (CSV or .xlsx with the columns sender,customer,event,date), or NAME=FILE for a list without a
    /// `sender` column that is about the sender NAME; `-` is standard input; may be repeated
    #[arg(long, value_name = "FILE", value_parser = list_file(), value_hint = ValueHint::FilePath, help_heading = "Consent")]
    pub consent: Vec<ListFile>,

    /// The sender that every row is about, for all lists without NAME=
    #[arg(long, value_name = "NAME", help_heading = "Consent")]
    pub consent_sender: Option<String>,

    /// The last day that the consent lists cover
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "Consent")]
    pub consent_as_of: Option<Day>,

    /// How to read dates such as 3/4/2026: day first (dmy) or month first (mdy) [default: only where the list leaves
    /// no doubt]
    #[arg(long, value_name = "ORDER", value_parser = date_order(), help_heading = "Consent")]
    pub consent_dates: Option<DateOrder>,

    /// What the columns of consent lists mean that are another system's export [default: as their header row shows]
    #[arg(long, value_name = "NAME", value_parser = format_name(), help_heading = "Consent")]
    pub consent_format: Option<String>,

    /// The same from a file of your own (TOML); see the README
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Consent")]
    pub consent_map: Option<PathBuf>,

    /// Leave out rows of consent lists that can't be used, and list them
    #[arg(long, help_heading = "Consent")]
    pub skip_bad_rows: bool,

    /// Which pattern of mail gets which verdict: a file (TOML), or preset:NAME (us, ca, au, uk, eu, de, provider, strict);
    /// see `mailfatigue policy`
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub policy: Option<PathBuf>,

    #[command(flatten)]
    pub fact_options: ReadingOptions,

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

    /// Keep what messages say in DIR, so that the next run reads only what is new; the result is the same
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub cache: Option<PathBuf>,

    /// Leave out what names people: customers, and senders that are addresses, get pseudonyms (HMAC-SHA-256 with the key in
    /// KEYFILE; without it, with a random one), URLs are cut to their host, and subjects, local parts, Message-IDs and
    /// paths are left out, in every output
    #[arg(
        long,
        value_name = "KEYFILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = RANDOM,
        value_parser = redact_key(),
        value_hint = ValueHint::FilePath,
        help_heading = "Output"
    )]
    pub redact: Option<RedactKey>,

    /// How many threads read [default: the machine's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// What a command needs besides the verdicts.
#[derive(Debug, Clone, Copy)]
pub struct CommandNeeds<'a> {
    /// The place of each message and its subject.
    pub details: bool,
    /// Where messages are that can't be used, and which files contain no mail.
    pub places: bool,
    /// With details, the addresses for opt-outs.
    pub ways_out: bool,
    /// The signs that were weighed.
    pub signs: bool,
    /// Pairs without marketing too.
    pub all: bool,
    /// The customers whom the consent lists leave out.
    pub unmatched: bool,
    /// Customers may be judged one by one, where facts come sorted by customer.
    pub by_customer: bool,
    /// Files that the run writes to, which are not read.
    pub outputs: &'a [FileId],
}

fn day(text: &str) -> std::result::Result<Day, String> {
    Day::parse(text).ok_or_else(|| "no such date; write YYYY-MM-DD".to_string())
}

fn list_file() -> impl TypedValueParser<Value = ListFile> {
    OsStringValueParser::new().map(|text| ListFile::named(&text))
}

fn format_name() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(ExportFormat::preset_names())
}

fn date_order() -> impl TypedValueParser<Value = DateOrder> {
    PossibleValuesParser::new(["dmy", "mdy"]).map(|order| match order.as_str() {
        "dmy" => DateOrder::DayFirst,
        _ => DateOrder::MonthFirst,
    })
}

impl InputOptions {
    /// The files that are read, each with what it is: what the run must not write to.
    pub fn files(&self) -> Vec<(&'static str, &Path)> {
        let mailboxes = self.mailboxes.iter().map(|path| ("mailbox", path));
        let lists = self.consent.iter().map(|list| ("consent list", &list.path));
        let settings = [
            ("config file", &self.config),
            ("consent map", &self.consent_map),
            ("policy", &self.policy),
            ("file of rules", &self.fact_options.rules),
            ("file of brands", &self.fact_options.brands),
        ];
        let is_file = |path: &&PathBuf| !path.to_str().is_some_and(|path| path.starts_with(PRESET));
        let settings =
            settings.into_iter().filter_map(|(what, path)| Some((what, path.as_ref().filter(is_file)?)));
        let key = self.redact.as_ref().and_then(RedactKey::file).map(|path| ("key file", path));
        mailboxes.chain(lists).chain(settings).map(|(what, path)| (what, path.as_path())).chain(key).collect()
    }

    /// How outputs are redacted, where they are.
    pub fn redaction(&self) -> Result<Option<Redaction>> {
        self.redact.as_ref().map(RedactKey::redaction).transpose()
    }

    /// Everything read and checked that the job needs, before any mail is read. `now` is the instant of the run.
    pub fn plan(&self, now: Seconds, needs: CommandNeeds<'_>) -> Result<Plan> {
        if let Some((since, until)) = self.since.zip(self.until).filter(|(since, until)| since > until) {
            return Err(
                Error::new("--since", format!("{since} is after --until {until}")).hint("exchange them")
            );
        }
        self.have_a_list_to_be_about(needs.unmatched)?;
        let read = self.mailboxes.iter().chain(self.consent.iter().map(|list| &list.path));
        if read.filter(|path| path.as_os_str() == "-").count() > 1 {
            return Err(Error::new("`-`", "standard input can be read only once")
                .hint("name a file instead of one of the `-`"));
        }
        self.mailboxes.iter().try_for_each(|path| refuse_as_mailbox(path))?;
        let zone = match &self.timezone {
            Some(name) => Zone::named(name)?,
            None => Zone::of_the_machine(std::env::var("TZ").ok().as_deref())?,
        };
        let plan = PlanBuilder {
            zone: Some(zone),
            consent: self.ledger_options(),
            policy: self.policy.clone(),
            rules: self.fact_options.rules.clone(),
            brands: self.fact_options.brands.clone(),
            owners: self.fact_options.owner.clone(),
            keep_tags: self.fact_options.keep_tags,
            since: self.since,
            until: self.until,
            as_of: self.as_of,
            include_spam: self.include_spam,
            include_unverified: self.include_unverified,
            count_mixed: self.count_mixed,
            all: needs.all,
            threads: self.threads.map(usize::from),
            cache: self.cache.clone(),
            with_details: needs.details,
            with_places: needs.places,
            with_ways_out: needs.ways_out,
            with_signs: needs.signs,
            by_customer: needs.by_customer,
            outputs: needs.outputs.to_vec(),
            ..Plan::builder(&self.mailboxes, now)
        };
        plan.build()
    }

    /// An error where an option speaks of a consent list and none is given, or two options contradict each other.
    fn have_a_list_to_be_about(&self, unmatched: bool) -> Result<()> {
        if self.consent_map.is_some() && self.consent_format.is_some() {
            return Err(Error::new("--consent-map", "can't be used with --consent-format")
                .hint("leave one out; a map may take over a preset: format = \"…\""));
        }
        let options = [
            ("--consent-sender", self.consent_sender.is_some()),
            ("--consent-as-of", self.consent_as_of.is_some()),
            ("--consent-dates", self.consent_dates.is_some()),
            ("--consent-format", self.consent_format.is_some()),
            ("--consent-map", self.consent_map.is_some()),
            ("--skip-bad-rows", self.skip_bad_rows),
            ("--unmatched", unmatched),
        ];
        match options.iter().find(|(_, given)| *given).filter(|_| self.consent.is_empty()) {
            Some((option, _)) => Err(Error::new(*option, "is about a consent list, but none is given")
                .hint("give the list with --consent FILE, or leave the option out")),
            None => Ok(()),
        }
    }

    fn format_source(&self) -> Option<FormatSource> {
        let map = self.consent_map.clone().map(FormatSource::Map);
        map.or_else(|| self.consent_format.clone().map(FormatSource::Preset))
    }

    fn ledger_options(&self) -> LedgerOptions {
        LedgerOptions {
            lists: self.consent.clone(),
            sender: self.consent_sender.clone(),
            as_of: self.consent_as_of,
            date_order: self.consent_dates,
            format: self.format_source(),
            skip_bad_rows: self.skip_bad_rows,
        }
    }
}
