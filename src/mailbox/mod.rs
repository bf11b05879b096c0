//! Mailboxes: bytes in, one header block (and, where it is asked for, the beginning of a body) at a time out.
//!
//! A source's format is recognised by its content, never by its name. To add a format: its file beside this
//! one, a variant of `StreamFormat` in `detect.rs` and a row of [`FORMATS`].

mod archive;
mod beginning;
mod detect;
mod emlx;
mod export;
mod facts;
mod identity;
mod maildir;
mod maildir_folder;
mod mbox;
mod origin;
mod outlook;
mod pst;
mod read_ahead;
mod sidecar;
mod single;
mod source;
mod survey;
mod unpack;
mod wide;

pub use beginning::is_mail;
pub use facts::{FactsBytes, FactsFile};
pub use identity::FileId;
pub use maildir::folder_name;
pub use mbox::read_buffer::Buffering;
pub use mbox::separator::{FromLine, SeparatorForm};
pub use mbox::stream::{MboxStream, StreamPart};
pub use mbox::{Borders, Dialect};
pub use source::{Source, SourcePart, parts, read};
pub use survey::{MailboxArgument, StatPolicy, Survey, survey, survey_with_outputs};

use crate::error::{Error, Result};
use crate::time::Seconds;
use mbox::read_buffer::{BLOCK, ReadBuffer};
use origin::Origin;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

/// The longest header block that is read, in bytes. Real ones stay under 100 KB.
pub const HEADER_LIMIT: usize = 1_024 * 1_024;

/// Bytes that are examined to detect the format of a text.
const LOOK: usize = 4_096;

/// How much of a body is handed on where the header leaves the kind open, in bytes: enough for 256 KiB of
/// text in base64, and for small attachments before it.
pub const BODY_LOOK: usize = 512 * 1_024;

/// The header of one message. Borrowed: valid only during the call.
#[derive(Debug, Clone, Copy)]
pub struct RawMessage<'a> {
    /// Where the message (in an mbox its separator) begins in the mailbox, in bytes.
    pub offset: u64,
    /// The header block without the blank line after it.
    pub header: &'a [u8],
    /// What the mbox separator says.
    pub from_line: Option<FromLine>,
    /// Where in the header its fields begin; empty where they were not noted while it was read.
    pub fields: &'a [u32],
}

/// Whether the header was enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyRequest {
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
    /// There is text where the first message should begin.
    NoSeparator,
    /// The mailbox ends in the middle of its header.
    Torn,
    /// It names no sender.
    NoFrom,
    /// The header reader failed on it.
    Unreadable,
    /// A journal report without the message that it is about.
    ReportWithoutMessage,
    /// A journal report that names no recipient.
    ReportWithoutRecipients,
    /// A journal report that ends before its message begins.
    ReportTorn,
    /// A journal report whose message is in TNEF.
    ReportInTnef,
    /// Journal reports in journal reports, too many.
    ReportsTooDeep,
}

impl Unusable {
    /// Whether there is a message. Of one that the mailbox's end cuts off in its header there is only a beginning: a broken
    /// connection leaves such a rest.
    pub fn is_message(self) -> bool {
        self != Self::Torn
    }

    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::HeaderTooLong,
        Self::NoHeader,
        Self::NoSeparator,
        Self::Torn,
        Self::NoFrom,
        Self::Unreadable,
        Self::ReportWithoutMessage,
        Self::ReportWithoutRecipients,
        Self::ReportTorn,
        Self::ReportInTnef,
        Self::ReportsTooDeep,
    ];

    /// The reason in plain words.
    pub fn why(self) -> &'static str {
        match self {
            Self::HeaderTooLong => "its header is longer than 1 MiB",
            Self::NoHeader => "it has no header",
            Self::NoSeparator => "text before the first message, without a header",
            Self::Torn => "the mailbox ends in the middle of its header",
            Self::NoFrom => "it names no sender (no From and no Sender field)",
            Self::Unreadable => "its header can't be read",
            Self::ReportWithoutMessage => "a journal report without its message",
            Self::ReportWithoutRecipients => "a journal report that names no recipient",
            Self::ReportTorn => "a journal report that ends in the middle",
            Self::ReportInTnef => "a journal report whose message is in TNEF (winmail.dat)",
            Self::ReportsTooDeep => "a journal report inside more than 16 others",
        }
    }
}

/// The state that a mailbox stores outside a message, where each is a file of its own. `None`: not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoredState {
    /// When it was delivered, in seconds since 1970.
    pub delivered: Option<Seconds>,
    /// Whether it was read.
    pub read: Option<bool>,
    /// Whether it was thrown away.
    pub deleted: Option<bool>,
    /// A draft.
    pub draft: bool,
    /// Marked as spam.
    pub spam: bool,
    /// Written by the owner.
    pub sent: bool,
}

/// A mailbox, or a file with one message, that is read next.
#[derive(Debug, Clone, Copy)]
pub struct MailboxFile<'a> {
    /// Its path; inside an archive the archive's path followed by the member's.
    pub path: &'a Path,
    /// The mail folder that it is or lies in, as a path from what the user named.
    pub folder: &'a Path,
    /// What is known of all its messages.
    pub stored_state: StoredState,
}

/// Something else than a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// A file in a folder or an archive that contains no mail.
    NoMail(PathBuf),
    /// Not a failure, but something to know: a pipe, a link that loops, a path that leads out of its
    /// archive. A warning is also said in a quiet run.
    Note(Error),
    /// Something that should have been read, and why it could not be. Nothing that it gave counts.
    Failed(Error),
    /// Addresses that the owner blocked.
    Blocked(Vec<String>),
    /// How many messages an export says that it has.
    Promised(u64),
}

/// Takes the messages of mailboxes, in their order there.
pub trait Sink {
    /// What comes from here on is kept or forgotten together: it is forgotten where a [`Remark::Failed`] follows.
    fn begin(&mut self);
    /// The messages that follow are in that file.
    fn start_file(&mut self, place: &MailboxFile<'_>);
    /// A message's header. If the answer is [`BodyRequest::Body`], `body` is called next.
    fn message(&mut self, message: RawMessage<'_>) -> BodyRequest;
    /// The beginning of the body of the message just handed over.
    fn body(&mut self, body: &[u8]);
    /// Whether the rest of that body is needed too: then `rest` is called for each piece of it, and `end` after it.
    fn wants_rest(&self) -> bool {
        false
    }
    /// The next piece of that body.
    fn rest(&mut self, _piece: &[u8]) {}
    /// The end of that body.
    fn end(&mut self) {}
    /// Reads a long mailbox on several threads. `None`: this sink can't, and has read nothing of it.
    fn stream(&mut self, _stream: MboxStream<'_>) -> Option<io::Result<()>> {
        None
    }
    /// A message that can't be used, and where it begins.
    fn unusable(&mut self, offset: u64, reason: Unusable);
    /// Something else than a message.
    fn remark(&mut self, remark: Remark);
    /// Facts that an earlier run made from messages. A reader of single messages gets none.
    fn facts(&mut self, file: FactsFile<'_>) -> Result<()> {
        Err(Error::file(file.path, "has facts, not mail"))
    }
}

/// A format as the documentation lists it.
#[derive(Debug, Clone, Copy)]
pub struct FormatRow {
    /// What it is called.
    pub name: &'static str,
    /// By what it is recognised.
    pub recognised_by: &'static str,
    /// Where such files come from.
    pub comes_from: &'static str,
}

/// The formats that can be read: what `mailfatigue formats` prints. The README's table is checked against this one.
pub const FORMATS: &[FormatRow] = &[
    FormatRow {
        name: "mbox",
        recognised_by: "a `From ` line, then a header field",
        comes_from: "Gmail Takeout, Google Vault, Thunderbird, Apple Mail (`Name.mbox/mbox`), mutt, Dovecot",
    },
    FormatRow {
        name: "single message (.eml)",
        recognised_by: "a header field on the first line; in a folder, one that every mail has",
        comes_from: "folders of saved mail, MH, Thunderbird's Maildir",
    },
    FormatRow {
        name: "either of them in UTF-16 or UTF-32",
        recognised_by: "the same in letters of two or four bytes, with or without a byte-order mark",
        comes_from: "PowerShell (`>`), editors",
    },
    FormatRow {
        name: "Maildir, Maildir++",
        recognised_by: "messages in `cur` and `new`; flags and the time of delivery are in their names",
        comes_from: "Dovecot, Courier, offlineimap, mbsync",
    },
    FormatRow {
        name: "emlx",
        recognised_by: "a line with a number, a message, a property list",
        comes_from: "Apple Mail's own folders (`.emlx`, `.partial.emlx`)",
    },
    FormatRow {
        name: "Outlook message (.msg)",
        recognised_by: "a compound file with the properties of a message",
        comes_from: "Outlook",
    },
    FormatRow {
        name: "Outlook mailbox (.pst, .ost)",
        recognised_by: "`!BDN`; read through `readpst` where that is installed; not inside archives",
        comes_from: "Outlook",
    },
    FormatRow {
        name: "facts",
        recognised_by: "Parquet (`PAR1`) or an Arrow stream, with this program's name in its metadata; not in folders",
        comes_from: "`mailfatigue facts`",
    },
    FormatRow {
        name: "folder",
        recognised_by: "everything in it is read, sub-folders too",
        comes_from: "any mixture of the above and below",
    },
    FormatRow {
        name: "zip",
        recognised_by: "`PK`, then 3 and 4; not from standard input",
        comes_from: "Gmail Takeout, Google Vault",
    },
    FormatRow {
        name: "tar",
        recognised_by: "the sum over its first header",
        comes_from: "Gmail Takeout (`.tgz`), copies of Maildirs",
    },
    FormatRow {
        name: "gzip, zstd, xz, bzip2",
        recognised_by: "their first bytes; a mailbox or a tar archive inside",
        comes_from: "archives of old mailboxes",
    },
];

/// Reads a mailbox that comes as a stream, as if `path` had been named.
pub fn read_stream(
    bytes: impl Read + Send,
    path: &Path,
    buffering: Buffering,
    sink: &mut dyn Sink,
) -> Result<()> {
    detect::read_stream(bytes, &Origin::named(path), buffering, sink)
}

/// Reads a mailbox of `size` bytes whose parts can be reached in any order, as if `path` had been named.
pub fn read_file(
    file: impl Read + Seek + Send,
    size: u64,
    path: &Path,
    buffering: Buffering,
    sink: &mut dyn Sink,
) -> Result<()> {
    source::read_file(file, size, &Origin::named(path), buffering, sink)
}

/// Hands a single message over that lies in memory.
pub fn read_message(message: &[u8], sink: &mut dyn Sink) {
    // Reading from memory does not fail.
    let _ = single::read_single(&mut ReadBuffer::new(message, 0, BLOCK), 0, sink);
}

#[cfg(test)]
pub(crate) mod tests;
