//! The settings for reading mail in a run.

use super::customer::Owners;
use super::sender::{Brands, Senders};
use super::state::StateLabels;
use crate::classify::Rules;
use crate::time::Seconds;

/// The settings for reading mail: the same for a whole run.
#[derive(Debug)]
pub struct ReadingSettings {
    /// The instant of the run, in seconds since 1970.
    pub now: Seconds,
    /// The addresses of the mailbox's owner.
    pub owners: Owners,
    /// Brands and shared hosts.
    pub senders: Senders,
    /// Words for states.
    pub labels: StateLabels,
    /// The rules of kinds.
    pub rules: Rules,
    /// Whether each message's place is kept for the list of messages.
    pub with_details: bool,
    /// Whether the addresses for opt-outs are kept with it.
    pub with_ways_out: bool,
    /// Whether the signs of each message are kept with its place; then all texts are read.
    pub with_signs: bool,
    /// Whether what a facts file needs of each message is recorded with its place.
    pub with_records: bool,
}

impl ReadingSettings {
    /// A settings with the built-in rules, without an owner or brands, for a run at `now`.
    pub fn plain(now: Seconds) -> crate::error::Result<Self> {
        Ok(Self {
            now,
            owners: Owners::default(),
            senders: Senders::new(Brands::default()),
            labels: StateLabels::built_in(),
            rules: Rules::load(None)?,
            with_details: false,
            with_ways_out: false,
            with_signs: false,
            with_records: false,
        })
    }
}
