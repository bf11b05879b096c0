//! What is noted beside a fact: ways out that senders offer, what the owner wrote, places for the list of messages.

use super::author::Author;
use super::batch::{Detail, OptOutLink, OptOutOffer, OwnMail, hash};
use super::sender::normal_address;
use super::unsubscribe::Unsubscribe;
use super::{AddressId, Fact, FactReader, Traits};
use crate::message::header::{FieldName, Fields};
use crate::message::value::{bracketed, mailboxes};
use std::borrow::Cow;

impl FactReader<'_> {
    pub(super) fn note_offers(&mut self, author: &Author, fact: &Fact, offered: Option<&Unsubscribe<'_>>) {
        self.note_links(author, fact, offered);
        for offer in offered.into_iter().flat_map(|offered| &offered.addresses) {
            self.batch.offers.push(OptOutOffer {
                address: hash(&[offer.address.as_bytes()]),
                subject: offer.subject.as_ref().map_or(0, |subject| subject_hash(subject)),
                sender: fact.sender,
                from: fact.from,
                list: fact.list,
            });
        }
    }

    /// Where a sender takes opt-outs under another domain; spam can name any.
    fn note_links(&mut self, author: &Author, fact: &Fact, offered: Option<&Unsubscribe<'_>>) {
        if fact.traits.has(Traits::SPAM) {
            return;
        }
        for host in offered.into_iter().flat_map(|offered| &offered.hosts) {
            let domain = self.recurring.domain(host);
            if domain == author.sender_hash {
                continue;
            }
            let link = OptOutLink { sender: fact.sender, domain };
            if self.links.insert(link) {
                self.batch.links.push(link);
            }
        }
    }

    /// Notes what the owner wrote; returns the organisations that it went to.
    pub(super) fn note_own(
        &mut self,
        fields: &Fields<'_>,
        fact: &Fact,
        subject: &str,
        message_id: &str,
    ) -> Vec<String> {
        let Some(time) = fact.time else { return Vec::new() };
        let writer: Cow<'_, str> = match self.lens.owners.name() {
            Some(owner) => owner.into(),
            None => self.lens.owners.canonical(self.names.addresses.text(fact.from)).into(),
        };
        let to =
            [FieldName::TO, FieldName::CC].into_iter().flat_map(|name| fields.all(name)).flat_map(mailboxes);
        let to: Vec<String> = to.map(|one| normal_address(&one.address)).collect();
        let answers = fields.first(FieldName::IN_REPLY_TO).map(bracketed).filter(|id| !id.is_empty());
        self.batch.own.push(OwnMail {
            writer: self.names.customers.number(&writer),
            time,
            to: to.iter().map(|address| hash(&[address.as_bytes()])).collect(),
            subject: subject_hash(subject),
            asks: Vec::new(),
            answers: answers.map(|id| hash(&[id])),
            message_id: message_id.to_string(),
        });
        to.iter().map(|address| self.lens.senders.organisation(address).name).collect()
    }

    /// Notes where a message stands and how it shows itself, where that is asked for.
    pub(super) fn note_detail(&mut self, offset: u64, subject: &str, from: AddressId, id: Option<&[u8]>) {
        if self.lens.with_details {
            let mailbox = self.mailbox_id();
            self.batch.details.push(Detail {
                mailbox,
                offset,
                subject: subject.to_string(),
                from: self.names.addresses.text(from).to_string(),
                message_id: shown(id),
            });
        }
    }
}

/// A Message-ID as reports show it.
pub(super) fn shown(id: Option<&[u8]>) -> String {
    id.map_or_else(String::new, |id| format!("<{}>", String::from_utf8_lossy(id)))
}

/// Subjects are compared without case and surrounding blanks.
fn subject_hash(subject: &str) -> u64 {
    hash(&[subject.trim().to_lowercase().as_bytes()])
}
