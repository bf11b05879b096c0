//! Talk: mail of people who answer each other, and of those whom the owner answers, is not marketing, whatever a single
//! message looks like. This step only ever moves mail away from marketing.

use super::is_looked_at;
use crate::fact::{
    AddressId, CustomerId, Fact, Kind, ListId, NameTable, OwnMail, StreamRules, Traits, WayOut, hash,
    short_hash,
};
use std::collections::{HashMap, HashSet};

/// From addresses that the owner answered, other than by a wish that mail stop, with the owner's own.
pub(super) type Answered = HashSet<(AddressId, CustomerId)>;

/// Who wrote to a list, and who answered whom.
#[derive(Default)]
struct Talk {
    /// The author of each message, by its short Message-ID.
    authors: HashMap<u32, AddressId>,
    messages: Vec<(AddressId, u32)>,
}

impl Talk {
    /// Several authors, at least one of whom answered another, and one message in ten answers.
    fn is_talk(&self) -> bool {
        let answers_another = |(author, answered): &&(AddressId, u32)| {
            self.authors.get(answered).is_some_and(|other| other != author)
        };
        let answers = self.messages.iter().filter(|(_, answered)| *answered != 0).count();
        answers * 10 >= self.messages.len() && self.messages.iter().any(|message| answers_another(&message))
    }
}

/// Moves what the message alone did not show with certainty to `discussion` on lists where several people answer each
/// other, and to `personal` where it offers no way out and comes from an address that the owner answered.
pub(super) fn recognise(facts: &mut [Fact], answered: &Answered, rules: StreamRules) {
    let talks = talks(facts);
    if talks.is_empty() && answered.is_empty() {
        return;
    }
    for fact in facts.iter_mut().filter(|fact| is_looked_at(fact)) {
        let open = fact.rule == rules.weighed || fact.rule == rules.undecided;
        if !open && fact.kind != Kind::Marketing {
            continue;
        }
        if fact.list.is_some_and(|list| talks.contains(&(list, fact.customer))) {
            (fact.kind, fact.rule) = (Kind::Discussion, rules.talk);
        } else if fact.way_out == WayOut::Absent && answered.contains(&(fact.from, fact.customer)) {
            (fact.kind, fact.rule) = (Kind::Personal, rules.answered);
        }
    }
}

/// The lists on which people talk. Their members write from anywhere, so a list counts regardless of the sender.
fn talks(facts: &[Fact]) -> HashSet<(ListId, CustomerId)> {
    let key = |fact: &Fact| Some((fact.list?, fact.customer));
    let with_answers = facts.iter().filter(|fact| fact.answers != 0).filter_map(key);
    let mut lists: HashMap<(ListId, CustomerId), Talk> =
        with_answers.map(|list| (list, Talk::default())).collect();
    if lists.is_empty() {
        return HashSet::new();
    }
    for fact in facts
        .iter()
        .filter(|fact| !fact.traits.contains(Traits::SPAM) && !fact.traits.contains(Traits::UNVERIFIED))
    {
        if let Some(talk) = key(fact).and_then(|list| lists.get_mut(&list)) {
            talk.messages.push((fact.from, fact.answers));
            if fact.message_id != 0 {
                talk.authors.insert(short_hash(fact.message_id), fact.from);
            }
        }
    }
    lists.retain(|_, talk| talk.is_talk());
    lists.into_keys().collect()
}

/// The addresses whose messages the owner answered: a message that the answer names, or else the address that it goes to.
pub(super) fn answered(facts: &[Fact], own: &[OwnMail], names: &NameTable) -> Answered {
    let answers: Vec<&OwnMail> =
        own.iter().filter(|mail| !mail.asks && (mail.answers.is_some() || mail.is_answer)).collect();
    if answers.is_empty() {
        return Answered::new();
    }
    let named: HashSet<(u64, CustomerId)> =
        answers.iter().filter_map(|mail| Some((mail.answers?, mail.writer))).collect();
    let goes_to: HashSet<(u64, CustomerId)> = answers
        .iter()
        .filter(|mail| mail.is_answer)
        .flat_map(|mail| mail.to.iter().map(|to| (*to, mail.writer)))
        .collect();
    let addressed: HashSet<(AddressId, CustomerId)> = if goes_to.is_empty() {
        HashSet::new()
    } else {
        let writers: HashSet<CustomerId> = answers.iter().map(|mail| mail.writer).collect();
        let of_address = |id: AddressId| {
            let address = hash(&[names.text(id).as_bytes()]);
            let by = writers.iter().filter(|writer| goes_to.contains(&(address, **writer)));
            by.map(|writer| (id, *writer)).collect::<Vec<_>>()
        };
        let addresses: HashSet<AddressId> = facts.iter().map(|fact| fact.from).collect();
        addresses.into_iter().flat_map(of_address).collect()
    };
    let by_id = facts.iter().filter(|fact| named.contains(&(fact.message_id, fact.customer)));
    by_id.map(|fact| (fact.from, fact.customer)).chain(addressed).collect()
}
