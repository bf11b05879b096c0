//! The sender of a row: a domain, an address, a brand or `*`. A sender that can't match any message is an error.

use super::cells::{ANY, RowError, shown};
use crate::fact::{Senders, normal_address, normal_domain};

const FORM: &str = "write a domain, an address, a brand of your --brands file, or * for every sender";

/// The sender as it is looked up.
pub fn sender_key(cell: &str, senders: &Senders) -> Result<String, RowError> {
    if cell.is_empty() {
        return Err(RowError::new("no sender", FORM));
    }
    if cell == ANY {
        return Ok(ANY.to_string());
    }
    if senders.has_brand(cell) {
        return Ok(cell.to_lowercase());
    }
    let lower = cell.to_lowercase();
    if let Some(wrong) = web_address(cell, &lower).or_else(|| several(cell)).or_else(|| display_name(cell)) {
        return Err(wrong);
    }
    if let Some(domain) = cell.strip_prefix('@').filter(|domain| is_domain(domain)) {
        return Ok(normal_domain(domain));
    }
    if let Some(rest) =
        lower.strip_prefix("*.").or_else(|| lower.strip_prefix("*@")).or_else(|| lower.strip_prefix('.'))
    {
        let what = format!("`{}` can match no sender", shown(cell));
        return Err(RowError::new(what, format!("write {}: it covers its sub-domains", shown(rest))));
    }
    match lower.rsplit_once('@') {
        Some((local, domain)) if is_local_part(local) && is_domain(domain) => Ok(normal_address(cell)),
        None if is_domain(&lower) && lower.contains('.') => Ok(normal_domain(cell)),
        _ => Err(RowError::new(format!("`{}` can match no sender", shown(cell)), FORM)),
    }
}

/// How a consent list names a sender of the report; `None` where it can't.
pub fn as_cell(sender: &str, senders: &Senders) -> Option<String> {
    let with_at = format!("@{sender}");
    [sender.to_string(), with_at].into_iter().find(|cell| sender_key(cell, senders).is_ok())
}

fn web_address(cell: &str, lower: &str) -> Option<RowError> {
    let rest = lower.split_once("://").map(|(_, rest)| rest).or_else(|| lower.strip_prefix("mailto:"));
    let bare = rest.unwrap_or(lower);
    let host = bare.split(['/', '?', '#', ':']).next().unwrap_or(bare);
    let host = host.strip_prefix("www.").unwrap_or(host);
    let is_web = rest.is_some()
        || lower.starts_with("www.")
        || (lower.contains('/') && host.contains('.') && !lower.contains(char::is_whitespace));
    let hint = if host.contains('.') { format!("write {}", shown(host)) } else { FORM.to_string() };
    let what = if lower.starts_with("www.") && !lower.contains('/') { "a web site" } else { "a web address" };
    is_web.then(|| RowError::new(format!("`{}` is {what}, not a sender", shown(cell)), hint))
}

fn several(cell: &str) -> Option<RowError> {
    let parts: Vec<&str> =
        cell.split([',', ';', '|', ' ', '\n', '\t']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let many =
        parts.len() > 1 && parts.iter().all(|part| part.contains('.') && !part.contains(['<', '>', '"']));
    many.then(|| {
        RowError::new(format!("`{}` names several senders", shown(cell)), "write a row for each of them")
    })
}

fn display_name(cell: &str) -> Option<RowError> {
    let what = format!("`{}` is a display name, not a sender", shown(cell));
    if let Some((_, rest)) = cell.split_once('<') {
        let address = rest.split('>').next().unwrap_or(rest).trim();
        return Some(RowError::new(
            what,
            format!("write only the address or its domain: {}", shown(address)),
        ));
    }
    let is_name = !cell.contains('@') && (cell.contains(char::is_whitespace) || !cell.contains('.'));
    is_name.then(|| RowError::new(what, FORM))
}

/// Labels between dots; or an address literal in brackets.
pub fn is_domain(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if let Some(literal) = domain.strip_prefix('[') {
        return literal.ends_with(']') && literal.len() > 1;
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii())
    };
    domain.split('.').all(is_label) && !domain.contains(char::is_whitespace)
}

pub fn is_local_part(local: &str) -> bool {
    let quoted = local.len() > 1 && local.starts_with('"') && local.ends_with('"');
    quoted
        || !(local.is_empty()
            || local.contains(char::is_whitespace)
            || local.contains(['@', ',', ';', '<', '>']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Brands;
    use std::path::Path;

    fn key(cell: &str) -> Result<String, String> {
        let text = "[[brand]]\nname = \"Stride & Co, Inc\"\ndomains = [\"stride.example\"]\n";
        let senders = Senders::new(Brands::parse(text, Path::new("brands.toml")).expect("valid"));
        sender_key(cell, &senders).map_err(|wrong| format!("{}; {}", wrong.what, wrong.hint))
    }

    #[test]
    fn domains_addresses_brands_and_everybody_are_senders() {
        for (cell, expected) in [
            ("Shop.Example", "shop.example"),
            ("shop.example.", "shop.example"),
            ("@shop.example", "shop.example"),
            ("@intranet", "intranet"),
            ("News@Shop.example", "news@shop.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("stride & co, inc", "stride & co, inc"),
            ("*", "*"),
            ("ann@[192.0.2.1]", "ann@[192.0.2.1]"),
        ] {
            assert_eq!(key(cell).as_deref(), Ok(expected), "{cell}");
        }
    }

    #[test]
    fn what_can_match_nothing_is_an_error_that_says_what_to_write() {
        for (cell, what, hint) in [
            ("https://shop.example/", "is a web address", "write shop.example"),
            ("http://www.shop.example/a?b", "is a web address", "write shop.example"),
            ("shop.example/offers", "is a web address", "write shop.example"),
            ("www.shop.example", "is a web site", "write shop.example"),
            ("mailto:news@shop.example", "is a web address", "write news@shop.example"),
            ("Stride Outlet", "is a display name", "--brands"),
            ("Stride", "is a display name", "write a domain"),
            ("Shop <news@shop.example>", "is a display name", "news@shop.example"),
            ("a.example, b.example", "names several senders", "a row for each"),
            ("a@x.example b@y.example", "names several senders", "a row for each"),
            ("*.shop.example", "can match no sender", "write shop.example"),
            ("*@shop.example", "can match no sender", "write shop.example"),
            (".shop.example", "can match no sender", "write shop.example"),
            ("shop..example", "can match no sender", "write a domain"),
            ("@", "can match no sender", "write a domain"),
            ("", "no sender", "write a domain"),
        ] {
            let message = key(cell).expect_err(cell);
            assert!(message.contains(what) && message.contains(hint), "{cell}: {message}");
        }
    }

    #[test]
    fn a_sender_of_the_report_is_written_so_that_it_is_read_back() {
        let senders = Senders::new(Brands::default());
        assert_eq!(as_cell("shop.example", &senders).as_deref(), Some("shop.example"));
        assert_eq!(as_cell("localhost", &senders).as_deref(), Some("@localhost"));
        assert_eq!(as_cell("mail system", &senders), None);
    }
}
