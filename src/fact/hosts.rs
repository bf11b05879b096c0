//! Hosts that many senders share: providers of mail for people, platforms, relay services. Data in `hosts.toml`.

use super::relay::{Relay, WrittenRelay};
use super::sender::parents;
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
    pub fn holds(&self, domain: &str, registrable: &str) -> bool {
        parents(domain).any(|parent| self.exact.contains(parent))
            || registrable.split_once('.').is_some_and(|(label, _)| self.any_suffix.contains(label))
    }
}

/// Hosts that many senders share.
#[derive(Debug, Clone)]
pub struct Hosts {
    /// Providers of mail for people.
    pub free_mail: DomainSet,
    /// Platforms that send for many from a domain of their own.
    shared: DomainSet,
    /// The domains by which sending platforms sign.
    platforms: HashSet<String>,
    /// Services that forward mail under an address of their own.
    pub relays: Vec<Relay>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenHosts {
    free_mail: Vec<String>,
    shared: Vec<String>,
    sending_platforms: Vec<String>,
    relay: Vec<WrittenRelay>,
}

impl Hosts {
    /// Those of `hosts.toml`; a test asserts that it can be read.
    pub fn built_in() -> Self {
        let written: WrittenHosts = toml::from_str(BUILT_IN).unwrap_or_default();
        Self {
            free_mail: DomainSet::of(written.free_mail),
            shared: DomainSet::of(written.shared),
            platforms: written.sending_platforms.into_iter().collect(),
            relays: written.relay.into_iter().map(Relay::from).collect(),
        }
    }

    /// Whether behind each address of that domain stands somebody else.
    pub fn is_shared(&self, domain: &str, registrable: &str) -> bool {
        self.free_mail.holds(domain, registrable)
            || self.shared.holds(domain, registrable)
            || self.relay(domain).is_some()
    }

    /// Whether a domain (or one above it) is a sending platform's.
    pub fn is_platform(&self, domain: &str) -> bool {
        parents(domain).any(|parent| self.platforms.contains(parent))
    }

    /// The relay service that the domain belongs to.
    pub fn relay(&self, domain: &str) -> Option<&Relay> {
        self.relays.iter().find(|relay| relay.owns(domain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::header::Vocabulary;

    #[test]
    fn the_built_in_hosts_are_read() {
        let written: WrittenHosts = toml::from_str(BUILT_IN).expect("hosts.toml");
        assert!(written.free_mail.len() > 100 && written.sending_platforms.len() > 50);
        let mut vocabulary = Vocabulary::default();
        let fresh = vocabulary.add("x-never-heard-of");
        for relay in &written.relay {
            for name in relay.field_names() {
                assert!(vocabulary.add(name) < fresh, "`{name}` is not among the well-known fields");
            }
        }
    }

    #[test]
    fn every_host_is_written_as_it_is_compared() {
        let written: WrittenHosts = toml::from_str(BUILT_IN).expect("hosts.toml");
        let relays = written.relay.iter().flat_map(|relay| &relay.domains);
        for host in
            written.free_mail.iter().chain(&written.shared).chain(&written.sending_platforms).chain(relays)
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
