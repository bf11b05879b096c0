//! A file of the cache: known by its name, whole by its checksum.

use super::checksum;
use crate::fact::{Batch, FactReader, Lens, NameTable, NewNames};
use crate::fact_file::{self, KeepOptions, MailboxCounts};
use crate::mailbox::{FactsBytes, FactsFile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Facts that were kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedFacts {
    /// The file.
    pub path: PathBuf,
    /// The CRC-32 of its bytes.
    pub checksum: u32,
}

impl CachedFacts {
    /// What a file's name says: the key of what is in it, and its checksum.
    pub fn named(path: &Path) -> Option<(String, Self)> {
        let (key, checksum) = path.file_name()?.to_str()?.strip_suffix(".parquet")?.rsplit_once('-')?;
        let checksum = u32::from_str_radix(checksum, 16).ok()?;
        Some((key.to_string(), Self { path: path.to_path_buf(), checksum }))
    }

    /// Reads it; `None`: it is damaged or gone, and nothing of it was taken in.
    pub fn read(
        &self,
        lens: &Lens,
        keep: KeepOptions,
        reader: &mut FactReader<'_>,
        progress: &dyn Fn(usize),
    ) -> Option<()> {
        let file = self.whole()?;
        let (batch, _) = reader.store();
        let (mark, remarks) = (batch.mark(), batch.remarks.len());
        let read = fact_file::read(file, (lens, keep), reader.store(), None, progress);
        let (batch, _) = reader.store();
        match read {
            Ok(given) => {
                batch.mailboxes += mailboxes(&given);
                Some(())
            }
            Err(_) => {
                batch.cut_back(&mark);
                batch.remarks.truncate(remarks);
                None
            }
        }
    }

    /// Reads it by itself, before it is known whether it is needed.
    pub fn read_ahead(&self, lens: &Lens, keep: KeepOptions) -> Option<FactsAhead> {
        let (mut batch, mut names) = (Batch::default(), NameTable::default());
        let read = fact_file::read_rows(self.whole()?, (lens, keep), (&mut batch, &mut names), None, &|_| ());
        let (given, owners_named) = read.ok()?;
        batch.mailboxes += mailboxes(&given);
        Some(FactsAhead { batch, names: names.new_names(), owners_named })
    }

    /// The file, where it is as it was written.
    fn whole(&self) -> Option<FactsFile<'_>> {
        let bytes = std::fs::read(&self.path).ok().filter(|bytes| checksum(bytes) == self.checksum)?;
        Some(FactsFile { path: &self.path, bytes: FactsBytes::Memory(bytes) })
    }
}

/// Facts that were read before it was known whether they are needed.
#[derive(Debug)]
pub struct FactsAhead {
    pub batch: Batch,
    /// Its names.
    pub names: NewNames,
    /// The owner's addresses that its messages name, by their places.
    pub owners_named: BTreeSet<u64>,
}

fn mailboxes(given: &[MailboxCounts]) -> u32 {
    given.iter().map(|given| given.mailboxes).sum()
}
