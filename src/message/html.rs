//! HTML as the text that its reader sees.
//!
//! Tags are told apart as the HTML standard's tokenizer does (a test compares with one), but in strides: nearly all of
//! a marketing mail is tags. Elements that begin a new block separate words; what a style hides is left out.

mod tag;

use super::coded::Coded;
use super::template::Template;
use crate::text::scan;
use mail_parser::decoders::html::add_html_token;
use memchr::memchr;
use memchr::memmem::Finder;
use std::sync::LazyLock;
use tag::{ALT, HREF, LONGEST_NAME, NONE, Tag, comment_length, end_of};

/// What was counted on the way through a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Markup {
    /// Links to a web page.
    pub links: u32,
    /// Pictures.
    pub pictures: u32,
    /// Those of them that lead to a web page.
    pub linked_pictures: u32,
    /// What it shares with other pages made alike; 0: nothing shows that.
    pub template: u32,
    /// It contains an address to follow, in a link or in its text.
    pub has_link: bool,
}

/// Passes on the visible text of a page, piece by piece, with its blanks and with entities decoded; pieces join as they
/// are. Passes on where its links to web pages lead, too. A page is decoded as far as it is read; of one that has more
/// than [`MOST_TEXT`] bytes of text, or [`MOST_PAGE`] of text and tags, only the end is read after these: a mail says
/// what it wants at its top, and how to leave it at its end. `html` is a buffer.
pub(crate) fn read_html(
    page: &mut Coded<'_>,
    html: &mut String,
    text: &mut impl FnMut(&str),
    link: &mut impl FnMut(&str),
) -> Markup {
    read_in_blocks(page, FIRST_BLOCK, html, text, link)
}

/// The same, with blocks of that size at first.
fn read_in_blocks(
    page: &mut Coded<'_>,
    first: usize,
    html: &mut String,
    text: &mut impl FnMut(&str),
    link: &mut impl FnMut(&str),
) -> Markup {
    let mut reader = Reader::new();
    let (at, ended) = reader.begin(page, first, html, Reader::has_enough, text, link);
    if !ended || at < html.len() {
        reader.read_end(html, at, page, text, link);
    }
    reader.markup.has_link |= has_link(html);
    Markup { template: reader.template.hash(), ..reader.markup }
}

/// The template of a page whose text is not asked for.
pub(crate) fn template_of(page: &mut Coded<'_>, html: &mut String) -> u32 {
    let mut reader = Reader::new();
    let is_enough = |reader: &Reader| reader.has_enough() || reader.template.is_complete();
    reader.begin(page, FIRST_BLOCK, html, is_enough, &mut |_| {}, &mut |_| {});
    reader.template.hash()
}

/// Whether a text contains an address to follow.
pub(crate) fn has_link(text: &str) -> bool {
    static MARKS: LazyLock<[Finder<'static>; 3]> =
        LazyLock::new(|| ["://", "mailto:", "www."].map(Finder::new));
    let [web, others @ ..] = &*MARKS;
    let is_web = |at: usize| text[..at].ends_with("http") || text[..at].ends_with("https");
    web.find_iter(text.as_bytes()).any(is_web)
        || others.iter().any(|mark| mark.find(text.as_bytes()).is_some())
}

/// Passes on what an entity means, or the text as it is; returns its length.
fn entity(html: &str, text: &mut impl FnMut(&str)) -> usize {
    let ends = |b: &u8| matches!(b, b';' | b'&' | b'<') || b.is_ascii_whitespace();
    let end = html.as_bytes()[1..].iter().position(ends).map_or(html.len(), |end| end + 1);
    let length = if html.as_bytes().get(end) == Some(&b';') { end + 1 } else { end };
    let mut decoded = String::new();
    add_html_token(&mut decoded, &html.as_bytes()[..length], false);
    text(&decoded);
    length
}

/// A page while it is read.
#[derive(Default)]
struct Reader {
    markup: Markup,
    /// Hidden elements so far.
    hidden: u32,
    /// Whether a blank comes before the next text: most tags are side by side, and one blank is enough for all.
    gap: bool,
    /// Whether the place is within a link to a web page.
    in_link: bool,
    /// How much text was passed on, in bytes, and with how much it stops.
    read: usize,
    most: usize,
    /// The same of text and tags, without what is in styles, comments and hidden elements.
    passed: usize,
    most_passed: usize,
    /// Where `none` comes next: most tags are known not to hide anything without a look into them.
    next_none: usize,
    template: Template,
}

/// Why a tag can't be stepped over.
enum Stop {
    /// It is text.
    Text,
    /// It has no end in what is decoded so far.
    Unfinished,
}

/// How much text of a page is read from its beginning, in bytes.
const MOST_TEXT: usize = 6 * 1_024;

/// How much of a page is read from its beginning, in bytes of text and tags.
const MOST_PAGE: usize = 48 * 1_024;

/// How much of a page is read at its end, tags and all, in bytes.
const LAST: usize = 8 * 1_024;

/// How much of a page is decoded at first, in bytes; then as much again each time.
const FIRST_BLOCK: usize = 8 * 1_024;

/// An entity is shorter, in bytes.
const LONGEST_ENTITY: usize = 40;

/// Elements whose content is not text of the page.
const UNSEEN: [&[u8]; 3] = [b"style", b"script", b"title"];

/// Whether an element is within a line, so that its tags separate no words.
fn is_inline(name: &[u8]) -> bool {
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

/// A hidden element longer than this, in bytes, is read: its end tag may be missing.
const LONGEST_HIDDEN: usize = 32 * 1_024;

/// Hidden elements beyond this number are read: to look for the end of each takes time.
const MOST_HIDDEN: u32 = 64;

impl Reader {
    fn new() -> Self {
        Self { most: MOST_TEXT, most_passed: MOST_PAGE, ..Self::default() }
    }

    /// Reads a page block by block until it is enough; returns how far in what was decoded, and whether that is all.
    fn begin(
        &mut self,
        page: &mut Coded<'_>,
        first: usize,
        html: &mut String,
        is_enough: impl Fn(&Self) -> bool,
        text: &mut impl FnMut(&str),
        link: &mut impl FnMut(&str),
    ) -> (usize, bool) {
        let (mut at, mut size) = (0, first);
        html.clear();
        loop {
            let ended = !page.more(size, html);
            self.next_none = 0;
            at = self.read(html, at, ended, text, link);
            if ended || is_enough(self) {
                return (at, ended);
            }
            size = html.len();
        }
    }

    /// Reads from `at` on, until enough text was read or a tag has no end in `html`; returns where it stopped. With
    /// `ended`, nothing comes after `html`.
    fn read(
        &mut self,
        html: &str,
        mut at: usize,
        ended: bool,
        text: &mut impl FnMut(&str),
        link: &mut impl FnMut(&str),
    ) -> usize {
        while let Some(byte) = html.as_bytes().get(at).filter(|_| !self.has_enough()) {
            let next = match byte {
                b'<' => match self.step_over(html, at, ended, text, link) {
                    Ok(next) => next,
                    Err(Stop::Unfinished) => return at,
                    Err(Stop::Text) => {
                        self.text("<", text);
                        at + 1
                    }
                },
                b'&' if !ended && html.len() - at < LONGEST_ENTITY => return at,
                b'&' => {
                    self.text("", text);
                    at + entity(&html[at..], text)
                }
                _ => {
                    let rest = &html[at..];
                    let run = scan::find([b'<', b'&'], rest.as_bytes()).unwrap_or(rest.len());
                    self.text(&rest[..run], text);
                    self.passed += run;
                    at + run
                }
            };
            at = next;
        }
        at
    }

    fn has_enough(&self) -> bool {
        self.read > self.most || self.passed > self.most_passed
    }

    /// Reads the end of a page of which `html` was decoded, and read up to `at`.
    fn read_end(
        &mut self,
        html: &mut String,
        mut at: usize,
        page: &mut Coded<'_>,
        text: &mut impl FnMut(&str),
        link: &mut impl FnMut(&str),
    ) {
        self.markup.has_link |= has_link(html);
        // It belongs to what one mail says.
        self.template.close();
        let skipped = page.skip_to_last(LAST);
        if skipped {
            html.clear();
            at = 0;
        }
        page.more(usize::MAX, html);
        let from = html.len().saturating_sub(LAST);
        if skipped || from > at {
            // It begins at a tag.
            at = memchr(b'<', &html.as_bytes()[from..]).map_or(html.len(), |tag| from + tag);
        }
        (self.most, self.most_passed, self.next_none) = (usize::MAX, usize::MAX, 0);
        self.read(html, at, true, text, link);
    }

    /// Passes on a run of text; blanks alone wait for what comes after them.
    fn text(&mut self, run: &str, text: &mut impl FnMut(&str)) {
        if !run.is_empty() && run.bytes().all(|b| b.is_ascii_whitespace()) {
            self.gap = true;
            return;
        }
        if std::mem::take(&mut self.gap) {
            text("\n");
        }
        self.read += run.len();
        text(run);
    }

    /// Steps over the tag or comment that begins at `open`; returns the place after it.
    fn step_over(
        &mut self,
        html: &str,
        open: usize,
        ended: bool,
        text: &mut impl FnMut(&str),
        link: &mut impl FnMut(&str),
    ) -> Result<usize, Stop> {
        let bytes = html.as_bytes();
        let inner = &bytes[open + 1..];
        // What never ends hides the rest.
        let past = |end: Option<usize>| match end {
            Some(end) => Ok(open + 1 + end),
            None if ended => Ok(bytes.len()),
            None => Err(Stop::Unfinished),
        };
        let closed = || memchr(b'>', inner).map(|end| end + 1);
        match inner {
            [b'!', b'-', b'-', ..] => return past(comment_length(&inner[3..]).map(|end| end + 3)),
            [b'!' | b'?', ..] => return past(closed()),
            [b'/', letter, ..] if !letter.is_ascii_alphabetic() => return past(closed()),
            [b'/', _, ..] => {}
            [letter, ..] if letter.is_ascii_alphabetic() => {}
            [] | [b'/'] if !ended => return Err(Stop::Unfinished),
            _ => return Err(Stop::Text),
        }
        let closes = inner[0] == b'/';
        let begin = open + 1 + usize::from(closes);
        let Some(tag) = Tag::of(&html[begin..], ended) else { return past(None) };
        let next = begin + tag.text.len() + 1;
        let mut small = [0; LONGEST_NAME];
        let name = tag.small_name(&mut small);
        if !closes && UNSEEN.contains(&name) {
            return past(end_of(tag.name, &bytes[next..], false).map(|end| next - open - 1 + end));
        }
        self.passed += next - open;
        if !closes {
            self.template.tag(name);
        }
        if name == b"a" {
            self.in_link = false;
        }
        if closes || tag.name.len() == tag.text.len() {
            self.gap |= !is_inline(name);
            return Ok(next);
        }
        let hidden_end = if self.hidden < MOST_HIDDEN && self.may_hide(html, begin, next) && tag.hides() {
            let rest = &bytes[next..bytes.len().min(next + LONGEST_HIDDEN)];
            let end = end_of(tag.name, rest, true);
            if end.is_none() && rest.len() < LONGEST_HIDDEN && !ended {
                return Err(Stop::Unfinished);
            }
            self.hidden += 1;
            end
        } else {
            None
        };
        self.gap |= !is_inline(name);
        if hidden_end.is_none() {
            self.opened(&tag, name, text, link);
        }
        Ok(next + hidden_end.unwrap_or(0))
    }

    /// Whether the tag between these places contains `none`.
    fn may_hide(&mut self, html: &str, begin: usize, next: usize) -> bool {
        if self.next_none < begin {
            self.next_none = NONE.find(&html.as_bytes()[begin..]).map_or(usize::MAX, |at| begin + at);
        }
        self.next_none < next
    }

    /// What an opening tag with attributes means.
    fn opened(
        &mut self,
        tag: &Tag<'_>,
        name: &[u8],
        text: &mut impl FnMut(&str),
        link: &mut impl FnMut(&str),
    ) {
        if name == b"a" {
            if let Some(target) = tag.attribute(&HREF).filter(|target| is_web_address(target)) {
                self.markup.links += 1;
                self.in_link = true;
                self.template.link(target);
                link(target);
            }
        } else if name == b"img" {
            self.markup.pictures += 1;
            self.markup.linked_pictures += u32::from(self.in_link);
            // Where pictures are not loaded, readers see this.
            if let Some(instead) = tag.attribute(&ALT) {
                self.text("", text);
                let mut at = 0;
                while at < instead.len() {
                    let run = memchr(b'&', &instead.as_bytes()[at..]).unwrap_or(instead.len() - at);
                    text(&instead[at..at + run]);
                    at += run;
                    if at < instead.len() {
                        at += entity(&instead[at..], text);
                    }
                }
                self.gap = true;
            }
        }
    }
}

fn is_web_address(target: &str) -> bool {
    target.trim_start().get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"))
}

#[cfg(test)]
mod tests;
