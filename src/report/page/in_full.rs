//! Parts of the page about one sender: what is on record, what would change the verdict, every message.

use super::text_limits::TextLimits;
use super::words::{consent, cut};
use crate::report::Explanation;
use crate::time::Day;

/// One pair in full. Its texts are harmless already.
#[derive(Debug)]
pub struct PairInFull<'a> {
    /// The customer, where there are several.
    pub customer: Option<String>,
    /// The states of consent over time.
    pub states: Vec<PageState<'a>>,
    /// What would change the verdict, each a phrase.
    pub changes: &'a [String],
    /// The newest first.
    pub messages: Vec<PageMessage<'a>>,
}

/// A state of consent, for a time.
#[derive(Debug)]
pub struct PageState<'a> {
    /// The days, and of which addresses where there are several records.
    pub when: String,
    pub state: &'a str,
    /// The source of the event that decided.
    pub source: String,
}

/// A message.
#[derive(Debug)]
pub struct PageMessage<'a> {
    pub time: String,
    pub subject: String,
    pub from: String,
    pub kind: &'a str,
    /// The rule that decided the kind.
    pub rule: &'a str,
    pub counted_as: &'a str,
    pub consent: &'a str,
}

impl<'a> PairInFull<'a> {
    /// The content of an explanation of a pair.
    pub fn of(explanation: &'a Explanation, customer: Option<String>) -> Self {
        Self {
            customer,
            states: states(explanation),
            changes: &explanation.changes,
            messages: messages(explanation),
        }
    }
}

fn states(explanation: &Explanation) -> Vec<PageState<'_>> {
    let several = explanation.consent.len() > 1;
    let of_record = explanation.consent.iter().flat_map(move |record| {
        let addresses = record.addresses.first().filter(|_| several);
        let whose = addresses.map_or(String::new(), |address| format!(", mail from {}", line(address)));
        record.states.iter().map(move |period| PageState {
            when: format!("{}{whose}", days(period.from, period.until)),
            state: consent(period.state.word()),
            source: period.source.as_deref().map(line).unwrap_or_default(),
        })
    });
    of_record.collect()
}

fn line(text: &str) -> String {
    cut(text, TextLimits::MOST.line)
}

fn days(from: Option<Day>, until: Option<Day>) -> String {
    match (from, until) {
        (Some(from), Some(until)) if from == until => from.to_string(),
        (Some(from), Some(until)) => format!("{from} to {until}"),
        (Some(from), None) => format!("Since {from}"),
        (None, Some(until)) => format!("Until {until}"),
        (None, None) => "All the time".to_string(),
    }
}

fn messages(explanation: &Explanation) -> Vec<PageMessage<'_>> {
    let message = explanation.messages.iter().rev().map(|message| PageMessage {
        // `2026-06-14 07:30` of `2026-06-14T07:30:00+01:00`; the zone is the page's.
        time: message.time.as_deref().and_then(|time| time.get(..16)).unwrap_or_default().replace('T', " "),
        subject: line(&message.subject),
        from: line(&message.from),
        kind: message.kind.unwrap_or_default(),
        rule: message.rule.as_deref().unwrap_or_default(),
        counted_as: message.counted_as,
        consent: message.consent.map_or("", consent),
    });
    message.collect()
}
