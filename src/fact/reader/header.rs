//! What a header shows by itself: its form, the identity of its message, its state.

use crate::classify::{Seen, has_code, has_forward_prefix, has_identifier, has_reply_prefix};
use crate::fact::Traits;
use crate::fact::authentication::Authenticity;
use crate::fact::batch::hash;
use crate::fact::state::MailState;
use crate::fact::unsubscribe::{Unsubscribe, WayOut};
use crate::message::header::{FieldName, Fields};
use crate::time::parse_date;
use std::borrow::Cow;

/// What the subject, the fields of a thread and the ways out show.
pub(super) fn header_signals(
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
pub(super) fn with_line_feeds(header: &[u8]) -> Cow<'_, [u8]> {
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
pub(super) fn identity(fields: &Fields<'_>, message_id: Option<u64>) -> u64 {
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

pub(super) fn traits(state: MailState, own: bool, authenticity: Authenticity, seen: &Seen) -> Traits {
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
