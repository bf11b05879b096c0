//! The search for the next separator, and the conditions for one.

use super::read_buffer::{BYTE_ORDER_MARK, CONTEXT, keep_before};
use super::separator::{FromLine, LineContext, Separator, SeparatorCheck, SeparatorForm, recognise};
use super::{CLAIM_LIMIT, MboxReader};
use std::io::{self, Read};

/// The result of a search in the buffered bytes.
pub(super) enum SearchResult {
    Found(Separator),
    /// None before this offset.
    Not(u64),
}

impl<R: Read> MboxReader<'_, R> {
    /// The first separator at or after `at`, forgetting what lies before it (except what `keep` asks for). Looks past
    /// the end of the range only where a `Content-Length` does.
    pub(super) fn separator_from(
        &mut self,
        mut at: u64,
        claimed_end: Option<u64>,
        keep: u64,
    ) -> io::Result<Option<Separator>> {
        let mut keep = keep;
        loop {
            match self.search(at, claimed_end, keep)? {
                SearchResult::Found(separator) => return Ok(Some(separator)),
                SearchResult::Not(until) => at = until,
            }
            if at >= self.to && claimed_end.is_none_or(|end| end <= self.to) {
                return Ok(None);
            }
            keep = keep_before(at);
            if !self.buffer.more(keep)? {
                return Ok(None);
            }
        }
    }

    /// Looks for a separator in the buffered bytes; may read on to judge a candidate.
    pub(super) fn search(
        &mut self,
        mut at: u64,
        claimed_end: Option<u64>,
        keep: u64,
    ) -> io::Result<SearchResult> {
        loop {
            let bytes = self.buffer.from(at);
            let Some(found) = self.finder.find(bytes) else {
                // The last four bytes may be the beginning of `From `.
                return Ok(SearchResult::Not(at.max(self.buffer.end().saturating_sub(4))));
            };
            let candidate = at + found as u64;
            at = candidate + 1;
            if !self.at_line_start(candidate) {
                continue;
            }
            let Some(separator) = self.judge(candidate, keep)? else { continue };
            match claimed_end {
                Some(end) if candidate < end && self.claim_is_valid(candidate, end, keep)? => at = end,
                _ => return Ok(SearchResult::Found(separator)),
            }
        }
    }

    pub(super) fn at_line_start(&self, offset: u64) -> bool {
        let before = self.before(offset);
        offset == self.dialect.start
            || matches!(before, [.., b'\n' | b'\r' | 0])
            || (before.is_empty() && offset <= CONTEXT)
    }

    /// Whether the line at `offset` is a separator here; reads on until that is clear.
    pub(super) fn judge(&mut self, offset: u64, keep: u64) -> io::Result<Option<Separator>> {
        let first = offset == self.dialect.start;
        loop {
            let bytes = self.buffer.from(offset);
            if !bytes.starts_with(b"From ") && (bytes.len() >= 5 || self.buffer.ended()) {
                return Ok(None);
            }
            let setting = LineContext {
                after_blank: first || self.after_blank(offset),
                at_end: self.buffer.ended(),
                first,
            };
            match recognise(bytes, setting) {
                SeparatorCheck::Yes(line, _)
                    if line.form == SeparatorForm::Patch && !self.dialect.patches =>
                {
                    return Ok(None);
                }
                SeparatorCheck::Yes(line, _)
                    if self.dialect.certain && !(setting.after_blank && certain(line)) =>
                {
                    return Ok(None);
                }
                SeparatorCheck::Yes(line, length) => {
                    return Ok(Some(Separator { offset, header: offset + length as u64, line }));
                }
                SeparatorCheck::No => return Ok(None),
                SeparatorCheck::Unclear => {
                    self.buffer.more(keep_before(keep.min(offset)))?;
                }
            }
        }
    }

    pub(super) fn after_blank(&self, offset: u64) -> bool {
        match self.before(offset) {
            [.., b'\n', b'\n'] | [.., b'\n', b'\r', b'\n'] | [.., b'\r', b'\r'] | [.., 0] => true,
            before => offset <= CONTEXT && before.iter().all(|b| matches!(b, b'\r' | b'\n')),
        }
    }

    /// The bytes before a line, without a byte-order mark between. A NUL byte ends a gap that a failed disk left.
    pub(super) fn before(&self, offset: u64) -> &[u8] {
        let before = self.buffer.slice(offset.saturating_sub(CONTEXT), offset);
        before.strip_suffix(BYTE_ORDER_MARK).unwrap_or(before)
    }

    /// A `Content-Length` is trusted where a separator follows exactly there, or the end of the file.
    pub(super) fn claim_is_valid(&mut self, candidate: u64, end: u64, keep: u64) -> io::Result<bool> {
        if end - candidate > CLAIM_LIMIT {
            return Ok(false);
        }
        let keep = keep.min(candidate);
        let mut next = end;
        loop {
            match self.buffer.from(next).first() {
                Some(b'\n' | b'\r') => next += 1,
                Some(_) => return Ok(self.at_line_start(next) && self.judge(next, keep)?.is_some()),
                None if self.buffer.ended() => return Ok(self.buffer.end() >= end),
                None => {
                    self.buffer.more(keep_before(keep))?;
                }
            }
        }
    }
}

/// Whether the line is a separator that is unlikely in prose.
fn certain(line: FromLine) -> bool {
    matches!(line.form, SeparatorForm::Takeout | SeparatorForm::Dated) && line.time.is_some()
}
