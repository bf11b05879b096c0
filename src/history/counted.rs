//! Under what the messages of a run are counted, so that every one is in exactly one number.

use crate::fact::{Fact, Kind, Traits};
use crate::time::{Day, Zone};

/// Under what a message is counted: the first that fits, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// It can't be used.
    Unusable,
    /// A draft, a chat transcript or an RSS item.
    NoMail,
    /// A copy of a message that is counted.
    Duplicate,
    /// Written by the owner.
    Own,
    /// Without a time that can be believed.
    Undated,
    /// Received outside the period.
    Outside,
    /// In spam.
    Spam,
    /// The receiver could not verify its sender.
    Unverified,
    /// Marketing.
    Marketing,
    /// Any other kind.
    Other,
}

impl Counted {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Unusable,
        Self::NoMail,
        Self::Duplicate,
        Self::Own,
        Self::Undated,
        Self::Outside,
        Self::Spam,
        Self::Unverified,
        Self::Marketing,
        Self::Other,
    ];

    /// Of what one message is counted under for two of its customers, that which the summary counts it under.
    pub fn or_rather(self, other: Self) -> Self {
        const ORDER: [Counted; 10] = [
            Counted::Marketing,
            Counted::Other,
            Counted::Own,
            Counted::Spam,
            Counted::Unverified,
            Counted::Undated,
            Counted::Outside,
            Counted::NoMail,
            Counted::Unusable,
            Counted::Duplicate,
        ];
        ORDER.into_iter().find(|counted| [self, other].contains(counted)).unwrap_or(self)
    }

    /// The word in the list of messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unusable => "unusable",
            Self::NoMail => "draft",
            Self::Duplicate => "duplicate",
            Self::Own => "owner",
            Self::Undated => "undated",
            Self::Outside => "outside",
            Self::Spam => "spam",
            Self::Unverified => "unverified",
            Self::Marketing => "marketing",
            Self::Other => "other",
        }
    }
}

/// Which messages count.
#[derive(Debug, Clone)]
pub struct Scope {
    /// The zone of civil days.
    pub zone: Zone,
    /// The first day of the period.
    pub since: Option<Day>,
    /// Its last day.
    pub until: Option<Day>,
    /// Whether spam counts.
    pub include_spam: bool,
    /// Whether mail of unverified senders counts.
    pub include_unverified: bool,
    /// Whether mail that belongs to a deal counts as marketing where it advertises as well.
    pub count_mixed: bool,
}

impl Scope {
    /// Under what a fact is counted that reached a pair.
    pub fn counted_as(&self, fact: &Fact) -> Counted {
        let Some(time) = fact.time else { return Counted::Undated };
        let day = self.zone.day(time);
        if self.since.is_some_and(|since| day < since) || self.until.is_some_and(|until| day > until) {
            Counted::Outside
        } else if fact.traits.contains(Traits::SPAM) && !self.include_spam {
            Counted::Spam
        } else if fact.traits.contains(Traits::UNVERIFIED) && !self.include_unverified {
            Counted::Unverified
        } else if fact.kind == Kind::Marketing || (self.count_mixed && fact.traits.contains(Traits::MIXED)) {
            Counted::Marketing
        } else {
            Counted::Other
        }
    }
}

/// How many messages are counted under what. Every message read is in exactly one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    counts: [u64; 10],
}

impl Tally {
    /// The number of messages counted so.
    pub fn of(&self, counted: Counted) -> u64 {
        self.counts[counted as usize]
    }

    /// The sum of all numbers.
    pub fn sum(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Adds the numbers of other messages.
    pub fn add_all(&mut self, others: &Self) {
        self.counts.iter_mut().zip(others.counts).for_each(|(count, more)| *count += more);
    }

    /// Adds some messages.
    pub fn add(&mut self, counted: Counted, messages: usize) {
        self.counts[counted as usize] += messages as u64;
    }

    /// Takes one message out that was added before.
    pub fn take_out(&mut self, counted: Counted) {
        let count = &mut self.counts[counted as usize];
        *count = count.saturating_sub(1);
    }
}
