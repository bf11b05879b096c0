//! The text of a part, decoded block by block: not all of a long page is read, and decoding one took as long as
//! everything else together.

use super::quoted_printable::quoted_printable;
use encoding_rs::{Decoder, Encoding, UTF_8};
use mail_parser::decoders::base64::base64_decode;
use memchr::memchr;
use std::borrow::Cow;

/// A `Content-Transfer-Encoding` (RFC 2045 section 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransferEncoding {
    /// Bytes as they are: `7bit`, `8bit`, `binary`.
    Identity,
    QuotedPrintable,
    Base64,
}

/// A text in its transfer encoding and character set.
pub(crate) struct Coded<'a> {
    bytes: Cow<'a, [u8]>,
    encoding: TransferEncoding,
    charset: &'static Encoding,
    decoder: Decoder,
    /// How many bytes were decoded.
    at: usize,
    /// Whether each line decodes by itself; else the text is decoded at once.
    by_lines: bool,
}

impl<'a> Coded<'a> {
    /// A text in base64 whose first line is not base64 is taken as it is.
    pub fn new(
        bytes: impl Into<Cow<'a, [u8]>>,
        encoding: TransferEncoding,
        charset: &'static Encoding,
    ) -> Self {
        let bytes = bytes.into();
        let encoding = match encoding {
            TransferEncoding::Base64 if !is_base64(&bytes) => TransferEncoding::Identity,
            known => known,
        };
        let by_lines = encoding != TransferEncoding::Base64 || lines_are_of_fours(&bytes);
        let decoder = charset.new_decoder_without_bom_handling();
        Self { bytes, encoding, charset, decoder, at: 0, by_lines }
    }

    /// A text that is decoded already.
    pub fn decoded(text: impl Into<Cow<'a, str>>) -> Self {
        let bytes = match text.into() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Self::new(bytes, TransferEncoding::Identity, UTF_8)
    }

    /// Decodes at least `size` bytes more, up to the end of a line, and appends them; returns whether there are others.
    pub fn more(&mut self, size: usize, text: &mut String) -> bool {
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return false;
        }
        let line_end = rest.get(size..).filter(|_| self.by_lines).and_then(|after| memchr(b'\n', after));
        let block = &rest[..line_end.map_or(rest.len(), |end| size + end + 1)];
        self.at += block.len();
        let ended = self.at == self.bytes.len();
        let plain = match self.encoding {
            TransferEncoding::Identity => Cow::Borrowed(block),
            TransferEncoding::QuotedPrintable => quoted_printable(block).into(),
            TransferEncoding::Base64 => base64(block).into(),
        };
        text.reserve(self.decoder.max_utf8_buffer_length(plain.len()).unwrap_or(0));
        let _ = self.decoder.decode_to_string(&plain, text, ended);
        !ended
    }

    /// Leaves out what comes before the last `size` bytes; returns whether there is anything to leave out.
    pub fn skip_to_last(&mut self, size: usize) -> bool {
        let coded = match self.encoding {
            TransferEncoding::Base64 => size / 3 * 4,
            _ => size,
        };
        let from = self.bytes.len().saturating_sub(coded);
        let start = match self.encoding {
            // An escape, or letters of one group, may begin before.
            TransferEncoding::QuotedPrintable | TransferEncoding::Base64 => {
                memchr(b'\n', &self.bytes[from..]).map(|end| from + end + 1)
            }
            TransferEncoding::Identity => {
                (from..self.bytes.len()).find(|at| begins_character(self.bytes[*at]))
            }
        };
        let Some(start) = start.filter(|start| self.by_lines && *start > self.at) else { return false };
        self.decoder = self.charset.new_decoder_without_bom_handling();
        self.at = start;
        true
    }

    /// All of it, or its first block of at least `most` bytes.
    pub fn text(&mut self, most: usize) -> String {
        let mut text = String::new();
        self.more(most, &mut text);
        text
    }
}

fn begins_character(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// Whether a text begins as base64 does.
fn is_base64(bytes: &[u8]) -> bool {
    let line = bytes.trim_ascii_start();
    let line = &line[..memchr(b'\n', line).unwrap_or(line.len())];
    line.trim_ascii_end().iter().all(|byte| is_letter(*byte) || *byte == b'=')
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Whether lines consist of whole groups of four letters of base64, by the first of them.
fn lines_are_of_fours(bytes: &[u8]) -> bool {
    memchr(b'\n', bytes).is_some_and(|line| bytes[..line].trim_ascii().len().is_multiple_of(4))
}

/// Base64 decoded (RFC 2045 section 6.8); what is not a letter of it does not count.
fn base64(coded: &[u8]) -> Vec<u8> {
    base64_decode(coded).unwrap_or_else(|| {
        let letters: Vec<u8> =
            coded.iter().copied().filter(|byte| is_letter(*byte) || *byte == b'=').collect();
        base64_decode(&letters).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{ISO_2022_JP, WINDOWS_1252};
    use proptest::prelude::*;

    fn in_blocks(mut coded: Coded<'_>, size: usize) -> String {
        let mut text = String::new();
        while coded.more(size, &mut text) {}
        text
    }

    #[test]
    fn broken_codes_cost_no_more_than_themselves() {
        let read = |bytes: &'static [u8], encoding| in_blocks(Coded::new(bytes, encoding, UTF_8), 4);
        assert_eq!(read(b"Hello, all\n", TransferEncoding::Base64), "Hello, all\n");
        assert_eq!(read(b"U2Fs\n*ZSE=\n", TransferEncoding::Base64), "Sale!");
        assert_eq!(read(b"U2FsZS", TransferEncoding::Base64), "Sale");
        assert_eq!(read(b"50=3D=zz=\n%", TransferEncoding::QuotedPrintable), "50==zz%");
    }

    #[test]
    fn character_sets_are_read_across_blocks() {
        let japanese = Coded::new(&b"\x1b$B%;!<%k\x1b(B!"[..], TransferEncoding::Identity, ISO_2022_JP);
        assert_eq!(in_blocks(japanese, 1), "セール!");
        let western = Coded::new(&b"Stra\xdfe\n=80"[..], TransferEncoding::QuotedPrintable, WINDOWS_1252);
        assert_eq!(in_blocks(western, 1), "Straße\n€");
    }

    proptest! {
        #[test]
        fn blocks_and_ends_read_as_the_whole(
            text in "([a-zé€ =]{0,80}\n){0,9}", size in 1_usize..90, width in 1_usize..15, encoding in 0..3
        ) {
            let lines = |coded: String| {
                let lines: Vec<&str> = coded.as_bytes().chunks(4 * width).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
                lines.join("\r\n")
            };
            let (coded, encoding) = match encoding {
                0 => (text.clone(), TransferEncoding::Identity),
                1 => (text.replace('=', "=3D").replace('é', "=C3=\nA9").replace("=\n", "="), TransferEncoding::QuotedPrintable),
                _ => (lines(to_base64(text.as_bytes())), TransferEncoding::Base64),
            };
            let coded = || Coded::new(coded.as_bytes(), encoding, UTF_8);
            // Blanks before a line end do not count in quoted-printable.
            let whole = coded().text(usize::MAX);
            if encoding != TransferEncoding::QuotedPrintable {
                prop_assert_eq!(&whole, &text);
            }
            prop_assert_eq!(&in_blocks(coded(), size), &whole);
            let (mut end, mut last) = (coded(), String::new());
            end.skip_to_last(size);
            end.more(usize::MAX, &mut last);
            let last = last.trim_start_matches('\u{fffd}');
            prop_assert!(whole.ends_with(last), "{:?} in {:?}", last, whole);
        }
    }

    fn to_base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut coded = String::new();
        for three in bytes.chunks(3) {
            let number =
                (0..3).fold(0_u32, |sum, at| sum << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
            let letter = |at: usize| char::from(LETTERS[(number >> (18 - 6 * at)) as usize & 63]);
            coded.extend((0..4).map(|at| if at <= three.len() { letter(at) } else { '=' }));
        }
        coded
    }
}
