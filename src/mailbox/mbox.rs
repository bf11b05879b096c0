//! mbox files: where one message ends and the next begins.
//!
//! One pass in blocks. Bodies are only searched, at memory speed; what is handed on is the header block, and
//! the beginning of a body where it is asked for. All dialects are one: quoting (`>From `) needs no undoing to
//! find a boundary, and a `Content-Length` counts only where it proves itself.

use super::from_line::{Form, FromLine, Recognised, Setting, recognise};
use super::window::Window;
use super::{BODY_LOOK, HEADER_LIMIT, RawMessage, Sink, Unusable, Want};
use crate::near;
use memchr::{memchr2, memmem};
use std::io::{self, Read};

/// How far a `Content-Length` may reach over something that looks like a separator and still be checked.
const CLAIM_LIMIT: u64 = 16 * 1_024 * 1_024;

/// Bytes before a line that show whether the line before it is blank.
pub(super) const CONTEXT: u64 = 3;

/// A separator and where the header after it begins.
#[derive(Debug, Clone, Copy)]
struct Separator {
    offset: u64,
    header: u64,
    line: FromLine,
}

/// What holds for a whole mbox file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Where its first separator stands: the only one that may be of any form.
    pub start: u64,
    /// That one is `git format-patch`'s, so the others may be.
    pub patches: bool,
}

/// Where a stretch of a file begins and what it says of the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Borders {
    /// The first separator in the stretch.
    pub first: Option<u64>,
    /// Where the next stretch must begin: at this separator. `None`: at its own first one. Only a
    /// `Content-Length` that reaches over the border can hide a separator from the stretch that holds it.
    pub next: Option<u64>,
}

/// Hands every message whose separator stands in `from..to` to the sink.
pub fn read<R: Read>(
    window: &mut Window<R>,
    from: u64,
    to: u64,
    dialect: Dialect,
    sink: &mut dyn Sink,
) -> io::Result<Borders> {
    let mut reader = Reader::new(window, dialect, to);
    let mut next = reader.separator_from(from, None, from)?;
    let first = next.map(|separator| separator.offset).filter(|offset| *offset < to);
    let mut claimed = false;
    while let Some(separator) = next {
        if separator.offset >= to {
            return Ok(Borders { first, next: claimed.then_some(separator.offset) });
        }
        (next, claimed) = reader.message(separator, sink)?;
    }
    let end = reader.window.end().max(to);
    Ok(Borders { first, next: claimed.then_some(end) })
}

/// Whether the file begins with a separator at `start` (past byte-order mark and blank lines), and of what kind.
pub fn begins<R: Read>(window: &mut Window<R>, start: u64) -> io::Result<Option<Dialect>> {
    let any = Dialect { start, patches: true };
    let found = Reader::new(window, any, u64::MAX).judge(start, start)?;
    Ok(found.map(|separator| Dialect { start, patches: separator.line.form == Form::Patch }))
}

/// The first separator at or after `from` in a file that does not begin with one.
pub fn first_separator<R: Read>(window: &mut Window<R>, from: u64) -> io::Result<Option<Dialect>> {
    let none = Dialect { start: u64::MAX, patches: false };
    let found = Reader::new(window, none, u64::MAX).separator_from(from, None, from)?;
    Ok(found.map(|separator| Dialect { start: separator.offset, patches: false }))
}

struct Reader<'w, R> {
    window: &'w mut Window<R>,
    dialect: Dialect,
    /// Where the stretch ends that is read.
    to: u64,
    finder: memmem::Finder<'static>,
    /// A buffer for the fields of the header at hand.
    fields: Vec<u32>,
}

/// Where a header block ends.
struct Header {
    end: u64,
    /// Where the body begins, after the blank line.
    body: u64,
    /// Where the body must end by the header's own word.
    claimed_end: Option<u64>,
    /// The separator that ended the header, where no blank line did.
    next: Option<Separator>,
    /// Where its fields begin, if noted.
    fields: Vec<u32>,
}

impl Header {
    /// Whether the mailbox ends in the middle of a line of it: a delivery was under way.
    fn is_torn(&self, block: &[u8]) -> bool {
        let at_end = self.next.is_none() && self.body == self.end;
        at_end && block.last().is_some_and(|last| !matches!(last, b'\n' | b'\r'))
    }
}

impl<'w, R: Read> Reader<'w, R> {
    fn new(window: &'w mut Window<R>, dialect: Dialect, to: u64) -> Self {
        Self { window, dialect, to, finder: memmem::Finder::new(b"From "), fields: Vec::new() }
    }

    /// Hands one message over and finds the next separator; tells whether a `Content-Length` reaches over the
    /// end of the stretch.
    fn message(
        &mut self,
        separator: Separator,
        sink: &mut dyn Sink,
    ) -> io::Result<(Option<Separator>, bool)> {
        let (dialect, to) = (self.dialect, self.to);
        let fields = std::mem::take(&mut self.fields);
        let Some(mut header) = header(self.window, separator.header, fields, |window, line| {
            Reader::new(window, dialect, to).judge(line, separator.header)
        })?
        else {
            sink.unusable(separator.offset, Unusable::HeaderTooLong);
            return Ok((self.separator_from(separator.header, None, separator.header)?, false));
        };
        let block = self.window.slice(separator.header, header.end);
        let torn = header.is_torn(block);
        if block.is_empty() || torn {
            sink.unusable(separator.offset, if torn { Unusable::Torn } else { Unusable::NoHeader });
            let next = match header.next {
                None => self.separator_from(header.body, None, header.body)?,
                next => next,
            };
            return Ok((next, false));
        }
        let message = RawMessage {
            offset: separator.offset,
            header: block,
            from_line: Some(separator.line),
            fields: &header.fields,
        };
        let want = sink.message(message);
        self.fields = std::mem::take(&mut header.fields);
        let next = match (want, header.next) {
            (Want::Body, _) => self.body(&header, sink)?,
            (Want::Nothing, None) => self.separator_from(header.body, header.claimed_end, header.body)?,
            (Want::Nothing, next) => next,
        };
        Ok((next, header.claimed_end.is_some_and(|end| end > to)))
    }

    /// Hands the beginning of a body over and finds the next separator.
    fn body(&mut self, header: &Header, sink: &mut dyn Sink) -> io::Result<Option<Separator>> {
        if let Some(next) = header.next {
            sink.body(b"");
            return Ok(Some(next));
        }
        let enough = header.body.saturating_add(BODY_LOOK as u64);
        let mut at = header.body;
        let found = loop {
            match self.search(at, header.claimed_end, header.body)? {
                Search::Found(separator) => break Some(separator),
                Search::Not(until) => at = until,
            }
            if self.window.end() >= enough || !self.window.more(keep_before(header.body))? {
                break None;
            }
        };
        let end = found.map_or(self.window.end(), |separator| separator.offset).min(enough);
        sink.body(self.window.slice(header.body, end));
        match found {
            Some(separator) => Ok(Some(separator)),
            None => self.separator_from(at, header.claimed_end, at),
        }
    }

    /// The first separator at or after `at`, forgetting what lies before it (but for what `keep` asks). Looks past
    /// the end of the stretch only where a `Content-Length` does.
    fn separator_from(
        &mut self,
        mut at: u64,
        claimed_end: Option<u64>,
        keep: u64,
    ) -> io::Result<Option<Separator>> {
        let mut keep = keep;
        loop {
            match self.search(at, claimed_end, keep)? {
                Search::Found(separator) => return Ok(Some(separator)),
                Search::Not(until) => at = until,
            }
            if at >= self.to && claimed_end.is_none_or(|end| end <= self.to) {
                return Ok(None);
            }
            keep = keep_before(at);
            if !self.window.more(keep)? {
                return Ok(None);
            }
        }
    }

    /// Looks for a separator among the bytes held; may read on to judge a candidate.
    fn search(&mut self, mut at: u64, claimed_end: Option<u64>, keep: u64) -> io::Result<Search> {
        loop {
            let bytes = self.window.from(at);
            let Some(found) = self.finder.find(bytes) else {
                // The last four bytes may be the beginning of `From `.
                return Ok(Search::Not(at.max(self.window.end().saturating_sub(4))));
            };
            let candidate = at + found as u64;
            at = candidate + 1;
            if !self.at_line_start(candidate) {
                continue;
            }
            let Some(separator) = self.judge(candidate, keep)? else { continue };
            match claimed_end {
                Some(end) if candidate < end && self.claim_holds(candidate, end, keep)? => at = end,
                _ => return Ok(Search::Found(separator)),
            }
        }
    }

    fn at_line_start(&self, offset: u64) -> bool {
        offset == 0 || matches!(self.window.slice(offset - 1, offset), [b'\n' | b'\r'])
    }

    /// Whether the line at `offset` is a separator here; reads on until that is clear.
    fn judge(&mut self, offset: u64, keep: u64) -> io::Result<Option<Separator>> {
        let first = offset == self.dialect.start;
        loop {
            let bytes = self.window.from(offset);
            if !bytes.starts_with(b"From ") && (bytes.len() >= 5 || self.window.ended()) {
                return Ok(None);
            }
            let setting = Setting {
                after_blank: first || self.after_blank(offset),
                at_end: self.window.ended(),
                first,
            };
            match recognise(bytes, setting) {
                Recognised::Yes(line, _) if line.form == Form::Patch && !self.dialect.patches => {
                    return Ok(None);
                }
                Recognised::Yes(line, length) => {
                    return Ok(Some(Separator { offset, header: offset + length as u64, line }));
                }
                Recognised::No => return Ok(None),
                Recognised::Unclear => {
                    self.window.more(keep_before(keep.min(offset)))?;
                }
            }
        }
    }

    fn after_blank(&self, offset: u64) -> bool {
        match self.window.slice(offset.saturating_sub(CONTEXT), offset) {
            [.., b'\n', b'\n'] | [b'\n', b'\r', b'\n'] | [.., b'\r', b'\r'] => true,
            before => (before.len() as u64) < CONTEXT && before.iter().all(|b| matches!(b, b'\r' | b'\n')),
        }
    }

    /// A `Content-Length` is believed where exactly there a separator follows, or the end of the file.
    fn claim_holds(&mut self, candidate: u64, end: u64, keep: u64) -> io::Result<bool> {
        if end - candidate > CLAIM_LIMIT {
            return Ok(false);
        }
        let keep = keep.min(candidate);
        let mut next = end;
        loop {
            match self.window.from(next).first() {
                Some(b'\n' | b'\r') => next += 1,
                Some(_) => return Ok(self.at_line_start(next) && self.judge(next, keep)?.is_some()),
                None if self.window.ended() => return Ok(self.window.end() >= end),
                None => {
                    self.window.more(keep_before(keep))?;
                }
            }
        }
    }
}

enum Search {
    Found(Separator),
    /// None before this offset.
    Not(u64),
}

fn keep_before(offset: u64) -> u64 {
    offset.saturating_sub(CONTEXT)
}

/// Finds the end of the header block that begins at `start`, reading on as needed: a blank line, a separator,
/// or the end of the source. `None` where it is longer than the limit.
fn header<R: Read>(
    window: &mut Window<R>,
    start: u64,
    fields: Vec<u32>,
    mut separator: impl FnMut(&mut Window<R>, u64) -> io::Result<Option<Separator>>,
) -> io::Result<Option<Header>> {
    let mut fields = fields;
    if window.slice(start.saturating_sub(1), start) != b"\r"
        && let Some((end, body, claimed_end)) = plain_header(window.from(start), start, &mut fields)
    {
        return Ok(Some(Header { end, body, claimed_end, next: None, fields }));
    }
    fields.clear();
    let bare_cr = bare_cr(window, start)?;
    let mut line = start;
    let mut claimed = None;
    loop {
        if line - start > HEADER_LIMIT as u64 {
            return Ok(None);
        }
        // A stray CR in a header of LF lines ends no header; but a separator may stand behind it as in a body.
        let whole_line = bare_cr || window.slice(line.saturating_sub(1), line) != b"\r";
        if let Some(blank) = blank_line(window, line, start)?.filter(|_| whole_line) {
            let body = line + blank;
            let claimed_end = claimed.map(|length: u64| body.saturating_add(length));
            return Ok(Some(Header { end: line, body, claimed_end, next: None, fields }));
        }
        if window.from(line).starts_with(b"From ")
            && let Some(next) = separator(window, line)?
        {
            return Ok(Some(Header { end: line, body: line, claimed_end: None, next: Some(next), fields }));
        }
        let Some(next) = next_line(window, line, start)? else {
            let end = window.end();
            return Ok((end - start <= HEADER_LIMIT as u64).then_some(Header {
                end,
                body: end,
                claimed_end: None,
                next: None,
                fields,
            }));
        };
        claimed = claimed.or_else(|| content_length(window.slice(line, next)));
        line = next;
    }
}

/// Where the header block at the start of `bytes` ends, where its body begins and must end by its own word; the places
/// of its fields are noted. Only where it is held whole and leaves no doubt: lines that end in LF or CRLF and none that
/// looks like a separator, then a blank one.
fn plain_header(bytes: &[u8], start: u64, fields: &mut Vec<u32>) -> Option<(u64, u64, Option<u64>)> {
    let bytes = &bytes[..bytes.len().min(HEADER_LIMIT)];
    let (mut line, mut crs, mut claimed) = (0, 0, None);
    fields.clear();
    while let Some(length) = near::find([b'\n'], &bytes[line..]) {
        let text = &bytes[line..line + length];
        match text {
            [] | [b'\r'] => break,
            [b' ' | b'\t', ..] => {}
            [b'F', b'r', b'o', b'm', b' ', ..] => return None,
            [first, ..] => {
                fields.push(u32::try_from(line).ok()?);
                if matches!(first, b'c' | b'C') {
                    claimed = claimed.or_else(|| content_length(text));
                }
            }
        }
        crs += usize::from(text.ends_with(b"\r"));
        line += length + 1;
    }
    let body = match bytes.get(line..)? {
        [b'\n', ..] => line + 1,
        [b'\r', b'\n', ..] => line + 2,
        _ => return None,
    };
    // A stray CR may end a line, too.
    if memchr::memchr_iter(b'\r', &bytes[..line]).count() != crs {
        return None;
    }
    let body = start + body as u64;
    Some((start + line as u64, body, claimed.map(|length: u64| body.saturating_add(length))))
}

/// Whether lines end in a bare CR here: the first line does.
fn bare_cr<R: Read>(window: &mut Window<R>, start: u64) -> io::Result<bool> {
    loop {
        let bytes = window.from(start);
        match memchr2(b'\r', b'\n', bytes) {
            Some(at) if bytes[at] == b'\n' => return Ok(false),
            Some(at) if bytes.len() > at + 2 || window.ended() => {
                return Ok(!matches!(&bytes[at + 1..], [b'\n', ..] | [b'\r', b'\n', ..]));
            }
            None if bytes.len() > HEADER_LIMIT => return Ok(false),
            _ => {}
        }
        if !window.more(keep_before(start))? && window.from(start).is_empty() {
            return Ok(false);
        }
        if window.ended() && memchr2(b'\r', b'\n', window.from(start)).is_none() {
            return Ok(false);
        }
    }
}

/// The length of the blank line at `offset`, where one stands there.
fn blank_line<R: Read>(window: &mut Window<R>, offset: u64, keep: u64) -> io::Result<Option<u64>> {
    loop {
        match window.from(offset) {
            [b'\n', ..] => return Ok(Some(1)),
            [b'\r', b'\n', ..] => return Ok(Some(2)),
            [b'\r', _, ..] => return Ok(Some(1)),
            [b'\r'] if window.ended() => return Ok(Some(1)),
            [] if window.ended() => return Ok(None),
            [] | [b'\r'] | [b'F'] | [b'F', b'r'] | [b'F', b'r', b'o'] | [b'F', b'r', b'o', b'm']
                if !window.ended() =>
            {
                window.more(keep_before(keep))?;
            }
            _ => return Ok(None),
        }
    }
}

/// Where the line after the one at `line` begins; `None` at the end of the source or past the limit.
fn next_line<R: Read>(window: &mut Window<R>, line: u64, keep: u64) -> io::Result<Option<u64>> {
    let mut searched = line;
    loop {
        let bytes = window.from(searched);
        let end = memchr2(b'\r', b'\n', bytes);
        match end {
            Some(at) if bytes[at] == b'\n' => return Ok(Some(searched + at as u64 + 1)),
            Some(at) => match bytes.get(at + 1) {
                Some(b'\n') => return Ok(Some(searched + at as u64 + 2)),
                Some(_) => return Ok(Some(searched + at as u64 + 1)),
                None if window.ended() => return Ok(Some(searched + at as u64 + 1)),
                None => searched += at as u64,
            },
            None => searched = window.end(),
        }
        if window.end() - keep > HEADER_LIMIT as u64 * 2 {
            return Ok(Some(window.end()));
        }
        if !window.more(keep_before(keep))? && bytes_end(window, searched) {
            return Ok(None);
        }
    }
}

fn bytes_end<R: Read>(window: &Window<R>, offset: u64) -> bool {
    window.from(offset).is_empty()
}

/// The value of a `Content-Length` field line.
fn content_length(line: &[u8]) -> Option<u64> {
    const NAME: &[u8] = b"content-length:";
    if !matches!(line.first(), Some(b'c' | b'C')) {
        return None;
    }
    let (name, value) = line.split_at_checked(NAME.len())?;
    if !name.eq_ignore_ascii_case(NAME) {
        return None;
    }
    std::str::from_utf8(value.trim_ascii()).ok()?.parse().ok()
}

/// Reads the source as one message that begins at `start`, without separators.
pub fn read_single<R: Read>(window: &mut Window<R>, start: u64, sink: &mut dyn Sink) -> io::Result<()> {
    let Some(header) = header(window, start, Vec::new(), |_, _| Ok(None))? else {
        sink.unusable(start, Unusable::HeaderTooLong);
        return Ok(());
    };
    let message = RawMessage {
        offset: start,
        header: window.slice(start, header.end),
        from_line: None,
        fields: &header.fields,
    };
    if let Want::Body = sink.message(message) {
        let enough = header.body.saturating_add(BODY_LOOK as u64);
        while window.end() < enough && window.more(header.body)? {}
        sink.body(window.slice(header.body, enough));
    }
    Ok(())
}
