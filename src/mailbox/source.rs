//! Files and standard input, read whole or in parts.

use super::beginning::beginning;
use super::detect::{ZIP_LOOK, is_zip, read_member, read_stream};
use super::mbox::read_buffer::{BLOCK, Buffering, ReadBuffer, keep_before};
use super::origin::Origin;
use super::unpack::Compression;
use super::{Borders, Dialect, Sink, archive, facts, mbox, outlook};
use crate::error::{Error, Result};
use std::borrow::Cow;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// A file, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its place on the command line, or that of the folder in which it lies.
    pub argument: usize,
    /// Where it is; `-` is standard input.
    pub origin: Origin,
    /// The size that it had at the beginning, in bytes: what is written to it later does not count. `None`: it is not a
    /// file, or its metadata can't be read; or only its folder was read, which gives the `inode`.
    pub size: Option<u64>,
    /// The inode in its folder's entry, by which a message of a Maildir is identified, where the survey
    /// does not read the metadata of each.
    pub inode: Option<u64>,
}

impl Source {
    /// The same with its size, where only its folder was read.
    pub fn looked_at(&self) -> Cow<'_, Self> {
        if self.inode.is_none() || self.size.is_some() {
            return Cow::Borrowed(self);
        }
        let size = self.origin.path.metadata().ok().filter(Metadata::is_file).map(|file| file.len());
        Cow::Owned(Self { size, ..self.clone() })
    }
}

/// A part of a source that can be read by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourcePart {
    /// All of it, in any format.
    Whole,
    /// The messages of an mbox file whose separators are in a range of bytes.
    ByteRange {
        /// Where the range begins.
        from: u64,
        /// Where the next one begins.
        to: u64,
        /// Properties of the whole file.
        dialect: Dialect,
    },
    /// A row group of a file of facts.
    RowGroup {
        /// Its number, from 0.
        number: usize,
        /// How many there are.
        of: usize,
    },
}

/// Cuts a source into parts of about `length` bytes, where it is long enough and its format allows.
pub fn parts(source: &Source, length: u64) -> Result<Vec<SourcePart>> {
    let Some(size) = source.size.filter(|size| *size > length) else { return Ok(vec![SourcePart::Whole]) };
    let failed = |error: io::Error| Error::io(&source.origin.path, "can't be read", &error);
    let mut file = open(&source.origin.path)?;
    if facts::is_parquet_file(&mut file).map_err(failed)? {
        let of = facts::row_groups(&file).filter(|_| source.origin.named).unwrap_or(0);
        return Ok(if of < 2 {
            vec![SourcePart::Whole]
        } else {
            (0..of).map(|number| SourcePart::RowGroup { number, of }).collect()
        });
    }
    let mut buffer = ReadBuffer::new(file.take(size), 0, BLOCK);
    let start = beginning(&mut buffer).map_err(failed)?.filter(|start| !start.after_nuls);
    let dialect =
        start.map(|start| mbox::begins(&mut buffer, start.offset)).transpose().map_err(failed)?.flatten();
    let Some(dialect) = dialect else { return Ok(vec![SourcePart::Whole]) };
    let borders = (0..size.div_ceil(length).max(1)).map(|part| (part * length, (part + 1) * length));
    let stretches = borders.map(|(from, to)| SourcePart::ByteRange {
        from: if from == 0 { dialect.start } else { from },
        to: if to >= size { u64::MAX } else { to },
        dialect,
    });
    Ok(stretches.collect())
}

/// Reads a part of a source into the sink. `read` gets the number of bytes as they come. What the borders of its range of
/// bytes are, where it is one.
pub fn read(
    source: &Source,
    part: &SourcePart,
    buffering: Buffering,
    read: &(dyn Fn(u64) + Sync),
    sink: &mut dyn Sink,
) -> Result<Option<Borders>> {
    let origin = &source.origin;
    if origin.path.as_os_str() == "-" {
        return read_stream(ByteReporter { inner: io::stdin(), read }, origin, buffering, sink)
            .map(|()| None);
    }
    let failed = |error: io::Error| Error::io(&origin.path, "can't be read", &error);
    let mut file = open(&origin.path)?;
    match *part {
        SourcePart::Whole
            if source.size.is_some() && facts::is_parquet_file(&mut file).map_err(failed)? =>
        {
            facts::read_file(file, None, origin, sink)?;
            read(source.size.unwrap_or(0));
            Ok(None)
        }
        SourcePart::RowGroup { number, of } => {
            facts::read_file(file, Some(number..number + 1), origin, sink)?;
            read(source.size.unwrap_or(0) / of.max(1) as u64);
            Ok(None)
        }
        SourcePart::Whole => {
            let file = ByteReporter { inner: file, read };
            match source.size {
                Some(size) => read_file(file, size, origin, buffering, sink),
                None => read_stream(file, origin, buffering, sink),
            }
            .map(|()| None)
        }
        SourcePart::ByteRange { from, to, dialect } => {
            origin.start_mailbox(sink);
            let size = source.size.unwrap_or(u64::MAX);
            // A few bytes before a line show whether the line before it is blank.
            let begin = keep_before(from);
            file.seek(SeekFrom::Start(begin)).map_err(failed)?;
            let mut buffer = ReadBuffer::new(
                ByteReporter { inner: file.take(size.saturating_sub(begin)), read },
                begin,
                buffering.block,
            );
            buffer.more(begin).map_err(failed)?;
            let borders = mbox::read(&mut buffer, from, to, dialect, sink).map_err(failed)?;
            if buffer.ended() {
                not_cut_short(buffer.end(), size, &origin.path)?;
            }
            Ok(Some(borders))
        }
    }
}

/// Reads a file that had `size` bytes at the beginning.
pub(super) fn read_file<F: Read + Seek + Send>(
    mut file: F,
    size: u64,
    origin: &Origin,
    buffering: Buffering,
    sink: &mut dyn Sink,
) -> Result<()> {
    let failed = |error: io::Error| Error::io(&origin.path, "can't be read", &error);
    let mut first = Vec::new();
    (&mut file).take(ZIP_LOOK as u64).read_to_end(&mut first).and_then(|_| file.rewind()).map_err(failed)?;
    if is_zip(&first) && origin.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("olm")) {
        return Err(Error::file(&origin.path, "is an export of Outlook for Mac (.olm), which is not read")
            .hint("in Outlook for Mac drag each mail folder to the desktop, which saves it as .mbox, and give these"));
    }
    let is_packed = is_zip(&first) || Compression::of(&first).is_some();
    let buffering = if is_packed { buffering.of_packed(size) } else { buffering.of_unpacked(size) };
    if is_zip(&first) {
        return archive::read_zip(file, size, origin, buffering, read_member, sink);
    }
    if outlook::begins(&first) {
        return outlook::read(file, origin, sink);
    }
    let mut rest = file.take(size);
    read_stream(&mut rest, origin, buffering, sink)?;
    // A format with an end of its own leaves what follows it; any other is read until nothing comes.
    let missing = rest.limit();
    if missing > 0 && rest.read(&mut [0]).map_err(failed)? == 0 {
        not_cut_short(size - missing, size, &origin.path)?;
    }
    Ok(())
}

/// An error where a file ended before the size that it had.
fn not_cut_short(end: u64, size: u64, path: &Path) -> Result<()> {
    if end >= size {
        return Ok(());
    }
    Err(Error::file(path, format!("was cut short while it was read, at byte {end}"))
        .hint("run again when nothing else writes to it"))
}

fn open(path: &Path) -> Result<File> {
    let failed = |error: io::Error| Error::io(path, "can't be opened", &error);
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(Error::file(path, "became a folder while others were read").hint("run again"));
    }
    Ok(file)
}

/// A reader that reports how many bytes came.
struct ByteReporter<'a, R> {
    inner: R,
    read: &'a (dyn Fn(u64) + Sync),
}

impl<R: Read> Read for ByteReporter<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        (self.read)(count as u64);
        Ok(count)
    }
}

impl<R: Seek> Seek for ByteReporter<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
