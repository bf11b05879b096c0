//! Reads all mailboxes, on several threads, and puts what they hold in the order in which it stands there.
//!
//! Files are cut into parts, and small ones read many at a time; threads take such tasks from one queue; what a task
//! gave is taken in when all tasks before it have been. So nothing depends on which thread was faster.

mod cache;
mod step;

pub use cache::Cache;
pub use step::Step;

use crate::error::{Error, Result};
use crate::fact::{Batch, FactReader, Lens, Mark, Names, NewNames, Renaming, hash};
use crate::fact_file::{Given, Keep};
use crate::mailbox::{self, Argument, BLOCK, Borders, Dialect, Part, Remark, Sink, Source, Survey};
use cache::{Kept, Known, may_be_kept};
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
    /// Its facts, where they were kept.
    kept: Option<Kept>,
    /// Under which name its facts are to be kept.
    key: Option<String>,
    /// At the last part of a long mbox: what is known of it.
    known: Option<Known>,
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
    /// Whether it comes from the mail, not from facts that were kept.
    is_fresh: bool,
}

/// Reads all mailboxes. `progress` is told of each step. A mailbox that can't be read is a remark and
/// gives nothing.
pub fn gather(survey: &Survey, lens: &Lens, threads: usize, progress: &(dyn Fn(Step) + Sync)) -> Gathered {
    in_parts(survey, lens, threads, (PART, None), progress)
}

/// The same with the facts of earlier runs: only what is new is read from the mail.
pub fn gather_with(
    cache: &Cache,
    survey: &Survey,
    lens: &Lens,
    threads: usize,
    progress: &(dyn Fn(Step) + Sync),
) -> Gathered {
    let gathered = in_parts(survey, lens, threads, (PART, Some(cache)), progress);
    cache.remove_unused(&survey.sources);
    gathered
}

fn in_parts(
    survey: &Survey,
    lens: &Lens,
    threads: usize,
    (length, cache): (u64, Option<&Cache>),
    progress: &(dyn Fn(Step) + Sync),
) -> Gathered {
    let tasks = tasks(&survey.sources, length, cache);
    let mut order = InOrder::new(survey, (lens, cache), &tasks, threads);
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::sync_channel::<ThreadResult>(threads.max(1) * 2);
    let work = |thread: usize, send: SyncSender<ThreadResult>| {
        let mut reader = FactReader::new(lens);
        while let Some((number, task)) = take(&next, &tasks) {
            let mut given = Vec::new();
            let kept = cache.and_then(|cache| task.run_kept(lens, cache.keep, progress, &mut reader));
            let is_fresh = kept.is_none();
            let borders = kept.map_or_else(|| task.run(lens, progress, &mut reader, &mut given), Ok);
            let (batch, names) = reader.take();
            let found = ThreadResult { task: number, thread, batch, names, borders, given, is_fresh };
            if send.send(found).is_err() {
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
fn tasks<'a>(sources: &'a [Source], length: u64, cache: Option<&Cache>) -> Vec<Task<'a>> {
    let mut tasks = Vec::new();
    let mut rest = sources;
    while let Some(first) = rest.first() {
        let mut bytes = 0_u64;
        let fits = |source: &&Source| {
            bytes = bytes.saturating_add(source.size.unwrap_or(u64::MAX));
            bytes <= length && source.argument == first.argument
        };
        let together = rest.iter().take(FILES).take_while(fits).count().max(1);
        // With a cache, a new file moves only the border of the files around it.
        let border = rest.iter().take(together).position(|source| cache.is_some() && is_border(source));
        let (sources, behind) = rest.split_at(border.map_or(together, |at| at + 1));
        // What can't be opened now says so when it is read; one of several is never so long that it has parts.
        let parts = mailbox::parts(first, length).unwrap_or_else(|_| vec![Part::Whole]);
        match (cache, parts.first()) {
            (Some(cache), Some(Part::Stretch { dialect, .. })) => {
                tasks.extend(known_and_new(cache, sources, length, *dialect));
            }
            (Some(cache), Some(Part::Whole)) => {
                let key = cache.key(sources);
                let kept = key.as_deref().and_then(|key| cache.kept(key));
                tasks.push(Task { kept, key, ..Task::plain(sources, Part::Whole) });
            }
            _ => tasks.extend(parts.into_iter().map(|part| Task::plain(sources, part))),
        }
        rest = behind;
    }
    tasks
}

/// Whether files that are kept together end with that one: by its name, so that it is the same in every run.
fn is_border(source: &Source) -> bool {
    hash(&[source.origin.path.as_os_str().as_encoded_bytes()]).is_multiple_of(256)
}

/// The parts of a long mbox: what is kept of it, and what came after that.
fn known_and_new<'a>(cache: &Cache, sources: &'a [Source], length: u64, dialect: Dialect) -> Vec<Task<'a>> {
    let Some(source) = sources.first() else { return Vec::new() };
    let known = Known::of(cache, source, dialect);
    known.is_used(cache);
    let kept = known.segments(dialect);
    let mut tasks: Vec<Task<'a>> =
        kept.map(|(part, kept)| Task { kept: Some(kept), ..Task::plain(sources, part) }).collect();
    let (mut from, size) = (known.end(), source.size.unwrap_or(0));
    while size.saturating_sub(from) > length {
        tasks.push(Task::plain(sources, Part::Stretch { from, to: from + length, dialect }));
        from += length;
    }
    let last = Task::plain(sources, Part::Stretch { from, to: u64::MAX, dialect });
    tasks.push(Task { known: Some(known), ..last });
    tasks
}

impl<'a> Task<'a> {
    fn plain(sources: &'a [Source], part: Part) -> Self {
        Self { sources, part, kept: None, key: None, known: None }
    }
}

impl Task<'_> {
    /// Reads its facts where they were kept, and are whole.
    fn run_kept(
        &self,
        lens: &Lens,
        keep: Keep,
        progress: &(dyn Fn(Step) + Sync),
        reader: &mut FactReader<'_>,
    ) -> Option<Option<Borders>> {
        let rows = |count| (0..count).for_each(|_| progress(Step::Message));
        self.kept.as_ref()?.read(lens, keep, reader, &rows)?;
        let first = match self.part {
            Part::Stretch { from, .. } => Some(from),
            _ => None,
        };
        Some(first.map(|first| Borders { first: Some(first), next: None }))
    }

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
    cache: Option<&'a Cache>,
    /// What was read from the mail of the source at hand, to be kept.
    fresh: Batch,
    /// Whether facts that were kept of it turned out to be damaged.
    is_damaged: bool,
    /// Whether it was said that facts can't be kept.
    told_of_cache: bool,
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
    fn new(
        survey: &'a Survey,
        (lens, cache): (&'a Lens, Option<&'a Cache>),
        tasks: &'a [Task<'a>],
        threads: usize,
    ) -> Self {
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
            cache,
            fresh: Batch::default(),
            is_damaged: false,
            told_of_cache: false,
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
        self.is_damaged |= found.is_fresh && task.kept.is_some();
        match found.borders {
            Ok(borders) => self.part(task, (found.batch, found.is_fresh), found.thread, borders),
            Err(error) => self.failure = self.failure.take().or(Some(error)),
        }
        self.taken += 1;
        let goes_on = self.tasks.get(self.taken).is_some_and(|next| std::ptr::eq(next.sources, task.sources));
        if !goes_on {
            self.end_of_source(task, remarks);
        }
    }

    /// Takes in a batch; what comes from the mail is kept beside it where there is a cache.
    fn append(&mut self, (mut batch, is_fresh): (Batch, bool), renaming: &Renaming) {
        if let Some(cache) = self.cache {
            if is_fresh {
                self.fresh.append(batch.clone(), renaming);
            }
            if !cache.keep.details {
                batch.details = Vec::new();
            }
            if !cache.keep.records {
                batch.records = Vec::new();
            }
        }
        self.gathered.batch.append(batch, renaming);
    }

    /// Keeps what was read from the mail. That it can't be kept is said, and makes no difference.
    fn keep(&mut self, task: &Task<'_>) {
        let fresh = std::mem::take(&mut self.fresh);
        let is_damaged = std::mem::take(&mut self.is_damaged);
        let (Some(cache), Some(source)) = (self.cache, task.sources.first()) else { return };
        if self.failure.is_some() || !may_be_kept(&fresh, &self.given) {
            return;
        }
        let names = &self.gathered.names;
        if let (true, Some(kept)) = (is_damaged, &task.kept) {
            let _ = std::fs::remove_file(&kept.path);
        }
        let kept = match (&task.known, &task.key) {
            (Some(_), _) if is_damaged => cache.forget(source),
            (Some(known), _) => known.clone().extend(cache, source, &fresh, names, self.lens),
            (None, Some(key)) if task.kept.is_none() || is_damaged => {
                match cache.key(task.sources).as_ref() == Some(key) {
                    true => cache.write_facts(key, &fresh, names, self.lens, None).map(drop),
                    false => Ok(()),
                }
            }
            _ => Ok(()),
        };
        if let (Err(error), false) = (kept, self.told_of_cache) {
            self.told_of_cache = true;
            let error = Error::io(cache.folder(), "can't keep facts for the next run", &error);
            self.gathered.batch.remarks.push(Remark::Note(error));
        }
    }

    fn end_of_source(&mut self, task: &Task<'_>, remarks: usize) {
        self.expected = None;
        self.keep(task);
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
    fn part(&mut self, task: &Task<'_>, batch: (Batch, bool), thread: usize, borders: Option<Borders>) {
        match (self.expected, task.part) {
            (Some(start), Part::Stretch { to, .. }) if start >= to => {}
            (Some(start), Part::Stretch { to, dialect, .. })
                if borders.and_then(|borders| borders.first) != Some(start) =>
            {
                self.again(task, Part::Stretch { from: start, to, dialect });
            }
            _ => {
                self.expected = borders.and_then(|borders| borders.next);
                let renaming = std::mem::take(&mut self.renamings[thread]);
                self.append(batch, &renaming);
                self.renamings[thread] = renaming;
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
        match Task::plain(task.sources, part).run(self.lens, &|_| {}, &mut reader, &mut Vec::new()) {
            Ok(borders) => {
                let (batch, names) = reader.take();
                let mut renaming = Renaming::default();
                self.gathered.names.take_in(&names, &mut renaming);
                self.expected = borders.and_then(|borders| borders.next);
                self.append((batch, true), &renaming);
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
        let Gathered { batch, names, .. } = in_parts(&survey, &LENS, threads, (length, None), &|_| {});
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
