//! Transfer encodings undone piece by piece: of a message in base64 no more is kept than what waits for its group.

use crate::message::quoted_printable::quoted_printable;
use mail_parser::decoders::base64::base64_decode;

/// Undoes the transfer encoding of one part. Its pieces are whole lines, except for very long ones.
#[derive(Debug)]
pub(super) enum TransferDecoder {
    /// `7bit`, `8bit`, `binary`, and what is unknown.
    Identity,
    QuotedPrintable,
    /// Letters that wait for the rest of their group of four.
    Base64(Vec<u8>),
    /// The first line decides whether it is base64 at all.
    MayBeBase64,
}

impl TransferDecoder {
    /// For the value of a `Content-Transfer-Encoding`.
    pub fn of(encoding: Option<&[u8]>) -> Self {
        let is = |word: &str| encoding.is_some_and(|value| value.eq_ignore_ascii_case(word.as_bytes()));
        match () {
            () if is("base64") => Self::MayBeBase64,
            () if is("quoted-printable") => Self::QuotedPrintable,
            () => Self::Identity,
        }
    }

    /// Decodes the next piece and hands it on.
    pub fn feed(&mut self, piece: &[u8], mut on: impl FnMut(&[u8])) {
        match self {
            Self::Identity => on(piece),
            Self::QuotedPrintable => on(&quoted_printable(piece)),
            Self::MayBeBase64 if piece.trim_ascii().is_empty() => {}
            Self::MayBeBase64 => {
                let letters = piece.trim_ascii();
                let coded = letters.iter().all(|byte| is_letter(*byte) || *byte == b'=');
                *self = if coded { Self::Base64(Vec::new()) } else { Self::Identity };
                self.feed(piece, on);
            }
            Self::Base64(waiting) => {
                waiting.extend(piece.iter().copied().filter(|byte| is_letter(*byte)));
                let whole = waiting.len() / 4 * 4;
                if let Some(plain) = base64_decode(&waiting[..whole]) {
                    on(&plain);
                }
                waiting.drain(..whole);
            }
        }
    }

    /// Hands on what still waits.
    pub fn end(&mut self, mut on: impl FnMut(&[u8])) {
        if let Self::Base64(waiting) = self
            && waiting.len() > 1
        {
            waiting.resize(4, b'=');
            if let Some(plain) = base64_decode(waiting) {
                on(&plain);
            }
            waiting.clear();
        }
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: &str, pieces: &[&str]) -> String {
        let (mut decoder, mut plain) = (TransferDecoder::of(Some(encoding.as_bytes())), Vec::new());
        pieces
            .iter()
            .for_each(|piece| decoder.feed(piece.as_bytes(), |bytes| plain.extend_from_slice(bytes)));
        decoder.end(|bytes| plain.extend_from_slice(bytes));
        String::from_utf8(plain).expect("text")
    }

    #[test]
    fn pieces_decode_as_the_whole_does() {
        assert_eq!(
            decoded("base64", &["\r\n", "RnJv\r\n", "bTogYW5u", "QHNo", "b3AuZXhhbXBsZQ==\r\n"]),
            "From: ann@shop.example"
        );
        assert_eq!(decoded("BASE64", &["U2FsZ", "Q"]), "Sale");
        assert_eq!(decoded("quoted-printable", &["=C3=80 : a=\n", "nn\r\n"]), "À : ann\n");
        assert_eq!(decoded("8bit", &["À\n"]), "À\n");
    }

    #[test]
    fn what_is_not_base64_is_taken_as_it_is() {
        assert_eq!(
            decoded("base64", &["From: ann@shop.example\n", "To: x\n"]),
            "From: ann@shop.example\nTo: x\n"
        );
    }
}
