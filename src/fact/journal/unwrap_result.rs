//! What comes of a journal report.

use crate::mailbox::Unusable;
use indexmap::IndexSet;

/// What came of a report.
#[derive(Debug)]
pub(in crate::fact) enum UnwrapResult {
    /// Its message.
    Original(OriginalMessage),
    /// It is one, but its message can't be had.
    Unusable(Unusable),
    /// It is none.
    NoReport,
}

/// The message that a report is about.
#[derive(Debug)]
pub(in crate::fact) struct OriginalMessage {
    /// To whom it was delivered, in lower case.
    pub recipients: IndexSet<String>,
    /// Its header.
    pub header: Vec<u8>,
    /// The beginning of its body.
    pub body: Vec<u8>,
}
