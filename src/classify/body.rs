//! The text of a body, as far as it is looked at: all text parts of the message, decoded, HTML as text.

use super::matcher::{FoldedText, Matcher};
use super::signals::Signals;
use crate::error::caught;
use crate::message::coded::Coded;
use crate::message::html::{MOST_TEXT, Piece, has_link, read_html, template_of};
use crate::message::mime::{Part, text_parts};
use crate::message::template::Template;
use mail_parser::decoders::html::html_to_text;
use mail_parser::{MessageParser, MessagePart, PartType};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// How much text is looked at, in bytes.
const TEXT_LIMIT: usize = 256 * 1_024;

/// What a body's text shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BodyText {
    /// What its phrases raise.
    pub(super) raised: Signals,
    /// The bytes of its longest text, folded.
    pub length: usize,
    /// Whether a text is HTML.
    pub is_html: bool,
    /// It contains a web or mail address to follow.
    pub has_link: bool,
    /// It says how to leave the mailing, or links to there.
    pub has_way_out: bool,
    /// Links to web pages, in the text that has most.
    pub links: u32,
    /// Links that invite in a few words of their own, in the text that has most.
    pub buttons: u32,
    /// Pictures.
    pub pictures: u32,
    /// Those of them that lead to a web page.
    pub linked_pictures: u32,
    /// What it shares with other mail of its template; 0: nothing shows that.
    pub template: u32,
    /// It contains a calendar part with a method (RFC 6047).
    pub has_invitation: bool,
}

impl BodyText {
    /// Reads the beginning of a body under the MIME fields of its header. A parser that fails leaves no text.
    pub(super) fn of(
        mime: &[u8],
        body: &[u8],
        matcher: &Matcher,
        text: &mut FoldedText,
        is_enough: &dyn Fn(&Self) -> bool,
    ) -> Self {
        caught(|| Self::read(mime, body, matcher, text, is_enough)).unwrap_or_default()
    }

    fn read(
        mime: &[u8],
        body: &[u8],
        matcher: &Matcher,
        text: &mut FoldedText,
        is_enough: &dyn Fn(&Self) -> bool,
    ) -> Self {
        let mut this = Self::default();
        let (links, html) = Default::default();
        let mut reading =
            BodyReading { matcher, text, links, html, room: TEXT_LIMIT, room_for_links: LINKS_LIMIT };
        let mut parts = parts(mime, body).into_iter().peekable();
        let mut enough = false;
        while let Some(mut part) = parts.next() {
            if !enough {
                this.add(part, &mut reading);
                enough = parts.peek().is_some() && is_enough(&this);
            } else if part.is_html {
                // Its text is as good as read: a seventh of a run over mixed mail less.
                this.template = template_of(&mut part.text, &mut reading.html);
            }
        }
        this.raised.raise_all(&matcher.raised_by_links(&mut reading.links));
        this
    }

    /// Reads a part.
    fn add(&mut self, mut part: Part<'_>, reading: &mut BodyReading<'_>) {
        let BodyReading { matcher, text, links, html, room, room_for_links } = reading;
        text.clear();
        let (mut of_links, mut count) = (Template::default(), 0);
        let mut add = |piece: Piece<'_>| match piece {
            Piece::Text(words) => {
                let words = cut(words, *room);
                *room -= words.len();
                matcher.add(words, text);
            }
            Piece::Break => {
                text.note_break();
                matcher.add("\n", text);
            }
            Piece::Link(target) => {
                text.begin_link();
                count += 1;
                of_links.link(target);
                let target = cut(target, (*room_for_links).min(LONGEST_LINK));
                *room_for_links -= target.len();
                matcher.add(target, links);
                matcher.add(" ", links);
                links.note_break();
            }
            Piece::LinkEnd => text.end_link(),
            Piece::Picture => text.forget_link(),
        };
        if part.is_html {
            let markup = read_html(&mut part.text, html, &mut add);
            self.is_html = true;
            self.template = markup.template;
            self.has_link |= markup.has_link;
            self.pictures = self.pictures.max(markup.pictures);
            self.linked_pictures = self.linked_pictures.max(markup.linked_pictures);
        } else {
            let plain = beginning_and_end(&mut part.text);
            self.has_invitation |= has_invitation(&plain);
            self.has_link |= has_link(&plain);
            read_plain(&plain, &mut add);
            if self.template == 0 {
                self.template = of_links.hash();
            }
        }
        self.links = self.links.max(count);
        self.raised.raise_all(&matcher.raised_in(text));
        self.buttons = self.buttons.max(matcher.buttons(text));
        self.length = self.length.max(text.len());
    }
}

/// A body that is being read.
struct BodyReading<'a> {
    matcher: &'a Matcher,
    text: &'a mut FoldedText,
    /// The addresses of its links.
    links: FoldedText,
    /// A buffer for HTML.
    html: String,
    /// How many bytes of text are still looked at, …
    room: usize,
    /// … and of the addresses of links.
    room_for_links: usize,
}

/// How much of the addresses of links is looked at, of all and of each, in bytes.
const LINKS_LIMIT: usize = 4 * 1_024;
const LONGEST_LINK: usize = 120;

/// Passes on a plain text, in which the words before the address of a web page are those of a link to it, from the start of
/// its line or the address before.
fn read_plain(text: &str, pass_on: &mut impl FnMut(Piece<'_>)) {
    static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("://"));
    let mut at = 0;
    for mark in MARK.find_iter(text.as_bytes()) {
        let scheme = ["https", "http"].iter().find(|scheme| text[..mark].ends_with(*scheme));
        let begin = scheme.map(|scheme| mark - scheme.len());
        let Some(begin) = begin.filter(|begin| *begin >= at) else { continue };
        let ends = |c: char| c.is_whitespace() || matches!(c, '>' | ')' | '"');
        let end = text[begin..].find(ends).map_or(text.len(), |length| begin + length);
        let words = text[at..begin].rfind('\n').map_or(at, |line| at + line + 1);
        pass_on(Piece::Text(&text[at..words]));
        pass_on(Piece::Link(&text[begin..end]));
        pass_on(Piece::Text(&text[words..begin]));
        pass_on(Piece::LinkEnd);
        pass_on(Piece::Text(&text[begin..end]));
        at = end;
    }
    pass_on(Piece::Text(&text[at..]));
}

/// What is looked at of a plain text: it says what it wants at its top, and how to leave at its end.
fn beginning_and_end(plain: &mut Coded<'_>) -> String {
    let mut text = plain.text(MOST_TEXT);
    if plain.skip_to_last(MOST_TEXT) {
        text.push('\n');
    }
    plain.more(usize::MAX, &mut text);
    text
}

/// The text of a letter by hand, unfolded: that of its plain parts, or else of its HTML up to what mail programs put
/// before the message that is answered.
pub(crate) fn text_of_a_letter(mime: &[u8], body: &[u8]) -> String {
    let read = || {
        let (mut plain, mut html) = (String::new(), String::new());
        for mut part in parts(mime, body) {
            let text = part.text.text(TEXT_LIMIT);
            if part.is_html { html.push_str(before_quotation(&text)) } else { plain.push_str(&text) }
        }
        if plain.trim().is_empty() { html_to_text(&html) } else { cut(&plain, TEXT_LIMIT).to_string() }
    };
    caught(read).unwrap_or_default()
}

/// What comes before a quotation in HTML, by the marks of mail programs.
fn before_quotation(html: &str) -> &str {
    const MARKS: [&str; 8] = [
        "<blockquote",
        "gmail_quote",
        "moz-cite-prefix",
        "yahoo_quoted",
        "appendonsend",
        "divRplyFwdMsg",
        "protonmail_quote",
        "border-top:solid #E1E1E1",
    ];
    let ends = MARKS.iter().filter_map(|mark| html.find(mark));
    // A mark may be in the middle of a tag.
    ends.min().map_or(html, |end| &html[..html[..end].rfind('<').unwrap_or(end)])
}

/// The text parts of a message.
fn parts<'a>(mime: &'a [u8], body: &'a [u8]) -> Vec<Part<'a>> {
    text_parts(mime, body, decode).unwrap_or_else(|| forgiving(mime, body))
}

/// The text parts of a message of any structure.
fn forgiving(header: &[u8], body: &[u8]) -> Vec<Part<'static>> {
    parsed(&[header, b"\n\n", body].concat())
}

/// The text of a message of one part.
fn decode(message: &[u8]) -> Option<Part<'static>> {
    parsed(message).into_iter().next()
}

fn parsed(message: &[u8]) -> Vec<Part<'static>> {
    let parser = MessageParser::new().with_mime_headers().default_header_ignore();
    let parts = parser.parse(message).map(|message| message.parts).unwrap_or_default();
    let text = |part: MessagePart<'_>| match part.body {
        PartType::Text(plain) => Some(Part { is_html: false, text: Coded::decoded(plain.into_owned()) }),
        PartType::Html(html) => Some(Part { is_html: true, text: Coded::decoded(html.into_owned()) }),
        _ => None,
    };
    parts.into_iter().filter_map(text).collect()
}

fn has_invitation(text: &str) -> bool {
    static MARKS: LazyLock<[Finder<'static>; 2]> =
        LazyLock::new(|| ["BEGIN:VCALENDAR", "METHOD:"].map(Finder::new));
    MARKS.iter().all(|mark| mark.find(text.as_bytes()).is_some())
}

/// The text up to `most` bytes, at a character's border.
fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

#[cfg(test)]
mod tests;
