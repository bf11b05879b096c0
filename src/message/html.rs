//! HTML as the text that its reader sees.
//!
//! Tags are told apart as the HTML standard's tokenizer does (a test compares with one), but in strides: nearly all of
//! a marketing mail is tags. Elements that begin a new block separate words; what a style hides is left out.

use super::template::Template;
use crate::text::scan;
use mail_parser::decoders::html::add_html_token;
use memchr::{memchr, memchr_iter, memmem};

/// What was counted on the way through a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Markup {
    /// Links to a web page.
    pub links: u32,
    /// Pictures.
    pub pictures: u32,
    /// What it shares with other pages made alike; 0: nothing shows that.
    pub template: u32,
}

/// Passes on the visible text of a page, piece by piece, with its blanks and with entities decoded; pieces join as they
/// are. Passes on where its links to web pages lead, too. Of a page with more than [`MOST_TEXT`] bytes of text only the
/// end is read after these: a mail says what it wants at its top, and how to leave it at its end.
pub(crate) fn read_html(html: &str, text: &mut impl FnMut(&str), link: &mut impl FnMut(&str)) -> Markup {
    let mut page = Page {
        html,
        markup: Markup::default(),
        hidden: 0,
        gap: false,
        read: 0,
        template: Template::default(),
    };
    let (mut at, end) = (0, end_of_page(html));
    while let Some(byte) = html.as_bytes().get(at) {
        if page.read > MOST_TEXT && at < end {
            at = end;
            continue;
        }
        at = match byte {
            b'<' => page.step_over(at, text, link).unwrap_or_else(|| {
                page.text("<", text);
                at + 1
            }),
            b'&' => {
                page.text("", text);
                at + entity(&html[at..], text)
            }
            _ => {
                let rest = &html[at..];
                let run = scan::find([b'<', b'&'], rest.as_bytes()).unwrap_or(rest.len());
                page.text(&rest[..run], text);
                at + run
            }
        };
    }
    Markup { template: page.template.hash(), ..page.markup }
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
struct Page<'a> {
    html: &'a str,
    markup: Markup,
    /// Hidden elements so far.
    hidden: u32,
    /// Whether a blank comes before the next text: most tags stand side by side, and one blank is enough for all.
    gap: bool,
    /// How much text was passed on, in bytes.
    read: usize,
    template: Template,
}

/// How much text of a page is read from its beginning, in bytes.
const MOST_TEXT: usize = 6 * 1_024;

/// How much of a page is read at its end, tags and all, in bytes.
const LAST: usize = 8 * 1_024;

/// Where the end of a page begins: at a tag.
fn end_of_page(html: &str) -> usize {
    let from = html.len().saturating_sub(LAST);
    memchr(b'<', &html.as_bytes()[from..]).map_or(html.len(), |at| from + at)
}

/// Elements whose content is no text of the page.
const UNSEEN: [&[u8]; 3] = [b"style", b"script", b"title"];

/// The longest name of an element that matters.
const LONGEST_NAME: usize = 8;

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

impl Page<'_> {
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

    /// Steps over the tag or comment that begins at `open`; returns the place after it, or `None` where it is text.
    fn step_over(
        &mut self,
        open: usize,
        text: &mut impl FnMut(&str),
        link: &mut impl FnMut(&str),
    ) -> Option<usize> {
        let bytes = self.html.as_bytes();
        let inner = &bytes[open + 1..];
        let past = |end: Option<usize>| end.map_or(bytes.len(), |end| open + 2 + end);
        match inner {
            [b'!', b'-', b'-', ..] => return Some(open + 4 + comment_length(&inner[3..])),
            [b'!' | b'?', ..] => return Some(past(memchr(b'>', inner))),
            [b'/', letter, ..] if !letter.is_ascii_alphabetic() => {
                return Some(past(memchr(b'>', inner)));
            }
            [b'/', _, ..] => {}
            [letter, ..] if letter.is_ascii_alphabetic() => {}
            _ => return None,
        }
        let closes = inner[0] == b'/';
        let begin = open + 1 + usize::from(closes);
        // A tag that never ends hides the rest.
        let Some(tag) = Tag::of(&self.html[begin..]) else { return Some(bytes.len()) };
        let next = begin + tag.text.len() + 1;
        let mut small = [0; LONGEST_NAME];
        let name = tag.small_name(&mut small);
        if !closes && UNSEEN.contains(&name) {
            let end = end_of(tag.name, &bytes[next..], false);
            return Some(end.map_or(bytes.len(), |end| next + end));
        }
        self.gap |= !is_inline(name);
        if !closes {
            self.template.tag(name);
        }
        if closes || tag.name.len() == tag.text.len() {
            Some(next)
        } else {
            Some(self.opened(&tag, name, next, text, link))
        }
    }

    /// What an opening tag means; returns where to go on.
    fn opened(
        &mut self,
        tag: &Tag<'_>,
        name: &[u8],
        next: usize,
        text: &mut impl FnMut(&str),
        link: &mut impl FnMut(&str),
    ) -> usize {
        if self.hidden < MOST_HIDDEN && tag.hides() {
            self.hidden += 1;
            let rest = &self.html.as_bytes()[next..];
            if let Some(end) = end_of(tag.name, &rest[..rest.len().min(LONGEST_HIDDEN)], true) {
                return next + end;
            }
        }
        if name == b"a" {
            if let Some(target) = tag.attribute("href").filter(|target| is_web_address(target)) {
                self.markup.links += 1;
                self.template.link(target);
                link(target);
            }
        } else if name == b"img" {
            self.markup.pictures += 1;
            // Where pictures are not loaded, readers see this.
            if let Some(instead) = tag.attribute("alt") {
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
        next
    }
}

fn is_web_address(target: &str) -> bool {
    target.trim_start().get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http"))
}

/// A tag without its brackets and without the slash that closes.
struct Tag<'a> {
    text: &'a str,
    name: &'a str,
}

/// Quotes that are not closed within so many bytes are taken as written by mistake.
const LONGEST_TAG: usize = 8 * 1_024;

impl<'a> Tag<'a> {
    /// The tag at the start of `html`; `None` where it has no end.
    fn of(html: &'a str) -> Option<Self> {
        let bytes = html.as_bytes();
        let mut ends = memchr_iter(b'>', bytes);
        let first = ends.next()?;
        let within = ends.take_while(|end| *end <= LONGEST_TAG);
        let closed = std::iter::once(first).chain(within).find(|end| !is_in_quotes(&bytes[..*end]));
        let text = &html[..closed.unwrap_or(first)];
        let name = text.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(text.len());
        Some(Self { text, name: &text[..name] })
    }

    /// The name in lower case; the empty text where it is longer than any that matters.
    fn small_name<'b>(&self, room: &'b mut [u8; LONGEST_NAME]) -> &'b [u8] {
        let Some(small) = room.get_mut(..self.name.len()) else { return b"" };
        small.copy_from_slice(self.name.as_bytes());
        small.make_ascii_lowercase();
        small
    }

    /// Whether a style keeps the element from being shown.
    fn hides(&self) -> bool {
        let bytes = self.text.as_bytes();
        memmem::find_iter(bytes, b"none").any(|at| {
            let before = self.text.get(..at).unwrap_or("").trim_end();
            let property = before.strip_suffix(':').map_or("", str::trim_end);
            property.len() >= 7 && property.as_bytes()[property.len() - 7..].eq_ignore_ascii_case(b"display")
        })
    }

    /// The value of an attribute, without its quotes.
    fn attribute(&self, name: &str) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let is_blank = |at: usize| {
            bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\''))
        };
        let capitals = name.to_ascii_uppercase();
        let found = memmem::find_iter(bytes, name).chain(memmem::find_iter(bytes, &capitals));
        found.filter(|at| *at > 0 && is_blank(*at - 1)).find_map(|at| {
            let value = self.text[at + name.len()..].trim_ascii_start().strip_prefix('=')?.trim_ascii_start();
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
fn comment_length(comment: &[u8]) -> usize {
    if comment.starts_with(b">") {
        return 1;
    }
    if comment.starts_with(b"->") {
        return 2;
    }
    let ends = |end: &usize| comment[..*end].ends_with(b"--") || comment[..*end].ends_with(b"--!");
    memchr_iter(b'>', comment).find(ends).map_or(comment.len(), |end| end + 1)
}

/// Where the end tag of an element ends, from its start tag on; `nested`: elements of its name within it are stepped
/// over. Within a style or a script nothing else is a tag.
fn end_of(name: &str, html: &[u8], nested: bool) -> Option<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;
    use html5gum::{Token, Tokenizer};
    use proptest::prelude::*;

    fn read(html: &str) -> String {
        let mut text = String::new();
        read_html(html, &mut |piece| text.push_str(piece), &mut |_| {});
        text
    }

    #[test]
    fn words_stay_apart_and_whole() {
        let html =
            "<p><b>Sale</b> ends <i>so</i>on&nbsp;&mdash; R&amp;D</p>now<br>or\nnever<style>p { }</style>";
        assert_eq!(fold(&read(html)), "sale ends soon - r&d now or never");
        let cells = "<table><tr><td>Price</td><td class=x>12</td></tr></table><ul><li>one<li>two</ul><div>a</div><div>b</div>";
        assert_eq!(fold(&read(cells)), "price 0 one two a b");
    }

    #[test]
    fn styles_scripts_and_comments_are_not_text() {
        for html in [
            "a<style type=\"text/css\" media=all>p > b { color: red }</style>b",
            "a<script type='x'>if (1 < 2) { \"</p>\" }</script>b",
            "a<!-- x --->b",
            "a<!-- x --!>b",
            "a<!-->b",
            "a<!--[if mso]><p>x</p><![endif]-->b",
            "a<![if !mso]>b",
            "a<SCRIPT>x</Script >b",
            "a<img title='1 > 0'>b",
        ] {
            assert_eq!(read(html).replace('\n', ""), "ab", "{html}");
        }
    }

    #[test]
    fn hidden_elements_are_left_out_where_they_end() {
        let hidden = "<div style=\"font-size:1px; Display: none\">preview <div>x</div></div>text";
        assert_eq!(read(hidden).trim(), "text");
        assert_eq!(read("<div style='display:none'>all of it").trim(), "all of it");
        assert_eq!(read("<p style='border:none'>seen</p>").trim(), "seen");
    }

    #[test]
    fn links_and_pictures_are_counted_and_alternative_texts_read() {
        let mut text = String::new();
        let html = "<a class=b href = 'https://shop.example/x'><img src=\"a>b.png\" alt=\"Caf&eacute; sale\"></a><a href=#top>up</a>";
        let markup = read_html(html, &mut |piece| text.push_str(piece), &mut |_| {});
        assert_eq!((markup.links, markup.pictures), (1, 1));
        assert_eq!(fold(&text), "cafe sale up");
    }

    #[test]
    fn of_a_long_page_the_beginning_and_the_end_are_read() {
        let middle = "<p>filling words</p>".repeat(3_000);
        let read = fold(&read(&format!("<p>Sale!</p>{middle}<b>middle</b>{middle}<p>Unsubscribe</p>")));
        assert!(read.starts_with("sale!") && read.ends_with("unsubscribe") && !read.contains("middle"));
        assert!(read.len() < MOST_TEXT + LAST);
    }

    /// The visible text by a tokenizer that follows the standard.
    fn by_the_standard(html: &str) -> String {
        let (mut text, mut unseen) = (String::new(), None);
        for token in Tokenizer::new(html).flatten() {
            match token {
                Token::String(words) if unseen.is_none() => text.push_str(&String::from_utf8_lossy(&words)),
                Token::StartTag(tag) if unseen.is_none() => {
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    unseen = UNSEEN.contains(&name.as_bytes()).then_some(name);
                }
                Token::EndTag(tag) if unseen.as_deref().is_some_and(|name| *tag.name == *name.as_bytes()) => {
                    unseen = None;
                }
                _ => {}
            }
        }
        text
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn a_page_reads_as_the_standard_reads_it(
            html in "(<(/)?(br|p|P|td|a href=\"b>c\"|a b='c' d|i x=y|table/)( |/| x| )?>|<!--(a|-|>| )*(-->|--!>)|<!x>|<[?]y>|<3|<|a < b|[a-zé;>/! -]{1,3}|&(amp|lt|#64);| |\n){0,14}"
        ) {
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&read(&html)), letters(&by_the_standard(&html)));
        }
    }
}
