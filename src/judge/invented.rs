//! What unit tests judge by: an invented mailbox, the built-in policy, a consent list of a test's own.

use super::{Case, JudgeContext};
use crate::classify::Rules;
use crate::consent::{Findings, Ledger};
use crate::fact::{Brands, Senders};
use crate::history::invented::{InventedMailbox, scope, zone};
use crate::history::{History, Pair, Scope};
use crate::policy::Policy;
use crate::time::Day;

/// Everything that a case is judged by.
pub struct JudgedMailbox {
    pub history: History,
    pub scope: Scope,
    pub ledger: Ledger,
    pub findings: Findings,
    pub policy: Policy,
    senders: Senders,
    rules: Rules,
    pub as_of: Option<Day>,
}

impl JudgedMailbox {
    /// A mailbox, judged by the built-in policy without a consent list.
    pub fn of(mailbox: InventedMailbox, as_of: Day) -> Self {
        let history = mailbox.history();
        Self {
            findings: Findings::of(&history, &zone()),
            history,
            scope: scope(),
            ledger: Ledger::default(),
            policy: Policy::built_in().expect("the built-in policy"),
            senders: Senders::new(Brands::default()),
            rules: Rules::load(None).expect("the built-in rules"),
            as_of: Some(as_of),
        }
    }

    /// All of it.
    pub fn context(&self) -> JudgeContext<'_> {
        JudgeContext {
            history: &self.history,
            scope: &self.scope,
            ledger: &self.ledger,
            findings: &self.findings,
            policy: &self.policy,
            senders: &self.senders,
            rules: &self.rules,
            as_of: self.as_of,
        }
    }

    /// The pair of a sender.
    pub fn pair(&self, sender: &str) -> Pair<'_> {
        let of_sender = |pair: &Pair<'_>| self.history.names.text(pair.sender) == sender;
        self.history.pairs().find(of_sender).expect("mail of that sender")
    }

    /// The case of a sender, one of several that send that much together.
    pub fn case(&self, sender: &str) -> Case {
        Case::of(self.pair(sender), &self.context(), self.history.facts().len() as u32)
    }

    /// The verdict of a case.
    pub fn verdict(&self, sender: &str) -> &str {
        self.named(self.case(sender).verdict.rule)
    }

    /// The verdict that a rule gives.
    pub fn named(&self, rule: Option<usize>) -> &str {
        rule.map_or("", |at| &self.policy.rules[at].verdict)
    }
}
