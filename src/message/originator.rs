//! The mailbox of a From value, whatever is wrong around its address: commas and quotes that the display name should have
//! quoted, quotes and brackets never closed, a wholly encoded value.

use super::address::{Address, addresses, bare_address};
use super::decode::text;

/// The first mailbox of a value. Where it contains only one address in angle brackets, it is that one; where it contains no
/// address at all, its text.
pub fn originator(raw: &[u8]) -> Address {
    if let Some(address) = bare_address(raw) {
        return Address { name: None, address: address.to_string() };
    }
    let written = String::from_utf8_lossy(raw);
    if let Some(address) = with_quoted_local(&written) {
        return Address { name: None, address };
    }
    let mut parsed = addresses(raw);
    let bracketed = in_brackets(&written);
    if let Some((name, address)) = only(&bracketed) {
        return match parsed.as_slice() {
            [one] if one.address.eq_ignore_ascii_case(address) => parsed.remove(0),
            _ => Address { name: shown(name), address: address.clone() },
        };
    }
    if let Some(first) = parsed.iter().position(|one| is_address(&one.address)) {
        return parsed.remove(first);
    }
    let first = bracketed.into_iter().next();
    first.map(|(name, address)| Address { name: shown(name), address }).unwrap_or_else(|| {
        let text = text(raw);
        in_text(&text).unwrap_or_else(|| match parsed.as_slice() {
            [_] => parsed.remove(0),
            _ => Address { name: None, address: text },
        })
    })
}

/// A value that is nothing but an address whose local part is quoted.
fn with_quoted_local(value: &str) -> Option<String> {
    let (local, domain) = value.trim().strip_prefix('"')?.split_once('"')?;
    let domain = domain.strip_prefix('@')?;
    let is_whole = !local.is_empty() && !domain.contains(|c: char| c.is_whitespace() || "<>(),;".contains(c));
    is_whole.then(|| format!("\"{local}\"@{domain}"))
}

/// The one in a text that was wholly encoded, or whose brackets are missing.
fn in_text(text: &str) -> Option<Address> {
    if let Some((name, address)) = only(&in_brackets(text)) {
        return Some(Address { name: shown(name), address: address.clone() });
    }
    let trimmed = |word: &'_ str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_string();
    let mut words = text.split_whitespace().map(trimmed).filter(|word| is_address(word));
    let address = words.next().filter(|_| words.next().is_none())?;
    let before = text.split(&address).next().unwrap_or_default();
    Some(Address { name: shown(before), address })
}

/// The addresses in angle brackets, each with what comes before it.
fn in_brackets(value: &str) -> Vec<(&str, String)> {
    let each = value.match_indices('<').filter_map(|(open, _)| {
        let inside = &value[open + 1..];
        let inside = &inside[..inside.find(['<', '>']).unwrap_or(inside.len())];
        Some((&value[..open], address_in(inside)?))
    });
    each.collect()
}

/// The first of them, where all are the same.
fn only<'a, 'v>(bracketed: &'a [(&'v str, String)]) -> Option<(&'v str, &'a String)> {
    let (before, address) = bracketed.first()?;
    bracketed.iter().all(|(_, other)| other == address).then_some((*before, address))
}

/// The address in brackets, perhaps encoded, folded or as a link.
fn address_in(inside: &str) -> Option<String> {
    let decoded = if inside.contains("=?") { text(inside.as_bytes()) } else { inside.to_string() };
    let whole: String = decoded.chars().filter(|c| !c.is_whitespace()).collect();
    // The way that a mail should go, as it was once written before an address.
    let whole = whole.strip_prefix('@').and_then(|route| route.rsplit(':').next()).unwrap_or(&whole);
    let bare = whole.trim_start_matches("mailto:").trim_matches(['\'', ',', ';', '.']);
    is_address(bare).then(|| bare.to_string())
}

/// A name before an address, without the quotes around it.
fn shown(before: &str) -> Option<String> {
    let name = text(before.as_bytes());
    let bare = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<'));
    (!bare.is_empty()).then(|| bare.to_string())
}

fn is_address(text: &str) -> bool {
    let valid_domain = |domain: &str| {
        domain.starts_with(|c: char| c.is_alphanumeric() || c == '[')
            && !domain
                .contains(|c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')' | ',' | ';' | '<' | '>'))
    };
    let valid_local = |local: &str| {
        !local.is_empty()
            && (local.starts_with('"') || !local.contains(|c: char| c.is_whitespace() || c == '@'))
    };
    text.rsplit_once('@').is_some_and(|(local, domain)| valid_local(local) && valid_domain(domain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(raw: &str) -> String {
        originator(raw.as_bytes()).address
    }

    #[test]
    fn the_one_address_is_found_whatever_is_wrong_around_it() {
        for raw in [
            "Birch, Moss & Daughters <post@birch.example>",
            "Birch; Moss: Ltd. <post@birch.example>",
            "\"Birch <post@birch.example>",
            "Birch\" <post@birch.example>",
            "\"Birch \"Tree\" Shop\" <post@birch.example>",
            "'Birch' <post@birch.example>",
            "'Birch <post@birch.example>'",
            "Birch (Moss <post@birch.example>",
            "Birch [Shop] <post@birch.example>",
            "Birch <post@birch.example",
            "Birch <<post@birch.example>>",
            "Birch <mailto:post@birch.example>",
            "Birch < post@birch.example >",
            "<post@birch.example> Birch",
            "Birch post@birch.example",
            "Birch (post@birch.example)",
            "Birch [post@birch.example]",
            "'post@birch.example'",
            "<@relay.example:post@birch.example>",
            "Birch <@a.example,@b.example:post@birch.example>",
            "post@birch.example Birch, Moss",
            "sale@moss.example, Birch <post@birch.example>",
            "<post@birch.example> <post@birch.example>",
            "=?utf-8?Q?Birch=2C_Moss?= <post@birch.example>",
            "=?utf-8?Q?Birch=22_=3C_Moss?= <post@birch.example>",
            "=?utf-8?B?QmlyY2ggPHBvc3RAYmlyY2guZXhhbXBsZT4=?=",
            "=?utf-8?Q?Birch_=3Cpost=40birch=2Eexample=3E?=",
            "=?utf-8?Q?Birch?= <=?utf-8?Q?post=40birch=2Eexample?=>",
            "=?utf-8?Q?post=40birch=2Eexample?=",
            "=?x-unknown?Q?B=FCrch?=<post@birch.example>",
            "=?utf-8?Q?Birch <post@birch.example>",
            "\"Birch\\\" <post@birch.example>",
        ] {
            assert_eq!(address(raw), "post@birch.example", "{raw}");
        }
        assert_eq!(address("\"b m\"@birch.example"), "\"b m\"@birch.example");
        assert_eq!(originator(b"B\xFCrch, M\xF6s <post@birch.example>").address, "post@birch.example");
    }

    #[test]
    fn a_name_never_passes_for_the_address() {
        assert_eq!(address("\"Bank <help@bank.example>\" <x@evil.example>"), "x@evil.example");
        assert_eq!(address("\"help@bank.example\" <x@evil.example>"), "x@evil.example");
        assert_eq!(address("=?utf-8?Q?help=40bank=2Eexample?= <x@evil.example>"), "x@evil.example");
        assert_eq!(address("Ann <ann@a.example>, Bob <bob@b.example>"), "ann@a.example");
        assert_eq!(address("Ann <ann@a.example> Bob <bob@b.example>"), "ann@a.example");
        assert_eq!(address("Mail System"), "Mail System");
        assert_eq!(address("\"Mail System\""), "Mail System");
        assert_eq!(address("Mail System <MAILER-DAEMON>"), "MAILER-DAEMON");
        assert_eq!(address(""), "");
    }

    #[test]
    fn the_name_is_kept() {
        let name = |raw: &str| originator(raw.as_bytes()).name;
        assert_eq!(name("Birch, Moss & Co. <post@birch.example>").as_deref(), Some("Birch, Moss & Co."));
        assert_eq!(name("\"Birch <post@birch.example>").as_deref(), Some("Birch"));
        assert_eq!(name("=?utf-8?Q?Birch_=3Cpost=40birch=2Eexample=3E?=").as_deref(), Some("Birch"));
        assert_eq!(name("<post@birch.example>"), None);
    }

    proptest! {
        #[test]
        fn never_panics(raw in "[a-z@<>\"'(),=?é ]{0,30}") {
            originator(raw.as_bytes());
        }
    }
}
