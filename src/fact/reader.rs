//! Reads messages into facts.

mod notes;

use super::authentication::{Authenticity, authenticity};
use super::author::Authors;
use super::batch::{Batch, ConsentSign, Detail, Mark, OptOutLink, Skip, hash, id_hash, shown};
use super::field_cache::FieldCache;
use super::lens::Lens;
use super::names::NewNames;
use super::received::received_at;
use super::record::Record;
use super::state::{MailState, state_by};
use super::unsubscribe::{Unsubscribe, WayOut, WaysOut, list_unsubscribe, unsubscribe};
use super::{Fact, MailboxId, Names, Traits, own_words};
use crate::classify::{
    BodyText, Decision, Evidence, FoldedText, Kind, Open, Rules, Seen, has_code, has_forward_prefix,
    has_identifier, has_reply_prefix, text_of_a_letter,
};
use crate::error::caught;
use crate::mailbox::{Marks, Place, RawMessage, Remark, Sink, Unusable, Want};
use crate::message::decode::{bracketed, plain_text};
use crate::message::header::{FieldName, Fields, Spans};
use crate::time::parse_date;
use memchr::memmem::Finder;
use notes::answered;
use std::borrow::Cow;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Turns the messages of a mailbox into a batch of facts.
pub struct FactReader<'a> {
    lens: &'a Lens,
    /// The mailbox at hand, and its number once a message's place was kept.
    mailbox: PathBuf,
    mailbox_id: Option<MailboxId>,
    /// The folder at hand, and what its name says of all messages in it.
    folder: PathBuf,
    folder_state: MailState,
    marks: Marks,
    /// How far the batch had come where what stands or falls together began.
    begun: Mark,
    spans: Spans,
    /// The subject at hand, and other texts.
    subject: FoldedText,
    text: FoldedText,
    /// What the header at hand says of its body's form.
    mime: Vec<u8>,
    authors: Authors,
    field_cache: FieldCache,
    pending: Option<Pending>,
    /// Those that the batch holds already.
    links: HashSet<OptOutLink>,
    /// Of the message at hand.
    record: Record,
    names: Names,
    batch: Batch,
}

/// A message that waits for its body.
struct Pending {
    fact: Fact,
    open: Option<Open>,
    decision: Decision,
    message_id: Option<Vec<u8>>,
    /// Whether the owner wrote it, to somebody.
    by_owner: bool,
    /// The subject, where the owner chose it.
    own_subject: Option<String>,
    /// What the header shows.
    seen: Seen,
    /// Whether it names a message that it answers.
    answers: bool,
}

impl<'a> FactReader<'a> {
    /// A reader without a mailbox yet.
    pub fn new(lens: &'a Lens) -> Self {
        Self {
            lens,
            mailbox: PathBuf::new(),
            mailbox_id: None,
            folder: PathBuf::new(),
            folder_state: MailState::default(),
            marks: Marks::default(),
            begun: Mark::default(),
            spans: Spans::default(),
            subject: FoldedText::default(),
            text: FoldedText::default(),
            mime: Vec::new(),
            authors: Authors::default(),
            field_cache: FieldCache::default(),
            pending: None,
            links: HashSet::new(),
            record: Record::default(),
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

    /// Turns to a file of facts, which counts as a mailbox.
    pub fn turn_to_facts(&mut self) {
        self.batch.mailboxes = self.batch.mailboxes.saturating_add(1);
        self.pending = None;
    }

    /// What was read, and its names: facts that are read from a file go there as they are.
    pub fn store(&mut self) -> (&mut Batch, &mut Names) {
        (&mut self.batch, &mut self.names)
    }

    /// The From address of the first message read.
    pub(super) fn first_address(&self) -> Option<String> {
        let fact = self.batch.facts.first()?;
        Some(self.names.text(fact.from).to_string())
    }

    fn read(&mut self, message: RawMessage<'_>) -> Result<Want, Unusable> {
        let header = with_line_feeds(message.header);
        let mut spans = std::mem::take(&mut self.spans);
        let fields = match message.fields {
            [] => spans.scan(&self.lens.vocabulary, &header),
            starts => spans.pick(&self.lens.vocabulary, &header, starts),
        };
        let outcome = self.facts(&fields, message);
        self.spans = spans;
        outcome
    }

    fn facts(&mut self, fields: &Fields<'_>, message: RawMessage<'_>) -> Result<Want, Unusable> {
        let lens = self.lens;
        self.begin_record(fields, &message);
        let author = self.authors.author(fields, lens, &mut self.names)?;
        let authenticity = authenticity(fields, author.domain.as_deref(), &lens.senders);
        let (state, own) = self.state(fields, author.owner && authenticity != Authenticity::Unverified);
        let listed = list_unsubscribe(fields);
        let offered = listed.as_ref().and_then(|text| unsubscribe(text, fields));
        let subject = fields.first(FieldName::SUBJECT).map(plain_text).unwrap_or_default();
        let heard = lens.rules.hear_subject(&subject, &mut self.subject);
        let seen = Seen {
            verified: authenticity == Authenticity::Verified,
            free_mail: author.free_mail,
            no_reply: author.no_reply,
            ..seen_in_header(fields, &subject, self.subject.text(), offered.as_ref())
        };
        let (decision, open) = lens.rules.so_far(if own || state.no_mail {
            lens.rules.undecided()
        } else {
            lens.rules.judge_header(fields, heard, &seen)
        });
        let message_id = fields.first(FieldName::MESSAGE_ID).map(bracketed).filter(|id| !id.is_empty());
        let id = message_id.map(id_hash);
        let no_reply = self.field_cache.answers_nobody(fields).unwrap_or(author.no_reply);
        let (way_out, leads_to) =
            offered.as_ref().map_or((WayOut::Absent, 0), |offered| (offered.way_out, offered.leads_to));
        let fact = Fact {
            identity: identity(fields, id),
            message_id: id.unwrap_or(0),
            order: self.batch.read,
            time: received_at(fields, message.from_line, self.marks.delivered, lens.now),
            sender: author.sender,
            customer: self.field_cache.customer(fields, lens, &mut self.names),
            from: author.address,
            name: author.name,
            list: self.field_cache.list(fields, &mut self.names),
            rule: decision.rule,
            kind: decision.kind,
            way_out,
            leads_to,
            template: 0,
            answers: answered(fields).map_or(0, |id| short_hash(id_hash(id))),
            traits: traits(state, own, authenticity, &seen).with(Traits::NO_REPLY, no_reply),
        };
        let ways_out = listed.as_deref().filter(|_| lens.with_ways_out).and_then(WaysOut::of).map(Box::new);
        self.note_detail(message.offset, &subject, fact.from, message_id, ways_out);
        let by_owner = own && self.note_own(fields, &fact, &subject, &seen, &shown(message_id));
        if !own && authenticity != Authenticity::Unverified {
            self.note_offers(&author, &fact, offered.as_ref());
        }
        let own_subject = (by_owner && !seen.reply_prefix && !seen.forwarded).then(|| subject.to_string());
        let answers = fields.first(FieldName::IN_REPLY_TO).is_some();
        if !by_owner && !needs_body(&fact, open, offered.is_some()) {
            self.keep(fact, decision, message_id);
            return Ok(Want::Nothing);
        }
        note_mime(fields, &mut self.mime);
        let message_id = message_id.map(<[u8]>::to_vec);
        self.pending =
            Some(Pending { fact, open, decision, message_id, by_owner, own_subject, seen, answers });
        Ok(Want::Body)
    }

    /// The state of a message, and whether it is the owner's own.
    fn state(&mut self, fields: &Fields<'_>, by_owner: bool) -> (MailState, bool) {
        let lens = self.lens;
        let state = state_by(fields, self.folder_state, |labels| self.field_cache.labels(labels, lens));
        let state = state.marked(&self.marks);
        let own = state.sent || by_owner;
        (MailState { no_mail: state.no_mail || (own && state.draft_mark), ..state }, own)
    }

    fn keep(&mut self, fact: Fact, decision: Decision, message_id: Option<&[u8]>) {
        self.batch.read = self.batch.read.saturating_add(1);
        let counts = !fact.traits.contains(Traits::NO_MAIL)
            && !fact.traits.contains(Traits::UNVERIFIED)
            && !fact.traits.contains(Traits::OWN);
        if self.lens.with_records {
            self.record.evidence = decision.evidence.filter(|_| counts);
            self.batch.records.push(std::mem::take(&mut self.record));
        }
        if let (true, Some(evidence), Some(time)) = (counts, decision.evidence, fact.time) {
            let (sender, customer, from, list) = (fact.sender, fact.customer, fact.from, fact.list);
            let message_id = shown(message_id);
            self.batch.signs.push(ConsentSign { evidence, time, sender, customer, from, list, message_id });
        }
        let about_a_subscription = decision.evidence.is_some_and(|evidence| evidence != Evidence::Purchase)
            || self.lens.rules.is_about_a_subscription(decision.rule);
        let traits = fact.traits.with(Traits::SUBSCRIPTION, about_a_subscription);
        self.batch.facts.push(Fact { rule: decision.rule, kind: decision.kind, traits, ..fact });
    }

    fn skip(&mut self, offset: u64, reason: Unusable) {
        self.batch.read = self.batch.read.saturating_add(1);
        let mailbox = self.mailbox_id();
        self.batch.skips.push(Skip { mailbox, offset, reason });
        if self.lens.with_records {
            self.batch.records.push(Record::default());
        }
        if self.lens.with_details {
            let (subject, from, message_id, ways_out, signs) = Default::default();
            self.batch.details.push(Detail { mailbox, offset, subject, from, message_id, ways_out, signs });
        }
    }

    fn mailbox_id(&mut self) -> MailboxId {
        let (names, path) = (&mut self.names, &self.mailbox);
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
        let outcome = caught(|| self.read(message)).unwrap_or(Err(Unusable::Unreadable));
        outcome.unwrap_or_else(|reason| {
            self.skip(message.offset, reason);
            Want::Nothing
        })
    }

    fn body(&mut self, body: &[u8]) {
        let Some(pending) = self.pending.take() else { return };
        let message_id = pending.message_id.as_deref();
        let rules = &self.lens.rules;
        if pending.by_owner {
            let letter = text_of_a_letter(&self.mime, body);
            let asks = own_words::ask_to_stop(pending.own_subject.as_deref(), &letter);
            if let Some(mail) = self.batch.own.last_mut().filter(|_| pending.fact.time.is_some()) {
                mail.asks = asks;
            }
            if let Some(written) = &mut self.record.written {
                written.asks = asks;
            }
            self.keep(pending.fact, pending.decision, message_id);
            return;
        }
        let raw = body;
        let seek_way_out = pending.fact.way_out == WayOut::Absent;
        let body = rules.read_body(&self.mime, body, pending.open, seek_way_out, &mut self.text);
        let decision = match pending.open {
            Some(open) => rules.judge_body(open, &body),
            None => pending.decision,
        };
        let proves_nothing = match decision.evidence {
            Some(Evidence::Unsubscribed) => {
                own_words::is_of_another_channel(self.subject.text(), self.text.text())
            }
            // Bulk mail without the number of a deal in its subject.
            Some(Evidence::Purchase) => pending.seen.unsubscribable && !pending.seen.identifier,
            _ => false,
        };
        if let (Some(open), Some(detail)) = (pending.open, self.batch.details.last_mut())
            && self.lens.with_signs
            && rules.is_by_signs(decision.rule)
        {
            detail.signs = rules.signs_in(open, &body);
        }
        let about_a_list = decision.evidence.is_some_and(|evidence| evidence != Evidence::Purchase);
        let mixed = decision.kind == Kind::Transactional
            && !about_a_list
            && (rules.advertises(&body) || rules.subject_advertises(self.subject.text(), &mut self.text));
        let shown = marks(&pending, decision, &body, rules, || has_document(&self.mime, raw));
        let traits = shown.with(Traits::MIXED, mixed);
        let way_out = match pending.fact.way_out {
            WayOut::Absent if body.has_link && rules.offers_way_out(&body) => WayOut::Body,
            known => known,
        };
        let evidence = decision.evidence.filter(|_| !proves_nothing);
        let decision = Decision { evidence, ..decision };
        self.keep(Fact { way_out, traits, template: body.template, ..pending.fact }, decision, message_id);
    }

    fn unusable(&mut self, offset: u64, reason: Unusable) {
        self.skip(offset, reason);
    }
}

/// Whether the body is needed: where it may decide the kind. A message without a valid `List-Unsubscribe` may also
/// name its way out in the text, and one that belongs to a deal may advertise there.
fn needs_body(fact: &Fact, open: Option<Open>, offered: bool) -> bool {
    open.is_some() || (fact.kind == Kind::Marketing && !offered) || fact.kind == Kind::Transactional
}

/// What a message shows that its stream is judged by, beside what is known of it.
fn marks(
    pending: &Pending,
    decision: Decision,
    body: &BodyText,
    rules: &Rules,
    has_document: impl FnOnce() -> bool,
) -> Traits {
    let numbered = pending.seen.identifier || rules.names_a_deal(body);
    let undecided = pending.open.filter(|_| rules.is_undecided(decision.rule));
    let leans = undecided.is_some_and(|open| rules.leans_to_marketing(open, body));
    let marked = numbered || pending.seen.code_number || pending.answers || body.has_invitation;
    let deal = decision.kind == Kind::Transactional;
    let traits = pending.fact.traits.with(Traits::NUMBERED, numbered && deal);
    traits.with(Traits::LEANS_TO_MARKETING, leans).with(Traits::MARKED, leans && (marked || has_document()))
}

/// Half of a hash, for facts that compare it within one stream.
pub(crate) fn short_hash(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default().max(1)
}

/// Whether a part is a document or an appointment: bills and tickets have them, advertisements don't.
fn has_document(mime: &[u8], body: &[u8]) -> bool {
    const MARKS: [&str; 2] = ["application/pdf", "text/calendar"];
    static FINDERS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| MARKS.map(Finder::new));
    [mime, body].iter().any(|text| FINDERS.iter().any(|mark| mark.find(text).is_some()))
}

/// Notes the fields that say of what form the body is.
fn note_mime(fields: &Fields<'_>, mime: &mut Vec<u8>) {
    mime.clear();
    let names = [
        (FieldName::CONTENT_TYPE, "Content-Type"),
        (FieldName::CONTENT_TRANSFER_ENCODING, "Content-Transfer-Encoding"),
    ];
    for (number, name) in names {
        for value in fields.all(number) {
            for bytes in [name.as_bytes(), b": ", value, b"\n"] {
                mime.extend_from_slice(bytes);
            }
        }
    }
}

/// What the subject, the fields of a thread and the ways out show.
fn seen_in_header(
    fields: &Fields<'_>,
    subject: &str,
    folded: &str,
    offered: Option<&Unsubscribe<'_>>,
) -> Seen {
    let reply_prefix = has_reply_prefix(folded);
    let threaded =
        [FieldName::IN_REPLY_TO, FieldName::REFERENCES].into_iter().any(|name| fields.first(name).is_some());
    Seen {
        reply_prefix,
        reply: reply_prefix || threaded,
        forwarded: has_forward_prefix(folded),
        identifier: has_identifier(subject),
        unsubscribable: offered.is_some(),
        one_click: offered.is_some_and(|offered| offered.way_out == WayOut::OneClick),
        code_number: has_code(subject),
        ..Seen::default()
    }
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

/// The same for copies of a message: its Message-ID and its Date, for some list programs give every mailing one
/// Message-ID; without a Message-ID From, Date, Subject and To together. A program that saves a message may write its
/// Date anew: the instant counts.
fn identity(fields: &Fields<'_>, message_id: Option<u64>) -> u64 {
    let value = |name| -> Cow<'_, [u8]> {
        let raw = fields.first(name).unwrap_or(b"");
        if memchr::memchr2(b'\r', b'\n', raw).is_none() {
            return raw.into();
        }
        raw.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect()
    };
    if let Some(id) = message_id {
        let date = value(FieldName::DATE);
        return match parse_date(&date) {
            // The id is mixed already: a second hash would only cost time.
            Some(sent) => id.wrapping_add(sent.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            None => hash(&[b"id", &id.to_le_bytes(), &date]),
        };
    }
    let [from, date, subject, to] =
        [FieldName::FROM, FieldName::DATE, FieldName::SUBJECT, FieldName::TO].map(value);
    hash(&[b"fields", &from, &date, &subject, &to])
}

fn traits(state: MailState, own: bool, authenticity: Authenticity, seen: &Seen) -> Traits {
    Traits::default()
        .with(Traits::OWN, own)
        .with(Traits::NO_MAIL, state.no_mail)
        .with(Traits::SPAM, state.spam)
        .with(Traits::UNVERIFIED, authenticity == Authenticity::Unverified)
        .with(Traits::READ_KNOWN, state.read.is_some())
        .with(Traits::READ, state.read == Some(true))
        .with(Traits::DELETED_KNOWN, state.deleted.is_some())
        .with(Traits::DELETED, state.deleted == Some(true))
        .with(Traits::REPLY, seen.reply)
}
