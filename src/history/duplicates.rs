//! Copies of one message: Gmail exports a message once for each label, old archives hold months twice.

use crate::fact::{Fact, Kind, Names, Traits};
use std::cmp::Ordering;

/// Leaves one fact of each message and returns the others. What holds
/// of the one that is left does not depend on the order in which the copies were read: the earliest believed
/// time; read if any copy is; deleted, spam or unverified only if every copy is.
pub(super) fn merge(facts: &mut Vec<Fact>, names: &Names) -> Vec<Fact> {
    facts.sort_unstable_by_key(|fact| (fact.sender, fact.customer, fact.identity, fact.order));
    let mut duplicates = Vec::new();
    facts.dedup_by(|later, first| {
        let same =
            (later.sender, later.customer, later.identity) == (first.sender, first.customer, first.identity);
        if same {
            duplicates.push(*later);
            *first = both(first, later, names);
        }
        same
    });
    duplicates
}

/// The two as one. Associative and commutative but for `order`, which is the first copy's.
fn both(first: &Fact, later: &Fact, names: &Names) -> Fact {
    let chosen = if prefer(first, later, names) == Ordering::Greater { later } else { first };
    let either = |traits| first.traits.has(traits) || later.traits.has(traits);
    let every = |traits| first.traits.has(traits) && later.traits.has(traits);
    let traits = chosen
        .traits
        .set(Traits::OWN, either(Traits::OWN))
        .set(Traits::MIXED, either(Traits::MIXED))
        .set(Traits::SPAM, every(Traits::SPAM))
        .set(Traits::UNVERIFIED, every(Traits::UNVERIFIED))
        .set(Traits::READ_KNOWN, either(Traits::READ_KNOWN))
        .set(Traits::READ, either(Traits::READ))
        .set(Traits::DELETED_KNOWN, either(Traits::DELETED_KNOWN))
        .set(Traits::DELETED, every(Traits::DELETED));
    let time = [first.time, later.time].into_iter().flatten().min();
    Fact { order: first.order, time, traits, ..*chosen }
}

/// Which copy speaks for all: by what it says, never by where it stood. In doubt the one that is not marketing.
fn prefer(left: &Fact, right: &Fact, names: &Names) -> Ordering {
    let key = |fact: &Fact| {
        (
            fact.kind == Kind::Marketing,
            fact.kind,
            fact.rule,
            fact.way_out,
            fact.traits.has(Traits::NO_REPLY),
            fact.traits.has(Traits::REPLY),
            [Traits::LEANS_TO_MARKETING, Traits::MARKED, Traits::NUMBERED, Traits::SUBSCRIPTION]
                .map(|traits| fact.traits.has(traits)),
            (fact.template, fact.leads_to, fact.answers),
        )
    };
    let from = |fact: &Fact| names.addresses.text(fact.from);
    let name = |fact: &Fact| fact.name.map(|name| names.display.text(name));
    let list = |fact: &Fact| fact.list.map(|list| names.lists.text(list));
    key(left)
        .cmp(&key(right))
        .then_with(|| from(left).cmp(from(right)))
        .then_with(|| name(left).cmp(&name(right)))
        .then_with(|| list(left).cmp(&list(right)))
}
