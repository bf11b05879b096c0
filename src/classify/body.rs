//! The text of a body, as far as it is looked at: all text parts of the message, decoded, HTML as text.

use super::matcher::{FoldedText, Matcher};
use super::signals::Signals;
use crate::error::caught;
use crate::message::coded::Coded;
use crate::message::html::{has_link, read_html, template_of};
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
        let (mut room, mut links, mut html) = (TEXT_LIMIT, FoldedText::default(), String::new());
        let mut room_for_links = LINKS_LIMIT;
        let mut parts = parts(mime, body).into_iter().peekable();
        let mut enough = false;
        while let Some(mut part) = parts.next() {
            if enough {
                // Its text is as good as read: a seventh of a run over mixed mail less.
                if part.is_html {
                    this.template = template_of(&mut part.text, &mut html);
                }
                continue;
            }
            text.clear();
            let mut of_links = Template::default();
            let mut add = |piece: &str| {
                let piece = cut(piece, room);
                room -= piece.len();
                if piece == "\n" {
                    text.note_break();
                }
                matcher.add(piece, text);
            };
            let mut count = 0;
            let mut link = |target: &str| {
                count += 1;
                of_links.link(target);
                let target = cut(target, room_for_links.min(LONGEST_LINK));
                room_for_links -= target.len();
                matcher.add(target, &mut links);
                matcher.add(" ", &mut links);
            };
            if part.is_html {
                let markup = read_html(&mut part.text, &mut html, &mut add, &mut link);
                this.is_html = true;
                this.template = markup.template;
                this.has_link |= markup.has_link;
                this.pictures = this.pictures.max(markup.pictures);
                this.linked_pictures = this.linked_pictures.max(markup.linked_pictures);
            } else {
                let plain = part.text.text(TEXT_LIMIT);
                this.has_invitation |= has_invitation(&plain);
                this.has_link |= has_link(&plain);
                web_addresses(&plain, &mut link);
                add(&plain);
                if this.template == 0 {
                    this.template = of_links.hash();
                }
            }
            this.links = this.links.max(count);
            this.raised.raise_all(&matcher.raised_in(text));
            this.length = this.length.max(text.len());
            enough = parts.peek().is_some() && is_enough(&this);
        }
        this.raised.raise_all(&matcher.raised_by_links(&mut links));
        this
    }
}

/// How much of the addresses of links is looked at, of all and of each, in bytes.
const LINKS_LIMIT: usize = 4 * 1_024;
const LONGEST_LINK: usize = 120;

/// Passes on the addresses of web pages in a plain text.
fn web_addresses(text: &str, link: &mut impl FnMut(&str)) {
    static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("://"));
    for at in MARK.find_iter(text.as_bytes()) {
        let Some(scheme) = ["https", "http"].iter().find(|scheme| text[..at].ends_with(*scheme)) else {
            continue;
        };
        let address = &text[at - scheme.len()..];
        link(
            &address[..address
                .find(|c: char| c.is_whitespace() || matches!(c, '>' | ')' | '"'))
                .unwrap_or(address.len())],
        );
    }
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
mod tests {
    use super::super::phrase_lists::Lists;
    use super::*;
    use mail_parser::{Header, HeaderName};
    use proptest::prelude::*;

    /// What a body shows, and the text of its last part.
    fn read(mime: &[u8], body: &[u8]) -> (BodyText, String) {
        let (mut text, (_, matcher)) = (FoldedText::default(), Lists::built_in().matchers());
        let shown = BodyText::of(mime, body, &matcher, &mut text, &|_| false);
        (shown, text.text().to_string())
    }

    #[test]
    fn addresses_to_follow_are_links() {
        for text in [
            "see https://a.example/b",
            "http://a.example",
            "mailto:a@b.example",
            "at www.a.example",
            "ftp://a or http://b",
        ] {
            assert!(has_link(text), "{text}");
        }
        for text in ["", "://", "ftp://a.example", "http:/a", "a.example", "https", "é://"] {
            assert!(!has_link(text), "{text}");
        }
    }

    #[test]
    fn all_text_parts_are_decoded() {
        let header = b"Content-Type: multipart/alternative; boundary=x";
        let body = b"--x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nWinter=C3=9Cberraschung\n\
            --x\nContent-Type: text/html\n\n<p>Bis zu <b>50&nbsp;%</b></p><a href=\"https://shop.example/u\">Abmelden</a>\n--x--\n";
        let (shown, text) = read(header, body);
        assert_eq!(text, "bis zu 0 % abmelden");
        assert!(shown.has_link && shown.links == 1 && shown.is_html);
        let plain = b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable";
        assert_eq!(read(plain, b"Winter=C3=9Cberraschung").1, "winteruberraschung");
    }

    #[test]
    fn a_letter_is_read_without_what_it_answers() {
        let html =
            |body: &str| text_of_a_letter(b"Content-Type: text/html", body.as_bytes()).trim().to_string();
        assert_eq!(html("<p>Thanks!</p><blockquote type=cite>unsubscribe</blockquote>"), "Thanks!");
        assert_eq!(html("<div>Thanks!</div><div class=\"gmail_quote\">unsubscribe</div>"), "Thanks!");
        let both =
            "--x\nContent-Type: text/plain\n\nThanks\n--x\nContent-Type: text/html\n\n<p>Thanks</p>\n--x--\n";
        let read = text_of_a_letter(b"Content-Type: multipart/alternative; boundary=x", both.as_bytes());
        assert_eq!(read.trim(), "Thanks");
    }

    #[test]
    fn an_attachment_is_no_text_even_where_it_is_cut() {
        let header = b"Content-Type: multipart/mixed; boundary=\"x y\"\r\n";
        let body =
            b"--x y\r\n\r\nHello\r\n--x y\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nUGxlYXNl";
        assert_eq!(read(header, body).1, "hello");
    }

    fn told(parts: Vec<Part<'_>>) -> Vec<(bool, String)> {
        let text = |mut part: Part<'_>| {
            (part.is_html, part.text.text(usize::MAX).replace('\r', "").trim().to_string())
        };
        parts.into_iter().map(text).collect()
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => Just("--a".to_string()),
            2 => Just("--a--".to_string()),
            2 => Just("--b".to_string()),
            1 => Just("--b--".to_string()),
            1 => "--(a ?|ab|a-|b x)",
            2 => "Content-Type: (text/plain|text/html|TEXT/Calendar|image/png|multipart/mixed; boundary=b|message/rfc822|multipart/alternative; boundary=\"b\")(; charset=(utf-8|iso-8859-1|\"windows-1252\"|x))?",
            1 => "Content-Transfer-Encoding: (7bit|base64|quoted-printable|x)",
            1 => "Content-Disposition: attachment; filename=\"?[a ]\"?",
            3 => Just(String::new()),
            3 => "[a-zé=<>&; -]{0,10}",
            1 => "[A-Za-z0-9]{4,8}",
        ]
    }

    /// Whether mail-parser gives up on a message, or on a transfer encoding in it: such a part it takes as it is, even
    /// an attachment as text.
    fn gives_up(message: &[u8]) -> bool {
        let parser = MessageParser::new().with_mime_headers().default_header_ignore();
        let uncoded = |part: &MessagePart<'_>| {
            part.is_encoding_problem && part.headers.iter().any(is_transfer_encoding)
        };
        caught(|| parser.parse(message).is_none_or(|message| message.parts.iter().any(uncoded)))
            .unwrap_or(true)
    }

    fn is_transfer_encoding(header: &Header<'_>) -> bool {
        header.name == HeaderName::ContentTransferEncoding
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").map_or(1_000, |n| n.parse().unwrap_or(1_000)), max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

        #[test]
        fn what_is_beyond_doubt_is_read_as_mail_parser_reads_it(
            kind in "(multipart/mixed; boundary=a|multipart/mixed; boundary=\"a\"|text/html; charset=utf-8|text/plain)",
            lines in proptest::collection::vec(line(), 0..16),
            ends in "(\n|\r\n)"
        ) {
            let header = format!("Subject: x{ends}Content-Type: {kind}{ends}");
            let body: String = lines.iter().map(|line| format!("{line}{ends}")).collect();
            // Base64 that is not in fours costs mail-parser letters; an escape before a boundary costs it the boundary.
            let coded = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'=' | b' ' | b'-');
            let is_cut = |line: &String| line.bytes().all(coded) && (!line.len().is_multiple_of(4) || line.contains([' ', '-']));
            let mut texts = lines.iter().filter(|line| !line.starts_with("--"));
            prop_assume!(!(body.contains("base64") && texts.any(is_cut)));
            let mut texts = lines.iter().skip_while(|line| !line.contains("quoted")).skip_while(|line| !line.is_empty());
            prop_assume!(!texts.any(|line| line.contains('=')));
            let body = format!("{body}{ends}--b--{ends}--a--{ends}");
            prop_assume!(!gives_up(format!("{header}{ends}{body}").as_bytes()));
            if let Some(parts) = text_parts(header.as_bytes(), body.as_bytes(), decode) {
                let expected = forgiving(header.as_bytes(), body.as_bytes());
                prop_assert_eq!(told(parts), told(expected));
            }
        }
    }

    #[test]
    fn a_body_cut_in_the_middle_and_deep_nesting_are_read() {
        let header = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64";
        assert!(read(header, b"U2FsZSBlbmRzIHRvbmlnaHQgaHR0cDovL2E").1.starts_with("sale ends tonight"));
        let mut nested = String::new();
        for depth in 0..10_000 {
            nested
                .push_str(&format!("--b{depth}\nContent-Type: multipart/mixed; boundary=b{}\n\n", depth + 1));
        }
        read(b"Content-Type: multipart/mixed; boundary=b0", nested.as_bytes());
    }
}
