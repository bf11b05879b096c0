//! Apple Mail's `.emlx`: a line with the length of the message, the message, and a property list with its state.

use super::mbox::read_buffer::{BLOCK, BYTE_ORDER_MARK, ReadBuffer};
use super::mbox::separator::{FieldStart, field_start};
use super::origin::Origin;
use super::single::read_single;
use super::{BODY_LOOK, HEADER_LIMIT, Sink, StoredState};
use std::io::{self, Cursor, Read};

/// The longest first line, in bytes: Apple pads the number with blanks.
const LENGTH_LINE: usize = 40;

/// The longest property list that is read, in bytes. Real ones stay under 10 KB.
const PROPERTIES: u64 = 256 * 1_024;

/// Flags, from the lowest bit: <https://www.jwz.org/blog/2005/07/emlx-flags/>. Newer versions use more than 32 bits,
/// and set bit 6, once that of drafts, on mail that was received: drafts are known by their folder.
const READ: u64 = 1 << 0;
const DELETED: u64 = 1 << 1;
const JUNK: u64 = 1 << 24;
const NOT_JUNK: u64 = 1 << 25;

/// The length of the message and where it begins, where the bytes are the beginning of an `.emlx` file.
pub fn begins(bytes: &[u8]) -> Option<(u64, usize)> {
    let mark = |bytes: &[u8]| if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let before = mark(bytes);
    let bytes = &bytes[before..];
    let end = bytes.iter().take(LENGTH_LINE).position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?.trim_end();
    let length: u64 = line.bytes().all(|byte| byte.is_ascii_digit()).then(|| line.parse().ok())??;
    let inside = mark(&bytes[end + 1..]);
    let start = end + 1 + inside;
    let is_one = field_start(&bytes[start..]) == FieldStart::Yes;
    is_one.then_some((length.saturating_sub(inside as u64), before + start))
}

/// Reads the message and, after it, its state. Of a long message only as much is kept as may be needed.
pub fn read<R: Read>(
    buffer: ReadBuffer<R>,
    (length, start): (u64, usize),
    origin: &Origin,
    sink: &mut dyn Sink,
) -> io::Result<()> {
    let mut bytes = buffer.into_reader();
    io::copy(&mut (&mut bytes).take(start as u64), &mut io::sink())?;
    let kept = length.min((HEADER_LIMIT + BODY_LOOK) as u64 + 1);
    let mut message = Vec::new();
    (&mut bytes).take(kept).read_to_end(&mut message)?;
    io::copy(&mut (&mut bytes).take(length.saturating_sub(kept)), &mut io::sink())?;
    let mut properties = Vec::new();
    bytes.take(PROPERTIES).read_to_end(&mut properties)?;
    origin.start_message(stored_state(&properties), sink);
    read_single(&mut ReadBuffer::new(message.as_slice(), start as u64, BLOCK), start as u64, sink).map(drop)
}

/// The state in the property list; `None` where it can't be read.
fn stored_state(properties: &[u8]) -> Option<StoredState> {
    let value = plist::Value::from_reader_xml(Cursor::new(properties.trim_ascii())).ok()?;
    let entries = value.as_dictionary()?;
    let flags = entries.get("flags").and_then(|flags| match flags.as_signed_integer() {
        Some(flags) => u64::try_from(flags).ok(),
        None => flags.as_unsigned_integer(),
    });
    let received = entries.get("date-received");
    let has = |flag: u64| flags.is_some_and(|flags| flags & flag != 0);
    Some(StoredState {
        delivered: received.and_then(|time| time.as_signed_integer().or_else(|| whole(time.as_real()?))),
        read: flags.map(|flags| flags & READ != 0),
        deleted: flags.map(|flags| flags & DELETED != 0),
        draft: false,
        spam: has(JUNK) && !has(NOT_JUNK),
        sent: false,
    })
}

/// A number of seconds without its fraction, where it is one that a clock can show.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(seconds: f64) -> Option<i64> {
    (0.0..4e12).contains(&seconds).then_some(seconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(entries: &str) -> Option<StoredState> {
        let text = format!("<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>{entries}</dict></plist>\n");
        stored_state(text.as_bytes())
    }

    #[test]
    fn a_length_with_blanks_after_it_begins_an_emlx() {
        assert_eq!(begins(b"17829     \nFrom: ann@shop.example\n"), Some((17_829, 11)));
        assert_eq!(begins(b"12\r\nSubject: x\r\n"), Some((12, 4)));
        assert_eq!(begins(b"\xEF\xBB\xBF12\nSubject: x\n"), Some((12, 6)));
        assert_eq!(begins(b"15\n\xEF\xBB\xBFSubject: x\n"), Some((12, 6)));
        assert_eq!(begins(b"12\nno field\n"), None);
        assert_eq!(begins(b"From: ann@shop.example\n"), None);
        assert_eq!(begins(b"99999999999999999999999\nA: b\n"), None);
    }

    #[test]
    fn flags_of_more_than_32_bits_are_read() {
        let stored_state = properties("<key>flags</key><integer>8623689857</integer>").expect("marks");
        assert_eq!(
            (stored_state.read, stored_state.deleted, stored_state.spam),
            (Some(true), Some(false), false)
        );
        let junk = properties("<key>flags</key><integer>16777218</integer>").expect("marks");
        assert_eq!((junk.read, junk.deleted, junk.spam), (Some(false), Some(true), true));
        let not_junk = properties("<key>flags</key><integer>50331649</integer>").expect("marks");
        assert_eq!((not_junk.read, not_junk.spam), (Some(true), false));
    }

    #[test]
    fn the_time_is_an_integer_or_a_real() {
        for time in ["<integer>1517000478</integer>", "<real>1517000478.25</real>"] {
            let stored_state = properties(&format!("<key>date-received</key>{time}")).expect("marks");
            assert_eq!((stored_state.delivered, stored_state.read), (Some(1_517_000_478), None), "{time}");
        }
        assert_eq!(properties("<key>date-received</key><real>1e300</real>").and_then(|m| m.delivered), None);
        assert_eq!(stored_state(b"not a property list"), None);
    }
}
