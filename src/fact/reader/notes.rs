//! What is noted beside a fact: ways out that senders offer, what the owner wrote, places for the list of messages.

use super::FactReader;
use crate::classify::Seen;
use crate::fact::author::Author;
use crate::fact::batch::{OptOutLink, OptOutOffer, OwnMail, hash, id_hash, shown};
use crate::fact::detail_page::Detail;
use crate::fact::received::candidates;
use crate::fact::record::{MessageRecord, OwnMailRecord};
use crate::fact::unsubscribe::{Unsubscribe, WaysOut};
use crate::fact::{AddressId, Fact, ReadingSettings, Traits};
use crate::mailbox::RawMessage;
use crate::message::address::addresses;
use crate::message::decode::bracketed;
use crate::message::domain::{domain_of, normal_address};
use crate::message::header::{FieldName, Fields};
use std::borrow::Cow;

impl FactReader<'_> {
    /// Notes what of a message depends on the run, where that is asked for, and which addresses of the owner it names.
    pub(super) fn begin_record(&mut self, fields: &Fields<'_>, message: &RawMessage<'_>) {
        if !self.settings.with_records {
            return self.settings.owners.note_named(fields);
        }
        let times = candidates(fields, message.from_line, self.place.stored_state.delivered);
        let owners_named = self.settings.owners.note_all_named(fields);
        let states = [FieldName::STATUS, FieldName::X_STATUS, FieldName::X_MOZILLA_STATUS];
        let has_state = states.into_iter().any(|name| fields.first(name).is_some());
        let claimed = claimed(message.header);
        self.record = MessageRecord { times, owners_named, has_state, claimed, ..MessageRecord::default() };
    }

    /// Where a sender takes opt-outs by mail.
    pub(super) fn note_offers(&mut self, fact: &Fact, offered: Option<&Unsubscribe<'_>>) {
        for offer in offered.into_iter().flat_map(|offered| &offered.addresses) {
            let address = hash(&[offer.address.as_bytes()]);
            let subject = offer.subject.as_ref().map_or(0, |subject| subject_hash(subject));
            if self.settings.with_records {
                self.record.offers.push((address, subject));
            }
            self.batch.offers.push(OptOutOffer::of(address, subject, fact.order));
        }
    }

    /// Where a sender takes opt-outs under another domain; spam can name any.
    pub(super) fn note_links(&mut self, author: &Author, fact: &Fact, offered: Option<&Unsubscribe<'_>>) {
        if fact.traits.contains(Traits::SPAM) {
            return;
        }
        for host in offered.into_iter().flat_map(|offered| &offered.hosts) {
            let domain = self.field_cache.domain(host);
            if domain == author.sender_hash {
                continue;
            }
            if self.settings.with_records {
                self.record.domains.push(domain);
            }
            let link = OptOutLink { sender: fact.sender, domain };
            if self.links.insert(link) {
                self.batch.links.push(link);
            }
        }
    }

    /// Notes what the owner wrote; whether it went to anybody.
    pub(super) fn note_own(
        &mut self,
        fields: &Fields<'_>,
        fact: &Fact,
        subject: &str,
        seen: &Seen,
        message_id: &str,
    ) -> bool {
        if fact.time.is_none() && !self.settings.with_records {
            return false;
        }
        let owners = &self.settings.owners;
        let writer: Cow<'_, str> = match owners.name() {
            Some(owner) => owner.into(),
            None => owners.canonical(self.names.text(fact.from)).into(),
        };
        let to =
            [FieldName::TO, FieldName::CC].into_iter().flat_map(|name| fields.all(name)).flat_map(addresses);
        let to: Vec<String> = to.map(|one| normal_address(&one.address)).collect();
        let written = !to.is_empty();
        // What is forwarded, or sent on to friends, names the message, too, but goes to others.
        let is_sent_on = seen.forwarded || (written && to.iter().all(|address| self.is_of_a_person(address)));
        let answers = if is_sent_on { None } else { answered(fields).map(id_hash) };
        let to: Vec<u64> = to.iter().map(|address| hash(&[address.as_bytes()])).collect();
        let (subject, is_answer) = (subject_hash(subject), answers.is_none() && seen.reply_prefix);
        if self.settings.with_records {
            let (writer, to) = (writer.to_string(), to.clone());
            self.record.written =
                Some(OwnMailRecord { writer, to, subject, asks: false, answers, is_answer });
        }
        if let Some(time) = fact.time {
            self.batch.own.push(OwnMail {
                writer: self.names.number(&writer),
                identity: fact.identity,
                time,
                to,
                subject,
                asks: false,
                answers,
                is_answer,
                message_id: message_id.to_string(),
            });
        }
        written
    }

    /// Whether an address is one of the owner's or a mail provider's: an answer there answers a firm only where that very
    /// address is the firm's.
    fn is_of_a_person(&self, address: &str) -> bool {
        let ReadingSettings { owners, senders, .. } = self.settings;
        owners.contains(&owners.canonical(address))
            || domain_of(address).is_some_and(|domain| senders.is_free_mail(domain))
    }

    /// Notes where a message is and how a mail program shows it, where that is asked for.
    pub(super) fn note_detail(
        &mut self,
        offset: u64,
        subject: &str,
        from: AddressId,
        id: Option<&[u8]>,
        ways_out: Option<Box<WaysOut>>,
    ) {
        if self.settings.with_details {
            let mailbox = self.mailbox_id();
            self.batch.details.push(Detail {
                mailbox,
                offset,
                subject: subject.to_string(),
                from: self.names.text(from).to_string(),
                message_id: shown(id),
                ways_out,
                signs: Vec::new(),
            });
        }
    }
}

/// The largest `Content-Length` of a header.
fn claimed(header: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"content-length:";
    let lines = header.split(|byte| matches!(byte, b'\n' | b'\r'));
    let values = lines.filter_map(|line| {
        let (name, value) = line.split_at_checked(NAME.len())?;
        std::str::from_utf8(value).ok().filter(|_| name.eq_ignore_ascii_case(NAME))?.trim().parse().ok()
    });
    values.max()
}

/// The id of the message that one answers: of `In-Reply-To`, else the last of `References`.
pub(super) fn answered<'a>(fields: &Fields<'a>) -> Option<&'a [u8]> {
    let replied = fields.first(FieldName::IN_REPLY_TO).map(bracketed).filter(|id| !id.is_empty());
    replied.or_else(|| {
        let references = fields.first(FieldName::REFERENCES)?;
        let last = &references[memchr::memrchr(b'<', references)?..];
        Some(bracketed(last)).filter(|id| !id.is_empty())
    })
}

/// Subjects are compared without case and surrounding blanks.
fn subject_hash(subject: &str) -> u64 {
    hash(&[subject.trim().to_lowercase().as_bytes()])
}
