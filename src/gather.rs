//! Reads all mailboxes, on several threads, and puts what they hold in the order in which it stands there.
//!
//! Files are cut into parts, and small ones read many at a time; threads take such tasks from one queue; what a task
//! gave is taken in when all tasks before it have been. So nothing depends on which thread was faster.

mod step;

pub use step::Step;

use crate::error::{Error, Result};
use crate::fact::{Batch, FactReader, Lens, Mark, Names, NewNames, Renaming};
use crate::fact_file::Given;
use crate::mailbox::{self, Argument, BLOCK, Borders, Part, Remark, Sink, Source, Survey};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};
use step::ProgressReader;

/// How long a part is, in bytes: long enough that its borders cost nothing, short enough that threads end together.
const PART: u64 = 8 * 1_024 * 1_024;

/// How many small files are one task at most.
const FILES: usize = 512;

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Facts and signs, in the order of reading.
    pub batch: Batch,
    /// The names that they use.
    pub names: Names,
    /// The mailboxes of the command line and what each gave; in place of a file of facts those that it was made from.
    pub arguments: Vec<(Argument, Yield)>,
}

/// What an argument of the command line gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Yield {
    /// Messages.
    pub messages: u32,
    /// Mailboxes; a part of one and a message in a file of its own count too.
    pub mailboxes: u32,
    /// Whether it holds a Maildir, which may well be empty.
    pub holds_maildir: bool,
    /// Files without mail.
    pub without_mail: u32,
    /// What could not be read.
    pub failures: u32,
    /// How many messages its own lists say that it holds.
    pub promised: u64,
}

impl Yield {
    /// Whether it is a mailbox and was read, at least in part.
    pub fn is_read(&self) -> bool {
        self.mailboxes > 0 || (self.holds_maildir && self.failures == 0)
    }

    /// A mailbox that facts were made from, and what it gave.
    fn of_facts(given: Given) -> (Argument, Self) {
        let Given { path, is_folder, holds_maildir, messages, mailboxes, without_mail, failures, promised } =
            given;
        let gave = Self { messages, mailboxes, holds_maildir, without_mail, failures, promised };
        (Argument { path, holds_maildir, is_folder }, gave)
    }

    /// The same for a file of facts.
    pub fn as_given(&self, named: &Argument) -> Given {
        let Self { messages, mailboxes, holds_maildir, without_mail, failures, promised } = *self;
        let Argument { path, holds_maildir: _, is_folder } = named.clone();
        Given { path, is_folder, holds_maildir, messages, mailboxes, without_mail, failures, promised }
    }

    fn note(&mut self, remark: &Remark) {
        match remark {
            Remark::NoMail(_) => self.without_mail += 1,
            Remark::Failed(_) => self.failures += 1,
            Remark::Promised(messages) => self.promised = self.promised.saturating_add(*messages),
            Remark::Note(_) | Remark::Blocked(_) => {}
        }
    }
}

/// Small sources of one argument, one after the other; or a part of one source.
struct Task<'a> {
    sources: &'a [Source],
    part: Part,
}

/// What a thread found.
struct ThreadResult {
    task: usize,
    thread: usize,
    batch: Batch,
    names: NewNames,
    /// Of a stretch.
    borders: Result<Option<Borders>>,
    /// The mailboxes that facts were made from.
    given: Vec<Given>,
}

/// Reads all mailboxes. `progress` is told of each step. A mailbox that can't be read is a remark and
/// gives nothing.
pub fn gather(survey: &Survey, lens: &Lens, threads: usize, progress: &(dyn Fn(Step) + Sync)) -> Gathered {
    in_parts(survey, lens, threads, PART, progress)
}

fn in_parts(
    survey: &Survey,
    lens: &Lens,
    threads: usize,
    length: u64,
    progress: &(dyn Fn(Step) + Sync),
) -> Gathered {
    let tasks = tasks(&survey.sources, length);
    let mut order = InOrder::new(survey, lens, &tasks, threads);
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::sync_channel::<ThreadResult>(threads.max(1) * 2);
    let work = |thread: usize, send: SyncSender<ThreadResult>| {
        let mut reader = FactReader::new(lens);
        while let Some((number, task)) = take(&next, &tasks) {
            let mut given = Vec::new();
            let borders = task.run(lens, progress, &mut reader, &mut given);
            let (batch, names) = reader.take();
            if send.send(ThreadResult { task: number, thread, batch, names, borders, given }).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        if tasks.len() == 1 {
            // One small file is read before a thread has started.
            work(0, send.clone());
        } else {
            for thread in 0..threads.max(1).min(tasks.len()) {
                let (send, work) = (send.clone(), &work);
                scope.spawn(move || work(thread, send));
            }
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
    order.complete()
}

fn take<'a, 't>(next: &AtomicUsize, tasks: &'t [Task<'a>]) -> Option<(usize, &'t Task<'a>)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    tasks.get(number).map(|task| (number, task))
}

/// Long files in parts of about `length` bytes, small ones together until they reach that length.
fn tasks(sources: &[Source], length: u64) -> Vec<Task<'_>> {
    let mut tasks = Vec::new();
    let mut rest = sources;
    while let Some(first) = rest.first() {
        let mut bytes = 0_u64;
        let fits = |source: &&Source| {
            bytes = bytes.saturating_add(source.size.unwrap_or(u64::MAX));
            bytes <= length && source.argument == first.argument
        };
        let together = rest.iter().take(FILES).take_while(fits).count().max(1);
        let (sources, behind) = rest.split_at(together);
        // What can't be opened now says so when it is read; one of several is never so long that it has parts.
        let parts = mailbox::parts(first, length).unwrap_or_else(|_| vec![Part::Whole]);
        tasks.extend(parts.into_iter().map(|part| Task { sources, part }));
        rest = behind;
    }
    tasks
}

impl Task<'_> {
    /// Reads its sources; one that can't be read as a whole is a remark, a part of one an error.
    fn run<'l>(
        &self,
        lens: &'l Lens,
        progress: &(dyn Fn(Step) + Sync),
        reader: &mut FactReader<'l>,
        given: &mut Vec<Given>,
    ) -> Result<Option<Borders>> {
        for source in self.sources {
            reader.begin();
            let mut told = ProgressReader { reader: &mut *reader, progress, lens, given: Vec::new() };
            let bytes = |bytes| progress(Step::Bytes(bytes));
            let read = mailbox::read(source, &self.part, BLOCK, &bytes, &mut told);
            let of_source = std::mem::take(&mut told.given);
            if read.is_ok() {
                given.extend(of_source);
            }
            match (read, self.part) {
                (read, Part::Stretch { .. } | Part::RowGroup { .. }) => return read,
                (Ok(_), Part::Whole) => {}
                (Err(error), Part::Whole) => reader.remark(Remark::Failed(error)),
            }
        }
        Ok(None)
    }
}

/// Takes in what the tasks gave, one after the other.
struct InOrder<'a> {
    lens: &'a Lens,
    tasks: &'a [Task<'a>],
    /// For each thread, what its names are called here.
    renamings: Vec<Renaming>,
    gathered: Gathered,
    /// For each argument of the command line, what it gave and which mailboxes its facts were made from.
    gave: Vec<(Yield, Vec<Given>)>,
    /// Those of the source at hand.
    given: Vec<Given>,
    survey: &'a Survey,
    /// Where the source at hand begins in the batch: all of it goes where one of its parts fails.
    mark: Mark,
    /// Why it failed.
    failure: Option<Error>,
    /// Where the next part must begin, where the part before it says so.
    expected: Option<u64>,
    taken: usize,
}

impl<'a> InOrder<'a> {
    fn new(survey: &'a Survey, lens: &'a Lens, tasks: &'a [Task<'a>], threads: usize) -> Self {
        let renamings = (0..threads.max(1)).map(|_| Renaming::default()).collect();
        let mut gathered = Gathered::default();
        let empty = |argument: &Argument| Yield { holds_maildir: argument.holds_maildir, ..Yield::default() };
        let mut gave: Vec<_> =
            survey.arguments.iter().map(|argument| (empty(argument), Vec::new())).collect();
        for (argument, remark) in &survey.remarks {
            gave[*argument].0.note(remark);
            gathered.batch.remarks.push(remark.clone());
        }
        let mark = gathered.batch.mark();
        let given = Vec::new();
        Self {
            lens,
            tasks,
            renamings,
            gathered,
            gave,
            given,
            survey,
            mark,
            failure: None,
            expected: None,
            taken: 0,
        }
    }

    fn take_in(&mut self, found: ThreadResult) {
        let Some(task) = self.tasks.get(found.task) else { return };
        self.gathered.names.take_in(&found.names, &mut self.renamings[found.thread]);
        let remarks = self.gathered.batch.remarks.len();
        self.given.extend(found.given);
        match found.borders {
            Ok(borders) => self.part(task, found.batch, found.thread, borders),
            Err(error) => self.failure = self.failure.take().or(Some(error)),
        }
        self.taken += 1;
        let goes_on = self.tasks.get(self.taken).is_some_and(|next| std::ptr::eq(next.sources, task.sources));
        if !goes_on {
            self.end_of_source(task, remarks);
        }
    }

    fn end_of_source(&mut self, task: &Task<'_>, remarks: usize) {
        self.expected = None;
        if let Some(error) = self.failure.take() {
            self.gathered.batch.cut_back(&self.mark);
            self.given.clear();
            self.gathered.batch.remarks.push(Remark::Failed(error));
        }
        let batch = &self.gathered.batch;
        let given = std::mem::take(&mut self.given);
        if let Some((gave, from)) = task.sources.first().and_then(|source| self.gave.get_mut(source.argument))
        {
            from.extend(given);
            batch.remarks[remarks..].iter().for_each(|remark| gave.note(remark));
            gave.messages += batch.read - self.mark.messages();
            gave.mailboxes += batch.mailboxes - self.mark.mailboxes();
        }
        self.mark = batch.mark();
    }

    /// Takes in a part, unless the part before it reaches into it: then it is read again from there.
    fn part(&mut self, task: &Task<'_>, batch: Batch, thread: usize, borders: Option<Borders>) {
        match (self.expected, task.part) {
            (Some(start), Part::Stretch { to, .. }) if start >= to => {}
            (Some(start), Part::Stretch { to, dialect, .. })
                if borders.and_then(|borders| borders.first) != Some(start) =>
            {
                self.again(task, Part::Stretch { from: start, to, dialect });
            }
            _ => {
                self.expected = borders.and_then(|borders| borders.next);
                self.gathered.batch.append(batch, &self.renamings[thread]);
            }
        }
    }

    /// Everything, with what the arguments gave.
    fn complete(self) -> Gathered {
        let mut gathered = self.gathered;
        for (named, (gave, from)) in self.survey.arguments.iter().zip(self.gave) {
            if from.is_empty() {
                gathered.arguments.push((named.clone(), gave));
            }
            gathered.arguments.extend(from.into_iter().map(Yield::of_facts));
        }
        gathered
    }

    fn again(&mut self, task: &Task<'_>, part: Part) {
        let mut reader = FactReader::new(self.lens);
        match (Task { part, ..*task }).run(self.lens, &|_| {}, &mut reader, &mut Vec::new()) {
            Ok(borders) => {
                let (batch, names) = reader.take();
                let mut renaming = Renaming::default();
                self.gathered.names.take_in(&names, &mut renaming);
                self.expected = borders.and_then(|borders| borders.next);
                self.gathered.batch.append(batch, &renaming);
            }
            Err(error) => self.failure = self.failure.take().or(Some(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailbox::survey;
    use proptest::prelude::*;
    use std::io::Write;
    use std::sync::LazyLock;

    const SEPARATOR: &str = "From ann@shop.example Thu Jan  4 10:00:00 2024";

    fn read(text: &str, threads: usize, length: u64) -> Vec<(u32, u64, String, u16)> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        static LENS: LazyLock<Lens> =
            LazyLock::new(|| Lens { with_details: true, ..Lens::plain(1_795_305_600).expect("valid") });
        let survey = survey(&[file.path().to_path_buf()]);
        let Gathered { batch, names, .. } = in_parts(&survey, &LENS, threads, length, &|_| {});
        assert!(batch.remarks.is_empty() || batch.read == 0, "{:?}", batch.remarks);
        let skips = batch.skips.iter().map(|skip| (u32::MAX, skip.offset, skip.reason.why().to_string(), 0));
        let facts = batch.facts.iter().map(|fact| {
            let offset = batch.details[fact.order as usize].offset;
            (fact.order, offset ^ fact.identity, names.text(fact.from).to_string(), fact.rule.0)
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
            Just(format!("\u{feff}{SEPARATOR}")),
            Just(format!("\0\0\0\0\0\0\0{SEPARATOR}")),
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
            length in 1_u64..200, threads in 1_usize..4, mark: bool,
        ) {
            let text: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect();
            let mark = if mark { "\u{feff}" } else { "" };
            let text = format!("{mark}{SEPARATOR}\nFrom: first@shop.example\n{text}");
            prop_assert_eq!(read(&text, threads, length), read(&text, 1, u64::MAX));
        }
    }
}
