//! Puts what was read of a message into the batch.

use super::FactReader;
use crate::classify::{Decision, Evidence};
use crate::fact::batch::{ConsentSign, Skip, shown};
use crate::fact::{Detail, Fact, MailboxId, MessageRecord, Traits};
use crate::mailbox::Unusable;

impl FactReader<'_> {
    /// Takes a message into the batch, to all of its customers.
    pub(super) fn keep(&mut self, fact: Fact, decision: Decision, message_id: Option<&[u8]>) {
        self.batch.read = self.batch.read.saturating_add(1);
        let counts = !fact.traits.contains(Traits::NO_MAIL)
            && !fact.traits.contains(Traits::UNVERIFIED)
            && !fact.traits.contains(Traits::OWN);
        if self.settings.with_records {
            self.record.evidence = decision.evidence.filter(|_| counts);
            self.batch.records.push(std::mem::take(&mut self.record));
        }
        if let (true, Some(evidence), Some(time)) = (counts, decision.evidence, fact.time) {
            for customer in std::iter::once(fact.customer).chain(self.further.iter().copied()) {
                let fact = Fact { customer, ..fact };
                self.batch.signs.push(ConsentSign::of(&fact, evidence, time, shown(message_id)));
            }
        }
        let about_a_subscription = decision.evidence.is_some_and(|evidence| evidence != Evidence::Purchase)
            || self.settings.rules.is_about_a_subscription(decision.rule);
        let traits = fact.traits.with(Traits::SUBSCRIPTION, about_a_subscription);
        let fact = Fact { rule: decision.rule, kind: decision.kind, traits, ..fact };
        self.batch.facts.push(fact);
        self.batch.facts.extend(self.further.iter().map(|customer| Fact { customer: *customer, ..fact }));
    }

    /// Notes a message that can't be used.
    pub(super) fn skip(&mut self, offset: u64, reason: Unusable) {
        self.batch.read = self.batch.read.saturating_add(1);
        let mailbox = self.mailbox_id();
        self.batch.skips.push(Skip { mailbox, offset, reason });
        if self.settings.with_records {
            self.batch.records.push(MessageRecord::default());
        }
        if self.settings.with_details {
            let (subject, from, message_id, ways_out, signs) = Default::default();
            self.batch.details.push(Detail { mailbox, offset, subject, from, message_id, ways_out, signs });
        }
    }

    /// The number of the mailbox at hand.
    pub(super) fn mailbox_id(&mut self) -> MailboxId {
        let (names, path) = (&mut self.names, &self.place.mailbox);
        *self.mailbox_id.get_or_insert_with(|| names.number(&path.to_string_lossy()))
    }
}
