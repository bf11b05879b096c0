//! The text of a list, in the encodings that spreadsheets and CRM systems write.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How many bytes show whether a text without a byte-order mark is UTF-16.
const LOOK: usize = 64;

/// The encoding of text that is neither UTF-8 nor UTF-16, unless a format names another: in it every byte is a character. The
/// columns that count are ASCII, and a wrong letter in a note does no harm.
pub const OTHERWISE: &Encoding = WINDOWS_1252;

/// A text.
pub struct DecodedText<'a> {
    /// As it was written.
    pub text: Cow<'a, str>,
    /// The first line (counted from 1) that is not UTF-8 where others are, in more than ASCII.
    pub mixed: Option<u64>,
}

/// UTF-8 and UTF-16 with or without a byte-order mark; anything else in `charset`. Where some lines are UTF-8 and others
/// are not, each is read by itself: exports that were put together.
pub fn decoded<'a>(bytes: &'a [u8], charset: Option<&'static Encoding>) -> DecodedText<'a> {
    let whole = |text: Cow<'a, str>| DecodedText { text, mixed: None };
    let (marked, rest) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (Some(encoding), bytes.get(mark..).unwrap_or_default()),
        None => (utf_16_without_mark(bytes), bytes),
    };
    if let Some(encoding) = marked.filter(|encoding| *encoding != UTF_8) {
        return whole(encoding.decode_without_bom_handling(rest).0);
    }
    match std::str::from_utf8(rest) {
        Ok(text) => whole(text.into()),
        Err(_) => by_line(rest, charset.unwrap_or(OTHERWISE)),
    }
}

fn by_line(bytes: &[u8], otherwise: &'static Encoding) -> DecodedText<'static> {
    // Only where ASCII is ASCII is a line end the byte of one.
    if !otherwise.is_ascii_compatible() {
        let text = otherwise.decode_without_bom_handling(bytes).0.into_owned();
        return DecodedText { text: text.into(), mixed: None };
    }
    let (mut text, mut utf_8, mut first_other) = (String::with_capacity(bytes.len()), false, None);
    for (line, number) in bytes.split_inclusive(|byte| *byte == b'\n').zip(1..) {
        match std::str::from_utf8(line) {
            Ok(line) => {
                utf_8 |= !line.is_ascii();
                text.push_str(line);
            }
            Err(_) => {
                first_other.get_or_insert(number);
                text.push_str(&otherwise.decode_without_bom_handling(line).0);
            }
        }
    }
    DecodedText { text: text.into(), mixed: first_other.filter(|_| utf_8) }
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
            let read = decoded(&bytes, None);
            assert_eq!((&*read.text, read.mixed), (text, None), "{:?}", &bytes[..8]);
        }
    }

    #[test]
    fn lines_of_two_encodings_are_each_read_by_themselves() {
        let bytes = [b"note\nGr\xC3\xBC\xC3\x9Fe\n".as_slice(), b"Gr\xFC\xDFe\n\xB1\n"].concat();
        let read = decoded(&bytes, None);
        assert_eq!((&*read.text, read.mixed), ("note\nGrüße\nGrüße\n±\n", Some(3)));
        let polish = decoded(b"zgod\xB1\n", Encoding::for_label(b"iso-8859-2"));
        assert_eq!((&*polish.text, polish.mixed), ("zgodą\n", None));
    }
}
