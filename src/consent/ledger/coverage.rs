//! Which senders and customers the lists are about, and where their rows contradict each other.

use super::{Ledger, ListedEvent, sender_keys};
use crate::consent::EventKind;
use crate::fact::Senders;

/// Rows that another row of the same instant overrules, because it is stricter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OverruledRows {
    /// How many.
    pub rows: u64,
    /// The `FILE:LINE` of the first, and of the stricter one.
    pub first: Option<(String, String)>,
}

impl Ledger {
    /// Whether some row, with an event or without, is about mail from an address to a customer. `None`: no row is about
    /// that sender, for any customer.
    pub fn has_row(&self, address: &str, senders: &Senders, customer: &str) -> Option<bool> {
        if self.rows.is_empty() && self.silent_rows.is_empty() {
            return None;
        }
        let keys = sender_keys(address, senders);
        let named = keys.iter().any(|key| self.rows.contains_key(key) || self.silent_rows.contains_key(key));
        let says_nothing = || {
            let customers = self.customer_keys(customer);
            let silent = keys.iter().filter_map(|key| self.silent_rows.get(key));
            silent.into_iter().any(|rows| customers.iter().any(|customer| rows.contains(customer)))
        };
        named.then(|| self.keys_for(address, senders, customer).next().is_some() || says_nothing())
    }

    /// Rows of one sender and customer that say different things of one instant.
    pub fn overruled(&self) -> OverruledRows {
        let mut found: Vec<(&ListedEvent, &ListedEvent)> = Vec::new();
        let mut together: Vec<&ListedEvent> = Vec::new();
        for rows in self.rows.values().flat_map(|customers| customers.values()).filter(|rows| rows.len() > 1)
        {
            together.clear();
            together.extend(rows.iter().filter(|row| row.event.kind != EventKind::Purchase));
            together.sort_by_key(|row| row.event.moment);
            for same in together.chunk_by(|left, right| left.event.moment == right.event.moment) {
                let Some(strictest) = same.iter().max_by_key(|row| row.event.kind) else { continue };
                let milder = same.iter().filter(|row| row.event.kind < strictest.event.kind);
                found.extend(milder.map(|row| (*row, *strictest)));
            }
        }
        let first = found.iter().min_by_key(|(row, _)| row.number);
        let named =
            |(row, by): &(&ListedEvent, &ListedEvent)| (row.event.source.clone(), by.event.source.clone());
        OverruledRows { rows: found.len() as u64, first: first.map(named) }
    }
}
