//! Runs `facts`: what every message says, as a file for this program and others.

mod pieces;

use super::clock::now;
use super::console::Console;
use super::destinations::{Destination, Destinations};
use super::inputs::ReadingOptions;
use super::output::{folder, prepare, publish, target};
use super::progress::Progress;
use super::redact::{RANDOM, RedactKey, redact_key};
use super::remarks::{RemarkDetail, listed};
use super::status::{DONE, FAILED};
use super::terminal::columns_of_output;
use crate::check::{MailFound, Plan, PlanBuilder, account};
use crate::error::{Error, Result};
use crate::fact_file::{ParquetRowWriter, RowCounts, RowSink, RowWriter, schema_of};
use crate::gather::{ArgumentCounts, gather_in_pieces};
use crate::mailbox::{MailboxArgument, Remark};
use crate::outputs::FACTS;
use crate::report::thousands;
use clap::{Args, ValueHint};
use pieces::{FactPieces, LazyStream, RedactionContext, WrittenFacts};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Options of `facts`.
#[derive(Debug, Args)]
pub struct FactsOptions {
    /// Mailbox files, folders and archives (see `mailfatigue formats`); `-` is standard input
    #[arg(required = true, value_name = "MAILBOX")]
    pub mailboxes: Vec<PathBuf>,

    /// Write the facts to FILE (Parquet); `-`: to standard output, as an Arrow stream
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: PathBuf,

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

    /// Name each message that can't be used, with its file, byte offset and reason
    #[arg(short, long, help_heading = "Output")]
    pub verbose: bool,

    /// Let the facts replace a file that this program did not write (inputs and consent lists never)
    #[arg(long, help_heading = "Output")]
    pub force: bool,

    /// Leave out what names people: customers, and senders that are addresses, get pseudonyms (HMAC-SHA-256 with the key in
    /// KEYFILE; without it, with a random one), URLs are cut to their host, and subjects, local parts, Message-IDs, paths and
    /// hashes are left out. Such facts are for other programs: `check` refuses them
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

    #[command(flatten)]
    pub fact_options: ReadingOptions,

    /// Write facts without any mail, too: of a mailbox that is one of many
    #[arg(long, help_heading = "Output")]
    pub allow_empty: bool,

    /// How many threads read [default: the machine's cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// Writes the facts of all mailboxes. Mailboxes that can't be read are named, and are in the facts as failures.
pub fn run_facts(options: &FactsOptions, console: Console) -> Result<u8> {
    if options.output.as_os_str() == "-" && columns_of_output().is_some() {
        return Err(Error::new(
            "--output -",
            "would show an Arrow stream on the terminal, where nobody can read it",
        )
        .hint("write --output mail.parquet, or pipe it into another program"));
    }
    let out = Destination { kind: &FACTS, path: &options.output };
    let written = Destinations::checked(vec![out], &options.files(), options.force)?;
    let redaction = options.redact.as_ref().map(RedactKey::redaction).transpose()?;
    let plan = options.plan(&written)?;
    written.spare(&plan.survey)?;
    let redacting = redaction.as_ref().map(|redaction| (redaction, &plan.settings.senders));
    let read = options.write(&plan, redacting, &written)?;
    let WrittenFacts { gathered, counts, skips, names } = &read;
    let notes = account(&gathered.arguments, options.found(*counts));
    let remarks: Vec<Remark> = gathered.batch.remarks.iter().cloned().chain(notes).collect();
    let amount = RemarkDetail { quiet: options.quiet, verbose: options.verbose };
    console.print_lines(&listed(names, skips, &remarks, amount));
    if options.is_of_use(*counts) && !options.quiet {
        console.print_lines(&options.summary(*counts, &gathered.arguments));
    }
    if let Some(key) = options.redact.as_ref().filter(|_| !options.quiet) {
        console.print_lines(&key.note());
    }
    let failed = remarks.iter().any(|remark| matches!(remark, Remark::Failed(_)));
    Ok(if failed || !options.is_of_use(*counts) { FAILED } else { DONE })
}

impl FactsOptions {
    /// The files that are read, each with what it is.
    pub fn files(&self) -> Vec<(&'static str, &Path)> {
        let mailboxes = self.mailboxes.iter().map(|path| ("mailbox", path.as_path()));
        let settings = [
            ("config file", &self.config),
            ("file of rules", &self.fact_options.rules),
            ("file of brands", &self.fact_options.brands),
        ];
        let key = self.redact.as_ref().and_then(RedactKey::file).map(|path| ("key file", path));
        mailboxes
            .chain(key)
            .chain(settings.into_iter().filter_map(|(what, path)| Some((what, path.as_deref()?))))
            .collect()
    }

    /// Whether facts with so many messages are an output.
    fn is_of_use(&self, counts: RowCounts) -> bool {
        self.found(counts) != MailFound::Nothing
    }

    /// What was found; where the mailbox is one of many, others may have messages that can be used.
    fn found(&self, counts: RowCounts) -> MailFound {
        if self.allow_empty || counts.facts > 0 {
            return MailFound::Usable;
        }
        if counts.unusable > counts.torn { MailFound::Unusable } else { MailFound::Nothing }
    }

    /// Reads the mailboxes, and writes rows meanwhile: to standard output at once, else to a file that is put in place when
    /// it is complete.
    fn write(
        &self,
        plan: &Plan,
        redacting: Option<RedactionContext<'_>>,
        written: &Destinations<'_>,
    ) -> Result<WrittenFacts> {
        let redacted = redacting.is_some();
        let schema = schema_of(&plan.settings, redacted);
        let remember_skips = self.verbose;
        let read = |folder, out: RowSink<'_>| {
            let progress = Progress::new(self.quiet, plan);
            let rows = RowWriter::new(&plan.settings, redacted, folder, out);
            let mut pieces = FactPieces::new(rows, redacting, remember_skips);
            let step = |step| progress.step(step);
            let gathered = gather_in_pieces(&plan.survey, &plan.settings, plan.threads, &step, &mut pieces);
            progress.finish();
            pieces.end(gathered, |counts| self.is_of_use(counts))
        };
        if self.output.as_os_str() == "-" {
            let mut stream = LazyStream::new(&schema);
            let read = read(None, &mut |rows| stream.add(rows));
            let ended = read.and_then(|read| {
                if self.is_of_use(read.counts) {
                    stream.end()?;
                }
                Ok(read)
            });
            return ended.map_err(|error| Error::standard_output(&error));
        }
        let mut found = None;
        let complete = prepare(&self.output, |to: &mut (dyn Write + Send)| {
            let mut out = ParquetRowWriter::new(to, &schema)?;
            let place = target(&self.output)?;
            found = Some(read(Some(folder(&place).to_path_buf()), &mut |rows| out.add(rows))?);
            out.end()
        })?;
        let read = found.unwrap_or_default();
        if self.is_of_use(read.counts) {
            written.replace_only_own()?;
            publish([complete])?;
        }
        Ok(read)
    }

    fn plan(&self, written: &Destinations<'_>) -> Result<Plan> {
        PlanBuilder {
            rules: self.fact_options.rules.clone(),
            brands: self.fact_options.brands.clone(),
            owners: self.fact_options.owner.clone(),
            keep_tags: self.fact_options.keep_tags,
            threads: self.threads.map(usize::from),
            with_details: true,
            with_ways_out: true,
            with_signs: true,
            with_records: true,
            outputs: written.ids().to_vec(),
            ..Plan::builder(&self.mailboxes, now()?)
        }
        .build()
    }

    fn summary(&self, counts: RowCounts, arguments: &[(MailboxArgument, ArgumentCounts)]) -> String {
        let several = |count: u64, what: &str| match count {
            1 => format!("1 {what}"),
            count => format!("{} {what}s", thousands(count)),
        };
        let unusable = match counts.unusable as u64 {
            0 => String::new(),
            skips => format!(", {} of which can't be used,", thousands(skips)),
        };
        let place = match self.output.as_os_str() {
            path if path == "-" || self.redact.is_some() => String::new(),
            _ => format!(" in {}", self.output.display()),
        };
        let mailboxes = arguments.iter().filter(|(_, counts)| counts.is_read()).count();
        format!(
            "facts of {}{unusable} from {}{place} (mailfatigue {})",
            several(counts.messages.into(), "message"),
            match mailboxes {
                1 => "1 mailbox".to_string(),
                many => format!("{} mailboxes", thousands(many as u64)),
            },
            env!("CARGO_PKG_VERSION")
        )
    }
}
