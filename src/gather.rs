//! Reads all mailboxes, on several threads, and puts their messages in the order of the mailboxes.
//!
//! Files are cut into parts, and small ones read many at a time; threads take such tasks in their order, each with a
//! channel of its own, and the channels are emptied in that order. So nothing depends on which thread was faster.

mod by_customer;
mod cache;
mod gathered;
mod piece_sink;
mod read_progress;
mod result_order;
mod task;
mod uncached_facts;

pub use by_customer::gather_by_customer;
pub use cache::Cache;
pub use gathered::{ArgumentCounts, Gathered};
pub use piece_sink::PieceSink;
pub use read_progress::ReadProgress;

use crate::fact::{FactReader, ReadingSettings};
use crate::mailbox::{Buffering, Survey};
use cache::FactsAhead;
use result_order::{Collector, ResultOrder, TaskEnd, ThreadResult};
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, SyncSender};
use task::{Task, tasks};
use uncached_facts::UncachedFacts;

/// How long a part is, in bytes: long enough that its borders cost nothing, short enough that threads end together.
const PART: u64 = 8 * 1_024 * 1_024;

/// Reads all mailboxes. `progress` gets each step. A mailbox that can't be read is a remark and
/// gives nothing.
pub fn gather(
    survey: &Survey,
    settings: &ReadingSettings,
    threads: usize,
    progress: &(dyn Fn(ReadProgress) + Sync),
) -> Gathered {
    let tasks = tasks(&survey.sources, PART, None);
    GatherJob { survey, settings, tasks: &tasks, threads, progress, cache: None }.run(Collector::Everything)
}

/// The same with the facts of earlier runs: only what is new is read from the mail.
pub fn gather_with(
    cache: &Cache,
    survey: &Survey,
    settings: &ReadingSettings,
    threads: usize,
    progress: &(dyn Fn(ReadProgress) + Sync),
) -> Gathered {
    let tasks = tasks(&survey.sources, PART, Some(cache));
    let gathering = GatherJob { survey, settings, tasks: &tasks, threads, progress, cache: Some(cache) };
    let gathered = gathering.run(Collector::Cached(Box::new(UncachedFacts::new(cache))));
    cache.forget_ahead();
    cache.remove_unused(&survey.sources);
    gathered
}

/// The same without keeping it: `pieces` are handed what was read. What is returned counts messages, and has the remarks.
pub fn gather_in_pieces(
    survey: &Survey,
    settings: &ReadingSettings,
    threads: usize,
    progress: &(dyn Fn(ReadProgress) + Sync),
    pieces: &mut dyn PieceSink,
) -> Gathered {
    let tasks = tasks(&survey.sources, PART, None);
    GatherJob { survey, settings, tasks: &tasks, threads, progress, cache: None }
        .run(Collector::Pieces(pieces))
}

/// What is to be read, and how.
struct GatherJob<'a> {
    survey: &'a Survey,
    settings: &'a ReadingSettings,
    tasks: &'a [Task<'a>],
    threads: usize,
    progress: &'a (dyn Fn(ReadProgress) + Sync),
    cache: Option<&'a Cache>,
}

/// Where a thread announces the tasks that it takes. Only the thread that has it may take one.
type TaskAnnouncer = SyncSender<Receiver<ThreadResult>>;

impl<'a> GatherJob<'a> {
    fn run(&self, collect: Collector<'a>) -> Gathered {
        let in_pieces = matches!(collect, Collector::Pieces(_));
        let mut order = ResultOrder::new(self.survey, self.settings, collect, self.tasks);
        let next = Mutex::new(0);
        // Where nothing is kept, no thread may be far ahead of the others.
        let ahead = if in_pieces { self.threads } else { self.tasks.len() };
        let (announce, announced) = mpsc::sync_channel(ahead.max(1));
        std::thread::scope(|scope| {
            if self.tasks.len() == 1 && !in_pieces {
                // One small file is read before a thread has started.
                self.work(&next, &announce, in_pieces);
            } else {
                for _ in 0..self.threads.max(1).min(self.tasks.len()) {
                    let (announce, next) = (announce.clone(), &next);
                    scope.spawn(move || self.work(next, &announce, in_pieces));
                }
            }
            drop(announce);
            for found in announced.into_iter().flatten() {
                order.add(found);
                if !order.wants_more() {
                    return;
                }
            }
        });
        order.complete()
    }

    /// Reads one task after the other, until there are none or no more are wanted.
    fn work(&self, next: &Mutex<usize>, announce: &TaskAnnouncer, in_pieces: bool) {
        let (settings, progress, buffering) = (self.settings, self.progress, Buffering::on(self.threads));
        let mut reader = FactReader::new(settings);
        while let Some((task, send)) = self.take(next, announce) {
            if let Some(ahead) = self.take_ahead(task) {
                if send.send(ahead).is_err() {
                    return;
                }
                continue;
            }
            let mut given = Vec::new();
            let kept =
                self.cache.and_then(|cache| task.run_kept(settings, cache.keep, progress, &mut reader));
            let is_fresh = kept.is_none();
            let mut on_piece = |piece| drop(send.send(ThreadResult { piece, end: None }));
            let on_piece: Option<read_progress::PieceHandler<'_>> =
                if in_pieces { Some(&mut on_piece) } else { None };
            let borders = kept.map_or_else(
                || task.run((settings, buffering), progress, &mut reader, &mut given, on_piece),
                Ok,
            );
            let end = Some(TaskEnd { borders, given, is_fresh });
            if send.send(ThreadResult { piece: reader.take(), end }).is_err() {
                return;
            }
        }
    }

    /// The facts of a task, where they were read while folders were walked.
    fn take_ahead(&self, task: &Task<'_>) -> Option<ThreadResult> {
        let FactsAhead { piece, owners_named } = self.cache?.take_ahead(task.kept.as_ref()?)?;
        (0..piece.batch.read).for_each(|_| (self.progress)(ReadProgress::Message));
        owners_named.into_iter().for_each(|place| self.settings.owners.note_place(place));
        let end = TaskEnd { borders: Ok(None), given: Vec::new(), is_fresh: false };
        Some(ThreadResult { piece, end: Some(end) })
    }

    /// The next task, and where its results go.
    fn take(
        &self,
        next: &Mutex<usize>,
        announce: &TaskAnnouncer,
    ) -> Option<(&Task<'a>, SyncSender<ThreadResult>)> {
        let mut next = next.lock().ok()?;
        let task = self.tasks.get(*next)?;
        *next += 1;
        let (send, receive) = mpsc::sync_channel(1);
        announce.send(receive).ok()?;
        Some((task, send))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::survey;
    use crate::mailbox::tests::line;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::Write;
    use std::sync::LazyLock;

    const SEPARATOR: &str = "From ann@shop.example Thu Jan  4 10:00:00 2024";

    /// Messages: number, place and identity, sender, rule.
    type Found = Vec<(u32, u64, String, u16)>;

    fn read(text: &str, threads: usize, length: u64) -> Found {
        let (found, remarks) = read_bytes(text.as_bytes(), threads, length);
        assert!(remarks.is_empty() || found.is_empty(), "{remarks:?}");
        found
    }

    /// What is found in a file, and what is remarked, whatever the file is called.
    fn read_bytes(bytes: &[u8], threads: usize, length: u64) -> (Found, Vec<String>) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        static LENS: LazyLock<ReadingSettings> = LazyLock::new(|| ReadingSettings {
            with_details: true,
            ..ReadingSettings::plain(1_795_305_600).expect("valid")
        });
        let survey = survey(&[file.path().to_path_buf()]);
        let tasks = tasks(&survey.sources, length, None);
        let gathering = GatherJob {
            survey: &survey,
            settings: &LENS,
            tasks: &tasks,
            threads,
            progress: &|_| {},
            cache: None,
        };
        let Gathered { batch, names, .. } = gathering.run(Collector::Everything);
        let path = file.path().to_string_lossy();
        let remarks = batch.remarks.iter().map(|remark| format!("{remark:?}").replace(&*path, "")).collect();
        let skips = batch.skips.iter().map(|skip| (u32::MAX, skip.offset, skip.reason.why().to_string(), 0));
        let facts = batch.facts.iter().map(|fact| {
            let offset = batch.details.get(fact.order as usize).expect("a detail").offset;
            (fact.order, offset ^ fact.identity, names.text(fact.from).to_string(), fact.rule.0)
        });
        (facts.chain(skips).collect(), remarks)
    }

    fn packed(text: &str) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(text.as_bytes()).expect("packed");
        packed.finish().expect("packed")
    }

    #[test]
    fn a_content_length_may_reach_over_the_border_of_a_part() {
        let inner = format!("text\n{SEPARATOR}\nFrom: inner@shop.example\n\n{}\n", "more\n".repeat(30));
        let text = format!(
            "{SEPARATOR}\nFrom: one@shop.example\nContent-Length: {}\n\n{inner}\n{SEPARATOR}\nFrom: two@shop.example\n\nend\n",
            inner.len()
        );
        let whole = read(&text, 1, u64::MAX);
        assert_eq!(whole.len(), 2);
        for length in 1..text.len() as u64 {
            assert_eq!(read(&text, 2, length), whole, "in parts of {length} bytes");
        }
    }

    #[test]
    fn a_separator_after_a_stray_cr_is_one_wherever_the_parts_begin() {
        let text = format!(
            "{SEPARATOR}\nFrom: one@shop.example\rX: y\r{SEPARATOR}\nFrom: two@shop.example\n\nend\n"
        );
        let whole = read(&text, 1, u64::MAX);
        for length in 1..text.len() as u64 {
            assert_eq!(read(&text, 2, length), whole, "in parts of {length} bytes");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").map_or(48, |n| n.parse().unwrap_or(48)), ..ProptestConfig::default() })]

        #[test]
        fn parts_and_threads_change_nothing(
            lines in proptest::collection::vec((line(), prop_oneof![Just("\n"), Just("\r\n"), Just("\r")]), 0..40),
            length in 1_u64..200, threads in 1_usize..4, mark: bool,
        ) {
            let text: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect();
            let mark = if mark { "\u{feff}" } else { "" };
            let text = format!("{mark}{SEPARATOR}\nFrom: first@shop.example\n{text}");
            prop_assert_eq!(read(&text, threads, length), read(&text, 1, u64::MAX));
        }

        #[test]
        fn what_is_packed_is_read_as_what_is_not_and_the_same_on_any_threads(
            lines in proptest::collection::vec((line(), prop_oneof![Just("\n"), Just("\r\n")]), 60..300),
            threads in 2_usize..4, kept in 0.0_f64..1.0,
        ) {
            let text: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect();
            let text = format!("{SEPARATOR}\nFrom: first@shop.example\n{text}");
            let packed = packed(&text);
            let plain = read_bytes(text.as_bytes(), 1, u64::MAX);
            prop_assert_eq!(read_bytes(&packed, threads, u64::MAX), plain);
            let cut = &packed[..(packed.len() as f64 * kept) as usize];
            prop_assert_eq!(read_bytes(cut, threads, u64::MAX), read_bytes(cut, 1, u64::MAX));
        }
    }
}
