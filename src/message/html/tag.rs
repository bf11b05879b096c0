//! The syntax of tags and comments: where they end, their names and attributes.

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter};
use std::sync::LazyLock;

/// The longest name of an element that matters.
pub(super) const LONGEST_NAME: usize = 8;

/// The name of an attribute, in small letters and in capitals.
pub(super) type Attribute = LazyLock<[Finder<'static>; 2]>;

pub(super) static HREF: Attribute = LazyLock::new(|| ["href", "HREF"].map(Finder::new));
pub(super) static ALT: Attribute = LazyLock::new(|| ["alt", "ALT"].map(Finder::new));
pub(super) static NONE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("none"));

/// A tag without its brackets and without the slash that closes.
pub(super) struct Tag<'a> {
    pub(super) text: &'a str,
    pub(super) name: &'a str,
}

/// Quotes that are not closed within so many bytes are taken as written by mistake.
const LONGEST_TAG: usize = 8 * 1_024;

impl<'a> Tag<'a> {
    /// The tag at the start of `html`; `None` where it has no end, or may have another one in what comes after `html`.
    pub(super) fn of(html: &'a str, ended: bool) -> Option<Self> {
        let bytes = html.as_bytes();
        let mut ends = memchr_iter(b'>', bytes);
        let first = ends.next()?;
        let within = ends.take_while(|end| *end <= LONGEST_TAG);
        let closed = std::iter::once(first).chain(within).find(|end| !is_in_quotes(&bytes[..*end]));
        if closed.is_none() && !ended && bytes.len() <= LONGEST_TAG {
            return None;
        }
        let text = &html[..closed.unwrap_or(first)];
        let name = text.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(text.len());
        Some(Self { text, name: &text[..name] })
    }

    /// The name in lower case; the empty text where it is longer than any that matters.
    pub(super) fn small_name<'b>(&self, room: &'b mut [u8; LONGEST_NAME]) -> &'b [u8] {
        let Some(small) = room.get_mut(..self.name.len()) else { return b"" };
        small.copy_from_slice(self.name.as_bytes());
        small.make_ascii_lowercase();
        small
    }

    /// Whether a style keeps the element from being shown.
    pub(super) fn hides(&self) -> bool {
        NONE.find_iter(self.text.as_bytes()).any(|at| {
            let before = self.text.get(..at).unwrap_or("").trim_end();
            let property = before.strip_suffix(':').map_or("", str::trim_end);
            property.len() >= 7 && property.as_bytes()[property.len() - 7..].eq_ignore_ascii_case(b"display")
        })
    }

    /// The value of an attribute, without its quotes.
    pub(super) fn attribute(&self, name: &Attribute) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let is_blank = |at: usize| {
            bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\''))
        };
        let found =
            name.iter().flat_map(|name| name.find_iter(bytes).map(|at| (at, at + name.needle().len())));
        found.filter(|(at, _)| *at > 0 && is_blank(*at - 1)).find_map(|(_, end)| {
            let value = self.text[end..].trim_ascii_start().strip_prefix('=')?.trim_ascii_start();
            match value.as_bytes().first()? {
                quote @ (b'"' | b'\'') => {
                    let inner = &value[1..];
                    Some(&inner[..memchr(*quote, inner.as_bytes()).unwrap_or(inner.len())])
                }
                _ => value.split_ascii_whitespace().next(),
            }
        })
    }
}

/// Whether the text of a tag ends within a quoted value.
fn is_in_quotes(tag: &[u8]) -> bool {
    // Nearly all tags: no quotes, or double ones in pairs.
    if memchr(b'\'', tag).is_none() && memchr_iter(b'"', tag).count().is_multiple_of(2) {
        return false;
    }
    let mut open = None;
    let mut after_equals = false;
    for byte in tag {
        match (open, byte) {
            (Some(quote), byte) if quote == byte => open = None,
            (None, b'"' | b'\'') if after_equals => open = Some(byte),
            _ => {}
        }
        after_equals = *byte == b'=' || (after_equals && byte.is_ascii_whitespace());
    }
    open.is_some()
}

/// The length of a comment after its two hyphens, with its end: `-->`, `--!>`, or `>` and `->` at once.
pub(super) fn comment_length(comment: &[u8]) -> Option<usize> {
    if comment.starts_with(b">") {
        return Some(1);
    }
    if comment.starts_with(b"->") {
        return Some(2);
    }
    let ends = |end: &usize| comment[..*end].ends_with(b"--") || comment[..*end].ends_with(b"--!");
    memchr_iter(b'>', comment).find(ends).map(|end| end + 1)
}

/// Where the end tag of an element ends, from its start tag on; `nested`: elements of its name within it are stepped
/// over. Within a style or a script nothing else is a tag.
pub(super) fn end_of(name: &str, html: &[u8], nested: bool) -> Option<usize> {
    let mut open = 0_usize;
    for at in memchr_iter(b'<', html) {
        let tag = &html[at + 1..];
        let (closes, tag) = tag.strip_prefix(b"/").map_or((false, tag), |tag| (true, tag));
        let is_it = tag.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
        let ends = tag.get(name.len()).is_none_or(|b| matches!(b, b'>' | b'/') || b.is_ascii_whitespace());
        match (is_it && ends, closes) {
            (true, true) if open == 0 => return memchr(b'>', &html[at..]).map(|end| at + end + 1),
            (true, true) => open -= 1,
            (true, false) => open += usize::from(nested),
            _ => {}
        }
    }
    None
}

/// Elements whose content is not text of the page.
pub(super) const UNSEEN: [&[u8]; 3] = [b"style", b"script", b"title"];

/// Whether an element is within a line, so that its tags separate no words.
pub(super) fn is_inline(name: &[u8]) -> bool {
    matches!(
        name,
        b"a" | b"abbr"
            | b"b"
            | b"bdi"
            | b"bdo"
            | b"big"
            | b"cite"
            | b"code"
            | b"del"
            | b"dfn"
            | b"em"
            | b"font"
            | b"i"
            | b"ins"
            | b"kbd"
            | b"mark"
            | b"q"
            | b"s"
            | b"samp"
            | b"small"
            | b"span"
            | b"strong"
            | b"sub"
            | b"sup"
            | b"u"
    )
}
