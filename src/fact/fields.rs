//! Header fields: where each begins and ends. Values stay raw; only names that somebody asks for are noted.

use memchr::memchr;
use std::collections::HashMap;

/// A field name that a fact or a rule needs, by its number in the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldName(u16);

macro_rules! well_known {
    ($($constant:ident = $text:literal),* $(,)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum Number { $($constant),* }

        /// The names that facts need, in the order of their numbers.
        const WELL_KNOWN: &[&str] = &[$($text),*];

        #[allow(missing_docs)]
        impl FieldName {
            $(pub const $constant: Self = Self(Number::$constant as u16);)*
        }
    };
}

well_known! {
    FROM = "from", SENDER = "sender", REPLY_TO = "reply-to", TO = "to", CC = "cc", SUBJECT = "subject",
    DATE = "date", MESSAGE_ID = "message-id", RECEIVED = "received", DELIVERED_TO = "delivered-to",
    X_ORIGINAL_TO = "x-original-to", ENVELOPE_TO = "envelope-to", X_ENVELOPE_TO = "x-envelope-to",
    IN_REPLY_TO = "in-reply-to", REFERENCES = "references", LIST_ID = "list-id",
    LIST_UNSUBSCRIBE = "list-unsubscribe", LIST_UNSUBSCRIBE_POST = "list-unsubscribe-post",
    AUTHENTICATION_RESULTS = "authentication-results", X_GMAIL_LABELS = "x-gmail-labels",
    X_MOZILLA_STATUS = "x-mozilla-status", X_MOZILLA_STATUS2 = "x-mozilla-status2", X_MOZILLA_KEYS = "x-mozilla-keys",
    X_ACCOUNT_KEY = "x-account-key", X_UIDL = "x-uidl", STATUS = "status", X_STATUS = "x-status", X_IMAP = "x-imap",
    RESENT_FROM = "resent-from", DUCK_ORIGINAL_FROM = "duck-original-from",
    X_SIMPLELOGIN_ORIGINAL_FROM = "x-simplelogin-original-from",
    X_SIMPLELOGIN_ENVELOPE_FROM = "x-simplelogin-envelope-from",
    X_ANONADDY_ORIGINAL_FROM_HEADER = "x-anonaddy-original-from-header",
    X_ANONADDY_ORIGINAL_SENDER = "x-anonaddy-original-sender",
    X_ANONADDY_ORIGINAL_ENVELOPE_FROM = "x-anonaddy-original-envelope-from",
}

/// The names worth noting, each with its number.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    numbers: HashMap<Box<[u8]>, FieldName>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        let numbers =
            WELL_KNOWN.iter().zip(0..).map(|(name, number)| (name.as_bytes().into(), FieldName(number)));
        Self { numbers: numbers.collect() }
    }
}

/// No field name that matters is longer.
const LONGEST_NAME: usize = 64;

impl Vocabulary {
    /// The number of that name (whatever its case), which is noted from now on.
    pub fn add(&mut self, name: &str) -> FieldName {
        let next = FieldName(u16::try_from(self.numbers.len()).unwrap_or(u16::MAX));
        *self.numbers.entry(name.to_ascii_lowercase().into_bytes().into()).or_insert(next)
    }

    /// The number of that name, where it is noted.
    pub fn find(&self, name: &[u8]) -> Option<FieldName> {
        let mut lower = [0; LONGEST_NAME];
        let lower = lower.get_mut(..name.len())?;
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        self.numbers.get(&*lower).copied()
    }
}

/// One field: its name, its place among all fields of the header, and where its raw value lies.
#[derive(Debug, Clone, Copy)]
struct Span {
    name: FieldName,
    position: u32,
    start: u32,
    end: u32,
}

/// The noted fields of one header; the buffer is reused from message to message.
#[derive(Debug, Default)]
pub struct Spans(Vec<Span>);

/// The noted fields of one header, with its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    block: &'a [u8],
    spans: &'a [Span],
}

impl Spans {
    /// Finds the fields of a header block, whose lines end in LF or CRLF.
    pub fn scan<'a>(&'a mut self, vocabulary: &Vocabulary, block: &'a [u8]) -> Fields<'a> {
        self.0.clear();
        let mut open: Option<Span> = None;
        let mut position = 0;
        let mut start = 0;
        while start < block.len() {
            let end = memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at + 1);
            let line = &block[start..end];
            if matches!(line.first(), Some(b' ' | b'\t')) {
                if let Some(span) = &mut open {
                    span.end = offset(end);
                }
            } else {
                self.0.extend(open.take());
                open = name_of(line).and_then(|name| {
                    let found = vocabulary.find(name.text)?;
                    Some(Span { name: found, position, start: offset(start + name.length), end: offset(end) })
                });
                position += 1;
            }
            start = end;
        }
        self.0.extend(open);
        Fields { block, spans: &self.0 }
    }
}

/// Header blocks are at most 1 MiB long.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

struct Name<'a> {
    text: &'a [u8],
    /// With the colon.
    length: usize,
}

fn name_of(line: &[u8]) -> Option<Name<'_>> {
    let colon = memchr(b':', &line[..line.len().min(LONGEST_NAME + 8)])?;
    let text = line[..colon].trim_ascii_end();
    (!text.is_empty() && text.len() <= LONGEST_NAME).then_some(Name { text, length: colon + 1 })
}

impl<'a> Fields<'a> {
    /// The raw value of the first field of that name, without the blanks around it.
    pub fn first(&self, name: FieldName) -> Option<&'a [u8]> {
        self.all(name).next()
    }

    /// The raw values of all fields of that name, from the top.
    pub fn all(&self, name: FieldName) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let block = self.block;
        self.spans.iter().filter(move |span| span.name == name).map(move |span| value(block, span))
    }

    /// All noted fields, from the top.
    pub fn iter(&self) -> impl Iterator<Item = (FieldName, &'a [u8])> + use<'a> {
        let block = self.block;
        self.spans.iter().map(move |span| (span.name, value(block, span)))
    }

    /// The place of the first field of that name among all fields (0 is the topmost).
    pub fn position(&self, name: FieldName) -> Option<u32> {
        self.spans.iter().find(|span| span.name == name).map(|span| span.position)
    }
}

fn value<'a>(block: &'a [u8], span: &Span) -> &'a [u8] {
    block.get(span.start as usize..span.end as usize).unwrap_or(&[]).trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_number_their_names() {
        let vocabulary = Vocabulary::default();
        assert_eq!(vocabulary.find(b"From"), Some(FieldName::FROM));
        assert_eq!(vocabulary.find(b"X-IMAP"), Some(FieldName::X_IMAP));
        assert_eq!(vocabulary.find(b"X-Unknown"), None);
        assert_eq!(vocabulary.find(&[b'x'; 300]), None);
    }

    #[test]
    fn fields_are_found_folded_or_not_and_in_any_case() {
        let block = b"FROM : Ann\r\nX-Other: 1\r\n folded\r\nsubject:\r\n  two\r\n\tlines\r\nno field at all\r\n lost\r\nTo: x";
        let mut spans = Spans::default();
        let fields = spans.scan(&Vocabulary::default(), block);
        assert_eq!(fields.first(FieldName::FROM), Some(&b"Ann"[..]));
        assert_eq!(fields.first(FieldName::SUBJECT), Some(&b"two\r\n\tlines"[..]));
        assert_eq!(fields.first(FieldName::TO), Some(&b"x"[..]));
        assert_eq!(
            (fields.position(FieldName::FROM), fields.position(FieldName::SUBJECT)),
            (Some(0), Some(2))
        );
    }
}
