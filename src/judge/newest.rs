//! What the newest messages of a pair say: how many in a row were never read, and how many a year they make.

use super::{ReceivedMessage, count};
use crate::cadence::WINDOW;
use crate::fact::{Fact, Traits};
use crate::time::Day;

/// The most days from which messages a year are calculated: a quarter.
const QUARTER: i64 = 91;

/// Days in a year.
const YEAR: u64 = 365;

/// How many of the newest messages in a row were never read; they are given in time order. `None` where the export
/// does not say whether the newest one was.
pub(super) fn unread_run(messages: &[&Fact]) -> Option<u32> {
    let is_known = |fact: &&&Fact| fact.traits.contains(Traits::READ_KNOWN);
    messages.last().filter(is_known)?;
    let newest = messages.iter().rev().take_while(is_known);
    Some(count(newest.take_while(|fact| !fact.traits.contains(Traits::READ))))
}

/// How many messages a year those of the last days up to the day of asking make, rounded half up. The days are those
/// since the first message, at least 28 and at most 91. `messages` are in time order; `None` without a day of asking.
pub(super) fn messages_a_year(messages: &[ReceivedMessage], as_of: Option<Day>) -> Option<u32> {
    let as_of = as_of?;
    let Some(first) = messages.first() else { return Some(0) };
    let since_first = i64::from(as_of.number()) - i64::from(first.day.number()) + 1;
    let days = since_first.clamp(WINDOW.into(), QUARTER);
    let start = as_of.plus(1 - i32::try_from(days).ok()?);
    let counted = messages.iter().rev().skip_while(|message| message.day > as_of);
    let count = counted.take_while(|message| message.day >= start).count() as u64;
    let days = days.unsigned_abs();
    u32::try_from((count * YEAR * 2 + days) / (days * 2)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::ConsentState;

    fn a_year(days: impl IntoIterator<Item = i32>, as_of: i32) -> Option<u32> {
        let received = |day| ReceivedMessage {
            day: Day::from_number(day),
            state: ConsentState::None,
            inferred: false,
            at: 0,
        };
        let messages: Vec<ReceivedMessage> = days.into_iter().map(received).collect();
        messages_a_year(&messages, Some(Day::from_number(as_of)))
    }

    #[test]
    fn messages_a_year_are_those_of_the_days_since_the_first_from_28_to_91() {
        // 1 · 365 ÷ 28 = 13.04, over 28 days on the first day as on the last of them.
        assert_eq!([a_year([0], 0), a_year([0], 27)], [Some(13), Some(13)]);
        // 1 · 365 ÷ 29 = 12.59.
        assert_eq!(a_year([0], 28), Some(13));
        assert_eq!(a_year(0..60, 59), Some(365));
        assert_eq!(a_year(0..91, 90), Some(365));
        // The first day is out: 90 · 365 ÷ 91 = 360.99.
        assert_eq!(a_year(0..91, 91), Some(361));
        assert_eq!(a_year([0], 90), Some(4));
        assert_eq!(a_year([0], 91), Some(0));
    }

    #[test]
    fn messages_a_year_are_rounded_half_up() {
        // 28 · 365 ÷ 56 = 182.5 and 27 · 365 ÷ 56 = 175.98.
        assert_eq!(a_year((0..28).map(|n| n * 2), 55), Some(183));
        assert_eq!(a_year((0..27).map(|n| n * 2), 55), Some(176));
        // 1 · 365 ÷ 30 = 12.17.
        assert_eq!(a_year([0], 29), Some(12));
    }

    #[test]
    fn messages_after_the_day_of_asking_are_none_of_its_year() {
        assert_eq!(a_year(0..60, 27), Some(365));
        assert_eq!(a_year(40..60, 20), Some(0));
        assert_eq!(a_year([], 20), Some(0));
        assert_eq!(messages_a_year(&[], None), None);
    }
}
