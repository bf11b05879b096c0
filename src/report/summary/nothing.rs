//! What is said where no message counts as marketing: why the others don't.

use super::{counted, thousands};
use crate::history::{Counted, Tally};

/// Why messages of each sort do not count, in the words of the summary.
const REASONS: [(Counted, &str); 9] = [
    (Counted::Other, "of other kinds (receipts, notices, lists, people; --all lists their senders)"),
    (Counted::Outside, "outside --since and --until"),
    (Counted::Spam, "in a spam folder (--include-spam counts them)"),
    (Counted::Unverified, "unverified by the receiver (--include-unverified counts them)"),
    (Counted::Own, "by the owner"),
    (Counted::NoMail, "drafts or chats"),
    (Counted::Undated, "without a date"),
    (Counted::Unusable, "damaged (-v names each)"),
    (Counted::Duplicate, "copies of others"),
];

/// The line in place of the number of senders.
pub fn line(tally: &Tally) -> String {
    let of = |counted| tally.of(counted);
    let reasons: Vec<String> = REASONS
        .iter()
        .filter(|(kind, _)| of(*kind) > 0)
        .map(|(kind, words)| format!("{} {words}", thousands(of(*kind))))
        .collect();
    let sum = counted(tally.sum(), "message", "messages");
    if reasons.is_empty() {
        return "no sender to report: there is no message".to_string();
    }
    format!("no sender to report, because none of {sum} counts as marketing: {}", reasons.join(", "))
}
