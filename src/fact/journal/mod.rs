//! Journal reports: one message that a mail server writes about another, for an archive. The message that it is about is
//! attached; to whom that one was delivered is in the report's text.
//!
//! Which mail is a journal report. The field of Exchange and Microsoft 365 alone is not enough: whoever sends mail can
//! write it, and marketing with that field must not disappear from the account. So a report is
//! 1. marked (`X-MS-Journal-Report`, Exchange 2003's `Content-Identifier: ExJournalReport`, Google Workspace's
//!    `X-Gm-Journal-Id`) and built like a report: plain text that names a sender and recipients, with the message
//!    attached. What is marked and is not built like one is ordinary mail, unless it comes from Exchange's own address;
//! 2. or not marked (gateways), and built like one to the letter: the text has no other lines, and names the Message-ID
//!    of the attached message. No forwarded mail is.
//!
//! A report that the receiver could not verify, or that Exchange itself notes as anonymous, is unwrapped, and its message
//! is then as unverified as the report. A report attached to another counts as one only where both come from the same
//! organisation: a stranger's mail that looks like a report is that stranger's mail in the company's journal.

mod decoder;
mod fields;
mod parser;
mod text;
mod unwrap_result;

pub(super) use fields::recipients;
pub(super) use parser::ReportParser;
pub(super) use unwrap_result::{OriginalMessage, UnwrapResult};

use crate::message::address::addresses;
use crate::message::domain::{domain_of, normal_domain, registrable};
use crate::message::header::{FieldName, Fields};
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

/// By what a message may be a journal report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JournalMark {
    /// A field says so.
    Field,
    /// Its form may show it.
    Form,
}

/// The fields of a message that may be a journal report.
#[derive(Debug)]
pub(super) struct JournalClaim {
    pub mark: JournalMark,
    /// What its body is.
    media: ReportMedia,
    /// The organisation that wrote it: the registrable domain of its From address.
    organisation: String,
    /// Whether it comes from the address that Exchange writes its reports under.
    is_exchange: bool,
}

/// What a message or a part of one consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ReportMedia {
    Parts {
        boundary: Vec<u8>,
    },
    /// Plain text, and its character set.
    Text(Option<String>),
    Message,
    Tnef,
    /// What no report has: pages and alternatives.
    Page,
    Other,
}

/// What a header claims; `None`: it is not a journal report.
pub(super) fn claim(fields: &Fields<'_>) -> Option<JournalClaim> {
    let mark = mark(fields)?;
    let from = fields.first(FieldName::FROM).map(addresses).unwrap_or_default();
    let address = from.into_iter().next().unwrap_or_default().address.to_lowercase();
    let domain = normal_domain(domain_of(&address).unwrap_or_default());
    Some(JournalClaim {
        mark,
        media: media(fields),
        organisation: registrable(&domain).to_string(),
        is_exchange: address.starts_with("microsoftexchange329e"),
    })
}

fn mark(fields: &Fields<'_>) -> Option<JournalMark> {
    let marks = [
        FieldName::X_MS_JOURNAL_REPORT,
        FieldName::X_MS_EXCHANGE_ORGANIZATION_JOURNAL_REPORT,
        FieldName::X_GM_JOURNAL_ID,
    ];
    let identifier = fields.first(FieldName::CONTENT_IDENTIFIER);
    if marks.into_iter().any(|name| fields.first(name).is_some())
        || identifier.is_some_and(|value| value.eq_ignore_ascii_case(b"exjournalreport"))
    {
        return Some(JournalMark::Field);
    }
    let kind = fields.first(FieldName::CONTENT_TYPE)?;
    let mixed = kind.get(..15).is_some_and(|start| start.eq_ignore_ascii_case(b"multipart/mixed"));
    let other =
        [FieldName::LIST_UNSUBSCRIBE, FieldName::LIST_ID, FieldName::IN_REPLY_TO, FieldName::REFERENCES];
    (mixed && other.into_iter().all(|name| fields.first(name).is_none())).then_some(JournalMark::Form)
}

/// Whether Exchange notes that the message was sent from outside the organisation.
pub(super) fn is_anonymous(fields: &Fields<'_>) -> bool {
    fields
        .first(FieldName::X_MS_EXCHANGE_ORGANIZATION_AUTHAS)
        .is_some_and(|value| value.eq_ignore_ascii_case(b"anonymous"))
}

fn media(fields: &Fields<'_>) -> ReportMedia {
    let Some(raw) = fields.first(FieldName::CONTENT_TYPE) else { return ReportMedia::Text(None) };
    let line: Vec<u8> = raw.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).chain([b'\n']).collect();
    let HeaderValue::ContentType(value) = MessageStream::new(&line).parse_content_type() else {
        return ReportMedia::Other;
    };
    let is = |word: &str| value.ctype().eq_ignore_ascii_case(word);
    let subtype = value.subtype().unwrap_or_default().to_ascii_lowercase();
    let named = value.attribute("name").unwrap_or_default();
    match subtype.as_str() {
        "alternative" | "related" if is("multipart") => ReportMedia::Page,
        _ if is("multipart") => match value.attribute("boundary") {
            Some(boundary) if !boundary.is_empty() => {
                ReportMedia::Parts { boundary: boundary.as_bytes().to_vec() }
            }
            _ => ReportMedia::Other,
        },
        "plain" if is("text") => ReportMedia::Text(value.attribute("charset").map(str::to_string)),
        "html" if is("text") => ReportMedia::Page,
        "rfc822" | "global" if is("message") => ReportMedia::Message,
        "ms-tnef" | "vnd.ms-tnef" => ReportMedia::Tnef,
        _ if named.eq_ignore_ascii_case("winmail.dat") => ReportMedia::Tnef,
        _ => ReportMedia::Other,
    }
}
