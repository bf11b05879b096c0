//! The redaction of everything that outputs are made from.

use super::Outcome;
use crate::fact::{
    Batch, Detail, Fact, GroupedBy, MessageRecord, NameTable, OwnMailRecord, Redaction, SenderId, Senders,
    WaysOut, host_of_address, host_of_url,
};
use std::collections::HashSet;

impl Outcome {
    /// Leaves pseudonyms, hosts and nothing in place of what names people. Everything is judged before, because consent
    /// lists are about addresses; whatever is written after it, is written from redacted names.
    pub fn redact(&mut self, redaction: &Redaction, senders: &Senders) {
        let names = &self.history.names;
        let set_aside = self.history.set_aside().iter().map(|(fact, _)| fact);
        let organisations = organisations(self.history.facts().iter().chain(set_aside), names, senders);
        let known: HashSet<&str> = organisations.iter().map(|sender| names.unredacted(*sender)).collect();
        for name in self.flagged_in_spam.iter_mut().chain(&mut self.flagged_in_unverified) {
            *name = redaction.sender(name, known.contains(name.as_str()));
        }
        self.history.names.redact(redaction, &organisations);
        self.details.change(redact_detail);
        self.cases.iter_mut().chain(&mut self.pressure).for_each(|case| case.redact(redaction));
    }
}

/// The same for facts that become rows: what is left says what was sent when, and by which organisation. Hashes go too,
/// because with an address one can compare its hash.
pub fn redact_facts(batch: &mut Batch, names: &mut NameTable, redaction: &Redaction, senders: &Senders) {
    let organisations = organisations(batch.facts.iter(), names, senders);
    names.redact(redaction, &organisations);
    batch.details.change(redact_detail);
    for fact in &mut batch.facts {
        (fact.identity, fact.message_id, fact.answers, fact.leads_to) = (0, 0, 0, 0);
    }
    for MessageRecord { offers, domains, written, .. } in &mut batch.records {
        (*offers, *domains) = (Vec::new(), Vec::new());
        if let Some(OwnMailRecord { writer, asks, is_answer, .. }) = written.take() {
            let writer = redaction.customer(&writer);
            *written = Some(OwnMailRecord { writer, asks, is_answer, ..OwnMailRecord::default() });
        }
    }
}

/// The senders whose name is a domain or a brand.
fn organisations<'a>(
    facts: impl Iterator<Item = &'a Fact>,
    names: &NameTable,
    senders: &Senders,
) -> HashSet<SenderId> {
    let mut senders_seen = HashSet::new();
    let mut found = HashSet::new();
    for fact in facts.filter(|fact| senders_seen.insert(fact.sender)) {
        let sender = senders.organisation(names.unredacted(fact.from));
        found.extend(is_organisation(sender.grouped_by).then_some(fact.sender));
    }
    found
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
