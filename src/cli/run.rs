//! Runs a command and says what came of it.

use super::arguments::{Arguments, Check, Command};
use super::output::{Prepared, prepare};
use crate::check::{Outcome, Plan, check};
use crate::error::{Error, Result};
use crate::fact::BUILT_IN_RULES;
use crate::policy::DEFAULT_POLICY;
use crate::report::{Account, Context, Listing, summary, visible, write_messages, write_report};
use crate::time::Seconds;
use clap::{CommandFactory, Parser};
use indicatif::{ProgressBar, ProgressStyle};
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Done.
const DONE: u8 = 0;
/// Done, something is flagged, and `--fail-on-flagged` was given.
const FLAGGED: u8 = 1;
/// Something could not be done.
const FAILED: u8 = 2;

/// Runs the command line and returns the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let outcome = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => command(&parsed.command),
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { FAILED } else { DONE };
        }
    };
    match outcome {
        Ok(status) => status,
        Err(error) if error.is_closed_pipe() => DONE,
        Err(error) => {
            tell(&format!("{error}\n"));
            FAILED
        }
    }
}

fn command(command: &Command) -> Result<u8> {
    match command {
        Command::Check(options) => run_check(options),
        Command::Policy => print(DEFAULT_POLICY.as_bytes()),
        Command::Rules => print(BUILT_IN_RULES.as_bytes()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "mailfatigue", &mut script);
            print(&script)
        }
        Command::Man => print(
            &manual().map_err(|error| Error::io(Path::new("-"), "the manual can't be written", &error))?,
        ),
    }
}

/// The manual page of the program and of each command.
fn manual() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let mut command = Arguments::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() == "check") {
        clap_mangen::Man::new(sub.clone()).render(&mut page)?;
    }
    Ok(page)
}

fn print(bytes: &[u8]) -> Result<u8> {
    Prepared::Stream { bytes: bytes.to_vec(), place: "-".into() }.publish()?;
    Ok(DONE)
}

fn run_check(options: &Check) -> Result<u8> {
    let plan = options.plan(now())?;
    let bar = progress(options, &plan);
    let outcome = check(&plan, &|bytes| bar.inc(bytes))?;
    bar.finish_and_clear();
    if outcome.mailboxes_read > 0 {
        publish(options, &plan, &outcome)?;
    }
    if options.verbose {
        tell(&skips(&plan, &outcome));
    }
    for failure in &outcome.failures {
        tell(&format!("{failure}\n"));
    }
    if !options.quiet && outcome.mailboxes_read > 0 {
        tell(&summarised(&plan, &outcome));
    }
    let flagged = outcome.cases.iter().any(|case| case.is_flagged(&plan.policy));
    Ok(match (outcome.failures.is_empty(), flagged && options.fail_on_flagged) {
        (false, _) => FAILED,
        (true, true) => FLAGGED,
        (true, false) => DONE,
    })
}

/// Writes the report and the list of messages; both are complete before either is put in place.
fn publish(options: &Check, plan: &Plan, outcome: &Outcome) -> Result<()> {
    let context = Context { policy: &plan.policy, list_given: plan.ledger.given };
    let report =
        prepare(&options.output, |out| write_report(out, options.style(), &outcome.cases, &context))?;
    let messages = options.messages.as_ref().map(|path| {
        let bench = plan.bench(&outcome.history, &outcome.findings, &plan.scope, outcome.as_of);
        let listing = Listing {
            details: &outcome.details,
            rules: &plan.lens.rules,
            mailboxes: &plan.mailboxes,
            all: plan.all,
        };
        prepare(path, |out| write_messages(out, options.style(), &bench, &listing))
    });
    let messages = messages.transpose()?;
    report.publish()?;
    messages.map_or(Ok(()), Prepared::publish)
}

fn summarised(plan: &Plan, outcome: &Outcome) -> String {
    let cases: Vec<_> = outcome.marketing_cases().cloned().collect();
    summary(&Account {
        mailboxes: outcome.mailboxes_read,
        tally: &outcome.tally,
        cases: &cases,
        policy: &plan.policy,
        list_given: plan.ledger.given,
        silent_rows: plan.ledger.silent,
        flagged_in_spam: &outcome.flagged_in_spam,
        flagged_in_unverified: &outcome.flagged_in_unverified,
    })
}

/// Each message that can't be used: file, byte, reason.
fn skips(plan: &Plan, outcome: &Outcome) -> String {
    let lines = outcome.history.skips.iter().map(|skip| {
        let path = plan
            .mailboxes
            .get(skip.mailbox as usize)
            .map_or(String::new(), |source| source.path().display().to_string());
        format!("skipped: `{}` byte {}: {}\n", visible(&path), skip.offset, skip.reason.why())
    });
    lines.collect()
}

/// A bar of the bytes read, where somebody watches.
fn progress(options: &Check, plan: &Plan) -> ProgressBar {
    if options.quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let sizes = plan.mailboxes.iter().filter_map(|source| source.path().metadata().ok());
    let bar = ProgressBar::new(sizes.map(|size| size.len()).sum());
    let style = ProgressStyle::with_template("reading {wide_bar} {bytes}/{total_bytes}, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Says something on standard error; where nobody listens, that is nobody's fault.
fn tell(words: &str) {
    let _ = io::stderr().lock().write_all(words.as_bytes());
}

/// The instant of the run.
fn now() -> Seconds {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| Seconds::try_from(since.as_secs()).unwrap_or(Seconds::MAX))
}
