//! What a stream of bytes turns out to be, by its content, and who reads it.

use super::archive::{TAR_HEADER, is_tar, read_tar};
use super::from_line::{FieldStart, field_start};
use super::origin::{Origin, Packing};
use super::unpack::Compression;
use super::window::Window;
use super::{Remark, Sink, Unusable, emlx, export, maildir, mbox, outlook};
use crate::error::{Error, Result};
use std::io::{self, Read};

/// Bytes that are looked at to tell what a file is.
const LOOK: usize = 4_096;

/// What the first bytes of a stream show.
enum Format {
    Compressed(Compression),
    Tar,
    /// Its directory stands at its end: it is read from a file, not from a stream.
    Zip,
    /// An archive of a sort that is not read.
    Archive(&'static str),
    /// An Outlook message.
    Outlook,
    /// Outlook's own mailbox file.
    OutlookStore,
    Emlx(u64, usize),
    /// Anything else: mbox, a single message, or no mail.
    Text,
}

impl Format {
    fn of(bytes: &[u8]) -> Self {
        if let Some(compression) = Compression::of(bytes) {
            return Self::Compressed(compression);
        }
        match bytes {
            _ if is_zip(bytes) => Self::Zip,
            _ if outlook::begins(bytes) => Self::Outlook,
            [b'!', b'B', b'D', b'N', ..] => Self::OutlookStore,
            [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => Self::Archive("7z"),
            [b'R', b'a', b'r', b'!', 0x1A, 0x07, ..] => Self::Archive("rar"),
            _ if is_tar(bytes) => Self::Tar,
            _ => emlx::begins(bytes).map_or(Self::Text, |(length, start)| Self::Emlx(length, start)),
        }
    }
}

/// How many bytes tell a zip archive from a document.
pub const ZIP_LOOK: usize = 64;

/// Whether the bytes begin a zip archive; an empty one begins with its end. Documents, books and programs are zip
/// archives too: the name of their first member tells.
pub fn is_zip(bytes: &[u8]) -> bool {
    const DOCUMENTS: [&[u8]; 5] =
        [b"[Content_Types].xml", b"_rels/", b"mimetype", b"META-INF/", b"manifest.json"];
    let first = bytes.get(30..).unwrap_or_default();
    let document = DOCUMENTS.iter().any(|name| first.starts_with(name));
    matches!(bytes, [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..]) && !document
}

/// Reads whatever the stream holds into the sink. What was found in a folder or an archive and is no mail is
/// remarked; where the user named it, it is an error.
pub fn read_stream<R: Read>(bytes: R, origin: &Origin, block: usize, sink: &mut dyn Sink) -> Result<()> {
    let failed = |error: io::Error| Error::io(&origin.path, "can't be read", &error);
    let mut window = Window::new(bytes, 0, block);
    while window.end() < TAR_HEADER as u64 && window.more(0).map_err(failed)? {}
    match (Format::of(window.from(0)), origin.packing) {
        (Format::Text, _) => read_text(&mut window, origin, sink),
        (Format::Emlx(length, start), _) => emlx::read(window, (length, start), origin, sink).map_err(failed),
        (Format::Outlook, _) => outlook::read_stream(window.into_reader(), origin, sink),
        (Format::OutlookStore, _) => Err(Error::file(&origin.path, "is an Outlook mailbox (.pst or .ost)")
            .hint("unpack it with `readpst -M -o FOLDER FILE` (package pst-utils) and give the folder")),
        (Format::Compressed(compression), Packing::None) => {
            let mut unpacked = compression.unpack(window.into_reader());
            let bytes: Box<dyn Read + '_> = Box::new(&mut unpacked);
            read_stream(bytes, &origin.unpacked(), block, sink)?;
            // Whether it is whole shows at its end.
            io::copy(&mut unpacked, &mut io::sink()).map(drop).map_err(failed)
        }
        (Format::Tar, Packing::None | Packing::Compressed) => {
            let bytes: Box<dyn Read + '_> = Box::new(window.into_reader());
            read_tar(bytes, origin, block, sink)
        }
        (Format::Zip, Packing::None) => {
            Err(Error::file(&origin.path, "is a zip archive, which can't be read from a stream")
                .hint("save it as a file and give the file"))
        }
        (Format::Archive(sort), Packing::None) => {
            Err(Error::file(&origin.path, format!("is a {sort} archive, which is not read"))
                .hint("unpack it yourself and give the folder"))
        }
        (Format::Compressed(_) | Format::Tar | Format::Zip | Format::Archive(_), _) => {
            Err(Error::file(&origin.path, "is packed a second time, and only one layer is unpacked")
                .hint("unpack the outer one yourself and give the folder"))
        }
    }
}

fn read_text<R: Read>(window: &mut Window<R>, origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    let failed = |error: io::Error| Error::io(&origin.path, "can't be read", &error);
    let Some(start) = first_text(window).map_err(failed)? else {
        if origin.named {
            origin.turn_to_folder(sink);
        }
        return Ok(());
    };
    if let Some(dialect) = mbox::begins(window, start).map_err(failed)? {
        origin.turn_to_folder(sink);
        return mbox::read(window, start, u64::MAX, dialect, sink).map(drop).map_err(failed);
    }
    let must_be_mail = origin.named || maildir::is_message(&origin.path);
    if is_message(window.from(start), must_be_mail) {
        origin.turn_to_message(None, sink);
        return mbox::read_single(window, start, sink).map_err(failed);
    }
    if let Some(remark) = export::remark(window, start, origin).map_err(failed)? {
        sink.remark(remark);
        return Ok(());
    }
    // A mailbox that lost its beginning is still one; but a picture in a folder is not searched for it.
    let look = window.from(start);
    let binary = look[..look.len().min(LOOK)].contains(&0);
    let lost =
        if binary && !origin.named { None } else { mbox::first_separator(window, start).map_err(failed)? };
    let Some(dialect) = lost else {
        if origin.named || !must_be_mail {
            return no_mail(origin, sink);
        }
        origin.turn_to_message(None, sink);
        sink.unusable(start, Unusable::NoHeader);
        return Ok(());
    };
    origin.turn_to_folder(sink);
    sink.unusable(start, Unusable::NoSeparator);
    mbox::read(window, dialect.start, u64::MAX, dialect, sink).map(drop).map_err(failed)
}

/// A file without mail: an error where the user named it.
fn no_mail(origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    if origin.named {
        return Err(Error::new(
            format!("`{}`", origin.path.display()),
            "holds no message: neither a mailbox nor a mail",
        )
        .hint("`mailfatigue formats` lists what can be read"));
    }
    sink.remark(Remark::NoMail(origin.path.clone()));
    Ok(())
}

/// The offset of the first line with text, past a byte-order mark and blank lines; all of the window from
/// there is kept. `None` where there is none.
pub fn first_text<R: Read>(window: &mut Window<R>) -> io::Result<Option<u64>> {
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

/// A header field on the first line; or, where that line is damaged, a well-known field before the first blank line.
/// What the user did not name must have a well-known field: a list of settings looks like a header too.
fn is_message(bytes: &[u8], named: bool) -> bool {
    if named && field_start(bytes) == FieldStart::Yes {
        return true;
    }
    bytes[..bytes.len().min(LOOK)]
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty())
        .any(|line| {
            let known =
                [&b"from:"[..], b"received:", b"return-path:", b"message-id:", b"subject:", b"delivered-to:"];
            known
                .iter()
                .any(|name| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
        })
}
