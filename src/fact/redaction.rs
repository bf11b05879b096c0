//! What outputs show of people where they are redacted: pseudonyms for customers and for senders that are addresses, of
//! addresses and URLs only the host, and nothing of subjects, local parts, Message-IDs and paths.
//!
//! Redaction is applied once, after everything is judged, to what outputs are made from: the names of the run, the
//! details of its messages, its cases. Outputs themselves know nothing of it, so that none can forget it.

use super::customer::UNKNOWN;
use crate::message::domain::domain_of;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt::Write;

/// How many bytes of the HMAC a pseudonym shows: enough that no two of a million people share one.
const SHOWN: usize = 8;

/// The key of the pseudonyms.
#[derive(Clone)]
pub struct Redaction(Hmac<Sha256>);

impl std::fmt::Debug for Redaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redaction(…)")
    }
}

impl Redaction {
    /// The shortest key, in bytes: with a shorter one, pseudonyms of known addresses could be found by trying keys.
    pub const SHORTEST_KEY: usize = 16;

    /// With a key, of any length that HMAC takes, which is every one; `None` where it is shorter than the shortest.
    pub fn new(key: &[u8]) -> Option<Self> {
        let mac = Hmac::new_from_slice(key).ok()?;
        (key.len() >= Self::SHORTEST_KEY).then_some(Self(mac))
    }

    /// A customer: `customer-5f2b8a01c97d3e46`. An unknown customer stays as it is, since that names no person.
    pub fn customer(&self, name: &str) -> String {
        if name == UNKNOWN { name.to_string() } else { self.pseudonym("customer", name) }
    }

    /// A sender. An organisation's name is a domain or a brand, and stays.
    pub fn sender(&self, name: &str, is_organisation: bool) -> String {
        let stays = is_organisation && !name.contains('@');
        if stays { name.to_string() } else { self.pseudonym("sender", name) }
    }

    /// Whether a customer's name is a pseudonym already.
    pub fn is_pseudonym(customer: &str) -> bool {
        let hex = customer.strip_prefix("customer-");
        hex.is_some_and(|hex| hex.len() == 2 * SHOWN && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }

    fn pseudonym(&self, what: &str, name: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(name.to_lowercase().as_bytes());
        let mut text = format!("{what}-");
        for byte in mac.finalize().into_bytes().iter().take(SHOWN) {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// Whether a display name may be shown: not where it has an address in it, or a local part or a word of one.
    pub fn shows_name<'a>(name: &str, addresses: impl IntoIterator<Item = &'a str>) -> bool {
        let lower = name.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
        let mut locals =
            addresses.into_iter().filter_map(|address| Some(address.rsplit_once('@')?.0.to_lowercase()));
        let names = |local: String| {
            let mut parts = local.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
            !local.is_empty() && lower.contains(&local) || parts.any(|part| words.contains(&part))
        };
        !lower.contains('@') && !locals.any(names)
    }
}

/// `shop.example` of `news@shop.example`; blank where there is no domain.
pub fn host_of_address(address: &str) -> String {
    domain_of(address).unwrap_or_default().to_string()
}

/// `https://shop.example` of `https://user@shop.example:8080/leave?who=robin`.
pub fn host_of_url(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if scheme.is_empty() { host.to_string() } else { format!("{scheme}://{host}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redaction(key: &str) -> Redaction {
        Redaction::new(key.as_bytes()).expect("a key")
    }

    #[test]
    fn a_pseudonym_is_the_beginning_of_the_hmac_and_depends_on_the_key_alone() {
        // Computed by Python's hmac module.
        let key = "JefeJefeJefeJefe";
        assert_eq!(redaction(key).customer("Robin@Home.example"), "customer-04366cedfdc122ed");
        assert_eq!(
            redaction(key).customer("robin@home.example"),
            redaction(key).customer("ROBIN@home.example")
        );
        assert_ne!(
            redaction(key).customer("a@x.example"),
            redaction("another-key-of-16").customer("a@x.example")
        );
        assert_eq!(redaction(key).customer(UNKNOWN), UNKNOWN);
        assert!(Redaction::new(b"fifteen bytes..").is_none());
    }

    #[test]
    fn organisations_keep_their_names_and_people_do_not() {
        let redaction = redaction("JefeJefeJefeJefe");
        assert_eq!(redaction.sender("shop.example", true), "shop.example");
        assert!(redaction.sender("kim@mail.example", false).starts_with("sender-"));
        assert!(redaction.sender("Kim Smith", false).starts_with("sender-"), "a From without a domain");
        assert!(!Redaction::shows_name("Kim at home", ["kim@mail.example"]));
        assert!(!Redaction::shows_name("Fay Moss", ["fay.moss@friends.example"]));
        assert!(Redaction::shows_name("The Shop", ["news@shop.example", "@shop.example"]));
    }

    #[test]
    fn of_addresses_and_urls_the_host_is_left() {
        assert_eq!(host_of_address("news+robin@shop.example"), "shop.example");
        assert_eq!(host_of_address("no address"), "");
        assert_eq!(
            host_of_url("https://robin:pw@shop.example:8080/leave/robin?x#y"),
            "https://shop.example:8080"
        );
        assert_eq!(host_of_url("shop.example/leave"), "shop.example");
    }
}
