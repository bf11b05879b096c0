//! What one thread reads at a time: some small files, a part of a long one, or facts that were kept of these.

use super::cache::{Cache, CachedFacts, CachedMbox, checksum};
use super::read_progress::{PieceHandler, ProgressReader, ReadProgress};
use crate::error::Result;
use crate::fact::{FactReader, Lens};
use crate::fact_file::{KeepOptions, MailboxCounts};
use crate::mailbox::{self, BLOCK, Borders, Dialect, Remark, Sink, Source, SourcePart};

/// How many small files are one task at most.
const FILES: usize = 512;

/// The same of messages in a Maildir that may be kept: new ones come at its end, so that few are read again, and a file of
/// the cache costs as much as the facts of a hundred messages in it.
const KNOWN_BY_INODE: usize = 2_048;

/// Small sources of one argument, one after the other; or a part of one source.
pub(super) struct Task<'a> {
    pub sources: &'a [Source],
    pub part: SourcePart,
    /// Its facts, where they were kept.
    pub kept: Option<CachedFacts>,
    /// Under which name its facts are to be kept.
    pub key: Option<String>,
    /// At the last part of a long mbox: what is known of it.
    pub known: Option<CachedMbox>,
}

/// Long files in parts of about `length` bytes, small ones together until they reach that length.
pub(super) fn tasks<'a>(sources: &'a [Source], length: u64, cache: Option<&Cache>) -> Vec<Task<'a>> {
    let mut tasks = Vec::new();
    let mut rest = sources;
    while let Some(first) = rest.first() {
        let mut bytes = 0_u64;
        let fits = |source: &&Source| {
            let size = if source.inode.is_some() { Some(0) } else { source.size };
            bytes = bytes.saturating_add(size.unwrap_or(u64::MAX));
            bytes <= length && source.argument == first.argument
        };
        let files = if first.inode.is_some() { KNOWN_BY_INODE } else { FILES };
        let together = rest.iter().take(files).take_while(fits).count().max(1);
        // With a cache, a new file moves only the border of the files around it.
        let border = rest.iter().take(together).position(|source| cache.is_some() && is_border(source));
        let (sources, after) = rest.split_at(border.map_or(together, |at| at + 1));
        // What can't be opened now says so when it is read; one of several is never so long that it has parts.
        let parts = mailbox::parts(first, length).unwrap_or_else(|_| vec![SourcePart::Whole]);
        match (cache, parts.first()) {
            (Some(cache), Some(SourcePart::ByteRange { dialect, .. })) => {
                tasks.extend(cached_and_new(cache, sources, length, *dialect));
            }
            (Some(cache), Some(SourcePart::Whole)) => {
                let key = cache.key(sources);
                let kept = key.as_deref().and_then(|key| cache.find(key));
                tasks.push(Task { kept, key, ..Task::plain(sources, SourcePart::Whole) });
            }
            _ => tasks.extend(parts.into_iter().map(|part| Task::plain(sources, part))),
        }
        rest = after;
    }
    tasks
}

/// Whether files that are kept together end with that one: by its name, so that it is the same in every run.
fn is_border(source: &Source) -> bool {
    let every = if source.inode.is_some() { 1_024 } else { 256 };
    checksum(source.origin.path.as_os_str().as_encoded_bytes()).is_multiple_of(every)
}

/// The parts of a long mbox: what is kept of it, and what came after that.
fn cached_and_new<'a>(cache: &Cache, sources: &'a [Source], length: u64, dialect: Dialect) -> Vec<Task<'a>> {
    let Some(source) = sources.first() else { return Vec::new() };
    let known = CachedMbox::of(cache, source, dialect);
    known.mark_used(cache);
    let kept = known.segments(dialect);
    let mut tasks: Vec<Task<'a>> =
        kept.map(|(part, kept)| Task { kept: Some(kept), ..Task::plain(sources, part) }).collect();
    let (mut from, size) = (known.end(), source.size.unwrap_or(0));
    while size.saturating_sub(from) > length {
        tasks.push(Task::plain(sources, SourcePart::ByteRange { from, to: from + length, dialect }));
        from += length;
    }
    let last = Task::plain(sources, SourcePart::ByteRange { from, to: u64::MAX, dialect });
    tasks.push(Task { known: Some(known), ..last });
    tasks
}

impl<'a> Task<'a> {
    /// Sources that are read, or a part of one.
    pub fn plain(sources: &'a [Source], part: SourcePart) -> Self {
        Self { sources, part, kept: None, key: None, known: None }
    }
}

impl Task<'_> {
    /// Reads its facts where they were kept, and are whole.
    pub fn run_kept(
        &self,
        lens: &Lens,
        keep: KeepOptions,
        progress: &(dyn Fn(ReadProgress) + Sync),
        reader: &mut FactReader<'_>,
    ) -> Option<Option<Borders>> {
        let rows = |count| (0..count).for_each(|_| progress(ReadProgress::Message));
        self.kept.as_ref()?.read(lens, keep, reader, &rows)?;
        let first = match self.part {
            SourcePart::ByteRange { from, .. } => Some(from),
            _ => None,
        };
        Some(first.map(|first| Borders { first: Some(first), next: None }))
    }

    /// Reads its sources; one that can't be read as a whole is a remark, a part of one an error. `on_piece` is handed what
    /// was read of whole sources as soon as it is much.
    pub fn run<'l>(
        &self,
        lens: &'l Lens,
        progress: &(dyn Fn(ReadProgress) + Sync),
        reader: &mut FactReader<'l>,
        given: &mut Vec<MailboxCounts>,
        mut on_piece: Option<PieceHandler<'_>>,
    ) -> Result<Option<Borders>> {
        for source in self.sources {
            reader.begin();
            let on_piece: Option<PieceHandler<'_>> = match &mut on_piece {
                Some(on_piece) if self.part == SourcePart::Whole => Some(&mut **on_piece),
                _ => None,
            };
            let mut progress_reader = ProgressReader {
                reader: &mut *reader,
                progress,
                lens,
                given: Vec::new(),
                one_customer: None,
                on_piece,
            };
            let bytes = |bytes| progress(ReadProgress::Bytes(bytes));
            let read = mailbox::read(&source.looked_at(), &self.part, BLOCK, &bytes, &mut progress_reader);
            let of_source = std::mem::take(&mut progress_reader.given);
            if read.is_ok() {
                given.extend(of_source);
            }
            match (read, self.part) {
                (read, SourcePart::ByteRange { .. } | SourcePart::RowGroup { .. }) => return read,
                (Ok(_), SourcePart::Whole) => {}
                (Err(error), SourcePart::Whole) => reader.remark(Remark::Failed(error)),
            }
        }
        Ok(None)
    }
}
