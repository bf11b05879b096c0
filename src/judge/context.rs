//! What every pair is judged by: all that was read, what is on record, and the policy.

use crate::consent::{Event, Findings, Ledger, Terms, Timeline};
use crate::fact::{Fact, Rules, Senders};
use crate::history::{History, Pair, Scope};
use crate::policy::Policy;
use crate::time::Day;

/// In place of the source of an event, in redacted outputs: the file and line of a consent list, or a Message-ID.
pub const LEFT_OUT: &str = "left out";

/// What every case is judged by.
#[derive(Debug, Clone, Copy)]
pub struct JudgeContext<'a> {
    /// Everything that was read.
    pub history: &'a History,
    /// Which messages count.
    pub scope: &'a Scope,
    /// The consent list.
    pub ledger: &'a Ledger,
    /// What the mailbox proves.
    pub findings: &'a Findings,
    /// The policy.
    pub policy: &'a Policy,
    /// Brands and shared hosts.
    pub senders: &'a Senders,
    /// The rules that decided the kinds of messages.
    pub rules: &'a Rules,
    /// The day of asking.
    pub as_of: Option<Day>,
}

impl JudgeContext<'_> {
    /// What is on record for a message of a pair and all others to which the same events apply.
    pub fn timeline(&self, pair: &Pair<'_>, fact: &Fact) -> Timeline {
        Timeline::of(self.events(pair, fact), self.terms())
    }

    /// Its events, in no particular order.
    pub fn events(&self, pair: &Pair<'_>, fact: &Fact) -> Vec<Event> {
        let names = &self.history.names;
        let customer = names.unredacted(pair.customer);
        let mut events = self.ledger.events_for(names.unredacted(fact.from), self.senders, customer);
        events.extend(self.findings.events_for((pair.sender, pair.customer), fact.from, fact.list));
        if names.are_redacted() {
            events.iter_mut().for_each(|event| event.source = LEFT_OUT.to_string());
        }
        events
    }

    /// What the policy and the list's coverage say about time.
    pub fn terms(&self) -> Terms {
        Terms {
            grace: self.policy.grace.clone(),
            soft_opt_in_days: self.policy.soft_opt_in_days,
            covered_until: self.ledger.as_of.filter(|_| self.ledger.given),
        }
    }
}
