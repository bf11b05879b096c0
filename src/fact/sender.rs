//! Which organisation a From address belongs to: its registrable domain, but for brands that the user
//! declares and for hosts that many senders share.

use super::customer::Owners;
use super::hosts::Hosts;
use super::rewriting;
use crate::error::{Error, Result};
use crate::message::header::Fields;
use crate::message::value::Mailbox;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::path::Path;

/// How a sender was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupedBy {
    /// By the registrable domain of its addresses.
    Domain,
    /// By the full address: a mail provider's, a shared host's, or a From without a domain.
    Address,
    /// By a brand of the user's.
    Brand,
}

impl GroupedBy {
    /// The word in the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Address => "address",
            Self::Brand => "brand",
        }
    }
}

/// The organisation behind an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// What the report calls it.
    pub name: String,
    /// How it was found.
    pub grouped_by: GroupedBy,
}

/// The user's brands and the shared hosts.
#[derive(Debug, Clone)]
pub struct Senders {
    brands: Brands,
    hosts: Hosts,
}

impl Senders {
    /// With these brands.
    pub fn new(brands: Brands) -> Self {
        Self { brands, hosts: Hosts::built_in() }
    }

    /// The organisation behind an address in lower case.
    pub fn organisation(&self, address: &str) -> Organisation {
        let named = |name: &str, grouped_by| Organisation { name: name.to_string(), grouped_by };
        let Some(domain) = domain_of(address) else { return named(address, GroupedBy::Address) };
        if let Some(brand) = self.brands.of(address, domain) {
            return named(brand, GroupedBy::Brand);
        }
        let registrable = registrable(domain);
        if self.hosts.is_shared(domain, registrable) {
            return named(address, GroupedBy::Address);
        }
        named(registrable, GroupedBy::Domain)
    }

    /// The brand of an address, where the user declared one.
    pub fn brand(&self, address: &str) -> Option<&str> {
        self.brands.of(address, domain_of(address)?)
    }

    /// Whether the user declared a brand of that name, whatever its case.
    pub fn has_brand(&self, name: &str) -> bool {
        !self.brands.names.is_empty() && self.brands.names.contains(&name.trim().to_lowercase())
    }

    /// Whether two domains belong to one organisation: under one registrable domain or one brand.
    pub fn same_organisation(&self, left: &str, right: &str) -> bool {
        let brand = |domain| self.brands.of("", domain);
        registrable(left) == registrable(right)
            || brand(left).is_some_and(|found| Some(found) == brand(right))
    }

    /// Whether a domain (or one above it) is a sending platform's, whose signature vouches for its customers.
    pub fn is_sending_platform(&self, domain: &str) -> bool {
        self.hosts.is_platform(domain)
    }

    /// Whether behind each address of that domain stands somebody else: its sender is the full address.
    pub fn is_shared(&self, domain: &str) -> bool {
        self.hosts.is_shared(domain, registrable(domain))
    }

    /// Whether an address is a relay service's, behind which stands who really wrote.
    pub fn is_relayed(&self, address: &str) -> bool {
        domain_of(address).is_some_and(|domain| self.hosts.relay(domain).is_some())
    }

    /// Whether a message says that a relay, list or group rewrote its From.
    pub fn may_be_rewritten(&self, fields: &Fields<'_>) -> bool {
        rewriting::is_said(fields) || self.hosts.relays.iter().any(|relay| relay.forwarded(fields))
    }

    /// Who wrote a message whose From a relay service, a list or a group rewrote, as far as the message says so.
    pub fn original(&self, written: &Mailbox, fields: &Fields<'_>, owners: &Owners) -> Option<Mailbox> {
        if let Some(relay) = self.hosts.relay(domain_of(&written.address)?) {
            return relay.original(written, fields, self);
        }
        if !rewriting::is_at_home(written, fields, owners, self) {
            return None;
        }
        let relays = self.hosts.relays.iter().filter(|relay| relay.forwarded(fields));
        let mut originals = relays.filter_map(|relay| relay.original(written, fields, self));
        originals.next().or_else(|| rewriting::original(written, fields, self))
    }

    /// Whether mail of that domain comes from people: a provider's domain.
    pub fn is_free_mail(&self, domain: &str) -> bool {
        self.hosts.free_mail.holds(domain, registrable(domain))
    }
}

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

/// Domains and addresses that the user puts under one name.
#[derive(Debug, Clone, Default)]
pub struct Brands {
    by_domain: HashMap<String, String>,
    by_address: HashMap<String, String>,
    /// In lower case.
    names: HashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBrands {
    #[serde(default)]
    brand: Vec<WrittenBrand>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenBrand {
    name: toml::Spanned<String>,
    #[serde(default)]
    domains: Vec<toml::Spanned<String>>,
    #[serde(default)]
    addresses: Vec<toml::Spanned<String>>,
}

impl Brands {
    /// Reads a brands file. Errors name file and line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "can't be read", &error))?;
        Self::parse(&text, path)
    }

    /// Reads brands that lie in memory, under the name of their file.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let written: WrittenBrands = toml::from_str(text).map_err(|error| Error::toml(path, text, &error))?;
        let mut brands = Self::default();
        let mut owner: BTreeMap<String, String> = BTreeMap::new();
        for brand in written.brand {
            let at = |span: std::ops::Range<usize>, what: String| {
                Error::file(path, what).at_line(Error::line_of(text, span.start))
            };
            let name = brand.name.get_ref().trim().to_string();
            if name.is_empty() {
                return Err(at(brand.name.span(), "a brand without a name".into()).hint("write name = \"…\""));
            }
            if brand.domains.is_empty() && brand.addresses.is_empty() {
                return Err(at(
                    brand.name.span(),
                    format!("brand `{name}` has neither domains nor addresses"),
                ));
            }
            for entry in brand.domains.iter().chain(&brand.addresses) {
                let key = if entry.get_ref().contains('@') {
                    normal_address(entry.get_ref())
                } else {
                    normal_domain(entry.get_ref())
                };
                if let Some(other) = owner.insert(key.clone(), name.clone()).filter(|other| *other != name) {
                    return Err(at(entry.span(), format!("`{key}` belongs to brand `{other}` already")));
                }
            }
            brands.names.insert(name.to_lowercase());
            for domain in brand.domains {
                brands
                    .by_domain
                    .insert(normal_domain(domain.get_ref().trim_start_matches('@')), name.clone());
            }
            for address in brand.addresses {
                brands.by_address.insert(normal_address(address.get_ref()), name.clone());
            }
        }
        Ok(brands)
    }

    fn of(&self, address: &str, domain: &str) -> Option<&str> {
        if self.by_domain.is_empty() && self.by_address.is_empty() {
            return None;
        }
        let by_address = self.by_address.get(address);
        by_address
            .or_else(|| parents(domain).find_map(|parent| self.by_domain.get(parent)))
            .map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped(address: &str) -> (String, GroupedBy) {
        let found = Senders::new(Brands::default()).organisation(&normal_address(address));
        (found.name, found.grouped_by)
    }

    #[test]
    fn a_sender_is_its_registrable_domain() {
        for (address, name) in [
            ("News@Email.Stride-Outlet.example", "stride-outlet.example"),
            ("a@mail.shop.co.uk", "shop.co.uk"),
            ("a@shop.test.", "shop.test"),
            ("a@tenant.github.io", "tenant.github.io"),
            ("a@bücher.example", "xn--bcher-kva.example"),
            ("a@xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("a@localhost", "localhost"),
            ("a@co.uk", "co.uk"),
            ("a@192.0.2.1", "192.0.2.1"),
            ("a@[192.0.2.1]", "[192.0.2.1]"),
        ] {
            assert_eq!(grouped(address), (name.to_string(), GroupedBy::Domain), "{address}");
        }
    }

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

    #[test]
    fn shared_hosts_and_addresses_without_a_domain_are_kept_apart() {
        for address in [
            "ann@gmail.com",
            "ann@gmx.de",
            "ann@yahoo.co.uk",
            "shop@substack.com",
            "x@mail.beehiiv.com",
            "a@shop.ccsend.com",
            "mail system",
        ] {
            assert_eq!(grouped(address), (address.to_string(), GroupedBy::Address));
        }
        assert_eq!(grouped("a@notgmail.com").1, GroupedBy::Domain);
    }

    #[test]
    fn brands_come_first() {
        let text = "[[brand]]\nname = \"Stride\"\ndomains = [\"stride.example\", \"stride.test\"]\naddresses = [\"stride@substack.com\"]\n";
        let senders = Senders::new(Brands::parse(text, Path::new("brands.toml")).expect("valid"));
        for address in ["a@stride.example", "b@news.stride.test", "stride@substack.com"] {
            assert_eq!(
                senders.organisation(address),
                Organisation { name: "Stride".into(), grouped_by: GroupedBy::Brand }
            );
        }
        assert_eq!(senders.organisation("other@substack.com").grouped_by, GroupedBy::Address);
        assert!(senders.same_organisation("mail.stride.example", "stride.test"));
    }

    #[test]
    fn a_wrong_brands_file_names_the_line() {
        for (text, expected) in [
            ("[[brand]]\nname = \"A\"\n", "line 2: brand `A` has neither"),
            ("[[brand]]\nname = \"A\"\ndomain = [\"a.example\"]\n", "line 3: unknown field `domain`"),
            (
                "[[brand]]\nname=\"A\"\ndomains=[\"a.example\"]\n[[brand]]\nname=\"B\"\ndomains=[\"a.example\"]\n",
                "line 6: `a.example` belongs to brand `A`",
            ),
        ] {
            let error = Brands::parse(text, Path::new("brands.toml")).expect_err("invalid").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
