//! Single messages, each read as a mailbox of its own: for rules' own examples, tests and benches.

use super::FactReader;
use super::sender::Organisation;
use super::settings::ReadingSettings;
use crate::classify::{Kind, Sign};

impl ReadingSettings {
    /// The kind of a single message and the id of the rule that decided, as a mailbox file would give it.
    pub fn classify(&self, message: &[u8]) -> Option<(Kind, &str)> {
        let mut reader = FactReader::new(self);
        crate::mailbox::read_message(message, &mut reader);
        reader.take().batch.facts.first().map(|fact| (fact.kind, self.rules.id(fact.rule)))
    }

    /// The kind of a single message, the id of what decided, and the signs that were weighed, where `with_signs`
    /// keeps them.
    pub fn weigh(&self, message: &[u8]) -> Option<(Kind, &str, Vec<&Sign>)> {
        let mut reader = FactReader::new(self);
        crate::mailbox::read_message(message, &mut reader);
        let batch = reader.take().batch;
        let fact = batch.facts.first()?;
        let signs = batch.details.get(0).map(|detail| detail.signs).unwrap_or_default();
        let signs = signs.iter().filter_map(|number| self.rules.sign(*number)).collect();
        Some((fact.kind, self.rules.id(fact.rule), signs))
    }

    /// The sender of a single message, as the report would group it; `None` where it names none.
    pub fn sender_of(&self, message: &[u8]) -> Option<Organisation> {
        let mut reader = FactReader::new(self);
        crate::mailbox::read_message(message, &mut reader);
        let address = reader.first_address()?;
        Some(self.senders.organisation(&address))
    }
}
