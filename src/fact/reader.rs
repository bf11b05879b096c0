//! Reads messages into facts.

mod body;
mod header;
mod keep;
mod notes;
mod sink;
mod unwrap;

use super::authentication::{Authenticity, authenticity};
use super::author::Authors;
use super::batch::{Batch, BatchMark, MessagePiece, OptOutLink, id_hash, short_hash, shown};
use super::field_cache::FieldCache;
use super::journal;
use super::received::received_at;
use super::record::MessageRecord;
use super::settings::ReadingSettings;
use super::state::{MailState, state_by};
use super::unsubscribe::{WayOut, WaysOut, list_unsubscribe, unsubscribe};
use super::{CustomerId, Fact, MailboxId, NameTable, Traits};
use crate::classify::{Decision, FoldedText, Open, Seen};
use crate::mailbox::{BodyRequest, RawMessage, StoredState, Unusable};
use crate::message::decode::{bracketed, plain_text};
use crate::message::header::{FieldName, Fields, Spans};
use body::{needs_body, note_mime};
use header::{header_signals, identity, traits, with_line_feeds};
use notes::answered;
use std::collections::HashSet;
use std::path::PathBuf;
use unwrap::{OpenReport, PossibleReport};

/// Turns the messages of a mailbox into a batch of facts.
pub struct FactReader<'a> {
    settings: &'a ReadingSettings,
    place: Place,
    /// The number of the mailbox at hand, once a message's place was kept.
    mailbox_id: Option<MailboxId>,
    /// The length of the batch where the current file began, which is kept or discarded as a whole; `None`: its beginning was handed on.
    begun: Option<BatchMark>,
    /// Whether what was handed on failed later.
    revokes: bool,
    spans: Spans,
    /// The subject at hand, and other texts.
    subject: FoldedText,
    text: FoldedText,
    /// The form of the body by the current header.
    mime: Vec<u8>,
    authors: Authors,
    field_cache: FieldCache,
    pending: Option<PendingMessage>,
    /// The journal report that is being read.
    report: Option<OpenReport<'a>>,
    /// Of a message that was taken out of a journal report.
    envelope: Option<Envelope>,
    /// Further customers of the message at hand, besides the one of its fact.
    further: Vec<CustomerId>,
    /// Those that are in the batch already.
    links: HashSet<OptOutLink>,
    /// Of the message at hand.
    record: MessageRecord,
    names: NameTable,
    batch: Batch,
}

/// The mailbox at hand.
#[derive(Debug, Clone, Default)]
pub struct Place {
    mailbox: PathBuf,
    /// The current folder, and the state of its messages by its name.
    folder: PathBuf,
    folder_state: MailState,
    stored_state: StoredState,
}

/// A message that waits for its body.
struct PendingMessage {
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
    waiting: PendingDetails,
}

/// What else is known of a message that waits for its body.
struct PendingDetails {
    /// Whether it names a message that it answers.
    answers: bool,
    /// Whether the body is needed for it; else only a journal report may be in it.
    needs_body: bool,
    /// Where it may be a journal report.
    suspect: Option<PossibleReport>,
}

/// What a journal report records about its message.
struct Envelope {
    recipients: Vec<CustomerId>,
    /// Whether the report itself could not be verified.
    is_doubtful: bool,
    spam: bool,
    no_mail: bool,
}

impl<'a> FactReader<'a> {
    /// A reader without a mailbox yet.
    pub fn new(settings: &'a ReadingSettings) -> Self {
        Self::at(Place::default(), settings)
    }

    /// A reader in the middle of a mailbox.
    pub fn at(place: Place, settings: &'a ReadingSettings) -> Self {
        Self {
            settings,
            place,
            mailbox_id: None,
            begun: Some(BatchMark::default()),
            revokes: false,
            spans: Spans::default(),
            subject: FoldedText::default(),
            text: FoldedText::default(),
            mime: Vec::new(),
            authors: Authors::default(),
            field_cache: FieldCache::default(),
            pending: None,
            report: None,
            envelope: None,
            further: Vec::new(),
            links: HashSet::new(),
            record: MessageRecord::default(),
            names: NameTable::default(),
            batch: Batch::default(),
        }
    }

    /// What came since the last call, in the middle of a file or at its end.
    pub fn take(&mut self) -> MessagePiece {
        self.pending = None;
        self.report = None;
        self.links.clear();
        self.mailbox_id = None;
        MessagePiece {
            batch: std::mem::take(&mut self.batch),
            names: std::mem::take(&mut self.names),
            begun: self.begun.take(),
            revokes: std::mem::take(&mut self.revokes),
        }
    }

    /// The mailbox at hand, for readers of parts of it.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Takes in everything that a reader of the next part gave.
    pub fn join(&mut self, part: MessagePiece) {
        self.batch.append(part.batch, &mut part.names.into(), &mut self.names);
    }

    /// How many messages came since the last call.
    pub fn messages(&self) -> u32 {
        self.batch.read
    }

    /// Turns to a file of facts, which counts as a mailbox.
    pub fn start_facts(&mut self) {
        self.batch.mailboxes = self.batch.mailboxes.saturating_add(1);
        self.pending = None;
        self.report = None;
    }

    /// What was read, and its names: facts that are read from a file go there as they are.
    pub fn store(&mut self) -> (&mut Batch, &mut NameTable) {
        (&mut self.batch, &mut self.names)
    }

    /// The From address of the first message read.
    pub(super) fn first_address(&self) -> Option<String> {
        let fact = self.batch.facts.first()?;
        Some(self.names.text(fact.from).to_string())
    }

    fn read(&mut self, message: RawMessage<'_>) -> Result<BodyRequest, Unusable> {
        let header = with_line_feeds(message.header);
        let mut spans = std::mem::take(&mut self.spans);
        let fields = match message.fields {
            [] => spans.scan(self.settings.rules.vocabulary(), &header),
            starts => spans.pick(self.settings.rules.vocabulary(), &header, starts),
        };
        let outcome = self.facts(&fields, message);
        self.spans = spans;
        outcome
    }

    fn facts(&mut self, fields: &Fields<'_>, message: RawMessage<'_>) -> Result<BodyRequest, Unusable> {
        let settings = self.settings;
        let before = self.batch.mark();
        self.begin_record(fields, &message);
        let author = self.authors.author(fields, settings)?;
        let authenticity = self.authenticity(fields, author.domain.as_deref());
        let (state, own) = self.state(fields, author.owner && authenticity != Authenticity::Unverified);
        let listed = list_unsubscribe(fields);
        let offered = listed.as_ref().and_then(|text| unsubscribe(text, fields));
        let subject = fields.first(FieldName::SUBJECT).map(plain_text).unwrap_or_default();
        let subject_signals = settings.rules.hear_subject(&subject, &mut self.subject);
        let seen = Seen {
            verified: authenticity == Authenticity::Verified,
            free_mail: author.free_mail,
            no_reply: author.no_reply,
            ..header_signals(fields, &subject, self.subject.text(), offered.as_ref())
        };
        let (rules, nobodys) = (&settings.rules, own || state.no_mail);
        let decided =
            if nobodys { rules.undecided() } else { rules.judge_header(fields, subject_signals, &seen) };
        let (decision, open) = rules.so_far(decided);
        let message_id = fields.first(FieldName::MESSAGE_ID).map(bracketed).filter(|id| !id.is_empty());
        let id = message_id.map(id_hash);
        let no_reply = self.field_cache.has_no_reply_address(fields).unwrap_or(author.no_reply);
        let (way_out, leads_to) =
            offered.as_ref().map_or((WayOut::Absent, 0), |offered| (offered.way_out, offered.leads_to));
        let fact = Fact {
            identity: identity(fields, id),
            message_id: id.unwrap_or(0),
            order: self.batch.read,
            time: received_at(fields, message.from_line, self.place.stored_state.delivered, settings.now),
            sender: self.names.number(&author.sender),
            customer: self.customers(fields),
            from: self.names.number(&author.address),
            name: author.name.as_deref().map(|name| self.names.number(name)),
            list: self.field_cache.list(fields).map(|list| self.names.number(&list)),
            rule: decision.rule,
            kind: decision.kind,
            way_out,
            leads_to,
            template: 0,
            answers: answered(fields).map_or(0, |id| short_hash(id_hash(id))),
            traits: traits(state, own, authenticity, &seen).with(Traits::NO_REPLY, no_reply),
        };
        let ways_out =
            listed.as_deref().filter(|_| settings.with_ways_out).and_then(WaysOut::of).map(Box::new);
        self.note_detail(message.offset, &subject, fact.from, message_id, ways_out);
        let by_owner = own && self.note_own(fields, &fact, &subject, &seen, &shown(message_id));
        if !own && authenticity != Authenticity::Unverified {
            self.note_links(&author, &fact, offered.as_ref());
            self.note_offers(&fact, offered.as_ref());
        }
        let own_subject = (by_owner && !seen.reply_prefix && !seen.forwarded).then(|| subject.to_string());
        let answers = fields.first(FieldName::IN_REPLY_TO).is_some();
        let needs_body = by_owner || needs_body(&fact, open, offered.is_some());
        let suspect = self.suspect(fields, &message, before);
        let waiting = PendingDetails { answers, needs_body, suspect };
        let pending =
            PendingMessage { fact, open, decision, message_id: None, by_owner, own_subject, seen, waiting };
        Ok(self.settle(fields, message_id, pending))
    }

    /// Keeps a message whose header is enough; any other waits for its body.
    fn settle(
        &mut self,
        fields: &Fields<'_>,
        message_id: Option<&[u8]>,
        pending: PendingMessage,
    ) -> BodyRequest {
        if !pending.waiting.needs_body && pending.waiting.suspect.is_none() {
            self.keep(pending.fact, pending.decision, message_id);
            return BodyRequest::Nothing;
        }
        note_mime(fields, &mut self.mime);
        self.pending = Some(PendingMessage { message_id: message_id.map(<[u8]>::to_vec), ..pending });
        BodyRequest::Body
    }

    fn authenticity(&self, fields: &Fields<'_>, domain: Option<&str>) -> Authenticity {
        match &self.envelope {
            Some(Envelope { is_doubtful: true, .. }) => Authenticity::Unverified,
            _ => authenticity(fields, domain, &self.settings.senders),
        }
    }

    /// The customer of a message; the further ones are noted.
    fn customers(&mut self, fields: &Fields<'_>) -> CustomerId {
        self.further.clear();
        let mut recipients = self.envelope.as_mut().map(|envelope| std::mem::take(&mut envelope.recipients));
        if recipients.is_none() {
            let named = journal::recipients(fields, &self.settings.owners);
            recipients = Some(named.iter().map(|address| self.names.number(address)).collect());
        }
        match recipients.as_deref().and_then(<[CustomerId]>::split_first) {
            Some((first, further)) => {
                self.further.extend_from_slice(further);
                *first
            }
            None => self.names.number(&self.field_cache.customer(fields, &self.settings.owners)),
        }
    }

    /// Whether a message may be a journal report. One inside a report was checked already.
    fn suspect(
        &self,
        fields: &Fields<'_>,
        message: &RawMessage<'_>,
        before: BatchMark,
    ) -> Option<PossibleReport> {
        let claim = self.envelope.is_none().then(|| journal::claim(fields)).flatten()?;
        let is_anonymous = journal::is_anonymous(fields);
        Some(PossibleReport {
            claim,
            offset: message.offset,
            from_line: message.from_line,
            before,
            is_anonymous,
        })
    }

    /// The state of a message, and whether it is the owner's own.
    fn state(&mut self, fields: &Fields<'_>, by_owner: bool) -> (MailState, bool) {
        let settings = self.settings;
        if let Some(envelope) = &self.envelope {
            // The fields of states in it are its sender's, and the archive's own marks say nothing about the recipients.
            let (spam, no_mail) = (envelope.spam, envelope.no_mail);
            return (MailState { spam, no_mail, ..MailState::default() }, by_owner);
        }
        let state =
            state_by(fields, self.place.folder_state, |labels| self.field_cache.labels(labels, settings));
        let state = state.marked(&self.place.stored_state);
        let own = state.sent || by_owner;
        (MailState { no_mail: state.no_mail || (own && state.draft_mark), ..state }, own)
    }
}
