//! What kind of mail a message is: ordered rules where its structure leaves no doubt, else signs that add up.
//!
//! Rules, signs and phrases are data (`*.toml`), made into tables when the program is built (`build.rs`); this module
//! turns them into one pass over a message. Every condition is a signal, and a message raises signals. The first rule
//! decides whose signals are all raised; where none is, the points of all signs are summed (`signs`).

mod body;
mod built_in;
mod compile;
mod load;
mod matcher;
mod patterns;
mod phrase_lists;
mod predicates;
mod required;
mod rule_file;
mod rules;
mod signals;
mod signs;
mod unruled;

pub(crate) use body::{BodyText, text_of_a_letter};
pub use load::BUILT_IN_RULES;
pub(crate) use matcher::FoldedText;
pub(crate) use predicates::{Seen, has_code, has_forward_prefix, has_identifier, has_reply_prefix};
pub use rule_file::Weighing;
pub(crate) use rules::Open;
pub use rules::Rules;
pub use signs::{Points, SeenIn, Sign};

use serde::Deserialize;

/// The closed list of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Advertises goods, services or the sender itself. The only kind that counts towards a verdict.
    Marketing,
    /// Belongs to a deal or a wish of the customer's: orders, invoices, confirmations, support.
    Transactional,
    /// A mailing list on which people talk.
    Discussion,
    /// Alerts, social networks, calendars, security codes; and whatever shows no evidence of another kind.
    Notification,
    /// From a person to a person.
    Personal,
    /// Bounces, auto-replies, read receipts.
    Automatic,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Marketing,
        Self::Transactional,
        Self::Discussion,
        Self::Notification,
        Self::Personal,
        Self::Automatic,
    ];

    /// The word in reports and rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Transactional => "transactional",
            Self::Discussion => "discussion",
            Self::Notification => "notification",
            Self::Personal => "personal",
            Self::Automatic => "automatic",
        }
    }
}

/// What a message proves about consent, by the rule that decided its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The customer bought something.
    Purchase,
    /// The sender asks whether the customer wants to subscribe.
    ConfirmRequest,
    /// The sender says that the customer has confirmed.
    Confirmed,
    /// The sender says that the customer is unsubscribed.
    Unsubscribed,
}

impl Evidence {
    /// All of it.
    pub const ALL: [Self; 4] = [Self::Purchase, Self::ConfirmRequest, Self::Confirmed, Self::Unsubscribed];

    /// The word in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::ConfirmRequest => "confirm-request",
            Self::Confirmed => "confirmed",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}

/// The number of a rule in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) u16);

/// What a rule decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The kind.
    pub kind: Kind,
    /// The rule that decided.
    pub rule: RuleId,
    /// What it proves about consent.
    pub evidence: Option<Evidence>,
}

/// What a message without a decision of its own takes from the other mail of its stream, or what a decision is changed
/// to there: rules without conditions, which `history` applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamRules {
    /// Several people answer each other.
    pub talk: RuleId,
    /// The owner answers its address.
    pub answered: RuleId,
    /// Nearly all decided messages are deals with numbers.
    pub deals: RuleId,
    /// It is like the marketing of its stream.
    pub like: RuleId,
    /// The points of its signs decided: what a stream may change.
    pub weighed: RuleId,
    /// Nothing decided: what a stream may decide.
    pub undecided: RuleId,
}
