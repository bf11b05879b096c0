//! What the body of a message adds to its fact: a kind that the header left open, a way out, a template.

use super::{FactReader, PendingMessage};
use crate::classify::{BodyText, Decision, Evidence, Kind, Open, Rules, text_of_a_letter};
use crate::fact::unsubscribe::WayOut;
use crate::fact::{Fact, Traits, own_words};
use crate::message::header::{FieldName, Fields};
use memchr::memmem::Finder;
use std::sync::LazyLock;

impl FactReader<'_> {
    /// Takes in the beginning of the body of a message that is not a journal report.
    pub(super) fn ordinary_body(&mut self, body: &[u8]) {
        let Some(pending) = self.pending.take() else { return };
        if !pending.waiting.needs_body {
            self.keep(pending.fact, pending.decision, pending.message_id.as_deref());
            return;
        }
        let message_id = pending.message_id.as_deref();
        let rules = &self.settings.rules;
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
            && self.settings.with_signs
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
}

/// Whether the body is needed: where it may decide the kind. A message without a valid `List-Unsubscribe` may also
/// name its way out in the text, and one that belongs to a deal may advertise there.
pub(super) fn needs_body(fact: &Fact, open: Option<Open>, offered: bool) -> bool {
    open.is_some() || (fact.kind == Kind::Marketing && !offered) || fact.kind == Kind::Transactional
}

/// What a message shows that its stream is judged by, beside what is known of it.
fn marks(
    pending: &PendingMessage,
    decision: Decision,
    body: &BodyText,
    rules: &Rules,
    has_document: impl FnOnce() -> bool,
) -> Traits {
    let numbered = pending.seen.identifier || rules.names_a_deal(body);
    let undecided = pending.open.filter(|_| rules.is_undecided(decision.rule));
    let leans = undecided.is_some_and(|open| rules.leans_to_marketing(open, body));
    let marked = numbered || pending.seen.code_number || pending.waiting.answers || body.has_invitation;
    let deal = decision.kind == Kind::Transactional;
    let traits = pending.fact.traits.with(Traits::NUMBERED, numbered && deal);
    traits.with(Traits::LEANS_TO_MARKETING, leans).with(Traits::MARKED, leans && (marked || has_document()))
}

/// Whether a part is a document or an appointment: bills and tickets have them, advertisements don't.
fn has_document(mime: &[u8], body: &[u8]) -> bool {
    const MARKS: [&str; 2] = ["application/pdf", "text/calendar"];
    static FINDERS: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| MARKS.map(Finder::new));
    [mime, body].iter().any(|text| FINDERS.iter().any(|mark| mark.find(text).is_some()))
}

/// Notes the fields about the form of the body.
pub(super) fn note_mime(fields: &Fields<'_>, mime: &mut Vec<u8>) {
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
