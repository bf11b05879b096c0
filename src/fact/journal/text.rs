//! The text of a journal report: its sender, its Message-ID, and a line for each recipient ([MS-XJRNL], Exchange's
//! "journal report fields").
//!
//! `To: ann@corp.example, Expanded: team@corp.example` is a message to a list that ann got; `Forwarded:` names whom it
//! was meant for. Either way the first address is that of who got it.

use crate::message::address::{addresses, bare_address};
use crate::text::fold::fold;
use encoding_rs::{Encoding, UTF_8};
use indexmap::IndexSet;

/// What of a longer line is read: a subject may be long, an address is not.
const LONGEST_LINE: usize = 4_096;

/// What a line of the report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineLabel {
    Sender,
    Subject,
    MessageId,
    Recipient,
    /// Known, but not an address of these: on whose behalf it was sent, when, under which policy.
    Else,
}

/// The labels, folded, in English, German, French and Spanish.
#[rustfmt::skip]
const LABELS: &[(LineLabel, &[&str])] = &[
    (LineLabel::Sender, &["sender", "absender", "expediteur", "remitente"]),
    (LineLabel::Subject, &["subject", "betreff", "objet", "sujet", "asunto"]),
    (LineLabel::MessageId, &[
        "message-id", "message id", "nachrichten-id", "nachrichtenkennung", "id de message", "id du message",
        "id message", "identificateur de message", "identifiant du message", "id. de mensaje", "id de mensaje",
        "id. del mensaje", "id del mensaje", "identificador de mensaje", "identificador del mensaje",
    ]),
    (LineLabel::Recipient, &[
        "to", "cc", "bcc", "recipient", "recipients",
        "an", "kopie", "blindkopie", "empfanger",
        "a", "cci", "copie", "copie cachee", "destinataire", "destinataires",
        "para", "cco", "copia", "copia oculta", "destinatario", "destinatarios",
    ]),
    (LineLabel::Else, &[
        "on-behalf-of", "on behalf of", "im auftrag von", "im namen von", "de la part de", "pour le compte de",
        "au nom de", "en nombre de", "de parte de", "label", "sentutc", "receivedutc", "from", "von", "de", "date",
    ]),
];

/// The content of a report's text, read line by line.
#[derive(Debug)]
pub(super) struct ReportText {
    charset: &'static Encoding,
    line: Vec<u8>,
    has_sender: bool,
    message_id: Option<String>,
    recipients: IndexSet<String>,
    /// Whether some line is none of a report.
    has_other_lines: bool,
    lines: u32,
}

impl ReportText {
    /// A text in that character set.
    pub fn new(charset: Option<&str>) -> Self {
        let charset = charset.and_then(|name| Encoding::for_label_no_replacement(name.as_bytes()));
        Self {
            charset: charset.unwrap_or(UTF_8),
            line: Vec::new(),
            has_sender: false,
            message_id: None,
            recipients: IndexSet::new(),
            has_other_lines: false,
            lines: 0,
        }
    }

    /// Takes the next bytes in.
    pub fn feed(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// Takes the line in that is at hand.
    pub fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let (text, _) = self.charset.decode_without_bom_handling(&line);
        self.take_line(text.trim_start_matches('\u{feff}').trim());
        self.line = line;
        self.line.clear();
    }

    fn take_line(&mut self, line: &str) {
        if line.is_empty() {
            return;
        }
        self.lines += 1;
        let labelled = line.split_once(':');
        let known = labelled.and_then(|(label, value)| Some((known(label)?, value.trim())));
        match known {
            Some((LineLabel::Sender, _)) => self.has_sender = true,
            Some((LineLabel::MessageId, value)) if self.message_id.is_none() => {
                self.message_id = Some(value.trim_matches(['<', '>', ' ']).to_string());
            }
            Some((LineLabel::Recipient, value)) => self.take_recipients(value),
            Some(_) => {}
            // In another language the recipients follow the Message-ID all the same, which alone is in brackets.
            None => {
                self.has_other_lines = true;
                let value = labelled.map_or(line, |(_, value)| value.trim());
                match bracketed_id(value) {
                    Some(id) if self.message_id.is_none() => {
                        self.has_sender |= self.lines > 1;
                        self.message_id = Some(id.to_string());
                    }
                    _ if self.message_id.is_some() => self.take_recipients(value),
                    _ => {}
                }
            }
        }
    }

    /// The addresses of a line, up to the list or the address that it came through.
    fn take_recipients(&mut self, value: &str) {
        // Gateways make links of addresses: `ann@corp.example<mailto:ann@corp.example>`.
        let value: &str = &value.replace("mailto:", "");
        if let Some(one) = bare_address(value.as_bytes()) {
            self.recipients.insert(one.to_lowercase());
            return;
        }
        let redirected = value.match_indices(", ").map(|(at, _)| at).find(|at| {
            let rest = &value[at + 2..];
            rest.split_once(':').is_some_and(|(label, _)| !label.contains(['@', ',', '"', '<']))
        });
        let direct = redirected.map_or(value, |at| &value[..at]);
        let found = addresses(direct.as_bytes()).into_iter().map(|one| one.address.to_lowercase());
        self.recipients.extend(found.filter(|one| {
            one.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
                && !one.contains(char::is_whitespace)
        }));
    }

    /// Whether any line is one that a report begins with.
    pub fn has_begun(&self) -> bool {
        self.has_sender || self.message_id.is_some() || !self.recipients.is_empty()
    }

    /// Whether it names a sender or a message, and recipients.
    pub fn is_report(&self) -> bool {
        (self.has_sender || self.message_id.is_some()) && !self.recipients.is_empty()
    }

    /// Whether nothing so far speaks against a report, to the letter.
    pub fn may_be_exact(&self) -> bool {
        !self.has_other_lines && (self.lines == 0 || self.has_sender)
    }

    /// Whether it is a report to the letter, about the message with that id.
    pub fn is_exactly_about(&self, id: &str) -> bool {
        let same = self.message_id.as_deref().is_some_and(|named| !named.is_empty() && named == id);
        same && self.has_sender && !self.has_other_lines && !self.recipients.is_empty()
    }

    /// The recipients, in lower case, each once.
    pub fn into_recipients(self) -> IndexSet<String> {
        self.recipients
    }
}

fn known(label: &str) -> Option<LineLabel> {
    // French puts a narrow blank before the colon.
    let label = fold(label.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{202f}'));
    LABELS.iter().find(|(_, words)| words.contains(&label.as_str())).map(|(label, _)| *label)
}

fn bracketed_id(value: &str) -> Option<&str> {
    value.strip_prefix('<')?.strip_suffix('>').filter(|id| !id.contains(['<', '>', ' ', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipients(text: &str) -> Vec<String> {
        let mut report = ReportText::new(None);
        report.feed(text.as_bytes());
        report.end_line();
        report.into_recipients().into_iter().collect()
    }

    #[test]
    fn recipients_are_found_in_four_languages() {
        let english = "Sender: news@shop.example\nSubject: To: nobody@x.example\nMessage-Id: <a@shop.example>\n\
                       To: ann@corp.example\r\nCc: BOB@corp.example\nBcc: cas@corp.example\n\
                       To: dot@corp.example, Expanded: team@corp.example\n\
                       Recipient: eve@corp.example, Forwarded: old@corp.example\nOn-Behalf-Of: boss@corp.example\n";
        let expected = [
            "ann@corp.example",
            "bob@corp.example",
            "cas@corp.example",
            "dot@corp.example",
            "eve@corp.example",
        ];
        assert_eq!(recipients(english), expected);
        let german = "Absender: n@shop.example\nBetreff: x\nNachrichten-ID: <a@shop.example>\nAn: ann@corp.example\n\
                      Empfänger: bob@corp.example, Erweitert: team@corp.example\nIm Auftrag von: boss@corp.example\n";
        assert_eq!(recipients(german), expected[..2]);
        let french = "Expéditeur\u{a0}: n@shop.example\nObjet : x\nID du message : <a@shop.example>\n\
                      À : ann@corp.example\nCci\u{a0}: bob@corp.example, Développé : liste@corp.example\n";
        assert_eq!(recipients(french), expected[..2]);
        let spanish = "Remitente: n@shop.example\nAsunto: x\nId. de mensaje: <a@shop.example>\nPara: ann@corp.example\n\
                       CCO: bob@corp.example, Reenviado: otra@corp.example\n";
        assert_eq!(recipients(spanish), expected[..2]);
    }

    #[test]
    fn addresses_that_a_gateway_made_links_of_are_those_addresses() {
        let linked = "Sender: n@shop.example\nMessage-Id: <a@shop.example>\nTo: <mailto:ann@corp.example>\n\
                      Cc: bob@corp.example<mailto:bob@corp.example>\n";
        assert_eq!(recipients(linked), ["ann@corp.example", "bob@corp.example"]);
    }

    #[test]
    fn in_another_language_they_follow_the_message_id() {
        let polish = "Nadawca: n@shop.example\nTemat: ann@x.example\nIdentyfikator: <a@shop.example>\nDo: ann@corp.example\n";
        assert_eq!(recipients(polish), ["ann@corp.example"]);
        let of_2003 = "Sender: n@shop.example\nMessage-ID: <a@shop.example>\nRecipients:\n\"Ann, Ng\" <ann@corp.example>\nbob@corp.example\n";
        assert_eq!(recipients(of_2003), ["ann@corp.example", "bob@corp.example"]);
    }

    #[test]
    fn only_the_exact_form_is_a_report_without_a_mark() {
        let about = |text: &str| {
            let mut report = ReportText::new(None);
            report.feed(text.as_bytes());
            report.end_line();
            report.is_exactly_about("a@shop.example")
        };
        let plain =
            "Sender: n@shop.example\nSubject: x\nMessage-Id: <a@shop.example>\nTo: ann@corp.example\n";
        assert!(about(plain));
        assert!(!about(&format!("Hi Bob, see below.\n{plain}")));
        assert!(!about(&plain.replace("a@shop", "b@shop")));
        assert!(!about("From: n@shop.example\nSubject: x\nTo: ann@corp.example\n"));
    }
}
