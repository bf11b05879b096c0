//! A row for each sender: how many customers it mails, in what state of consent, how often, and how they may leave.
//!
//! Percentiles are by nearest rank: of n values in ascending order the p-th percentile is the one at place p × n ÷ 100,
//! rounded up. So each is a value that some customer has.

use super::cell::Cell;
use super::csv::{CsvStyle, CsvTable};
use crate::cadence::Tenths;
use crate::consent::ConsentState;
use crate::fact::{GroupedBy, WayOut};
use crate::history::Counted;
use crate::judge::{Case, JudgeContext, Share};
use crate::policy::Policy;
use std::collections::HashMap;
use std::io::{self, Write};

/// The fewest days over which a customer's messages a week are counted, as the report's `days_per_week` has it.
const SHORTEST: u64 = 28;

/// A column of the list of senders.
pub struct SenderColumn {
    /// Its name in the first line.
    pub name: &'static str,
    /// What it means, for the documentation.
    pub meaning: &'static str,
    value: fn(&SenderRow<'_>) -> Cell,
}

fn state(row: &SenderRow<'_>, state: ConsentState) -> Cell {
    let at_last = row.cases.iter().filter_map(|case| case.consent.as_ref());
    Cell::whole(at_last.filter(|consent| consent.state == state).count())
}

fn way_out(row: &SenderRow<'_>, way_out: WayOut) -> Cell {
    let ways = row.ways_out;
    let at = |known: &WayOut| *known == way_out;
    let part = WayOut::ALL.iter().position(at).map_or(0, |place| ways[place]);
    Cell::share(Share { part, whole: ways.iter().sum() })
}

fn sum(row: &SenderRow<'_>, value: impl Fn(&Case) -> usize) -> Cell {
    Cell::whole(row.cases.iter().map(|case| value(case)).sum::<usize>())
}

/// All columns, in order.
#[rustfmt::skip]
pub const SENDER_COLUMNS: &[SenderColumn] = &[
    SenderColumn { name: "sender", meaning: "the organisation that sent the mail: its domain, address or brand", value: |row| Cell::text(&row.first().sender) },
    SenderColumn { name: "sender_name", meaning: "its display name to the worst customer", value: |row| Cell::maybe(row.first().sender_name.as_deref(), Cell::text) },
    SenderColumn { name: "customers", meaning: "customers with marketing", value: |row| Cell::whole(row.cases.len()) },
    SenderColumn { name: "flagged_customers", meaning: "those for whom it is flagged", value: |row| Cell::whole(row.cases.iter().filter(|case| case.is_flagged(row.policy)).count()) },
    SenderColumn { name: "customers_by_verdict", meaning: "customers by the policy rule that holds, in the policy's order: `daily-unconsented=3 consented=120`", value: |row| Cell::text(&row.by_verdict()) },
    SenderColumn { name: "consent_none", meaning: "customers by state of consent at their last marketing message: nothing is on record", value: |row| state(row, ConsentState::None) },
    SenderColumn { name: "consent_granted", meaning: "consent was granted", value: |row| state(row, ConsentState::Granted) },
    SenderColumn { name: "consent_claimed", meaning: "the sender's own mail confirmed a subscription", value: |row| state(row, ConsentState::Claimed) },
    SenderColumn { name: "consent_soft_opt_in", meaning: "a purchase counts as consent", value: |row| state(row, ConsentState::SoftOptIn) },
    SenderColumn { name: "consent_refused", meaning: "consent was refused", value: |row| state(row, ConsentState::Refused) },
    SenderColumn { name: "consent_grace", meaning: "an opt-out so recent that mail is not held against the sender", value: |row| state(row, ConsentState::Grace) },
    SenderColumn { name: "consent_withdrawn", meaning: "consent was withdrawn", value: |row| state(row, ConsentState::Withdrawn) },
    SenderColumn { name: "consent_not_yet_known", meaning: "the consent list does not reach that far", value: |row| state(row, ConsentState::NotYetKnown) },
    SenderColumn { name: "marketing_messages", meaning: "marketing messages counted, a message once for each customer who got it", value: |row| sum(row, |case| case.received.len()) },
    SenderColumn { name: "messages_after_opt_out", meaning: "those after an opt-out, days of grace left out", value: |row| sum(row, |case| case.in_state(ConsentState::Withdrawn)) },
    SenderColumn { name: "inferred_messages", meaning: "those that say too little by themselves but are like the rest of their stream", value: |row| sum(row, |case| case.inferred_messages as usize) },
    SenderColumn { name: "worst_customer", meaning: "the customer whose row comes first in the report", value: |row| Cell::text(&row.first().customer) },
    SenderColumn { name: "weekly_median", meaning: "marketing messages a customer a week (7 × messages ÷ days from the first to the last, at least 28): the median over the customers, by nearest rank", value: |row| row.weekly(50) },
    SenderColumn { name: "weekly_p95", meaning: "the 95th percentile of it, by nearest rank", value: |row| row.weekly(95) },
    SenderColumn { name: "weekly_most", meaning: "the most", value: |row| row.weekly(100) },
    SenderColumn { name: "one_click_share", meaning: "part of the marketing messages whose best way out is one click, 0.00–1.00", value: |row| way_out(row, WayOut::OneClick) },
    SenderColumn { name: "link_share", meaning: "a link in the header", value: |row| way_out(row, WayOut::Link) },
    SenderColumn { name: "mailto_share", meaning: "an address in the header", value: |row| way_out(row, WayOut::Mailto) },
    SenderColumn { name: "body_share", meaning: "only a phrase with a link in the text", value: |row| way_out(row, WayOut::Body) },
    SenderColumn { name: "none_share", meaning: "none", value: |row| way_out(row, WayOut::Absent) },
];

/// What a row is made from.
struct SenderRow<'a> {
    /// The sender's pairs with marketing, in the report's order; at least one.
    cases: Vec<&'a Case>,
    policy: &'a Policy,
    /// Its marketing messages by their best way out.
    ways_out: [u32; WayOut::ALL.len()],
}

impl SenderRow<'_> {
    fn first(&self) -> &Case {
        self.cases[0]
    }

    fn by_verdict(&self) -> String {
        let rules = self.policy.rules.iter().enumerate().filter_map(|(at, rule)| {
            let customers = self.cases.iter().filter(|case| case.verdict.rule == Some(at)).count();
            (customers > 0).then(|| format!("{}={customers}", rule.verdict))
        });
        rules.collect::<Vec<_>>().join(" ")
    }

    fn weekly(&self, percentile: usize) -> Cell {
        let mut rates: Vec<u64> = self.cases.iter().map(|case| weekly(case)).collect();
        rates.sort_unstable();
        Cell::maybe(nearest_rank(&rates, percentile), |tenths| Cell::from(Tenths::rounded(tenths)))
    }
}

/// Marketing messages of a pair a week, in tenths, rounded half up.
fn weekly(case: &Case) -> u64 {
    let number = |day: Option<crate::time::Day>| day.map_or(0, |day| i64::from(day.number()));
    let days = number(case.last_day()) - number(case.first_day()) + 1;
    let days = u64::try_from(days).unwrap_or(0).max(SHORTEST);
    (case.received.len() as u64 * 70 * 2 + days) / (days * 2)
}

/// The percentile of values in ascending order, by nearest rank.
fn nearest_rank(sorted: &[u64], percentile: usize) -> Option<u64> {
    let place = (sorted.len() * percentile).div_ceil(100).max(1);
    sorted.get(place - 1).copied()
}

/// Writes a row for each sender with marketing, in the order in which the report names them first. `cases` are in the
/// report's order.
pub fn write(
    out: impl Write,
    style: CsvStyle,
    cases: &[Case],
    ways_out: &SenderWaysOut,
    policy: &Policy,
) -> io::Result<()> {
    let mut table = CsvTable::new(out, style, SENDER_COLUMNS.iter().map(|column| column.name))?;
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut rows: Vec<SenderRow<'_>> = Vec::new();
    // Rows about several senders at once have no sender of their own.
    let of_a_sender = |case: &&Case| {
        matches!(case.grouped_by, GroupedBy::Domain | GroupedBy::Address | GroupedBy::Brand)
            && !case.received.is_empty()
    };
    for case in cases.iter().filter(of_a_sender) {
        let place = *places.entry(&case.sender).or_insert_with(|| {
            let ways_out = ways_out.0.get(case.sender.as_str()).copied().unwrap_or_default();
            rows.push(SenderRow { cases: Vec::new(), policy, ways_out });
            rows.len() - 1
        });
        rows[place].cases.push(case);
    }
    for row in &rows {
        table.row(SENDER_COLUMNS.iter().map(|column| (column.value)(row)))?;
    }
    table.finish()
}

/// The marketing messages of each sender by their best way out: of everything that was read, or customer by customer.
#[derive(Debug, Default)]
pub struct SenderWaysOut(HashMap<String, [u32; WayOut::ALL.len()]>);

impl SenderWaysOut {
    /// Adds what was read, or what one customer got.
    pub fn add(&mut self, judging: &JudgeContext<'_>) {
        for pair in judging.history.pairs() {
            let sender = judging.history.names.text(pair.sender);
            if !self.0.contains_key(sender) {
                self.0.insert(sender.to_string(), Default::default());
            }
            let Some(counts) = self.0.get_mut(sender) else { continue };
            let marketing =
                pair.facts.iter().filter(|fact| judging.scope.counted_as(fact) == Counted::Marketing);
            for fact in marketing {
                if let Some(place) = WayOut::ALL.iter().position(|known| *known == fact.way_out) {
                    counts[place] += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let values: Vec<u64> = (1..=20).collect();
        let at = |percentile| nearest_rank(&values, percentile);
        assert_eq!([50, 95, 100].map(at), [Some(10), Some(19), Some(20)]);
        assert_eq!([50, 95, 100].map(|percentile| nearest_rank(&[7], percentile)), [Some(7); 3]);
        assert_eq!(nearest_rank(&[1, 9], 50), Some(1));
        assert_eq!(nearest_rank(&[], 50), None);
    }
}
