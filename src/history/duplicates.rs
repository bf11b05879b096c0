//! Copies of one message: Gmail exports a message once for each label, old archives contain months twice.

use crate::fact::{ConsentSign, CustomerId, Fact, Kind, NameTable, OwnMail, SenderId, Traits};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

/// Keeps one fact of each message and returns the others. What applies
/// of the one that is left does not depend on the order in which the copies were read: the earliest believed
/// time; read if any copy is; deleted, spam or unverified only if every copy is.
pub(super) fn merge(facts: &mut Vec<Fact>, names: &NameTable) -> Vec<Fact> {
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

/// Leaves one sign of each message, with the values of the fact that is kept: a second copy proves nothing new.
pub(super) fn merge_signs(mut signs: Vec<ConsentSign>, facts: &[Fact]) -> Vec<ConsentSign> {
    type CopyKey = (SenderId, CustomerId, u64);
    let message = |sign: &ConsentSign| -> CopyKey { (sign.sender, sign.customer, sign.identity) };
    let proving: HashSet<CopyKey> = signs.iter().map(message).collect();
    let left: HashMap<CopyKey, &Fact> = facts
        .iter()
        .map(|fact| ((fact.sender, fact.customer, fact.identity), fact))
        .filter(|(message, _)| proving.contains(message))
        .collect();
    for sign in &mut signs {
        if let Some(Fact { time: Some(time), from, list, .. }) = left.get(&message(sign)) {
            (sign.time, sign.from, sign.list) = (*time, *from, *list);
        }
    }
    signs.sort_unstable_by_key(|sign| (message(sign), sign.evidence, sign.time));
    signs.dedup_by_key(|sign| (message(sign), sign.evidence));
    signs
}

/// Leaves one of each of the owner's own messages: of the earliest time, asking that mail stop if any copy does.
pub(super) fn merge_own(mut own: Vec<OwnMail>) -> Vec<OwnMail> {
    own.sort_unstable();
    own.dedup_by(|later, first| {
        let same = (later.writer, later.identity) == (first.writer, first.identity);
        first.asks |= same && later.asks;
        same
    });
    own
}

/// Merges the two. Associative and commutative, except for `order`, which is the first copy's.
fn both(first: &Fact, later: &Fact, names: &NameTable) -> Fact {
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

/// The copy that is kept: chosen by its content, never by its place. In doubt the one that is not marketing.
fn prefer(left: &Fact, right: &Fact, names: &NameTable) -> Ordering {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{AddressId, CustomerId, RuleId, SenderId, WayOut};
    use crate::time::Time;
    use proptest::prelude::*;

    /// 2026-11-22T00:00:00Z.
    const NOW: i64 = 1_795_305_600;

    fn copy(order: u32, hour: i64, traits: Traits) -> Fact {
        Fact {
            identity: 1,
            message_id: 2,
            order,
            time: Time::believed(NOW + hour * 3_600, NOW),
            sender: SenderId::from(0),
            customer: CustomerId::from(0),
            from: AddressId::from(0),
            name: None,
            list: None,
            rule: RuleId(0),
            kind: Kind::Marketing,
            way_out: WayOut::Link,
            leads_to: 0,
            template: 0,
            answers: 0,
            traits,
        }
    }

    fn merged(mut facts: Vec<Fact>) -> Fact {
        let read = facts.len();
        let duplicates = merge(&mut facts, &NameTable::default());
        assert_eq!((facts.len(), duplicates.len()), (1, read - 1));
        facts[0]
    }

    #[test]
    fn a_copy_that_was_read_or_kept_speaks_for_all() {
        let unread = Traits::READ_KNOWN | Traits::DELETED_KNOWN | Traits::DELETED | Traits::SPAM;
        let one = merged(vec![copy(0, 5, unread), copy(1, 2, Traits::READ_KNOWN | Traits::READ)]);
        assert_eq!(one.traits, Traits::READ_KNOWN | Traits::READ | Traits::DELETED_KNOWN);
        assert_eq!((one.order, one.time), (0, copy(0, 2, unread).time), "the earliest believed time");
        let spam = merged(vec![copy(0, 0, Traits::SPAM), copy(1, 0, Traits::SPAM)]);
        assert_eq!(spam.traits, Traits::SPAM, "only where every copy is");
    }

    #[test]
    fn of_two_kinds_the_one_that_is_not_marketing_is_kept() {
        let deal = Fact { kind: Kind::Transactional, ..copy(1, 0, Traits::empty()) };
        assert_eq!(merged(vec![copy(0, 0, Traits::empty()), deal]).kind, Kind::Transactional);
    }

    #[test]
    fn a_message_to_another_customer_or_of_another_identity_is_no_copy() {
        let first = copy(0, 0, Traits::empty());
        let mut facts = vec![
            first,
            Fact { customer: CustomerId::from(1), ..first },
            Fact { sender: SenderId::from(1), ..first },
            Fact { identity: 7, ..first },
        ];
        assert_eq!(merge(&mut facts, &NameTable::default()), []);
        assert_eq!(facts.len(), 4);
    }

    proptest! {
        #[test]
        fn what_is_kept_does_not_depend_on_the_order_of_the_copies(
            copies in proptest::collection::vec((0_i64..48, any::<u16>(), 0_u16..3), 1..6)
        ) {
            let of = |(order, (hour, traits, rule)): (u32, &(i64, u16, u16))| Fact {
                rule: RuleId(*rule),
                kind: if *rule == 1 { Kind::Notification } else { Kind::Marketing },
                // Drafts and chats were set aside before.
                ..copy(order, *hour - 96, Traits::from_bits_truncate(*traits) - Traits::NO_MAIL)
            };
            let forwards = merged((0..).zip(&copies).map(of).collect());
            let backwards = merged((0..).zip(copies.iter().rev()).map(of).collect());
            prop_assert_eq!(forwards, backwards);
        }
    }
}
