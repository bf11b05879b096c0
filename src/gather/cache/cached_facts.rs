//! A file of the cache: known by its name, whole by its checksum.

use super::checksum;
use crate::fact::{Batch, FactReader, MessagePiece, NameTable, ReadingSettings};
use crate::fact_file::{self, KeepOptions};
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
        settings: &ReadingSettings,
        keep: KeepOptions,
        reader: &mut FactReader<'_>,
        progress: &dyn Fn(usize),
    ) -> Option<()> {
        let before = reader.messages();
        let owners_named = self.read_into(settings, keep, reader.store())?;
        owners_named.into_iter().for_each(|place| settings.owners.note_place(place));
        progress((reader.messages() - before) as usize);
        Some(())
    }

    /// Reads it by itself, before it is known whether it is needed.
    pub fn read_ahead(&self, settings: &ReadingSettings, keep: KeepOptions) -> Option<FactsAhead> {
        let mut piece = MessagePiece::default();
        let owners_named = self.read_into(settings, keep, (&mut piece.batch, &mut piece.names))?;
        Some(FactsAhead { piece, owners_named })
    }

    /// Reads it; which of the owner's addresses are named is returned, by their places.
    fn read_into(
        &self,
        settings: &ReadingSettings,
        keep: KeepOptions,
        (batch, names): (&mut Batch, &mut NameTable),
    ) -> Option<BTreeSet<u64>> {
        let (mark, remarks) = (batch.mark(), batch.remarks.len());
        let file = self.whole()?;
        match fact_file::read_rows(file, (settings, keep), (&mut *batch, names), None, &|_| ()) {
            Ok((given, owners_named)) => {
                batch.mailboxes += given.iter().map(|given| given.mailboxes).sum::<u32>();
                Some(owners_named)
            }
            Err(_) => {
                batch.cut_back(&mark);
                batch.remarks.truncate(remarks);
                None
            }
        }
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
    pub piece: MessagePiece,
    /// The owner's addresses that its messages name, by their places.
    pub owners_named: BTreeSet<u64>,
}
