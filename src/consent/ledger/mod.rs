//! The consent ledger: lists of events, as a CRM exports them or a customer writes them. A row that can't be used is an
//! error before any mail is read.

mod cells;
mod column_names;
mod columns;
mod coverage;
mod customer;
mod dates;
mod delimited;
mod encoding;
mod export;
mod file;
mod format;
mod given_as_mailbox;
mod load;
mod options;
mod row;
mod sender;
mod table;
mod words;
mod workbook;

pub use coverage::OverruledRows;
pub use dates::DateOrder;
pub use format::{ExportFormat, FormatSource};
pub use given_as_mailbox::refuse_as_mailbox;
pub use options::{LedgerContext, LedgerOptions, ListFile};
pub use sender::as_cell as sender_cell;
pub use words::accepted_words;

use super::Event;
use crate::error::Error;
use crate::fact::{Senders, parents};
use crate::time::Day;
use cells::ANY;
use std::collections::{HashMap, HashSet};

/// All rows of all lists, found by sender and customer.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    rows: HashMap<String, HashMap<String, Vec<ListedEvent>>>,
    /// Senders and customers of rows without an event.
    silent_rows: HashMap<String, HashSet<String>>,
    /// Whether some customer is a hash of an address.
    hashed: bool,
    /// Whether a list was given.
    pub given: bool,
    /// The last day that the lists cover.
    pub as_of: Option<Day>,
    /// How many of the lists are exports of other systems.
    pub exports: usize,
    /// Rows with an event.
    pub events: u32,
    /// Rows without an event.
    pub silent: usize,
    /// Rows without a customer.
    pub without_customer: usize,
    /// Rows that were left out because they can't be used.
    pub bad: usize,
    /// Warnings about the lists, before any mail is read: rows that were left out, a list without rows.
    pub remarks: Vec<Error>,
    /// The newest date of a row, and where it is.
    pub newest: Option<(Day, String)>,
    /// The oldest date.
    pub oldest: OldestDate,
}

/// The oldest date of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OldestDate {
    /// No row has an event.
    #[default]
    Unknown,
    /// This day.
    Day(Day),
    /// Some events have no date.
    Always,
}

/// An event and the number of its row, counted over all lists.
#[derive(Debug, Clone)]
struct ListedEvent {
    number: u32,
    event: Event,
}

/// Rows of one sender and one customer.
#[derive(Debug, Clone, Copy)]
pub struct RowGroup<'a> {
    /// The sender, as it is looked up.
    pub sender: &'a str,
    /// The customer, as it is looked up.
    pub customer: &'a str,
    /// How many rows they are.
    pub count: usize,
    /// The number of the first, counted over all lists.
    pub first: u32,
    /// Its `FILE:LINE`.
    pub source: &'a str,
}

impl OldestDate {
    fn or(self, day: Option<Day>) -> Self {
        match (self, day) {
            (Self::Always, _) | (_, None) => Self::Always,
            (Self::Unknown, Some(day)) => Self::Day(day),
            (Self::Day(oldest), Some(day)) => Self::Day(oldest.min(day)),
        }
    }
}

impl Ledger {
    /// The events for messages from an address (of a brand, perhaps) to a customer.
    pub fn events_for(&self, address: &str, senders: &Senders, customer: &str) -> Vec<Event> {
        let found = self.lookup(address, senders, customer);
        found.into_iter().flat_map(|(_, _, rows)| rows).map(|listed| listed.event.clone()).collect()
    }

    /// The rows that apply to messages from an address to a customer, by their sender and customer.
    pub fn keys_for<'a>(
        &'a self,
        address: &str,
        senders: &Senders,
        customer: &str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.lookup(address, senders, customer).into_iter().map(|(sender, customer, _)| (sender, customer))
    }

    /// Under what names the lists may have a customer: everybody, the address, its hashes.
    pub fn customer_keys(&self, customer: &str) -> Vec<String> {
        let mut keys = vec![ANY.to_string(), customer.to_string()];
        if self.hashed {
            keys.extend(customer::digests(customer));
        }
        keys.dedup();
        keys
    }

    fn lookup(&self, address: &str, senders: &Senders, customer: &str) -> Vec<(&str, &str, &[ListedEvent])> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let customers = self.customer_keys(customer);
        let mut found = Vec::new();
        for key in sender_keys(address, senders) {
            let Some((sender, rows)) = self.rows.get_key_value(&key) else { continue };
            let listed = customers.iter().filter_map(|customer| rows.get_key_value(customer));
            found.extend(
                listed.map(|(customer, listed)| (sender.as_str(), customer.as_str(), listed.as_slice())),
            );
        }
        found
    }

    /// All rows with an event, together where sender and customer are the same; in the order of the lists.
    pub fn all_rows(&self) -> Vec<RowGroup<'_>> {
        let mut all: Vec<RowGroup<'_>> = Vec::new();
        for (sender, customers) in &self.rows {
            all.extend(customers.iter().filter_map(|(customer, listed)| {
                let first = listed.first()?;
                // A row of an export may have several events.
                let count = listed.chunk_by(|left, right| left.number == right.number).count();
                let source = first.event.source.as_str();
                Some(RowGroup { sender, customer, count, first: first.number, source })
            }));
        }
        all.sort_unstable_by_key(|rows| rows.first);
        all
    }
}

/// Under what names a list may have the sender of an address: everybody, the address, its domain and those above it,
/// its brand.
pub fn sender_keys(address: &str, senders: &Senders) -> Vec<String> {
    let domain = address.rsplit_once('@').map(|(_, domain)| domain);
    let mut keys = vec![ANY.to_string(), address.to_string()];
    keys.extend(domain.into_iter().flat_map(parents).map(str::to_string));
    keys.extend(senders.brand(address).map(str::to_lowercase));
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests;
