//! Why a sender got its verdict: everything about a pair, as text and as JSON. Both have
//! the same content, because both are written from [`Explanation`].

mod build;
mod calendar;
mod points;
mod subject;
mod text;
mod together;
mod wording;

pub use build::{explain, pressure};
pub use subject::{SenderQuery, find};
pub use text::write as write_text;
pub use together::{explain_together, find_together};

use crate::cadence::Tenths;
use crate::consent::{ConsentState, EventKind};
use crate::time::Day;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// One pair, explained. Untrusted text in it is harmless already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the names are the columns of the report, and mean the same")]
pub struct Explanation {
    pub sender: String,
    pub sender_name: Option<String>,
    pub customer: String,
    pub flagged: bool,
    pub verdict: Option<String>,
    pub reason: String,
    #[serde(serialize_with = "maybe_date")]
    pub flagged_on: Option<Day>,
    /// The rule that was met first.
    pub flagged_by: Option<String>,
    pub still_active: Option<bool>,
    #[serde(serialize_with = "maybe_date")]
    pub as_of: Option<Day>,
    pub timezone: String,
    pub marketing_messages: usize,
    pub unconsented_messages: usize,
    pub active_days: usize,
    pub peak: Option<PeakWindow>,
    pub unconsented_peak: Option<PeakWindow>,
    pub cadence: Option<&'static str>,
    pub inferred_messages: u32,
    pub undecided_messages: u32,
    pub rank: Option<u32>,
    pub ranked: Option<u32>,
    #[serde(serialize_with = "maybe_decimal")]
    pub days_per_week: Option<Tenths>,
    #[serde(serialize_with = "maybe_date")]
    pub changed_on: Option<Day>,
    #[serde(serialize_with = "maybe_decimal")]
    pub days_per_week_before: Option<Tenths>,
    pub unread_run: Option<u32>,
    pub messages_a_year: Option<u32>,
    pub consent_list_given: bool,
    /// `None`: it is a number of business days.
    pub grace_days: Option<i32>,
    pub grace_business_days: Option<u32>,
    pub soft_opt_in_days: i32,
    pub rules: Vec<ExplainedRule>,
    /// Whose messages are counted, where the row is over several senders; the ones with most messages first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub senders: Vec<SenderPart>,
    pub consent: Vec<ConsentHistory>,
    /// The rows of contact pressure that the pair is part of, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pressure: Vec<String>,
    pub changes: Vec<String>,
    pub days: Vec<ExplainedDay>,
    pub mailboxes: Vec<String>,
    pub messages: Vec<ExplainedMessage>,
}

/// What one of several senders sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SenderPart {
    /// Its name.
    pub sender: String,
    /// Its marketing messages.
    pub messages: usize,
}

/// The 28 days with the most marketing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeakWindow {
    /// Distinct days with such mail.
    pub days: usize,
    /// The first of them.
    #[serde(serialize_with = "date")]
    pub first: Day,
    /// The last.
    #[serde(serialize_with = "date")]
    pub last: Day,
}

/// A rule of the policy: what it asks for, what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedRule {
    /// The verdict that it gives.
    pub verdict: String,
    /// Whether that is a flag.
    pub flag: bool,
    /// Its result.
    pub outcome: RuleOutcome,
    /// The states in which the mail that counts came; `None`: all.
    pub consent: Option<Vec<&'static str>>,
    /// Days that it asks for.
    pub days: u32,
    /// Messages that it asks for.
    pub messages: u32,
    /// In a run of this many days; `None`: in the whole period.
    pub window: Option<i32>,
    /// Two messages must be closer together than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_gap_hours: Option<u32>,
    /// Whether the customer must get nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub must_be_zero: bool,
    /// The shortest time between two messages there, where the rule asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_gap_seconds: Option<u32>,
    /// Days in the window that comes nearest.
    pub found_days: u32,
    /// Messages found in it.
    pub found_messages: u32,
    /// Its first day with such mail.
    #[serde(serialize_with = "maybe_date")]
    pub found_first: Option<Day>,
    /// Its last.
    #[serde(serialize_with = "maybe_date")]
    pub found_last: Option<Day>,
    /// The first day on which the rule was met.
    #[serde(serialize_with = "maybe_date")]
    pub held_on: Option<Day>,
}

/// The result of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleOutcome {
    /// It is not met.
    DoesNotHold,
    /// It is the first that is met.
    Decides,
    /// A rule before it decides, but it is met and flags as well: it may have been the first to do so.
    HoldsToo,
    /// A rule before it decides.
    NotAsked,
}

/// What is on record for messages from some addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsentHistory {
    /// From which addresses.
    pub addresses: Vec<String>,
    /// What happened, in order.
    pub events: Vec<ExplainedEvent>,
    /// The states of consent over time.
    pub states: Vec<ExplainedState>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedEvent {
    /// When; `None`: since always.
    #[serde(serialize_with = "maybe_date")]
    pub date: Option<Day>,
    /// What.
    #[serde(serialize_with = "event")]
    pub event: EventKind,
    /// `FILE:LINE` or a Message-ID.
    pub source: String,
}

/// A state, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedState {
    /// From this day on; `None`: from the beginning.
    #[serde(serialize_with = "maybe_date")]
    pub from: Option<Day>,
    /// Until this day; `None`: to the end.
    #[serde(serialize_with = "maybe_date")]
    pub until: Option<Day>,
    /// The state.
    #[serde(serialize_with = "state")]
    pub state: ConsentState,
    /// The place of the event that decides.
    pub source: Option<String>,
}

/// A day with marketing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedDay {
    /// The day.
    #[serde(serialize_with = "date")]
    pub day: Day,
    /// Marketing messages.
    pub messages: usize,
    /// Those without consent on record.
    pub unconsented: usize,
}

/// A message of the pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the names are the columns of the list of messages, and mean the same")]
pub struct ExplainedMessage {
    #[serde(serialize_with = "maybe_date")]
    pub day: Option<Day>,
    pub time: Option<String>,
    pub subject: String,
    pub from: String,
    pub kind: Option<&'static str>,
    pub rule: Option<String>,
    /// The signs that were weighed, where no rule decided.
    pub signs: Vec<ExplainedSign>,
    /// What it was inferred from, where its stream decided that it is marketing.
    pub inferred_from: Option<InferredFrom>,
    pub counted_as: &'static str,
    pub consent: Option<&'static str>,
    pub message_id: String,
    /// The place of its file in `mailboxes`, from 1.
    pub mailbox: usize,
    pub offset: u64,
}

/// The other mail of a stream, from which a message was inferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InferredFrom {
    /// What the stream shares: `list`, `address` or `template`.
    pub stream: &'static str,
    /// Its messages that are decided by themselves, without mail about the subscription.
    pub decided: usize,
    /// Those of them that are marketing.
    pub marketing: usize,
    /// Whether one of these, at most 28 days away, has the same way out.
    pub same_way_out: bool,
    /// Whether one of these has the same template.
    pub same_template: bool,
}

/// A sign of a message, and its points for each kind that it speaks for, or against where they are below zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedSign {
    /// Its name in the table of signs.
    pub id: String,
    /// Its points, none of them zero.
    pub points: BTreeMap<&'static str, i32>,
}

fn event<S: Serializer>(event: &EventKind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(event.word())
}

fn state<S: Serializer>(state: &ConsentState, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(state.word())
}

fn date<S: Serializer>(day: &Day, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(day)
}

fn maybe_date<S: Serializer>(day: &Option<Day>, to: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => to.collect_str(day),
        None => to.serialize_none(),
    }
}

fn maybe_decimal<S: Serializer>(number: &Option<Tenths>, to: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => to.serialize_f64(number.0 as f64 / 10.0),
        None => to.serialize_none(),
    }
}

/// Writes the explanations as JSON: an object with the list `pairs`.
pub fn write_json(mut out: impl Write, explanations: &[Explanation]) -> io::Result<()> {
    #[derive(Serialize)]
    struct JsonExplanations<'a> {
        pairs: &'a [Explanation],
    }
    serde_json::to_writer_pretty(&mut out, &JsonExplanations { pairs: explanations })?;
    writeln!(out)
}
