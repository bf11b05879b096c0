//! The closing lines of `check`: the summary and, on a terminal, the worst senders.

use super::arguments::CheckOptions;
use super::console::Console;
use super::output::{PreparedOutput, publish};
use super::terminal::{columns, columns_of_output};
use crate::check::{Outcome, Plan};
use crate::consent::ListMatches;
use crate::error::Result;
use crate::report::{
    self, ClosingLines, ListedSenderPairs, SummaryContent, summary, thousands, warnings, worst, wrapped,
};
use crate::since_last::Changes;
use std::path::Path;

/// How flagged senders are coloured (SGR): red.
const FLAGGED: &str = "31";

/// Prints them on standard error. Where the report goes nowhere because standard output is a terminal, the worst senders
/// go there in its place, even without a summary (`quiet`).
pub fn conclude(
    options: &CheckOptions,
    inputs: &SummaryInputs<'_>,
    quiet: bool,
    console: Console,
) -> Result<()> {
    let SummaryInputs { plan, outcome, .. } = *inputs;
    let cases = outcome.marketing_cases();
    let content = inputs.content();
    console.print_lines(&match quiet {
        true => warnings(&content, columns()),
        false => summary(&content, columns()),
    });
    if let Some(key) = options.inputs.redact.as_ref().filter(|_| !options.inputs.quiet) {
        console.print_lines(&wrapped("", 2, &key.note(), columns().unwrap_or(usize::MAX)));
    }
    let table = |columns: usize| {
        let lines = worst(cases, &plan.policy, outcome.as_of, columns);
        let above = if lines.is_empty() || quiet { "" } else { "\n" };
        let painted = lines.iter().map(|line| {
            let text = if line.flagged { console.paint(FLAGGED, &line.text) } else { line.text.clone() };
            text + "\n"
        });
        above.to_string() + &painted.collect::<String>()
    };
    match (options.report(), columns_of_output(), columns()) {
        (None, Some(_), _) if outcome.cases.is_empty() => Ok(()),
        (None, Some(columns), _) => {
            let bytes =
                (table(columns) + "\n" + &whole(outcome.cases.len() + outcome.pressure.len(), columns))
                    .into_bytes();
            publish([PreparedOutput::Stream { content: bytes.into(), place: "-".into() }])
        }
        (_, _, Some(columns)) if !quiet => {
            console.show(&table(columns));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Where only the cut-off beginnings of messages were found: how many, and why they can't be used.
pub fn no_message(outcome: &Outcome) -> String {
    let Outcome { tally, history, mailboxes_read, .. } = outcome;
    match outcome.is_empty() && !history.skips.is_empty() {
        true => report::no_message(*mailboxes_read, tally, &history.skips, columns()),
        false => String::new(),
    }
}

/// How to get the report.
fn whole(rows: usize, columns: usize) -> String {
    let rows = if rows == 1 { "1 row".to_string() } else { format!("{} rows", thousands(rows as u64)) };
    let words =
        format!("the whole report ({rows}): -o\u{a0}FILE writes it to a file, -o\u{a0}- shows it here");
    wrapped("", 2, &words, columns)
}

/// What a run found, with what only the summary needs.
pub struct SummaryInputs<'a> {
    plan: &'a Plan,
    outcome: &'a Outcome,
    /// The file of the report, where it is in one.
    report: Option<&'a Path>,
    /// What changed since the last run, where that was asked for.
    pub changes: Option<&'a Changes>,
    /// How the consent lists match the mail, where one was given.
    list: Option<ListMatches>,
    /// The owner's addresses that no message names.
    unnamed_owners: Vec<&'a str>,
}

impl<'a> SummaryInputs<'a> {
    /// Compares the consent lists with the mail.
    pub fn of(
        report: Option<&'a Path>,
        plan: &'a Plan,
        outcome: &'a Outcome,
        changes: Option<&'a Changes>,
    ) -> Self {
        let list = |parties| {
            let listed = ListedSenderPairs::of(outcome.marketing_cases());
            ListMatches {
                pairs: listed.pairs,
                pairs_without_row: listed.without_row.len() as u64,
                ..ListMatches::of(&plan.ledger, parties, &plan.settings.senders)
            }
        };
        Self {
            plan,
            outcome,
            report,
            changes,
            list: outcome.parties.as_ref().map(list),
            unnamed_owners: plan.settings.owners.unnamed().collect(),
        }
    }

    /// The content of the summary.
    pub fn content(&self) -> SummaryContent<'_> {
        let Self { plan, outcome, .. } = self;
        let closing = ClosingLines {
            zone: &plan.scope.zone,
            period: outcome.period(&plan.scope),
            newest: outcome.history.newest.map(|time| plan.scope.zone.day(time)),
            now: plan.settings.now,
            // Its path may name somebody.
            report: self.report.filter(|_| !outcome.history.names.are_redacted()),
        };
        SummaryContent {
            mailboxes: outcome.mailboxes_read,
            without_mail: outcome.without_mail,
            tally: &outcome.tally,
            skips: &outcome.history.skips,
            cases: outcome.marketing_cases(),
            pressure: &outcome.pressure,
            policy: &plan.policy,
            list: self.list.as_ref(),
            unnamed_owners: &self.unnamed_owners,
            owner_given: plan.settings.owners.are_given(),
            flagged_in_spam: &outcome.flagged_in_spam,
            flagged_in_unverified: &outcome.flagged_in_unverified,
            undecided_bulk: outcome.undecided_bulk,
            changes: self.changes,
            as_of: outcome.as_of,
            closing,
        }
    }
}
