//! Runs a command and reports its result.

use super::arguments::{Arguments, CheckOptions, Command, ReportFormat};
use super::by_customer::{GrowingLists, are_readable};
use super::clock::now;
use super::console::Console;
use super::destinations::Destinations;
use super::evidence::{EvidenceFolder, EvidenceInputs, may_be_written};
use super::explain::run_explain;
use super::facts::run_facts;
use super::file_outputs::have_their_own_output;
use super::hidden_names::HiddenNames;
use super::init::run_init;
use super::inputs::{CommandNeeds, InputOptions};
use super::interrupt::end_when_asked;
use super::letter::run_letter;
use super::lock::Locks;
use super::manual;
use super::nightly::ComparedRun;
use super::output::{PreparedOutput, prepare, publish as place};
use super::parse::{Unparsed, color_of, parse};
use super::progress::Progress;
use super::remarks::{remarks, warnings};
use super::status::{DONE, FAILED, FLAGGED, LOCKED};
use super::summary::{SummaryInputs, conclude, no_message};
use super::terminal::output_is_closed;
use super::workbook::{fits_into_sheets, may_fit_into_sheets, prepare_workbook};
use crate::check::{Outcome, Plan};
use crate::error::{Error, Result};
use crate::fact::{BUILT_IN_RULES, Redaction};
use crate::judge::JudgeContext;
use crate::mailbox::{FORMATS, FileId};
use crate::policy::{DEFAULT_POLICY, preset};
use crate::report::{
    CellContext, ListedSenderPairs, MessageContext, ReportPage, WorkbookInput, rows, write_json_report,
    write_report, write_starter,
};
use crate::since_last::Changes;
use clap::CommandFactory;
use std::ffi::OsString;
use std::path::Path;

/// Runs the command line and returns the exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    end_when_asked();
    let typed: Vec<OsString> = arguments.into_iter().collect();
    let color = color_of(&typed);
    let console = Console::new(color);
    let parsed = match parse(&typed, color) {
        Ok(parsed) => parsed,
        Err(Unparsed::Help(help)) => {
            let _ = help.print();
            return if help.use_stderr() { FAILED } else { DONE };
        }
        Err(Unparsed::Settings(settings)) => match print(settings.as_bytes()) {
            Ok(status) => return status,
            Err(error) => {
                console.print_lines(&error.to_string());
                return FAILED;
            }
        },
        Err(Unparsed::Refused(words)) => {
            console.print_lines(&words);
            return FAILED;
        }
    };
    let mut console = Console::new(parsed.color);
    if let Some(files) = files_to_hide(&parsed.command) {
        console = console.hiding(HiddenNames::of(&files));
    }
    if let Some(note) = lost_output(&parsed.command) {
        console.print_lines(&note.to_string());
    }
    match command(&parsed.command, console) {
        Ok(status) => status,
        Err(error) if error.is_closed_pipe() => DONE,
        Err(error) => {
            console.print_lines(&error.to_string());
            FAILED
        }
    }
}

/// The inputs of a run whose outputs are redacted, each with what it is.
fn files_to_hide(command: &Command) -> Option<Vec<(&'static str, &Path)>> {
    match command {
        Command::Facts(facts) => facts.redact.as_ref().map(|_| facts.files()),
        other => other.inputs().filter(|inputs| inputs.redact.is_some()).map(InputOptions::files),
    }
}

/// A note where the result goes to a standard output that was closed, and so is lost.
fn lost_output(command: &Command) -> Option<Error> {
    let (writes_stdout, quiet) = match command {
        Command::Check(options) => {
            (options.report().is_none_or(|path| path.as_os_str() == "-"), options.inputs.quiet)
        }
        Command::Explain(options) => (options.destination().path.as_os_str() == "-", options.inputs.quiet),
        Command::Letter(options) => {
            (options.output.as_deref().is_none_or(|path| path.as_os_str() == "-"), options.inputs.quiet)
        }
        Command::Facts(options) => (options.output.as_os_str() == "-", options.quiet),
        Command::Man { output, .. } => (output.is_none(), false),
        _ => (true, false),
    };
    let lost = writes_stdout && !quiet && output_is_closed();
    lost.then(|| {
        Error::new("standard output", "is closed, so nobody gets what is written there")
            .hint("write it to a file")
            .as_note()
    })
}

fn command(command: &Command, console: Console) -> Result<u8> {
    match command {
        Command::Check(options) => run_check(options, console),
        Command::Explain(options) => run_explain(options, console),
        Command::Letter(options) => run_letter(options, console),
        Command::Facts(options) => run_facts(options, console),
        Command::Init(options) => run_init(options, console),
        Command::Formats => print(formats().as_bytes()),
        Command::Policy { name } => {
            let text = name.as_deref().map_or(Ok(DEFAULT_POLICY), preset)?;
            print(text.as_bytes())
        }
        Command::Rules => print(BUILT_IN_RULES.as_bytes()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "mailfatigue", &mut script);
            print(&script)
        }
        Command::Man { command, output: None } => print(&manual::page(command.as_deref())?),
        Command::Man { output: Some(folder), .. } => manual::write_all(folder).map(|()| DONE),
    }
}

/// The formats that can be read, each with how it is known and where it comes from.
fn formats() -> String {
    let entries = FORMATS.iter().map(|format| {
        let known = format.recognised_by.replace('`', "");
        format!(
            "{}\n    known by:   {known}\n    comes from: {}\n",
            format.name,
            format.comes_from.replace('`', "")
        )
    });
    entries.collect()
}

fn print(bytes: &[u8]) -> Result<u8> {
    place([PreparedOutput::Stream { content: bytes.to_vec().into(), place: "-".into() }])?;
    Ok(DONE)
}

fn run_check(options: &CheckOptions, console: Console) -> Result<u8> {
    have_their_own_output(options)?;
    options.nightly.checked(options.inputs.redact.as_ref())?;
    if let Some(place) = &options.evidence {
        may_be_written(place, &options.inputs.files(), &options.destinations())?;
    }
    let written = Destinations::checked(options.destinations(), &options.inputs.files(), options.force)?;
    let notes = !options.amount(true).quiet;
    let says = |remark: Error| console.warn(Some(remark).filter(|remark| notes || !remark.is_note()));
    match Locks::of(written.paths(), options.nightly.patience(), &says) {
        Ok(locks) => run_locked(options, &written, &locks.ids(), console),
        Err(busy) => {
            console.print_lines(&busy.to_string());
            Ok(LOCKED)
        }
    }
}

/// The run, with the locks acquired. `locks` are their files, which are not read.
fn run_locked(
    options: &CheckOptions,
    written: &Destinations<'_>,
    locks: &[FileId],
    console: Console,
) -> Result<u8> {
    let ways_out = options.html.is_some();
    let details = options.messages.is_some() || options.starter_ledger.is_some() || ways_out;
    let details = details || options.streams.is_some() || options.evidence.is_some();
    let remembered = options.nightly.remembered(options.force)?;
    let outputs = [written.ids(), locks].concat();
    let needs = CommandNeeds {
        details,
        places: options.verbose,
        ways_out,
        signs: false,
        all: options.all,
        unmatched: options.unmatched.is_some(),
        by_customer: options.may_be_by_customer(),
        outputs: &outputs,
    };
    let redaction = options.inputs.redaction()?;
    let plan = options.inputs.plan(now()?, needs)?;
    written.spare(&plan.survey)?;
    may_fit_into_sheets(options, &plan.survey)?;
    console.print_lines(&warnings(&plan.ledger));
    console.warn(options.unused_style().filter(|_| !options.amount(true).quiet));
    let progress = Progress::new(options.inputs.quiet, &plan);
    let (mut outcome, mut lists) = GrowingLists::check(options, &plan, &|step| progress.step(step))?;
    progress.finish();
    let remembered = match &redaction {
        Some(redaction) => {
            outcome.redact(redaction, &plan.settings.senders);
            remembered.map(|remembered| remembered.redacted(redaction))
        }
        None => remembered,
    };
    let compared = remembered.map(|remembered| remembered.compared(&plan, &mut outcome));
    let changes = compared.as_ref().map(|compared| &compared.changes);
    let amount = options.amount(changes.is_some_and(Changes::nothing_new));
    // At a terminal the page or the workbook may be the only file with the report.
    let report = options.report().or(options.html.as_deref()).or(options.xlsx.as_deref());
    let summary = SummaryInputs::of(report, &plan, &outcome, changes);
    if !outcome.is_empty() {
        fits_into_sheets(options, &outcome)?;
        written.replace_only_own()?;
        let summary = (&summary, compared.as_ref(), redaction.as_ref());
        console.warn(publish(options, &plan, &outcome, summary, &mut lists)?);
    }
    console.print_lines(&Some(no_message(&outcome)).filter(|_| !amount.quiet).unwrap_or_default());
    console.print_lines(&remarks(&outcome, amount));
    console.warn(outcome.period_without_mail(&plan.scope));
    if !outcome.is_empty() {
        conclude(options, &summary, amount.quiet, console)?;
    }
    let stale = options.max_age.and_then(|days| outcome.older_than(days, &plan));
    if let Some(error) = &stale {
        console.print_lines(&error.to_string());
    }
    let status = exit_status(options, &plan, &outcome, stale.is_some());
    // The process ends: to give back millions of names and paths one by one takes a twentieth of a night's run.
    std::mem::forget((plan, outcome));
    Ok(status)
}

fn exit_status(options: &CheckOptions, plan: &Plan, outcome: &Outcome, is_stale: bool) -> u8 {
    let mut rows = outcome.cases.iter().chain(&outcome.pressure);
    let flagged = rows.any(|case| case.is_flagged(&plan.policy));
    match (outcome.complete() && !is_stale, flagged && options.fail_on_flagged) {
        (false, _) => FAILED,
        (true, true) => FLAGGED,
        (true, false) => DONE,
    }
}

/// Writes the report, the lists and the state file; all are complete before any is put in place, and the state file is
/// put in place last: after a run that is killed in between, the next run reports the same changes again. Returns a warning about the state file.
fn publish(
    options: &CheckOptions,
    plan: &Plan,
    outcome: &Outcome,
    (summary, compared, redaction): (&SummaryInputs<'_>, Option<&ComparedRun>, Option<&Redaction>),
    lists: &mut GrowingLists<'_>,
) -> Result<Option<Error>> {
    let context =
        CellContext { policy: &plan.policy, list_given: plan.ledger.given, compared: compared.is_some() };
    let style = options.style();
    let rows = rows(&outcome.cases, &outcome.pressure, &plan.policy);
    let report = options
        .report()
        .map(|path| {
            prepare(path, |out| match options.format {
                ReportFormat::Csv => write_report(out, style, &rows, &context, plan.threads),
                ReportFormat::Json => write_json_report(out, style.raw, &rows, &context, &summary.content()),
            })
        })
        .transpose()?;
    let judging = plan.judging(&outcome.history, &outcome.findings, &plan.scope, outcome.as_of);
    let message_context =
        MessageContext { details: &outcome.details, rules: &plan.settings.rules, all: plan.all };
    let sheet = options.messages.as_ref().map(|_| &message_context);
    let sheets = WorkbookInput { cases: &rows, context: &context, messages: sheet, judging: &judging };
    let workbook = options.xlsx.as_deref().map(|path| prepare_workbook(path, &sheets)).transpose()?;
    let content = summary.content();
    let page = ReportPage::new(&content, &outcome.cases, &judging, &message_context);
    let page = options.html.as_deref().map(|path| prepare(path, |out| page.write(out))).transpose()?;
    lists.complete(outcome, &judging, &message_context);
    let others = prepare_lists(options, plan, outcome, (&judging, &message_context), lists)?;
    let state = compared.map(ComparedRun::prepared).transpose()?;
    let evidence = options.evidence.as_deref().map(|place| {
        let content = summary.content();
        EvidenceFolder::prepare(place, &EvidenceInputs { options, plan, outcome, lists, content, redaction })
    });
    let evidence = evidence.transpose()?;
    are_readable(&outcome.details)?;
    let set_aside = compared.map(ComparedRun::set_aside).transpose()?.flatten();
    place(report.into_iter().chain(page).chain(workbook).chain(others).chain(state))?;
    evidence.map_or(Ok(()), EvidenceFolder::put_in_place)?;
    Ok(set_aside)
}

/// The lists beside the report.
fn prepare_lists(
    options: &CheckOptions,
    plan: &Plan,
    outcome: &Outcome,
    (judging, message_context): (&JudgeContext<'_>, &MessageContext<'_>),
    lists: &mut GrowingLists<'_>,
) -> Result<Vec<PreparedOutput>> {
    let mut prepared = Vec::new();
    if let Some(path) = &options.messages {
        prepared.push(prepare(path, |out| lists.write_messages(out, judging, message_context))?);
    }
    if let Some(path) = &options.starter_ledger {
        prepared.push(prepare(path, |out| write_starter(out, options.style(), judging, message_context))?);
    }
    if let Some(path) = &options.unmatched {
        let listed = ListedSenderPairs::of(outcome.marketing_cases());
        prepared.push(prepare(path, |out| listed.write(out, options.style()))?);
    }
    if let Some(path) = &options.senders {
        prepared.push(prepare(path, |out| lists.write_senders(out, outcome, plan))?);
    }
    if let Some(path) = &options.streams {
        prepared.push(prepare(path, |out| lists.write_streams(out, outcome))?);
    }
    Ok(prepared)
}
