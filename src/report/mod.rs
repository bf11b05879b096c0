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
mod worst;

pub use cell::{Cell, Decimal};
pub use columns::{CHANGE, COLUMNS, Column, Context};
pub use csv::{Style, Table, write as write_report};
pub use explain::{
    Explanation, Wanted, explain, explain_together, find, find_together, pressure, write_json, write_text,
};
pub use json::write as write_json_report;
pub use letter::{Language, letter};
pub use messages::{Listing, MESSAGE_COLUMNS, MessageList, write as write_messages};
pub use page::Page;
pub use safe::visible;
pub use senders::{SENDER_COLUMNS, SenderColumn, write as write_senders};
pub use starter::{STARTER_COLUMNS, write as write_starter};
pub use streams::{STREAM_COLUMNS, StreamColumn, write as write_streams};
pub use summary::{Account, Closing, parts, summary, thousands, warnings};
pub use unmatched::{OfListedSenders, UNMATCHED_COLUMNS};
pub use width::wrapped;
pub use workbook::{ROWS, Sheets, write as write_workbook};
pub use worst::{TableLine, worst};

use crate::judge::Case;
use crate::policy::Policy;
use std::cmp::Reverse;

/// All rows of the report in its order: pairs, and rows of contact pressure.
pub fn rows<'a>(cases: &'a [Case], pressure: &'a [Case], policy: &Policy) -> Vec<&'a Case> {
    let mut rows: Vec<&Case> = cases.iter().chain(pressure).collect();
    if !pressure.is_empty() {
        rows.sort_by_cached_key(|case| place(case, policy));
    }
    rows
}

/// The order of the report: flagged first, then the most days without consent, the most days, the most messages;
/// then by name.
pub fn sort(cases: &mut [Case], policy: &Policy) {
    cases.sort_by_cached_key(|case| place(case, policy));
}

/// What a row's place in the report depends on.
type Place = (Reverse<bool>, Reverse<usize>, Reverse<usize>, Reverse<usize>, String, String);

fn place(case: &Case, policy: &Policy) -> Place {
    let peak = |days: &crate::cadence::ActiveDays| Reverse(days.peak().map_or(0, |peak| peak.days));
    (
        Reverse(case.is_flagged(policy)),
        peak(&case.unconsented),
        peak(&case.active),
        Reverse(case.received.len()),
        case.sender.clone(),
        case.customer.clone(),
    )
}
