//! The reason for a verdict, as one plain sentence with its numbers and dates.

use crate::cadence::ChangeOfPace;
use crate::consent::ConsentState;
use crate::judge::{Case, CountedMessages, ReceivedMessage, ShortestGap};
use crate::policy::{Policy, PolicyRule};

/// The sentence, with the owner's wish where the export has one. It reports what the records show, never that somebody broke a law.
pub fn reason(case: &Case, policy: &Policy, list_given: bool) -> String {
    let blocked = if case.blocked { "; the owner blocked this sender" } else { "" };
    let rule = case.verdict.rule.and_then(|at| policy.rules.get(at));
    match (rule.zip(case.verdict.shown), case.received.len()) {
        (Some((rule, stretch)), _) => {
            let list = if list_given { "" } else { "; no consent list was given" };
            let pace = if rule.flag { change_of_pace(case) } else { String::new() };
            let circumstance = match case.of_senders {
                _ if !rule.must_be_zero.is_empty() => "to a customer who must get none".to_string(),
                Some(1) => "from one sender".to_string(),
                Some(senders) => format!("from {senders} senders"),
                None => circumstance(case, rule, stretch),
            };
            format!("{} {circumstance}{pace}{blocked}{list}", amount(case, rule, stretch))
        }
        (None, 0) => {
            format!("no promotional mail counted; {}{blocked}", messages(case.other_messages.into(), "other"))
        }
        (None, count) => {
            let rule = if case.of_senders.is_some() { "over several senders" } else { "of the policy" };
            format!("{}; no rule {rule} holds{blocked}", messages(count as u64, "promotional"))
        }
    }
}

/// `promotional mail on 28 of 28 days (2026-01-01 to 2026-01-28)`
fn amount(case: &Case, rule: &PolicyRule, stretch: CountedMessages) -> String {
    let CountedMessages { days, messages: found, first, last, .. } = stretch;
    let span = if first == last { format!("on {first}") } else { format!("{first} to {last}") };
    if let Some(ShortestGap { seconds, day }) = stretch.shortest_gap {
        return format!("promotional messages {} apart ({day})", hours(seconds));
    }
    match rule.window {
        Some(window) if case.of_senders.is_some() && rule.days == 1 => {
            format!("{} in {window} days ({span})", messages(u64::from(found), "promotional"))
        }
        Some(window) => format!("promotional mail on {days} of {window} days ({span})"),
        None if days == 1 => format!("{} ({span})", messages(u64::from(stretch.messages), "promotional")),
        None => format!("{} on {days} days ({span})", messages(u64::from(stretch.messages), "promotional")),
    }
}

/// `3.5 hours`, rounded down: what is closer than a limit never looks like the limit.
pub fn hours(seconds: u32) -> String {
    let tenths = seconds / 360;
    match (tenths / 10, tenths % 10) {
        (0, 0) => "less than 0.1 hours".to_string(),
        (1, 0) => "1 hour".to_string(),
        (hours, 0) => format!("{hours} hours"),
        (hours, tenth) => format!("{hours}.{tenth} hours"),
    }
}

/// `; from 1.1 to 6.8 days a week since 2026-03-02`; nothing where the pace was always the same.
fn change_of_pace(case: &Case) -> String {
    let change = case.pace.and_then(|pace| Some((pace.change?, pace.days_per_week)));
    change.map_or(String::new(), |(ChangeOfPace { on, before }, now)| {
        format!("; from {before} to {now} days a week since {on}")
    })
}

/// The states of consent in which the messages that count for the rule came.
fn circumstance(case: &Case, rule: &PolicyRule, stretch: CountedMessages) -> String {
    let within = || {
        let in_stretch = |received: &&ReceivedMessage| (stretch.first..=stretch.last).contains(&received.day);
        case.received
            .iter()
            .filter(in_stretch)
            .map(|received| received.state)
            .filter(|state| rule.counts(*state))
    };
    let seen: Vec<ConsentState> =
        ConsentState::ALL.into_iter().filter(|state| within().any(|one| one == *state)).collect();
    let by = case.shown_by.as_deref();
    let source = by.filter(|event| !event.source.is_empty());
    let dated = |words: &str| match source {
        Some(event) => match event.day {
            Some(day) => format!("{words} (since {day}, {})", event.source),
            None => format!("{words} ({})", event.source),
        },
        None => words.to_string(),
    };
    match seen.as_slice() {
        [ConsentState::Withdrawn] => match by.and_then(|event| event.day) {
            Some(day) => format!("after the opt-out of {day}"),
            None => "after an opt-out".to_string(),
        },
        [ConsentState::Refused] => dated("although consent was refused"),
        [ConsentState::Granted] => dated("with consent on record"),
        [ConsentState::Claimed] => dated("with a subscription confirmed by the sender's own mail"),
        [ConsentState::SoftOptIn] => dated("within the time that the policy gives after a purchase"),
        [ConsentState::NotYetKnown] => "after the last day that the consent list covers".to_string(),
        [ConsentState::Grace] => dated("within the days of grace after an opt-out"),
        states if states.iter().all(|state| state.is_unconsented()) => {
            "without consent on record".to_string()
        }
        states if states.iter().any(|state| state.is_unconsented()) => {
            let unconsented = within().filter(|state| state.is_unconsented()).count();
            format!("of which {unconsented} without consent on record")
        }
        _ => "none of them without consent on record".to_string(),
    }
}

fn messages(count: u64, sort: &str) -> String {
    format!("{count} {sort} message{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Evidence, Kind};
    use crate::history::invented::{InventedMailbox, day};
    use crate::judge::invented::JudgedMailbox;

    const SHOP: &str = "shop.example";
    const NEWS: &str = "news@shop.example";

    fn daily(days: std::ops::Range<i64>) -> InventedMailbox {
        let mut mailbox = InventedMailbox::default();
        for day in days {
            mailbox.offer(SHOP, NEWS, day);
        }
        mailbox
    }

    fn reason_of(mailbox: InventedMailbox, list_given: bool) -> String {
        let judged = JudgedMailbox::of(mailbox, day(400));
        reason(&judged.case(SHOP), &judged.policy, list_given)
    }

    #[test]
    fn a_daily_sender_without_consent() {
        let words = "promotional mail on 28 of 28 days (2026-01-01 to 2026-01-28) without consent on record";
        assert_eq!(reason_of(daily(0..30), true), words);
        assert_eq!(reason_of(daily(0..30), false), format!("{words}; no consent list was given"));
    }

    #[test]
    fn a_change_of_pace_is_told_of_a_flagged_pair() {
        let mut mailbox = InventedMailbox::default();
        for day in (0..140).step_by(7).chain(140..240) {
            mailbox.offer(SHOP, NEWS, day);
        }
        let sentence = reason_of(mailbox, true);
        assert!(sentence.ends_with("; from 1.0 to 7.0 days a week since 2026-05-21"), "{sentence}");
    }

    #[test]
    fn an_opt_out_is_dated() {
        let mut mailbox = daily(0..3);
        mailbox.proof(Evidence::Unsubscribed, SHOP, NEWS, 3);
        for day in [20, 23] {
            mailbox.offer(SHOP, NEWS, day);
        }
        let words =
            "2 promotional messages on 2 days (2026-01-21 to 2026-01-24) after the opt-out of 2026-01-04";
        assert_eq!(reason_of(mailbox, true), words);
    }

    #[test]
    fn a_confirmed_subscription_names_its_message() {
        let mut mailbox = InventedMailbox::default();
        mailbox.proof(Evidence::ConfirmRequest, SHOP, NEWS, 0);
        mailbox.proof(Evidence::Confirmed, SHOP, NEWS, 0);
        mailbox.offer(SHOP, NEWS, 1);
        let words = "1 promotional message (on 2026-01-02) with a subscription confirmed by the sender's own mail \
                     (since 2026-01-01, <proof-0@shop.example>)";
        assert_eq!(reason_of(mailbox, true), words);
    }

    #[test]
    fn nothing_promotional_is_said_so() {
        let mut mailbox = InventedMailbox::default();
        for day in 0..2 {
            mailbox.offer(SHOP, NEWS, day).kind = Kind::Transactional;
        }
        assert_eq!(reason_of(mailbox, false), "no promotional mail counted; 2 other messages");
    }
}
