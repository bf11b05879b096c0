//! What was read from the mail of a source, to be kept for the next run.

use super::cache::{Cache, may_be_kept};
use super::task::Task;
use crate::error::Error;
use crate::fact::{Batch, Details, NameTable, ReadingSettings, Renaming};
use crate::fact_file::MailboxCounts;
use crate::mailbox::Remark;
use std::io;

/// What is new of the source at hand.
pub(super) struct UncachedFacts<'a> {
    cache: &'a Cache,
    batch: Batch,
    /// Whether facts that were kept of it turned out to be damaged.
    pub is_damaged: bool,
    /// Whether it was reported that facts can't be kept.
    reported: bool,
}

impl<'a> UncachedFacts<'a> {
    pub fn new(cache: &'a Cache) -> Self {
        Self { cache, batch: Batch::default(), is_damaged: false, reported: false }
    }

    /// Takes in what comes next: of the mail a copy. What only the cache needs is left out of what the run keeps.
    pub fn add(
        &mut self,
        batch: &mut Batch,
        (renaming, names): (&mut Renaming, &mut NameTable),
        is_fresh: bool,
    ) {
        if is_fresh {
            self.batch.append(batch.clone(), renaming, names);
        }
        if !self.cache.keep.details {
            batch.details = Details::default();
        }
        if !self.cache.keep.records {
            batch.records = Vec::new();
        }
    }

    /// Keeps what is new of a source, unless the source `failed`. That it can't be kept is reported once, and makes no
    /// difference.
    pub fn keep(
        &mut self,
        (task, failed): (&Task<'_>, bool),
        given: &[MailboxCounts],
        (names, settings): (&NameTable, &ReadingSettings),
    ) -> Option<Remark> {
        let fresh = std::mem::take(&mut self.batch);
        let is_damaged = std::mem::take(&mut self.is_damaged);
        if failed || !may_be_kept(&fresh, given) {
            return None;
        }
        if let (true, Some(kept)) = (is_damaged, &task.kept) {
            let _ = std::fs::remove_file(&kept.path);
        }
        let error = self.write(task, &fresh, is_damaged, (names, settings)).err()?;
        let is_new = !std::mem::replace(&mut self.reported, true);
        let error = Error::io(self.cache.folder(), "can't keep facts for the next run", &error);
        is_new.then_some(Remark::Note(error))
    }

    fn write(
        &self,
        task: &Task<'_>,
        fresh: &Batch,
        is_damaged: bool,
        (names, settings): (&NameTable, &ReadingSettings),
    ) -> io::Result<()> {
        let Some(source) = task.sources.first() else { return Ok(()) };
        match (&task.known, &task.key) {
            (Some(_), _) if is_damaged => self.cache.forget(source),
            (Some(known), _) => known.clone().extend(self.cache, source, fresh, names, settings),
            // Only what is still as it was.
            (None, Some(key))
                if (task.kept.is_none() || is_damaged) && self.cache.may_keep(task.together, key) =>
            {
                self.cache.write_facts(key, fresh, names, settings, None).map(drop)
            }
            _ => Ok(()),
        }
    }
}
