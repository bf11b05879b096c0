//! What a run keeps of messages besides their facts.

use crate::fact::ReadingSettings;

/// What is kept of each message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepOptions {
    /// Where each message is and how it shows itself.
    pub details: bool,
    /// With details, the addresses for opt-outs.
    pub ways_out: bool,
    /// With details, the signs that were weighed.
    pub signs: bool,
    /// What a facts file needs of each message.
    pub records: bool,
    /// Without details, too, in which file and where in it each row's message is: needed where messages that can't be used
    /// are named, and where rows of several files may be together.
    pub places: bool,
    /// Whether they are of the cache: there the rows of a message are together, and columns without any value are left out.
    pub from_cache: bool,
}

impl KeepOptions {
    /// What a run keeps of the mail that it reads.
    pub fn of(settings: &ReadingSettings) -> Self {
        let ReadingSettings { with_details, with_ways_out, with_signs, with_records, .. } = *settings;
        Self {
            details: with_details,
            ways_out: with_ways_out,
            signs: with_signs,
            records: with_records,
            places: true,
            from_cache: false,
        }
    }
}
