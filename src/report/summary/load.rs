//! How much promotional mail there is in all.

use crate::cadence::Tenths;
use crate::judge::Case;
use crate::time::Day;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A promotional load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailLoad {
    /// Messages a day, rounded half up.
    pub a_day: Tenths,
    /// Days from the first promotional message to the last.
    pub days: u64,
    /// The most messages on one day.
    pub most: u64,
    /// The first such day.
    pub busiest: Day,
    /// How few senders send half of everything.
    pub half: usize,
}

impl MailLoad {
    /// The load of one customer; `None` where the cases are of several customers, or none has marketing.
    pub fn of(cases: &[Case]) -> Option<Self> {
        let customer = &cases.first()?.customer;
        if cases.iter().any(|case| case.customer != *customer) {
            return None;
        }
        Self::over(cases)
    }

    /// The load of these cases, of however many customers; `None` where none has marketing.
    pub fn over(cases: &[Case]) -> Option<Self> {
        let mut by_day: BTreeMap<Day, u64> = BTreeMap::new();
        for message in cases.iter().flat_map(|case| &case.received) {
            *by_day.entry(message.day).or_default() += 1;
        }
        let (first, last) = (*by_day.keys().next()?, *by_day.keys().next_back()?);
        let days = u64::try_from(i64::from(last.number()) - i64::from(first.number()) + 1).ok()?;
        let total: u64 = by_day.values().sum();
        let (busiest, most) = by_day.iter().max_by_key(|(day, count)| (**count, Reverse(**day)))?;
        let a_day = Tenths::rounded((total * 20 + days) / (days * 2));
        Some(Self { a_day, days, most: *most, busiest: *busiest, half: half(cases, total) })
    }
}

/// How few senders send half of `total` messages.
fn half(cases: &[Case], total: u64) -> usize {
    let mut loads: Vec<u64> = cases.iter().map(|case| case.received.len() as u64).collect();
    loads.sort_unstable_by_key(|load| Reverse(*load));
    let mut sum = 0;
    let needed = loads.iter().take_while(|load| {
        let reached = sum * 2 >= total;
        sum += **load;
        !reached
    });
    needed.count()
}
