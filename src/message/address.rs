//! The addresses of a field value, each with its display name.

use super::decode::line;
use mail_parser::parsers::MessageStream;
use mail_parser::{Address as Parsed, HeaderValue};
use std::borrow::Cow;

/// One address of a list: who, as shown, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// The display name, decoded; none where it is empty.
    pub name: Option<String>,
    /// The address, as written; text without a domain where no address is there.
    pub address: String,
}

/// The addresses of a list, groups opened, in order.
pub fn addresses(raw: &[u8]) -> Vec<Address> {
    if let Some(address) = bare_address(raw) {
        return vec![Address { name: None, address: address.to_string() }];
    }
    match MessageStream::new(&line(raw)).parse_address() {
        HeaderValue::Address(Parsed::List(list)) => list.into_iter().filter_map(mailbox).collect(),
        HeaderValue::Address(Parsed::Group(groups)) => {
            groups.into_iter().flat_map(|group| group.addresses).filter_map(mailbox).collect()
        }
        _ => Vec::new(),
    }
}

fn mailbox(addr: mail_parser::Addr<'_>) -> Option<Address> {
    let clean = |text: Cow<'_, str>| Some(text.trim().to_string()).filter(|text| !text.is_empty());
    let address = addr.address.and_then(clean);
    let name = addr.name.and_then(clean);
    match (address, name) {
        (Some(address), name) => {
            let bare = address.trim_matches(['<', '>']);
            let unquoted = bare.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
            Some(Address { name, address: unquoted.unwrap_or(bare).to_string() })
        }
        (None, Some(name)) => Some(Address { name: None, address: name }),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn first(raw: &str) -> (Option<String>, String) {
        let found = addresses(raw.as_bytes()).into_iter().next().unwrap_or_default();
        (found.name, found.address)
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
}
