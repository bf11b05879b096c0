//! The body of a journal report, read piece by piece: of the report's text the recipients are kept, of the attached
//! message its header and the beginning of its body. A report inside a report is read by a parser of its own.

use super::decoder::TransferDecoder;
use super::text::ReportText;
use super::unwrap_result::{OriginalMessage, UnwrapResult};
use super::{JournalClaim, JournalMark, ReportMedia, claim, media};
use crate::fact::authentication::{Authenticity, authenticity};
use crate::fact::settings::ReadingSettings;
use crate::mailbox::{BODY_LOOK, HEADER_LIMIT, Unusable};
use crate::message::decode::bracketed;
use crate::message::header::{FieldName, Spans};
use memchr::memmem;

/// Reports may be inside so many others. Each journaling system on the way adds one; real mail has two or three.
const DEEPEST: u8 = 16;

/// A line that is longer can't be a delimiter, and is handed on in pieces.
const LONGEST_LINE: usize = 8_192;

/// What of a part's header is read.
const PART_HEADER: usize = 64 * 1_024;

/// Reads the body of what may be a journal report.
pub(in crate::fact) struct ReportParser<'a> {
    settings: &'a ReadingSettings,
    claim: JournalClaim,
    depth: u8,
    line: Vec<u8>,
    /// The beginning of a long line was handed on already.
    in_long_line: bool,
    place: ParserPosition,
    decoder: TransferDecoder,
    text: Option<ReportText>,
    attached: Option<AttachedMessage<'a>>,
    has_tnef: bool,
    has_page: bool,
    /// Whether the last delimiter was seen.
    is_closed: bool,
}

/// Where in the body the parser is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ParserPosition {
    /// Before the first part, in a part that is not read, or after the last one.
    Between,
    Header(Vec<u8>),
    Text,
    Message,
}

impl<'a> ReportParser<'a> {
    /// For the body of a message whose header claims that.
    pub fn new(settings: &'a ReadingSettings, claim: JournalClaim) -> Self {
        Self::at_depth(settings, claim, 0)
    }

    fn at_depth(settings: &'a ReadingSettings, claim: JournalClaim, depth: u8) -> Self {
        let (place, text) = match &claim.media {
            ReportMedia::Text(charset) => (ParserPosition::Text, Some(ReportText::new(charset.as_deref()))),
            _ => (ParserPosition::Between, None),
        };
        let (has_tnef, has_page) = (claim.media == ReportMedia::Tnef, claim.media == ReportMedia::Page);
        let (line, decoder) = (Vec::new(), TransferDecoder::Identity);
        Self {
            settings,
            claim,
            depth,
            line,
            in_long_line: false,
            place,
            decoder,
            text,
            attached: None,
            has_tnef,
            has_page,
            is_closed: false,
        }
    }

    /// Reads the next piece.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.is_closed || self.attached.as_ref().is_some_and(AttachedMessage::is_enough) {
            return;
        }
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.line.len() > LONGEST_LINE {
                self.take_line();
            }
        }
    }

    fn take_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let delimiter = if self.in_long_line { None } else { self.delimiter(&line) };
        self.in_long_line = !line.ends_with(b"\n");
        match delimiter {
            Some(last) => self.end_part(last),
            None => self.content(&line),
        }
        self.line = line;
        self.line.clear();
    }

    /// Whether a line is a delimiter, and then whether the last.
    fn delimiter(&self, line: &[u8]) -> Option<bool> {
        let ReportMedia::Parts { boundary } = &self.claim.media else { return None };
        let after = line.strip_prefix(b"--")?.strip_prefix(boundary.as_slice())?.trim_ascii_end();
        match after {
            b"" => Some(false),
            b"--" => Some(true),
            _ => None,
        }
    }

    fn end_part(&mut self, last: bool) {
        self.flush();
        if let (ParserPosition::Message, Some(attached)) = (&self.place, &mut self.attached) {
            attached.end(self.settings, &self.claim, self.depth);
        }
        self.place = if last { ParserPosition::Between } else { ParserPosition::Header(Vec::new()) };
        self.is_closed |= last;
    }

    /// Hands on what the decoder keeps, and ends the line of a text.
    fn flush(&mut self) {
        let (place, text, attached) = (&self.place, &mut self.text, &mut self.attached);
        let (settings, claim, depth) = (self.settings, &self.claim, self.depth);
        self.decoder.end(|plain| match (place, &mut *text, &mut *attached) {
            (ParserPosition::Text, Some(text), _) => text.feed(plain),
            (ParserPosition::Message, _, Some(attached)) => attached.feed(plain, settings, claim, depth),
            _ => {}
        });
        if let (ParserPosition::Text, Some(text)) = (place, text) {
            text.end_line();
        }
    }

    fn content(&mut self, line: &[u8]) {
        let (settings, claim, depth) = (self.settings, &self.claim, self.depth);
        match &mut self.place {
            ParserPosition::Between => {}
            ParserPosition::Header(header) if line.trim_ascii().is_empty() => {
                let header = std::mem::take(header);
                self.begin_part(&header);
            }
            ParserPosition::Header(header) => {
                let room = PART_HEADER.saturating_sub(header.len());
                header.extend_from_slice(&line[..line.len().min(room)]);
            }
            ParserPosition::Text => {
                let text = &mut self.text;
                self.decoder.feed(line, |plain| {
                    if let Some(text) = text {
                        text.feed(plain);
                    }
                });
            }
            ParserPosition::Message => {
                let attached = &mut self.attached;
                self.decoder.feed(line, |plain| {
                    if let Some(attached) = attached {
                        attached.feed(plain, settings, claim, depth);
                    }
                });
            }
        }
    }

    fn begin_part(&mut self, header: &[u8]) {
        let mut spans = Spans::default();
        let fields = spans.scan(self.settings.rules.vocabulary(), header);
        self.decoder = TransferDecoder::of(fields.first(FieldName::CONTENT_TRANSFER_ENCODING));
        self.place = match media(&fields) {
            ReportMedia::Text(charset) if self.text.is_none() => {
                self.text = Some(ReportText::new(charset.as_deref()));
                ParserPosition::Text
            }
            ReportMedia::Message if self.attached.is_none() => {
                self.attached = Some(AttachedMessage::default());
                ParserPosition::Message
            }
            other => {
                self.has_tnef |= other == ReportMedia::Tnef;
                self.has_page |= other == ReportMedia::Page;
                ParserPosition::Between
            }
        };
    }

    /// Whether it may still turn out to be a report.
    pub fn may_be_one(&self) -> bool {
        match self.claim.mark {
            JournalMark::Field => !self.has_page || self.claim.is_exchange,
            JournalMark::Form => {
                let text = self.text.as_ref();
                !self.has_page
                    && !self.has_tnef
                    && text.is_some_and(|text| text.has_begun() && text.may_be_exact())
            }
        }
    }

    /// What came of it, now that its body has ended.
    pub fn finish(mut self) -> UnwrapResult {
        if !self.line.is_empty() {
            self.take_line();
        }
        self.flush();
        let text_is_whole = self.is_closed || self.attached.is_some() || self.place != ParserPosition::Text;
        let text = self.text.take().unwrap_or_else(|| ReportText::new(None));
        if self.claim.mark == JournalMark::Form {
            let about = self.attached.as_ref().and_then(|attached| attached.message_id(self.settings));
            if self.has_page || !about.is_some_and(|id| text.is_exactly_about(&id)) {
                return UnwrapResult::NoReport;
            }
        }
        if self.has_page && !self.claim.is_exchange {
            return UnwrapResult::NoReport;
        }
        match self.attached {
            // A message alone under the mark may be anybody's forwarded mail.
            Some(_) if !text.has_begun() && !self.claim.is_exchange => UnwrapResult::NoReport,
            Some(attached) => attached.finish(text),
            None if self.has_tnef => UnwrapResult::Unusable(Unusable::ReportInTnef),
            None if text.is_report() || text.has_begun() && self.claim.is_exchange => {
                let torn = !self.is_closed && matches!(self.claim.media, ReportMedia::Parts { .. });
                let torn = torn || !text_is_whole && !text.is_report();
                let reason = if torn { Unusable::ReportTorn } else { Unusable::ReportWithoutMessage };
                UnwrapResult::Unusable(reason)
            }
            None if self.claim.is_exchange => UnwrapResult::Unusable(Unusable::ReportWithoutMessage),
            None => UnwrapResult::NoReport,
        }
    }
}

/// The attached message, as far as it was read.
#[derive(Default)]
struct AttachedMessage<'a> {
    header: Vec<u8>,
    header_is_whole: bool,
    body: Vec<u8>,
    /// Where it may be a report itself.
    report: Option<Box<ReportParser<'a>>>,
    is_too_deep: bool,
    has_ended: bool,
}

impl<'a> AttachedMessage<'a> {
    /// Whether nothing more of it is needed.
    fn is_enough(&self) -> bool {
        self.report.is_none() && (self.header.len() > HEADER_LIMIT || self.body.len() >= BODY_LOOK)
    }

    fn feed(&mut self, bytes: &[u8], settings: &'a ReadingSettings, outer: &JournalClaim, depth: u8) {
        if self.header_is_whole {
            self.feed_body(bytes);
            return;
        }
        // Blank lines before the header are none of it.
        let bytes = if self.header.is_empty() { bytes.trim_ascii_start() } else { bytes };
        if self.header.len() > HEADER_LIMIT {
            return;
        }
        let searched = self.header.len().saturating_sub(3);
        self.header.extend_from_slice(bytes);
        let Some((end, body)) = blank_line(&self.header, searched) else { return };
        let rest = self.header.split_off(body);
        self.header.truncate(end);
        self.end_header(settings, outer, depth);
        self.feed_body(&rest);
    }

    fn feed_body(&mut self, bytes: &[u8]) {
        let room = BODY_LOOK.saturating_sub(self.body.len());
        self.body.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if let Some(report) = &mut self.report {
            report.feed(bytes);
        }
    }

    fn end_header(&mut self, settings: &'a ReadingSettings, outer: &JournalClaim, depth: u8) {
        self.header_is_whole = true;
        let mut spans = Spans::default();
        let fields = spans.scan(settings.rules.vocabulary(), &self.header);
        let Some(claim) = claim(&fields).filter(|claim| claim.mark == JournalMark::Field) else { return };
        let verified = authenticity(&fields, Some(&claim.organisation), &settings.senders);
        let same = !claim.organisation.is_empty() && claim.organisation == outer.organisation;
        if !same || verified == Authenticity::Unverified || super::is_anonymous(&fields) {
            return;
        }
        self.is_too_deep = depth >= DEEPEST;
        if !self.is_too_deep {
            self.report = Some(Box::new(ReportParser::at_depth(settings, claim, depth + 1)));
        }
    }

    /// The part ends here: a header without a blank line after it is whole.
    fn end(&mut self, settings: &'a ReadingSettings, outer: &JournalClaim, depth: u8) {
        self.has_ended = true;
        if !self.header_is_whole && self.header.contains(&b':') {
            self.end_header(settings, outer, depth);
        }
    }

    fn message_id(&self, settings: &ReadingSettings) -> Option<String> {
        let mut spans = Spans::default();
        let fields = spans.scan(settings.rules.vocabulary(), &self.header);
        let id = fields.first(FieldName::MESSAGE_ID).map(bracketed)?;
        Some(String::from_utf8_lossy(id).into_owned())
    }

    fn finish(self, text: ReportText) -> UnwrapResult {
        match self.report.map(|report| report.finish()) {
            Some(UnwrapResult::NoReport) | None => {}
            Some(outcome) => return outcome,
        }
        if self.is_too_deep {
            return UnwrapResult::Unusable(Unusable::ReportsTooDeep);
        }
        if self.header.len() > HEADER_LIMIT {
            return UnwrapResult::Unusable(Unusable::HeaderTooLong);
        }
        if !self.header_is_whole {
            let torn = !self.has_ended;
            let reason = if torn { Unusable::ReportTorn } else { Unusable::ReportWithoutMessage };
            return UnwrapResult::Unusable(reason);
        }
        let recipients = text.into_recipients();
        if recipients.is_empty() {
            return UnwrapResult::Unusable(Unusable::ReportWithoutRecipients);
        }
        UnwrapResult::Original(OriginalMessage { recipients, header: self.header, body: self.body })
    }
}

/// Where a header ends and where the body after its blank line begins.
fn blank_line(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    memmem::find_iter(&bytes[from..], b"\n").find_map(|at| {
        let next = from + at + 1;
        match &bytes[next..] {
            [b'\n', ..] => Some((next, next + 1)),
            [b'\r', b'\n', ..] => Some((next, next + 2)),
            _ => None,
        }
    })
}
