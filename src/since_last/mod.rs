//! What changed since the last run: each pair of the report compared with what a small state file remembers.
//!
//! A run that may have seen less than the last one (a mailbox failed, no message can be used, the day of asking went
//! back) calls nothing gone or better, and what it did not see is remembered as it was. A pair that goes on is
//! remembered as it was when something was last said of it, so that a slow change is noticed once it has added up.

mod state_file;

pub use state_file::{LastRun, StoredRun};

use crate::fact::GroupedBy;
use crate::judge::{Case, Trend, TrendInput};
use crate::policy::Policy;
use crate::time::Day;
use std::collections::BTreeMap;

/// A sender and a customer, by name; rows over several senders have `*` before the group's name.
pub type PairName = (String, String);

/// The name under which a case is remembered. A group may have a brand's name.
fn name_of(case: &Case) -> PairName {
    let sender = match case.grouped_by {
        GroupedBy::Group => format!("{TOGETHER}{}", case.sender),
        _ => case.sender.to_string(),
    };
    (sender, case.customer.to_string())
}

/// What is before a group's name.
const TOGETHER: &str = "* ";

/// How a remembered sender is called in the report.
pub fn reported(sender: &str) -> &str {
    sender.strip_prefix(TOGETHER).unwrap_or(sender)
}

/// How a remembered sender is called in a sentence.
pub fn called(sender: &str) -> String {
    match sender.strip_prefix(TOGETHER) {
        Some(group) => format!("the group {group}"),
        None if sender == "*" => "all senders".to_string(),
        None => sender.to_string(),
    }
}

/// What this run is compared by.
#[derive(Debug, Clone, Copy)]
pub struct ThisRun<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The day of asking.
    pub as_of: Option<Day>,
    /// How many messages were read.
    pub messages: u64,
    /// Whether every mailbox could be read, and any message used.
    pub complete: bool,
}

impl ThisRun<'_> {
    /// What the next run is to compare a case with.
    fn snapshot(&self, case: &Case) -> TrendInput {
        let days = self.as_of.map_or(0, |as_of| case.active_days().days_until(as_of));
        TrendInput { flagged: case.is_flagged(self.policy), days: u32::try_from(days).unwrap_or(u32::MAX) }
    }
}

/// What changed.
#[derive(Debug)]
pub struct Changes {
    /// The last run; `None`: this is the first one.
    pub before: Option<LastRunTotals>,
    /// Pairs that are new, worse or better, in the report's order.
    pub changed: Vec<ChangedPair>,
    /// Pairs that the last run had and this one does not, by name.
    pub gone: Vec<PairName>,
    /// Whether every mailbox could be read, and any message used.
    pub complete: bool,
    /// What the next run is to be compared with.
    pub next: LastRun,
}

/// A pair that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedPair {
    /// Its sender and its customer.
    pub name: PairName,
    /// What became of it.
    pub trend: Trend,
    /// How it was; `None`: it was not there.
    pub before: Option<TrendInput>,
    /// How it is.
    pub now: TrendInput,
}

impl ChangedPair {
    /// Whether the last run did not flag it and this one does.
    pub fn is_newly_flagged(&self) -> bool {
        self.now.flagged && !self.before.is_some_and(|before| before.flagged)
    }
}

/// The last run, as the summary mentions it.
#[derive(Debug, Clone, Copy)]
pub struct LastRunTotals {
    /// Its day of asking.
    pub as_of: Option<Day>,
    /// How many messages it read.
    pub messages: u64,
    /// Whether its day of asking is later than this run's.
    pub later: bool,
}

impl Changes {
    /// Compares the cases with the last run, and gives each with marketing its trend.
    pub fn of<'a>(
        last: Option<LastRun>,
        cases: impl IntoIterator<Item = &'a mut Case>,
        this: ThisRun<'_>,
    ) -> Self {
        let before = last.as_ref().map(|last| LastRunTotals {
            as_of: last.as_of,
            messages: last.messages,
            later: last.as_of > this.as_of,
        });
        let sees_less = !this.complete || before.is_some_and(|before| before.later);
        let mut remembered = last.map(|last| last.pairs).unwrap_or_default();
        let (mut pairs, mut changed) = (BTreeMap::new(), Vec::new());
        for case in cases.into_iter().filter(|case| !case.received.is_empty()) {
            let name = name_of(case);
            let (then, now) = (remembered.remove(&name), this.snapshot(case));
            let trend = match Trend::between(then, now) {
                Trend::Better if sees_less => Trend::Ongoing,
                trend => trend,
            };
            // From night to night a window moves by a day: a slow change only shows against the state that was last reported.
            let kept = then.filter(|_| trend == Trend::Ongoing).unwrap_or(now);
            case.trend = Some(trend);
            if trend != Trend::Ongoing {
                changed.push(ChangedPair { name: name.clone(), trend, before: then, now });
            }
            pairs.insert(name, kept);
        }
        let gone = if sees_less {
            pairs.append(&mut remembered);
            Vec::new()
        } else {
            remembered.into_keys().collect()
        };
        // Without a message that is dated the pairs are still those of the earlier day.
        let as_of = this.as_of.or(before.and_then(|before| before.as_of));
        let next = LastRun { as_of, messages: this.messages, pairs };
        Self { before, changed, gone, complete: this.complete, next }
    }

    /// Whether nothing changed.
    pub fn nothing_new(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty()
    }
}
