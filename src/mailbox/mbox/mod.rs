//! mbox files: where one message ends and the next begins.
//!
//! One pass in blocks. Bodies are only searched, at memory speed; what is handed on is the header block, and
//! the beginning of a body where it is asked for. All dialects are one: quoting (`>From `) needs no undoing to
//! find a boundary, and a `Content-Length` counts only where a separator confirms it.

mod chain;
pub mod header;
pub mod read_buffer;
mod search;
pub mod separator;
pub mod stream;

use super::{BODY_LOOK, BodyRequest, LOOK, RawMessage, Sink, Unusable};
use header::{HeaderBlock, header};
use memchr::{memchr2, memmem};
use read_buffer::{ReadBuffer, keep_before};
use search::SearchResult;
use separator::{FieldStart, FromLine, Separator, SeparatorForm, field_start};
use std::io::{self, Read};

/// How far a `Content-Length` may reach over something that looks like a separator and still be checked.
const CLAIM_LIMIT: u64 = 16 * 1_024 * 1_024;

/// Properties of a whole mbox file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// The place of its first separator: the only one that may be of any form.
    pub start: u64,
    /// That one is `git format-patch`'s, so the others may be.
    pub patches: bool,
    /// The file may be a single message that quotes separators: only unambiguous ones count.
    pub certain: bool,
}

/// Where a range of a file begins, and what it shows about the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Borders {
    /// The first separator in the range.
    pub first: Option<u64>,
    /// Where the next range must begin: at this separator. `None`: at its own first one. Only a
    /// `Content-Length` that reaches over the border can hide a separator from the range that contains it.
    pub next: Option<u64>,
}

/// Hands every message whose separator is in `from..to` to the sink.
pub fn read<R: Read>(
    buffer: &mut ReadBuffer<R>,
    from: u64,
    to: u64,
    dialect: Dialect,
    sink: &mut dyn Sink,
) -> io::Result<Borders> {
    let mut reader = MboxReader::new(buffer, dialect, to);
    let mut next = reader.separator_from(from, None, from)?;
    let first = next.map(|separator| separator.offset).filter(|offset| *offset < to);
    let mut claimed = false;
    while let Some(separator) = next {
        if separator.offset >= to {
            return Ok(Borders { first, next: claimed.then_some(separator.offset) });
        }
        (next, claimed) = reader.message(separator, sink)?;
    }
    let end = reader.buffer.end().max(to);
    Ok(Borders { first, next: claimed.then_some(end) })
}

/// Whether the file begins with a separator at `start` (past byte-order mark and blank lines), and of what kind.
pub fn begins<R: Read>(buffer: &mut ReadBuffer<R>, start: u64) -> io::Result<Option<Dialect>> {
    let any = Dialect { start, patches: true, certain: false };
    let found = MboxReader::new(buffer, any, u64::MAX).judge(start, start)?;
    Ok(found.map(|separator| Dialect { patches: separator.line.form == SeparatorForm::Patch, ..any }))
}

/// The first separator at or after `from` in a file that does not begin with one.
pub fn first_separator<R: Read>(buffer: &mut ReadBuffer<R>, from: u64) -> io::Result<Option<Dialect>> {
    let found = MboxReader::new(buffer, NO_FIRST, u64::MAX).separator_from(from, None, from)?;
    Ok(found.map(|separator| Dialect { start: separator.offset, ..NO_FIRST }))
}

/// The first separator after lines that are neither blank nor fields: text that some program wrote at the
/// top of its export.
pub fn after_foreign_lines<R: Read>(buffer: &mut ReadBuffer<R>, start: u64) -> io::Result<Option<Dialect>> {
    let mut line = start;
    loop {
        let bytes = buffer.from(line);
        if line - start >= LOOK as u64 || field_start(bytes) != FieldStart::No {
            return Ok(None);
        }
        let Some(length) = memchr2(b'\n', b'\r', bytes) else { return Ok(None) };
        line += length as u64 + if bytes[length..].starts_with(b"\r\n") { 2 } else { 1 };
        if let Some(separator) = MboxReader::new(buffer, NO_FIRST, u64::MAX).judge(line, start)? {
            return Ok(Some(Dialect { start: separator.offset, ..NO_FIRST }));
        }
    }
}

/// A file that does not begin with a separator.
const NO_FIRST: Dialect = Dialect { start: u64::MAX, patches: false, certain: false };

/// A file that begins with a header.
const FROM_HEADER: Dialect = Dialect { certain: true, ..NO_FIRST };

struct MboxReader<'w, R> {
    buffer: &'w mut ReadBuffer<R>,
    dialect: Dialect,
    /// Where the range ends that is read.
    to: u64,
    finder: memmem::Finder<'static>,
    /// A buffer for the fields of the current header.
    fields: Vec<u32>,
}

impl<'w, R: Read> MboxReader<'w, R> {
    fn new(buffer: &'w mut ReadBuffer<R>, dialect: Dialect, to: u64) -> Self {
        Self { buffer, dialect, to, finder: memmem::Finder::new(b"From "), fields: Vec::new() }
    }

    /// Hands one message over and finds the next separator. Whether a `Content-Length` reaches over the
    /// end of the range.
    fn message(
        &mut self,
        separator: Separator,
        sink: &mut dyn Sink,
    ) -> io::Result<(Option<Separator>, bool)> {
        let (dialect, to) = (self.dialect, self.to);
        let fields = std::mem::take(&mut self.fields);
        let Some(mut header) = header(self.buffer, separator.header, fields, |buffer, line| {
            MboxReader::new(buffer, dialect, to).judge(line, separator.header)
        })?
        else {
            sink.unusable(separator.offset, Unusable::HeaderTooLong);
            return Ok((self.separator_from(separator.header, None, separator.header)?, false));
        };
        let block = self.buffer.slice(separator.header, header.end);
        let torn = header.is_torn(block);
        if block.is_empty() || torn {
            sink.unusable(separator.offset, if torn { Unusable::Torn } else { Unusable::NoHeader });
            let next = match header.next {
                None => self.separator_from(header.body, None, header.body)?,
                next => next,
            };
            return Ok((next, false));
        }
        let next = self.deliver(separator, &header, sink)?;
        self.fields = std::mem::take(&mut header.fields);
        Ok((next, header.claimed_end.is_some_and(|end| end > to)))
    }

    /// Hands one message over whose header is known, and finds the next separator.
    fn deliver(
        &mut self,
        separator: Separator,
        header: &HeaderBlock,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<Separator>> {
        let message = RawMessage {
            offset: separator.offset,
            header: self.buffer.slice(separator.header, header.end),
            from_line: Some(separator.line),
            fields: &header.fields,
        };
        match (sink.message(message), header.next) {
            (BodyRequest::Body, _) => self.body(header, sink),
            (BodyRequest::Nothing, None) => self.separator_from(header.body, header.claimed_end, header.body),
            (BodyRequest::Nothing, next) => Ok(next),
        }
    }

    /// Hands the beginning of a body over and finds the next separator.
    fn body(&mut self, header: &HeaderBlock, sink: &mut dyn Sink) -> io::Result<Option<Separator>> {
        if let Some(next) = header.next {
            sink.body(b"");
            if sink.wants_rest() {
                sink.end();
            }
            return Ok(Some(next));
        }
        let enough = header.body.saturating_add(BODY_LOOK as u64);
        let mut at = header.body;
        let found = loop {
            match self.search(at, header.claimed_end, header.body)? {
                SearchResult::Found(separator) => break Some(separator),
                SearchResult::Not(until) => at = until,
            }
            if self.buffer.end() >= enough || !self.buffer.more(keep_before(header.body))? {
                break None;
            }
        };
        let end = found.map_or(self.buffer.end(), |separator| separator.offset).min(enough);
        sink.body(self.buffer.slice(header.body, end));
        match found {
            _ if sink.wants_rest() => self.rest(end, header.claimed_end, BodyExtent::ToSeparator, sink),
            Some(separator) => Ok(Some(separator)),
            None => self.separator_from(at, header.claimed_end, at),
        }
    }

    /// Hands over the rest of a body from `given` on, piece by piece, and finds the first separator.
    fn rest(
        &mut self,
        mut given: u64,
        claimed_end: Option<u64>,
        until: BodyExtent,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<Separator>> {
        let (mut at, mut first) = (given, None);
        loop {
            let found = match self.search(at, claimed_end, given)? {
                SearchResult::Found(separator) => Some(separator),
                SearchResult::Not(until) => {
                    at = until;
                    None
                }
            };
            match (found, until) {
                (Some(separator), BodyExtent::ToSeparator) => {
                    sink.rest(self.buffer.slice(given, separator.offset));
                    sink.end();
                    return Ok(Some(separator));
                }
                (Some(separator), BodyExtent::ToEnd) => {
                    at = separator.offset + 1;
                    first.get_or_insert(separator);
                    continue;
                }
                (None, _) => {}
            }
            sink.rest(self.buffer.slice(given, at));
            given = at;
            if !self.buffer.more(keep_before(given))? {
                sink.rest(self.buffer.slice(given, self.buffer.end()));
                sink.end();
                return Ok(first);
            }
        }
    }
}

/// How far the rest of a body goes.
#[derive(Clone, Copy)]
enum BodyExtent {
    ToSeparator,
    ToEnd,
}

/// Reads a mailbox whose first line is damaged, so that it begins with the header at `start`. `before_second` is called before
/// the second message.
pub fn read_damaged<R: Read>(
    buffer: &mut ReadBuffer<R>,
    start: u64,
    sink: &mut dyn Sink,
    before_second: impl FnOnce(&mut dyn Sink),
) -> io::Result<()> {
    let dialect = FROM_HEADER;
    let mut reader = MboxReader::new(buffer, dialect, u64::MAX);
    let header = header(reader.buffer, start, Vec::new(), |buffer, line| {
        MboxReader::new(buffer, dialect, u64::MAX).judge(line, start)
    })?;
    let lost =
        Separator { offset: start, header: start, line: FromLine { form: SeparatorForm::Bare, time: None } };
    let mut next = match header {
        Some(header) => reader.deliver(lost, &header, sink)?,
        None => {
            sink.unusable(start, Unusable::HeaderTooLong);
            reader.separator_from(start, None, start)?
        }
    };
    if next.is_some() {
        before_second(sink);
    }
    while let Some(separator) = next {
        (next, _) = reader.message(separator, sink)?;
    }
    Ok(())
}

/// Hands over the rest of the body of a single message from `given` on. Whether an unambiguous separator
/// is in it.
pub fn deliver_rest<R: Read>(
    buffer: &mut ReadBuffer<R>,
    body: u64,
    given: u64,
    sink: &mut dyn Sink,
) -> io::Result<bool> {
    let mut reader = MboxReader::new(buffer, FROM_HEADER, u64::MAX);
    let before = matches!(reader.search(body, None, body)?, SearchResult::Found(separator) if separator.offset < given);
    Ok(reader.rest(given, None, BodyExtent::ToEnd, sink)?.is_some() || before)
}

/// Whether an unambiguous separator follows in the body of a single message, which begins at `body`.
pub fn has_separator<R: Read>(buffer: &mut ReadBuffer<R>, body: u64) -> io::Result<bool> {
    let mut reader = MboxReader::new(buffer, FROM_HEADER, u64::MAX);
    Ok(reader.separator_from(body, None, body)?.is_some())
}
