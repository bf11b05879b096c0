//! One row of a list: what happened between a sender and a customer, or what is wrong with it.

use super::cells::{Wrong, cell, shown};
use super::columns::{Columns, Says, plain};
use super::customer::customer_key;
use super::dates::{Order, Written, date};
use super::format::Format;
use super::options::{LedgerOptions, Reading};
use super::sender::sender_key;
use super::words::{accepted_words, folded, happening};
use crate::consent::{Happening, Moment};
use crate::time::Day;
use csv::StringRecord;
use std::collections::HashMap;

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Something happened: once, or in exports several times.
    Events {
        /// The sender and the customer.
        pair: Pair,
        /// What happened, and when.
        events: Vec<Dated>,
    },
    /// Its events say nothing. `None`: nor can its sender or customer be read.
    NoEvent(Option<Pair>),
    /// Its customer is blank.
    NoCustomer,
}

/// The sender and the customer of a row, as they are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The sender.
    pub sender: String,
    /// The customer.
    pub customer: String,
}

/// What happened, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// What happened.
    pub happening: Happening,
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
    pub columns: Columns<'a>,
    /// The format, where it is not the program's own.
    pub format: Option<&'a Format>,
    /// The sender of all rows, where the command line names it.
    pub sender: Option<String>,
    /// The order of day and month.
    pub order: Order,
    /// What the command line says.
    pub options: &'a LedgerOptions,
    /// What the row is read against.
    pub reading: &'a Reading<'a>,
}

impl RowReader<'_> {
    /// Reads a row.
    pub fn entry(&self, row: &StringRecord) -> Result<Entry, Wrong> {
        let customer = cell(row, self.columns.customer);
        if customer.is_empty() {
            return Ok(Entry::NoCustomer);
        }
        let said = if self.is_for_mail(row) { self.said(row) } else { Ok(Vec::new()) };
        let sender = match (&self.sender, self.columns.sender) {
            (Some(sender), _) => Ok(sender.clone()),
            (None, column) => sender_key(column.map_or("", |at| cell(row, at)), self.reading.senders),
        };
        let customer = customer_key(customer, self.reading.owners);
        if said.as_ref().is_ok_and(Vec::is_empty) {
            let pair = sender.ok().zip(customer.ok());
            return Ok(Entry::NoEvent(pair.map(|(sender, customer)| Pair { sender, customer })));
        }
        // Dates are looked at even where the event is unknown: all that is wrong is said at once.
        let dated: Result<Vec<Dated>, Wrong> = match &said {
            Ok(said) => said.iter().map(|(happening, date)| self.dated(*happening, date)).collect(),
            Err(_) => self.dates(row).map(|date| self.dated(Happening::Granted, date)).collect(),
        };
        match (said, sender, customer, dated) {
            (Ok(_), Ok(sender), Ok(customer), Ok(events)) => {
                Ok(Entry::Events { pair: Pair { sender, customer }, events })
            }
            (said, sender, customer, dated) => {
                let wrongs = [said.err(), sender.err(), customer.err(), dated.err()];
                Wrong::all(wrongs.into_iter().flatten()).map_or(Ok(Entry::NoEvent(None)), Err)
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

    /// What happened by the row, each with its date as written. Of one event with a date and without, the one without
    /// adds nothing.
    fn said<'r>(&self, row: &'r StringRecord) -> Result<Vec<(Happening, &'r str)>, Wrong> {
        let mut said: Vec<(Happening, &str)> = Vec::new();
        for event in &self.columns.events {
            let date = event.date.map_or("", |at| cell(row, at));
            let happening = match event.says {
                _ if event.with.is_some_and(|at| cell(row, at).is_empty()) => None,
                Says::Dated(happening) => Some(happening).filter(|_| !date.is_empty()),
                Says::Word(at, words) => self.happening(at, words, cell(row, at))?,
            };
            said.extend(happening.map(|happening| (happening, date)));
        }
        if said.len() > 1 {
            let dated: Vec<Happening> =
                said.iter().filter(|(_, date)| !date.is_empty()).map(|(happening, _)| *happening).collect();
            said.retain(|(happening, date)| !date.is_empty() || !dated.contains(happening));
        }
        Ok(said)
    }

    /// What a word in a column names. A cell with several words names the strictest.
    fn happening(
        &self,
        at: usize,
        words: Option<&HashMap<String, Option<Happening>>>,
        word: &str,
    ) -> Result<Option<Happening>, Wrong> {
        let Some(words) = words else { return happening(word).ok_or_else(|| unknown_event(word)) };
        if word.is_empty() {
            return Ok(None);
        }
        if let Some(happening) = words.get(&folded(word)) {
            return Ok(*happening);
        }
        let parts = word.split([',', ';', '|', '[', ']', '"', '\'']).filter(|part| !part.trim().is_empty());
        let known: Option<Vec<Option<Happening>>> =
            parts.map(|part| words.get(&folded(part)).copied()).collect();
        known.and_then(|known| known.into_iter().max()).ok_or_else(|| self.unknown_word(at, words, word))
    }

    fn unknown_word(&self, at: usize, words: &HashMap<String, Option<Happening>>, word: &str) -> Wrong {
        let column = shown(plain(self.header.get(at).unwrap_or_default()));
        let mut known: Vec<&str> = words.keys().map(String::as_str).collect();
        known.sort_unstable();
        let name = self.format.map_or("", |format| format.name.as_str());
        let others = match self.format.is_some_and(Format::is_map) {
            true => "add it to the words there; \"none\" is for words that say nothing",
            false => "a file for --consent-map can say what others mean",
        };
        let hint = format!("{name} knows {}; {others}", known.join(", "));
        Wrong::new(format!("unknown word `{}` in the column `{column}`", shown(word)), hint)
    }

    fn dated(&self, happening: Happening, date: &str) -> Result<Dated, Wrong> {
        self.when(date, happening).map(|(moment, day)| Dated { happening, moment, day })
    }

    fn when(&self, cell: &str, happening: Happening) -> Result<(Moment, Option<Day>), Wrong> {
        let Reading { zone, now, .. } = *self.reading;
        if cell.is_empty() {
            return match (happening, self.options.as_of) {
                (Happening::Withdrawn, Some(day)) => Ok((self.end_of(day)?, Some(day))),
                (Happening::Withdrawn, None) => Err(Wrong::new(
                    "an opt-out without a date",
                    "give the date, or the last day that the list covers with --consent-as-of",
                )),
                _ => Ok((Moment::ALWAYS, None)),
            };
        }
        let out_of_range = || Wrong::new(format!("`{}` is not a date", shown(cell)), "write YYYY-MM-DD");
        let future = || {
            let hint = "write the day on which it happened, at the latest today; if the date is right, set the clock";
            Wrong::new(format!("`{}` is in the future", shown(cell)), hint)
        };
        let seconds = match date(cell, self.order)? {
            Written::Day(day) if day > zone.day_at(now) => return Err(future()),
            Written::Day(day) => {
                let moment = match happening {
                    Happening::Refused | Happening::Withdrawn => self.end_of(day)?,
                    _ => Moment::at(zone.first_instant(day).ok_or_else(out_of_range)?),
                };
                return Ok((moment, Some(day)));
            }
            Written::Local(local) => {
                let zone = self.format.and_then(|format| format.zone.as_ref()).unwrap_or(zone);
                zone.instant(local).ok_or_else(out_of_range)?
            }
            Written::Instant(seconds) => seconds,
        };
        if seconds > now {
            return Err(future());
        }
        Ok((Moment::at(seconds), Some(zone.day_at(seconds))))
    }

    /// The last instant of a day: after all its messages, before anything of the next.
    fn end_of(&self, day: Day) -> Result<Moment, Wrong> {
        let next = self.reading.zone.first_instant(day.plus(1));
        let next = next.ok_or_else(|| Wrong::new(format!("`{day}` is not a date"), "write YYYY-MM-DD"))?;
        Ok(Moment::just_before(next))
    }
}

fn unknown_event(word: &str) -> Wrong {
    let wrong = Wrong::new(format!("unknown event `{}`", shown(word)), event_words());
    Wrong { brief: Some("write granted, refused, withdrawn or purchase".to_string()), ..wrong }
}

/// All words for events, as a hint.
pub fn event_words() -> String {
    let words: Vec<&str> = accepted_words().into_iter().flat_map(|(_, words)| words).collect();
    format!("write one of {}", words.join(", "))
}
