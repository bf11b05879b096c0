//! The summary's line where no message counts as marketing, with the reasons.

use super::{broken, counted, read_from, thousands};
use crate::fact::Skip;
use crate::history::{Counted, Tally};
use std::collections::BTreeMap;

/// The reasons why messages do not count, in the words of the summary.
const REASONS: [(Counted, &str); 9] = [
    (Counted::Other, "of other kinds (receipts, notices, lists, people; --all lists their senders)"),
    (Counted::Outside, "outside --since and --until"),
    (Counted::Spam, "in a spam folder (--include-spam counts them)"),
    (Counted::Unverified, "unverified by the receiver (--include-unverified counts them)"),
    (Counted::Own, "by the owner"),
    (Counted::NoMail, "drafts or chats"),
    (Counted::Undated, "without a date"),
    (Counted::Unusable, "unusable (-v names each)"),
    (Counted::Duplicate, "copies of others"),
];

/// The lines in place of a summary where there are only beginnings of messages: how many were read, and the reasons.
pub fn no_message(mailboxes: usize, tally: &Tally, skips: &[Skip], columns: Option<usize>) -> String {
    broken(&[read_from(mailboxes, tally), format!("unusable: {}", reasons_of(skips))], columns)
}

/// Why messages can't be used, each reason with their number.
fn reasons_of(skips: &[Skip]) -> String {
    let mut reasons: BTreeMap<_, u64> = BTreeMap::new();
    skips.iter().for_each(|skip| *reasons.entry(skip.reason).or_default() += 1);
    let reasons = reasons.into_iter().map(|(why, count)| format!("{} ({})", why.why(), thousands(count)));
    reasons.collect::<Vec<_>>().join("; ")
}

/// The line in place of the number of senders.
pub fn line(tally: &Tally, skips: &[Skip]) -> String {
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
    if tally.sum() == of(Counted::Unusable) {
        return format!("no sender to report, because none of {sum} can be used: {}", reasons_of(skips));
    }
    format!("no sender to report, because none of {sum} counts as marketing: {}", reasons.join(", "))
}
