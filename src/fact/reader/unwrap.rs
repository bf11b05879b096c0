//! Journal reports: in place of the report, the message that it is about, to each of its recipients.

use super::{Envelope, FactReader};
use crate::error::caught;
use crate::fact::batch::BatchMark;
use crate::fact::journal::{JournalClaim, OriginalMessage, ReportParser, UnwrapResult};
use crate::fact::{CustomerId, Traits};
use crate::mailbox::{BodyRequest, FromLine, RawMessage, Unusable};

/// What is kept of a message that may be a journal report, until its body has come.
#[derive(Debug)]
pub(super) struct PossibleReport {
    pub claim: JournalClaim,
    pub offset: u64,
    pub from_line: Option<FromLine>,
    /// How far the batch had come before the message.
    pub before: BatchMark,
    /// Exchange itself notes that it comes from outside.
    pub is_anonymous: bool,
}

/// A report that is being read.
pub(super) struct OpenReport<'a> {
    parser: ReportParser<'a>,
    offset: u64,
    from_line: Option<FromLine>,
    before: BatchMark,
    is_anonymous: bool,
    /// The beginning of its body, for if it is ordinary mail after all.
    beginning: Vec<u8>,
}

impl<'a> FactReader<'a> {
    /// Begins to read a report; `false`: it is ordinary mail.
    pub(super) fn begin_report(&mut self, suspect: PossibleReport, body: &[u8]) -> bool {
        let PossibleReport { claim, offset, from_line, before, is_anonymous } = suspect;
        let mut parser = ReportParser::new(self.settings, claim);
        parser.feed(body);
        if !parser.may_be_one() {
            return false;
        }
        self.report =
            Some(OpenReport { parser, offset, from_line, before, is_anonymous, beginning: body.to_vec() });
        true
    }

    pub(super) fn feed_report(&mut self, piece: &[u8]) {
        if let Some(report) = &mut self.report {
            report.parser.feed(piece);
        }
    }

    pub(super) fn end_report(&mut self) {
        let Some(report) = self.report.take() else { return };
        let OpenReport { parser, offset, from_line, before, is_anonymous, beginning } = report;
        let outcome = caught(|| parser.finish()).unwrap_or(UnwrapResult::Unusable(Unusable::Unreadable));
        if let UnwrapResult::NoReport = outcome {
            self.ordinary_body(&beginning);
            return;
        }
        let traits = self.pending.take().map(|pending| pending.fact.traits).unwrap_or_default();
        self.batch.cut_back(&before);
        // What was forgotten may come again.
        self.links.clear();
        match outcome {
            UnwrapResult::Original(original) => {
                let is_doubtful = is_anonymous || traits.contains(Traits::UNVERIFIED);
                let recipients = self.recipients(&original);
                let (spam, no_mail) = (traits.contains(Traits::SPAM), traits.contains(Traits::NO_MAIL));
                self.envelope = Some(Envelope { recipients, is_doubtful, spam, no_mail });
                self.original(&original, offset, from_line);
                self.envelope = None;
            }
            UnwrapResult::Unusable(reason) => self.skip(offset, reason),
            UnwrapResult::NoReport => {}
        }
    }

    /// The recipients as customers, each once.
    fn recipients(&mut self, original: &OriginalMessage) -> Vec<CustomerId> {
        let owners = &self.settings.owners;
        let names = &mut self.names;
        let mut customers: Vec<CustomerId> = Vec::with_capacity(original.recipients.len());
        let mut seen = std::collections::HashSet::new();
        for recipient in &original.recipients {
            let customer = names.number(owners.customer(&owners.canonical(recipient)));
            if seen.insert(customer) {
                customers.push(customer);
            }
        }
        customers
    }

    /// Reads the message that a report is about in its place.
    fn original(&mut self, original: &OriginalMessage, offset: u64, from_line: Option<FromLine>) {
        let message = RawMessage { offset, header: &original.header, from_line, fields: &[] };
        match caught(|| self.read(message)).unwrap_or(Err(Unusable::Unreadable)) {
            Ok(BodyRequest::Body) => self.ordinary_body(&original.body),
            Ok(BodyRequest::Nothing) => {}
            Err(reason) => self.skip(offset, reason),
        }
    }
}
