//! Runs `explain`.

use super::console::Console;
use super::destinations::Destinations;
use super::inputs::CommandNeeds;
use super::output::{prepare, publish};
use super::reading::read;
use super::sender_options::{ExplainOptions, ExplanationFormat};
use super::status::{DONE, FAILED};
use super::summary::SummaryInputs;
use crate::error::{Error, Result};
use crate::judge::Case;
use crate::report::{
    Explanation, MessageContext, ReportPage, SenderQuery, explain, explain_together, find, find_together,
    pressure, visible, write_json, write_text,
};

/// Explains the verdicts of one sender. Mailboxes that can't be read are reported, and the others explained.
pub fn run_explain(options: &ExplainOptions, console: Console) -> Result<u8> {
    let out = options.destination();
    let written = Destinations::checked(vec![out], &options.inputs.files(), options.force)?;
    let needs = CommandNeeds {
        unmatched: false,
        by_customer: false,
        details: true,
        places: false,
        ways_out: options.html.is_some(),
        signs: true,
        all: true,
        outputs: written.ids(),
    };
    let (plan, outcome) = read(&options.inputs, needs, &written, console)?;
    if outcome.is_empty() {
        return Ok(FAILED);
    }
    let wanted = SenderQuery { sender: &options.sender, customer: options.customer.as_deref() };
    let judging = plan.judging(&outcome.history, &outcome.findings, &plan.scope, outcome.as_of);
    let message_context =
        MessageContext { details: &outcome.details, rules: &plan.settings.rules, all: true };
    let status = if outcome.complete() { DONE } else { FAILED };
    if let Some(rows) = find_together(&outcome.pressure, &wanted, &judging)? {
        let rows = rows.into_iter().map(|row| explain_together(row, &judging, &message_context)).collect();
        return write_together(options, rows).map(|()| status);
    }
    let pairs = find(&outcome.history, &wanted)?;
    let names = &outcome.history.names;
    let explained = outcome.cases.iter().filter_map(|case| {
        let is_of = |sender: &str, customer: &str| *sender == *case.sender && *customer == *case.customer;
        let pair = pairs.iter().find(|pair| is_of(names.text(pair.sender), names.text(pair.customer)))?;
        let together = pressure(case, &outcome.pressure, &judging);
        let explained = explain(pair, case, &judging, &message_context);
        Some((case.clone(), Explanation { pressure: together, ..explained }))
    });
    let (cases, explanations): (Vec<Case>, Vec<Explanation>) = explained.unzip();
    written.replace_only_own()?;
    let content = SummaryInputs::of(None, &plan, &outcome, None);
    let content = content.content();
    let page = ReportPage::new(&content, &cases, &judging, &message_context);
    let complete = prepare(out.path, |to| match (&options.html, options.format) {
        (Some(_), _) => page.write_of_sender(to, &explanations),
        (None, ExplanationFormat::Text) => write_text(to, &explanations),
        (None, ExplanationFormat::Json) => write_json(to, &explanations),
    })?;
    publish([complete])?;
    Ok(status)
}

/// Writes rows over several senders.
fn write_together(options: &ExplainOptions, rows: Vec<Explanation>) -> Result<()> {
    if options.html.is_some() {
        let what = format!("a page is about one sender, and `{}` are several", visible(&options.sender));
        return Err(Error::new("--html", what).hint("leave it out, or name one sender"));
    }
    let out = options.destination();
    publish([prepare(out.path, |to| match options.format {
        ExplanationFormat::Text => write_text(to, &rows),
        ExplanationFormat::Json => write_json(to, &rows),
    })?])
}
