//! HTML as the text that its reader sees.
//!
//! Tags are told apart as the HTML standard's tokenizer does (a test compares with one), but in strides: nearly all of
//! a marketing mail is tags. Elements that begin a new block separate words; what a style hides is left out.

mod reader;
mod tag;

use super::coded::Coded;
use memchr::memmem::Finder;
use reader::HtmlReader;
pub(crate) use reader::MOST_TEXT;
use std::sync::LazyLock;

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

/// A piece of a page as its reader sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Text with its blanks, entities decoded; pieces of it join as they are.
    Text(&'a str),
    /// A block ends here.
    Break,
    /// A link to a web page begins, which leads there.
    Link(&'a str),
    /// It ends.
    LinkEnd,
    /// A picture, whose alternative text follows.
    Picture,
}

/// Passes on a page, piece by piece. A page is decoded as far as it is read; of one that has more
/// than [`MOST_TEXT`] bytes of text, or [`MOST_PAGE`] of text and tags, only the end is read after these: a mail says
/// what it wants at its top, and how to leave it at its end. `html` is a buffer.
pub(crate) fn read_html(
    page: &mut Coded<'_>,
    html: &mut String,
    pass_on: &mut impl FnMut(Piece<'_>),
) -> Markup {
    read_in_blocks(page, FIRST_BLOCK, html, pass_on)
}

/// The same, with blocks of that size at first.
fn read_in_blocks(
    page: &mut Coded<'_>,
    first: usize,
    html: &mut String,
    pass_on: &mut impl FnMut(Piece<'_>),
) -> Markup {
    let mut reader = HtmlReader::new();
    let (at, ended) = reader.begin(page, first, html, HtmlReader::has_enough, pass_on);
    if !ended || at < html.len() {
        reader.read_end(html, at, page, pass_on);
    }
    reader.markup.has_link |= has_link(html);
    Markup { template: reader.template.hash(), ..reader.markup }
}

/// The template of a page whose text is not asked for.
pub(crate) fn template_of(page: &mut Coded<'_>, html: &mut String) -> u32 {
    let mut reader = HtmlReader::new();
    let is_enough = |reader: &HtmlReader| reader.has_enough() || reader.template.is_complete();
    reader.begin(page, FIRST_BLOCK, html, is_enough, &mut |_| {});
    reader.template.hash()
}

/// How much of a page is decoded at first, in bytes; then as much again each time.
const FIRST_BLOCK: usize = 8 * 1_024;

/// Whether a text contains an address to follow.
pub(crate) fn has_link(text: &str) -> bool {
    static MARKS: LazyLock<[Finder<'static>; 3]> =
        LazyLock::new(|| ["://", "mailto:", "www."].map(Finder::new));
    let [web, others @ ..] = &*MARKS;
    let is_web = |at: usize| text[..at].ends_with("http") || text[..at].ends_with("https");
    web.find_iter(text.as_bytes()).any(is_web)
        || others.iter().any(|mark| mark.find(text.as_bytes()).is_some())
}

#[cfg(test)]
mod tests;
