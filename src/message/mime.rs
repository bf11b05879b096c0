//! The text parts of a body, found without reading the others.
//!
//! `mail-parser` reads every message, but it decodes attachments of megabytes on its way to nothing. So a message whose
//! structure leaves no doubt (RFC 2045, RFC 2046 to the letter) is taken apart here, and only its text is decoded;
//! any other is left to `mail-parser` as a whole, which forgives much. A test compares the two.

use super::coded::{Coded, TransferEncoding};
use encoding_rs::{Encoding, UTF_8};
use memchr::memmem;

/// A text part.
pub(crate) struct Part<'a> {
    pub is_html: bool,
    pub text: Coded<'a>,
}

/// Structures within structures deeper than this are in doubt.
const DEEPEST: usize = 8;

/// The text parts of a message in order, decoded by `decode` where their character set is a rare one; `None` where the
/// structure of the message is in doubt.
pub(crate) fn text_parts<'a>(
    header: &'a [u8],
    body: &'a [u8],
    decode: impl Fn(&[u8]) -> Option<Part<'static>>,
) -> Option<Vec<Part<'a>>> {
    let mut leaves = Vec::new();
    collect(header, PartBody { bytes: body, cut: true }, 0, &mut leaves)?;
    leaves.into_iter().map(|leaf| leaf.part().or_else(|| decode(&leaf.alone()))).collect()
}

/// The body of a part; one that is cut ends where no more of it was read.
#[derive(Debug, Clone, Copy)]
struct PartBody<'a> {
    bytes: &'a [u8],
    cut: bool,
}

/// A part with text.
struct TextPart<'a> {
    kind: &'a [u8],
    is_html: bool,
    encoding: &'a [u8],
    body: &'a [u8],
}

fn collect<'a>(
    header: &'a [u8],
    body: PartBody<'a>,
    depth: usize,
    leaves: &mut Vec<TextPart<'a>>,
) -> Option<()> {
    let PartFields { kind, encoding } = fields(header)?;
    let media = if kind.is_empty() { Media::Plain } else { media(kind)? };
    match media {
        Media::Plain | Media::Html | Media::OtherText => {
            // The end of a message is not a cut; where a part of one is cut, its code may be.
            if body.cut && depth > 0 {
                return None;
            }
            let is_html = matches!(media, Media::Html);
            leaves.push(TextPart { kind, is_html, encoding, body: body.bytes });
            Some(())
        }
        Media::Multipart(boundary) if depth < DEEPEST => {
            for part in split(body, boundary)? {
                let (header, bytes) = header_and_body(part.bytes)?;
                collect(header, PartBody { bytes, ..part }, depth + 1, leaves)?;
            }
            Some(())
        }
        Media::Multipart(_) => None,
        // Alone in its message it is what mail-parser makes of it.
        Media::Other => (depth > 0).then_some(()),
    }
}

/// What a part is made of.
enum Media<'a> {
    Plain,
    Html,
    OtherText,
    Multipart(&'a [u8]),
    Other,
}

/// Reads a `Content-Type` that leaves no doubt: words and quoted words, no comments, no continuations.
fn media(value: &[u8]) -> Option<Media<'_>> {
    let mut parts = value.split(|b| *b == b';');
    let (kind, subtype) = {
        let slash = memchr::memchr(b'/', value)?;
        let whole = parts.next()?.trim_ascii();
        (whole.get(..slash)?, whole.get(slash + 1..)?)
    };
    if !is_word(kind) || !is_word(subtype) {
        return None;
    }
    let mut boundary = None;
    for parameter in parts.map(<[u8]>::trim_ascii).filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_at_checked(memchr::memchr(b'=', parameter)?)?;
        let value = &value[1..];
        let inner = value.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\""));
        let plain = inner.map_or(is_word(value), |inner| inner.iter().all(|b| is_quotable(*b)));
        if !plain || !is_word(name) {
            return None;
        }
        if name.eq_ignore_ascii_case(b"boundary") && boundary.replace(inner.unwrap_or(value)).is_some() {
            return None;
        }
    }
    let is = |word: &[u8]| kind.eq_ignore_ascii_case(word);
    match boundary {
        _ if is(b"text") && subtype.eq_ignore_ascii_case(b"plain") => Some(Media::Plain),
        _ if is(b"text") && subtype.eq_ignore_ascii_case(b"html") => Some(Media::Html),
        _ if is(b"text") => Some(Media::OtherText),
        // The parts of a digest are messages, and a message within a message is none of this one's text.
        _ if is(b"message") || (is(b"multipart") && subtype.eq_ignore_ascii_case(b"digest")) => None,
        Some(boundary) if is(b"multipart") && !boundary.is_empty() => Some(Media::Multipart(boundary)),
        _ if is(b"multipart") => None,
        _ => Some(Media::Other),
    }
}

fn is_word(text: &[u8]) -> bool {
    let fits = |b: &u8| b.is_ascii_alphanumeric() || b"-_.+=:'/~#?,!&^$%@".contains(b);
    !text.is_empty() && text.iter().all(fits)
}

/// What may be between quotes without a second meaning.
fn is_quotable(b: u8) -> bool {
    (b.is_ascii_graphic() || b == b' ') && !matches!(b, b'"' | b'\\')
}

/// The fields of a part's header.
struct PartFields<'a> {
    kind: &'a [u8],
    encoding: &'a [u8],
}

/// The fields that matter, each there once at most; `None` where a line of the header may be read in two ways.
fn fields(header: &[u8]) -> Option<PartFields<'_>> {
    let mut found = PartFields { kind: b"", encoding: b"" };
    let mut rest = header;
    while !rest.is_empty() {
        let field = &rest[..field_end(rest)?];
        rest = &rest[field.len()..];
        let colon = memchr::memchr2(b':', b'\n', field).filter(|at| field[*at] == b':')?;
        if !field.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-")) {
            continue;
        }
        let (name, value) = (&field[8..colon], field[colon + 1..].trim_ascii());
        let slot = match name.trim_ascii_end() {
            name if name.eq_ignore_ascii_case(b"type") => &mut found.kind,
            name if name.eq_ignore_ascii_case(b"transfer-encoding") => &mut found.encoding,
            _ if memchr::memchr3(b'"', b'(', b'\\', value).is_none() || is_balanced(value) => continue,
            _ => return None,
        };
        if value.is_empty() || !slot.is_empty() || name.len() != name.trim_ascii_end().len() {
            return None;
        }
        *slot = value;
    }
    let known = [&b""[..], b"7bit", b"8bit", b"binary", b"quoted-printable", b"base64"];
    known.iter().any(|word| found.encoding.eq_ignore_ascii_case(word)).then_some(found)
}

fn is_balanced(value: &[u8]) -> bool {
    memchr::memchr_iter(b'"', value).count().is_multiple_of(2)
        && memchr::memchr2(b'(', b'\\', value).is_none()
}

/// Where the field at the start of a header ends, with its folded lines; `None` where one of these is blank.
fn field_end(header: &[u8]) -> Option<usize> {
    let mut end = 0;
    loop {
        let line = memchr::memchr(b'\n', &header[end..]).map_or(header.len(), |at| end + at + 1);
        if header[end..line].trim_ascii().is_empty() {
            return None;
        }
        end = line;
        if !matches!(header.get(end), Some(b' ' | b'\t')) {
            return Some(end);
        }
    }
}

/// The parts between lines of the boundary; `None` where something else looks like such a line.
fn split<'a>(body: PartBody<'a>, boundary: &[u8]) -> Option<Vec<PartBody<'a>>> {
    let delimiter = [b"--", boundary].concat();
    let mut parts = Vec::new();
    let mut open = None;
    for at in memmem::find_iter(body.bytes, &delimiter) {
        let after = &body.bytes[at + delimiter.len()..];
        let line = &after[..memchr::memchr(b'\n', after)? + 1];
        if at > 0 && body.bytes[at - 1] != b'\n' {
            return None;
        }
        if let Some(start) = open.take() {
            parts.push(PartBody { bytes: without_line_end(body.bytes.get(start..at)?), cut: false });
        }
        if after.starts_with(b"--") {
            return (!parts.is_empty()).then_some(parts);
        }
        if !line.trim_ascii().is_empty() {
            return None;
        }
        open = Some(at + delimiter.len() + line.len());
    }
    parts.push(PartBody { bytes: &body.bytes[open.filter(|_| body.cut)?..], cut: true });
    Some(parts)
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

fn header_and_body(part: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(body) = part.strip_prefix(b"\n").or_else(|| part.strip_prefix(b"\r\n")) {
        return Some((b"", body));
    }
    let ends = memchr::memchr_iter(b'\n', part);
    let blank = |at: usize| match part.get(at + 1..) {
        Some([b'\n', ..]) => Some((at + 1, at + 2)),
        Some([b'\r', b'\n', ..]) => Some((at + 1, at + 3)),
        _ => None,
    };
    let (header, body) = ends.into_iter().find_map(blank)?;
    Some((&part[..header], &part[body..]))
}

impl<'a> TextPart<'a> {
    /// The part, where its character set is known here.
    fn part(&self) -> Option<Part<'a>> {
        let coded = |code: &str| self.encoding.eq_ignore_ascii_case(code.as_bytes());
        let encoding = match self.encoding {
            _ if coded("base64") => TransferEncoding::Base64,
            _ if coded("quoted-printable") => TransferEncoding::QuotedPrintable,
            _ => TransferEncoding::Identity,
        };
        let charset = match charset(self.kind) {
            // Text beyond ASCII without a charset, or declared as ASCII, is UTF-8.
            name if name.is_empty() || name.eq_ignore_ascii_case(b"us-ascii") => UTF_8,
            name => Encoding::for_label_no_replacement(name)?,
        };
        Some(Part { is_html: self.is_html, text: Coded::new(self.body, encoding, charset) })
    }

    /// A message of this part alone.
    fn alone(&self) -> Vec<u8> {
        let kind: &[u8] = if self.kind.is_empty() { b"text/plain" } else { self.kind };
        let encoding: &[u8] = if self.encoding.is_empty() { b"8bit" } else { self.encoding };
        [&b"Content-Type: "[..], kind, b"\nContent-Transfer-Encoding: ", encoding, b"\n\n", self.body]
            .concat()
    }
}

/// The character set that a `Content-Type` names, if any.
fn charset(value: &[u8]) -> &[u8] {
    let parameters = value.split(|b| *b == b';').skip(1).map(<[u8]>::trim_ascii);
    let mut named = parameters.filter_map(|parameter| {
        let (name, value) = parameter.split_at_checked(memchr::memchr(b'=', parameter)?)?;
        name.eq_ignore_ascii_case(b"charset").then(|| value[1..].trim_ascii())
    });
    let value = named.next().unwrap_or_default();
    value.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(value)
}
