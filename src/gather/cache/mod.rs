//! Facts of mailbox files, kept from run to run, so that a night costs its new mail.
//!
//! Long mbox files are kept in segments of messages (`segments`); other files together, some hundred at a time, under a
//! name made of all that identifies them (`stamp`). Whatever is doubtful is read from the mail: a cache may make a run
//! faster, never other. Files are written under names of their own and never changed, so two runs at once do no harm.

mod ahead;
mod cached_facts;
mod segments;
mod stamp;

pub(super) use cached_facts::{CachedFacts, FactsAhead};

use crate::error::{Error, Result};
use crate::fact::{Batch, NameTable, ReadingSettings};
use crate::fact_file::{
    FactSettings, KeepOptions, MailboxCounts, MessageBatch, QuickRowWriter, RowWriter, schema_of,
};
use crate::mailbox::{Remark, Source};
use crate::text::digest::sha256;
use crate::time::Seconds;
use ahead::ReadAhead;
use flate2::Crc;
use stamp::Stamp;
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

pub(super) use segments::CachedMbox;

/// By this file backup programs leave a cache out (<https://bford.info/cachedir/>), and so does this one where it reads
/// the folder around it.
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# Facts that mailfatigue keeps from run to run (--cache). They can be removed.\n";

/// How the name of a file begins that is being written.
const WRITING: &str = ".writing-";

/// One in so many known messages of a Maildir is looked at, at least.
const LOOKED_AT: usize = 1_024;

/// After so many seconds without a change, the run that wrote it was killed.
const ABANDONED_AFTER: u64 = 3_600;

/// A folder with facts of earlier runs.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    /// The instant of the run.
    now: Seconds,
    /// The mailboxes of the command line.
    arguments: Vec<PathBuf>,
    /// By which program and options facts are made.
    shape: String,
    /// What the run wants of the facts that are kept.
    pub(super) keep: KeepOptions,
    /// The files that are there, by the part of their names that says what is in them.
    files: HashMap<String, CachedFacts>,
    /// Which files were read or written by this run.
    used: Mutex<HashSet<PathBuf>>,
    /// What was read while folders were walked.
    ahead: Mutex<ReadAhead>,
}

impl Cache {
    /// The cache in a folder, which is made where it is missing. `settings` records everything; `keep` is what the run
    /// itself wants.
    pub fn open(
        folder: &Path,
        arguments: &[PathBuf],
        settings: &ReadingSettings,
        keep: KeepOptions,
    ) -> Result<Self> {
        let failed = |what| move |error: io::Error| Error::io(folder, what, &error);
        unless_full(private_folder(folder)).map_err(failed("can't be made the folder of --cache"))?;
        if !folder.join(TAG).exists() {
            let written = write_privately(folder, &folder.join(TAG), TAG_TEXT.as_bytes());
            unless_full(written).map_err(failed("can't be written to, and is the folder of --cache"))?;
        }
        let entries = match std::fs::read_dir(folder) {
            // There was no room for it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            entries => Some(entries.map_err(failed("can't be read as the folder of --cache"))?),
        };
        let entries = entries.into_iter().flatten();
        let kept = entries.filter_map(|entry| CachedFacts::named(&entry.ok()?.path()));
        let mut shape: Vec<(String, String)> = FactSettings::of(settings).metadata().into_iter().collect();
        shape.sort();
        Ok(Self {
            folder: folder.to_path_buf(),
            now: settings.now,
            arguments: arguments.to_vec(),
            shape: format!("{shape:?}"),
            keep,
            files: kept.collect(),
            used: Mutex::default(),
            ahead: Mutex::default(),
        })
    }

    /// A name for the content of some sources; `None`: they have no stamp, or are not files.
    ///
    /// A message of a Maildir is taken to be the same where its name and its inode are: by that format's specification it
    /// is written once, and then only renamed or removed. What a Maildir's readers change (states) is in the name; a program
    /// that packs, encrypts or restores messages makes new files. So no look at each is needed; of those that are kept
    /// together the first is looked at, and one in [`LOOKED_AT`], in case a program changed all of them in place after all.
    pub(super) fn key(&self, sources: &[Source]) -> Option<String> {
        // A message's path and inode.
        let mut stamps = Vec::with_capacity(sources.len() * 96);
        for (place, source) in sources.iter().enumerate() {
            match source.inode.filter(|_| !place.is_multiple_of(LOOKED_AT)) {
                Some(inode) => {
                    stamps.extend_from_slice(source.origin.path.as_os_str().as_encoded_bytes());
                    stamps.push(0);
                    stamps.extend_from_slice(&inode.to_le_bytes());
                }
                None => {
                    let stamp = Stamp::of(source).filter(|stamp| stamp.is_settled(self.now))?;
                    writeln!(stamps, "{:?} {stamp:?}", source.origin).ok()?;
                }
            }
        }
        Some(format!("f-{}-{}", self.argument(sources.first()?), self.digest(&stamps)))
    }

    /// Whether sources are still as they were when that name was made for them, and written so long ago that a later change
    /// would show.
    pub(super) fn may_keep(&self, sources: &[Source], key: &str) -> bool {
        let is_settled = |source: &Source| {
            source.inode.is_none() || Stamp::of(source).is_some_and(|stamp| stamp.is_settled(self.now))
        };
        sources.iter().all(is_settled) && self.key(sources).is_some_and(|now| now == key)
    }

    /// What files of the same argument have in common in their names.
    fn argument(&self, source: &Source) -> String {
        name_of_argument(self.arguments.get(source.argument).map_or(Path::new(""), PathBuf::as_path))
    }

    fn digest(&self, bytes: impl AsRef<[u8]>) -> String {
        sha256(&[self.shape.as_bytes(), b"\n", bytes.as_ref()].concat())[..32].to_string()
    }

    /// Facts that are kept under that name.
    pub(super) fn find(&self, key: &str) -> Option<CachedFacts> {
        self.files.get(key).cloned().inspect(|kept| self.mark_used(&kept.path))
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Forgets what is known of a long mbox, so that it is read anew.
    pub(super) fn forget(&self, source: &Source) -> io::Result<()> {
        match std::fs::remove_file(segments::manifest(self, source)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn mark_used(&self, path: &Path) {
        if let Ok(mut used) = self.used.lock() {
            used.insert(path.to_path_buf());
        }
    }

    /// Keeps a batch under that name: all of it, or the messages in a range of their order.
    pub(super) fn write_facts(
        &self,
        key: &str,
        batch: &Batch,
        names: &NameTable,
        settings: &ReadingSettings,
        orders: Option<Range<u32>>,
    ) -> io::Result<CachedFacts> {
        let given = MailboxCounts { mailboxes: batch.mailboxes, ..MailboxCounts::default() };
        let (remarks, orders) = match orders {
            Some(orders) => (&[][..], orders),
            None => (batch.remarks.as_slice(), 0..batch.read),
        };
        let mut out = QuickRowWriter::new(schema_of(settings, false));
        let mut add = |rows: &_| out.add(rows);
        let mut rows = RowWriter::new(settings, false, None, &mut add);
        // What is kept was read to its end.
        rows.add(&MessageBatch { batch, names, orders }, None)?;
        rows.end(remarks, &[given])?;
        let bytes = out.end()?;
        let kept = CachedFacts {
            path: self.folder.join(format!("{key}-{:08x}.parquet", checksum(&bytes))),
            checksum: checksum(&bytes),
        };
        self.write(&kept.path, &bytes)?;
        Ok(kept)
    }

    /// Writes a file of the cache.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        write_privately(&self.folder, path, bytes)?;
        self.mark_used(path);
        Ok(())
    }

    /// Removes files of runs that were killed while they wrote them.
    fn remove_half_written(&self) {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let half = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(WRITING));
        for path in half.map(|entry| entry.path()).filter(|path| is_abandoned(path, self.now)) {
            let _ = std::fs::remove_file(path);
        }
    }

    /// Removes what was kept of these sources' arguments and is of no more use, and what runs that were killed left.
    pub(super) fn remove_unused(&self, sources: &[Source]) {
        self.remove_half_written();
        let of_one = sources.chunk_by(|left, right| left.argument == right.argument);
        let arguments: HashSet<String> =
            of_one.filter_map(<[Source]>::first).map(|source| self.argument(source)).collect();
        let Ok(used) = self.used.lock() else { return };
        for (key, kept) in &self.files {
            let of_these = key.split('-').nth(1).is_some_and(|argument| arguments.contains(argument));
            if of_these && !used.contains(&kept.path) {
                let _ = std::fs::remove_file(&kept.path);
            }
        }
    }
}

fn name_of_argument(path: &Path) -> String {
    sha256(path.as_os_str().as_encoded_bytes())[..12].to_string()
}

/// Success also where the disk is full: then nothing can be kept, which is said when it is tried, and mail is read as without
/// a cache.
fn unless_full(written: io::Result<()>) -> io::Result<()> {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    written.or_else(|error| match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => Ok(()),
        _ => Err(error),
    })
}

/// Whether a file was not touched for so long that no run writes it any more.
fn is_abandoned(path: &Path, now: Seconds) -> bool {
    let modified = path.metadata().and_then(|file| file.modified()).ok();
    let since = modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    since.is_some_and(|since| since.as_secs().saturating_add(ABANDONED_AFTER) < now.unsigned_abs())
}

/// Whether what a file gave may be kept: it was read, and says nothing that depends on more than itself.
pub(super) fn may_be_kept(batch: &Batch, given: &[MailboxCounts]) -> bool {
    let lasting = |remark: &Remark| !matches!(remark, Remark::Failed(_) | Remark::Promised(_));
    given.is_empty() && batch.remarks.iter().all(lasting)
}

/// Writes a file as a whole or not at all, readable by its owner only.
fn write_privately(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(WRITING).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// The CRC-32 of some bytes.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests;
