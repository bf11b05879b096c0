//! What the program writes: the report, the list of messages, the consent list to start from, the summary, explanations.

mod cell;
mod columns;
mod csv;
mod explain;
mod json;
mod letter;
mod messages;
mod page;
mod reason;
mod safe;
mod senders;
mod starter;
mod streams;
mod suggestions;
mod summary;
mod unmatched;
mod width;
mod workbook;
mod worst_senders;

pub use cell::{Cell, Decimal};
pub use columns::{CHANGE, COLUMNS, CellContext, ReportColumn, ReportRow};
pub use csv::{CsvStyle, CsvTable, write as write_report};
pub use explain::{
    Explanation, SenderQuery, explain, explain_together, find, find_together, pressure, write_json,
    write_text,
};
pub use json::write as write_json_report;
pub use letter::{Language, letter};
pub use messages::{MESSAGE_COLUMNS, MessageContext, MessageList, write as write_messages};
pub use page::ReportPage;
pub use safe::visible;
pub use senders::{SENDER_COLUMNS, SenderColumn, SenderWaysOut, write as write_senders};
pub use starter::{STARTER_COLUMNS, write as write_starter};
pub use streams::{STREAM_COLUMNS, StreamColumn, StreamList};
pub use summary::{ClosingLines, SummaryContent, no_message, parts, summary, thousands, warnings};
pub use unmatched::{ListedSenderPairs, UNMATCHED_COLUMNS};
pub use width::wrapped;
pub use workbook::{ROWS, WorkbookInput, write as write_workbook};
pub use worst_senders::{TableLine, worst};

use crate::cadence::ActiveDays;
use crate::judge::Case;
use crate::policy::Policy;
use std::borrow::Cow;
use std::cmp::Reverse;

/// All rows of the report in its order: pairs, and rows of contact pressure.
pub fn rows<'a>(cases: &'a [Case], pressure: &'a [Case], policy: &Policy) -> Vec<&'a Case> {
    let mut rows: Vec<&Case> = cases.iter().chain(pressure).collect();
    if !pressure.is_empty() {
        rows.sort_by_cached_key(|case| (weight(case, policy), names(case)));
    }
    rows
}

/// The order of the report: flagged first, then the most days without consent, the most days, the most messages;
/// then by name, as the report shows it: a program that merges reports can only sort by what is in them.
pub fn sort(cases: &mut [Case], policy: &Policy) {
    let weights: Vec<(SortKey, u64)> =
        cases.iter().map(|case| (weight(case, policy), begins(case))).collect();
    let mut order: Vec<usize> = (0..cases.len()).collect();
    // There may be a million: names are compared where they are.
    order.sort_unstable_by(|&one, &other| {
        let by_name = || names(&cases[one]).cmp(&names(&cases[other]));
        weights[one].cmp(&weights[other]).then_with(by_name).then(one.cmp(&other))
    });
    put_in_order(cases, &mut order);
}

/// The first bytes of the sender as a number, in the order of the names: most names begin with different ones.
fn begins(case: &Case) -> u64 {
    let mut first = [0; 8];
    let name = safe::cell(&case.sender);
    first.iter_mut().zip(name.bytes()).for_each(|(byte, of_name)| *byte = of_name);
    u64::from_be_bytes(first)
}

/// Sender and customer, as cells of the report.
fn names(case: &Case) -> [Cow<'_, str>; 2] {
    [&case.sender, &case.customer].map(|name| safe::cell(name))
}

/// Puts at each place what is at the place that `order` names, in cycles.
fn put_in_order<T>(all: &mut [T], order: &mut [usize]) {
    for start in 0..all.len() {
        let mut at = start;
        while order[at] != start {
            let next = std::mem::replace(&mut order[at], at);
            all.swap(at, next);
            at = next;
        }
        order[at] = at;
    }
}

/// What a row's place in the report depends on besides its names.
type SortKey = (Reverse<bool>, Reverse<u32>, Reverse<u32>, Reverse<u32>);

fn weight(case: &Case, policy: &Policy) -> SortKey {
    let number = |count: usize| Reverse(u32::try_from(count).unwrap_or(u32::MAX));
    let peak = |days: ActiveDays| number(days.peak().map_or(0, |peak| peak.days));
    (
        Reverse(case.is_flagged(policy)),
        peak(case.unconsented_days()),
        peak(case.active_days()),
        number(case.received.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_to_its_place() {
        for order in [&[][..], &[0], &[1, 0], &[2, 0, 1], &[0, 2, 1, 4, 3], &[4, 3, 2, 1, 0], &[1, 2, 3, 0]] {
            let mut all: Vec<usize> = (0..order.len()).map(|at| at * 10).collect();
            let expected: Vec<usize> = order.iter().map(|at| at * 10).collect();
            put_in_order(&mut all, &mut order.to_vec());
            assert_eq!(all, expected, "{order:?}");
        }
    }
}
