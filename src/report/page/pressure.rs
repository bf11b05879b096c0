//! Contact pressure: what customers got from several senders together.

use super::ReportPage;
use super::words::{cut, verdict};
use crate::fact::GroupedBy;
use crate::judge::Case;
use crate::report::reason::reason;
use crate::report::safe::visible;

/// The most rows that a page has; the report has them all.
const MOST: usize = 500;

/// The table.
#[derive(Debug)]
pub struct PressureTable {
    pub rows: Vec<PressureRow>,
    /// How many rows only the report has.
    pub left_out: usize,
}

/// A row.
#[derive(Debug)]
pub struct PressureRow {
    pub senders: String,
    pub customer: String,
    pub flagged: bool,
    pub verdict: String,
    pub reason: String,
}

impl PressureTable {
    /// The rows of a run; `None` where the policy has no rule for them.
    pub fn of(page: &ReportPage<'_>) -> Option<Self> {
        let rows = page.content.pressure;
        let shown = rows.iter().take(MOST).map(|case| PressureRow::of(case, page));
        (!rows.is_empty()).then(|| Self { rows: shown.collect(), left_out: rows.len().saturating_sub(MOST) })
    }
}

impl PressureRow {
    fn of(case: &Case, page: &ReportPage<'_>) -> Self {
        let policy = page.content.policy;
        Self {
            senders: match case.grouped_by {
                GroupedBy::All => "All senders".to_string(),
                _ => cut(&case.sender, page.limits.name),
            },
            customer: cut(&case.customer, page.limits.name),
            flagged: case.is_flagged(policy),
            verdict: verdict(page.verdict_of(case)),
            reason: visible(&reason(case, policy, page.content.list.is_some())).into_owned(),
        }
    }
}
