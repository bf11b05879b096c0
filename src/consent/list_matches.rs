//! How the consent lists match the mail: which rows matched some message, and what those that matched none may
//! have meant. A typing error in an address would otherwise flag a sender that has consent, in silence.

use super::MailParties;
use super::ledger::{Ledger, OldestDate, OverruledRows, RowGroup, sender_keys};
use crate::fact::{Senders, domain_of, label};
use crate::time::Day;
use std::collections::{BTreeSet, HashSet};
use strsim::levenshtein;

/// How many rows that matched nothing are named.
const NAMED: usize = 5;

/// How many comparisons of names the search for those that are nearly right may cost: a list of a company can have
/// 400,000 rows that match nothing, and its mailboxes 10,000 customers. So many take less than a tenth of a second.
const COMPARISONS: usize = 300_000;

/// How the lists match the mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListMatches {
    /// Rows with an event.
    pub rows: u64,
    /// Rows that matched some message.
    pub matched: u64,
    /// Some of the others: those that are nearly right first, then in the order of the lists.
    pub unmatched: Vec<UnmatchedRow>,
    /// Rows about customers without mail.
    pub about_unknown_customers: u64,
    /// Pairs with marketing from a sender that the lists are about, …
    pub pairs: u64,
    /// … and those of them without a row.
    pub pairs_without_row: u64,
    /// Rows that a stricter one of the same instant overrules.
    pub overruled: OverruledRows,
    /// The oldest and the newest date of the rows; `None` where some events have no date.
    pub dates: Option<(Day, Day)>,
    /// Whether some list is an export of another system.
    pub of_exports: bool,
    /// Rows whose event says nothing.
    pub silent: u64,
    /// Rows without a customer.
    pub without_customer: u64,
    /// Rows that were left out because they can't be used.
    pub bad: u64,
    /// The last day that the lists cover.
    pub as_of: Option<Day>,
    /// A row that is newer than that, and where it is.
    pub newer: Option<(Day, String)>,
}

/// A row that matched no message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedRow {
    /// Its `FILE:LINE`.
    pub source: String,
    /// Its sender.
    pub sender: String,
    /// Its customer.
    pub customer: String,
    /// Whether there is mail from that sender.
    pub has_sender: bool,
    /// Whether there is mail to that customer.
    pub has_customer: bool,
    /// The nearest sender with mail, where there is none from this one.
    pub near_sender: Option<String>,
    /// The nearest customer with mail, where there is none to this one.
    pub near_customer: Option<String>,
}

/// Senders and customers of all messages that reached a pair.
struct KnownParties<'a> {
    /// The senders of the report.
    senders: BTreeSet<&'a str>,
    addresses: BTreeSet<&'a str>,
    customers: BTreeSet<&'a str>,
    /// Under what names a list may have the senders, …
    sender_keys: HashSet<String>,
    /// … and the customers.
    customer_keys: HashSet<String>,
}

impl ListMatches {
    /// Compares all rows with all messages, also those outside the period.
    pub fn of(ledger: &Ledger, parties: &MailParties, senders: &Senders) -> Self {
        let mut matched: HashSet<(&str, &str)> = HashSet::new();
        for (from, customer) in parties.pairs() {
            matched.extend(ledger.keys_for(from, senders, customer));
        }
        let rows = ledger.all_rows();
        let is_matched = |rows: &RowGroup<'_>| matched.contains(&(rows.sender, rows.customer));
        let count = rows.iter().filter(|rows| is_matched(rows)).map(|rows| rows.count as u64).sum();
        let unmatched: Vec<RowGroup<'_>> = rows.into_iter().filter(|rows| !is_matched(rows)).collect();
        let present = KnownParties::of(parties, ledger, senders);
        let nobody = unmatched.iter().filter(|rows| !present.customer_keys.contains(rows.customer));
        let about_unknown_customers = nobody.map(|rows| rows.count as u64).sum();
        let few = unmatched.len() <= NAMED;
        let names = present.customers.len() + present.addresses.len();
        let looked_at = unmatched.iter().take((COMPARISONS / names.max(1)).max(NAMED));
        let mut described: Vec<UnmatchedRow> =
            looked_at.map(|rows| present.describe(rows, few, senders)).collect();
        described.sort_by_key(|row| row.near_sender.is_none() && row.near_customer.is_none());
        described.truncate(NAMED);
        Self {
            rows: u64::from(ledger.events),
            matched: count,
            unmatched: described,
            about_unknown_customers,
            pairs: 0,
            pairs_without_row: 0,
            overruled: ledger.overruled(),
            dates: match (ledger.oldest, &ledger.newest) {
                (OldestDate::Day(oldest), Some((newest, _))) => Some((oldest, *newest)),
                _ => None,
            },
            of_exports: ledger.exports > 0,
            silent: ledger.silent as u64,
            without_customer: ledger.without_customer as u64,
            bad: ledger.bad as u64,
            as_of: ledger.as_of,
            newer: ledger.as_of.and_then(|as_of| ledger.newest.clone().filter(|(day, _)| *day > as_of)),
        }
    }
}

impl<'a> KnownParties<'a> {
    fn of(parties: &'a MailParties, ledger: &Ledger, senders: &Senders) -> Self {
        let addresses: BTreeSet<&str> = parties.pairs().map(|(from, _)| from).collect();
        let customers: BTreeSet<&str> = parties.pairs().map(|(_, customer)| customer).collect();
        Self {
            senders: parties.senders().collect(),
            customer_keys: customers.iter().flat_map(|customer| ledger.customer_keys(customer)).collect(),
            customers,
            sender_keys: addresses.iter().flat_map(|address| sender_keys(address, senders)).collect(),
            addresses,
        }
    }

    fn describe(&self, rows: &RowGroup<'_>, few: bool, senders: &Senders) -> UnmatchedRow {
        let has_sender = self.sender_keys.contains(rows.sender);
        // Where all mail is to one customer, a row or two about another one most likely have a typing error.
        let only_customer = few && self.customers.len() == 1;
        let has_customer = self.customer_keys.contains(rows.customer);
        let near_sender = || {
            let candidates = if rows.sender.contains('@') { &self.addresses } else { &self.senders };
            nearest(rows.sender, candidates, &|a, b| sender_distance(a, b, senders))
        };
        let near_customer = || {
            let near = nearest(rows.customer, &self.customers, &address_distance);
            near.or_else(|| self.customers.first().filter(|_| only_customer).map(|only| (*only).to_string()))
        };
        UnmatchedRow {
            source: rows.source.to_string(),
            sender: rows.sender.to_string(),
            customer: rows.customer.to_string(),
            has_sender,
            has_customer,
            near_sender: if has_sender { None } else { near_sender() },
            near_customer: if has_customer { None } else { near_customer() },
        }
    }
}

/// The candidate at the smallest distance; of equals the one that comes first by name.
fn nearest(
    wanted: &str,
    candidates: &BTreeSet<&str>,
    distance: &dyn Fn(&str, &str) -> Option<usize>,
) -> Option<String> {
    let scored = candidates.iter().filter_map(|candidate| Some((distance(wanted, candidate)?, *candidate)));
    scored.min().map(|(_, candidate)| candidate.to_string())
}

/// How far two senders are apart; `None`: too far for a mistake in writing.
fn sender_distance(wanted: &str, candidate: &str, senders: &Senders) -> Option<usize> {
    if wanted.contains('@') && candidate.contains('@') {
        return address_distance(wanted, candidate);
    }
    let name = |text: &'_ str| {
        let domain = domain_of(text).unwrap_or(text);
        let own = if senders.has_brand(text) { None } else { label(domain) };
        own.unwrap_or(domain).to_lowercase()
    };
    let (left, right) = (name(wanted), name(candidate));
    let part = left.chars().count().min(right.chars().count()) >= 4
        && (left.contains(&right) || right.contains(&left));
    within(&left, &right).or(part.then_some(MOST_EDITS))
}

/// How far two addresses are apart, part by part; `None`: too far for a mistake in writing.
fn address_distance(wanted: &str, candidate: &str) -> Option<usize> {
    let ((local, domain), (other, elsewhere)) = (wanted.rsplit_once('@')?, candidate.rsplit_once('@')?);
    match (local == other, domain == elsewhere) {
        (_, true) => within(local, other),
        // The same name at another provider.
        (true, false) => Some(within(domain, elsewhere).unwrap_or(MOST_EDITS)),
        (false, false) => Some(within(local, other)? + within(domain, elsewhere)?),
    }
}

/// More changes than these, and it is another name.
const MOST_EDITS: usize = 3;

/// The number of changes between two names, where they are few for their length.
fn within(left: &str, right: &str) -> Option<usize> {
    let (letters, others) = (left.chars().count(), right.chars().count());
    let length = letters.max(others);
    let allowed = match length {
        0..=4 => 1,
        5..=8 => 2,
        _ => MOST_EDITS,
    };
    // Longer texts than addresses have are not compared.
    let edits = match length {
        255.. => return None,
        _ if letters.abs_diff(others) > allowed => return None,
        _ if are_exchanged(left, right) => 1,
        _ => levenshtein(left, right),
    };
    (edits <= allowed).then_some(edits)
}

/// Whether two neighbouring letters changed places.
fn are_exchanged(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let Some(at) = left.iter().zip(&right).position(|(one, other)| one != other) else { return false };
    let mut exchanged = left;
    if at + 1 < exchanged.len() {
        exchanged.swap(at, at + 1);
    }
    exchanged == right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Brands;

    #[test]
    fn a_mistake_in_writing_is_near_and_another_name_is_not() {
        let senders = Senders::new(Brands::default());
        for (wanted, candidate, is_near) in [
            ("strideoutlet.example", "stride-outlet.example", true),
            ("stride.example", "stride-outlet.example", true),
            ("stride-outlet.test", "stride-outlet.example", true),
            ("news.stride-outlet.example", "stride-outlet.example", true),
            ("shpo.example", "shop.example", true),
            ("nike.example", "mint.example", false),
            ("bool.example", "moor.example", false),
            ("newz@shop.example", "news@shop.example", true),
            ("paper.example", "stride-outlet.example", false),
        ] {
            assert_eq!(
                sender_distance(wanted, candidate, &senders).is_some(),
                is_near,
                "{wanted}, {candidate}"
            );
        }
        for (wanted, candidate, is_near) in [
            ("robbin@home.example", "robin@home.example", true),
            ("robin@hoem.example", "robin@home.example", true),
            ("robin@work.test", "robin@home.example", true),
            ("anna@home.example", "robin@home.example", false),
            ("*", "robin@home.example", false),
        ] {
            assert_eq!(address_distance(wanted, candidate).is_some(), is_near, "{wanted}, {candidate}");
        }
    }
}
