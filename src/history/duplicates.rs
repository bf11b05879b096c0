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
    let either = |traits| first.traits.contains(traits) || later.traits.contains(traits);
    let every = |traits| first.traits.contains(traits) && later.traits.contains(traits);
    let traits = chosen
        .traits
        .with(Traits::OWN, either(Traits::OWN))
        .with(Traits::MIXED, either(Traits::MIXED))
        .with(Traits::SPAM, every(Traits::SPAM))
        .with(Traits::UNVERIFIED, every(Traits::UNVERIFIED))
        .with(Traits::READ_KNOWN, either(Traits::READ_KNOWN))
        .with(Traits::READ, either(Traits::READ))
        .with(Traits::DELETED_KNOWN, either(Traits::DELETED_KNOWN))
        .with(Traits::DELETED, every(Traits::DELETED));
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
            fact.traits.contains(Traits::NO_REPLY),
            fact.traits.contains(Traits::REPLY),
            [Traits::LEANS_TO_MARKETING, Traits::MARKED, Traits::NUMBERED, Traits::SUBSCRIPTION]
                .map(|traits| fact.traits.contains(traits)),
            (fact.template, fact.leads_to, fact.answers),
        )
    };
    let from = |fact: &Fact| names.text(fact.from);
    let name = |fact: &Fact| fact.name.map(|name| names.text(name));
    let list = |fact: &Fact| fact.list.map(|list| names.text(list));
    key(left)
        .cmp(&key(right))
        .then_with(|| from(left).cmp(from(right)))
        .then_with(|| name(left).cmp(&name(right)))
        .then_with(|| list(left).cmp(&list(right)))
}
