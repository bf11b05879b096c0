//! Header fields: where each begins and ends. Values stay raw; only names in the vocabulary are noted.

use crate::text::scan;

/// A field name that a fact or a rule needs, by its number in the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldName(u16);

macro_rules! well_known {
    ($($constant:ident = $text:literal),* $(,)?) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[repr(u16)]
        enum NameNumber { $($constant),* }

        /// The names that facts need, in the order of their numbers.
        const WELL_KNOWN: &[&str] = &[$($text),*];

        #[allow(missing_docs)]
        impl FieldName {
            $(pub const $constant: Self = Self(NameNumber::$constant as u16);)*
        }
    };
}

well_known! {
    FROM = "from", SENDER = "sender", REPLY_TO = "reply-to", TO = "to", CC = "cc", SUBJECT = "subject",
    DATE = "date", MESSAGE_ID = "message-id", RECEIVED = "received", DELIVERED_TO = "delivered-to",
    X_ORIGINAL_TO = "x-original-to", ENVELOPE_TO = "envelope-to", X_ENVELOPE_TO = "x-envelope-to",
    IN_REPLY_TO = "in-reply-to", REFERENCES = "references", LIST_ID = "list-id",
    LIST_UNSUBSCRIBE = "list-unsubscribe", LIST_UNSUBSCRIBE_POST = "list-unsubscribe-post",
    CONTENT_TYPE = "content-type", CONTENT_TRANSFER_ENCODING = "content-transfer-encoding",
    AUTHENTICATION_RESULTS = "authentication-results", X_GMAIL_LABELS = "x-gmail-labels",
    X_MOZILLA_STATUS = "x-mozilla-status", X_MOZILLA_STATUS2 = "x-mozilla-status2", X_MOZILLA_KEYS = "x-mozilla-keys",
    X_ACCOUNT_KEY = "x-account-key", X_UIDL = "x-uidl", STATUS = "status", X_STATUS = "x-status", X_IMAP = "x-imap",
    RESENT_FROM = "resent-from", DUCK_ORIGINAL_FROM = "duck-original-from",
    X_SIMPLELOGIN_ORIGINAL_FROM = "x-simplelogin-original-from",
    X_SIMPLELOGIN_ENVELOPE_FROM = "x-simplelogin-envelope-from",
    X_ANONADDY_ORIGINAL_FROM_HEADER = "x-anonaddy-original-from-header",
    X_ANONADDY_ORIGINAL_SENDER = "x-anonaddy-original-sender",
    X_ANONADDY_ORIGINAL_ENVELOPE_FROM = "x-anonaddy-original-envelope-from",
    LIST_POST = "list-post", X_ORIGINAL_FROM = "x-original-from", X_ORIGINAL_SENDER = "x-original-sender",
    X_MS_JOURNAL_REPORT = "x-ms-journal-report", CONTENT_IDENTIFIER = "content-identifier",
    X_MS_EXCHANGE_ORGANIZATION_JOURNAL_REPORT = "x-ms-exchange-organization-journal-report",
    X_RCPT_TO = "x-rcpt-to", X_ENVELOPE_RECIPIENT = "x-envelope-recipient",
    X_ENVELOPE_RECIPIENTS = "x-envelope-recipients", X_GM_ORIGINAL_TO = "x-gm-original-to",
    X_MS_EXCHANGE_ORGANIZATION_AUTHAS = "x-ms-exchange-organization-authas", X_GM_JOURNAL_ID = "x-gm-journal-id",
}

/// The names worth noting, each with its number, in a table that one look settles for most names.
///
/// The table contains only the program's and the rules' own names, so mail can't fill it.
#[derive(Debug, Clone)]
pub struct Vocabulary {
    names: Vec<Box<[u8]>>,
    /// A name is at its place or in the next free one.
    places: Vec<Option<KnownName>>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        let mut this = Self { names: Vec::new(), places: vec![None; 512] };
        WELL_KNOWN.iter().for_each(|name| {
            this.add(name);
        });
        this
    }
}

/// No field name that matters is longer.
const LONGEST_NAME: usize = 64;

/// A name in short, whatever its case: its first and last eight bytes and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NameKey(u64, u64, usize);

/// The bit by which letters differ in case, in eight bytes.
const LOWER: u64 = 0x2020_2020_2020_2020;

impl NameKey {
    /// Of the name in front of `line`.
    fn of(line: &[u8], length: usize) -> Self {
        let name = &line[..length];
        let first = match (line.first_chunk::<8>(), length) {
            (Some(first), 0..8) => u64::from_le_bytes(*first) & ((1 << (8 * length)) - 1),
            (Some(first), _) => u64::from_le_bytes(*first),
            // At the very end of a header.
            (None, _) => name.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        };
        Self(first, name.last_chunk::<8>().map_or(0, |last| u64::from_le_bytes(*last)), length)
    }

    fn place(self, places: usize) -> usize {
        let mixed = ((self.0 | LOWER) ^ (self.1 | LOWER).rotate_left(19)).wrapping_add(self.2 as u64);
        (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize & (places - 1)
    }
}

/// A name worth noting.
#[derive(Debug, Clone, Copy)]
struct KnownName {
    key: NameKey,
    /// Where its key has letters, which may be of either case.
    letters: (u64, u64),
    number: FieldName,
}

impl KnownName {
    /// Of a name in lower case.
    fn new(name: &[u8], number: FieldName) -> Self {
        let letters = |key: u64| {
            u64::from_le_bytes(key.to_le_bytes().map(|byte| if byte.is_ascii_lowercase() { 0x20 } else { 0 }))
        };
        let key = NameKey::of(name, name.len());
        Self { key, letters: (letters(key.0), letters(key.1)), number }
    }

    /// Whether the name with that key begins and ends so; none of up to 16 bytes has more.
    fn fits(&self, other: NameKey) -> bool {
        NameKey(other.0 | self.letters.0, other.1 | self.letters.1, other.2) == self.key
    }
}

impl Vocabulary {
    /// The number of that name (whatever its case), which is noted from now on.
    pub fn add(&mut self, name: &str) -> FieldName {
        let name = name.to_ascii_lowercase().into_bytes();
        if let Some(known) = self.find(&name, name.len()) {
            return known;
        }
        let new = FieldName(u16::try_from(self.names.len()).unwrap_or(u16::MAX));
        if (self.names.len() + 1) * 2 > self.places.len() {
            let settled = std::mem::take(&mut self.places);
            self.places = vec![None; settled.len() * 2];
            settled.into_iter().flatten().for_each(|known| self.settle(known));
        }
        self.settle(KnownName::new(&name, new));
        self.names.push(name.into());
        new
    }

    fn settle(&mut self, known: KnownName) {
        let mut place = known.key.place(self.places.len());
        while self.places[place].is_some() {
            place = (place + 1) & (self.places.len() - 1);
        }
        self.places[place] = Some(known);
    }

    /// The number of the name of that length at the start of a line, where it is noted.
    pub fn find(&self, line: &[u8], length: usize) -> Option<FieldName> {
        let key = NameKey::of(line, length);
        let mut place = key.place(self.places.len());
        while let Some(known) = self.places[place] {
            if known.fits(key) && (length <= 16 || self.is_name(known.number, &line[..length])) {
                return Some(known.number);
            }
            place = (place + 1) & (self.places.len() - 1);
        }
        None
    }

    fn is_name(&self, number: FieldName, name: &[u8]) -> bool {
        self.names.get(number.index()).is_some_and(|known| known.eq_ignore_ascii_case(name))
    }
}

impl From<u16> for FieldName {
    fn from(number: u16) -> Self {
        Self(number)
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
    /// Where fields begin, if that must be found out here.
    starts: Vec<u32>,
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
        let mut starts = std::mem::take(&mut self.starts);
        starts.clear();
        let ends = memchr::memchr_iter(b'\n', block).map(|end| end + 1);
        let begins = |at: &usize| !matches!(block.get(*at), None | Some(b' ' | b'\t'));
        starts.extend(std::iter::once(0).chain(ends).filter(begins).map(offset));
        self.note_all(vocabulary, block, &starts);
        self.starts = starts;
        Fields { block, spans: &self.spans, ends: &self.ends }
    }

    /// The same where it is known where fields begin.
    pub fn pick<'a>(&'a mut self, vocabulary: &Vocabulary, block: &'a [u8], starts: &[u32]) -> Fields<'a> {
        self.note_all(vocabulary, block, starts);
        Fields { block, spans: &self.spans, ends: &self.ends }
    }

    fn note_all(&mut self, vocabulary: &Vocabulary, block: &[u8], starts: &[u32]) {
        self.spans.clear();
        self.ends.clear();
        self.ends.resize(vocabulary.names.len(), (0, 0));
        for (position, start) in (0..).zip(starts) {
            let line = block.get(*start as usize..).unwrap_or_default();
            let Some(name) = name_of(line) else { continue };
            let Some(found) = vocabulary.find(line, name.length) else { continue };
            let end = starts.get(position as usize + 1).map_or(offset(block.len()), |next| *next);
            self.note(Span { name: found, position, start: start + offset(name.colon + 1), end, next: 0 });
        }
    }

    fn note(&mut self, span: Span) {
        self.spans.push(span);
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

/// How long a name is, and the place of its colon.
struct NotedName {
    length: usize,
    colon: usize,
}

/// The name at the start of a line.
fn name_of(line: &[u8]) -> Option<NotedName> {
    let colon = scan::find([b':'], &line[..line.len().min(LONGEST_NAME + 8)])?;
    let name = &line[..colon];
    let length = name.trim_ascii_end().len();
    // A line without a colon has no name; with the next line's, only one that ends in blanks can pass for it.
    let on_one_line = length == name.len() || !name.contains(&b'\n');
    (on_one_line && (1..=LONGEST_NAME).contains(&length)).then_some(NotedName { length, colon })
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
mod tests;
