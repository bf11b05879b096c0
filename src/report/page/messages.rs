//! Every message of a sender, on the page about it.

use super::words::{consent, line};
use crate::report::Explanation;

/// A message. Its texts are harmless already.
#[derive(Debug)]
pub struct Message<'a> {
    pub time: String,
    pub subject: String,
    pub from: String,
    pub kind: &'a str,
    /// The rule that decided the kind.
    pub rule: &'a str,
    pub counted_as: &'a str,
    pub consent: &'a str,
}

/// The messages of a pair, the newest first.
pub fn of(explanation: &Explanation) -> Vec<Message<'_>> {
    let message = explanation.messages.iter().rev().map(|told| Message {
        // `2026-06-14 07:30` of `2026-06-14T07:30:00+01:00`; the zone is the page's.
        time: told.time.as_deref().and_then(|time| time.get(..16)).unwrap_or_default().replace('T', " "),
        subject: line(&told.subject),
        from: line(&told.from),
        kind: told.kind.unwrap_or_default(),
        rule: told.rule.as_deref().unwrap_or_default(),
        counted_as: told.counted_as,
        consent: told.consent.map_or("", consent),
    });
    message.collect()
}
