//! What a sender's other mail shows about a message: its stream.
//!
//! A stream is mail of one sender to one customer under one key. Three steps, each once, over messages that are dated,
//! verified, no spam and no copies: talk (`talk`), then deals, then inference (`inference`). Days before the period
//! count as well: what mail looks like does not depend on what is asked about it.

mod inference;
mod talk;

pub use inference::{InferenceGrounds, StreamKey};

use crate::fact::{AddressId, CustomerId, Fact, Kind, ListId, NameTable, OwnMail, StreamRules, Traits};
use crate::time::Zone;
use std::collections::HashMap;
use std::hash::Hash;
use talk::Answered;

/// What streams are read by.
#[derive(Debug)]
pub(super) struct StreamReader {
    rules: StreamRules,
    zone: Zone,
    answered: Answered,
}

/// Whether streams are read from a message.
fn is_looked_at(fact: &Fact) -> bool {
    let set_aside = [Traits::UNVERIFIED, Traits::SPAM, Traits::OWN, Traits::NO_MAIL];
    fact.time.is_some() && !set_aside.iter().any(|traits| fact.traits.contains(*traits))
}

impl StreamReader {
    /// Reads `facts`, copies and drafts left out, with the owner's own mail among them: it is part of a talk.
    pub fn new(facts: &[Fact], own: &[OwnMail], names: &NameTable, rules: StreamRules, zone: Zone) -> Self {
        Self { rules, zone, answered: talk::answered(facts, own, names) }
    }

    /// The first step.
    pub fn recognise_talk(&self, facts: &mut [Fact]) {
        talk::recognise(facts, &self.answered, self.rules);
    }

    /// The second and the third step, over facts that are sorted by pair and time.
    pub fn decide(&self, facts: &mut [Fact]) {
        let of_one_pair =
            |left: &Fact, right: &Fact| (left.sender, left.customer) == (right.sender, right.customer);
        for pair in facts.chunk_by_mut(of_one_pair) {
            self.recognise_deals(pair);
            for (at, _) in self.inferred(pair) {
                (pair[at].kind, pair[at].rule) = (Kind::Marketing, self.rules.like);
            }
        }
    }

    /// Deals: what only the points of signs call marketing, in a stream of deals with numbers, belongs to them.
    fn recognise_deals(&self, pair: &mut [Fact]) {
        let weighed = |fact: &Fact| fact.rule == self.rules.weighed && fact.kind == Kind::Marketing;
        if !pair.iter().any(weighed) || !pair.iter().any(|fact| fact.traits.contains(Traits::NUMBERED)) {
            return;
        }
        for stream in streams(pair) {
            let decided: Vec<usize> =
                stream.messages.into_iter().filter(|at| pair[*at].rule != self.rules.undecided).collect();
            let deals = decided.iter().filter(|at| pair[**at].traits.contains(Traits::NUMBERED)).count();
            if deals * 10 < decided.len() * 9 {
                continue;
            }
            for at in decided {
                if weighed(&pair[at]) {
                    let fact = &mut pair[at];
                    (fact.kind, fact.rule) = (Kind::Transactional, self.rules.deals);
                    fact.traits = fact.traits.with(Traits::MIXED, true);
                }
            }
        }
    }
}

/// A stream: its key, and the places of its messages in the pair, in time order.
struct Stream {
    key: StreamKey,
    messages: Vec<usize>,
}

/// How many messages a key must have in common.
const SHARED_BY: usize = 3;

/// The streams of a pair's messages: by the first of List-Id, From address and template that at least three share.
fn streams(pair: &[Fact]) -> Vec<Stream> {
    let looked_at = || pair.iter().enumerate().filter(|(_, fact)| is_looked_at(fact));
    let facts = || looked_at().map(|(_, fact)| fact);
    let lists: HashMap<ListId, usize> = counts(facts().filter_map(|fact| fact.list));
    let addresses: HashMap<AddressId, usize> = counts(facts().map(|fact| fact.from));
    let templates: HashMap<u32, usize> = counts(facts().map(|fact| fact.template).filter(|hash| *hash != 0));
    let key = |fact: &Fact| {
        let list = fact.list.filter(|list| is_shared(&lists, list)).map(StreamKey::List);
        let from = || Some(fact.from).filter(|from| is_shared(&addresses, from)).map(StreamKey::From);
        let template =
            || Some(fact.template).filter(|hash| is_shared(&templates, hash)).map(StreamKey::Template);
        list.or_else(from).or_else(template)
    };
    let mut keyed: Vec<(StreamKey, usize)> =
        looked_at().filter_map(|(at, fact)| Some((key(fact)?, at))).collect();
    keyed.sort_unstable();
    let chunks = keyed.chunk_by(|left, right| left.0 == right.0);
    chunks
        .map(|chunk| Stream { key: chunk[0].0, messages: chunk.iter().map(|(_, at)| *at).collect() })
        .collect()
}

fn counts<T: Eq + Hash>(values: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut counts = HashMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts
}

fn is_shared<T: Eq + Hash>(counts: &HashMap<T, usize>, value: &T) -> bool {
    counts.get(value).is_some_and(|count| *count >= SHARED_BY)
}

/// Whom an answer of the owner's concerns.
fn address_pair(fact: &Fact) -> (AddressId, CustomerId) {
    (fact.from, fact.customer)
}

#[cfg(test)]
mod tests;
