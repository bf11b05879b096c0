//! To whom a message was delivered, and which addresses are the mailbox owner's.

use crate::error::{Error, Result};
use crate::message::address::{addresses, bare_address};
use crate::message::header::{FieldName, Fields};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The addresses of the mailbox's owner: one customer, shown as the first of them.
#[derive(Debug, Clone, Default)]
pub struct Owners {
    written: Vec<String>,
    /// Whether addresses that differ in their `+tag` are different customers.
    keep_tags: bool,
    /// Which of them some message named. Set from several threads, only ever to true.
    named: Arc<[AtomicBool]>,
}

impl Owners {
    /// From `--owner` values: addresses, or `@domain` for all addresses of a domain.
    pub fn new(values: &[String], keep_tags: bool) -> Result<Self> {
        let written = values.iter().map(|value| {
            let address = if keep_tags { lower(value) } else { canonical(value) };
            match address.rsplit_once('@') {
                Some((_, domain)) if !domain.is_empty() && !address.contains(char::is_whitespace) => {
                    Ok(address)
                }
                _ => Err(Error::new("--owner", format!("`{value}` is not an address"))
                    .hint("write name@example.com, or @example.com for every address of a domain")),
            }
        });
        let written: Vec<String> = written.collect::<Result<_>>()?;
        let named = written.iter().map(|_| AtomicBool::new(false)).collect();
        Ok(Self { written, keep_tags, named })
    }

    /// An address as customers are called: in lower case, and without a `+tag` unless tags are kept.
    pub fn canonical(&self, written: &str) -> String {
        if self.keep_tags { lower(written) } else { canonical(written) }
    }

    /// The addresses, as they were given; `@domain` is none.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.written.iter().map(String::as_str).filter(|address| !address.starts_with('@'))
    }

    /// What the owner is called in the report, where one was given.
    pub fn name(&self) -> Option<&str> {
        self.written.first().map(String::as_str)
    }

    /// Whether a canonical address is the owner's.
    pub fn contains(&self, address: &str) -> bool {
        self.written.iter().any(|owner| is_meant(owner, address))
    }

    /// Notes which of the addresses a message names, as far as they were not named before.
    pub fn note_named(&self, fields: &Fields<'_>) {
        let unnamed =
            self.written.iter().zip(&*self.named).filter(|(_, named)| !named.load(Ordering::Relaxed));
        for (owner, named) in unnamed {
            if self.names_owner(fields, owner) {
                named.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Notes all of the addresses that a message names, and returns their places.
    pub fn note_all_named(&self, fields: &Fields<'_>) -> Vec<u64> {
        let places = (0..).zip(&self.written).filter(|(_, owner)| self.names_owner(fields, owner));
        places.map(|(place, _)| place).inspect(|place| self.note_place(*place)).collect()
    }

    /// Notes that a message names the address in that place.
    pub fn note_place(&self, place: u64) {
        if let Some(named) = usize::try_from(place).ok().and_then(|place| self.named.get(place)) {
            named.store(true, Ordering::Relaxed);
        }
    }

    /// All of them, addresses and domains, the first being what the owner is called; and whether tags are kept.
    pub fn as_given(&self) -> (&[String], bool) {
        (&self.written, self.keep_tags)
    }

    fn names_owner(&self, fields: &Fields<'_>, owner: &str) -> bool {
        let domain = owner.rsplit_once('@').map_or(owner, |(_, domain)| domain).as_bytes();
        let letterhead = [FieldName::TO, FieldName::CC, FieldName::FROM].into_iter();
        let values = letterhead.flat_map(|name| fields.all(name)).chain(stated(fields)).chain(hops(fields));
        // Most values name another person: their addresses are not read.
        let mut likely = values
            .filter(|value| value.windows(domain.len().max(1)).any(|part| part.eq_ignore_ascii_case(domain)));
        likely.any(|value| addresses(value).iter().any(|one| is_meant(owner, &self.canonical(&one.address))))
    }

    /// Those that no message named.
    pub fn unnamed(&self) -> impl Iterator<Item = &str> {
        let unnamed =
            self.written.iter().zip(&*self.named).filter(|(_, named)| !named.load(Ordering::Relaxed));
        unnamed.map(|(owner, _)| owner.as_str())
    }

    /// Whether any was given.
    pub fn are_given(&self) -> bool {
        !self.written.is_empty()
    }

    /// The owner's addresses, or `@domain` for all of a domain.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.written.iter().map(String::as_str)
    }

    /// The customer of a canonical address.
    pub fn customer<'a>(&'a self, address: &'a str) -> &'a str {
        if self.contains(address) { self.name().unwrap_or(address) } else { address }
    }
}

/// An address in lower case, without the final dot of a domain and without a route before it
/// (`@relay.example:robin@home.example`).
fn lower(written: &str) -> String {
    let written = written.trim().trim_end_matches('.');
    let routed = written.strip_prefix('@').and_then(|routed| routed.split_once(':'));
    routed.map_or(written, |(_, address)| address).to_lowercase()
}

/// An address in lower case, without a `+tag`.
pub fn canonical(written: &str) -> String {
    let lower = lower(written);
    let Some((local, domain)) = lower.rsplit_once('@') else { return lower };
    match local.split_once('+') {
        Some((name, _)) if !name.is_empty() => format!("{name}@{domain}"),
        _ => lower,
    }
}

/// Whether a canonical address is that owner's, who may be a whole domain.
fn is_meant(owner: &str, address: &str) -> bool {
    match owner.strip_prefix('@') {
        Some(domain) => address.rsplit_once('@').is_some_and(|(_, of)| of == domain),
        None => owner == address,
    }
}

/// The customer of a message where no source names one.
pub const UNKNOWN: &str = "unknown";

/// Fields with the address to which a message was delivered, best first.
pub fn stated<'a>(fields: &Fields<'a>) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let names = [FieldName::DELIVERED_TO, FieldName::ENVELOPE_TO, FieldName::X_ENVELOPE_TO];
    let others = names.map(|name| fields.first(name));
    original_to(fields).into_iter().chain(others.into_iter().flatten())
}

/// A delivery address without the prefix that qmail and vpopmail put before it (`8-robin@home.example`), where another
/// field shows it without.
pub fn without_prefix<'a>(raw: &'a [u8], fields: &Fields<'_>) -> &'a [u8] {
    // Nearly all local parts have no hyphen.
    let local = memchr::memchr(b'@', raw).unwrap_or(0);
    if memchr::memchr(b'-', &raw[..local]).is_none() {
        return raw;
    }
    let Some(whole) = bare_address(raw) else { return raw };
    let local = whole.find('@').unwrap_or(0);
    let letterhead = || {
        let letterhead = [FieldName::TO, FieldName::CC, FieldName::X_ORIGINAL_TO];
        letterhead.into_iter().flat_map(|name| fields.all(name))
    };
    if letterhead().any(|value| shows(value, whole.as_bytes())) {
        return raw;
    }
    let further = [FieldName::DELIVERED_TO, FieldName::ENVELOPE_TO, FieldName::X_ENVELOPE_TO].into_iter();
    let others = || letterhead().chain(hops(fields)).chain(further.clone().flat_map(|name| fields.all(name)));
    let starts = whole.match_indices('-').map(|(at, _)| at + 1).filter(|start| *start < local);
    let mut shorter = starts.map(|start| &whole.as_bytes()[start..]);
    shorter.find(|shorter| others().any(|value| shows(value, shorter))).unwrap_or(raw)
}

/// Whether a value contains that address.
fn shows(value: &[u8], address: &[u8]) -> bool {
    let is_part = |byte: Option<&u8>| {
        byte.is_some_and(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'=' | b'@')
        })
    };
    value.windows(address.len().max(1)).enumerate().any(|(at, part)| {
        part.eq_ignore_ascii_case(address)
            && !is_part(at.checked_sub(1).and_then(|before| value.get(before)))
            && !is_part(value.get(at + address.len()))
    })
}

/// The words that stand for an address in the `for` clauses of its hops.
pub fn hops<'a>(fields: &Fields<'a>) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    fields.all(FieldName::RECEIVED).filter_map(received_for)
}

/// Where no hop names an address: the owner, else the only one in To; `None` where there is none or several.
pub fn by_letterhead(fields: &Fields<'_>, owners: &Owners) -> Option<String> {
    if let Some(owner) = owners.name() {
        // Whether or not one of theirs is in To or Cc: it was found in the owner's mailbox.
        return Some(owner.to_string());
    }
    let mut to = fields.all(FieldName::TO).flat_map(addresses).filter(|one| one.address.contains('@'));
    match (to.next(), to.next()) {
        (Some(only), None) => Some(owners.canonical(&only.address)),
        _ => None,
    }
}

/// Postfix writes `X-Original-To` above the `Received` of its own hop; below it, it is another host's.
fn original_to<'a>(fields: &Fields<'a>) -> Option<&'a [u8]> {
    let place = fields.position(FieldName::X_ORIGINAL_TO)?;
    let above = fields.position(FieldName::RECEIVED).is_none_or(|received| place < received);
    above.then(|| fields.first(FieldName::X_ORIGINAL_TO)).flatten()
}

/// The address that a field's value or a hop's word names.
pub fn address(raw: &[u8], owners: &Owners) -> Option<String> {
    if let Some(plain) = bare_address(raw) {
        return Some(owners.canonical(plain));
    }
    addresses(raw)
        .into_iter()
        .map(|one| one.address)
        .find(|address| is_address(address))
        .map(|found| owners.canonical(&found))
}

fn is_address(text: &str) -> bool {
    !text.contains(char::is_whitespace)
        && text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

/// What follows `for` in a `Received` field, outside its comments.
fn received_for(raw: &[u8]) -> Option<&[u8]> {
    let clauses = raw.split(|b| *b == b';').next()?;
    let mut depth = 0_usize;
    let mut after_for = false;
    for word in clauses.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()) {
        let inside = depth > 0 || word.starts_with(b"(");
        let count = |bracket| memchr::memchr_iter(bracket, word).count();
        depth = (depth + count(b'(')).saturating_sub(count(b')'));
        if inside {
            continue;
        }
        if after_for {
            return Some(word);
        }
        after_for = word.eq_ignore_ascii_case(b"for");
    }
    None
}

#[cfg(test)]
mod tests;
