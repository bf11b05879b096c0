//! The text of a list, in the encodings that spreadsheets and CRM systems write.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How many bytes show whether a text without a byte-order mark is UTF-16.
const LOOK: usize = 64;

/// UTF-8 and UTF-16 with or without a byte-order mark. Anything else is read as Windows-1252, in which every byte is a
/// character: the columns that count are ASCII, and a wrong letter in a note harms nobody.
pub fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = bytes.get(mark..).unwrap_or_default();
        return encoding.decode_without_bom_handling(text).0;
    }
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// A header is ASCII, so that every second byte of it is zero in UTF-16.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs: Vec<(bool, bool)> =
        bytes.chunks_exact(2).take(LOOK / 2).map(|pair| (pair[0] == 0, pair[1] == 0)).collect();
    let most = |wanted| {
        let count = pairs.iter().filter(|pair| **pair == wanted).count();
        count > 0 && count * 4 >= pairs.len() * 3
    };
    match (most((false, true)), most((true, false))) {
        (true, _) => Some(UTF_16LE),
        (_, true) => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "sender,customer,event,date,note\nshop.example,*,granted,,Grüße für 10 €\n";
        let wide = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let (little, big) = (wide(u16::to_le_bytes), wide(u16::to_be_bytes));
        let (western, _, _) = WINDOWS_1252.encode(text);
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            little.clone(),
            [&b"\xFF\xFE"[..], &little].concat(),
            big.clone(),
            [&b"\xFE\xFF"[..], &big].concat(),
            western.to_vec(),
        ] {
            assert_eq!(decoded(&bytes), text, "{:?}", &bytes[..8]);
        }
    }
}
