//! Relay services (Hide My Email, Firefox Relay, SimpleLogin, DuckDuckGo, addy.io, 33Mail): who wrote the mail that they
//! forward under addresses of their own.
//!
//! A name that is wrong is worse than one that is missing: what is cut, ambiguous or under no known suffix is not
//! read. The address that the relay wrote into From is believed before other fields, which the relay may only have
//! passed on.

use super::hosts::{Hosts, is_below};
use crate::message::address::{Address, addresses};
use crate::message::domain::{domain_of, normal_address, registrable};
use crate::message::header::{FieldName, Fields, Vocabulary};
use serde::Deserialize;

/// The built-in table.
const BUILT_IN: &str = include_str!("relays.toml");

/// How a relay writes the author into From.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RelayForm {
    /// `name_at_shop.example_user`, or with the domain's dots as underscores.
    At,
    /// `alias+name=shop.example`.
    Equals,
    /// In the display name: `Shop <name@shop.example> [via Relay]`, `Shop 'name@shop.example' via Relay`.
    Name,
    /// `+alias+word.name#shop.example`, where `alias` and `word` are the owner's.
    Hash,
}

/// A relay service, as `relays.toml` writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRelay {
    /// The domains of its addresses.
    domains: Vec<String>,
    form: RelayForm,
    cut_at: Option<usize>,
    #[serde(default)]
    headers: Vec<String>,
    envelope: Option<String>,
    #[serde(default)]
    own_domains: bool,
}

/// A relay service.
#[derive(Debug, Clone)]
pub struct Relay {
    domains: Vec<String>,
    form: RelayForm,
    cut_at: usize,
    headers: Vec<FieldName>,
    envelope: Option<FieldName>,
    /// Whether it also writes addresses of domains that its users own.
    own_domains: bool,
}

impl From<WrittenRelay> for Relay {
    fn from(written: WrittenRelay) -> Self {
        let known = Vocabulary::default();
        let number = |name: &String| known.find(name.as_bytes(), name.len());
        Self {
            form: written.form,
            cut_at: written.cut_at.unwrap_or(usize::MAX),
            headers: written.headers.iter().filter_map(number).collect(),
            envelope: written.envelope.as_ref().and_then(number),
            domains: written.domains,
            own_domains: written.own_domains,
        }
    }
}

/// All relay services.
#[derive(Debug, Clone)]
pub struct Relays(Vec<Relay>);

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenRelays {
    relay: Vec<WrittenRelay>,
}

impl Relays {
    /// Those of `relays.toml`; a test asserts that it can be read.
    pub fn built_in() -> Self {
        let written: WrittenRelays = toml::from_str(BUILT_IN).unwrap_or_default();
        Self(written.relay.into_iter().map(Relay::from).collect())
    }

    /// The domains of all of them.
    pub fn domains(&self) -> Vec<String> {
        self.0.iter().flat_map(|relay| &relay.domains).cloned().collect()
    }

    /// The service that a domain belongs to.
    pub fn of(&self, domain: &str) -> Option<&Relay> {
        self.0.iter().find(|relay| relay.owns(domain))
    }

    /// The services that forwarded a message, by its fields.
    pub fn forwarding<'a>(&'a self, fields: &Fields<'_>) -> impl Iterator<Item = &'a Relay> {
        self.0.iter().filter(|relay| relay.forwarded(fields))
    }
}

impl Relay {
    /// Whether a domain is the relay's.
    pub fn owns(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| is_below(domain, own))
    }

    /// Whether a message from an address of a user's own domain came through the relay: it bears the relay's fields.
    pub fn forwarded(&self, fields: &Fields<'_>) -> bool {
        self.own_domains && self.headers.iter().any(|name| fields.first(*name).is_some())
    }

    /// Who wrote a message that came from `written`, an address of the relay's.
    pub fn original(&self, written: &Address, fields: &Fields<'_>, hosts: &Hosts) -> Option<Address> {
        let in_from = self.in_from(written, hosts).filter(|found| is_author(found, hosts));
        let mut in_fields = self.headers.iter().filter_map(|name| address_of(fields, *name));
        let in_field = in_fields.find(|found| is_author(found, hosts));
        match (in_from, in_field) {
            // The field has the exact local part and the name, but only the address is the relay's own word.
            (Some(address), Some(field)) if !same_domain(&address, &field) => Some(address),
            (address, field) => field.or(address).or_else(|| {
                let envelope = address_of(fields, self.envelope?)?;
                let domain = domain_of(&envelope.address)?;
                // Bounces go to platforms, which do not identify the sender.
                let own = !hosts.is_shared(domain) && !hosts.is_platform(domain);
                (own && is_author(&envelope, hosts)).then_some(envelope)
            }),
        }
    }

    fn in_from(&self, written: &Address, hosts: &Hosts) -> Option<Address> {
        let (local, _) = written.address.rsplit_once('@')?;
        match self.form {
            RelayForm::At => unnamed(at_form(local, self.cut_at, hosts)?),
            RelayForm::Equals => {
                let (name, domain) = local.split_once('+')?.1.rsplit_once('=')?;
                unnamed(format!("{name}@{domain}"))
            }
            RelayForm::Name => in_name(written.name.as_deref()?),
            RelayForm::Hash => {
                let (before, domain) = local.rsplit_once('#')?;
                let name = before.rsplit_once(['+', '.']).map_or(before, |(_, name)| name);
                unnamed(format!("{name}@{domain}"))
            }
        }
    }
}

fn unnamed(address: String) -> Option<Address> {
    Some(Address { name: None, address: normal_address(&address) })
}

/// Whether this can be an author: a full address, and no relay's.
pub(super) fn is_author(found: &Address, hosts: &Hosts) -> bool {
    let valid = found.address.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.contains(' ')
    });
    valid && !hosts.is_relayed(&found.address)
}

fn same_domain(left: &Address, right: &Address) -> bool {
    let of = |found: &Address| domain_of(&found.address).map(|domain| registrable(domain).to_string());
    of(left) == of(right)
}

pub(super) fn address_of(fields: &Fields<'_>, name: FieldName) -> Option<Address> {
    let found = addresses(fields.first(name)?).into_iter().next()?;
    Some(Address { address: normal_address(&found.address), ..found })
}

/// `news_at_shop.example_user` and `news_at_shop_example_x7k2` are `news@shop.example`.
fn at_form(local: &str, cut_at: usize, hosts: &Hosts) -> Option<String> {
    let (name, rest) = local.rsplit_once("_at_")?;
    if rest.contains('.') {
        let (domain, _) = rest.split_once('_')?;
        return Some(format!("{name}@{domain}"));
    }
    let domain = random_end_dropped(rest)?;
    // Dots of the local part are underscores too: which, nobody knows. Where the sender is the full address, that
    // would name somebody else.
    if hosts.is_shared(&domain) && name.contains('_') {
        return None;
    }
    let address = format!("{name}@{domain}");
    (address.len() < cut_at).then_some(address)
}

/// `shop_example_x7k2` without its random end, which is one or two words long: what is left must end in a public
/// suffix.
fn random_end_dropped(rest: &str) -> Option<String> {
    let words: Vec<&str> = rest.split('_').collect();
    let domain = (1..=2).find_map(|dropped| {
        let kept = words.get(..words.len().checked_sub(dropped)?)?;
        (kept.len() > 1 && kept.iter().all(|word| !word.is_empty()) && ends_in_suffix(kept))
            .then(|| kept.join("."))
    });
    domain.filter(|domain| registrable(domain).contains('.'))
}

/// Whether the last label is a listed top-level domain or one that RFC 2606 reserves for examples.
fn ends_in_suffix(labels: &[&str]) -> bool {
    let Some(last) = labels.last() else { return false };
    matches!(*last, "example" | "test" | "invalid")
        || psl::suffix(last.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// The author in a display name that a relay wrote: the last address in brackets or quotes, or the only one without;
/// nothing where it is cut.
fn in_name(name: &str) -> Option<Address> {
    const QUOTES: [(char, char); 5] = [('<', '>'), ('\'', '\''), ('(', ')'), ('[', ']'), ('|', '|')];
    let shown = without_relay(name).trim_end();
    let quoted = QUOTES.iter().find_map(|(open, close)| {
        let (name, address) = shown.strip_suffix(*close)?.rsplit_once(*open)?;
        Some((name, address))
    });
    let (name, address) = quoted.unwrap_or(("", shown));
    let address = ["(a)", "(at)", " at ", "[at]"].iter().fold(address.trim().to_string(), |address, at| {
        if address.contains('@') { address } else { address.replacen(at, "@", 1) }
    });
    let cut = address.ends_with("...") || address.ends_with('…') || address.contains(char::is_whitespace);
    let name = Some(name.trim().to_string()).filter(|name| !name.is_empty());
    (!cut && address.contains('@')).then(|| Address { name, address: normal_address(&address) })
}

/// A display name without the relay's own mark at its end: `[via Relay]`, `via 33Mail`.
fn without_relay(name: &str) -> &str {
    let name = name.trim();
    match name.rsplit_once(" via ") {
        Some((shown, relay)) if !relay.trim().contains(char::is_whitespace) => shown,
        _ => name
            .rsplit_once(" [via ")
            .filter(|(_, relay)| relay.ends_with(']'))
            .map_or(name, |(shown, _)| shown),
    }
}

#[cfg(test)]
mod tests;
