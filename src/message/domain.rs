//! Domains of addresses: their form for comparisons, and the Public Suffix List.

use std::net::IpAddr;

/// The domain of an address; `None` where it has none.
pub fn domain_of(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| !domain.is_empty())
}

/// An address in lower case, its domain as A-labels without a final dot.
pub fn normal_address(written: &str) -> String {
    let lower = written.trim().to_lowercase();
    match lower.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", normal_domain(domain)),
        None => lower,
    }
}

/// A domain in lower case, as A-labels, without a final dot.
pub fn normal_domain(written: &str) -> String {
    let domain = written.trim().trim_end_matches('.').to_lowercase();
    if domain.is_ascii() {
        return domain;
    }
    idna::domain_to_ascii(&domain).unwrap_or(domain)
}

/// The registrable domain by the Public Suffix List (both sections); a suffix, a single label or an IP address
/// is its own.
pub fn registrable(domain: &str) -> &str {
    let bare = domain.trim_start_matches('[').trim_end_matches(']');
    if domain.starts_with('[') || bare.parse::<IpAddr>().is_ok() {
        return domain;
    }
    psl::domain_str(domain).unwrap_or(domain)
}

/// The name that an organisation chose: the label before the public suffix. `None` where there is none (a suffix,
/// a single label, an IP address).
pub fn label(domain: &str) -> Option<&str> {
    let (label, _) = psl::domain_str(domain)?.split_once('.')?;
    label.bytes().any(|b| b.is_ascii_alphabetic()).then_some(label)
}

/// The domain and those above it.
pub fn parents(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |domain| domain.split_once('.').map(|(_, parent)| parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_is_the_name_before_the_suffix() {
        for (domain, expected) in [
            ("shop.co.uk", Some("shop")),
            ("shop.test", Some("shop")),
            ("shop.myshopify.com", Some("shop")),
            ("co.uk", None),
            ("localhost", None),
            ("192.0.2.1", None),
        ] {
            assert_eq!(label(domain), expected, "{domain}");
        }
    }
}
