//! What is said about files and messages besides the summary: what failed, what was left out, what was skipped.

use crate::check::Outcome;
use crate::error::Error;
use crate::mailbox::Remark;
use crate::report::visible;
use std::fmt::Write;

/// Failures and what was left out, each with its hint; where much is to be said, also each message that can't be
/// used and each file without mail.
pub fn remarks(outcome: &Outcome, verbose: bool) -> String {
    let mut said = String::new();
    if verbose {
        for skip in &outcome.history.skips {
            let path = visible(outcome.history.names.mailboxes.text(skip.mailbox));
            let _ = writeln!(said, "skipped: `{path}` byte {}: {}", skip.offset, skip.reason.why());
        }
    }
    for remark in &outcome.history.remarks {
        let line = match remark {
            Remark::Failed(error) => visible_lines(error),
            Remark::Note(error) => visible_lines(error).replacen("error:", "note:", 1),
            Remark::NoMail(path) if verbose => {
                format!("no mail: `{}`", visible(&path.to_string_lossy()))
            }
            _ => continue,
        };
        let _ = writeln!(said, "{line}");
    }
    said
}

/// An error's lines; paths inside archives are their makers' words.
fn visible_lines(error: &Error) -> String {
    let text = error.to_string();
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}
