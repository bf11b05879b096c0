//! Contact pressure: what customers got from several senders together.

use super::Page;
use super::words::{cut, verdict};
use crate::fact::GroupedBy;
use crate::judge::Case;
use crate::report::reason::reason;
use crate::report::safe::visible;

/// The most rows that a page has; the report has them all.
const MOST: usize = 500;

/// The table.
#[derive(Debug)]
pub struct Pressure {
    pub rows: Vec<Row>,
    /// How many rows only the report has.
    pub left_out: usize,
}

/// A row.
#[derive(Debug)]
pub struct Row {
    pub senders: String,
    pub customer: String,
    pub flagged: bool,
    pub verdict: String,
    pub reason: String,
}

impl Pressure {
    /// The rows of a run; `None` where the policy has no rule for them.
    pub fn of(page: &Page<'_>) -> Option<Self> {
        let rows = page.account.pressure;
        let shown = rows.iter().take(MOST).map(|case| Row::of(case, page));
        (!rows.is_empty()).then(|| Self { rows: shown.collect(), left_out: rows.len().saturating_sub(MOST) })
    }
}

impl Row {
    fn of(case: &Case, page: &Page<'_>) -> Self {
        let policy = page.account.policy;
        Self {
            senders: match case.grouped_by {
                GroupedBy::All => "All senders".to_string(),
                _ => cut(&case.sender, page.room.name),
            },
            customer: cut(&case.customer, page.room.name),
            flagged: case.is_flagged(policy),
            verdict: verdict(page.verdict_of(case)),
            reason: visible(&reason(case, policy, page.account.list.is_some())).into_owned(),
        }
    }
}
