//! What may come before the first message of a text: a byte-order mark, blank lines, NUL bytes; and texts in UTF-16,
//! in UTF-32 or with separators that are not read.

use super::LOOK;
use super::mbox::read_buffer::{CONTEXT, ReadBuffer};
use super::mbox::separator::{FieldStart, field_start};
use super::wide::WideEncoding;
use std::io::{self, Read};

/// Where a text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextStart {
    /// The offset of its first byte.
    pub offset: u64,
    /// Whether NUL bytes come before it: a disk that failed leaves them where a message was.
    pub after_nuls: bool,
}

/// The beginning of the text, past byte-order marks, blank lines and NUL bytes; all of the buffer from there is kept.
/// `None` where there is nothing but blank lines.
pub fn beginning<R: Read>(buffer: &mut ReadBuffer<R>) -> io::Result<Option<TextStart>> {
    let mut at = TextStart { offset: buffer.start(), after_nuls: false };
    loop {
        let mut rest = buffer.from(at.offset);
        let buffered = rest.len();
        loop {
            rest = match rest {
                [byte, after @ ..] if byte.is_ascii_whitespace() => after,
                [0, after @ ..] => {
                    at.after_nuls = true;
                    after
                }
                [0xEF, 0xBB, 0xBF, after @ ..] => after,
                _ => break,
            };
        }
        at.offset += (buffered - rest.len()) as u64;
        if rest.len() >= LOOK || buffer.ended() {
            return Ok((!rest.is_empty() || at.after_nuls).then_some(at));
        }
        buffer.more(at.offset.saturating_sub(CONTEXT))?;
    }
}

/// A field of mail before the first blank line. A file in a folder must have one that hardly anything else has: a list of
/// settings looks like a header too.
pub fn is_message(bytes: &[u8], named: bool) -> bool {
    let known: &[&[u8]] = if named { &FIELDS } else { &FIELDS[..CERTAIN] };
    let is_known = |line: &[u8]| {
        let Some(colon) = memchr::memchr(b':', line) else { return false };
        // Old mail has blanks before the colon (RFC 5322 section 4.5).
        let name = line[..colon].trim_ascii_end();
        known.iter().any(|known| match known {
            [.., b'-'] => name.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known)),
            _ => name.eq_ignore_ascii_case(known),
        })
    };
    bytes[..bytes.len().min(LOOK)]
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty())
        .any(is_known)
}

/// The fields of mail, some by how they begin: first [those](CERTAIN) that hardly anything else has, then those by which a
/// file that the user names is mail. Notes of the form `milk: two bottles` are none.
const FIELDS: [&[u8]; 28] = [
    b"from",
    b"received",
    b"return-path",
    b"message-id",
    b"subject",
    b"delivered-to",
    b"date",
    b"to",
    b"cc",
    b"bcc",
    b"sender",
    b"reply-to",
    b"mime-version",
    b"content-",
    b"list-",
    b"x-",
    b"resent-",
    b"arc-",
    b"dkim-",
    b"authentication-results",
    b"received-spf",
    b"in-reply-to",
    b"references",
    b"envelope-to",
    b"apparently-to",
    b"errors-to",
    b"precedence",
    b"status",
];
const CERTAIN: usize = 6;

/// Whether a file that begins with these bytes is an mbox or a single message, for readers of other files.
pub fn is_mail(bytes: &[u8]) -> bool {
    bytes.starts_with(b"From ") || is_message(bytes, false)
}

/// In which encoding of several bytes a letter mail is; `None` for any other text.
pub fn wide(bytes: &[u8], named: bool) -> Option<WideEncoding> {
    // Nearly all mail has no NUL bytes.
    memchr::memchr(0, &bytes[..bytes.len().min(8)])?;
    let look = &bytes[..bytes.len().min(LOOK)];
    let is_mail = |encoding: &WideEncoding| {
        let text = encoding.first_letters(look);
        text.starts_with(b"From ") || is_message(&text, named)
    };
    WideEncoding::ALL.into_iter().find(is_mail)
}

/// Why a text that is mail is not read, with a hint.
pub fn unread(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let header = bytes.strip_prefix(b"\x01\x01\x01\x01\n")?;
    (field_start(header) == FieldStart::Yes).then_some((
        "is a mailbox of the sort MMDF, which is not read",
        "convert it to mbox or Maildir first",
    ))
}
