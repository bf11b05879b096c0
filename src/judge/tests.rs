//! Tests of `judge`.

use super::*;
use proptest::prelude::*;

fn received(days: impl IntoIterator<Item = i32>, state: ConsentState) -> Vec<ReceivedMessage> {
    days.into_iter().map(|day| message(day, state, false)).collect()
}

/// A message of noon.
fn message(day: i32, state: ConsentState, inferred: bool) -> ReceivedMessage {
    let at = u32::try_from(day * 86_400 + 43_200).expect("after 1970");
    ReceivedMessage { day: Day::from_number(day), state, inferred, at }
}

const ANYBODY: JudgedMail<'_> = JudgedMail { across: None, customer: "robin@home.example" };

fn verdict(messages: &[ReceivedMessage], as_of: i32) -> (Option<String>, Verdict) {
    let policy = Policy::built_in().expect("valid");
    let verdict = judge(messages, &policy, ANYBODY, Some(Day::from_number(as_of)));
    (verdict.rule.map(|rule| policy.rules[rule].verdict.clone()), verdict)
}

#[test]
fn twenty_four_days_without_consent_are_flagged_on_the_twenty_fourth() {
    let (name, verdict) = verdict(&received(0..30, ConsentState::None), 29);
    assert_eq!(name.as_deref(), Some("daily-unconsented"));
    assert_eq!(verdict.flagged_on, Some(Day::from_number(23)));
    assert!(verdict.still_active);
    let counted = CountedMessages {
        days: 28,
        messages: 28,
        decided_days: 28,
        first: Day::from_number(0),
        last: Day::from_number(27),
        shortest_gap: None,
    };
    assert_eq!(verdict.shown, Some(counted));
}

#[test]
fn twenty_three_days_are_not() {
    let (name, verdict) = verdict(&received(0..23, ConsentState::Refused), 29);
    assert_eq!((name.as_deref(), verdict.flagged_on), (Some("unconsented"), None));
}

#[test]
fn consent_is_judged_for_each_message() {
    let mut messages = received(0..20, ConsentState::Granted);
    messages.extend(received(20..30, ConsentState::Grace));
    assert_eq!(verdict(&messages, 29).0.as_deref(), Some("daily-consented"));
    messages.extend(received(30..31, ConsentState::Withdrawn));
    assert_eq!(verdict(&messages, 31).0.as_deref(), Some("daily-consented"));
    messages.extend(received(31..32, ConsentState::Withdrawn));
    let (name, verdict) = verdict(&messages, 31);
    assert_eq!((name.as_deref(), verdict.flagged_on), (Some("after-opt-out"), Some(Day::from_number(31))));
}

#[test]
fn activity_ends_with_the_window_of_asking() {
    let daily = received(0..40, ConsentState::None);
    assert!(verdict(&daily, 43).1.still_active);
    assert!(!verdict(&daily, 44).1.still_active);
    let rare = received([0, 5], ConsentState::Granted);
    assert!(verdict(&rare, 32).1.still_active);
    assert!(!verdict(&rare, 33).1.still_active);
}

#[test]
fn no_message_no_verdict() {
    assert_eq!(verdict(&[], 0).0, None);
}

fn inferred(days: impl IntoIterator<Item = i32>, state: ConsentState) -> Vec<ReceivedMessage> {
    received(days, state).into_iter().map(|message| ReceivedMessage { inferred: true, ..message }).collect()
}

#[test]
fn inference_completes_a_flag_and_never_makes_one() {
    let mut messages = received(0..12, ConsentState::None);
    messages.extend(inferred(12..28, ConsentState::None));
    assert_eq!(verdict(&messages, 28).0.as_deref(), Some("daily-unconsented"));
    messages[0].inferred = true;
    assert_eq!(verdict(&messages, 28).0.as_deref(), Some("unconsented"));
    let mut consented = inferred(0..28, ConsentState::Granted);
    assert_eq!(verdict(&consented, 28).0.as_deref(), Some("daily-consented"));
    consented.extend(inferred([30, 31], ConsentState::Withdrawn));
    assert_eq!(verdict(&consented, 31).0.as_deref(), Some("daily-consented"));
    consented.extend(received([32], ConsentState::Withdrawn));
    assert_eq!(verdict(&consented, 32).0.as_deref(), Some("after-opt-out"));
}

/// A rule that flags any message.
fn flagging() -> PolicyRule {
    PolicyRule {
        verdict: "x".into(),
        flag: true,
        consent: None,
        days: 1,
        messages: 1,
        window: None,
        across: None,
        min_gap: None,
        must_be_zero: Vec::new(),
    }
}

fn of_rule(rule: PolicyRule) -> Policy {
    Policy { rules: vec![rule], ..Policy::built_in().expect("valid") }
}

#[test]
fn a_gap_is_between_messages_that_count_and_ends_where_the_rule_says() {
    let hour = |hour: u32, state| ReceivedMessage {
        at: hour * 3_600,
        ..message(i32::try_from(hour / 24).expect("small"), state, false)
    };
    let rule =
        PolicyRule { min_gap: Some(16 * 3_600), consent: Some(vec![ConsentState::None]), ..flagging() };
    let flagged = |hours: &[(u32, ConsentState)]| {
        let messages: Vec<ReceivedMessage> = hours.iter().map(|(at, state)| hour(*at, *state)).collect();
        judge(&messages, &of_rule(rule.clone()), ANYBODY, None)
    };
    assert_eq!(
        flagged(&[(8, ConsentState::None), (24, ConsentState::None)]).flagged_on,
        None,
        "sixteen hours"
    );
    let close = flagged(&[(8, ConsentState::None), (23, ConsentState::None), (47, ConsentState::None)]);
    assert_eq!(close.flagged_on, Some(Day::from_number(0)));
    let shortest_gap = close.shown.and_then(|shown| shown.shortest_gap);
    assert_eq!(shortest_gap, Some(ShortestGap { seconds: 15 * 3_600, day: Day::from_number(0) }));
    assert_eq!(
        flagged(&[(8, ConsentState::None), (12, ConsentState::Granted), (30, ConsentState::None)]).flagged_on,
        None
    );
}

#[test]
fn rules_judge_only_what_they_are_about() {
    let all = PolicyRule { across: Some(Across::All), ..flagging() };
    let seeds = PolicyRule { must_be_zero: vec!["@seeds.example".into()], ..flagging() };
    let messages = received([0], ConsentState::None);
    let flagged = |rule: &PolicyRule, across, customer| {
        judge(&messages, &of_rule(rule.clone()), JudgedMail { across, customer }, None).flagged_on.is_some()
    };
    assert!(!flagged(&all, None, "a@seeds.example") && flagged(&all, Some(Across::All), "a@seeds.example"));
    assert!(!flagged(&all, Some(Across::BrandGroup), "a@seeds.example"));
    assert!(flagged(&seeds, None, "a@seeds.example") && !flagged(&seeds, None, "a@home.example"));
}

/// Days of a few months, each with a state and whether the message was inferred.
fn mail() -> impl Strategy<Value = Vec<(i32, usize, bool)>> {
    proptest::collection::vec((0_i32..90, 0_usize..4, any::<bool>()), 0..150)
}

fn ordered(mail: &[(i32, usize, bool)]) -> Vec<ReceivedMessage> {
    const STATES: [ConsentState; 4] =
        [ConsentState::None, ConsentState::Refused, ConsentState::Withdrawn, ConsentState::Granted];
    let mut messages: Vec<ReceivedMessage> =
        mail.iter().map(|(day, state, inferred)| message(*day, STATES[*state], *inferred)).collect();
    messages.sort_by_key(|message| message.day);
    messages
}

/// Whether a flagging rule of the default policy has, in some window, decided messages in its states on half its days.
fn has_decided_half(messages: &[ReceivedMessage], policy: &Policy) -> bool {
    policy.rules.iter().filter(|rule| rule.flag).any(|rule| {
        let days: std::collections::BTreeSet<Day> = messages
            .iter()
            .filter(|message| !message.inferred && rule.counts(message.state))
            .map(|message| message.day)
            .collect();
        let half = rule.days.div_ceil(2).max(1) as usize;
        days.iter().any(|last| {
            let first = rule.window.map(|window| last.plus(1 - window));
            days.iter().filter(|day| *day <= last && first.is_none_or(|first| **day >= first)).count() >= half
        })
    })
}

fn flagged(messages: &[ReceivedMessage], policy: &Policy) -> bool {
    judge(messages, policy, ANYBODY, None).flagged_on.is_some()
}

proptest! {
    #[test]
    fn no_flag_rests_on_inference_alone(mail in mail()) {
        let (messages, policy) = (ordered(&mail), Policy::built_in().expect("valid"));
        prop_assert!(!flagged(&messages, &policy) || has_decided_half(&messages, &policy));
    }

    #[test]
    fn more_inferred_messages_never_take_a_flag_away(mail in mail(), more in mail()) {
        let policy = Policy::built_in().expect("valid");
        let all: Vec<_> = mail.iter().copied().chain(more.iter().map(|(day, state, _)| (*day, *state, true))).collect();
        prop_assert!(!flagged(&ordered(&mail), &policy) || flagged(&ordered(&all), &policy));
    }

    #[test]
    fn gaps_in_windows_agree_with_trying_each(
        mut hours in proptest::collection::vec(0_u32..900, 0..40), gap in 1_u32..40, messages in 1_u32..5, window in 1_i32..20
    ) {
        hours.sort_unstable();
        let rule = PolicyRule { messages, window: Some(window), min_gap: Some(gap * 3_600), ..flagging() };
        let day = |hour: u32| i32::try_from(hour / 24).expect("small");
        let all: Vec<ReceivedMessage> = hours.iter().map(|hour| ReceivedMessage { at: hour * 3_600, ..message(day(*hour), ConsentState::None, false) }).collect();
        let first = (0..60).find(|end| {
            let inside: Vec<u32> = hours.iter().copied().filter(|hour| day(*hour) <= *end && day(*hour) > *end - window).collect();
            inside.len() >= messages as usize && inside.windows(2).any(|pair| pair[1] - pair[0] < gap)
        });
        prop_assert_eq!(judge(&all, &of_rule(rule), ANYBODY, None).flagged_on, first.map(Day::from_number));
    }

    #[test]
    fn windows_agree_with_trying_each(
        mut numbers in proptest::collection::vec(0_i32..60, 0..60), days in 1_u32..10, messages in 1_u32..12, window in 10_i32..20
    ) {
        numbers.sort_unstable();
        let rule = PolicyRule { days, messages, window: Some(window), ..flagging() };
        let policy = of_rule(rule);
        let first = (-30..90).find(|end| {
            let inside: Vec<i32> = numbers.iter().copied().filter(|n| *n <= *end && *n > *end - window).collect();
            let mut distinct = inside.clone();
            distinct.dedup();
            distinct.len() >= days as usize && inside.len() >= messages as usize
        });
        let verdict = judge(&received(numbers, ConsentState::None), &policy, ANYBODY, None);
        prop_assert_eq!(verdict.flagged_on, first.map(Day::from_number));
    }
}
