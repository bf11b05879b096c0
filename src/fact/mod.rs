//! Facts: what is known of one message, in tens of bytes, or why it can't be used.
//!
//! From here on there are only facts, no mail: who, to whom, when, in what state, of what kind.

mod authentication;
mod author;
mod batch;
mod customer;
mod detail_page;
mod details;
mod field_cache;
mod journal;
mod names;
mod own_words;
mod reader;
mod received;
mod record;
mod redaction;
mod sender;
mod settings;
mod single_message;
mod spill;
mod state;
mod unsubscribe;

pub use crate::classify::{BUILT_IN_RULES, Evidence, Kind, RuleId, Rules, StreamRules};
pub use crate::message::domain::{domain_of, label, normal_address, normal_domain, parents};
pub(crate) use batch::short_hash;
pub use batch::{
    Batch, BatchMark, ConsentSign, MessagePiece, OptOutLink, OptOutOffer, OwnMail, SharedMessage, Skip, hash,
    id_hash,
};
pub use customer::{Owners, UNKNOWN, canonical};
pub use detail_page::Detail;
pub use details::Details;
pub use names::{
    AddressId, CustomerId, ListId, MailboxId, Name, NameId, NameTable, Named, Renaming, SenderId,
};
pub use reader::FactReader;
pub use record::{MessageRecord, OwnMailRecord, TimeCandidates};
pub use redaction::{Redaction, host_of_address, host_of_url};
pub use sender::{Brands, GroupedBy, Organisation, Senders};
pub use settings::ReadingSettings;
pub use state::StateLabels;
pub use unsubscribe::{WayOut, WaysOut};

use crate::time::Time;
use bitflags::bitflags;

/// Everything built in by which facts are made, as one text: rules, signs, phrases, hosts, relays, words.
pub const BUILT_IN: &[&str] = &[
    BUILT_IN_RULES,
    include_str!("sender/hosts.toml"),
    include_str!("sender/relays.toml"),
    include_str!("labels.toml"),
    include_str!("own_words.toml"),
];

/// One message, with what judging needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// The same for copies of one message to the same customer from the same sender.
    pub identity: u64,
    /// Its Message-ID, hashed: what an answer names. 0: it has none.
    pub message_id: u64,
    /// The number of the message in the order of reading, from 0.
    pub order: u32,
    /// When it was received; `None`: undated.
    pub time: Option<Time>,
    /// Who sent it.
    pub sender: SenderId,
    /// To whom it was delivered.
    pub customer: CustomerId,
    /// From which address.
    pub from: AddressId,
    /// Under which display name.
    pub name: Option<NameId>,
    /// On which list.
    pub list: Option<ListId>,
    /// The rule that decided its kind.
    pub rule: RuleId,
    /// Its kind.
    pub kind: Kind,
    /// The best way out that it offers.
    pub way_out: WayOut,
    /// Where its `List-Unsubscribe` leads, without tokens, hashed; 0: it has none.
    pub leads_to: u32,
    /// The template of its text, hashed; 0: nothing shows one, or the text was not read.
    pub template: u32,
    /// The Message-ID of the message that it answers, hashed; 0: it names none.
    pub answers: u32,
    /// What else is known of it.
    pub traits: Traits,
}

bitflags! {
    /// Yes-or-no facts, packed.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
    pub struct Traits: u16 {
        /// The owner wrote it.
        const OWN = 1;
        /// A draft, a chat transcript or an RSS item.
        const NO_MAIL = 1 << 1;
        /// In a spam folder or under a spam label.
        const SPAM = 1 << 2;
        /// The receiver could not verify its sender.
        const UNVERIFIED = 1 << 3;
        /// The export says whether it was read.
        const READ_KNOWN = 1 << 4;
        /// It was.
        const READ = 1 << 5;
        /// The export says whether it was deleted.
        const DELETED_KNOWN = 1 << 6;
        /// It was.
        const DELETED = 1 << 7;
        /// An answer would go to a no-reply address.
        const NO_REPLY = 1 << 8;
        /// It answers another message.
        const REPLY = 1 << 9;
        /// It belongs to a deal and advertises as well.
        const MIXED = 1 << 10;
        /// Undecided by itself, but its points for marketing exceed those for every other kind.
        const LEANS_TO_MARKETING = 1 << 11;
        /// It bears what no advertisement does: the number of a deal, a code, a document or a calendar part, an answer.
        const MARKED = 1 << 12;
        /// It belongs to a deal and names its number.
        const NUMBERED = 1 << 13;
        /// It is about a subscription: to confirm it, confirmed, ended.
        const SUBSCRIPTION = 1 << 14;
    }
}

impl Traits {
    /// With `traits` where `there` is true; without them otherwise.
    pub fn with(mut self, traits: Self, there: bool) -> Self {
        self.set(traits, there);
        self
    }
}
