//! Senders and customers of mail, to be compared with consent lists: of all mail, or of one customer after the other.

use crate::fact::{AddressId, CustomerId, NameTable, Named, SenderId};
use crate::history::History;
use std::collections::HashSet;

/// Senders, addresses and customers of all messages that reached a pair.
#[derive(Debug, Default)]
pub struct MailParties {
    names: NameTable,
    senders: HashSet<SenderId>,
    pairs: HashSet<(AddressId, CustomerId)>,
}

impl MailParties {
    /// Adds all messages of some customers.
    pub fn add(&mut self, history: &History) {
        let facts = history.facts();
        let senders: HashSet<SenderId> = facts.iter().map(|fact| fact.sender).collect();
        let pairs: HashSet<(AddressId, CustomerId)> =
            facts.iter().map(|fact| (fact.from, fact.customer)).collect();
        for sender in senders {
            let sender = self.number(sender, history);
            self.senders.insert(sender);
        }
        for (from, customer) in pairs {
            let pair = (self.number(from, history), self.number(customer, history));
            self.pairs.insert(pair);
        }
    }

    /// The senders.
    pub fn senders(&self) -> impl Iterator<Item = &str> {
        self.senders.iter().map(|sender| self.names.unredacted(*sender))
    }

    /// From which address to which customer there is mail.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let name = |(from, customer): &(AddressId, CustomerId)| {
            (self.names.unredacted(*from), self.names.unredacted(*customer))
        };
        self.pairs.iter().map(name)
    }

    fn number<Id: Named + From<u32>>(&mut self, id: Id, history: &History) -> Id {
        self.names.number(history.names.unredacted(id))
    }
}
