//! Text in UTF-16, as PowerShell writes it with `>`, or in UTF-32, read as UTF-8.

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};
use std::io::{self, Read};

/// How many bytes are decoded at once.
const BLOCK: usize = 64 * 1_024;

/// An encoding with units of several bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WideEncoding {
    /// Bytes in a unit: two or four.
    width: usize,
    big_endian: bool,
}

impl WideEncoding {
    /// All of them, the widest first: its byte-order mark begins with that of another.
    pub const ALL: [Self; 4] = [
        Self { width: 4, big_endian: false },
        Self { width: 4, big_endian: true },
        Self { width: 2, big_endian: false },
        Self { width: 2, big_endian: true },
    ];

    /// The ASCII letters with which a text begins, without its byte-order mark and blanks.
    pub fn first_letters(self, bytes: &[u8]) -> Vec<u8> {
        let units = bytes.chunks_exact(self.width).map(|unit| self.unit(unit));
        let letters = units.enumerate().skip_while(|(at, unit)| *at == 0 && *unit == 0xFEFF);
        let letters =
            letters.map_while(|(_, unit)| u8::try_from(unit).ok().filter(|byte| (1..128).contains(byte)));
        letters.skip_while(u8::is_ascii_whitespace).collect()
    }

    fn unit(self, bytes: &[u8]) -> u32 {
        let join = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        if self.big_endian { bytes.iter().fold(0, join) } else { bytes.iter().rev().fold(0, join) }
    }
}

/// The text of a reader in UTF-8.
pub struct Utf8Reader<R> {
    inner: R,
    encoding: WideEncoding,
    utf_16: Decoder,
    /// Encoded bytes.
    raw: Vec<u8>,
    /// Decoded bytes, of which those from `at` on are still to be returned.
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Utf8Reader<R> {
    /// Of bytes in that encoding.
    pub fn new(inner: R, encoding: WideEncoding) -> Self {
        let utf_16 = if encoding.big_endian { UTF_16BE } else { UTF_16LE };
        let utf_16 = utf_16.new_decoder_with_bom_removal();
        Self { inner, encoding, utf_16, raw: Vec::new(), text: Vec::new(), at: 0, ended: false }
    }

    /// Decodes what comes next; what is not a character becomes a replacement sign.
    fn fill(&mut self) -> io::Result<()> {
        self.raw.clear();
        let count = (&mut self.inner).take(BLOCK as u64).read_to_end(&mut self.raw)?;
        self.ended = count < BLOCK;
        self.at = 0;
        if self.encoding.width == 4 {
            let unit =
                |bytes| char::from_u32(self.encoding.unit(bytes)).unwrap_or(char::REPLACEMENT_CHARACTER);
            let text: String = self.raw.chunks(4).map(unit).collect();
            self.text = text.into_bytes();
            return Ok(());
        }
        // A unit of two bytes is at most three in UTF-8.
        self.text.resize(2 * BLOCK, 0);
        let (_, _, written, _) = self.utf_16.decode_to_utf8(&self.raw, &mut self.text, self.ended);
        self.text.truncate(written);
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() && !self.ended {
            self.fill()?;
        }
        let count = (&self.text[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(text: &str, encoding: WideEncoding) -> Vec<u8> {
        let units: Vec<u32> = match encoding.width {
            4 => text.chars().map(u32::from).collect(),
            _ => text.encode_utf16().map(u32::from).collect(),
        };
        let in_order = |unit: u32| {
            let mut bytes = unit.to_be_bytes()[4 - encoding.width..].to_vec();
            if !encoding.big_endian {
                bytes.reverse();
            }
            bytes
        };
        units.into_iter().flat_map(in_order).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn text_is_read_as_it_was_written(start in "\\PC{0,9}", repeated in 0_usize..9_000, mark in any::<bool>()) {
            let text = format!("{start}{}", "zażółć 日本 🛒\n".repeat(repeated));
            prop_assume!(!start.starts_with('\u{feff}'));
            let marked = format!("{}{text}", if mark { "\u{feff}" } else { "" });
            for encoding in WideEncoding::ALL {
                let mut read = String::new();
                let bytes = encoded(&marked, encoding);
                Utf8Reader::new(&bytes[..], encoding).read_to_string(&mut read).expect("UTF-8");
                prop_assert_eq!(read.trim_start_matches('\u{feff}'), &text);
                let letters = encoding.first_letters(&encoded("\u{feff}From me", encoding));
                prop_assert_eq!(letters, b"From me");
            }
        }

        #[test]
        fn any_bytes_become_text(bytes in proptest::collection::vec(any::<u8>(), 0..99)) {
            for encoding in WideEncoding::ALL {
                let mut read = String::new();
                Utf8Reader::new(&bytes[..], encoding).read_to_string(&mut read).expect("UTF-8");
            }
        }
    }
}
