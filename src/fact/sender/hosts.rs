//! Hosts that many senders share: providers of mail for people, platforms, relay services. Data in `hosts.toml`.

use crate::message::domain::{domain_of, parents, registrable};
use serde::Deserialize;
use std::collections::HashSet;

/// The built-in table.
const BUILT_IN: &str = include_str!("hosts.toml");

/// Domains with `name.*` for a name under every public suffix.
#[derive(Debug, Clone, Default)]
pub struct DomainSet {
    exact: HashSet<String>,
    any_suffix: HashSet<String>,
}

impl DomainSet {
    fn of(entries: Vec<String>) -> Self {
        let mut set = Self::default();
        for entry in entries {
            match entry.strip_suffix(".*") {
                Some(label) => set.any_suffix.insert(label.to_string()),
                None => set.exact.insert(entry),
            };
        }
        set
    }

    /// Whether a domain, one above it, or its name under any suffix is in the set.
    pub fn contains(&self, domain: &str, registrable: &str) -> bool {
        parents(domain).any(|parent| self.exact.contains(parent))
            || registrable.split_once('.').is_some_and(|(label, _)| self.any_suffix.contains(label))
    }
}

/// Hosts that many senders share.
#[derive(Debug, Clone)]
pub struct Hosts {
    /// Providers of mail for people.
    free_mail: DomainSet,
    /// Platforms that send for many from a domain of their own.
    shared: DomainSet,
    /// The domains by which sending platforms sign.
    platforms: HashSet<String>,
    /// The domains of services that forward mail under an address of their own.
    relays: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenHosts {
    free_mail: Vec<String>,
    shared: Vec<String>,
    sending_platforms: Vec<String>,
}

impl Hosts {
    /// Those of `hosts.toml`, which a test reads, and relay services with these domains.
    pub fn built_in(relays: Vec<String>) -> Self {
        let written: WrittenHosts = toml::from_str(BUILT_IN).unwrap_or_default();
        Self {
            free_mail: DomainSet::of(written.free_mail),
            shared: DomainSet::of(written.shared),
            platforms: written.sending_platforms.into_iter().collect(),
            relays,
        }
    }

    /// Whether mail of that domain comes from people.
    pub fn is_free_mail(&self, domain: &str) -> bool {
        self.free_mail.contains(domain, registrable(domain))
    }

    /// Whether each address of that domain is a sender of its own.
    pub fn is_shared(&self, domain: &str) -> bool {
        let registrable = registrable(domain);
        self.free_mail.contains(domain, registrable)
            || self.shared.contains(domain, registrable)
            || self.is_relay(domain)
    }

    /// Whether a domain (or one above it) is a sending platform's.
    pub fn is_platform(&self, domain: &str) -> bool {
        parents(domain).any(|parent| self.platforms.contains(parent))
    }

    /// Whether an address is a relay service's, so that somebody else wrote what comes from it.
    pub fn is_relayed(&self, address: &str) -> bool {
        domain_of(address).is_some_and(|domain| self.is_relay(domain))
    }

    fn is_relay(&self, domain: &str) -> bool {
        self.relays.iter().any(|relay| is_below(domain, relay))
    }
}

/// Whether a domain is `parent` or below it.
pub fn is_below(domain: &str, parent: &str) -> bool {
    domain.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_hosts_are_read() {
        let written: WrittenHosts = toml::from_str(BUILT_IN).expect("hosts.toml");
        assert!(written.free_mail.len() > 100 && written.sending_platforms.len() > 50);
    }

    #[test]
    fn every_host_is_written_as_it_is_compared() {
        let written: WrittenHosts = toml::from_str(BUILT_IN).expect("hosts.toml");
        let relays = super::super::relay::Relays::built_in().domains();
        for host in
            written.free_mail.iter().chain(&written.shared).chain(&written.sending_platforms).chain(&relays)
        {
            let bare = host.strip_suffix(".*").unwrap_or(host);
            assert!(
                bare.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-')),
                "{host}"
            );
        }
    }
}
