//! Lines about files and messages besides the summary: failures, omissions, skipped messages.

use crate::check::Outcome;
use crate::consent::Ledger;
use crate::fact::{NameTable, Skip};
use crate::mailbox::Remark;
use crate::report::visible;
use std::fmt::Write;

/// How much is printed.
#[derive(Debug, Clone, Copy)]
pub struct RemarkDetail {
    /// No notes: only errors and warnings.
    pub quiet: bool,
    /// Each message that can't be used and each file without mail, too.
    pub verbose: bool,
}

/// What failed and what was left out, each with its hint, and whatever else was asked for.
pub fn remarks(outcome: &Outcome, amount: RemarkDetail) -> String {
    listed(&outcome.history.names, &outcome.history.skips, &outcome.history.remarks, amount)
}

/// The same of what was read.
pub fn listed(names: &NameTable, skips: &[Skip], remarks: &[Remark], amount: RemarkDetail) -> String {
    let RemarkDetail { quiet, verbose } = amount;
    let mut text = String::new();
    if verbose {
        for skip in skips {
            let path = visible(names.text(skip.mailbox));
            let _ = writeln!(text, "skipped: `{path}` byte {}: {}", skip.offset, skip.reason.why());
        }
    }
    for remark in remarks {
        let line = match remark {
            Remark::Failed(error) => error.to_string(),
            Remark::Note(warning) if warning.is_warning() => warning.to_string(),
            Remark::Note(error) if !quiet => error.clone().as_note().to_string(),
            Remark::NoMail(path) if verbose => format!("no mail: `{}`", visible(&path.to_string_lossy())),
            _ => continue,
        };
        let _ = writeln!(text, "{line}");
    }
    text
}

/// What is odd about the consent lists.
pub fn warnings(ledger: &Ledger) -> String {
    ledger.remarks.iter().map(|error| error.clone().as_warning().to_string() + "\n").collect()
}
