//! What values of fields raised before: a mailbox has some hundreds of senders, and reading a value costs more than
//! finding it again.

use super::patterns::Expressions;
use super::signals::Signals;
use crate::message::decode::plain_text;
use crate::message::header::FieldName;
use crate::text::cache::Meanings;
use std::borrow::Cow;

/// What values of fields raised before.
#[derive(Debug)]
pub(crate) struct FieldMemo {
    /// By the field's number; what a value raised, by its place among the sets.
    values: Vec<Meanings<u16>>,
    /// Each set that was raised, once: there are few, and thousands of values.
    sets: Vec<Signals>,
}

/// Places for the values of one field, as a power of two.
const VALUES: u32 = 10;

/// Values that raise yet another set are not remembered.
const MOST_SETS: usize = 1_024;

impl Default for FieldMemo {
    fn default() -> Self {
        Self { values: Vec::new(), sets: vec![Signals::default()] }
    }
}

impl FieldMemo {
    /// What a value raises; it is decoded here unless it was before.
    pub(super) fn signals(
        &mut self,
        name: FieldName,
        raw: &[u8],
        decoded: Option<&str>,
        expressions: &Expressions,
    ) -> Signals {
        while self.values.len() <= name.index() {
            self.values.push(Meanings::new(VALUES));
        }
        let values = &mut self.values[name.index()];
        if let Some(set) = values.known(raw) {
            return self.sets[usize::from(*set)];
        }
        let raised = expressions.raised_by(&decoded.map_or_else(|| plain_text(raw), Cow::Borrowed));
        if values.is_resting() {
            return raised;
        }
        let known = self.sets.iter().position(|set| *set == raised);
        let set = known.unwrap_or(self.sets.len());
        if set < MOST_SETS {
            if known.is_none() {
                self.sets.push(raised);
            }
            values.note(raw, u16::try_from(set).unwrap_or_default());
        }
        raised
    }
}
