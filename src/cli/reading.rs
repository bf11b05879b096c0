//! Reads and judges mail for a command about senders, and reports on the inputs.

use super::clock::now;
use super::console::Console;
use super::destinations::Destinations;
use super::inputs::{CommandNeeds, InputOptions};
use super::progress::Progress;
use super::remarks::{RemarkDetail, remarks, warnings};
use super::summary::no_message;
use crate::check::{Outcome, Plan, check};
use crate::error::Result;

/// Reads the inputs. Mailboxes that can't be read are reported on standard error, and the others judged.
pub fn read(
    inputs: &InputOptions,
    needs: CommandNeeds<'_>,
    written: &Destinations<'_>,
    console: Console,
) -> Result<(Plan, Outcome)> {
    let redaction = inputs.redaction()?;
    let plan = inputs.plan(now()?, needs)?;
    written.spare(&plan.survey)?;
    console.print_lines(&warnings(&plan.ledger));
    let progress = Progress::new(inputs.quiet, &plan);
    let mut outcome = check(&plan, &|step| progress.step(step))?;
    progress.finish();
    if let Some(redaction) = &redaction {
        outcome.redact(redaction, &plan.settings.senders);
    }
    console.print_lines(&Some(no_message(&outcome)).filter(|_| !inputs.quiet).unwrap_or_default());
    console.print_lines(&remarks(&outcome, RemarkDetail { quiet: inputs.quiet, verbose: false }));
    console.warn(outcome.period_without_mail(&plan.scope));
    if let Some(key) = inputs.redact.as_ref().filter(|_| !inputs.quiet) {
        console.print_lines(&key.note());
    }
    Ok((plan, outcome))
}
