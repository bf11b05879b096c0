//! Long mbox files: segments of their messages, and what shows that the file only grew since.

use super::stamp::{Stamp, samples};
use super::{Cache, CachedFacts};
use crate::fact::{Batch, MessageRecord, NameTable, ReadingSettings};
use crate::mailbox::{Dialect, HEADER_LIMIT, Source, SourcePart};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io;
use std::path::PathBuf;

/// How many messages a segment has at most.
const MESSAGES: u32 = 65_536;

/// So many segments of fewer messages are read anew, as one.
const SMALL: (usize, u32) = (12, MESSAGES / 4);

/// What is known of a long mbox file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedMbox {
    stamp: Option<Stamp>,
    /// The bytes before `end`.
    samples: String,
    /// The place of the first separator, and what applies to the whole file.
    dialect: (u64, bool, bool),
    /// Whether its program writes the states of messages into it.
    has_states: bool,
    /// Where the messages that are kept end: the last message of a run may still grow.
    end: u64,
    segments: Vec<CachedSegment>,
}

/// Messages that are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedSegment {
    /// Where its first message begins.
    pub from: u64,
    /// Where the message after its last begins.
    pub to: u64,
    messages: u32,
    /// Their facts.
    pub kept: CachedFacts,
}

impl CachedMbox {
    /// What is kept of a source with that dialect and is certainly still valid.
    pub fn of(cache: &Cache, source: &Source, dialect: Dialect) -> Self {
        Self::read(cache, source, dialect).unwrap_or_else(|| Self::nothing(dialect))
    }

    fn nothing(dialect: Dialect) -> Self {
        let Dialect { start, patches, certain } = dialect;
        Self { dialect: (start, patches, certain), end: start, ..Self::default() }
    }

    fn read(cache: &Cache, source: &Source, dialect: Dialect) -> Option<Self> {
        let text = std::fs::read_to_string(manifest(cache, source)).ok()?;
        let (digest, json) = text.split_once('\n')?;
        let known: Self = serde_json::from_str(json).ok().filter(|_| digest == cache.digest(json))?;
        let stamp = Stamp::of(source)?;
        let same = known.stamp.as_ref() == Some(&stamp);
        let grew = known.stamp.as_ref().is_some_and(|before| before.size < stamp.size) && !known.has_states;
        let same_dialect = known.dialect == Self::nothing(dialect).dialect;
        if !(same || grew) || !same_dialect || known.end > stamp.size {
            return None;
        }
        let mut file = File::open(&source.origin.path).ok()?;
        let size = known.stamp.as_ref().map_or(0, |before| before.size);
        (samples(&mut file, known.end, size).ok()? == known.samples).then(|| known.without_many_small())
    }

    /// Of many small segments none is left: their messages are read again and kept together.
    fn without_many_small(mut self) -> Self {
        let (few, small) = SMALL;
        let large = self.segments.iter().take_while(|segment| segment.messages >= small).count();
        if self.segments.len() - large > few {
            self.end = self.segments.get(large).map_or(self.end, |segment| segment.from);
            self.segments.truncate(large);
        }
        self
    }

    /// The parts that are kept, and where reading continues.
    pub fn segments(&self, dialect: Dialect) -> impl Iterator<Item = (SourcePart, CachedFacts)> {
        let part = move |segment: &CachedSegment| SourcePart::ByteRange {
            from: segment.from,
            to: segment.to,
            dialect,
        };
        self.segments.iter().map(move |segment| (part(segment), segment.kept.clone()))
    }

    /// Where reading continues.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Marks the files as used.
    pub fn mark_used(&self, cache: &Cache) {
        self.segments.iter().for_each(|segment| cache.mark_used(&segment.kept.path));
    }

    /// Keeps what was read after the end, except the last message, and notes the file as it was surveyed.
    pub fn extend(
        mut self,
        cache: &Cache,
        source: &Source,
        fresh: &Batch,
        names: &NameTable,
        settings: &ReadingSettings,
    ) -> io::Result<()> {
        let Some(stamp) = Stamp::of(source) else { return Ok(()) };
        // A file that was just written may be written again at what the system calls the same time.
        let stamp = if stamp.is_settled(cache.now) { stamp } else { stamp.unsettled() };
        if self.stamp.as_ref() == Some(&stamp) && fresh.read <= 1 {
            return Ok(());
        }
        let last = lasting(fresh, stamp.size);
        let offset = |order: u32| fresh.details.get(order as usize).map(|detail| detail.offset);
        self.has_states |= fresh.records.iter().any(|record| record.has_state);
        for from in (0..last).step_by(MESSAGES as usize) {
            let to = last.min(from + MESSAGES);
            let (Some(start), Some(end)) = (offset(from), offset(to)) else { return Ok(()) };
            let key = format!(
                "s-{}-{}-{start}-{end}",
                cache.argument(source),
                cache.digest(format!("{:?}{stamp:?}", source.origin))
            );
            let kept = cache.write_facts(&key, fresh, names, settings, Some(from..to))?;
            self.segments.push(CachedSegment { from: start, to: end, messages: to - from, kept });
            self.end = end;
        }
        let mut file = File::open(&source.origin.path)?;
        self.samples = samples(&mut file, self.end, stamp.size)?;
        self.stamp = Some(stamp);
        let json = serde_json::to_string(&self).map_err(io::Error::other)?;
        cache.write(&manifest(cache, source), format!("{}\n{json}", cache.digest(&json)).as_bytes())
    }
}

/// How many messages more mail can't change: not the last one, and none that claims to reach beyond the end.
fn lasting(fresh: &Batch, size: u64) -> u32 {
    let reaches_out = |(order, record): (u32, &MessageRecord)| {
        let begins = fresh.details.get(order as usize).map_or(u64::MAX, |detail| detail.offset);
        let claimed = record
            .claimed
            .filter(|claimed| begins.saturating_add(*claimed).saturating_add(HEADER_LIMIT as u64) >= size);
        claimed.map(|_| order)
    };
    let first = (0..).zip(&fresh.records).find_map(reaches_out);
    fresh.read.saturating_sub(1).min(first.unwrap_or(u32::MAX))
}

/// The file that says what is known of a source.
pub fn manifest(cache: &Cache, source: &Source) -> PathBuf {
    cache.folder.join(format!(
        "m-{}-{}.json",
        cache.argument(source),
        cache.digest(format!("{:?}", source.origin))
    ))
}
