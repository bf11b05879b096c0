//! The text of a field value: RFC 2047 words decoded, folds opened, raw 8-bit bytes read.
//!
//! With `address`, the only place that knows `mail-parser` for headers. It is given one unfolded value at a time, closed
//! by a line end, so that none of its readers can run into the next field; dates are never given to it.

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;
use std::borrow::Cow;

/// Unstructured text: unfolded, decoded, blanks collapsed at the ends.
pub fn text(raw: &[u8]) -> String {
    let line = line(raw);
    if !has_encoded_words(&line) {
        return lossy(&line).trim().to_string();
    }
    match MessageStream::new(&line).parse_unstructured() {
        HeaderValue::Text(text) => text.trim().to_string(),
        HeaderValue::TextList(list) => list.join(" ").trim().to_string(),
        _ => String::new(),
    }
}

/// The same, without a copy where nothing is to be decoded or unfolded.
pub fn plain_text(raw: &[u8]) -> Cow<'_, str> {
    // All bytes at once: no line end, tab or NUL is among them.
    let one_line = raw.iter().fold(true, |fits, byte| fits & !matches!(byte, 0..=31));
    match std::str::from_utf8(raw) {
        Ok(text) if one_line && !has_encoded_words(raw) => text.trim().into(),
        _ => text(raw).into(),
    }
}

/// The value as one line in UTF-8, closed by a line end: folds opened, raw bytes that are not UTF-8 read as
/// windows-1252 (the usual case in Western mail; any guess beats replacement signs).
pub(super) fn line(raw: &[u8]) -> Vec<u8> {
    let mut line = match std::str::from_utf8(raw) {
        Ok(_) => raw.to_vec(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(raw).0.into_owned().into_bytes(),
    };
    // A fold is a line end before a blank (RFC 5322 §2.2.3): without the line end the blank remains.
    line.retain(|b| !matches!(b, b'\r' | b'\n' | 0));
    for byte in line.iter_mut().filter(|byte| **byte == b'\t') {
        *byte = b' ';
    }
    line.push(b'\n');
    line
}

/// Whether there may be words to decode (RFC 2047).
pub fn has_encoded_words(line: &[u8]) -> bool {
    memchr::memchr_iter(b'=', line).any(|at| line.get(at + 1) == Some(&b'?'))
}

/// Bytes as text; what is not UTF-8 becomes a replacement sign. (The library's own function reads byte by byte.)
pub fn lossy(raw: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed)
}

/// The content of a `Message-ID`, `List-Id` or similar: what is between the first angle brackets, else all.
pub fn bracketed(raw: &[u8]) -> &[u8] {
    let Some(open) = memchr::memchr(b'<', raw) else { return raw.trim_ascii() };
    let inner = &raw[open + 1..];
    inner[..memchr::memchr(b'>', inner).unwrap_or(inner.len())].trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_unfolded_and_decoded() {
        assert_eq!(text(b"plain words"), "plain words");
        assert_eq!(text(b"folded\r\n words"), "folded words");
        assert_eq!(
            text(b"=?utf-8?Q?Winter=E2=80=91Sale?=\r\n =?utf-8?B?IGhldXRl?="),
            "Winter\u{2011}Sale heute"
        );
        assert_eq!(text("roh: Grüße".as_bytes()), "roh: Grüße");
        assert_eq!(text(b"roh: Gr\xFC\xDFe"), "roh: Grüße");
        assert_eq!(text(b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?="), "日本");
        assert_eq!(text(b""), "");
    }

    #[test]
    fn brackets_are_opened() {
        assert_eq!(bracketed(b" <a@b> "), b"a@b");
        assert_eq!(bracketed(b"News <news.shop.example>"), b"news.shop.example");
        assert_eq!(bracketed(b"<cut"), b"cut");
        assert_eq!(bracketed(b"bare"), b"bare");
    }
}
