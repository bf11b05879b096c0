//! Consent: what a customer agreed to, by a ledger and by the mailbox itself, and the state at a moment.

mod findings;
mod grace;
mod ledger;
mod list_matches;
mod mail_parties;
mod timeline;

pub use findings::Findings;
pub use grace::{BusinessDays, Grace};
pub use ledger::{
    DateOrder, ExportFormat, FormatSource, Ledger, LedgerContext, LedgerOptions, ListFile, OldestDate,
    OverruledRows, accepted_words, refuse_as_mailbox, sender_cell,
};
pub use list_matches::{ListMatches, UnmatchedRow};
pub use mail_parties::MailParties;
pub use timeline::{StateWithEvent, Terms, Timeline};

use crate::time::{Day, Seconds};

/// The state of consent between a sender and a customer when a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsentState {
    /// Nothing on record.
    None,
    /// The customer agreed, by the ledger.
    Granted,
    /// The sender asked and then wrote that the customer confirmed (double opt-in, by the sender's account).
    Claimed,
    /// The customer bought something, and the policy counts that for a time.
    SoftOptIn,
    /// The customer avoided the box when the address was collected.
    Refused,
    /// The customer opted out, and the policy still gives the sender time.
    Grace,
    /// The customer opted out.
    Withdrawn,
    /// The ledger ends before this day.
    NotYetKnown,
}

impl ConsentState {
    /// Every state, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Granted,
        Self::Claimed,
        Self::SoftOptIn,
        Self::Refused,
        Self::Grace,
        Self::Withdrawn,
        Self::NotYetKnown,
    ];

    /// The word in reports and policies.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Granted => "granted",
            Self::Claimed => "claimed",
            Self::SoftOptIn => "soft-opt-in",
            Self::Refused => "refused",
            Self::Grace => "grace",
            Self::Withdrawn => "withdrawn",
            Self::NotYetKnown => "not-yet-known",
        }
    }

    /// Whether a message received in this state came without consent on record.
    pub fn is_unconsented(self) -> bool {
        matches!(self, Self::None | Self::Refused | Self::Withdrawn)
    }
}

/// What happened. In this order at one instant: the later variant prevails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// The customer bought something: no consent by itself.
    Purchase,
    /// Asked and confirmed, by the sender's word.
    Claimed,
    /// Agreed.
    Granted,
    /// Avoided the box.
    Refused,
    /// Opted out.
    Withdrawn,
}

impl EventKind {
    /// The word in consent lists and explanations.
    pub fn word(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Claimed => "claimed",
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// When something happened, comparable with the times of messages. A date alone lies before or after all
/// messages of its day, so a moment is half seconds: the even ones are instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// Since always.
    pub const ALWAYS: Self = Self(i64::MIN);

    /// At that second.
    pub fn at(seconds: Seconds) -> Self {
        Self(seconds.saturating_mul(2))
    }

    /// After everything that happened before that second.
    pub fn just_before(seconds: Seconds) -> Self {
        Self(seconds.saturating_mul(2).saturating_sub(1))
    }
}

/// One event on the record of a pair.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// From when it counts.
    pub moment: Moment,
    /// What happened.
    pub kind: EventKind,
    /// Its civil date; `None`: since always.
    pub day: Option<Day>,
    /// `FILE:LINE` or a Message-ID.
    pub source: String,
}

impl Event {
    /// Whether it repeats another one of the same instant; of their sources the smaller is named.
    fn repeats(&self, other: &Self) -> bool {
        (self.moment, self.kind, self.day) == (other.moment, other.kind, other.day)
    }
}
