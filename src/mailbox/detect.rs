//! Detects the format of a stream of bytes by its content, and calls the reader for it.

use super::LOOK;
use super::archive::{TAR_HEADER, is_tar, read_tar};
use super::beginning::{beginning, is_message, unread, wide};
use super::mbox::read_buffer::{Buffering, ReadBuffer, STREAM_PART};
use super::mbox::separator::{FieldStart, field_start};
use super::mbox::stream::MboxStream;
use super::origin::{Origin, Packing};
use super::read_ahead::read_ahead;
use super::single::read_single;
use super::unpack::{Compression, IntactReader};
use super::wide::Utf8Reader;
use super::{Dialect, Remark, Sink, Unusable, emlx, export, facts, maildir, mbox, outlook, pst};
use crate::error::{Error, Result};
use crate::outputs;
use std::io::{self, Read};
use std::path::Path;

/// The format, by the first bytes of a stream.
enum StreamFormat {
    Compressed(Compression),
    Tar,
    /// Its directory is at its end: it is read from a file, not from a stream.
    Zip,
    /// An archive of a sort that is not read.
    Archive(&'static str),
    /// An Outlook message.
    Outlook,
    /// Outlook's own mailbox file.
    OutlookStore,
    Emlx(u64, usize),
    /// Facts in a Parquet file.
    Parquet,
    /// Facts in an Arrow stream.
    ArrowStream,
    /// Anything else: mbox, a single message, or no mail.
    Text,
}

impl StreamFormat {
    fn of(bytes: &[u8]) -> Self {
        if let Some(compression) = Compression::of(bytes) {
            return Self::Compressed(compression);
        }
        match bytes {
            _ if is_zip(bytes) => Self::Zip,
            _ if outlook::begins(bytes) => Self::Outlook,
            _ if facts::is_parquet(bytes) => Self::Parquet,
            _ if facts::is_arrow_stream(bytes) => Self::ArrowStream,
            _ if pst::begins(bytes) => Self::OutlookStore,
            [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => Self::Archive("7z"),
            [b'R', b'a', b'r', b'!', 0x1A, 0x07, ..] => Self::Archive("rar"),
            _ if is_tar(bytes) => Self::Tar,
            _ => emlx::begins(bytes).map_or(Self::Text, |(length, start)| Self::Emlx(length, start)),
        }
    }
}

/// How many bytes distinguish a zip archive from a document.
pub const ZIP_LOOK: usize = 64;

/// Whether the bytes begin a zip archive; an empty one begins with its end. Documents, books and programs are zip
/// archives too: the name of their first member distinguishes them.
pub fn is_zip(bytes: &[u8]) -> bool {
    const DOCUMENTS: [&[u8]; 5] =
        [b"[Content_Types].xml", b"_rels/", b"mimetype", b"META-INF/", b"manifest.json"];
    let first = bytes.get(30..).unwrap_or_default();
    let document = DOCUMENTS.iter().any(|name| first.starts_with(name));
    matches!(bytes, [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..]) && !document
}

/// Reads whatever the stream contains into the sink. What was found in a folder or an archive and is not mail is
/// remarked; where the user named it, it is an error.
pub fn read_stream<R: Read + Send>(
    bytes: R,
    origin: &Origin,
    buffering: Buffering,
    sink: &mut dyn Sink,
) -> Result<()> {
    let buffer = begun(bytes, origin, buffering)?;
    match StreamFormat::of(buffer.from(0)) {
        StreamFormat::Compressed(compression) if origin.packing == Packing::None => {
            read_compressed(compression, buffer.into_reader(), origin, buffering, sink)
        }
        _ => read_unpacked(buffer, origin, buffering, sink),
    }
}

/// The beginning of a stream, as far as it shows the format.
fn begun<R: Read>(bytes: R, origin: &Origin, buffering: Buffering) -> Result<ReadBuffer<R>> {
    let mut buffer = ReadBuffer::new(bytes, 0, buffering.block);
    while buffer.end() < TAR_HEADER as u64 {
        match buffer.more(0) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(Error::io(&origin.path, "can't be read", &error)),
        }
    }
    Ok(buffer)
}

/// Reads what a compressed file contains.
fn read_compressed(
    compression: Compression,
    bytes: impl Read + Send,
    origin: &Origin,
    buffering: Buffering,
    sink: &mut dyn Sink,
) -> Result<()> {
    let unpacked =
        compression.unpack(bytes).map_err(|error| Error::io(&origin.path, "can't be unpacked", &error))?;
    let (read, end) = read_ahead(buffering, unpacked, |unpacked| {
        let mut intact = IntactReader::new(unpacked);
        let bytes: Box<dyn Read + '_> = Box::new(&mut intact);
        let read = read_member(bytes, &origin.unpacked(), buffering, sink);
        // Whether it is whole shows at its end.
        (read, intact.end())
    });
    match (read, end.map_err(|error| Error::io(&origin.path, "can't be read", &error))?) {
        (read, (_, None)) => read,
        (Ok(()), (count, Some(damage))) if count > 0 => {
            // What was read before it stays.
            sink.begin();
            sink.remark(Remark::Failed(damaged(&origin.path, &damage)));
            Ok(())
        }
        (_, (_, Some(damage))) => Err(damaged(&origin.path, &damage)),
    }
}

fn read_unpacked<R: Read>(
    mut buffer: ReadBuffer<R>,
    origin: &Origin,
    buffering: Buffering,
    sink: &mut dyn Sink,
) -> Result<()> {
    let failed = |error: io::Error| Error::io(&origin.path, "can't be read", &error);
    match (StreamFormat::of(buffer.from(0)), origin.packing) {
        (StreamFormat::Text, _) => match wide(buffer.from(0), must_be_mail(origin)) {
            Some(encoding) => {
                let bytes: Box<dyn Read + '_> = Box::new(Utf8Reader::new(buffer.into_reader(), encoding));
                read_member(bytes, origin, buffering, sink)
            }
            None => read_text(&mut buffer, origin, buffering, sink),
        },
        (StreamFormat::Emlx(length, start), _) => {
            emlx::read(buffer, (length, start), origin, sink).map_err(failed)
        }
        (StreamFormat::Outlook, _) => outlook::read_stream(buffer.into_reader(), origin, sink),
        (StreamFormat::Parquet, _) => facts::read_parquet_stream(buffer.into_reader(), origin, sink),
        (StreamFormat::ArrowStream, _) => facts::read_arrow_stream(buffer.into_reader(), origin, sink),
        (StreamFormat::OutlookStore, Packing::None) if origin.path.is_file() => pst::read(origin, sink),
        (StreamFormat::OutlookStore, _) => Err(Error::file(
            &origin.path,
            "is an Outlook mailbox (.pst or .ost), which is read only from a file",
        )
        .hint("unpack it, and give the file")),
        (StreamFormat::Tar, Packing::None | Packing::Compressed) => {
            let bytes: Box<dyn Read + '_> = Box::new(buffer.into_reader());
            read_tar(bytes, origin, buffering, read_member, sink)
        }
        (StreamFormat::Zip, Packing::None) => {
            Err(Error::file(&origin.path, "is a zip archive, which can't be read from a stream")
                .hint("save it as a file and give the file"))
        }
        (StreamFormat::Archive(sort), Packing::None) => {
            Err(Error::file(&origin.path, format!("is a {sort} archive, which is not read"))
                .hint("unpack it yourself and give the folder"))
        }
        (
            StreamFormat::Compressed(_) | StreamFormat::Tar | StreamFormat::Zip | StreamFormat::Archive(_),
            _,
        ) => Err(Error::file(&origin.path, "is packed a second time, and only one layer is unpacked")
            .hint("unpack the outer one yourself and give the folder")),
    }
}

/// Reads a member of an archive: whatever it turns out to be, too.
pub fn read_member(
    bytes: Box<dyn Read + '_>,
    origin: &Origin,
    buffering: Buffering,
    sink: &mut dyn Sink,
) -> Result<()> {
    read_unpacked(begun(bytes, origin, buffering)?, origin, buffering, sink)
}

/// What is packed is damaged, or ends too early.
fn damaged(path: &Path, error: &io::Error) -> Error {
    Error::io(path, "is damaged or cut short", error)
        .hint("download or copy it again; what comes before the damage was read")
}

/// Whether it is certainly mail.
fn must_be_mail(origin: &Origin) -> bool {
    origin.named || maildir::is_message(&origin.path)
}

fn read_text<R: Read>(
    buffer: &mut ReadBuffer<R>,
    origin: &Origin,
    buffering: Buffering,
    sink: &mut dyn Sink,
) -> Result<()> {
    let failed = |error: io::Error| Error::io(&origin.path, "can't be read", &error);
    let must_be_mail = must_be_mail(origin);
    if let Some((why, hint)) = unread(buffer.from(0)) {
        return Err(Error::file(&origin.path, why).hint(hint));
    }
    let Some(start) = beginning(buffer).map_err(failed)? else {
        if origin.named {
            origin.start_mailbox(sink);
        }
        return Ok(());
    };
    let (start, after_nuls) = (start.offset, start.after_nuls);
    if !origin.named && outputs::OutputKind::of(buffer.from(buffer.start())).is_some() {
        sink.remark(Remark::NoMail(origin.path.clone()));
        return Ok(());
    }
    if let Some(dialect) = mbox::begins(buffer, start).map_err(failed)? {
        origin.start_mailbox(sink);
        if after_nuls {
            sink.unusable(0, Unusable::NoSeparator);
        }
        return read_mbox(buffer, start, dialect, buffering, sink).map_err(failed);
    }
    let lost = mbox::after_foreign_lines(buffer, start).map_err(failed)?;
    if lost.is_none() && is_message(buffer.from(start), must_be_mail) {
        return read_from_header(buffer, start, origin, sink).map_err(failed);
    }
    if let Some(remark) = export::remark(buffer, start, origin).map_err(failed)? {
        sink.remark(remark);
        return Ok(());
    }
    // A mailbox that lost its beginning is still one; but a picture in a folder is not searched for it.
    let look = buffer.from(start);
    let binary = look[..look.len().min(LOOK)].contains(&0);
    let lost = match lost {
        None if !binary || origin.named => mbox::first_separator(buffer, start).map_err(failed)?,
        lost => lost,
    };
    let Some(dialect) = lost else {
        if origin.named || !must_be_mail {
            return no_mail(buffer.from(start), origin, sink);
        }
        origin.start_message(None, sink);
        sink.unusable(start, Unusable::NoHeader);
        return Ok(());
    };
    origin.start_mailbox(sink);
    sink.unusable(start, Unusable::NoSeparator);
    read_mbox(buffer, dialect.start, dialect, buffering, sink).map_err(failed)
}

/// Reads a mailbox from `from` on: a long one on several threads, where there are some.
fn read_mbox<R: Read>(
    buffer: &mut ReadBuffer<R>,
    from: u64,
    dialect: Dialect,
    buffering: Buffering,
    sink: &mut dyn Sink,
) -> io::Result<()> {
    let begin = buffer.start();
    if buffering.threads > 1 {
        while buffer.end() - begin < STREAM_PART as u64 && buffer.more(begin)? {}
    }
    if buffering.threads > 1 && !buffer.ended() {
        let mut bytes = buffer.reader();
        let stream = MboxStream::new(&mut bytes, (begin, from), dialect, buffering.threads);
        if let Some(read) = sink.stream(stream) {
            return read;
        }
    }
    mbox::read(buffer, from, u64::MAX, dialect, sink).map(drop)
}

/// Reads a text that begins with a header: a single message, unless its first line is what is left of a separator.
/// Where it may have been a mailbox all the same, a note is reported.
fn read_from_header<R: Read>(
    buffer: &mut ReadBuffer<R>,
    start: u64,
    origin: &Origin,
    sink: &mut dyn Sink,
) -> io::Result<()> {
    origin.start_message(None, sink);
    let name = origin.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let numbered = name.bytes().all(|byte| byte.is_ascii_digit());
    if numbered || name.ends_with(".eml") || maildir::is_message(&origin.path) {
        return read_single(buffer, start, sink).map(drop);
    }
    if field_start(buffer.from(start)) == FieldStart::No {
        return mbox::read_damaged(buffer, start, sink, |sink| origin.start_mailbox(sink));
    }
    let single = read_single(buffer, start, sink)?;
    if single.has_separator || mbox::has_separator(buffer, single.unread)? {
        let what = "begins with a header, not with a `From ` line, and was read as a single message, but lines in it \
                    look like the beginning of others";
        sink.remark(Remark::Note(Error::file(&origin.path, what).hint(
            "if it is a mailbox that lost its first line, write one: From MAILER-DAEMON Thu Jan  1 00:00:00 1970",
        )));
    }
    Ok(())
}

/// A file without mail: an error where the user named it. `bytes` are its first.
fn no_mail(bytes: &[u8], origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    if origin.named {
        return Err(match outputs::OutputKind::of(bytes) {
            Some(kind) => kind.given_as_mailbox(&origin.path),
            None if bytes.starts_with(b"PK\x03\x04") => {
                Error::file(&origin.path, "is a document, a spreadsheet or a program, not a mailbox")
                    .hint("if it is a consent list, give it with --consent")
            }
            None => Error::file(&origin.path, "contains no message: neither a mailbox nor a mail")
                .hint("`mailfatigue formats` lists what can be read"),
        });
    }
    sink.remark(Remark::NoMail(origin.path.clone()));
    Ok(())
}
