//! HTML and quoted-printable as text, in strides.
//!
//! Both say what `mail-parser` says, as tests assert, but step over tags and copy runs where it goes byte by byte:
//! nearly all of a marketing mail is tags.

use crate::text::scan;
use mail_parser::decoders::html::add_html_token;

/// Hands on the text of a page, piece by piece: what stands between tags, with its blanks, entities decoded. Pieces
/// join as they are.
pub(crate) fn read_html(html: &str, text: &mut impl FnMut(&str)) {
    let mut page = Page { input: html.as_bytes(), hidden: [false; 4] };
    let mut at = 0;
    loop {
        let rest = &html[at..];
        // Most tags stand side by side.
        let run = if rest.starts_with('<') {
            0
        } else {
            scan::find([b'<', b'&'], rest.as_bytes()).unwrap_or(rest.len())
        };
        if run > 0 && !page.is_hidden() {
            text(&rest[..run]);
        }
        let next = match rest.as_bytes().get(run) {
            None => return,
            Some(b'<') => page.tag(at + run, text),
            Some(_) if page.is_hidden() => Some(at + run + 1),
            Some(_) => Some(at + run + entity(&rest[run..], text)),
        };
        // A tag, a comment or a style that never ends hides the rest.
        let Some(next) = next else { return };
        at = next;
    }
}

/// Hands on what an entity stands for, or the text as it is; returns its length.
fn entity(html: &str, text: &mut impl FnMut(&str)) -> usize {
    let ends = |b: &u8| matches!(b, b';' | b'&' | b'<') || is_blank(*b);
    let end = html.as_bytes()[1..].iter().position(ends).map_or(html.len(), |end| end + 1);
    let length = if html.as_bytes().get(end) == Some(&b';') { end + 1 } else { end };
    let mut decoded = String::new();
    add_html_token(&mut decoded, &html.as_bytes()[..length], false);
    text(&decoded);
    length
}

/// A page, as far as it is read.
struct Page<'a> {
    input: &'a [u8],
    /// Elements that show nothing, and whether one is open: `head`, `style`, `script`, `template`.
    hidden: [bool; 4],
}

const HIDDEN: [&[u8]; 4] = [b"head", b"style", b"script", b"template"];

impl Page<'_> {
    fn is_hidden(&self) -> bool {
        self.hidden != [false; 4]
    }

    /// Steps over the tag or comment that opens here; returns the place behind it.
    fn tag(&mut self, open: usize, text: &mut impl FnMut(&str)) -> Option<usize> {
        let inner = &self.input[open + 1..];
        let blank = inner.iter().take_while(|b| is_blank(**b) || **b == b'/').count();
        if inner[blank..].starts_with(b"!--") {
            let begins = open + 1 + blank + 1;
            return comment_end(&self.input[begins..]).map(|end| begins + end);
        }
        let end = scan::find([b'<', b'>'], inner)?;
        if inner[end] == b'<' {
            return Some(open + 1 + end);
        }
        self.closed(&inner[..end], inner[..blank.min(end)].contains(&b'/'), text);
        Some(open + 2 + end)
    }

    /// What a tag of one word means.
    fn closed(&mut self, tag: &[u8], closes: bool, text: &mut impl FnMut(&str)) {
        let says_nothing = |b: &u8| is_blank(*b) || *b == b'/';
        let Some(begin) = tag.iter().position(|b| !says_nothing(b)) else { return };
        let (word, behind) = tag[begin..].split_at(word_length(&tag[begin..]));
        // Most tags have attributes, which end this here.
        if !behind.iter().all(says_nothing) {
            return;
        }
        let name = &word[..word.iter().rposition(|b| *b != b'/').map_or(0, |last| last + 1)];
        if name.eq_ignore_ascii_case(b"br") || (closes && name.eq_ignore_ascii_case(b"p")) {
            text("\n");
        }
        if let Some(at) = HIDDEN.iter().position(|hidden| name.eq_ignore_ascii_case(hidden)) {
            self.hidden[at] = !closes;
        }
    }
}

fn word_length(text: &[u8]) -> usize {
    text.iter().position(|b| is_blank(*b)).unwrap_or(text.len())
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Behind the first `>` after exactly two hyphens.
fn comment_end(comment: &[u8]) -> Option<usize> {
    let ends = memchr::memchr_iter(b'>', comment);
    let hyphens = |end: usize| comment[..end].iter().rev().take(3).take_while(|b| **b == b'-').count();
    ends.into_iter().find(|end| hyphens(*end) == 2).map(|end| end + 1)
}

/// Quoted-printable decoded (RFC 2045 §6.7), line ends as LF; `None` where it is not well-formed.
pub(crate) fn quoted_printable(coded: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(coded.len());
    // Blanks before a line end that are written as they are do not count.
    let mut after_escape = 0;
    let mut rest = coded;
    while let Some(at) = scan::find([b'=', b'\n'], rest) {
        text.extend_from_slice(&rest[..at]);
        rest = match &rest[at..] {
            [b'=', high, low, behind @ ..] if high.is_ascii_hexdigit() => {
                text.push(hex(*high)? << 4 | hex(*low)?);
                after_escape = text.len();
                behind
            }
            [b'=', behind @ ..] => {
                let end = scan::find([b'\n'], behind)?;
                let blank = behind[..end].strip_suffix(b"\r").unwrap_or(&behind[..end]);
                if !blank.iter().all(|b| matches!(b, b' ' | b'\t')) {
                    return None;
                }
                after_escape = text.len();
                &behind[end + 1..]
            }
            line_end => {
                let kept = text[after_escape..].trim_ascii_end().len();
                text.truncate(after_escape + kept);
                text.push(b'\n');
                after_escape = text.len();
                &line_end[1..]
            }
        };
    }
    text.extend_from_slice(rest.strip_suffix(b"\r").unwrap_or(rest));
    Some(text)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold::fold;
    use proptest::prelude::*;

    fn read(html: &str) -> String {
        let mut text = String::new();
        read_html(html, &mut |piece| text.push_str(piece));
        text
    }

    #[test]
    fn words_stay_apart_and_whole() {
        let html =
            "<p><b>Sale</b> ends <i>so</i>on&nbsp;&mdash; R&amp;D</p>now<br>or\nnever<style>p { }</style>";
        assert_eq!(fold(&read(html)), "sale ends soon - r&d now or never");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        // But for blanks: it drops some between words of which one is marked up.
        #[test]
        fn a_page_reads_as_mail_parser_reads_it(
            html in "(<(/ ?)?(br|p|P|td|head|style|script|template|!--|!-|!x|a href=\"b>c\"|)( /|/| x| )?>?|-->|--->|<!-->|->|[a-zé;&<>/!-]{0,3}|&(amp|nbsp|#64|x);| |\n){0,14}"
        ) {
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            // After how many letters words end.
            let ends = |text: &str| {
                let lengths = text.split_whitespace().map(str::len);
                lengths.scan(0, |sum, length| { *sum += length; Some(*sum) }).collect::<Vec<usize>>()
            };
            let (ours, theirs) = (read(&html), mail_parser::decoders::html::html_to_text(&html));
            prop_assert_eq!(letters(&ours), letters(&theirs));
            prop_assert!(ends(&theirs).iter().all(|end| ends(&ours).contains(end)), "{:?} {:?}", ours, theirs);
        }

        #[test]
        fn quoted_printable_reads_as_mail_parser_reads_it(
            coded in "(=[0-9A-Fa-f]{2}|=\r?\n|= \r?\n|=|\r?\n| |\t|[a-z]{1,3}){0,12}"
        ) {
            let theirs = mail_parser::decoders::quoted_printable::quoted_printable_decode(coded.as_bytes());
            let plain = |text: Vec<u8>| String::from_utf8_lossy(&text).replace('\r', "");
            if let Some(ours) = quoted_printable(coded.as_bytes()) {
                prop_assert_eq!(Some(plain(ours)), theirs.map(plain));
            }
        }
    }
}
