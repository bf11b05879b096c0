//! Field values decoded: RFC 2047 words, addresses, raw 8-bit bytes.
//!
//! The only place that knows `mail-parser` for headers. It is given one unfolded value at a time, closed by a
//! line end, so that none of its readers can run into the next field; dates are never given to it.

use mail_parser::parsers::MessageStream;
use mail_parser::{Address, HeaderValue};
use std::borrow::Cow;

/// One address of a list: who, as shown, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mailbox {
    /// The display name, decoded; none where it is empty.
    pub name: Option<String>,
    /// The address, as written; text without a domain where no address is there.
    pub address: String,
}

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

/// The addresses of a list, groups opened, in order.
pub fn mailboxes(raw: &[u8]) -> Vec<Mailbox> {
    if let Some(address) = bare_address(raw) {
        return vec![Mailbox { name: None, address: address.to_string() }];
    }
    match MessageStream::new(&line(raw)).parse_address() {
        HeaderValue::Address(Address::List(list)) => list.into_iter().filter_map(mailbox).collect(),
        HeaderValue::Address(Address::Group(groups)) => {
            groups.into_iter().flat_map(|group| group.addresses).filter_map(mailbox).collect()
        }
        _ => Vec::new(),
    }
}

fn mailbox(addr: mail_parser::Addr<'_>) -> Option<Mailbox> {
    let clean = |text: Cow<'_, str>| Some(text.trim().to_string()).filter(|text| !text.is_empty());
    let address = addr.address.and_then(clean);
    let name = addr.name.and_then(clean);
    match (address, name) {
        (Some(address), name) => {
            Some(Mailbox { name, address: address.trim_matches(['<', '>']).to_string() })
        }
        (None, Some(name)) => Some(Mailbox { name: None, address: name }),
        (None, None) => None,
    }
}

/// The value where it is nothing but one plain address, perhaps in angle brackets: the common case of trace fields.
pub fn bare_address(raw: &[u8]) -> Option<&str> {
    let inner = raw.strip_prefix(b"<").and_then(|rest| rest.strip_suffix(b">")).unwrap_or(raw);
    let at = memchr::memchr(b'@', inner)?;
    let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'=' | b'@');
    (at > 0 && at + 1 < inner.len() && inner.iter().all(word))
        .then(|| std::str::from_utf8(inner).ok())
        .flatten()
}

/// The value as one line in UTF-8, closed by a line end: folds opened, raw bytes that are no UTF-8 read as
/// windows-1252 (the usual case in Western mail; any guess beats replacement signs).
fn line(raw: &[u8]) -> Vec<u8> {
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

/// Bytes as text; what is no UTF-8 becomes a replacement sign. (The library's own function reads byte by byte.)
pub fn lossy(raw: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(raw).map_or_else(|_| String::from_utf8_lossy(raw), Cow::Borrowed)
}

/// The content of a `Message-ID`, `List-Id` or similar: what stands between the first angle brackets, else all.
pub fn bracketed(raw: &[u8]) -> &[u8] {
    let Some(open) = memchr::memchr(b'<', raw) else { return raw.trim_ascii() };
    let inner = &raw[open + 1..];
    inner[..memchr::memchr(b'>', inner).unwrap_or(inner.len())].trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(raw: &str) -> (Option<String>, String) {
        let found = mailboxes(raw.as_bytes()).into_iter().next().unwrap_or_default();
        (found.name, found.address)
    }

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
    fn addresses_come_with_their_names() {
        let ann = || (Some("Ann".to_string()), "ann@shop.example".to_string());
        assert_eq!(first("Ann <ann@shop.example>"), ann());
        assert_eq!(first("\"Ann\" <ann@shop.example>, bob@shop.example"), ann());
        assert_eq!(first("ann@shop.example"), (None, "ann@shop.example".to_string()));
        assert_eq!(first("<ann@shop.example>"), (None, "ann@shop.example".to_string()));
        assert_eq!(first("=?utf-8?Q?Caf=C3=A9?= <a@b.example>").0.as_deref(), Some("Café"));
        assert_eq!(first("\"a@brand.example\" <x@evil.example>").1, "x@evil.example");
        assert_eq!(first("friends: ann@shop.example, bob@shop.example;").1, "ann@shop.example");
        assert_eq!(first("undisclosed-recipients:;").1, "");
        assert_eq!(first("Mail System").1, "Mail System");
        assert_eq!(first(""), (None, String::new()));
    }

    #[test]
    fn brackets_are_opened() {
        assert_eq!(bracketed(b" <a@b> "), b"a@b");
        assert_eq!(bracketed(b"News <news.shop.example>"), b"news.shop.example");
        assert_eq!(bracketed(b"<cut"), b"cut");
        assert_eq!(bracketed(b"bare"), b"bare");
    }
}
