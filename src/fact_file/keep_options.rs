//! What a run keeps of messages besides their facts.

use crate::fact::Lens;

/// What is kept of each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepOptions {
    /// Where each message is and how it shows itself.
    pub details: bool,
    /// With these, the addresses for opt-outs.
    pub ways_out: bool,
    /// With these, the signs that were weighed.
    pub signs: bool,
    /// What a facts file needs of each message.
    pub records: bool,
}

impl KeepOptions {
    /// What a run keeps of the mail that it reads.
    pub fn of(lens: &Lens) -> Self {
        let Lens { with_details, with_ways_out, with_signs, with_records, .. } = *lens;
        Self { details: with_details, ways_out: with_ways_out, signs: with_signs, records: with_records }
    }
}
