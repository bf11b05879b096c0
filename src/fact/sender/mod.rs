//! Which organisation a From address belongs to: its registrable domain, except where the user declares a brand or many
//! senders share a host.

mod brands;
mod hosts;
mod relay;
mod rewriting;

pub use brands::Brands;

use super::customer::Owners;
use crate::message::address::Address;
use crate::message::domain::{domain_of, registrable};
use crate::message::header::Fields;
use hosts::Hosts;
use relay::Relays;

/// How a sender was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupedBy {
    /// By the registrable domain of its addresses.
    Domain,
    /// By the full address: a mail provider's, a shared host's, or a From without a domain.
    Address,
    /// By a brand of the user's.
    Brand,
    /// A row over all brands of one group.
    Group,
    /// A row over all senders.
    All,
}

impl GroupedBy {
    /// The word in the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Address => "address",
            Self::Brand => "brand",
            Self::Group => "group",
            Self::All => "all",
        }
    }
}

/// The organisation that an address belongs to.
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
    relays: Relays,
}

impl Senders {
    /// With these brands.
    pub fn new(brands: Brands) -> Self {
        let relays = Relays::built_in();
        Self { brands, hosts: Hosts::built_in(relays.domains()), relays }
    }

    /// The organisation that an address in lower case belongs to.
    pub fn organisation(&self, address: &str) -> Organisation {
        let named = |name: &str, grouped_by| Organisation { name: name.to_string(), grouped_by };
        let Some(domain) = domain_of(address) else { return named(address, GroupedBy::Address) };
        if let Some(brand) = self.brands.of(address, domain) {
            return named(brand, GroupedBy::Brand);
        }
        let registrable = registrable(domain);
        if self.hosts.is_shared(domain) {
            return named(address, GroupedBy::Address);
        }
        named(registrable, GroupedBy::Domain)
    }

    /// The brand of an address, where the user declared one.
    pub fn brand(&self, address: &str) -> Option<&str> {
        self.brands.of(address, domain_of(address)?)
    }

    /// The user's brands.
    pub fn brands(&self) -> &Brands {
        &self.brands
    }

    /// The group of the brand of that name.
    pub fn group(&self, brand: &str) -> Option<&str> {
        self.brands.group(brand)
    }

    /// Whether some brand has a group.
    pub fn has_groups(&self) -> bool {
        self.brands.has_groups()
    }

    /// Whether the user declared a brand of that name, whatever its case.
    pub fn has_brand(&self, name: &str) -> bool {
        self.brands.has(name)
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

    /// Whether each address of that domain belongs to another person: its sender is the full address.
    pub fn is_shared(&self, domain: &str) -> bool {
        self.hosts.is_shared(domain)
    }

    /// Whether a domain takes opt-outs for many: that is not evidence that its senders belong together.
    pub fn takes_opt_outs_for_many(&self, domain: &str) -> bool {
        self.is_sending_platform(domain) || self.is_shared(domain)
    }

    /// Whether an address is a relay service's, which forwards for the real author.
    pub fn is_relayed(&self, address: &str) -> bool {
        self.hosts.is_relayed(address)
    }

    /// Whether a message says that a relay, list or group rewrote its From.
    pub fn may_be_rewritten(&self, fields: &Fields<'_>) -> bool {
        rewriting::is_declared(fields) || self.relays.forwarding(fields).next().is_some()
    }

    /// The author of a message whose From a relay service, a list or a group rewrote, where the message names one.
    pub fn original(&self, written: &Address, fields: &Fields<'_>, owners: &Owners) -> Option<Address> {
        let hosts = &self.hosts;
        if let Some(relay) = self.relays.of(domain_of(&written.address)?) {
            return relay.original(written, fields, hosts);
        }
        if !rewriting::is_at_home(written, fields, owners, hosts) {
            return None;
        }
        let relays = self.relays.forwarding(fields);
        let mut originals = relays.filter_map(|relay| relay.original(written, fields, hosts));
        originals.next().or_else(|| rewriting::original(written, fields, hosts))
    }

    /// Whether mail of that domain comes from people: a provider's domain.
    pub fn is_free_mail(&self, domain: &str) -> bool {
        self.hosts.is_free_mail(domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::domain::normal_address;
    use std::path::Path;

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
}
