//! Facts by sender and customer, in time order, each message once.
//!
//! Whatever the order in which mailboxes and messages were read, the history is the same.

mod answered_offers;
mod counted;
mod duplicates;
#[cfg(test)]
pub(crate) mod invented;
mod streams;

pub use answered_offers::AnsweredOffer;
pub use counted::{Counted, Scope, Tally};
pub use streams::{InferenceGrounds, StreamKey};

use crate::fact::{
    AddressId, Batch, ConsentSign, CustomerId, Fact, NameTable, OptOutLink, OwnMail, SenderId, SharedMessage,
    Skip, StreamRules, Traits, hash, normal_address,
};
use crate::mailbox::Remark;
use crate::time::{Time, Zone};
use std::collections::{HashMap, HashSet};
use streams::StreamReader;

/// Everything that was read, sorted for judging.
#[derive(Debug)]
pub struct History {
    /// The names that the facts use.
    pub names: NameTable,
    /// Facts without copies, drafts and the owner's own mail, sorted by pair, then by time.
    facts: Vec<Fact>,
    /// Messages that reach no pair, and under what they are counted.
    set_aside: Vec<(Fact, Counted)>,
    /// Messages that prove something about consent.
    pub signs: Vec<ConsentSign>,
    /// Opt-out addresses that messages named and the owner wrote to.
    pub answered_offers: Vec<AnsweredOffer>,
    /// Senders that take opt-outs under the domain of another one, with that one; sorted.
    pub links: Vec<(SenderId, SenderId)>,
    /// What the owner wrote.
    pub own: Vec<OwnMail>,
    /// The time of the oldest message read.
    pub oldest: Option<Time>,
    /// The time of the newest message read.
    pub newest: Option<Time>,
    /// Messages that can't be used.
    pub skips: Vec<Skip>,
    /// How many messages were read.
    pub read: u32,
    /// Of messages to several customers whose rows came apart, the further numbers, with the first.
    apart: HashMap<u32, u32>,
    /// Everything besides messages: what failed, what was left out.
    pub remarks: Vec<Remark>,
    /// Addresses that the owner blocked, in lower case.
    blocked: HashSet<String>,
    streams: StreamReader,
}

/// All messages of one sender to one customer, in time order; undated ones first.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// Who sent them.
    pub sender: SenderId,
    /// To whom.
    pub customer: CustomerId,
    /// The messages.
    pub facts: &'a [Fact],
}

impl<'a> Pair<'a> {
    /// The pairs of facts that are sorted by pair.
    pub fn all_of(facts: &'a [Fact]) -> impl Iterator<Item = Self> {
        facts.chunk_by(is_of_one_pair).filter_map(|facts| {
            let first = facts.first()?;
            Some(Self { sender: first.sender, customer: first.customer, facts })
        })
    }
}

fn is_of_one_pair(left: &Fact, right: &Fact) -> bool {
    (left.sender, left.customer) == (right.sender, right.customer)
}

/// The addresses on the owner's lists of those to block.
fn blocked(remarks: &[Remark]) -> HashSet<String> {
    let lists = remarks.iter().filter_map(|remark| match remark {
        Remark::Blocked(addresses) => Some(addresses),
        _ => None,
    });
    lists.flatten().map(|address| normal_address(address)).collect()
}

impl History {
    /// Sorts what was read. `rules` are those that streams apply, `zone` is that of civil days.
    pub fn of(batch: Batch, names: NameTable, rules: StreamRules, zone: &Zone) -> Self {
        let Batch { mut facts, skips, offers, links, signs, own, shared, read, remarks, .. } = batch;
        let own = duplicates::merge_own(own);
        let answered_offers = answered_offers::find(offers, &facts, &own);
        let oldest = facts.iter().filter_map(|fact| fact.time).min();
        let newest = facts.iter().filter_map(|fact| fact.time).max();
        let mut set_aside = Vec::new();
        let mut move_aside = |facts: &mut Vec<Fact>, traits, counted| {
            set_aside.extend(
                facts.extract_if(.., |fact| fact.traits.contains(traits)).map(|fact| (fact, counted)),
            );
        };
        move_aside(&mut facts, Traits::NO_MAIL, Counted::NoMail);
        let duplicates = duplicates::merge(&mut facts, &names);
        let signs = duplicates::merge_signs(signs, &facts);
        let streams = StreamReader::new(&facts, &own, &names, rules, zone.clone());
        // Before the owner's own mail leaves: an answer is part of a talk.
        streams.recognise_talk(&mut facts);
        move_aside(&mut facts, Traits::OWN, Counted::Own);
        set_aside.extend(duplicates.into_iter().map(|fact| (fact, Counted::Duplicate)));
        // They are sorted by pair already.
        facts
            .chunk_by_mut(is_of_one_pair)
            .for_each(|pair| pair.sort_unstable_by_key(|fact| (fact.time, fact.identity)));
        // Nothing is added any more, and there may be millions.
        facts.shrink_to_fit();
        streams.decide(&mut facts);
        let senders = facts.iter().chain(set_aside.iter().map(|(fact, _)| fact)).map(|fact| fact.sender);
        let links = between_senders(&links, senders, &names);
        let blocked = blocked(&remarks);
        Self {
            names,
            facts,
            set_aside,
            signs,
            answered_offers,
            links,
            own,
            oldest,
            newest,
            skips,
            read,
            apart: apart(&shared),
            remarks,
            blocked,
            streams,
        }
    }

    /// By what the inferred messages of a pair were inferred, by their order of reading.
    pub fn grounds(&self, pair: &Pair<'_>) -> HashMap<u32, InferenceGrounds> {
        let inferred = self.streams.inferred(pair.facts);
        inferred.into_iter().map(|(at, grounds)| (pair.facts[at].order, grounds)).collect()
    }

    /// Whether the owner blocked an address.
    pub fn is_blocked(&self, address: AddressId) -> bool {
        !self.blocked.is_empty() && self.blocked.contains(self.names.unredacted(address))
    }

    /// All pairs, in no order that means anything.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        Pair::all_of(&self.facts)
    }

    /// The facts of all pairs, in blocks of about so many with whole pairs.
    pub fn blocks(&self, count: usize) -> impl Iterator<Item = &[Fact]> {
        let mut rest = self.facts.as_slice();
        std::iter::from_fn(move || {
            let last = rest.get(count.saturating_sub(1)).or(rest.last())?;
            let of_last = rest.iter().skip(count).take_while(|fact| is_of_one_pair(fact, last));
            let (block, others) = rest.split_at((count + of_last.count()).min(rest.len()));
            rest = others;
            Some(block)
        })
    }

    /// The number of a fact's message: the first that it has, where it has several.
    pub fn message_of(&self, fact: &Fact) -> u32 {
        self.apart.get(&fact.order).copied().unwrap_or(fact.order)
    }

    /// All facts by the numbers of their messages, and what each is counted under.
    pub fn counted<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = (u32, Counted)> + 'a {
        let set_aside = self.set_aside.iter().map(|(fact, counted)| (fact.order, *counted));
        set_aside.chain(self.facts.iter().map(|fact| (fact.order, scope.counted_as(fact))))
    }

    /// All messages, counted.
    pub fn tally(&self, scope: &Scope) -> Tally {
        let mut tally = Tally::default();
        tally.add(Counted::Unusable, self.skips.len());
        let counted = self.counted(scope);
        if self.apart.is_empty()
            && self.set_aside.len() + self.facts.len() + self.skips.len() == self.read as usize
        {
            counted.for_each(|(_, counted)| tally.add(counted, 1));
            return tally;
        }
        // A message to several customers counts once, under the first that any of them has.
        let mut messages: Vec<Option<Counted>> = vec![None; self.read as usize];
        for (order, counted) in counted {
            let first = self.apart.get(&order).unwrap_or(&order);
            let Some(message) = messages.get_mut(*first as usize) else { continue };
            *message = Some(message.map_or(counted, |before| before.or_rather(counted)));
        }
        messages.into_iter().flatten().for_each(|counted| tally.add(counted, 1));
        tally
    }

    /// Messages that reach no pair, and under what they are counted.
    pub fn set_aside(&self) -> &[(Fact, Counted)] {
        &self.set_aside
    }

    /// All facts that reached a pair.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }
}

/// Of messages whose rows came apart, the numbers that are not the first one, with the first one.
fn apart(shared: &[SharedMessage]) -> HashMap<u32, u32> {
    let mut first: HashMap<u64, u32> = HashMap::new();
    let numbers =
        shared.iter().map(|message| (message.order, *first.entry(message.key).or_insert(message.order)));
    numbers.filter(|(number, first)| number != first).collect()
}

/// The links whose domain is another sender's.
fn between_senders(
    links: &[OptOutLink],
    senders: impl Iterator<Item = SenderId>,
    names: &NameTable,
) -> Vec<(SenderId, SenderId)> {
    if links.is_empty() {
        return Vec::new();
    }
    let senders: HashSet<SenderId> = senders.collect();
    let named: HashMap<u64, SenderId> =
        senders.into_iter().map(|id| (hash(&[names.text(id).as_bytes()]), id)).collect();
    let mut found: Vec<_> =
        links.iter().filter_map(|link| Some((link.sender, *named.get(&link.domain)?))).collect();
    found.sort_unstable();
    found.dedup();
    found
}
