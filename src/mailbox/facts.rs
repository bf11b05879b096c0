//! Facts that an earlier run wrote to a file: not mail, but what reading the mail gives.

use super::origin::Origin;
use super::{Remark, Sink};
use crate::error::{Error, Result, caught};
use parquet::file::metadata::ParquetMetaDataReader;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::path::Path;

/// A file of facts, or a stream of them.
pub struct FactsFile<'a> {
    /// Its path, as the user would name it.
    pub path: &'a Path,
    /// Where its bytes come from.
    pub bytes: FactsBytes<'a>,
}

/// Where the bytes of facts come from.
pub enum FactsBytes<'a> {
    /// A Parquet file, or some of its row groups.
    File(File, Option<Range<usize>>),
    /// A Parquet file that lies in memory, because it came as a stream.
    Memory(Vec<u8>),
    /// An Arrow stream.
    Stream(Box<dyn Read + 'a>),
}

/// Whether a Parquet file begins with these bytes.
pub fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PAR1")
}

/// Whether an Arrow stream begins with these bytes: the mark of a message, then its length.
pub fn is_arrow_stream(bytes: &[u8]) -> bool {
    match bytes {
        [0xFF, 0xFF, 0xFF, 0xFF, length @ ..] => {
            length.first_chunk().is_some_and(|length| (8..0x0100_0000).contains(&i32::from_le_bytes(*length)))
        }
        _ => false,
    }
}

/// Whether the file is a Parquet file; it is read from its beginning again.
pub fn is_parquet_file(file: &mut File) -> io::Result<bool> {
    let mut first = Vec::new();
    Read::by_ref(file).take(4).read_to_end(&mut first)?;
    file.rewind()?;
    Ok(is_parquet(&first))
}

/// How many row groups a Parquet file has; `None`: it is damaged, which is reported when it is read.
pub fn row_groups(file: &File) -> Option<usize> {
    let metadata = caught(|| ParquetMetaDataReader::new().parse_and_finish(file))?.ok()?;
    Some(metadata.num_row_groups())
}

/// Reads a Parquet file, or some of its row groups.
pub fn read_file(
    file: File,
    groups: Option<Range<usize>>,
    origin: &Origin,
    sink: &mut dyn Sink,
) -> Result<()> {
    deliver(FactsBytes::File(file, groups), origin, sink)
}

/// Reads a Parquet file that comes as a stream: its directory is at its end.
pub fn read_parquet_stream(mut bytes: impl Read, origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    let mut all = Vec::new();
    bytes.read_to_end(&mut all).map_err(|error| Error::io(&origin.path, "can't be read", &error))?;
    deliver(FactsBytes::Memory(all), origin, sink)
}

/// Reads an Arrow stream.
pub fn read_arrow_stream(bytes: impl Read, origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    deliver(FactsBytes::Stream(Box::new(bytes)), origin, sink)
}

/// What was found in a folder is an earlier output beside the mail that it was made from.
fn deliver(bytes: FactsBytes<'_>, origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    if !origin.named {
        sink.remark(Remark::NoMail(origin.path.clone()));
        return Ok(());
    }
    sink.facts(FactsFile { path: &origin.path, bytes })
}
