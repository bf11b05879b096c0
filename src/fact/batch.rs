//! The result of reading a part of a mailbox: facts and signs.

use super::details::Details;
use super::names::{NameTable, Renaming};
use super::record::MessageRecord;
use super::{AddressId, CustomerId, Evidence, Fact, ListId, MailboxId, SenderId};
use crate::mailbox::{Remark, Unusable};
use crate::time::Time;
use std::hash::{DefaultHasher, Hasher};

/// Facts in the order of reading, and everything else that was noted on the way.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Messages that can be used.
    pub facts: Vec<Fact>,
    /// Messages that can't.
    pub skips: Vec<Skip>,
    /// Opt-out addresses that messages named, in order of facts.
    pub offers: Vec<OptOutOffer>,
    /// Other senders' domains to which senders direct opt-outs, each pair once for a part.
    pub links: Vec<OptOutLink>,
    /// Messages that prove something about consent.
    pub signs: Vec<ConsentSign>,
    /// What the owner wrote.
    pub own: Vec<OwnMail>,
    /// Messages to several customers, where their rows may come apart: of facts.
    pub shared: Vec<SharedMessage>,
    /// For each message read, where it is; empty unless asked for.
    pub details: Details,
    /// For each message read, what a facts file needs of it; empty unless asked for.
    pub records: Vec<MessageRecord>,
    /// How many messages were read.
    pub read: u32,
    /// How many mailboxes they come from; each part of one counts.
    pub mailboxes: u32,
    /// Everything besides messages.
    pub remarks: Vec<Remark>,
}

/// What a reader gave since it was last asked: a part of what it reads, where that may be much.
#[derive(Debug, Default)]
pub struct MessagePiece {
    /// What was read.
    pub batch: Batch,
    /// Its names, which are of this piece alone: so memory does not grow with the names of all of them, and it does not
    /// matter which thread read it.
    pub names: NameTable,
    /// How far the batch had come where the file began that it ends in; `None`: that began in an earlier piece.
    pub begun: Option<BatchMark>,
    /// Whether a file that began in an earlier piece can't be read to its end, so that what it gave there counts for nothing.
    pub revokes: bool,
}

/// How far a batch had come.
#[derive(Debug, Clone, Copy, Default)]
pub struct BatchMark {
    facts: usize,
    skips: usize,
    offers: usize,
    links: usize,
    signs: usize,
    own: usize,
    shared: usize,
    details: usize,
    records: usize,
    read: u32,
    mailboxes: u32,
}

impl BatchMark {
    /// How many messages had been read.
    pub fn messages(&self) -> u32 {
        self.read
    }

    /// How many mailboxes they came from.
    pub fn mailboxes(&self) -> u32 {
        self.mailboxes
    }

    /// The same mark in a batch that counts what came before, and keeps nothing of it.
    pub fn after(&self, before: &Batch) -> Self {
        let read = before.read.saturating_add(self.read);
        Self { read, mailboxes: before.mailboxes.saturating_add(self.mailboxes), ..Self::default() }
    }
}

/// A message that can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skip {
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Where it begins, in bytes.
    pub offset: u64,
    /// Why.
    pub reason: Unusable,
}

/// A message to several customers, as a row of one of them shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedMessage {
    /// Its number in the order of reading.
    pub order: u32,
    /// The same in the rows of all its customers, and for no other message (a hash).
    pub key: u64,
    /// How many customers it has.
    pub customers: u32,
}

/// An address to which a message asks opt-outs to be sent. Most bulk mail has one, often of its own: 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptOutOffer {
    /// The address, hashed.
    pub address: u64,
    /// The subject that it asks for, hashed; 0: none.
    pub subject: u32,
    /// The number of the message.
    pub order: u32,
}

impl OptOutOffer {
    /// An offer with the whole hash of the subject that it asks for; 0: none.
    pub fn of(address: u64, subject: u64, order: u32) -> Self {
        Self { address, subject: if subject == 0 { 0 } else { short_hash(subject) }, order }
    }

    /// Whether it asks for that subject, of which the whole hash is given.
    pub fn asks_for(&self, subject: u64) -> bool {
        self.subject != 0 && self.subject == short_hash(subject)
    }
}

/// A sender that takes opt-outs under a domain that is not its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OptOutLink {
    /// Who asks.
    pub sender: SenderId,
    /// The registrable domain, hashed: it matters only where it is the name of another sender.
    pub domain: u64,
}

/// A message that proves something about consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentSign {
    /// What it proves.
    pub evidence: Evidence,
    /// The same for copies of one message, as its fact has it.
    pub identity: u64,
    /// When it was received.
    pub time: Time,
    /// Who sent it.
    pub sender: SenderId,
    /// To whom.
    pub customer: CustomerId,
    /// From which address.
    pub from: AddressId,
    /// On which list.
    pub list: Option<ListId>,
    /// Its Message-ID, as the report names it.
    pub message_id: String,
}

impl ConsentSign {
    /// What a message proves that was received at that time.
    pub fn of(fact: &Fact, evidence: Evidence, time: Time, message_id: String) -> Self {
        let Fact { identity, sender, customer, from, list, .. } = *fact;
        Self { evidence, identity, time, sender, customer, from, list, message_id }
    }
}

/// A message that the owner wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnMail {
    /// As whom.
    pub writer: CustomerId,
    /// The same for copies of one message, as its fact has it.
    pub identity: u64,
    /// When.
    pub time: Time,
    /// To which addresses, hashed.
    pub to: Vec<u64>,
    /// Its subject, hashed.
    pub subject: u64,
    /// Whether it asks, in the writer's own words, that mail stop.
    pub asks: bool,
    /// The Message-ID, hashed, of the message that it answers.
    pub answers: Option<u64>,
    /// Whether it is an answer that names no message.
    pub is_answer: bool,
    /// Its Message-ID, as the report names it.
    pub message_id: String,
}

/// A text as a number: equal texts are equal numbers, in every run and on every machine, because facts files contain
/// them; never 0.
pub fn hash(parts: &[&[u8]]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        hasher.write(&(part.len() as u64).to_le_bytes());
        hasher.write(part);
    }
    hasher.finish().max(1)
}

/// Half of a hash, where few are compared with each other.
pub(crate) fn short_hash(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default().max(1)
}

/// A Message-ID as a number. What is not UTF-8 in it counts as reports show it.
pub fn id_hash(id: &[u8]) -> u64 {
    hash(&[String::from_utf8_lossy(id).as_bytes()])
}

/// A Message-ID as reports show it.
pub fn shown(id: Option<&[u8]>) -> String {
    id.map_or_else(String::new, |id| format!("<{}>", String::from_utf8_lossy(id)))
}

impl Batch {
    /// How far it has come.
    pub fn mark(&self) -> BatchMark {
        BatchMark {
            facts: self.facts.len(),
            skips: self.skips.len(),
            offers: self.offers.len(),
            links: self.links.len(),
            signs: self.signs.len(),
            own: self.own.len(),
            shared: self.shared.len(),
            details: self.details.len(),
            records: self.records.len(),
            read: self.read,
            mailboxes: self.mailboxes,
        }
    }

    /// Forgets everything that came since, except the remarks.
    pub fn cut_back(&mut self, mark: &BatchMark) {
        self.facts.truncate(mark.facts);
        self.skips.truncate(mark.skips);
        self.offers.truncate(mark.offers);
        self.links.truncate(mark.links);
        self.signs.truncate(mark.signs);
        self.own.truncate(mark.own);
        self.shared.truncate(mark.shared);
        self.details.truncate(mark.details);
        self.records.truncate(mark.records);
        self.read = mark.read;
        self.mailboxes = mark.mailboxes;
    }

    /// Counts what the next piece has, and keeps only its remarks.
    pub fn count(&mut self, next: &mut Self) {
        self.remarks.append(&mut next.remarks);
        self.mailboxes = self.mailboxes.saturating_add(next.mailboxes);
        self.read = self.read.saturating_add(next.read);
    }

    /// Adds the batch of the next part, with its names renamed to those of the run.
    pub fn append(&mut self, next: Self, renaming: &mut Renaming, run: &mut NameTable) {
        let base = self.read;
        self.facts.extend(next.facts.into_iter().map(|fact| Fact {
            order: base.saturating_add(fact.order),
            sender: renaming.of(fact.sender, run),
            customer: renaming.of(fact.customer, run),
            from: renaming.of(fact.from, run),
            name: fact.name.map(|id| renaming.of(id, run)),
            list: fact.list.map(|id| renaming.of(id, run)),
            ..fact
        }));
        self.offers.extend(
            next.offers
                .into_iter()
                .map(|offer| OptOutOffer { order: base.saturating_add(offer.order), ..offer }),
        );
        let links = next.links.into_iter();
        self.links.extend(links.map(|link| OptOutLink { sender: renaming.of(link.sender, run), ..link }));
        self.signs.extend(next.signs.into_iter().map(|sign| ConsentSign {
            sender: renaming.of(sign.sender, run),
            customer: renaming.of(sign.customer, run),
            from: renaming.of(sign.from, run),
            list: sign.list.map(|id| renaming.of(id, run)),
            ..sign
        }));
        let own = next.own.into_iter();
        self.own.extend(own.map(|mail| OwnMail { writer: renaming.of(mail.writer, run), ..mail }));
        let shared = next.shared.into_iter();
        self.shared.extend(
            shared.map(|message| SharedMessage { order: base.saturating_add(message.order), ..message }),
        );
        let skips = next.skips.into_iter();
        self.skips.extend(skips.map(|skip| Skip { mailbox: renaming.of(skip.mailbox, run), ..skip }));
        self.details.append(next.details, |mailbox| renaming.of(mailbox, run));
        self.records.extend(next.records);
        self.remarks.extend(next.remarks);
        self.mailboxes = self.mailboxes.saturating_add(next.mailboxes);
        self.read = base.saturating_add(next.read);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_facts_files_that_were_written_before() {
        // A compiler with another hash function needs a new version of the schema.
        assert_eq!(hash(&[b"shop.example"]), 6_458_982_526_327_166_460);
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
        assert_eq!(id_hash(b"1@shop.example"), hash(&[b"1@shop.example"]));
    }
}
