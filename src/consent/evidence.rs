//! What the mailbox itself proves about consent: purchases, double opt-ins, opt-outs.

use super::{Event, Happening, Moment};
use crate::fact::{AddressId, CustomerId, Evidence, ListId, OptOutOffer, OwnMail, SenderId, Sign};
use crate::history::History;
use crate::time::{DAY, Time, Zone};
use std::collections::{HashMap, HashSet};

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
    covers: Covers,
}

/// Which messages of a pair an event covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Covers {
    All,
    List(ListId),
    From(AddressId),
}

impl Covers {
    /// The same list, or else the same address.
    fn stream(list: Option<ListId>, from: AddressId) -> Self {
        list.map_or(Self::From(from), Self::List)
    }

    fn hold(self, from: AddressId, list: Option<ListId>) -> bool {
        match self {
            Self::All => true,
            Self::List(covered) => list == Some(covered),
            Self::From(covered) => from == covered,
        }
    }
}

impl Findings {
    /// Looks through everything that was read.
    pub fn of(history: &History, zone: &Zone) -> Self {
        let mut findings = Self::default();
        for sign in &history.signs {
            match sign.evidence {
                Evidence::Purchase => findings.add(sign, Happening::Purchase, Covers::All, zone),
                Evidence::Unsubscribed => {
                    findings.add(sign, Happening::Withdrawn, Covers::stream(sign.list, sign.from), zone);
                }
                Evidence::Confirmed | Evidence::ConfirmRequest => {}
            }
        }
        findings.claims(&history.signs, zone);
        findings.opt_outs(history, zone);
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
        found.filter(|finding| finding.covers.hold(from, list)).map(|finding| finding.event.clone()).collect()
    }

    fn add(&mut self, sign: &Sign, happening: Happening, covers: Covers, zone: &Zone) {
        self.put((sign.sender, sign.customer), happening, sign.time, &sign.message_id, covers, zone);
    }

    fn put(
        &mut self,
        pair: (SenderId, CustomerId),
        happening: Happening,
        time: Time,
        source: &str,
        covers: Covers,
        zone: &Zone,
    ) {
        let moment = Moment::at(time.seconds());
        let event = Event { moment, happening, day: Some(zone.day(time)), source: source.to_string() };
        self.by_pair.entry(pair).or_default().push(Finding { event, covers });
    }

    /// A confirmation with a request of the same sender before it.
    fn claims(&mut self, signs: &[Sign], zone: &Zone) {
        let mut requests: HashMap<(SenderId, CustomerId), Vec<Time>> = HashMap::new();
        for sign in signs.iter().filter(|sign| sign.evidence == Evidence::ConfirmRequest) {
            requests.entry((sign.sender, sign.customer)).or_default().push(sign.time);
        }
        for sign in signs.iter().filter(|sign| sign.evidence == Evidence::Confirmed) {
            let asked = requests.get(&(sign.sender, sign.customer)).into_iter().flatten();
            let mut waited = asked.map(|request| sign.time.seconds() - request.seconds());
            if waited.any(|waited| (0..=CONFIRMED_WITHIN).contains(&waited)) {
                self.add(sign, Happening::Claimed, Covers::All, zone);
            }
        }
    }

    /// The owner's own mail to an address that a `List-Unsubscribe` named. An address that served several senders
    /// counts only for those whose subject it carries.
    fn opt_outs(&mut self, history: &History, zone: &Zone) {
        if history.own.is_empty() {
            return;
        }
        let written_to: HashSet<u64> = history.own.iter().flat_map(|mail| mail.to.iter().copied()).collect();
        let mut offers: HashMap<u64, Vec<&OptOutOffer>> = HashMap::new();
        for offer in history.offers.iter().filter(|offer| written_to.contains(&offer.address)) {
            offers.entry(offer.address).or_default().push(offer);
        }
        self.requests(history, &offers, zone);
        for mail in &history.own {
            let mut covered = HashSet::new();
            for address in &mail.to {
                let Some(named) = offers.get(address) else { continue };
                let several = named.iter().any(|offer| offer.sender != named[0].sender);
                let meant = named
                    .iter()
                    .filter(|offer| !several || (offer.subject != 0 && offer.subject == mail.subject));
                covered.extend(meant.map(|offer| (offer.sender, Covers::stream(offer.list, offer.from))));
            }
            for (sender, covers) in covered {
                self.put(
                    (sender, mail.writer),
                    Happening::Withdrawn,
                    mail.time,
                    &mail.message_id,
                    covers,
                    zone,
                );
            }
        }
    }

    /// The owner's own words to an organisation that it send no more: they cover all its mail. A mail to an address
    /// that a `List-Unsubscribe` named is none of these: it speaks of that list alone.
    fn requests(&mut self, history: &History, offers: &HashMap<u64, Vec<&OptOutOffer>>, zone: &Zone) {
        let by_hand =
            |mail: &&OwnMail| !mail.asks.is_empty() && !mail.to.iter().any(|to| offers.contains_key(to));
        let mails: Vec<&OwnMail> = history.own.iter().filter(by_hand).collect();
        if mails.is_empty() {
            return;
        }
        let senders: HashMap<&str, SenderId> =
            history.names.senders.iter().map(|(id, name)| (name, id)).collect();
        for mail in mails {
            let asked: HashSet<SenderId> =
                mail.asks.iter().filter_map(|name| senders.get(name.as_str()).copied()).collect();
            for sender in asked {
                self.put(
                    (sender, mail.writer),
                    Happening::Withdrawn,
                    mail.time,
                    &mail.message_id,
                    Covers::All,
                    zone,
                );
            }
        }
    }
}
