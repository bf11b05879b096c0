//! Reads all mailboxes, on several threads, and puts what they hold in the order in which it stands there.
//!
//! Mailboxes are cut into parts; threads take parts from one queue; what a part gave is taken in when all parts
//! before it have been. So nothing depends on which thread was faster.

use crate::error::{Error, Result};
use crate::fact::{Batch, FactReader, Lens, Mark, Names, NewNames, Renaming};
use crate::mailbox::{self, BLOCK, Borders, Part, Source};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// How long a part is, in bytes: long enough that its borders cost nothing, short enough that threads end together.
const PART: u64 = 8 * 1_024 * 1_024;

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Facts and signs, in the order of reading.
    pub batch: Batch,
    /// The names that they use.
    pub names: Names,
    /// For each mailbox that could not be read, why.
    pub failures: Vec<Error>,
}

/// A part of one of the mailboxes.
struct Task {
    mailbox: usize,
    part: Part,
}

/// What a thread found in a part.
struct Found {
    task: usize,
    thread: usize,
    batch: Batch,
    names: NewNames,
    borders: Result<Borders>,
}

/// Reads all mailboxes. `progress` is told of bytes as they are read. A mailbox that can't be read is a failure of
/// its own and gives nothing.
pub fn gather(
    mailboxes: &[Source],
    lens: &Lens,
    threads: usize,
    progress: &(dyn Fn(u64) + Sync),
) -> Gathered {
    in_parts(mailboxes, lens, threads, PART, progress)
}

fn in_parts(
    mailboxes: &[Source],
    lens: &Lens,
    threads: usize,
    length: u64,
    progress: &(dyn Fn(u64) + Sync),
) -> Gathered {
    let mut failures: BTreeMap<usize, Error> = BTreeMap::new();
    let mut tasks = Vec::new();
    for (mailbox, source) in mailboxes.iter().enumerate() {
        match mailbox::parts(source, length) {
            Ok(parts) => tasks.extend(parts.into_iter().map(|part| Task { mailbox, part })),
            Err(error) => {
                failures.insert(mailbox, error);
            }
        }
    }
    let mut order = InOrder::new(mailboxes, lens, &tasks, threads, failures);
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::sync_channel::<Found>(threads.max(1) * 2);
    std::thread::scope(|scope| {
        for thread in 0..threads.max(1).min(tasks.len()) {
            let (send, next, tasks) = (send.clone(), &next, &tasks);
            scope.spawn(move || {
                let mut reader = FactReader::new(lens);
                while let Some((number, task)) = take(next, tasks) {
                    let source = &mailboxes[task.mailbox];
                    reader.turn_to(task.mailbox, source.path());
                    let borders =
                        mailbox::read(source, &task.part, BLOCK, &|bytes| progress(bytes), &mut reader);
                    let (batch, names) = reader.take();
                    if send.send(Found { task: number, thread, batch, names, borders }).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        for found in receive {
            waiting.insert(found.task, found);
            while let Some(found) = waiting.remove(&order.taken) {
                order.take_in(found);
            }
        }
    });
    order.finish()
}

fn take<'a>(next: &AtomicUsize, tasks: &'a [Task]) -> Option<(usize, &'a Task)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    tasks.get(number).map(|task| (number, task))
}

/// Takes in what the parts gave, one after the other.
struct InOrder<'a> {
    mailboxes: &'a [Source],
    lens: &'a Lens,
    tasks: &'a [Task],
    /// For each thread, what its names are called here.
    renamings: Vec<Renaming>,
    gathered: Gathered,
    /// Where the mailbox at hand begins in the batch: all of it goes where one of its parts fails.
    mark: Mark,
    failures: BTreeMap<usize, Error>,
    /// Where the next part must begin, where the part before it says so.
    expected: Option<u64>,
    taken: usize,
}

impl<'a> InOrder<'a> {
    fn new(
        mailboxes: &'a [Source],
        lens: &'a Lens,
        tasks: &'a [Task],
        threads: usize,
        failures: BTreeMap<usize, Error>,
    ) -> Self {
        let renamings = (0..threads.max(1)).map(|_| Renaming::default()).collect();
        let (gathered, mark) = (Gathered::default(), Mark::default());
        Self { mailboxes, lens, tasks, renamings, gathered, mark, failures, expected: None, taken: 0 }
    }

    fn take_in(&mut self, found: Found) {
        let Some(task) = self.tasks.get(found.task) else { return };
        self.gathered.names.take_in(&found.names, &mut self.renamings[found.thread]);
        match found.borders {
            Ok(borders) => self.part(task, found.batch, found.thread, borders),
            Err(error) => {
                self.failures.entry(task.mailbox).or_insert(error);
            }
        }
        self.taken += 1;
        let ends = self.tasks.get(self.taken).is_none_or(|next| next.mailbox != task.mailbox);
        if ends {
            self.expected = None;
            if self.failures.contains_key(&task.mailbox) {
                self.gathered.batch.cut_back(&self.mark);
            }
            self.mark = self.gathered.batch.mark();
        }
    }

    /// Takes in a part, unless the part before it reaches into it: then it is read again from there.
    fn part(&mut self, task: &Task, batch: Batch, thread: usize, borders: Borders) {
        match (self.expected, task.part) {
            (Some(start), Part::Stretch { to, .. }) if start >= to => {}
            (Some(start), Part::Stretch { to, size, dialect, .. }) if borders.first != Some(start) => {
                self.again(task, Part::Stretch { from: start, to, size, dialect });
            }
            _ => {
                self.expected = borders.next;
                self.gathered.batch.append(batch, &self.renamings[thread]);
            }
        }
    }

    fn again(&mut self, task: &Task, part: Part) {
        let mut reader = FactReader::new(self.lens);
        let source = &self.mailboxes[task.mailbox];
        reader.turn_to(task.mailbox, source.path());
        match mailbox::read(source, &part, BLOCK, &|_| {}, &mut reader) {
            Ok(borders) => {
                let (batch, names) = reader.take();
                let mut renaming = Renaming::default();
                self.gathered.names.take_in(&names, &mut renaming);
                self.expected = borders.next;
                self.gathered.batch.append(batch, &renaming);
            }
            Err(error) => {
                self.failures.entry(task.mailbox).or_insert(error);
            }
        }
    }

    fn finish(self) -> Gathered {
        Gathered { failures: self.failures.into_values().collect(), ..self.gathered }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;
    use std::sync::LazyLock;

    const SEPARATOR: &str = "From ann@shop.example Thu Jan  4 10:00:00 2024";

    fn read(text: &str, threads: usize, length: u64) -> Vec<(u32, u64, String, u16)> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        static LENS: LazyLock<Lens> =
            LazyLock::new(|| Lens { with_details: true, ..Lens::plain(1_795_305_600).expect("valid") });
        let sources = [Source::File(file.path().to_path_buf())];
        let Gathered { batch, names, failures } = in_parts(&sources, &LENS, threads, length, &|_| {});
        assert!(failures.is_empty() || batch.read == 0, "{failures:?}");
        let skips = batch.skips.iter().map(|skip| (u32::MAX, skip.offset, skip.reason.why().to_string(), 0));
        let facts = batch.facts.iter().map(|fact| {
            let offset = batch.details[fact.order as usize].offset;
            (fact.order, offset ^ fact.identity, names.addresses.text(fact.from).to_string(), fact.rule.0)
        });
        facts.chain(skips).collect()
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
    fn a_separator_behind_a_stray_cr_is_one_wherever_the_parts_begin() {
        let text = format!(
            "{SEPARATOR}\nFrom: one@shop.example\rX: y\r{SEPARATOR}\nFrom: two@shop.example\n\nend\n"
        );
        let whole = read(&text, 1, u64::MAX);
        for length in 1..text.len() as u64 {
            assert_eq!(read(&text, 2, length), whole, "in parts of {length} bytes");
        }
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(SEPARATOR.to_string()),
            Just("From ".to_string()),
            Just("From nobody Mon Sep 17 00:00:00 2001".to_string()),
            Just(">From x".to_string()),
            "From: [a-c]@shop.example",
            "Content-Length: [0-9]{1,3}",
            Just(String::new()),
            "[ -~]{0,12}",
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").map_or(48, |n| n.parse().unwrap_or(48)), ..ProptestConfig::default() })]

        #[test]
        fn parts_and_threads_change_nothing(
            lines in proptest::collection::vec((line(), prop_oneof![Just("\n"), Just("\r\n"), Just("\r")]), 0..40),
            length in 1_u64..200, threads in 1_usize..4,
        ) {
            let text: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect();
            let text = format!("{SEPARATOR}\nFrom: first@shop.example\n{text}");
            prop_assert_eq!(read(&text, threads, length), read(&text, 1, u64::MAX));
        }
    }
}
