//! What the mailbox itself proves about consent: purchases, double opt-ins, opt-outs.

use super::{Event, EventKind, Moment};
use crate::fact::{
    AddressId, ConsentSign, CustomerId, Evidence, Fact, Kind, ListId, OwnMail, SenderId, Traits, hash,
};
use crate::history::{AnsweredOffer, History};
use crate::time::{DAY, Time, Zone};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// A confirmation proves a double opt-in where the request came at most this long before it.
const CONFIRMED_WITHIN: i64 = 14 * DAY;

/// Events found in the mailbox, by pair, each with the messages that it covers.
#[derive(Debug, Default)]
pub struct Findings {
    by_pair: HashMap<(SenderId, CustomerId), Vec<Finding>>,
}

#[derive(Debug)]
struct Finding {
    event: Event,
    covers: EventScope,
}

/// Which messages of a pair an event covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum EventScope {
    All,
    List(ListId),
    From(AddressId),
}

impl EventScope {
    /// The same list, or else the same address.
    fn stream(list: Option<ListId>, from: AddressId) -> Self {
        list.map_or(Self::From(from), Self::List)
    }

    fn includes(self, from: AddressId, list: Option<ListId>) -> bool {
        match self {
            Self::All => true,
            Self::List(covered) => list == Some(covered),
            Self::From(covered) => from == covered,
        }
    }
}

/// Opt-out addresses (hashed) that mail to a customer named.
type OffersByAddress<'a> = HashMap<(u64, CustomerId), Vec<&'a AnsweredOffer>>;

/// How many messages, at least, show that a sender's lists or addresses change with each mail.
const FEW: usize = 3;

/// The marketing messages of each pair.
struct MarketingByPair<'a>(HashMap<(SenderId, CustomerId), Vec<&'a Fact>>);

impl<'a> MarketingByPair<'a> {
    fn of(history: &'a History) -> Self {
        let marketing =
            |facts: &'a [Fact]| facts.iter().filter(|fact| fact.kind == Kind::Marketing).collect();
        Self(history.pairs().map(|pair| ((pair.sender, pair.customer), marketing(pair.facts))).collect())
    }

    /// What is covered by a withdrawal from a message on that list or from that address: the same list, or else the
    /// same address; everything where a sender's lists or addresses change with each mail.
    fn covered(&self, pair: (SenderId, CustomerId), list: Option<ListId>, from: AddressId) -> EventScope {
        let facts = self.0.get(&pair).map_or(&[][..], Vec::as_slice);
        let changes = match list {
            Some(_) => changes_with_each(facts.iter().filter_map(|fact| fact.list)),
            None => changes_with_each(facts.iter().map(|fact| fact.from)),
        };
        if changes { EventScope::All } else { EventScope::stream(list, from) }
    }
}

/// Whether hardly any value occurs twice.
fn changes_with_each<T: Eq + Hash>(values: impl Iterator<Item = T>) -> bool {
    let (mut count, mut different) = (0, HashSet::new());
    for value in values {
        count += 1;
        different.insert(value);
    }
    count >= FEW && different.len() * 10 >= count * 9
}

/// Whether offers were made by more than one sender.
fn are_of_several<'o, 'h: 'o>(mut offers: impl Iterator<Item = &'o &'h AnsweredOffer>) -> bool {
    let first = offers.next().map(|offered| offered.sender);
    offers.any(|offered| Some(offered.sender) != first)
}

impl Findings {
    /// Searches everything that was read.
    pub fn of(history: &History, zone: &Zone) -> Self {
        let mut findings = Self::default();
        let unsubscribed = history.signs.iter().any(|sign| sign.evidence == Evidence::Unsubscribed);
        let pairs = if unsubscribed || !history.own.is_empty() {
            MarketingByPair::of(history)
        } else {
            MarketingByPair(HashMap::new())
        };
        for sign in &history.signs {
            match sign.evidence {
                Evidence::Purchase => findings.add(sign, EventKind::Purchase, EventScope::All, zone),
                Evidence::Unsubscribed => {
                    let covers = pairs.covered((sign.sender, sign.customer), sign.list, sign.from);
                    findings.add(sign, EventKind::Withdrawn, covers, zone);
                }
                Evidence::Confirmed | Evidence::ConfirmRequest => {}
            }
        }
        findings.claims(&history.signs, zone);
        findings.opt_outs(history, &pairs, zone);
        findings
    }

    /// The events that cover a message from an address on a list.
    pub fn events_for(
        &self,
        pair: (SenderId, CustomerId),
        from: AddressId,
        list: Option<ListId>,
    ) -> Vec<Event> {
        let found = self.by_pair.get(&pair).into_iter().flatten();
        found
            .filter(|finding| finding.covers.includes(from, list))
            .map(|finding| finding.event.clone())
            .collect()
    }

    fn add(&mut self, sign: &ConsentSign, kind: EventKind, covers: EventScope, zone: &Zone) {
        self.put((sign.sender, sign.customer), kind, sign.time, &sign.message_id, covers, zone);
    }

    fn put(
        &mut self,
        pair: (SenderId, CustomerId),
        kind: EventKind,
        time: Time,
        source: &str,
        covers: EventScope,
        zone: &Zone,
    ) {
        let moment = Moment::at(time.seconds());
        let event = Event { moment, kind, day: Some(zone.day(time)), source: source.to_string() };
        self.by_pair.entry(pair).or_default().push(Finding { event, covers });
    }

    /// A confirmation with a request of the same sender before it.
    fn claims(&mut self, signs: &[ConsentSign], zone: &Zone) {
        let mut requests: HashMap<(SenderId, CustomerId), Vec<Time>> = HashMap::new();
        for sign in signs.iter().filter(|sign| sign.evidence == Evidence::ConfirmRequest) {
            requests.entry((sign.sender, sign.customer)).or_default().push(sign.time);
        }
        for sign in signs.iter().filter(|sign| sign.evidence == Evidence::Confirmed) {
            let asked = requests.get(&(sign.sender, sign.customer)).into_iter().flatten();
            let mut waited = asked.map(|request| sign.time.seconds() - request.seconds());
            if waited.any(|waited| (0..=CONFIRMED_WITHIN).contains(&waited)) {
                self.add(sign, EventKind::Claimed, EventScope::All, zone);
            }
        }
    }

    /// The owner's own mail to an address that a `List-Unsubscribe` named. An address that served several senders
    /// counts only for those whose subject it carries; so does one from which the sender writes itself, because people
    /// write there about anything. Only mail to the same customer is looked at, so that customers can be judged one by one.
    fn opt_outs(&mut self, history: &History, pairs: &MarketingByPair<'_>, zone: &Zone) {
        if history.own.is_empty() {
            return;
        }
        let mut offers = OffersByAddress::new();
        for offered in &history.answered_offers {
            offers.entry((offered.offer.address, offered.customer)).or_default().push(offered);
        }
        self.requests(history, &offers, pairs, zone);
        let set_aside = history.set_aside().iter().map(|(fact, _)| fact);
        let from: HashSet<(AddressId, CustomerId)> =
            history.facts().iter().chain(set_aside).map(|fact| (fact.from, fact.customer)).collect();
        let author = |(from, to): (AddressId, CustomerId)| (hash(&[history.names.text(from).as_bytes()]), to);
        let authors = from.into_iter().map(author);
        let authors: HashSet<(u64, CustomerId)> = authors.filter(|key| offers.contains_key(key)).collect();
        for mail in &history.own {
            let mut covered = HashSet::new();
            for address in &mail.to {
                let key = (*address, mail.writer);
                let Some(named) = offers.get(&key) else { continue };
                let several = are_of_several(named.iter());
                // A subject that several senders ask for does not distinguish them.
                let is_shared =
                    are_of_several(named.iter().filter(|offered| offered.offer.asks_for(mail.subject)));
                let meant = |offered: &&&AnsweredOffer| {
                    let with_subject = !is_shared && offered.offer.asks_for(mail.subject);
                    let for_anything = several || authors.contains(&key);
                    !for_anything || with_subject || (mail.asks && !several)
                };
                covered.extend(named.iter().filter(meant).map(|offer| {
                    let covers = pairs.covered((offer.sender, mail.writer), offer.list, offer.from);
                    (offer.sender, covers)
                }));
            }
            for (sender, covers) in covered {
                self.withdraw(sender, mail, covers, zone);
            }
        }
    }

    /// The owner's own words, in an answer to a marketing message, that mail stop. A mail to an address that a
    /// `List-Unsubscribe` named does not count here: it is about that list.
    fn requests(
        &mut self,
        history: &History,
        offers: &OffersByAddress<'_>,
        pairs: &MarketingByPair<'_>,
        zone: &Zone,
    ) {
        let offered = |mail: &OwnMail| mail.to.iter().any(|to| offers.contains_key(&(*to, mail.writer)));
        let by_hand = |mail: &&OwnMail| mail.asks && !offered(mail);
        for mail in history.own.iter().filter(by_hand) {
            let Some(answered) = answered(history, mail) else { continue };
            let covers = pairs.covered((answered.sender, mail.writer), answered.list, answered.from);
            self.withdraw(answered.sender, mail, covers, zone);
        }
    }

    fn withdraw(&mut self, sender: SenderId, mail: &OwnMail, covers: EventScope, zone: &Zone) {
        let (pair, source) = ((sender, mail.writer), &mail.message_id);
        self.put(pair, EventKind::Withdrawn, mail.time, source, covers, zone);
    }
}

/// The marketing message that the owner answered: the one that the answer names, or else the last one before it from
/// the address to which it goes.
fn answered<'a>(history: &'a History, mail: &OwnMail) -> Option<&'a Fact> {
    let is_answered = |fact: &&Fact| match mail.answers {
        Some(id) => fact.message_id == id,
        None => {
            let from = history.names.text(fact.from);
            mail.is_answer && fact.time <= Some(mail.time) && mail.to.contains(&hash(&[from.as_bytes()]))
        }
    };
    let counts = |fact: &&Fact| {
        fact.kind == Kind::Marketing
            && fact.customer == mail.writer
            && !fact.traits.contains(Traits::UNVERIFIED)
    };
    let answered = history.facts().iter().filter(counts).filter(is_answered);
    answered.max_by_key(|fact| (fact.time <= Some(mail.time), fact.time, fact.identity))
}

#[cfg(test)]
mod tests;
