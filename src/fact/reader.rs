//! Reads messages into facts.

use super::batch::{Batch, Detail, Mark, OptOutLink, OptOutOffer, OwnMail, Sign, Skip, hash};
use super::customer::{canonical, delivered_to};
use super::fields::{FieldName, Fields, Spans};
use super::fold::fold;
use super::kind::{
    BodyText, Decision, Evidence, Kind, Memo, Open, Outcome, Seen, has_forward_prefix, has_identifier,
    has_reply_prefix,
};
use super::lens::Lens;
use super::names::NewNames;
use super::sender::{domain_of, normal_address, registrable};
use super::state::{State, state};
use super::unsubscribe::{Unsubscribe, WayOut, is_no_reply, unsubscribe};
use super::value::{Mailbox, bracketed, mailboxes, text};
use super::verified::{Authenticity, authenticity};
use super::when::received_at;
use super::{AddressId, Fact, MailboxId, NameId, Names, SenderId, Traits};
use crate::mailbox::{Marks, Place, RawMessage, Remark, Sink, Unusable, Want};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// Turns the messages of a mailbox into a batch of facts.
pub struct FactReader<'a> {
    lens: &'a Lens,
    /// The mailbox at hand, and its number once a message's place was kept.
    mailbox: PathBuf,
    mailbox_id: Option<MailboxId>,
    /// The folder at hand, and what its name says of all messages in it.
    folder: PathBuf,
    folder_state: State,
    marks: Marks,
    /// How far the batch had come where what stands or falls together began.
    begun: Mark,
    spans: Spans,
    /// What the raw From values seen so far mean: they recur thousands of times.
    froms: HashMap<Box<[u8]>, From>,
    memo: Memo,
    pending: Option<Pending>,
    /// Those that the batch holds already.
    links: HashSet<OptOutLink>,
    names: Names,
    batch: Batch,
}

/// What a From value means.
#[derive(Debug, Clone)]
struct From {
    sender: SenderId,
    address: AddressId,
    name: Option<NameId>,
    domain: Option<Box<str>>,
    owner: bool,
    free_mail: bool,
    no_reply: bool,
}

/// A message that waits for its body.
struct Pending {
    header: Vec<u8>,
    fact: Fact,
    open: Option<Open>,
    decision: Decision,
    message_id: String,
    subject: String,
    /// The organisations that the owner wrote to.
    written_to: Vec<String>,
}

impl<'a> FactReader<'a> {
    /// A reader without a mailbox yet.
    pub fn new(lens: &'a Lens) -> Self {
        Self {
            lens,
            mailbox: PathBuf::new(),
            mailbox_id: None,
            folder: PathBuf::new(),
            folder_state: State::default(),
            marks: Marks::default(),
            begun: Mark::default(),
            spans: Spans::default(),
            froms: HashMap::new(),
            memo: Memo::default(),
            pending: None,
            links: HashSet::new(),
            names: Names::default(),
            batch: Batch::default(),
        }
    }

    /// What came since the last call, and the names that were new in it.
    pub fn take(&mut self) -> (Batch, NewNames) {
        self.pending = None;
        self.links.clear();
        self.begun = Mark::default();
        (std::mem::take(&mut self.batch), self.names.new_names())
    }

    /// The From address of the first message read.
    pub(super) fn first_address(&self) -> Option<String> {
        let fact = self.batch.facts.first()?;
        Some(self.names.addresses.text(fact.from).to_string())
    }

    fn read(&mut self, message: RawMessage<'_>) -> Result<Want, Unusable> {
        let header = with_line_feeds(message.header);
        let mut spans = std::mem::take(&mut self.spans);
        let fields = spans.scan(&self.lens.vocabulary, &header);
        let outcome = self.facts(&fields, message, &header);
        self.spans = spans;
        outcome
    }

    fn facts(
        &mut self,
        fields: &Fields<'_>,
        message: RawMessage<'_>,
        header: &[u8],
    ) -> Result<Want, Unusable> {
        let lens = self.lens;
        let from = self.from(fields)?;
        let authenticity = authenticity(fields, from.domain.as_deref(), &lens.senders);
        let state = state(fields, self.folder_state, &lens.labels).marked(&self.marks);
        let own = state.sent || (from.owner && authenticity != Authenticity::Unverified);
        let state = State { no_mail: state.no_mail || (own && state.draft_mark), ..state };
        let offered = unsubscribe(fields);
        let subject = fields.first(FieldName::SUBJECT).map(text).unwrap_or_default();
        let folded = fold(&subject);
        let seen = Seen {
            unsubscribable: offered.is_some(),
            one_click: offered.as_ref().is_some_and(|offered| offered.way_out == WayOut::OneClick),
            verified: authenticity == Authenticity::Verified,
            free_mail: from.free_mail,
            no_reply: from.no_reply,
            ..seen_in_subject(fields, &subject, &folded)
        };
        let outcome = if own || state.no_mail {
            lens.rules.undecided()
        } else {
            lens.rules.judge_header(fields, &folded, &seen, &mut self.memo)
        };
        let (decision, open) = match outcome {
            Outcome::Decided(decision) => (decision, None),
            Outcome::Open(open) => (lens.rules.no_evidence(), Some(open)),
        };
        let message_id = fields.first(FieldName::MESSAGE_ID).map(bracketed).filter(|id| !id.is_empty());
        let list = fields
            .first(FieldName::LIST_ID)
            .map(|raw| text(bracketed(raw)).to_lowercase())
            .filter(|id| !id.is_empty());
        let fact = Fact {
            identity: identity(fields, message_id),
            order: self.batch.read,
            time: received_at(fields, message.from_line, self.marks.delivered, lens.now),
            sender: from.sender,
            customer: self.names.customers.number(&delivered_to(fields, &lens.owners)),
            from: from.address,
            name: from.name,
            list: list.map(|id| self.names.lists.number(&id)),
            rule: decision.rule,
            kind: decision.kind,
            way_out: offered.as_ref().map_or(WayOut::Absent, |offered| offered.way_out),
            traits: traits(state, own, authenticity, &seen)
                .set(Traits::NO_REPLY, answers_nobody(fields, &from)),
        };
        let shown_id = message_id.map_or_else(String::new, |id| format!("<{}>", String::from_utf8_lossy(id)));
        self.note_detail(message.offset, &subject, fact.from, &shown_id);
        let written_to = if own { self.note_own(fields, &fact, &subject, &shown_id) } else { Vec::new() };
        if !own && authenticity != Authenticity::Unverified {
            self.note_offers(&fact, offered.as_ref());
        }
        // A message without a valid `List-Unsubscribe` may name its way out in the text; one that belongs to a deal
        // may advertise there; and the owner's own may ask to be left alone.
        let undecided = open.is_some() || (fact.kind == Kind::Marketing && offered.is_none());
        if undecided || fact.kind == Kind::Transactional || !written_to.is_empty() {
            let (header, message_id, subject) = (header.to_vec(), shown_id, folded);
            self.pending = Some(Pending { header, fact, open, decision, message_id, subject, written_to });
            return Ok(Want::Body);
        }
        self.keep(fact, decision, shown_id);
        Ok(Want::Nothing)
    }

    /// What the first From field says; where it names nobody, the Sender field.
    fn from(&mut self, fields: &Fields<'_>) -> Result<From, Unusable> {
        let named = [FieldName::FROM, FieldName::SENDER].into_iter().filter_map(|name| fields.first(name));
        for raw in named.filter(|raw| !raw.is_empty()) {
            if let Some(known) = self.froms.get(raw) {
                return Ok(known.clone());
            }
            let Some(written) = author(raw) else { continue };
            // Who stands behind a relay's address, other fields may say: such a value means nothing by itself.
            if self.lens.senders.is_relayed(&written.address) {
                let original = self.lens.senders.behind_relay(&written, fields);
                return Ok(self.read_from(&written, original.as_ref()));
            }
            let from = self.read_from(&written, None);
            self.froms.insert(raw.into(), from.clone());
            return Ok(from);
        }
        Err(Unusable::NoFrom)
    }

    /// What an author means: who wrote is the `original` behind a relay; what the receiver could verify, and who
    /// the owner is, goes by the address that stands there, for the relay vouches for nobody but itself.
    fn read_from(&mut self, written: &Mailbox, original: Option<&Mailbox>) -> From {
        let author = original.unwrap_or(written);
        let organisation = self.lens.senders.organisation(&author.address);
        let name = author.name.as_ref().or(written.name.as_ref());
        From {
            sender: self.names.senders.number(&organisation.name),
            address: self.names.addresses.number(&author.address),
            name: name.map(|name| self.names.display.number(name)),
            domain: domain_of(&written.address).map(Into::into),
            owner: self.lens.owners.hold(&canonical(&written.address)),
            free_mail: domain_of(&author.address)
                .is_some_and(|domain| self.lens.senders.is_free_mail(domain)),
            no_reply: is_no_reply(&author.address),
        }
    }

    fn note_offers(&mut self, fact: &Fact, offered: Option<&Unsubscribe>) {
        self.note_links(fact, offered);
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
    fn note_links(&mut self, fact: &Fact, offered: Option<&Unsubscribe>) {
        if fact.traits.has(Traits::SPAM) {
            return;
        }
        for host in offered.into_iter().flat_map(|offered| &offered.hosts) {
            let domain = registrable(host);
            if domain == self.names.senders.text(fact.sender) {
                continue;
            }
            let link = OptOutLink { sender: fact.sender, domain: hash(&[domain.as_bytes()]) };
            if self.links.insert(link) {
                self.batch.links.push(link);
            }
        }
    }

    /// Notes what the owner wrote; returns the organisations that it went to.
    fn note_own(&mut self, fields: &Fields<'_>, fact: &Fact, subject: &str, message_id: &str) -> Vec<String> {
        let Some(time) = fact.time else { return Vec::new() };
        let writer: Cow<'_, str> = match self.lens.owners.name() {
            Some(owner) => owner.into(),
            None => canonical(self.names.addresses.text(fact.from)).into(),
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
            answers: answers.map(|id| hash(&[b"id", id])),
            message_id: message_id.to_string(),
        });
        to.iter().map(|address| self.lens.senders.organisation(address).name).collect()
    }

    fn note_detail(&mut self, offset: u64, subject: &str, from: AddressId, message_id: &str) {
        if self.lens.with_details {
            let mailbox = self.mailbox_id();
            self.batch.details.push(Detail {
                mailbox,
                offset,
                subject: subject.to_string(),
                from: self.names.addresses.text(from).to_string(),
                message_id: message_id.to_string(),
            });
        }
    }

    fn keep(&mut self, fact: Fact, decision: Decision, message_id: String) {
        self.batch.read = self.batch.read.saturating_add(1);
        let counts = !fact.traits.has(Traits::NO_MAIL)
            && !fact.traits.has(Traits::UNVERIFIED)
            && !fact.traits.has(Traits::OWN);
        if let (true, Some(evidence), Some(time)) = (counts, decision.evidence, fact.time) {
            let (sender, customer, from, list) = (fact.sender, fact.customer, fact.from, fact.list);
            self.batch.signs.push(Sign { evidence, time, sender, customer, from, list, message_id });
        }
        self.batch.facts.push(Fact { rule: decision.rule, kind: decision.kind, ..fact });
    }

    fn skip(&mut self, offset: u64, reason: Unusable) {
        self.batch.read = self.batch.read.saturating_add(1);
        let mailbox = self.mailbox_id();
        self.batch.skips.push(Skip { mailbox, offset, reason });
        if self.lens.with_details {
            let (subject, from, message_id) = Default::default();
            self.batch.details.push(Detail { mailbox, offset, subject, from, message_id });
        }
    }

    fn mailbox_id(&mut self) -> MailboxId {
        let (names, path) = (&mut self.names.mailboxes, &self.mailbox);
        *self.mailbox_id.get_or_insert_with(|| names.number(&path.to_string_lossy()))
    }
}

impl Sink for FactReader<'_> {
    fn begin(&mut self) {
        self.begun = self.batch.mark();
    }

    fn turn_to(&mut self, place: &Place<'_>) {
        self.batch.mailboxes = self.batch.mailboxes.saturating_add(1);
        self.mailbox = place.path.to_path_buf();
        self.mailbox_id = None;
        self.marks = place.marks;
        if self.folder != place.folder {
            self.folder = place.folder.to_path_buf();
            self.folder_state = self.lens.labels.folder_state(place.folder);
        }
    }

    fn remark(&mut self, remark: Remark) {
        if matches!(remark, Remark::Failed(_)) {
            self.batch.cut_back(&self.begun);
            self.pending = None;
            // What was forgotten may come again.
            self.links.clear();
        }
        self.batch.remarks.push(remark);
    }

    fn message(&mut self, message: RawMessage<'_>) -> Want {
        // One message that defeats a parser is skipped and counted; the night goes on.
        let outcome =
            catch_unwind(AssertUnwindSafe(|| self.read(message))).unwrap_or(Err(Unusable::Unreadable));
        outcome.unwrap_or_else(|reason| {
            self.skip(message.offset, reason);
            Want::Nothing
        })
    }

    fn body(&mut self, body: &[u8]) {
        let Some(pending) = self.pending.take() else { return };
        let text = BodyText::read(&pending.header, body);
        let rules = &self.lens.rules;
        if !pending.written_to.is_empty() {
            let asks = rules.asks_to_stop(&format!("{}\n{}", pending.subject, text.own_words));
            if let Some(mail) = self.batch.own.last_mut().filter(|_| asks) {
                mail.asks = pending.written_to;
            }
            self.keep(pending.fact, pending.decision, pending.message_id);
            return;
        }
        let decision = pending.open.map_or(pending.decision, |open| rules.judge_body(open, &text));
        let about_a_list = decision.evidence.is_some_and(|evidence| evidence != Evidence::Purchase);
        let mixed = decision.kind == Kind::Transactional
            && !about_a_list
            && rules.advertises(&pending.subject, &text);
        let traits = pending.fact.traits.set(Traits::MIXED, mixed);
        let way_out = match pending.fact.way_out {
            WayOut::Absent if text.has_link && rules.offers_way_out(&text) => WayOut::Body,
            known => known,
        };
        self.keep(Fact { way_out, traits, ..pending.fact }, decision, pending.message_id);
    }

    fn unusable(&mut self, offset: u64, reason: Unusable) {
        self.skip(offset, reason);
    }
}

/// The first mailbox of a From value, or all of its text where it holds none; `None` where it names nobody.
fn author(raw: &[u8]) -> Option<Mailbox> {
    let found = mailboxes(raw).into_iter().next();
    let written = found.unwrap_or_else(|| Mailbox { name: None, address: text(raw) });
    let address = normal_address(&written.address);
    let named = !address.is_empty() && address != "<>";
    named.then(|| Mailbox { name: written.name.filter(|name| !name.is_empty()), address })
}

/// What the subject and the fields of a thread show.
fn seen_in_subject(fields: &Fields<'_>, subject: &str, folded: &str) -> Seen {
    let reply_prefix = has_reply_prefix(folded);
    let threaded =
        [FieldName::IN_REPLY_TO, FieldName::REFERENCES].into_iter().any(|name| fields.first(name).is_some());
    Seen {
        reply_prefix,
        reply: reply_prefix || threaded,
        forwarded: has_forward_prefix(folded),
        identifier: has_identifier(subject),
        ..Seen::default()
    }
}

/// Whether an answer would go to an address that nobody reads.
fn answers_nobody(fields: &Fields<'_>, from: &From) -> bool {
    let reply_to = fields.first(FieldName::REPLY_TO).and_then(|raw| mailboxes(raw).into_iter().next());
    reply_to.map_or(from.no_reply, |mailbox| is_no_reply(&mailbox.address))
}

/// The header with LF line ends where it has bare CR ones.
fn with_line_feeds(header: &[u8]) -> Cow<'_, [u8]> {
    let first = memchr::memchr2(b'\r', b'\n', header);
    match first.map(|at| &header[at..]) {
        Some([b'\r', b'\n', ..] | [b'\n', ..] | [b'\r', b'\r', b'\n', ..]) | None => header.into(),
        Some(_) => {
            let mut lines = header.to_vec();
            lines.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
            lines.into()
        }
    }
}

/// The same for copies of a message: its Message-ID, else From, Date, Subject and To together.
fn identity(fields: &Fields<'_>, message_id: Option<&[u8]>) -> u64 {
    if let Some(id) = message_id {
        return hash(&[b"id", id]);
    }
    let value = |name| -> Vec<u8> {
        let raw = fields.first(name).unwrap_or(b"");
        raw.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect()
    };
    let [from, date, subject, to] =
        [FieldName::FROM, FieldName::DATE, FieldName::SUBJECT, FieldName::TO].map(value);
    hash(&[b"fields", &from, &date, &subject, &to])
}

/// Subjects are compared without case and surrounding blanks.
fn subject_hash(subject: &str) -> u64 {
    hash(&[subject.trim().to_lowercase().as_bytes()])
}

fn traits(state: State, own: bool, authenticity: Authenticity, seen: &Seen) -> Traits {
    Traits::default()
        .set(Traits::OWN, own)
        .set(Traits::NO_MAIL, state.no_mail)
        .set(Traits::SPAM, state.spam)
        .set(Traits::UNVERIFIED, authenticity == Authenticity::Unverified)
        .set(Traits::READ_KNOWN, state.read.is_some())
        .set(Traits::READ, state.read == Some(true))
        .set(Traits::DELETED_KNOWN, state.deleted.is_some())
        .set(Traits::DELETED, state.deleted == Some(true))
        .set(Traits::REPLY, seen.reply)
}
