//! How mail is looked at in a run, and single messages looked at through it.

use super::FactReader;
use super::customer::Owners;
use super::sender::{Brands, Organisation, Senders};
use super::state::Labels;
use crate::classify::{Kind, Rules, Sign};
use crate::message::header::Vocabulary;
use crate::time::Seconds;

/// How mail is looked at: the same for a whole run.
#[derive(Debug)]
pub struct Lens {
    /// The instant of the run, in seconds since 1970.
    pub now: Seconds,
    /// The addresses of the mailbox's owner.
    pub owners: Owners,
    /// Brands and shared hosts.
    pub senders: Senders,
    /// Words for states.
    pub labels: Labels,
    /// The rules of kinds.
    pub rules: Rules,
    /// The fields that all of these need.
    pub vocabulary: Vocabulary,
    /// Whether each message's place is kept for the list of messages.
    pub with_details: bool,
    /// Whether the signs of each message are kept with its place; then all texts are read.
    pub with_signs: bool,
}

impl Lens {
    /// A lens with the built-in rules, without an owner or brands, for a run at `now`.
    pub fn plain(now: Seconds) -> crate::error::Result<Self> {
        let mut vocabulary = Vocabulary::default();
        Ok(Self {
            now,
            owners: Owners::default(),
            senders: Senders::new(Brands::default()),
            labels: Labels::built_in(),
            rules: Rules::load(None, &mut vocabulary)?,
            vocabulary,
            with_details: false,
            with_signs: false,
        })
    }

    /// The kind of a single message and the id of the rule that decided, as a mailbox file would give it.
    pub fn classify(&self, message: &[u8]) -> Option<(Kind, &str)> {
        let mut reader = FactReader::new(self);
        crate::mailbox::read_message(message, &mut reader);
        reader.take().0.facts.first().map(|fact| (fact.kind, self.rules.id(fact.rule)))
    }

    /// The kind of a single message, the id of what decided, and the signs that were weighed, where `with_signs`
    /// keeps them.
    pub fn weigh(&self, message: &[u8]) -> Option<(Kind, &str, Vec<&Sign>)> {
        let mut reader = FactReader::new(self);
        crate::mailbox::read_message(message, &mut reader);
        let (batch, _) = reader.take();
        let fact = batch.facts.first()?;
        let signs = batch.details.first().map_or(&[][..], |detail| &detail.signs);
        let signs = signs.iter().filter_map(|number| self.rules.sign(*number)).collect();
        Some((fact.kind, self.rules.id(fact.rule), signs))
    }

    /// Who sent a single message, as the report would group it; `None` where it names nobody.
    pub fn sender_of(&self, message: &[u8]) -> Option<Organisation> {
        let mut reader = FactReader::new(self);
        crate::mailbox::read_message(message, &mut reader);
        let address = reader.first_address()?;
        Some(self.senders.organisation(&address))
    }
}
