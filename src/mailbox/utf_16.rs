//! Text in UTF-16, as PowerShell writes it with `>`, read as UTF-8.

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};
use std::io::{self, Read};

/// How many bytes are decoded at once.
const BLOCK: usize = 64 * 1_024;

/// The order of the bytes in each unit of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The upper byte is second.
    Little,
    /// The upper byte is first.
    Big,
}

impl Order {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Little, Self::Big];

    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Little => UTF_16LE,
            Self::Big => UTF_16BE,
        }
    }
}

/// The ASCII letters with which a text of that order begins, without its byte-order mark and blanks.
pub fn first_letters(bytes: &[u8], order: Order) -> Vec<u8> {
    let upper = usize::from(order == Order::Little);
    let bytes = bytes.strip_prefix(b"\xFF\xFE").or(bytes.strip_prefix(b"\xFE\xFF")).unwrap_or(bytes);
    let letters = bytes.chunks_exact(2);
    let letters =
        letters.map_while(|unit| (unit[upper] == 0 && unit[1 - upper] != 0).then(|| unit[1 - upper]));
    letters.skip_while(u8::is_ascii_whitespace).collect()
}

/// The text of a reader in UTF-8.
pub struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    /// Bytes as they come.
    raw: Vec<u8>,
    /// Decoded bytes, of which those from `at` on are still to be given.
    text: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    /// Of bytes in that order.
    pub fn new(inner: R, order: Order) -> Self {
        let decoder = order.encoding().new_decoder_with_bom_removal();
        Self { inner, decoder, raw: Vec::new(), text: Vec::new(), at: 0, ended: false }
    }

    /// Decodes what comes next; what is no UTF-16 becomes a replacement sign.
    fn fill(&mut self) -> io::Result<()> {
        self.raw.clear();
        let count = (&mut self.inner).take(BLOCK as u64).read_to_end(&mut self.raw)?;
        self.ended = count < BLOCK;
        // A unit of two bytes is at most three in UTF-8.
        self.text.resize(2 * BLOCK, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(&self.raw, &mut self.text, self.ended);
        self.text.truncate(written);
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
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

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

        #[test]
        fn text_is_read_as_it_was_written(start in "\\PC{0,9}", repeated in 0_usize..9_000, mark in any::<bool>()) {
            let text = format!("{start}{}", "zażółć 日本 🛒\n".repeat(repeated));
            prop_assume!(!start.starts_with('\u{feff}'));
            let marked = format!("{}{text}", if mark { "\u{feff}" } else { "" });
            for order in Order::ALL {
                let to_bytes = |unit: u16| if order == Order::Big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                let bytes: Vec<u8> = marked.encode_utf16().flat_map(to_bytes).collect();
                let mut read = String::new();
                Decoded::new(&bytes[..], order).read_to_string(&mut read).expect("UTF-8");
                prop_assert_eq!(&read, &text);
            }
        }

        #[test]
        fn any_bytes_become_text(bytes in proptest::collection::vec(any::<u8>(), 0..99)) {
            for order in Order::ALL {
                let mut read = String::new();
                Decoded::new(&bytes[..], order).read_to_string(&mut read).expect("UTF-8");
            }
        }
    }
}
