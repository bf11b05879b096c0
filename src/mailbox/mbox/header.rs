//! Where the header block of a message ends, and where its fields begin.

use super::read_buffer::{BYTE_ORDER_MARK, ReadBuffer, keep_before};
use super::separator::Separator;
use crate::mailbox::HEADER_LIMIT;
use memchr::{memchr_iter, memchr2, memmem};
use std::io::{self, Read};

/// Where a header block ends.
pub struct HeaderBlock {
    pub end: u64,
    /// Where the body begins, after the blank line.
    pub body: u64,
    /// Where the body ends by the header's `Content-Length`.
    pub claimed_end: Option<u64>,
    /// The separator that ended the header, where no blank line did.
    pub next: Option<Separator>,
    /// Where its fields begin, if noted.
    pub fields: Vec<u32>,
}

impl HeaderBlock {
    /// A header that ends at a separator or at the end of the source.
    fn without_body(end: u64, next: Option<Separator>, fields: Vec<u32>) -> Self {
        Self { end, body: end, claimed_end: None, next, fields }
    }

    /// Whether the mailbox ends before its first line or in the middle of a line: a delivery was under way.
    pub fn is_torn(&self, block: &[u8]) -> bool {
        let at_end = self.next.is_none() && self.body == self.end;
        at_end && block.last().is_none_or(|last| !matches!(last, b'\n' | b'\r'))
    }
}

/// Finds the end of the header block that begins at `start`, reading on as needed: a blank line, a separator,
/// or the end of the source. `None` where it is longer than the limit.
pub fn header<R: Read>(
    buffer: &mut ReadBuffer<R>,
    start: u64,
    fields: Vec<u32>,
    mut separator: impl FnMut(&mut ReadBuffer<R>, u64) -> io::Result<Option<Separator>>,
) -> io::Result<Option<HeaderBlock>> {
    let mut fields = fields;
    if buffer.slice(start.saturating_sub(1), start) != b"\r"
        && let Some((end, body, claimed_end)) = plain_header(buffer.from(start), start, &mut fields)
    {
        return Ok(Some(HeaderBlock { end, body, claimed_end, next: None, fields }));
    }
    fields.clear();
    let bare_cr = bare_cr(buffer, start)?;
    let mut line = start;
    let mut claimed = None;
    loop {
        if line - start > HEADER_LIMIT as u64 {
            return Ok(None);
        }
        // A stray CR in a header of LF lines does not end the header; but a separator may follow it, as in a body.
        let whole_line = bare_cr || buffer.slice(line.saturating_sub(1), line) != b"\r";
        if let Some(blank) = blank_line(buffer, line, start)?.filter(|_| whole_line) {
            let body = line + blank;
            let claimed_end = claimed.map(|length: u64| body.saturating_add(length));
            return Ok(Some(HeaderBlock { end: line, body, claimed_end, next: None, fields }));
        }
        if buffer.from(line).starts_with(b"From ")
            && let Some(next) = separator(buffer, line)?
        {
            return Ok(Some(HeaderBlock::without_body(line, Some(next), fields)));
        }
        let after = next_line(buffer, line, start)?;
        for at in hidden_lines(buffer.slice(line, after.unwrap_or(buffer.end()))) {
            let at = line + at as u64;
            if let Some(next) = separator(buffer, at)? {
                return Ok(Some(HeaderBlock::without_body(at, Some(next), fields)));
            }
        }
        let Some(next) = after else {
            let end = buffer.end();
            let whole = HeaderBlock::without_body(end, None, fields);
            return Ok((end - start <= HEADER_LIMIT as u64).then_some(whole));
        };
        claimed = claimed.or_else(|| content_length(buffer.slice(line, next)));
        line = next;
    }
}

/// Where the header block at the start of `bytes` ends, where its body begins and, by `Content-Length`, ends; the places
/// of its fields are noted. Only where it is buffered whole and unambiguous: lines that end in LF or CRLF and none that
/// looks like a separator, then a blank one. Without this first look, small mail takes 15 % more processor time.
fn plain_header(bytes: &[u8], start: u64, fields: &mut Vec<u32>) -> Option<(u64, u64, Option<u64>)> {
    let bytes = &bytes[..bytes.len().min(HEADER_LIMIT)];
    let (mut line, mut crs, mut claimed) = (0, 0, None);
    fields.clear();
    for end in memchr_iter(b'\n', bytes) {
        let text = &bytes[line..end];
        match text {
            [] | [b'\r'] => break,
            [b' ' | b'\t', ..] => {}
            [b'F', b'r', b'o', b'm', b' ', ..] | [0xEF, 0xBB, 0xBF, ..] => return None,
            [first, ..] => {
                fields.push(u32::try_from(line).ok()?);
                if matches!(first, b'c' | b'C') {
                    claimed = claimed.or_else(|| content_length(text));
                }
            }
        }
        crs += usize::from(text.ends_with(b"\r"));
        line = end + 1;
    }
    let body = match bytes.get(line..)? {
        [b'\n', ..] => line + 1,
        [b'\r', b'\n', ..] => line + 2,
        _ => return None,
    };
    // A stray CR may end a line, too, and NULs may hide that a line begins.
    let block = &bytes[..line];
    if memchr_iter(b'\r', block).count() != crs || memchr::memchr(0, block).is_some() {
        return None;
    }
    let body = start + body as u64;
    Some((start + line as u64, body, claimed.map(|length: u64| body.saturating_add(length))))
}

/// Where in a line a separator may begin that is not at its start: after a byte-order mark, and after NULs.
fn hidden_lines(line: &[u8]) -> Vec<usize> {
    let marked = line.starts_with(b"\xEF\xBB\xBFFrom ").then_some(BYTE_ORDER_MARK.len());
    marked.into_iter().chain(memmem::find_iter(line, b"\0From ").map(|nul| nul + 1)).collect()
}

/// Whether lines end in a bare CR here: the first line does.
fn bare_cr<R: Read>(buffer: &mut ReadBuffer<R>, start: u64) -> io::Result<bool> {
    loop {
        let bytes = buffer.from(start);
        match memchr2(b'\r', b'\n', bytes) {
            Some(at) if bytes[at] == b'\n' => return Ok(false),
            Some(at) if bytes.len() > at + 2 || buffer.ended() => {
                return Ok(!matches!(&bytes[at + 1..], [b'\n', ..] | [b'\r', b'\n', ..]));
            }
            None if bytes.len() > HEADER_LIMIT => return Ok(false),
            _ => {}
        }
        if !buffer.more(keep_before(start))? && buffer.from(start).is_empty() {
            return Ok(false);
        }
        if buffer.ended() && memchr2(b'\r', b'\n', buffer.from(start)).is_none() {
            return Ok(false);
        }
    }
}

/// The length of the blank line at `offset`, where there is one.
fn blank_line<R: Read>(buffer: &mut ReadBuffer<R>, offset: u64, keep: u64) -> io::Result<Option<u64>> {
    loop {
        match buffer.from(offset) {
            [b'\n', ..] => return Ok(Some(1)),
            [b'\r', b'\n', ..] => return Ok(Some(2)),
            [b'\r', _, ..] => return Ok(Some(1)),
            [b'\r'] if buffer.ended() => return Ok(Some(1)),
            [] if buffer.ended() => return Ok(None),
            [] | [b'\r'] | [b'F'] | [b'F', b'r'] | [b'F', b'r', b'o'] | [b'F', b'r', b'o', b'm']
                if !buffer.ended() =>
            {
                buffer.more(keep_before(keep))?;
            }
            _ => return Ok(None),
        }
    }
}

/// Where the line after the one at `line` begins; `None` at the end of the source or past the limit.
fn next_line<R: Read>(buffer: &mut ReadBuffer<R>, line: u64, keep: u64) -> io::Result<Option<u64>> {
    let mut searched = line;
    loop {
        let bytes = buffer.from(searched);
        let end = memchr2(b'\r', b'\n', bytes);
        match end {
            Some(at) if bytes[at] == b'\n' => return Ok(Some(searched + at as u64 + 1)),
            Some(at) => match bytes.get(at + 1) {
                Some(b'\n') => return Ok(Some(searched + at as u64 + 2)),
                Some(_) => return Ok(Some(searched + at as u64 + 1)),
                None if buffer.ended() => return Ok(Some(searched + at as u64 + 1)),
                None => searched += at as u64,
            },
            None => searched = buffer.end(),
        }
        if buffer.end() - keep > HEADER_LIMIT as u64 * 2 {
            return Ok(Some(buffer.end()));
        }
        if !buffer.more(keep_before(keep))? && bytes_end(buffer, searched) {
            return Ok(None);
        }
    }
}

fn bytes_end<R: Read>(buffer: &ReadBuffer<R>, offset: u64) -> bool {
    buffer.from(offset).is_empty()
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
