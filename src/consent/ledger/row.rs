//! One row of a list: what happened between a sender and a customer, or what is wrong with it.

use super::cells::{RowError, cell, shown};
use super::columns::{EventSource, ListColumns, plain};
use super::customer::customer_key;
use super::dates::{DateOrderGuess, ParsedDate, date};
use super::format::ExportFormat;
use super::options::{LedgerContext, LedgerOptions};
use super::sender::sender_key;
use super::words::{accepted_words, event_kind, folded};
use crate::consent::{EventKind, Moment};
use crate::time::Day;
use csv::StringRecord;
use std::collections::HashMap;

/// The content of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowContent {
    /// Something happened: once, or in exports several times.
    Events {
        /// The sender and the customer.
        pair: LookupKey,
        /// What happened, and when.
        events: Vec<DatedEvent>,
    },
    /// It has no event. `None`: nor can its sender or customer be read.
    NoEvent(Option<LookupKey>),
    /// Its customer is blank.
    NoCustomer,
}

/// The sender and the customer of a row, as they are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupKey {
    /// The sender.
    pub sender: String,
    /// The customer.
    pub customer: String,
}

/// What happened, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedEvent {
    /// What happened.
    pub kind: EventKind,
    /// From when it counts.
    pub moment: Moment,
    /// Its civil date; `None`: since always.
    pub day: Option<Day>,
}

/// What the rows of one list have in common.
#[derive(Debug)]
pub struct RowReader<'a> {
    /// The first row.
    pub header: &'a StringRecord,
    /// The places of the columns.
    pub columns: ListColumns<'a>,
    /// The format, where it is not the program's own.
    pub format: Option<&'a ExportFormat>,
    /// The sender of all rows, where the command line names it.
    pub sender: Option<String>,
    /// The order of day and month.
    pub order: DateOrderGuess,
    /// The options.
    pub options: &'a LedgerOptions,
    /// The context in which the row is read.
    pub reading: &'a LedgerContext<'a>,
}

impl RowReader<'_> {
    /// Reads a row.
    pub fn entry(&self, row: &StringRecord) -> Result<RowContent, RowError> {
        let customer = cell(row, self.columns.customer);
        if customer.is_empty() {
            return Ok(RowContent::NoCustomer);
        }
        let events = if self.is_for_mail(row) { self.events(row) } else { Ok(Vec::new()) };
        let sender = match (&self.sender, self.columns.sender) {
            (Some(sender), _) => Ok(sender.clone()),
            (None, column) => sender_key(column.map_or("", |at| cell(row, at)), self.reading.senders),
        };
        let customer = customer_key(customer, self.reading.owners);
        if events.as_ref().is_ok_and(Vec::is_empty) {
            let pair = sender.ok().zip(customer.ok());
            return Ok(RowContent::NoEvent(pair.map(|(sender, customer)| LookupKey { sender, customer })));
        }
        // Dates are checked even where the event is unknown, so that all mistakes are reported at once.
        let dated: Result<Vec<DatedEvent>, RowError> = match &events {
            Ok(events) => events.iter().map(|(kind, date)| self.dated(*kind, date)).collect(),
            Err(_) => self.dates(row).map(|date| self.dated(EventKind::Granted, date)).collect(),
        };
        match (events, sender, customer, dated) {
            (Ok(_), Ok(sender), Ok(customer), Ok(events)) => {
                Ok(RowContent::Events { pair: LookupKey { sender, customer }, events })
            }
            (events, sender, customer, dated) => {
                let wrongs = [events.err(), sender.err(), customer.err(), dated.err()];
                RowError::all(wrongs.into_iter().flatten()).map_or(Ok(RowContent::NoEvent(None)), Err)
            }
        }
    }

    /// Whether the row's purpose is marketing e-mail.
    fn is_for_mail(&self, row: &StringRecord) -> bool {
        let Some((at, only)) = self.columns.purpose else { return true };
        only.iter().any(|purpose| purpose.trim().to_lowercase() == cell(row, at).to_lowercase())
    }

    /// The dates of all events of a row.
    fn dates<'r>(&self, row: &'r StringRecord) -> impl Iterator<Item = &'r str> {
        self.columns.events.iter().filter_map(|event| event.date).map(|at| cell(row, at))
    }

    /// The events of a row, each with its date as written. Of one event with a date and without, the one without
    /// adds nothing.
    fn events<'r>(&self, row: &'r StringRecord) -> Result<Vec<(EventKind, &'r str)>, RowError> {
        let mut events: Vec<(EventKind, &str)> = Vec::new();
        for event in &self.columns.events {
            let date = event.date.map_or("", |at| cell(row, at));
            let kind = match event.source {
                _ if event.with.is_some_and(|at| cell(row, at).is_empty()) => None,
                EventSource::Dated(kind) => Some(kind).filter(|_| !date.is_empty()),
                EventSource::Word(at, words) => self.event_kind(at, words, cell(row, at))?,
            };
            events.extend(kind.map(|kind| (kind, date)));
        }
        if events.len() > 1 {
            let dated: Vec<EventKind> =
                events.iter().filter(|(_, date)| !date.is_empty()).map(|(kind, _)| *kind).collect();
            events.retain(|(kind, date)| !date.is_empty() || !dated.contains(kind));
        }
        Ok(events)
    }

    /// What a word in a column names. A cell with several words names the strictest.
    fn event_kind(
        &self,
        at: usize,
        words: Option<&HashMap<String, Option<EventKind>>>,
        word: &str,
    ) -> Result<Option<EventKind>, RowError> {
        let Some(words) = words else { return event_kind(word).ok_or_else(|| unknown_event(word)) };
        if word.is_empty() {
            return Ok(None);
        }
        if let Some(kind) = words.get(&folded(word)) {
            return Ok(*kind);
        }
        let parts = word.split([',', ';', '|', '[', ']', '"', '\'']).filter(|part| !part.trim().is_empty());
        let known: Option<Vec<Option<EventKind>>> =
            parts.map(|part| words.get(&folded(part)).copied()).collect();
        known.and_then(|known| known.into_iter().max()).ok_or_else(|| self.unknown_word(at, words, word))
    }

    fn unknown_word(&self, at: usize, words: &HashMap<String, Option<EventKind>>, word: &str) -> RowError {
        let column = shown(plain(self.header.get(at).unwrap_or_default()));
        let mut known: Vec<&str> = words.keys().map(String::as_str).collect();
        known.sort_unstable();
        let name = self.format.map_or("", |format| format.name.as_str());
        let others = match self.format.is_some_and(ExportFormat::is_map) {
            true => "add it to the words there; \"none\" is for words that say nothing",
            false => "a file for --consent-map can say what others mean",
        };
        let hint = format!("{name} knows {}; {others}", known.join(", "));
        RowError::new(format!("unknown word `{}` in the column `{column}`", shown(word)), hint)
    }

    fn dated(&self, kind: EventKind, date: &str) -> Result<DatedEvent, RowError> {
        self.when(date, kind).map(|(moment, day)| DatedEvent { kind, moment, day })
    }

    fn when(&self, cell: &str, kind: EventKind) -> Result<(Moment, Option<Day>), RowError> {
        let LedgerContext { zone, now, .. } = *self.reading;
        if cell.is_empty() {
            return match (kind, self.options.as_of) {
                (EventKind::Withdrawn, Some(day)) => Ok((self.end_of(day)?, Some(day))),
                (EventKind::Withdrawn, None) => Err(RowError::new(
                    "an opt-out without a date",
                    "give the date, or the last day that the list covers with --consent-as-of",
                )),
                _ => Ok((Moment::ALWAYS, None)),
            };
        }
        let out_of_range = || RowError::new(format!("`{}` is not a date", shown(cell)), "write YYYY-MM-DD");
        let future = || {
            let hint = "write the day on which it happened, at the latest today; if the date is right, set the clock";
            RowError::new(format!("`{}` is in the future", shown(cell)), hint)
        };
        let seconds = match date(cell, self.order)? {
            ParsedDate::Day(day) if day > zone.day_at(now) => return Err(future()),
            ParsedDate::Day(day) => {
                let moment = match kind {
                    EventKind::Refused | EventKind::Withdrawn => self.end_of(day)?,
                    _ => Moment::at(zone.first_instant(day).ok_or_else(out_of_range)?),
                };
                return Ok((moment, Some(day)));
            }
            ParsedDate::Local(local) => {
                let zone = self.format.and_then(|format| format.zone.as_ref()).unwrap_or(zone);
                zone.instant(local).ok_or_else(out_of_range)?
            }
            ParsedDate::Instant(seconds) => seconds,
        };
        if seconds > now {
            return Err(future());
        }
        Ok((Moment::at(seconds), Some(zone.day_at(seconds))))
    }

    /// The last instant of a day: after all its messages, before anything of the next.
    fn end_of(&self, day: Day) -> Result<Moment, RowError> {
        let next = self.reading.zone.first_instant(day.plus(1));
        let next = next.ok_or_else(|| RowError::new(format!("`{day}` is not a date"), "write YYYY-MM-DD"))?;
        Ok(Moment::just_before(next))
    }
}

fn unknown_event(word: &str) -> RowError {
    let wrong = RowError::new(format!("unknown event `{}`", shown(word)), event_words());
    RowError { brief: Some("write granted, refused, withdrawn or purchase".to_string()), ..wrong }
}

/// All words for events, as a hint.
pub fn event_words() -> String {
    let words: Vec<&str> = accepted_words().into_iter().flat_map(|(_, words)| words).collect();
    format!("write one of {}", words.join(", "))
}
