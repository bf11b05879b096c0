//! Words for people: states, events, what a rule asks for, what would have changed the verdict.

use super::{ExplainedRule, RuleOutcome};
use crate::consent::{ConsentState, EventKind};
use crate::judge::{JudgeContext, VerdictChange, WhatIf};
use crate::report::reason::hours;
use crate::report::visible;

/// A state in plain words.
pub fn state_in_words(state: ConsentState) -> &'static str {
    match state {
        ConsentState::None => "nothing is on record",
        ConsentState::Granted => "the customer agreed",
        ConsentState::Claimed => "the subscription was confirmed, by the sender's own mail",
        ConsentState::SoftOptIn => "the customer bought something, and the policy counts that for a time",
        ConsentState::Refused => "the customer did not agree when the address was collected",
        ConsentState::Grace => "the customer opted out; the policy still gives the sender time",
        ConsentState::Withdrawn => "the customer opted out",
        ConsentState::NotYetKnown => "the consent list ends before this",
    }
}

/// An event in plain words.
pub fn event_in_words(event: EventKind) -> &'static str {
    match event {
        EventKind::Purchase => "the customer bought something",
        EventKind::Claimed => "the sender asked and confirmed",
        EventKind::Granted => "the customer agreed",
        EventKind::Refused => "the customer did not agree",
        EventKind::Withdrawn => "the customer opted out",
    }
}

/// `1 day`, `2 days`.
pub fn counted(count: impl Into<u64>, one: &str) -> String {
    match count.into() {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub fn alternatives(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_string(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

impl ExplainedRule {
    /// What the rule asks for.
    pub fn wish(&self) -> String {
        if self.must_be_zero {
            return format!("any message to this customer, who must get none{}", self.received());
        }
        let least = |count: u32, one: &str| format!("at least {}", counted(count, one));
        let gap =
            self.min_gap_hours.map(|gap| format!("two messages less than {} apart", counted(gap, "hour")));
        let amount = match (self.days, self.messages) {
            (1, messages) => least(messages, "message"),
            (days, 1) => format!("{} with mail", least(days, "day")),
            (days, messages) => {
                format!("{} with mail and {}", least(days, "day"), least(messages, "message"))
            }
        };
        let place = self.window.map_or(String::new(), |window| format!(" in some run of {window} days"));
        let amount = match gap {
            Some(gap) if self.days == 1 && self.messages <= 2 => gap,
            Some(gap) => format!("{amount}, and {gap},"),
            None => amount,
        };
        format!("{amount}{place}{}", self.received())
    }

    /// Which mail counts for the rule.
    fn received(&self) -> String {
        match &self.consent {
            Some(states) => format!(", counting marketing received in the state {}", alternatives(states)),
            None => ", counting all marketing".to_string(),
        }
    }

    /// What was found.
    pub fn finding(&self) -> String {
        let Some((first, last)) = self.found_first.zip(self.found_last) else {
            return "no such mail".to_string();
        };
        let most = if self.window.is_some() { "at most " } else { "" };
        let days = counted(self.found_days, "day");
        let messages = counted(self.found_messages, "message");
        let span = if first == last { first.to_string() } else { format!("{first} to {last}") };
        let gap =
            self.found_gap_seconds.map_or(String::new(), |gap| format!("; the closest {} apart", hours(gap)));
        format!("{most}{days} with {messages} ({span}){gap}")
    }

    /// How much is missing.
    pub fn missing(&self) -> String {
        let days = self.days.saturating_sub(self.found_days);
        let messages = self.messages.saturating_sub(self.found_messages);
        match (days, messages) {
            (0, 0) => "no two messages that close".to_string(),
            (0, messages) => format!("{} too few", counted(messages, "message")),
            (days, 0) => format!("{} too few", counted(days, "day")),
            // A rule that asks for messages alone needs a day only because a message needs one.
            (_, messages) if self.days == 1 => format!("{} too few", counted(messages, "message")),
            (days, _) if self.messages == 1 => format!("{} too few", counted(days, "day")),
            (days, messages) => {
                format!("{} and {} too few", counted(days, "day"), counted(messages, "message"))
            }
        }
    }
}

/// What the sentences about changes are made from.
pub struct SentenceContext<'a> {
    /// What it was judged by.
    pub judging: &'a JudgeContext<'a>,
    /// The results of the rules.
    pub rules: &'a [ExplainedRule],
}

/// What would have given another verdict, a sentence each.
pub fn wishes(circumstances: &SentenceContext<'_>, changes: &[VerdictChange]) -> Vec<String> {
    let rules = circumstances.rules;
    let decisive = rules.iter().find(|rule| rule.outcome == RuleOutcome::Decides);
    let mut sentences: Vec<String> = decisive.map(fewer).into_iter().collect();
    let near =
        rules.iter().filter(|rule| rule.outcome == RuleOutcome::DoesNotHold && rule.found_days > 0).map(more);
    sentences.extend(near);
    sentences.extend(changes.iter().map(|change| circumstances.sentence(change)));
    sentences
}

/// The amount of mail below which the deciding rule would not be met.
fn fewer(rule: &ExplainedRule) -> String {
    let unless = format!("`{}` would not hold with", rule.verdict);
    let place = rule
        .window
        .map_or("in the whole period".to_string(), |window| format!("in every run of {window} days"));
    match (rule.days, rule.messages) {
        (1, 1) => {
            format!("{unless} no such mail at all (found: {})", counted(rule.found_messages, "message"))
        }
        (1, messages) => format!(
            "{unless} at most {} {place} (found: {})",
            counted(messages - 1, "message"),
            rule.found_messages
        ),
        (days, _) => format!(
            "{unless} at most {} of such mail {place} (found: {}; that is {} fewer)",
            counted(days - 1, "day"),
            rule.found_days,
            counted(rule.found_days.saturating_sub(days - 1), "day"),
        ),
    }
}

/// How much more mail a rule before it asks for.
fn more(rule: &ExplainedRule) -> String {
    let place = match (rule.window, rule.found_first) {
        (Some(window), Some(first)) => format!(" in the {window} days from {first} on"),
        _ => String::new(),
    };
    let days = rule.days.saturating_sub(rule.found_days);
    let messages = rule.messages.saturating_sub(rule.found_messages);
    let missing = match (days, messages) {
        (0, messages) => format!("{messages} more of such messages"),
        (days, 0) => format!("mail on {days} more day{}", if days == 1 { "" } else { "s" }),
        (days, messages) => format!("{messages} more of such messages on {days} more days"),
    };
    format!("`{}` would hold with {missing}{place}{}", rule.verdict, rule.received())
}

impl SentenceContext<'_> {
    fn sentence(&self, change: &VerdictChange) -> String {
        let rule = change.rule.and_then(|at| self.judging.policy.rules.get(at));
        let verdict = match rule {
            Some(rule) if rule.flag => format!("`{}` (a flag)", visible(&rule.verdict)),
            Some(rule) => format!("`{}` (no flag)", visible(&rule.verdict)),
            None => "no verdict at all".to_string(),
        };
        let list = if self.judging.ledger.given {
            "one more row in the consent list"
        } else {
            "a consent list (--consent)"
        };
        match change.occasion {
            WhatIf::Event { kind, from, until } => {
                let dated = match from {
                    None => format!("dated {until} or earlier"),
                    Some(from) if from == until => format!("dated {until}"),
                    Some(from) => format!("dated {from} to {until}"),
                };
                format!("{list} with the event `{}` {dated}: {verdict}", kind.word())
            }
            WhatIf::IncludeSpam => format!("counting mail in spam (--include-spam): {verdict}"),
            WhatIf::IncludeUnverified => {
                format!("counting unverified mail (--include-unverified): {verdict}")
            }
        }
    }
}
