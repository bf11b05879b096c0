//! What identifies the state of a file without reading it, and samples of its bytes.

use crate::mailbox::Source;
use crate::text::digest::sha256;
use crate::time::Seconds;
use serde::{Deserialize, Serialize};
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};

/// The state of a file as the system reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    /// When it was written, when its entry was changed (in nanoseconds), and which file it is.
    system: Vec<i128>,
}

impl Stamp {
    /// That of a source as it is now; `None`: it is not a file, or not the one that was surveyed.
    pub fn of(source: &Source) -> Option<Self> {
        let metadata = source.origin.path.metadata().ok().filter(Metadata::is_file)?;
        let is_same = match source.inode {
            Some(inode) => is_inode(&metadata, inode),
            None => Some(metadata.len()) == source.size,
        };
        is_same.then(|| Self { size: metadata.len(), system: system(&metadata) })
    }
}

impl Stamp {
    /// Whether it was last written at least two seconds before `now`, so that a later change has another time.
    pub fn is_settled(&self, now: Seconds) -> bool {
        let latest = self.system.first().copied().unwrap_or(i128::MAX);
        latest < i128::from(now.saturating_sub(2)) * 1_000_000_000
    }

    /// One that no later state of the file has.
    pub fn unsettled(self) -> Self {
        Self { system: Vec::new(), ..self }
    }
}

#[cfg(unix)]
fn is_inode(file: &Metadata, inode: u64) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.ino() == inode
}

/// Elsewhere folders have no such numbers.
#[cfg(not(unix))]
fn is_inode(_: &Metadata, _: u64) -> bool {
    false
}

#[cfg(unix)]
fn system(file: &Metadata) -> Vec<i128> {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    vec![
        nanoseconds(file.mtime(), file.mtime_nsec()),
        nanoseconds(file.ctime(), file.ctime_nsec()),
        i128::from(file.ino()),
        i128::from(file.dev()),
    ]
}

#[cfg(not(unix))]
fn system(file: &Metadata) -> Vec<i128> {
    let time = file.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    vec![time.map_or(0, |time| time.as_nanos().cast_signed())]
}

/// How many samples are taken between head and tail, and how long each is.
const SAMPLES: u64 = 64;
const LENGTH: u64 = 4_096;

/// Head and tail of a file that had `size` bytes, 64 samples of the bytes before `end`, and what is around `end`, hashed.
pub fn samples(file: &mut File, end: u64, size: u64) -> io::Result<String> {
    let last = end.saturating_sub(LENGTH);
    let between = (0..=SAMPLES).map(|number| last / (SAMPLES + 1) * number);
    let mut bytes = Vec::new();
    for from in between.chain([last, end, size.saturating_sub(LENGTH)]) {
        file.seek(SeekFrom::Start(from))?;
        Read::by_ref(file).take(LENGTH.min(size.saturating_sub(from))).read_to_end(&mut bytes)?;
    }
    Ok(sha256(&bytes))
}
