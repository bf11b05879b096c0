//! HTML and quoted-printable as text, in strides.
//!
//! Both say what `mail-parser` says, as tests assert, but step over tags and copy runs where it goes byte by byte:
//! nearly all of a marketing mail is tags.

use mail_parser::decoders::html::add_html_token;
use memchr::{memchr, memchr2};

/// The text of a page.
pub(super) fn html_to_text(html: &str) -> String {
    let mut page = Page::of(html);
    let mut at = 0;
    while let Some(byte) = page.input.get(at) {
        let next = match byte {
            b'<' => page.tag(at),
            _ if page.is_hidden() => memchr(b'<', &page.input[at..]).map(|next| at + next),
            byte => Some(page.letter(at, *byte)),
        };
        // A tag, a comment or a style that never ends hides the rest.
        let Some(next) = next else { return page.text };
        at = next;
    }
    if !page.is_hidden() {
        page.end_token(page.token_end + 1);
    }
    page.text
}

/// A page, as far as it is read.
struct Page<'a> {
    input: &'a [u8],
    text: String,
    /// Elements that show nothing, and whether one is open: `head`, `style`, `script`, `template`.
    hidden: [bool; 4],
    /// Whether there is a token at hand, and where it begins and ends so far.
    in_token: bool,
    token_start: usize,
    token_end: usize,
    after_space: bool,
    at_line_start: bool,
}

const HIDDEN: [&[u8]; 4] = [b"head", b"style", b"script", b"template"];

impl<'a> Page<'a> {
    fn of(html: &'a str) -> Self {
        Self {
            input: html.as_bytes(),
            text: String::with_capacity(html.len() / 8),
            hidden: [false; 4],
            in_token: false,
            token_start: 0,
            token_end: 0,
            after_space: false,
            at_line_start: true,
        }
    }

    fn is_hidden(&self) -> bool {
        self.hidden.contains(&true)
    }

    /// Puts the token at hand, if any.
    fn end_token(&mut self, end: usize) -> bool {
        if self.in_token {
            let space = self.after_space && !self.at_line_start;
            add_html_token(&mut self.text, &self.input[self.token_start..end], space);
            (self.at_line_start, self.in_token) = (false, false);
            return true;
        }
        false
    }

    /// Reads one byte of text; returns the place of the next.
    fn letter(&mut self, at: usize, byte: u8) -> usize {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                self.end_token(self.token_end + 1);
                self.after_space = true;
                return at + 1;
            }
            b';' if self.end_token(at + 1) => {
                self.after_space = false;
                return at + 1;
            }
            b'&' if self.end_token(self.token_end + 1) => self.after_space = false,
            _ => {}
        }
        if !self.in_token {
            (self.token_start, self.in_token) = (at, true);
        }
        self.token_end = at;
        at + 1
    }

    /// Steps over the tag or comment that opens here; returns the place behind it.
    fn tag(&mut self, open: usize) -> Option<usize> {
        if self.in_token && !self.is_hidden() {
            let token = &self.input[self.token_start..=self.token_end];
            add_html_token(&mut self.text, token, self.after_space);
            self.after_space = false;
        }
        self.in_token = false;
        let inner = &self.input[open + 1..];
        let blank = inner.iter().take_while(|b| is_blank(**b) || **b == b'/').count();
        if inner[blank..].starts_with(b"!--") {
            let begins = open + 1 + blank + 1;
            return comment_end(&self.input[begins..]).map(|end| begins + end);
        }
        let end = memchr2(b'<', b'>', inner)?;
        if inner[end] == b'<' {
            return Some(open + 1 + end);
        }
        self.closed(&inner[..end], inner[..blank.min(end)].contains(&b'/'));
        Some(open + 2 + end)
    }

    /// What a tag of one word means.
    fn closed(&mut self, tag: &[u8], closes: bool) {
        let slashes = |word: &'_ [u8]| word.iter().take_while(|b| **b == b'/').count();
        let mut words = tag.split(|b| is_blank(*b)).filter(|word| slashes(word) < word.len());
        let (Some(word), None) = (words.next(), words.next()) else { return };
        let end = word.iter().rposition(|b| *b != b'/').map_or(0, |last| last + 1);
        let name = &word[slashes(word)..end];
        if name.eq_ignore_ascii_case(b"br") || (closes && name.eq_ignore_ascii_case(b"p")) {
            self.text.push('\n');
            (self.after_space, self.at_line_start) = (false, true);
        }
        if let Some(at) = HIDDEN.iter().position(|hidden| name.eq_ignore_ascii_case(hidden)) {
            self.hidden[at] = !closes;
        }
    }
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
pub(super) fn quoted_printable(coded: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(coded.len());
    for line in coded.split_inclusive(|b| *b == b'\n') {
        let whole = line.ends_with(b"\n");
        let mut rest = line.strip_suffix(b"\n").unwrap_or(line);
        rest = rest.strip_suffix(b"\r").unwrap_or(rest);
        let mut soft = false;
        while let Some(at) = memchr(b'=', rest) {
            text.extend_from_slice(&rest[..at]);
            match &rest[at + 1..] {
                [high, low, after @ ..] if high.is_ascii_hexdigit() => {
                    text.push(hex(*high)? << 4 | hex(*low)?);
                    rest = after;
                }
                blank if whole && blank.iter().all(|b| matches!(b, b' ' | b'\t')) => {
                    (soft, rest) = (true, b"");
                }
                _ => return None,
            }
        }
        let kept = if whole && !soft { rest.trim_ascii_end() } else { rest };
        text.extend_from_slice(kept);
        if whole && !soft {
            text.push(b'\n');
        }
    }
    Some(text)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn a_page_reads_as_mail_parser_reads_it(
            html in "(<(/ ?)?(br|p|P|td|head|style|script|template|!--|!-|!x|a href=\"b>c\"|)( /|/| x| )?>?|-->|--->|<!-->|->|[a-zé;&<>/!-]{0,3}|&(amp|nbsp|#64|x);| |\n){0,14}"
        ) {
            prop_assert_eq!(html_to_text(&html), mail_parser::decoders::html::html_to_text(&html));
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
