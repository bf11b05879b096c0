//! The redaction of everything that outputs are made from.

use super::Outcome;
use crate::fact::{Detail, GroupedBy, Redaction, SenderId, Senders, WaysOut, host_of_address, host_of_url};
use std::collections::HashSet;

impl Outcome {
    /// Leaves pseudonyms, hosts and nothing in place of what names people. Everything is judged before, because consent
    /// lists are about addresses; whatever is written after it, is written from redacted names.
    pub fn redact(&mut self, redaction: &Redaction, senders: &Senders) {
        let organisations = self.organisations(senders);
        let names = &self.history.names;
        let known: HashSet<&str> = organisations.iter().map(|sender| names.unredacted(*sender)).collect();
        for name in self.flagged_in_spam.iter_mut().chain(&mut self.flagged_in_unverified) {
            *name = redaction.sender(name, known.contains(name.as_str()));
        }
        self.history.names.redact(redaction, &organisations);
        self.details.iter_mut().for_each(redact_detail);
        self.cases.iter_mut().chain(&mut self.pressure).for_each(|case| case.redact(redaction));
    }

    /// The senders whose name is a domain or a brand.
    fn organisations(&self, senders: &Senders) -> HashSet<SenderId> {
        let names = &self.history.names;
        let aside = self.history.aside().iter().map(|(fact, _)| fact);
        let mut met = HashSet::new();
        let mut found = HashSet::new();
        for fact in self.history.facts().iter().chain(aside).filter(|fact| met.insert(fact.sender)) {
            let sender = senders.organisation(names.unredacted(fact.from));
            found.extend(is_organisation(sender.grouped_by).then_some(fact.sender));
        }
        found
    }
}

/// Leaves nothing of a message's texts but hosts.
fn redact_detail(detail: &mut Detail) {
    detail.subject.clear();
    detail.message_id.clear();
    detail.from = host_of_address(&detail.from);
    if let Some(ways) = detail.ways_out.as_deref_mut() {
        *ways = WaysOut {
            web: ways.web.as_deref().map(|web| host_of_url(web).into()),
            mail: ways.mail.as_deref().map(|mail| host_of_address(mail).into()),
            subject: None,
        };
    }
}

fn is_organisation(grouped_by: GroupedBy) -> bool {
    matches!(grouped_by, GroupedBy::Domain | GroupedBy::Brand)
}
