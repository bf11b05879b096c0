//! The verdict on one pair: which rule of the policy holds, since when, and whether it still does. Pure: values
//! in, values out.

mod called;
mod case;
mod change;
mod newest;
mod place;
mod record;

pub use case::{Bench, Case, Consent, Share};
pub use change::{Change, Occasion, changes};
pub use place::{Place, rank};
pub use record::{Period, Record, Strand};

use crate::cadence::WINDOW;
use crate::consent::State;
use crate::policy::{Policy, Rule};
use crate::time::Day;

/// One marketing message of a pair: on which day it came, and in what state of consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// Its local day.
    pub day: Day,
    /// What held between the two at that moment.
    pub state: State,
}

/// What the policy says about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The place of the first rule that holds; `None`: no rule does, or there is no marketing.
    pub rule: Option<usize>,
    /// The stretch that shows it best.
    pub shown: Option<Stretch>,
    /// The first day on which any flagging rule held, where the pair is flagged.
    pub flagged_on: Option<Day>,
    /// Whether the rule holds for the window that ends on the day of asking.
    pub still_active: bool,
}

/// Messages that count for a rule, in a window or in the whole period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Distinct days.
    pub days: u32,
    /// Messages.
    pub messages: u32,
    /// The first day with one.
    pub first: Day,
    /// The last.
    pub last: Day,
}

/// Judges a pair's marketing messages, which are in time order. `as_of` is the day of asking.
pub fn judge(messages: &[Received], policy: &Policy, as_of: Option<Day>) -> Verdict {
    let held = held(messages, policy);
    let rule = held.iter().position(|held| held.since.is_some());
    let decisive = rule.and_then(|at| policy.rules.get(at));
    let flagged = decisive.is_some_and(|rule| rule.flag);
    let flagging =
        policy.rules.iter().zip(&held).filter(|(rule, _)| rule.flag).filter_map(|(_, held)| held.since);
    Verdict {
        rule,
        shown: rule.and_then(|at| held.get(at)).and_then(|held| held.best),
        flagged_on: flagging.min().filter(|_| flagged),
        still_active: decisive.zip(as_of).is_some_and(|(rule, as_of)| holds_until(rule, messages, as_of)),
    }
}

/// How each rule of the policy fares with a pair's messages, which are in time order.
pub fn held(messages: &[Received], policy: &Policy) -> Vec<Held> {
    policy.rules.iter().map(|rule| Held::of(rule, messages)).collect()
}

/// How a rule fares with a pair's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The first day on which it held for what ended that day; `None`: it does not hold.
    pub since: Option<Day>,
    /// The stretch with the most days (then messages), the earliest of equals; `None`: no message counts for it.
    pub best: Option<Stretch>,
}

impl Held {
    /// Slides the rule's window over the messages that count. Days and messages in a window only rise where a
    /// message comes in, so the windows that end on a day with one are all that matter.
    fn of(rule: &Rule, messages: &[Received]) -> Self {
        let days: Vec<Day> =
            messages.iter().filter(|message| rule.counts(message.state)).map(|message| message.day).collect();
        let mut this = Self { since: None, best: None };
        let mut from = 0;
        let mut distinct = 0;
        for (to, last) in days.iter().enumerate() {
            let is_new = to == 0 || days[to - 1] != *last;
            distinct += u32::from(is_new);
            while rule.window.is_some_and(|window| days[from].plus(window - 1) < *last) {
                let gone = days[from];
                while days[from] == gone {
                    from += 1;
                }
                distinct -= 1;
            }
            let count = u32::try_from(to - from + 1).unwrap_or(u32::MAX);
            let stretch = Stretch { days: distinct, messages: count, first: days[from], last: *last };
            if this.since.is_none() && rule.is_met(stretch) {
                this.since = Some(*last);
            }
            if this.best.is_none_or(|best| (stretch.days, stretch.messages) > (best.days, best.messages)) {
                this.best = Some(stretch);
            }
        }
        this
    }
}

/// Whether the rule holds for the window that ends on that day; one without a window, whether a message counts
/// in the last 28 days.
fn holds_until(rule: &Rule, messages: &[Received], as_of: Day) -> bool {
    let start = as_of.plus(1 - rule.window.unwrap_or(WINDOW));
    let inside = messages
        .iter()
        .filter(|message| rule.counts(message.state) && (start..=as_of).contains(&message.day));
    let mut days: Vec<Day> = inside.map(|message| message.day).collect();
    let messages = u32::try_from(days.len()).unwrap_or(u32::MAX);
    days.dedup();
    let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else { return false };
    let distinct = u32::try_from(days.len()).unwrap_or(u32::MAX);
    rule.window.is_none() || rule.is_met(Stretch { days: distinct, messages, first, last })
}

impl Rule {
    /// Whether a message received in this state counts for the rule.
    pub fn counts(&self, state: State) -> bool {
        self.consent.as_ref().is_none_or(|states| states.contains(&state))
    }

    fn is_met(&self, stretch: Stretch) -> bool {
        stretch.days >= self.days && stretch.messages >= self.messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn received(days: impl IntoIterator<Item = i32>, state: State) -> Vec<Received> {
        days.into_iter().map(|day| Received { day: Day::from_number(day), state }).collect()
    }

    fn verdict(messages: &[Received], as_of: i32) -> (Option<String>, Verdict) {
        let policy = Policy::built_in().expect("valid");
        let verdict = judge(messages, &policy, Some(Day::from_number(as_of)));
        (verdict.rule.map(|rule| policy.rules[rule].verdict.clone()), verdict)
    }

    #[test]
    fn twenty_four_days_without_consent_are_flagged_on_the_twenty_fourth() {
        let (name, verdict) = verdict(&received(0..30, State::None), 29);
        assert_eq!(name.as_deref(), Some("daily-unconsented"));
        assert_eq!(verdict.flagged_on, Some(Day::from_number(23)));
        assert!(verdict.still_active);
        let stretch =
            Stretch { days: 28, messages: 28, first: Day::from_number(0), last: Day::from_number(27) };
        assert_eq!(verdict.shown, Some(stretch));
    }

    #[test]
    fn twenty_three_days_are_not() {
        let (name, verdict) = verdict(&received(0..23, State::Refused), 29);
        assert_eq!((name.as_deref(), verdict.flagged_on), (Some("unconsented"), None));
    }

    #[test]
    fn consent_is_judged_for_each_message() {
        let mut messages = received(0..20, State::Granted);
        messages.extend(received(20..30, State::Grace));
        assert_eq!(verdict(&messages, 29).0.as_deref(), Some("daily-consented"));
        messages.extend(received(30..31, State::Withdrawn));
        assert_eq!(verdict(&messages, 31).0.as_deref(), Some("daily-consented"));
        messages.extend(received(31..32, State::Withdrawn));
        let (name, verdict) = verdict(&messages, 31);
        assert_eq!(
            (name.as_deref(), verdict.flagged_on),
            (Some("after-opt-out"), Some(Day::from_number(31)))
        );
    }

    #[test]
    fn activity_ends_with_the_window_of_asking() {
        let daily = received(0..40, State::None);
        assert!(verdict(&daily, 43).1.still_active);
        assert!(!verdict(&daily, 44).1.still_active);
        let rare = received([0, 5], State::Granted);
        assert!(verdict(&rare, 32).1.still_active);
        assert!(!verdict(&rare, 33).1.still_active);
    }

    #[test]
    fn no_message_no_verdict() {
        assert_eq!(verdict(&[], 0).0, None);
    }

    proptest! {
        #[test]
        fn windows_agree_with_trying_each(
            mut numbers in proptest::collection::vec(0_i32..60, 0..60), days in 1_u32..10, messages in 1_u32..12, window in 10_i32..20
        ) {
            numbers.sort_unstable();
            let rule = Rule { verdict: "x".into(), flag: true, consent: None, days, messages, window: Some(window) };
            let policy = Policy { grace_days: 0, soft_opt_in_days: 0, rules: vec![rule] };
            let first = (-30..90).find(|end| {
                let inside: Vec<i32> = numbers.iter().copied().filter(|n| *n <= *end && *n > *end - window).collect();
                let mut distinct = inside.clone();
                distinct.dedup();
                distinct.len() >= days as usize && inside.len() >= messages as usize
            });
            let verdict = judge(&received(numbers, State::None), &policy, None);
            prop_assert_eq!(verdict.flagged_on, first.map(Day::from_number));
        }
    }
}
