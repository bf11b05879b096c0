//! Addresses for opting out by mail to which the owner wrote: of all that messages name, only these matter.

use crate::fact::{AddressId, CustomerId, Fact, ListId, OptOutOffer, OwnMail, SenderId};
use std::collections::{HashMap, HashSet};

/// An offer to opt out by mail, to an address that the owner wrote to, in one of the messages that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnsweredOffer {
    /// What was offered.
    pub offer: OptOutOffer,
    /// By whom.
    pub sender: SenderId,
    /// To whom.
    pub customer: CustomerId,
    /// In a message from this address …
    pub from: AddressId,
    /// … and on this list.
    pub list: Option<ListId>,
}

/// The offers of `offers` that the owner's own mail answers, for each customer that the message came to.
pub(super) fn find(offers: Vec<OptOutOffer>, facts: &[Fact], own: &[OwnMail]) -> Vec<AnsweredOffer> {
    let written_to: HashSet<u64> = own.iter().flat_map(|mail| mail.to.iter().copied()).collect();
    let mut by_message: HashMap<u32, Vec<OptOutOffer>> = HashMap::new();
    for offer in offers.into_iter().filter(|offer| written_to.contains(&offer.address)) {
        by_message.entry(offer.order).or_default().push(offer);
    }
    if by_message.is_empty() {
        return Vec::new();
    }
    let answered = facts.iter().flat_map(|fact| {
        let Fact { sender, customer, from, list, .. } = *fact;
        let offers = by_message.get(&fact.order).into_iter().flatten();
        offers.map(move |offer| AnsweredOffer { offer: *offer, sender, customer, from, list })
    });
    answered.collect()
}
