//! One look at messages together: streams in which people talk are no marketing, whatever a single message
//! looks like. This step only ever moves mail away from marketing.

use crate::fact::{AddressId, CustomerId, Fact, Kind, ListId, OwnMail, SenderId, Traits, WayOut};
use std::collections::{HashMap, HashSet};

/// One list of one sender.
#[derive(Default)]
struct Stream {
    authors: HashSet<AddressId>,
    messages: usize,
    replies: usize,
}

/// Moves messages of a list on which several people answer each other to `discussion`, and messages without
/// any way out, from an address that the owner answers, to `personal`.
pub(super) fn recognise_talk(facts: &mut [Fact], own: &[OwnMail]) {
    let answered = answered(facts, own);
    let mut streams: HashMap<(SenderId, ListId), Stream> = HashMap::new();
    for fact in facts.iter() {
        let Some(list) = fact.list else { continue };
        let stream = streams.entry((fact.sender, list)).or_default();
        stream.authors.insert(fact.from);
        stream.messages += 1;
        stream.replies += usize::from(fact.traits.has(Traits::REPLY));
    }
    for fact in facts.iter_mut().filter(|fact| fact.kind == Kind::Marketing) {
        let talks = fact.list.and_then(|list| streams.get(&(fact.sender, list))).is_some_and(Stream::is_talk);
        if talks {
            fact.kind = Kind::Discussion;
        } else if fact.way_out == WayOut::Absent && answered.contains(&(fact.from, fact.customer)) {
            fact.kind = Kind::Personal;
        }
    }
}

impl Stream {
    /// Several authors, and one message in ten answers another. A shop with two From addresses never answers.
    fn is_talk(&self) -> bool {
        self.authors.len() >= 2 && self.replies * 10 >= self.messages
    }
}

/// The addresses whose messages the owner answered, other than by a wish that mail stop.
fn answered(facts: &[Fact], own: &[OwnMail]) -> HashSet<(AddressId, CustomerId)> {
    let answers: HashSet<u64> =
        own.iter().filter(|mail| !mail.asks).filter_map(|mail| mail.answers).collect();
    if answers.is_empty() {
        return HashSet::new();
    }
    facts
        .iter()
        .filter(|fact| answers.contains(&fact.message_id))
        .map(|fact| (fact.from, fact.customer))
        .collect()
}
