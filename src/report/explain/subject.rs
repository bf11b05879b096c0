//! Resolves names on the command line to a sender and its customers.

use crate::error::{Error, Result, did_you_mean, nearest};
use crate::fact::{
    AddressId, NameId, NameTable, SenderId, canonical, domain_of, label, normal_address, normal_domain,
    parents,
};
use crate::history::{History, Pair};
use crate::report::{thousands, visible};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A sender and a customer, as named on the command line.
#[derive(Debug, Clone)]
pub struct SenderQuery<'a> {
    /// A sender as the report shows it, one of its From addresses, a domain of these, a display name, or a part of
    /// one of them.
    pub sender: &'a str,
    /// A customer as the report shows it; `None`: all.
    pub customer: Option<&'a str>,
}

/// The most senders that an error lists.
const LISTED: usize = 10;

/// The shortest part of a name that is worth comparing with a misspelling.
const SHORTEST: usize = 4;

/// The matching pairs: of one sender, to one customer or to all. An error lists the senders where several match,
/// and the nearest where none does.
pub fn find<'a>(history: &'a History, wanted: &SenderQuery<'_>) -> Result<Vec<Pair<'a>>> {
    let known = known_senders(history);
    let sender = sender(&known, wanted.sender)?;
    let of_sender: Vec<Pair<'a>> = history.pairs().filter(|pair| pair.sender == sender).collect();
    let Some(customer) = wanted.customer else { return Ok(of_sender) };
    let name = |pair: &Pair<'a>| history.names.unredacted(pair.customer);
    let shown = |pair: &Pair<'a>| history.names.text(pair.customer);
    let customers: BTreeSet<&str> = of_sender.iter().map(name).collect();
    let canonical = canonical(customer);
    let meant = |pair: &Pair<'a>| {
        name(pair).eq_ignore_ascii_case(customer.trim()) || name(pair) == canonical || shown(pair) == customer
    };
    let found: Vec<Pair<'a>> = of_sender.into_iter().filter(meant).collect();
    if found.is_empty() {
        let error = Error::new("--customer", format!("no mail of that sender to `{}`", visible(customer)));
        let near = nearest(customer, customers.iter().copied());
        return Err(match (near.as_slice(), customers.len()) {
            ([], 1..=5) => error.hint(format!("there is mail to {}", quoted(customers))),
            ([], _) => error.hint("`mailfatigue check --all` lists every sender and customer"),
            (near, _) => error.hint_if(did_you_mean_one_of(near)),
        });
    }
    Ok(found)
}

/// A sender with all its names.
#[derive(Debug, Default)]
struct NamedSender<'a> {
    name: &'a str,
    /// As outputs show it: a pseudonym, where they are redacted.
    shown: &'a str,
    messages: usize,
    addresses: Vec<&'a str>,
    display: Vec<&'a str>,
}

fn known_senders(history: &History) -> BTreeMap<SenderId, NamedSender<'_>> {
    let mut ids: BTreeMap<SenderId, (usize, BTreeSet<AddressId>, BTreeSet<NameId>)> = BTreeMap::new();
    for pair in history.pairs() {
        let (messages, addresses, display) = ids.entry(pair.sender).or_default();
        *messages += pair.facts.len();
        addresses.extend(pair.facts.iter().map(|fact| fact.from));
        display.extend(pair.facts.iter().filter_map(|fact| fact.name));
    }
    let names: &NameTable = &history.names;
    let known = ids.into_iter().map(|(id, (messages, addresses, display))| {
        let addresses = addresses.into_iter().map(|id| names.unredacted(id)).collect();
        let display = display.into_iter().map(|id| names.unredacted(id)).collect();
        (id, NamedSender { name: names.unredacted(id), shown: names.text(id), messages, addresses, display })
    });
    known.collect()
}

/// The one sender that matches. An exact name takes precedence over an address, then a domain, then parts of these.
fn sender(known: &BTreeMap<SenderId, NamedSender<'_>>, wanted: &str) -> Result<SenderId> {
    let lower = wanted.trim().to_lowercase();
    let (address, domain) = (normal_address(wanted), normal_domain(wanted));
    let below = |text: &str| domain_of(text).is_some_and(|of| parents(of).any(|of| of == domain));
    let part_of = |text: &str| text.to_lowercase().contains(&lower);
    let ways: [&dyn Fn(&NamedSender<'_>) -> bool; 7] = [
        &|sender| sender.name == wanted || sender.shown == wanted,
        &|sender| sender.name.to_lowercase() == lower,
        &|sender| sender.addresses.iter().any(|text| *text == address),
        &|sender| sender.addresses.iter().any(|text| below(text)),
        &|sender| sender.display.iter().any(|text| text.trim().to_lowercase() == lower),
        &|sender| {
            part_of(sender.name) || sender.addresses.iter().filter_map(|text| domain_of(text)).any(part_of)
        },
        &|sender| sender.display.iter().any(|text| part_of(text)),
    ];
    let ways = ways.into_iter().filter(|_| !lower.is_empty());
    for is_meant in ways {
        let found: Vec<(&SenderId, &NamedSender<'_>)> =
            known.iter().filter(|(_, sender)| is_meant(sender)).collect();
        match found.as_slice() {
            [] => {}
            [(id, _)] => return Ok(**id),
            several => return Err(ambiguous(wanted, several.iter().map(|(_, sender)| *sender).collect())),
        }
    }
    Err(unknown(wanted, known.values().collect()))
}

/// The order of lists: the most messages first, then by name.
fn by_messages(senders: &mut [&NamedSender<'_>]) {
    senders.sort_by_key(|sender| (Reverse(sender.messages), sender.name.to_string()));
}

fn ambiguous(wanted: &str, mut found: Vec<&NamedSender<'_>>) -> Error {
    by_messages(&mut found);
    let entry = |sender: &&NamedSender<'_>| {
        let messages = thousands(sender.messages as u64);
        let messages =
            if sender.messages == 1 { "1 message".to_string() } else { format!("{messages} messages") };
        let display = sender.display.first().filter(|name| **name != sender.name);
        let display = display.map_or(String::new(), |name| format!(" ({})", visible(name)));
        format!("{}{display}: {messages}", visible(sender.name))
    };
    let mut listed: Vec<String> = found.iter().take(LISTED).map(entry).collect();
    listed.extend(found.len().checked_sub(LISTED + 1).map(|more| format!("and {} more", more + 1)));
    Error::new("--sender", format!("`{}` means {} senders", visible(wanted), found.len()))
        .details(listed)
        .hint("give the full name of one of them")
}

fn unknown(wanted: &str, mut known: Vec<&NamedSender<'_>>) -> Error {
    let error = Error::new("--sender", format!("no sender named `{}` in these mailboxes", visible(wanted)));
    by_messages(&mut known);
    let mut called: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for sender in &known {
        for name in callings(sender) {
            let senders = called.entry(name).or_default();
            senders.extend((!senders.contains(&sender.name)).then_some(sender.name));
        }
    }
    let mut near: Vec<&str> = Vec::new();
    for name in nearest(wanted, called.keys().map(String::as_str)) {
        let senders = called.get(name).into_iter().flatten().copied();
        senders.for_each(|sender| near.extend((!near.contains(&sender)).then_some(sender)));
    }
    match (near.as_slice(), known.len()) {
        (_, 0) => error.hint("there is no message of any sender in these mailboxes"),
        ([], 1..=5) => {
            error.hint(format!("there is mail from {}", quoted(known.iter().map(|sender| sender.name))))
        }
        ([], _) => {
            let most = quoted(known.iter().take(5).map(|sender| sender.name));
            error.hint(format!("most mail is from {most}; `mailfatigue check --all` lists every sender"))
        }
        (near, _) => error.hint_if(did_you_mean_one_of(&near[..near.len().min(5)])),
    }
}

/// The names that may be misspelt: the sender's name, the label that it chose, its words, its display names.
fn callings(sender: &NamedSender<'_>) -> BTreeSet<String> {
    let chosen = label(domain_of(sender.name).unwrap_or(sender.name)).unwrap_or(sender.name);
    let words = chosen.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= SHORTEST);
    let whole = [sender.name, chosen].into_iter().chain(sender.display.iter().copied());
    whole.chain(words).map(str::to_string).collect()
}

/// A "did you mean" question with these names.
fn did_you_mean_one_of(names: &[&str]) -> Option<String> {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", visible(name))).collect();
    did_you_mean(&names)
}

/// `` `a`, `b` and `c` ``
fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", visible(name))).collect();
    match names.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        names => names.concat(),
    }
}
