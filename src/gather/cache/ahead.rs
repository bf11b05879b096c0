//! Reads facts that were kept while folders are still walked: most of them will be needed, and the walk leaves the machine's
//! other cores idle. With a Maildir of 100,000 messages that is a sixth of a night's run.

use super::cached_facts::{CachedFacts, FactsAhead};
use super::{Cache, TAG, name_of_argument};
use crate::error::Result;
use crate::fact::ReadingSettings;
use crate::fact_file::KeepOptions;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What was read before it was known what is needed, by the files that it was read from.
pub(super) type ReadAhead = HashMap<PathBuf, FactsAhead>;

impl Cache {
    /// The cache in a folder, where that was a cache before.
    pub fn open_again(
        folder: &Path,
        arguments: &[PathBuf],
        settings: &ReadingSettings,
        keep: KeepOptions,
    ) -> Result<Option<Self>> {
        folder.join(TAG).exists().then(|| Self::open(folder, arguments, settings, keep)).transpose()
    }

    /// Walks folders, and meanwhile reads on another thread what was kept of them.
    pub fn read_while<T>(&self, settings: &ReadingSettings, walk: impl FnOnce() -> T) -> T {
        let is_done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| self.read_until(settings, &is_done));
            let found = walk();
            is_done.store(true, Ordering::Relaxed);
            found
        })
    }

    fn read_until(&self, settings: &ReadingSettings, is_done: &AtomicBool) {
        let folders = self.arguments.iter().filter(|path| path.is_dir());
        let beginnings: Vec<String> = folders.map(|path| format!("f-{}-", name_of_argument(path))).collect();
        let of_folders = |key: &str| beginnings.iter().any(|beginning| key.starts_with(beginning));
        let files = self.files.iter().filter(|(key, _)| of_folders(key)).map(|(_, file)| file);
        let mut read = ReadAhead::new();
        // Tests read everything ahead, however small.
        for file in files.take_while(|_| cfg!(test) || !is_done.load(Ordering::Relaxed)) {
            let facts = file.read_ahead(settings, self.keep);
            read.extend(facts.map(|facts| (file.path.clone(), facts)));
        }
        if let Ok(mut ahead) = self.ahead.lock() {
            *ahead = read;
        }
    }

    /// What was read of that file.
    pub(in crate::gather) fn take_ahead(&self, file: &CachedFacts) -> Option<FactsAhead> {
        self.ahead.lock().ok()?.remove(&file.path)
    }

    /// Lets go what turned out not to be needed.
    pub(in crate::gather) fn forget_ahead(&self) {
        if let Ok(mut ahead) = self.ahead.lock() {
            *ahead = Default::default();
        }
    }
}
