//! What decides where no rule does: the stream of a message, or its signs, or nothing. Each has a name, as rules have.

use super::rules::{Rule, Rules};
use super::{Decision, Kind, RuleId, StreamRules};

/// The last of the rules are names for what decides where no rule does, with why: four by the stream of a message, two by the message alone.
pub(super) const NAMES: [(&str, &str); 6] = [
    ("talk-of-its-stream", "several people answer each other on this list"),
    ("answered-by-the-owner", "the owner answers this address, and it offers no way out"),
    ("deals-of-its-stream", "nine in ten decided messages of its stream are deals with numbers"),
    (
        "like-its-stream",
        "it says too little by itself, but shares way out or template with the marketing that its stream consists of",
    ),
    ("weighed", "no rule is certain, and the points of its signs reach the threshold and lead"),
    (
        "no-evidence",
        "too little shows what kind it is, and a wrongly flagged sender is worse than a missed one",
    ),
];

/// How many of them at the very end the message alone decides.
const OF_THE_MESSAGE: usize = 2;

/// Rules for mail about a subscription that prove nothing about consent.
const SUBSCRIPTIONS: [&str; 3] = ["list-confirm", "list-reminder", "list-administration"];

impl Rules {
    /// What decides where nothing else does.
    pub(crate) fn no_evidence(&self) -> Decision {
        Decision { kind: Kind::Notification, rule: self.nth_last(1), evidence: None }
    }

    /// The rules that are tried, in their order.
    pub(super) fn ordered(&self) -> &[Rule] {
        &self.rules[..self.rules.len().saturating_sub(NAMES.len())]
    }

    /// What decides where the points of signs do.
    pub(super) fn weighed(&self) -> RuleId {
        self.nth_last(OF_THE_MESSAGE)
    }

    /// Whether the points of signs decided, or were too few to.
    pub fn is_by_signs(&self, rule: RuleId) -> bool {
        rule >= self.nth_last(OF_THE_MESSAGE)
    }

    /// Whether the stream decided that the message is marketing.
    pub fn is_inferred(&self, rule: RuleId) -> bool {
        rule == self.nth_last(OF_THE_MESSAGE + 1)
    }

    /// Whether the rule decides mail about a subscription, by its name.
    pub(crate) fn is_about_a_subscription(&self, rule: RuleId) -> bool {
        SUBSCRIPTIONS.contains(&self.id(rule))
    }

    /// The rules that a stream applies.
    pub fn of_streams(&self) -> StreamRules {
        let [talk, answered, deals, like, weighed, undecided] =
            std::array::from_fn(|place| self.nth_last(NAMES.len() - place));
        StreamRules { talk, answered, deals, like, weighed, undecided }
    }

    /// Whether nothing decided.
    pub fn is_undecided(&self, rule: RuleId) -> bool {
        rule >= self.nth_last(1)
    }

    /// The number of one of the last rules, which no message raises.
    fn nth_last(&self, place: usize) -> RuleId {
        RuleId(u16::try_from(self.rules.len().saturating_sub(place)).unwrap_or(u16::MAX))
    }
}
