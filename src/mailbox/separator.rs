//! Where a message of an mbox file begins.

use super::from_line::FromLine;

/// Bytes before a line that show whether the line before it is blank, with a byte-order mark between.
pub(super) const CONTEXT: u64 = 6;

/// A separator and where the header after it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Separator {
    pub offset: u64,
    pub header: u64,
    pub line: FromLine,
}
