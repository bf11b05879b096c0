//! The verdict on one pair: which rule of the policy is met, since when, and whether it still is. Pure: values
//! in, values out.

mod called;
mod case;
mod consent_lookup;
mod consent_record;
mod context;
mod gaps;
#[cfg(test)]
pub(crate) mod invented;
mod newest;
mod pressure;
mod ranking;
mod redacted;
mod trend;
mod what_if;

pub use case::{Case, Ranking, Share};
pub use consent_lookup::LastConsent;
pub use consent_record::{ConsentRecord, MessageGroup, StatePeriod};
pub use context::JudgeContext;
pub use pressure::pressure;
pub use ranking::rank;
pub use trend::{Trend, TrendInput};
pub use what_if::{VerdictChange, WhatIf, changes};

use crate::cadence::WINDOW;
use crate::consent::ConsentState;
use crate::policy::{Across, Policy, PolicyRule};
use crate::time::{Day, Time};
use gaps::GapWindow;

/// One marketing message of a pair: on which day it came, and in what state of consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceivedMessage {
    /// Its local day.
    pub day: Day,
    /// The state of consent at that moment.
    pub state: ConsentState,
    /// Whether it was inferred from its stream, and not decided by itself.
    pub inferred: bool,
    /// When it came, in seconds since 1970.
    pub at: u32,
}

/// A believed time as messages keep it: until 2106.
fn seconds(time: Time) -> u32 {
    u32::try_from(time.seconds()).unwrap_or(u32::MAX)
}

/// How many there are, of messages or of what they are fewer of.
fn count<T>(counted: impl IntoIterator<Item = T>) -> u32 {
    u32::try_from(counted.into_iter().count()).unwrap_or(u32::MAX)
}

/// Which messages are judged, which decides what rules apply to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JudgedMail<'a> {
    /// Over which senders they are; `None`: of one.
    pub across: Option<Across>,
    /// To whom they came.
    pub customer: &'a str,
}

impl<'a> JudgedMail<'a> {
    /// Messages of one sender to a customer.
    pub fn of_pair(customer: &'a str) -> Self {
        Self { across: None, customer }
    }
}

/// What the policy says about a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The position of the first rule of the policy that applies; `None`: none does, or there is no marketing.
    pub rule: Option<usize>,
    /// The messages that show it best.
    pub shown: Option<CountedMessages>,
    /// The first day on which any flagging rule was met, where the pair is flagged.
    pub flagged_on: Option<Day>,
    /// Whether the rule is met in the window that ends on the day of asking.
    pub still_active: bool,
}

/// Messages that count for a rule, in a window or in the whole period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedMessages {
    /// Distinct days.
    pub days: u32,
    /// Messages.
    pub messages: u32,
    /// Distinct days with a message that was decided by itself.
    pub decided_days: u32,
    /// The first day with one.
    pub first: Day,
    /// The last.
    pub last: Day,
    /// The shortest time between two messages, where the rule asks for one.
    pub shortest_gap: Option<ShortestGap>,
}

/// Two messages that came one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShortestGap {
    /// The time between them, in seconds.
    pub seconds: u32,
    /// The day of the second.
    pub day: Day,
}

/// Judges marketing messages, which are in time order. `as_of` is the day of asking.
pub fn judge(
    messages: &[ReceivedMessage],
    policy: &Policy,
    subject: JudgedMail<'_>,
    as_of: Option<Day>,
) -> Verdict {
    let results = rule_results(messages, policy, subject);
    let rule = results.iter().position(|result| result.since.is_some());
    let decisive = rule.and_then(|at| policy.rules.get(at));
    let flagged = decisive.is_some_and(|rule| rule.flag);
    let flagging = policy
        .rules
        .iter()
        .zip(&results)
        .filter(|(rule, _)| rule.flag)
        .filter_map(|(_, result)| result.since);
    Verdict {
        rule,
        shown: rule.and_then(|at| results.get(at)).and_then(|result| result.best),
        flagged_on: flagging.min().filter(|_| flagged),
        still_active: decisive.zip(as_of).is_some_and(|(rule, as_of)| is_active(rule, messages, as_of)),
    }
}

/// What each rule of the policy gives for messages, which are in time order. Rules that don't apply are not met.
pub fn rule_results(
    messages: &[ReceivedMessage],
    policy: &Policy,
    subject: JudgedMail<'_>,
) -> Vec<RuleResult> {
    let result = |rule: &PolicyRule| match rule.applies(subject) {
        true => RuleResult::of(rule, messages),
        false => RuleResult { since: None, best: None },
    };
    policy.rules.iter().map(result).collect()
}

/// What a rule gives for a pair's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleResult {
    /// The first day on which it was met by a window that ended that day; `None`: it is not met.
    pub since: Option<Day>,
    /// The window with the most days (then messages, where the rule asks for a number of them), the earliest of
    /// equals; `None`: no message counts for it.
    pub best: Option<CountedMessages>,
}

impl RuleResult {
    /// Slides the rule's window over the days with messages that count. Days and messages in a window only rise where
    /// a message comes in, so the windows that end on a day with one are all that matter.
    fn of(rule: &PolicyRule, messages: &[ReceivedMessage]) -> Self {
        let days = days_of(rule, messages);
        let mut this = Self { since: None, best: None };
        let mut best = None;
        let mut gaps = GapWindow::of(rule, messages);
        let (mut from, mut messages, mut decided_days) = (0, 0, 0);
        for (to, last) in days.iter().enumerate() {
            messages += last.messages;
            decided_days += u32::from(last.decided);
            while rule.window.is_some_and(|window| days[from].day.plus(window - 1) < last.day) {
                messages -= days[from].messages;
                decided_days -= u32::from(days[from].decided);
                from += 1;
            }
            let distinct = u32::try_from(to - from + 1).unwrap_or(u32::MAX);
            let first = days[from].day;
            let shortest_gap = gaps.shortest_gap(first, last.day);
            let counted = CountedMessages {
                days: distinct,
                messages,
                decided_days,
                first,
                last: last.day,
                shortest_gap,
            };
            let is_satisfied = rule.is_satisfied(counted);
            if this.since.is_none() && is_satisfied {
                this.since = Some(last.day);
            }
            let key = (is_satisfied, counted.days, if rule.messages > 1 { counted.messages } else { 0 });
            if best.is_none_or(|best| key > best) {
                (best, this.best) = (Some(key), Some(counted));
            }
        }
        this
    }
}

/// A day with messages that count for a rule.
struct RuleDay {
    day: Day,
    messages: u32,
    /// Whether one of them was decided by itself.
    decided: bool,
}

/// The days with messages that count for a rule, in order.
fn days_of(rule: &PolicyRule, messages: &[ReceivedMessage]) -> Vec<RuleDay> {
    let mut days: Vec<RuleDay> = Vec::new();
    for message in messages.iter().filter(|message| rule.counts(message.state)) {
        match days.last_mut() {
            Some(last) if last.day == message.day => {
                last.messages = last.messages.saturating_add(1);
                last.decided |= !message.inferred;
            }
            _ => days.push(RuleDay { day: message.day, messages: 1, decided: !message.inferred }),
        }
    }
    days
}

/// Whether the rule is met in the window that ends on that day; without a window, whether a message counts
/// in the last 28 days.
fn is_active(rule: &PolicyRule, messages: &[ReceivedMessage], as_of: Day) -> bool {
    let start = as_of.plus(1 - rule.window.unwrap_or(WINDOW));
    let days = days_of(rule, messages);
    let inside: Vec<&RuleDay> = days.iter().filter(|of| (start..=as_of).contains(&of.day)).collect();
    let (Some(first), Some(last)) = (inside.first(), inside.last()) else { return false };
    let counted = CountedMessages {
        days: u32::try_from(inside.len()).unwrap_or(u32::MAX),
        messages: inside.iter().map(|of| of.messages).sum(),
        decided_days: inside.iter().map(|of| u32::from(of.decided)).sum(),
        first: first.day,
        last: last.day,
        shortest_gap: GapWindow::of(rule, messages).shortest_gap(first.day, last.day),
    };
    rule.window.is_none() || rule.is_satisfied(counted)
}

impl PolicyRule {
    /// Whether it judges such messages.
    pub fn applies(&self, subject: JudgedMail<'_>) -> bool {
        self.across == subject.across && self.is_about(subject.customer)
    }

    /// Whether a message received in this state counts for the rule.
    pub fn counts(&self, state: ConsentState) -> bool {
        self.consent.as_ref().is_none_or(|states| states.contains(&state))
    }

    /// Whether the counted messages are enough for the rule. A flag also needs messages that were decided by themselves on half of
    /// its days: inference completes a picture, it never makes one.
    fn is_satisfied(&self, counted: CountedMessages) -> bool {
        let decided = if self.flag { self.days.div_ceil(2).max(1) } else { 0 };
        let close = |gap| counted.shortest_gap.is_some_and(|shortest| shortest.seconds < gap);
        counted.days >= self.days
            && counted.messages >= self.messages
            && counted.decided_days >= decided
            && self.min_gap.is_none_or(close)
    }
}

#[cfg(test)]
mod tests;
