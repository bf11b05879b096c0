//! Header fields: where each begins and ends. Values stay raw; only names that somebody asks for are noted.

use memchr::memchr;

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

/// The names worth noting, each with its number, in a table that one look settles for most names.
///
/// The table holds only the program's and the rules' own names, so no stranger can crowd it.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    names: Vec<Box<[u8]>>,
    /// Number plus one; 0: nobody. A name stands at its place or in the next free one.
    places: Vec<u16>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        let mut this = Self { names: Vec::new(), places: vec![0; 512] };
        WELL_KNOWN.iter().for_each(|name| {
            this.add(name);
        });
        this
    }
}

/// No field name that matters is longer.
const LONGEST_NAME: usize = 64;

impl Vocabulary {
    /// The number of that name (whatever its case), which is noted from now on.
    pub fn add(&mut self, name: &str) -> FieldName {
        if let Some(known) = self.find(name.as_bytes()) {
            return known;
        }
        let next = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        self.names.push(name.as_bytes().into());
        if self.names.len() * 2 > self.places.len() {
            self.places = vec![0; self.places.len() * 2];
            (0..next).for_each(|number| self.settle(number));
        }
        self.settle(next);
        FieldName(next)
    }

    fn settle(&mut self, number: u16) {
        let Some(name) = self.names.get(usize::from(number)) else { return };
        let mut place = self.place(name);
        while self.places[place] != 0 {
            place = (place + 1) & (self.places.len() - 1);
        }
        self.places[place] = number.saturating_add(1);
    }

    /// Length and three letters: enough to keep most of the names in use apart.
    fn place(&self, name: &[u8]) -> usize {
        let letter = |at: usize| name.get(at).map_or(0, |letter| usize::from(letter | 0x20));
        let (length, middle) = (name.len(), name.len() / 2);
        let mixed = letter(0)
            .wrapping_mul(0x9E5)
            .wrapping_add(letter(middle).wrapping_mul(0x2F1))
            .wrapping_add(letter(length.wrapping_sub(1)).wrapping_mul(0x1D3))
            .wrapping_add(length.wrapping_mul(0x47));
        (mixed ^ (mixed >> 7)) & (self.places.len() - 1)
    }

    /// The number of that name, where it is noted.
    pub fn find(&self, name: &[u8]) -> Option<FieldName> {
        let mut place = self.place(name);
        loop {
            let number = self.places[place].checked_sub(1)?;
            if self.names[usize::from(number)].eq_ignore_ascii_case(name) {
                return Some(FieldName(number));
            }
            place = (place + 1) & (self.places.len() - 1);
        }
    }
}

impl FieldName {
    /// Its place in a table with a row for each name of the vocabulary.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// One field: its name, its place among all fields of the header, and where its raw value lies.
#[derive(Debug, Clone, Copy)]
struct Span {
    name: FieldName,
    position: u32,
    start: u32,
    end: u32,
    /// The next field of the same name; 0: none (no field follows itself).
    next: u32,
}

/// The noted fields of one header; the buffers are reused from message to message.
#[derive(Debug, Default)]
pub struct Spans {
    spans: Vec<Span>,
    /// For each name the first and the last field of that name, each plus one; 0: none.
    ends: Vec<(u32, u32)>,
}

/// The noted fields of one header, with its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    block: &'a [u8],
    spans: &'a [Span],
    ends: &'a [(u32, u32)],
}

impl Spans {
    /// Finds the fields of a header block, whose lines end in LF or CRLF.
    pub fn scan<'a>(&'a mut self, vocabulary: &Vocabulary, block: &'a [u8]) -> Fields<'a> {
        self.spans.clear();
        self.ends.clear();
        self.ends.resize(vocabulary.names.len(), (0, 0));
        let mut open: Option<Span> = None;
        let mut position = 0;
        let mut start = 0;
        while let Some(first) = block.get(start) {
            let end = memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at + 1);
            if !matches!(first, b' ' | b'\t') {
                self.note(open.take(), start);
                open = name_of(&block[start..end]).and_then(|name| {
                    let found = vocabulary.find(name.text)?;
                    Some(Span { name: found, position, start: offset(start + name.length), end: 0, next: 0 })
                });
                position += 1;
            }
            start = end;
        }
        self.note(open, start);
        Fields { block, spans: &self.spans, ends: &self.ends }
    }

    /// Notes a field that ends at `end`.
    fn note(&mut self, field: Option<Span>, end: usize) {
        let Some(span) = field else { return };
        self.spans.push(Span { end: offset(end), ..span });
        let number = offset(self.spans.len());
        let Some((first, last)) = self.ends.get_mut(span.name.index()) else { return };
        match (last.checked_sub(1)).and_then(|last| self.spans.get_mut(last as usize)) {
            Some(before) => before.next = number - 1,
            None => *first = number,
        }
        *last = number;
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
        self.first_span(name).map(|span| value(self.block, span))
    }

    /// The raw values of all fields of that name, from the top.
    pub fn all(&self, name: FieldName) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (block, spans) = (self.block, self.spans);
        let next = |span: &&'a Span| spans.get(span.next as usize).filter(|_| span.next > 0);
        std::iter::successors(self.first_span(name), next).map(move |span| value(block, span))
    }

    /// All noted fields, from the top.
    pub fn iter(&self) -> impl Iterator<Item = (FieldName, &'a [u8])> + use<'a> {
        let block = self.block;
        self.spans.iter().map(move |span| (span.name, value(block, span)))
    }

    /// The place of the first field of that name among all fields (0 is the topmost).
    pub fn position(&self, name: FieldName) -> Option<u32> {
        self.first_span(name).map(|span| span.position)
    }

    fn first_span(&self, name: FieldName) -> Option<&'a Span> {
        let (first, _) = self.ends.get(name.index())?;
        self.spans.get(first.checked_sub(1)? as usize)
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
