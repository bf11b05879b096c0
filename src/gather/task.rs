//! What one thread reads at a time: some small files, a part of a long one, or facts that were kept of these.

use super::cache::{Cache, CachedFacts, CachedMbox};
use super::read_progress::{PieceHandler, ProgressReader, ReadProgress};
use crate::error::Result;
use crate::fact::{FactReader, ReadingSettings, hash};
use crate::fact_file::{KeepOptions, MailboxCounts};
use crate::mailbox::{self, Borders, Buffering, Dialect, Remark, Sink, Source, SourcePart};
use std::collections::HashMap;

/// How many small files are one task at most.
const FILES: usize = 512;

/// The same of messages in a Maildir that may be kept: new ones come at its end, so that few are read again, and a file of
/// the cache costs as much as the facts of a hundred messages in it.
const KNOWN_BY_INODE: usize = 8_192;

/// One message in so many of a Maildir is the last of those that are kept together, as a power of two. After the last
/// such border the next number counts, and so on: there new messages come, and states change most.
const BORDERS: [u32; 3] = [11, 8, 6];

/// So many of those that were not kept are one task: a night's new mail is read by all threads.
const NEW_FILES: usize = if cfg!(test) { 2 } else { 128 };

/// Small sources of one argument, one after the other; or a part of one source.
pub(super) struct Task<'a> {
    pub sources: &'a [Source],
    /// The sources whose facts are kept together, these among them.
    pub together: &'a [Source],
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
    let newest = cache.map_or_else(HashMap::new, |_| newest(sources));
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
        let at = sources.len() - rest.len();
        let newest = newest.get(&first.argument);
        let bits = |place| {
            let passed = newest.map_or(0, |newest| newest.partition_point(|newest| *newest <= at + place));
            BORDERS[passed]
        };
        let is_last = |(place, source)| cache.is_some() && is_border(source, bits(place));
        let border = rest.iter().take(together).enumerate().position(is_last);
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
                let task = Task { kept, key, ..Task::plain(sources, SourcePart::Whole) };
                tasks.extend(if task.kept.is_some() { vec![task] } else { task.split() });
            }
            _ => tasks.extend(parts.into_iter().map(|part| Task::plain(sources, part))),
        }
        rest = after;
    }
    tasks
}

/// Whether files that are kept together end with that one: by what it is known by, so that it is the same in every run. One
/// message of a Maildir in 2^`bits` does so, and one of 256 other files.
fn is_border(source: &Source, bits: u32) -> bool {
    match source.inode {
        // Mixed, because inodes may have a pattern (Fibonacci hashing).
        Some(inode) => inode.wrapping_mul(0x9E37_79B9_7F4A_7C15).leading_zeros() >= bits,
        None => hash(&[source.origin.path.as_os_str().as_encoded_bytes()]).is_multiple_of(256),
    }
}

/// For each argument the places after the last of each but the last of [`BORDERS`] among its messages of a Maildir.
fn newest(sources: &[Source]) -> HashMap<usize, [usize; BORDERS.len() - 1]> {
    let mut places = HashMap::new();
    for (at, source) in sources.iter().enumerate().filter(|(_, source)| source.inode.is_some()) {
        let places = places.entry(source.argument).or_insert([at; BORDERS.len() - 1]);
        if let Some(level) = BORDERS.iter().take(places.len()).position(|bits| is_border(source, *bits)) {
            places[level..].fill(at + 1);
        }
    }
    places
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
        Self { sources, together: sources, part, kept: None, key: None, known: None }
    }

    /// The same in several tasks; the last one keeps what all of them gave.
    fn split(self) -> Vec<Self> {
        let Self { together, part, key, .. } = self;
        let pieces = self.sources.chunks(NEW_FILES);
        let mut tasks: Vec<Self> =
            pieces.map(|sources| Self { together, ..Self::plain(sources, part) }).collect();
        if let Some(last) = tasks.last_mut() {
            last.key = key;
        }
        tasks
    }
}

impl Task<'_> {
    /// Reads its facts where they were kept, and are whole.
    pub fn run_kept(
        &self,
        settings: &ReadingSettings,
        keep: KeepOptions,
        progress: &(dyn Fn(ReadProgress) + Sync),
        reader: &mut FactReader<'_>,
    ) -> Option<Option<Borders>> {
        let rows = |count| (0..count).for_each(|_| progress(ReadProgress::Message));
        self.kept.as_ref()?.read(settings, keep, reader, &rows)?;
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
        (settings, buffering): (&'l ReadingSettings, Buffering),
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
                settings,
                given: Vec::new(),
                one_customer: None,
                on_piece,
            };
            let bytes = |bytes| progress(ReadProgress::Bytes(bytes));
            let read =
                mailbox::read(&source.looked_at(), &self.part, buffering, &bytes, &mut progress_reader);
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
