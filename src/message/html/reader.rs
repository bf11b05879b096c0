//! The text of a page, piece by piece, as far as it is needed.

use super::tag::{ALT, HREF, LONGEST_NAME, NONE, Tag, UNSEEN, comment_length, end_of, is_inline};
use super::{Markup, Piece, has_link};
use crate::message::coded::Coded;
use crate::message::template::Template;
use crate::text::scan;
use mail_parser::decoders::html::add_html_token;
use memchr::memchr;

/// A page while it is read.
#[derive(Default)]
pub(super) struct HtmlReader {
    pub markup: Markup,
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
    pub template: Template,
}

/// Why a tag can't be stepped over.
enum ReadStop {
    /// It is text.
    Text,
    /// It has no end in what is decoded so far.
    Unfinished,
}

/// How much text of a page or a plain text is read from its beginning, in bytes: more than signs look at.
pub(crate) const MOST_TEXT: usize = 4 * 1_024;

/// How much of a page is read from its beginning, in bytes of text and tags.
const MOST_PAGE: usize = 24 * 1_024;

/// How much of a page is read at its end, tags and all, in bytes.
pub(super) const LAST: usize = 8 * 1_024;

/// An entity is shorter, in bytes.
const LONGEST_ENTITY: usize = 40;

/// A hidden element longer than this, in bytes, is read: its end tag may be missing.
const LONGEST_HIDDEN: usize = 32 * 1_024;

/// Hidden elements beyond this number are read: to look for the end of each takes time.
const MOST_HIDDEN: u32 = 64;

impl HtmlReader {
    pub fn new() -> Self {
        Self { most: MOST_TEXT, most_passed: MOST_PAGE, ..Self::default() }
    }

    /// Reads a page block by block until it is enough; returns how far in what was decoded, and whether that is all.
    pub fn begin(
        &mut self,
        page: &mut Coded<'_>,
        first: usize,
        html: &mut String,
        is_enough: impl Fn(&Self) -> bool,
        pass_on: &mut impl FnMut(Piece<'_>),
    ) -> (usize, bool) {
        let (mut at, mut size) = (0, first);
        html.clear();
        loop {
            let ended = !page.more(size, html);
            self.next_none = 0;
            at = self.read(html, at, ended, pass_on);
            if ended || is_enough(self) {
                return (at, ended);
            }
            size = html.len();
        }
    }

    /// Reads from `at` on, until enough text was read or a tag has no end in `html`; returns where it stopped. With
    /// `ended`, nothing comes after `html`.
    fn read(&mut self, html: &str, mut at: usize, ended: bool, pass_on: &mut impl FnMut(Piece<'_>)) -> usize {
        while let Some(byte) = html.as_bytes().get(at).filter(|_| !self.has_enough()) {
            let next = match byte {
                b'<' => match self.step_over(html, at, ended, pass_on) {
                    Ok(next) => next,
                    Err(ReadStop::Unfinished) => return at,
                    Err(ReadStop::Text) => {
                        self.text("<", pass_on);
                        at + 1
                    }
                },
                b'&' if !ended && html.len() - at < LONGEST_ENTITY => return at,
                b'&' => {
                    self.text("", pass_on);
                    at + entity(&html[at..], pass_on)
                }
                _ => {
                    let rest = &html[at..];
                    let run = scan::find([b'<', b'&'], rest.as_bytes()).unwrap_or(rest.len());
                    self.text(&rest[..run], pass_on);
                    self.passed += run;
                    at + run
                }
            };
            at = next;
        }
        at
    }

    pub fn has_enough(&self) -> bool {
        self.read > self.most || self.passed > self.most_passed
    }

    /// Reads the end of a page of which `html` was decoded, and read up to `at`.
    pub fn read_end(
        &mut self,
        html: &mut String,
        mut at: usize,
        page: &mut Coded<'_>,
        pass_on: &mut impl FnMut(Piece<'_>),
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
        self.read(html, at, true, pass_on);
    }

    /// Passes on a run of text; blanks alone wait for what comes after them.
    fn text(&mut self, run: &str, pass_on: &mut impl FnMut(Piece<'_>)) {
        if !run.is_empty() && run.bytes().all(|b| b.is_ascii_whitespace()) {
            self.gap = true;
            return;
        }
        if std::mem::take(&mut self.gap) {
            pass_on(Piece::Break);
        }
        self.read += run.len();
        pass_on(Piece::Text(run));
    }

    /// Steps over the tag or comment that begins at `open`; returns the place after it.
    fn step_over(
        &mut self,
        html: &str,
        open: usize,
        ended: bool,
        pass_on: &mut impl FnMut(Piece<'_>),
    ) -> Result<usize, ReadStop> {
        let bytes = html.as_bytes();
        let inner = &bytes[open + 1..];
        // What never ends hides the rest.
        let past = |end: Option<usize>| match end {
            Some(end) => Ok(open + 1 + end),
            None if ended => Ok(bytes.len()),
            None => Err(ReadStop::Unfinished),
        };
        let closed = || memchr(b'>', inner).map(|end| end + 1);
        match inner {
            [b'!', b'-', b'-', ..] => return past(comment_length(&inner[3..]).map(|end| end + 3)),
            [b'!' | b'?', ..] => return past(closed()),
            [b'/', letter, ..] if !letter.is_ascii_alphabetic() => return past(closed()),
            [b'/', _, ..] => {}
            [letter, ..] if letter.is_ascii_alphabetic() => {}
            [] | [b'/'] if !ended => return Err(ReadStop::Unfinished),
            _ => return Err(ReadStop::Text),
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
        if name == b"a" && std::mem::take(&mut self.in_link) {
            pass_on(Piece::LinkEnd);
        }
        if closes || tag.name.len() == tag.text.len() {
            self.gap |= !is_inline(name);
            return Ok(next);
        }
        let hidden_end = self.hidden_end(html, (begin, next), &tag, ended)?;
        self.gap |= !is_inline(name);
        if hidden_end.is_none() {
            self.opened(&tag, name, pass_on);
        }
        Ok(next + hidden_end.unwrap_or(0))
    }

    /// Where a hidden element ends, in bytes after its tag, which is between these places; `None`: it is not hidden, or
    /// does not end.
    fn hidden_end(
        &mut self,
        html: &str,
        (begin, next): (usize, usize),
        tag: &Tag<'_>,
        ended: bool,
    ) -> Result<Option<usize>, ReadStop> {
        if self.hidden >= MOST_HIDDEN || !self.may_hide(html, begin, next) || !tag.hides() {
            return Ok(None);
        }
        let bytes = html.as_bytes();
        let rest = &bytes[next..bytes.len().min(next + LONGEST_HIDDEN)];
        let end = end_of(tag.name, rest, true);
        if end.is_none() && rest.len() < LONGEST_HIDDEN && !ended {
            return Err(ReadStop::Unfinished);
        }
        self.hidden += 1;
        Ok(end)
    }

    /// Whether the tag between these places contains `none`.
    fn may_hide(&mut self, html: &str, begin: usize, next: usize) -> bool {
        if self.next_none < begin {
            self.next_none = NONE.find(&html.as_bytes()[begin..]).map_or(usize::MAX, |at| begin + at);
        }
        self.next_none < next
    }

    /// What an opening tag with attributes means.
    fn opened(&mut self, tag: &Tag<'_>, name: &[u8], pass_on: &mut impl FnMut(Piece<'_>)) {
        if name == b"a" {
            if let Some(target) = tag.attribute(&HREF).filter(|target| is_web_address(target)) {
                self.markup.links += 1;
                self.in_link = true;
                self.template.link(target);
                pass_on(Piece::Link(target));
            }
        } else if name == b"img" {
            self.markup.pictures += 1;
            self.markup.linked_pictures += u32::from(self.in_link);
            // Where pictures are not loaded, readers see this.
            if let Some(instead) = tag.attribute(&ALT) {
                self.text("", pass_on);
                pass_on(Piece::Picture);
                let mut at = 0;
                while at < instead.len() {
                    let run = memchr(b'&', &instead.as_bytes()[at..]).unwrap_or(instead.len() - at);
                    pass_on(Piece::Text(&instead[at..at + run]));
                    at += run;
                    if at < instead.len() {
                        at += entity(&instead[at..], pass_on);
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

/// Passes on what an entity means, or the text as it is; returns its length.
fn entity(html: &str, pass_on: &mut impl FnMut(Piece<'_>)) -> usize {
    let ends = |b: &u8| matches!(b, b';' | b'&' | b'<') || b.is_ascii_whitespace();
    let end = html.as_bytes()[1..].iter().position(ends).map_or(html.len(), |end| end + 1);
    let length = if html.as_bytes().get(end) == Some(&b';') { end + 1 } else { end };
    let mut decoded = String::new();
    add_html_token(&mut decoded, &html.as_bytes()[..length], false);
    pass_on(Piece::Text(&decoded));
    length
}
