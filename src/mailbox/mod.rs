//! Mailboxes: bytes in, one header block (and, where it is asked for, the beginning of a body) at a time out.
//!
//! A source's format is recognised by its content, never by its name. To add a format: its file beside this
//! one, a variant of [`Format`] and a row of [`FORMATS`].

mod from_line;
mod mbox;
mod window;

pub use from_line::{Form, FromLine};
pub use window::BLOCK;

use crate::error::{Error, Result};
use from_line::{FieldStart, field_start};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use window::Window;

/// The longest header block that is read, in bytes. Real ones stay under 100 KB.
pub const HEADER_LIMIT: usize = 1_024 * 1_024;

/// How much of a body is handed on where the header leaves the kind open, in bytes: enough for 256 KiB of
/// text in base64, and for small attachments before it.
pub const BODY_LOOK: usize = 512 * 1_024;

/// One message, as far as its header goes. Borrowed: valid only during the call.
#[derive(Debug, Clone, Copy)]
pub struct RawMessage<'a> {
    /// Where the message (in an mbox its separator) begins in the mailbox, in bytes.
    pub offset: u64,
    /// The header block without the blank line after it.
    pub header: &'a [u8],
    /// What the mbox separator says.
    pub from_line: Option<FromLine>,
}

/// Whether the header was enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// It was.
    Nothing,
    /// The beginning of the body is needed: at most [`BODY_LOOK`] bytes.
    Body,
}

/// Why a message in a mailbox can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unusable {
    /// Its header block is longer than [`HEADER_LIMIT`].
    HeaderTooLong,
    /// It has no header at all.
    NoHeader,
    /// Text stands where the first message should begin.
    NoSeparator,
    /// It names nobody who sent it.
    NoFrom,
    /// The header reader failed on it.
    Unreadable,
}

impl Unusable {
    /// The reason in plain words.
    pub fn why(self) -> &'static str {
        match self {
            Self::HeaderTooLong => "its header is longer than 1 MiB",
            Self::NoHeader => "it has no header",
            Self::NoSeparator => "text before the first message, without a header",
            Self::NoFrom => "it names no sender (no From and no Sender field)",
            Self::Unreadable => "its header can't be read",
        }
    }
}

/// Takes the messages of a mailbox in the order in which they stand there.
pub trait Sink {
    /// A message's header. If the answer is [`Want::Body`], `body` is called next.
    fn message(&mut self, message: RawMessage<'_>) -> Want;
    /// The beginning of the body of the message just handed over.
    fn body(&mut self, body: &[u8]);
    /// A message that can't be used, and where it begins.
    fn unusable(&mut self, offset: u64, reason: Unusable);
}

/// A mailbox as the user named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input, written `-`.
    Stdin,
}

impl Source {
    /// The source that a command-line argument names.
    pub fn named(argument: &Path) -> Self {
        if argument.as_os_str() == "-" { Self::Stdin } else { Self::File(argument.to_path_buf()) }
    }

    /// The path, or `-`.
    pub fn path(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::Stdin => Path::new("-"),
        }
    }
}

/// What a source turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// No message at all: an empty or blank file.
    Empty,
    /// Messages one after the other, each behind a `From ` line.
    Mbox,
    /// A single message.
    Message,
}

/// A format as the documentation lists it.
#[derive(Debug, Clone, Copy)]
pub struct FormatRow {
    /// What it is called.
    pub name: &'static str,
    /// By what it is recognised.
    pub recognised_by: &'static str,
}

/// The formats that can be read. The README's table is checked against this one.
pub const FORMATS: &[FormatRow] = &[
    FormatRow {
        name: "mbox",
        recognised_by: "a `From ` line, then a header field (Gmail Takeout, Thunderbird, Apple Mail, mutt, Dovecot)",
    },
    FormatRow { name: "single message (.eml)", recognised_by: "a header field on the first line" },
];

/// Reads a whole mailbox into the sink, in blocks of `block` bytes. `read` is told of bytes as they come.
pub fn read(source: &Source, block: usize, read: &dyn Fn(u64), sink: &mut dyn Sink) -> Result<Format> {
    let failed = |error: io::Error| Error::io(source.path(), "can't be read", &error);
    match source {
        Source::Stdin => {
            let told = Told { inner: io::stdin().lock(), read, count: 0 };
            read_from(&mut Window::new(told, 0, block), source, sink)
        }
        Source::File(path) => {
            let file = open(path)?;
            let size = file.metadata().map_err(failed)?;
            // A mailbox that grows while it is read counts as it was at the start.
            let length = if size.is_file() { size.len() } else { u64::MAX };
            let mut window = Window::new(Told { inner: file.take(length), read, count: 0 }, 0, block);
            let format = read_from(&mut window, source, sink)?;
            if size.is_file() && window.ended() && window.end() < length {
                return Err(Error::file(
                    path,
                    format!("was cut short while it was read, at byte {}", window.end()),
                )
                .hint("run again when nothing else writes to it"));
            }
            Ok(format)
        }
    }
}

/// Hands a single message over that lies in memory.
pub fn read_message(message: &[u8], sink: &mut dyn Sink) {
    // Reading from memory does not fail.
    let _ = mbox::read_single(&mut Window::new(message, 0, BLOCK), 0, sink);
}

fn open(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|error| Error::io(path, "can't be opened", &error))?;
    let kind = file.metadata().map_err(|error| Error::io(path, "can't be opened", &error))?;
    if kind.is_dir() {
        return Err(Error::file(path, "is a folder, not a mailbox file").hint("name the mbox files in it"));
    }
    Ok(file)
}

fn read_from<R: Read>(window: &mut Window<R>, source: &Source, sink: &mut dyn Sink) -> Result<Format> {
    let failed = |error: io::Error| Error::io(source.path(), "can't be read", &error);
    let Some(start) = first_text(window).map_err(failed)? else { return Ok(Format::Empty) };
    if let Some(dialect) = mbox::begins(window, start).map_err(failed)? {
        mbox::read(window, start, u64::MAX, dialect, sink).map_err(failed)?;
        return Ok(Format::Mbox);
    }
    if looks_like_a_message(window.from(start)) {
        mbox::read_single(window, start, sink).map_err(failed)?;
        return Ok(Format::Message);
    }
    // A mailbox that lost its beginning is still one.
    let first = mbox::first_separator(window, start).map_err(failed)?;
    let Some(first) = first else {
        return Err(Error::new(
            format!("`{}`", source.path().display()),
            "holds no message: neither an mbox nor a mail",
        )
        .hint("a mailbox begins with a `From ` line or a header field; see the formats in the README"));
    };
    sink.unusable(start, Unusable::NoSeparator);
    mbox::read(window, first, u64::MAX, mbox::Dialect { patches: false }, sink).map_err(failed)?;
    Ok(Format::Mbox)
}

/// The offset of the first line with text, past a byte-order mark and blank lines; all of the window from
/// there is kept. `None` where there is none.
fn first_text<R: Read>(window: &mut Window<R>) -> io::Result<Option<u64>> {
    let mut at = window.start();
    loop {
        let bytes = window.from(at);
        if at == 0 && bytes.starts_with(b"\xEF\xBB\xBF") {
            at = 3;
            continue;
        }
        match bytes.iter().position(|b| !b.is_ascii_whitespace()) {
            Some(found) if bytes.len() - found >= LOOK || window.ended() => {
                return Ok(Some(at + found as u64));
            }
            Some(found) => {
                at += if at == 0 { 0 } else { found as u64 };
                window.more(at.saturating_sub(3))?;
            }
            None => {
                // Keep the first bytes until a byte-order mark can be told from them.
                at = if window.end() < 3 && !window.ended() { 0 } else { window.end() };
                if !window.more(at.saturating_sub(3))? && window.from(at).iter().all(u8::is_ascii_whitespace)
                {
                    return Ok(None);
                }
            }
        }
    }
}

/// Bytes that are looked at to tell a message from other text.
const LOOK: usize = 4_096;

/// A header field on the first line; or, where that line is damaged, a well-known field before the first blank line.
fn looks_like_a_message(bytes: &[u8]) -> bool {
    if field_start(bytes) == FieldStart::Yes {
        return true;
    }
    bytes
        .get(..bytes.len().min(LOOK))
        .unwrap_or(bytes)
        .split(|b| matches!(b, b'\n'))
        .take_while(|line| !line.trim_ascii().is_empty())
        .any(|line| {
            [&b"from:"[..], b"received:", b"return-path:", b"message-id:", b"subject:", b"delivered-to:"]
                .iter()
                .any(|name| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
        })
}

/// A reader that tells how many bytes came.
struct Told<'a, R> {
    inner: R,
    read: &'a dyn Fn(u64),
    count: u64,
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        (self.read)(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
