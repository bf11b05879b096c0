//! The text of a body, as far as it is looked at: all text parts of the message, decoded, HTML as text.

use super::super::fold::fold;
use mail_parser::{MessageParser, PartType};

/// How much text is looked at, in bytes.
const TEXT_LIMIT: usize = 256 * 1_024;

/// What a body's text shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BodyText {
    /// Folded for comparison.
    pub folded: String,
    /// It holds a web or mail address to follow.
    pub has_link: bool,
    /// It holds a calendar part with a method (RFC 6047).
    pub has_invitation: bool,
    /// The writer's own first words, folded: nothing that is quoted from another message.
    pub own_words: String,
}

impl BodyText {
    /// Reads the beginning of a body under its header block. A parser that fails leaves no text.
    pub fn read(header: &[u8], body: &[u8]) -> Self {
        let mut whole = Vec::with_capacity(header.len() + body.len() + 2);
        whole.extend_from_slice(header);
        whole.extend_from_slice(b"\n\n");
        whole.extend_from_slice(body);
        std::panic::catch_unwind(|| Self::parse(&whole)).unwrap_or_default()
    }

    fn parse(whole: &[u8]) -> Self {
        let parser = MessageParser::new().with_mime_headers().default_header_ignore();
        let Some(message) = parser.parse(whole) else { return Self::default() };
        let mut text = String::new();
        let mut this = Self::default();
        for part in &message.parts {
            match &part.body {
                PartType::Text(plain) => {
                    this.has_invitation |= plain.contains("BEGIN:VCALENDAR") && plain.contains("METHOD:");
                    this.has_link |= has_link(plain);
                    push(&mut text, plain);
                }
                PartType::Html(html) => {
                    this.has_link |= has_link(html);
                    push(&mut text, &mail_parser::decoders::html::html_to_text(cut(html, TEXT_LIMIT)));
                }
                _ => {}
            }
        }
        this.own_words = fold(&own_words(&text));
        this.folded = fold(&text);
        this
    }
}

/// How much of what somebody wrote is looked at, in characters: a wish to be left alone comes first.
const OWN_WORDS: usize = 400;

/// The lines before any quotation, without quoted ones.
fn own_words(text: &str) -> String {
    let lines = text.lines().map(str::trim).take_while(|line| !introduces_quotation(line));
    let own: Vec<&str> = lines.filter(|line| !line.starts_with('>') && !line.starts_with('|')).collect();
    own.join("\n").chars().take(OWN_WORDS).collect()
}

/// What mail programs put above the message that is answered.
fn introduces_quotation(line: &str) -> bool {
    let folded = fold(line);
    let wrote = [
        "wrote:",
        "schrieb:",
        "a ecrit :",
        "a ecrit:",
        "escribio:",
        "ha scritto:",
        "schreef:",
        "escreveu:",
        "napisal:",
        "napisala:",
        "napisal(a):",
    ];
    let headed = ["from:", "von:", "de :", "de:", "da:", "van:", "od:"];
    (line.starts_with("--") && line.contains("essage")) // "-----Original Message-----" and its kin
        || line.starts_with("________")
        || wrote.iter().any(|end| folded.ends_with(end))
        || (headed.iter().any(|start| folded.starts_with(start)) && folded.contains('@'))
}

fn has_link(text: &str) -> bool {
    ["http://", "https://", "mailto:", "www."]
        .iter()
        .any(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some())
}

fn push(text: &mut String, more: &str) {
    let room = TEXT_LIMIT.saturating_sub(text.len());
    text.push_str(cut(more, room));
    text.push('\n');
}

/// The text up to `most` bytes, at a character's border.
fn cut(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_text_parts_are_decoded() {
        let header = b"Content-Type: multipart/alternative; boundary=x";
        let body = b"--x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nWinter=C3=9Cberraschung\n\
            --x\nContent-Type: text/html\n\n<p>Bis zu <b>50&nbsp;%</b></p><a href=\"https://shop.example/u\">Abmelden</a>\n--x--\n";
        let text = BodyText::read(header, body);
        assert!(
            text.folded.contains("winteruberraschung") && text.folded.contains("bis zu 0 %"),
            "{}",
            text.folded
        );
        assert!(text.has_link && text.folded.contains("abmelden"));
    }

    #[test]
    fn what_is_quoted_is_not_the_writers_own() {
        let own = |body: &str| BodyText::read(b"Content-Type: text/plain", body.as_bytes()).own_words;
        assert_eq!(own("Thanks!\n\nOn Mon, Ann <a@b.example> wrote:\n> unsubscribe here\n"), "thanks!");
        assert_eq!(own("> unsubscribe\nno, keep writing\n"), "no, keep writing");
        assert_eq!(own("Bitte abmelden\n-----Ursprüngliche Message-----\nVon: x"), "bitte abmelden");
        assert_eq!(
            own("stop\n\nAm 3. Mai schrieb Ann:\nunsubscribe"),
            "stop am 0. mai schrieb ann: unsubscribe"
        );
    }

    #[test]
    fn a_body_cut_in_the_middle_and_deep_nesting_are_read() {
        let header = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64";
        assert!(
            BodyText::read(header, b"U2FsZSBlbmRzIHRvbmlnaHQgaHR0cDovL2E")
                .folded
                .starts_with("sale ends tonight")
        );
        let mut nested = String::new();
        for depth in 0..10_000 {
            nested
                .push_str(&format!("--b{depth}\nContent-Type: multipart/mixed; boundary=b{}\n\n", depth + 1));
        }
        BodyText::read(b"Content-Type: multipart/mixed; boundary=b0", nested.as_bytes());
    }
}
