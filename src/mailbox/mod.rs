//! Mailboxes: bytes in, one header block (and, where it is asked for, the beginning of a body) at a time out.
//!
//! A source's format is recognised by its content, never by its name. To add a format: its file beside this
//! one, a variant of [`Format`] and a row of [`FORMATS`].

mod from_line;
mod mbox;
mod window;

pub use from_line::{Form, FromLine};
pub use mbox::{Borders, Dialect};
pub use window::BLOCK;

use crate::error::{Error, Result};
use from_line::{FieldStart, field_start};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
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
    /// Where in the header its fields begin; empty where nobody noted it on the way.
    pub fields: &'a [u32],
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

/// A part of a mailbox that can be read apart from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it, format and all.
    Whole,
    /// The messages of an mbox file whose separators stand in a stretch of it.
    Stretch {
        /// Where the stretch begins.
        from: u64,
        /// Where the next one begins.
        to: u64,
        /// The size of the file when it was surveyed: what is written to it later does not count.
        size: u64,
        /// What holds for the whole file.
        dialect: Dialect,
    },
}

/// Cuts a source into parts of about `length` bytes, where its format allows.
pub fn parts(source: &Source, length: u64) -> Result<Vec<Part>> {
    let Source::File(path) = source else { return Ok(vec![Part::Whole]) };
    let failed = |error: io::Error| Error::io(path, "can't be read", &error);
    let file = open(path)?;
    let kind = file.metadata().map_err(failed)?;
    if !kind.is_file() {
        return Ok(vec![Part::Whole]);
    }
    let size = kind.len();
    let mut window = Window::new(file.take(size), 0, BLOCK);
    let start = first_text(&mut window).map_err(failed)?;
    let dialect = start.map(|start| mbox::begins(&mut window, start)).transpose().map_err(failed)?.flatten();
    let Some(dialect) = dialect else { return Ok(vec![Part::Whole]) };
    let borders = (0..size.div_ceil(length).max(1)).map(|part| (part * length, (part + 1) * length));
    let stretches = borders.map(|(from, to)| Part::Stretch {
        from: if from == 0 { dialect.start } else { from },
        to: if to >= size { u64::MAX } else { to },
        size,
        dialect,
    });
    Ok(stretches.collect())
}

/// Reads a part of a source into the sink, in blocks of `block` bytes. `read` is told of bytes as they come.
pub fn read(
    source: &Source,
    part: &Part,
    block: usize,
    read: &dyn Fn(u64),
    sink: &mut dyn Sink,
) -> Result<Borders> {
    let failed = |error: io::Error| Error::io(source.path(), "can't be read", &error);
    let alone = Borders { first: None, next: None };
    let path = match source {
        Source::File(path) => path,
        Source::Stdin => {
            let told = Told { inner: io::stdin().lock(), read };
            return read_from(&mut Window::new(told, 0, block), source, sink).map(|_| alone);
        }
    };
    let mut file = open(path)?;
    match *part {
        Part::Whole => {
            let kind = file.metadata().map_err(failed)?;
            let length = if kind.is_file() { kind.len() } else { u64::MAX };
            let mut window = Window::new(Told { inner: file.take(length), read }, 0, block);
            read_from(&mut window, source, sink)?;
            whole(&window, path, if kind.is_file() { length } else { 0 })?;
            Ok(alone)
        }
        Part::Stretch { from, to, size, dialect } => {
            // A few bytes before a line show whether the line before it is blank.
            let begin = from.saturating_sub(mbox::CONTEXT);
            file.seek(SeekFrom::Start(begin)).map_err(failed)?;
            let mut window =
                Window::new(Told { inner: file.take(size.saturating_sub(begin)), read }, begin, block);
            window.more(begin).map_err(failed)?;
            let borders = mbox::read(&mut window, from, to, dialect, sink).map_err(failed)?;
            whole(&window, path, size)?;
            Ok(borders)
        }
    }
}

/// An error where the file ended before the size that it had.
fn whole<R: Read>(window: &Window<R>, path: &Path, size: u64) -> Result<()> {
    if window.ended() && window.end() < size {
        return Err(Error::file(path, format!("was cut short while it was read, at byte {}", window.end()))
            .hint("run again when nothing else writes to it"));
    }
    Ok(())
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
    let Some(dialect) = mbox::first_separator(window, start).map_err(failed)? else {
        let what = "holds no message: neither an mbox nor a mail";
        return Err(Error::new(format!("`{}`", source.path().display()), what)
            .hint("a mailbox begins with a `From ` line or a header field; see the formats in the README"));
    };
    sink.unusable(start, Unusable::NoSeparator);
    mbox::read(window, dialect.start, u64::MAX, dialect, sink).map_err(failed)?;
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
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        (self.read)(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
