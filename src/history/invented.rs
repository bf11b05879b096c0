//! An invented mailbox for unit tests: one customer, mail of named senders on numbered days.

use super::{Batch, History, Scope};
use crate::classify::{Evidence, Kind, Rules};
use crate::fact::{
    ConsentSign, Fact, ListId, NameTable, OptOutLink, OptOutOffer, OwnMail, Traits, WayOut, hash,
};
use crate::time::{DAY, Day, Time, Zone};

/// Day 0: 2026-01-01.
const START: i64 = 1_767_225_600;

/// Set in the identities of what no fact is made of.
const ONE_OF_ITS_OWN: u64 = 1 << 32;

/// Whose mailbox it is.
pub const CUSTOMER: &str = "robin@home.example";

/// Facts that a test puts together.
pub struct InventedMailbox {
    names: NameTable,
    batch: Batch,
    /// The built-in rules.
    pub rules: Rules,
}

/// Ten o'clock on that day, in UTC.
pub fn at(day: i64) -> Time {
    Time::believed(START + day * DAY + 36_000, START + 10_000 * DAY).expect("after 1990")
}

/// The civil day with that number.
pub fn day(number: i64) -> Day {
    zone().day(at(number))
}

/// The zone of tests.
pub fn zone() -> Zone {
    Zone::named("UTC").expect("a zone")
}

/// Everything counts.
pub fn scope() -> Scope {
    Scope {
        zone: zone(),
        since: None,
        until: None,
        include_spam: false,
        include_unverified: false,
        count_mixed: false,
    }
}

impl Default for InventedMailbox {
    fn default() -> Self {
        let rules = Rules::load(None).expect("the built-in rules");
        Self { names: NameTable::default(), batch: Batch::default(), rules }
    }
}

impl InventedMailbox {
    /// A marketing message from an address of the sender.
    pub fn offer(&mut self, sender: &str, from: &str, day: i64) -> &mut Fact {
        let order = self.batch.read;
        self.batch.read += 1;
        let names = &mut self.names;
        let fact = Fact {
            identity: u64::from(order) + 1,
            message_id: u64::from(order) + 1,
            order,
            time: Some(at(day)),
            sender: names.number(sender),
            customer: names.number(CUSTOMER),
            from: names.number(from),
            name: None,
            list: None,
            rule: self.rules.of_streams().weighed,
            kind: Kind::Marketing,
            way_out: WayOut::Link,
            leads_to: 0,
            template: 0,
            answers: 0,
            traits: Traits::default(),
        };
        self.batch.facts.push(fact);
        self.batch.facts.last_mut().expect("just added")
    }

    /// The number of a list.
    pub fn list(&mut self, id: &str) -> Option<ListId> {
        Some(self.names.number(id))
    }

    /// A message of the sender that proves something.
    pub fn proof(&mut self, evidence: Evidence, sender: &str, from: &str, day: i64) -> &mut ConsentSign {
        self.batch.signs.push(ConsentSign {
            evidence,
            identity: ONE_OF_ITS_OWN | u64::from(day.unsigned_abs() as u32),
            time: at(day),
            sender: self.names.number(sender),
            customer: self.names.number(CUSTOMER),
            from: self.names.number(from),
            list: None,
            message_id: format!("<proof-{day}@{sender}>"),
        });
        self.batch.signs.last_mut().expect("just added")
    }

    /// The first message from an address asks that opt-outs go to `address`, under a subject (hashed) or any (0).
    pub fn opt_out_address(&mut self, from: &str, address: &str, subject: u64) {
        let from = self.names.number(from);
        let fact = self.batch.facts.iter().find(|fact| fact.from == from).expect("mail from there");
        self.batch.offers.push(OptOutOffer::of(hash(&[address.as_bytes()]), subject, fact.order));
    }

    /// The sender takes opt-outs under that domain.
    pub fn opt_out_link(&mut self, sender: &str, domain: &str) {
        let domain = hash(&[domain.as_bytes()]);
        self.batch.links.push(OptOutLink { sender: self.names.number(sender), domain });
    }

    /// What the owner writes to that address: an answer, where `asks` a wish that mail stop.
    pub fn own(&mut self, to: &str, day: i64, asks: bool) -> &mut OwnMail {
        self.batch.own.push(OwnMail {
            writer: self.names.number(CUSTOMER),
            identity: ONE_OF_ITS_OWN | u64::from(day.unsigned_abs() as u32),
            time: at(day),
            to: vec![hash(&[to.as_bytes()])],
            subject: 0,
            asks,
            answers: None,
            is_answer: true,
            message_id: format!("<own-{day}@home.example>"),
        });
        self.batch.own.last_mut().expect("just added")
    }

    /// Sorted for judging.
    pub fn history(self) -> History {
        let streams = self.rules.of_streams();
        History::of(self.batch, self.names, streams, &zone())
    }
}
