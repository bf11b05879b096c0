//! One row of a list: what happened between a sender and a customer, or what is wrong with it.

use super::cells::{Wrong, cell, shown};
use super::columns::Columns;
use super::customer::customer_key;
use super::dates::{Order, Written, date};
use super::options::{LedgerOptions, Reading};
use super::sender::sender_key;
use super::words::{accepted_words, happening};
use crate::consent::{Happening, Moment};
use crate::time::Day;
use csv::StringRecord;

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Something happened.
    Event {
        /// The sender, as it is looked up.
        sender: String,
        /// The customer, as it is looked up.
        customer: String,
        /// What happened.
        happening: Happening,
        /// From when it counts.
        moment: Moment,
        /// Its civil date; `None`: since always.
        day: Option<Day>,
    },
    /// Its event is a word that says nothing.
    NoEvent,
    /// Its customer is blank.
    NoCustomer,
}

/// What the rows of one list have in common.
#[derive(Debug)]
pub struct RowReader<'a> {
    /// The places of the columns.
    pub columns: Columns,
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
        let word = cell(row, self.columns.event);
        let happening = match happening(word) {
            Some(None) => return Ok(Entry::NoEvent),
            known => known.flatten().ok_or_else(|| unknown_event(word)),
        };
        let sender = match (&self.sender, self.columns.sender) {
            (Some(sender), _) => Ok(sender.clone()),
            (None, column) => sender_key(column.map_or("", |at| cell(row, at)), self.reading.senders),
        };
        let customer = customer_key(customer, self.reading.owners);
        // The date is looked at even where the event is unknown: all that is wrong is said at once.
        let when =
            self.when(cell(row, self.columns.date), *happening.as_ref().unwrap_or(&Happening::Granted));
        match (happening, sender, customer, when) {
            (Ok(happening), Ok(sender), Ok(customer), Ok((moment, day))) => {
                Ok(Entry::Event { sender, customer, happening, moment, day })
            }
            (happening, sender, customer, when) => {
                let wrongs = [happening.err(), sender.err(), customer.err(), when.err()];
                Wrong::all(wrongs.into_iter().flatten()).map_or(Ok(Entry::NoEvent), Err)
            }
        }
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
            Written::Local(local) => zone.instant(local).ok_or_else(out_of_range)?,
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
