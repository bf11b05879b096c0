//! Tests of `body`.

use super::*;
use crate::classify::phrase_lists::Lists;
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
fn of_a_long_plain_text_both_ends_are_read() {
    let lines = |words: &str, bytes: usize| format!("{words}\n").repeat(bytes / (words.len() + 1));
    let body = |middle: usize| {
        let middle = lines("middle words", middle);
        format!(
            "First line of all.\n{}{middle}{}Unsubscribe: https://shop.example/u\n",
            lines("top", MOST_TEXT),
            lines("end", MOST_TEXT)
        )
    };
    for encoding in ["8bit", "quoted-printable"] {
        let mime = format!("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}");
        let (shown, text) = read(mime.as_bytes(), body(64 * 1_024).as_bytes());
        assert!(
            text.starts_with("first line of all. top")
                && text.ends_with("end unsubscribe: https://shop.example/u")
        );
        assert!(!text.contains("middle") && shown.has_link && shown.links == 1, "{encoding}");
        assert!(text.len() < 3 * MOST_TEXT, "{encoding}");
    }
    // One that is hardly longer than its ends is read whole, and nothing of it twice.
    let (_, whole) = read(b"Content-Type: text/plain", lines("a few words", 2 * MOST_TEXT - 64).as_bytes());
    assert_eq!(whole.matches("words").count(), (2 * MOST_TEXT - 64) / 12);
}

#[test]
fn links_in_a_few_words_that_are_not_of_service_invite() {
    let invite = |html: &str| read(b"Content-Type: text/html", html.as_bytes()).0.buttons;
    let link = |words: &str| format!("<p><a href=\"https://shop.example/a\">{words}</a></p>");
    let text = "<p>Some words about chairs and tables.</p>".repeat(4);
    assert_eq!(invite(&format!("{text}{}{}", link("Meet the chairs"), link("<b>All</b> tables"))), 2);
    for words in [
        "Track your parcel",
        "Your <b>account</b>",
        "<img alt=\"Oak Chairs\">",
        "24 / 7",
        "all that we ever wanted to say about chairs",
    ] {
        assert_eq!(invite(&format!("{text}{}", link(words))), 0, "{words}");
    }
    let footer = "<p>You receive this because you bought one.</p>";
    assert_eq!(invite(&format!("{text}{footer}{}", link("Oak Chairs"))), 0);
}

#[test]
fn of_a_plain_text_the_words_before_an_address_are_those_of_a_link() {
    let invite = |text: &str| read(b"Content-Type: text/plain", text.as_bytes()).0.buttons;
    let text = "Some words about chairs and tables. ".repeat(4);
    let two = "Meet the chairs (https://shop.example/a) all tables: https://shop.example/b";
    assert_eq!(invite(&format!("{text}\n{two}\n")), 2);
    let none = "Track your parcel: https://shop.example/a\nhttps://shop.example/b";
    assert_eq!(invite(&format!("{text}\n{none}")), 0);
    let (shown, read) = read(b"Content-Type: text/plain", b"a http://b.example/c d\nhttps://e.example");
    assert_eq!((shown.links, read.as_str()), (2, "a http://b.example/c d https://e.example"));
}

#[test]
fn a_letter_is_read_without_what_it_answers() {
    let html = |body: &str| text_of_a_letter(b"Content-Type: text/html", body.as_bytes()).trim().to_string();
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
    let body = b"--x y\r\n\r\nHello\r\n--x y\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nUGxlYXNl";
    assert_eq!(read(header, body).1, "hello");
}

fn told(parts: Vec<Part<'_>>) -> Vec<(bool, String)> {
    let text =
        |mut part: Part<'_>| (part.is_html, part.text.text(usize::MAX).replace('\r', "").trim().to_string());
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
    let uncoded =
        |part: &MessagePart<'_>| part.is_encoding_problem && part.headers.iter().any(is_transfer_encoding);
    caught(|| parser.parse(message).is_none_or(|message| message.parts.iter().any(uncoded))).unwrap_or(true)
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
        nested.push_str(&format!("--b{depth}\nContent-Type: multipart/mixed; boundary=b{}\n\n", depth + 1));
    }
    read(b"Content-Type: multipart/mixed; boundary=b0", nested.as_bytes());
}
