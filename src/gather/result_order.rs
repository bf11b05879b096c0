//! Puts what the threads found in the order in which it is in the mailboxes.

use super::gathered::{ArgumentCounts, Gathered};
use super::piece_sink::PieceSink;
use super::task::Task;
use super::uncached_facts::UncachedFacts;
use crate::error::{Error, Result};
use crate::fact::{BatchMark, FactReader, MessagePiece, ReadingSettings, Renaming};
use crate::fact_file::MailboxCounts;
use crate::mailbox::{Borders, Buffering, MailboxArgument, Remark, SourcePart, Survey};

/// What a thread found.
pub(super) struct ThreadResult {
    /// What came next.
    pub piece: MessagePiece,
    /// At the end of the task.
    pub end: Option<TaskEnd>,
}

/// How a task ended.
pub(super) struct TaskEnd {
    /// Of a range of bytes.
    pub borders: Result<Option<Borders>>,
    /// The mailboxes that facts were made from.
    pub given: Vec<MailboxCounts>,
    /// Whether it comes from the mail, not from facts that were kept.
    pub is_fresh: bool,
}

/// What becomes of what is read.
pub(super) enum Collector<'a> {
    /// It is kept as a whole.
    Everything,
    /// The same; what comes from the mail is written to the cache, too.
    Cached(Box<UncachedFacts<'a>>),
    /// It is handed on piece by piece, and only counted.
    Pieces(&'a mut dyn PieceSink),
}

/// Takes in what the tasks gave, one after the other.
pub(super) struct ResultOrder<'a> {
    settings: &'a ReadingSettings,
    collect: Collector<'a>,
    tasks: &'a [Task<'a>],
    gathered: Gathered,
    /// For each argument of the command line, what it gave and which mailboxes its facts were made from.
    counts: Vec<(ArgumentCounts, Vec<MailboxCounts>)>,
    /// Those of the source at hand.
    given: Vec<MailboxCounts>,
    survey: &'a Survey,
    /// Where the source at hand begins in the batch: all of it goes where one of its parts fails.
    mark: BatchMark,
    /// The same of the file at hand, where a task reads several or the members of an archive.
    begun: BatchMark,
    /// How many remarks there were before the source at hand.
    remarks: usize,
    /// Why it failed.
    failure: Option<Error>,
    /// Where the next part must begin, where the part before it says so.
    expected: Option<u64>,
    taken: usize,
}

impl<'a> ResultOrder<'a> {
    pub fn new(
        survey: &'a Survey,
        settings: &'a ReadingSettings,
        collect: Collector<'a>,
        tasks: &'a [Task<'a>],
    ) -> Self {
        let mut gathered = Gathered::default();
        let empty = |argument: &MailboxArgument| ArgumentCounts {
            has_maildir: argument.has_maildir,
            ..ArgumentCounts::default()
        };
        let mut counts: Vec<_> =
            survey.arguments.iter().map(|argument| (empty(argument), Vec::new())).collect();
        for (argument, remark) in &survey.remarks {
            counts[*argument].0.note(remark);
            gathered.batch.remarks.push(remark.clone());
        }
        // A Maildir has as many messages as files.
        gathered.batch.facts.reserve(survey.sources.len());
        let (mark, remarks) = (gathered.batch.mark(), gathered.batch.remarks.len());
        let (given, failure, expected) = Default::default();
        Self {
            settings,
            collect,
            tasks,
            gathered,
            counts,
            given,
            survey,
            mark,
            begun: mark,
            remarks,
            failure,
            expected,
            taken: 0,
        }
    }

    /// Whether what comes next is of any use.
    pub fn wants_more(&self) -> bool {
        match &self.collect {
            Collector::Pieces(pieces) => pieces.want_more(),
            _ => true,
        }
    }

    /// Takes in what a thread found next of the first task that has not ended.
    pub fn add(&mut self, found: ThreadResult) {
        let Some(task) = self.tasks.get(self.taken) else { return };
        match found.end {
            None => self.append(task, found.piece, true),
            Some(end) => self.end_of_task(task, found.piece, end),
        }
    }

    fn end_of_task(&mut self, task: &Task<'_>, piece: MessagePiece, end: TaskEnd) {
        self.given.extend(end.given);
        if let Collector::Cached(fresh) = &mut self.collect {
            fresh.is_damaged |= end.is_fresh && task.kept.is_some();
        }
        match end.borders {
            Ok(borders) => self.part(task, (piece, end.is_fresh), borders),
            Err(error) => self.failure = self.failure.take().or(Some(error)),
        }
        self.taken += 1;
        let is_same_source =
            self.tasks.get(self.taken).is_some_and(|next| std::ptr::eq(next.together, task.together));
        if !is_same_source {
            self.end_of_source(task);
        }
    }

    /// Takes in what comes next, and whether it comes from the mail.
    fn append(&mut self, task: &Task<'_>, piece: MessagePiece, is_fresh: bool) {
        let MessagePiece { mut batch, names, begun, revokes } = piece;
        let (whole, run) = (&mut self.gathered.batch, &mut self.gathered.names);
        match &mut self.collect {
            Collector::Everything => whole.append(batch, &mut names.into(), run),
            Collector::Cached(fresh) => {
                let mut renaming = Renaming::from(names);
                fresh.add(&mut batch, (&mut renaming, run), is_fresh);
                whole.append(batch, &mut renaming, run);
            }
            Collector::Pieces(pieces) => {
                if revokes {
                    whole.cut_back(&self.begun);
                    pieces.forget();
                }
                // The parts of a long file fail together.
                let begun = begun.filter(|_| task.part == SourcePart::Whole);
                self.begun = begun.map_or(self.begun, |begun| begun.after(whole));
                whole.count(&mut batch);
                pieces.add(batch, names, begun.map(|begun| begun.messages()));
            }
        }
    }

    fn end_of_source(&mut self, task: &Task<'_>) {
        self.expected = None;
        let (names, batch) = (&self.gathered.names, &mut self.gathered.batch);
        if let Collector::Cached(fresh) = &mut self.collect {
            let failed = self.failure.is_some();
            batch.remarks.extend(fresh.keep((task, failed), &self.given, (names, self.settings)));
        }
        let failure = self.failure.take();
        if let Collector::Pieces(pieces) = &mut self.collect {
            if failure.is_some() { pieces.forget() } else { pieces.settle() }
        }
        if let Some(error) = failure {
            batch.cut_back(&self.mark);
            self.given.clear();
            batch.remarks.push(Remark::Failed(error));
        }
        let given = std::mem::take(&mut self.given);
        if let Some((counts, from)) =
            task.sources.first().and_then(|source| self.counts.get_mut(source.argument))
        {
            from.extend(given);
            batch.remarks[self.remarks..].iter().for_each(|remark| counts.note(remark));
            counts.messages += batch.read - self.mark.messages();
            counts.mailboxes += batch.mailboxes - self.mark.mailboxes();
        }
        self.mark = batch.mark();
        self.begun = self.mark;
        self.remarks = batch.remarks.len();
    }

    /// Takes in a part, unless the part before it reaches into it: then it is read again from there.
    fn part(&mut self, task: &Task<'_>, (piece, is_fresh): (MessagePiece, bool), borders: Option<Borders>) {
        match (self.expected, task.part) {
            (Some(start), SourcePart::ByteRange { to, .. }) if start >= to => {}
            (Some(start), SourcePart::ByteRange { to, dialect, .. })
                if borders.and_then(|borders| borders.first) != Some(start) =>
            {
                self.reread(task, SourcePart::ByteRange { from: start, to, dialect });
            }
            _ => {
                self.expected = borders.and_then(|borders| borders.next);
                self.append(task, piece, is_fresh);
            }
        }
    }

    /// Everything, with what the arguments gave.
    pub fn complete(self) -> Gathered {
        let mut gathered = self.gathered;
        for (named, (counts, from)) in self.survey.arguments.iter().zip(self.counts) {
            if from.is_empty() {
                gathered.arguments.push((named.clone(), counts));
            }
            gathered.arguments.extend(from.into_iter().map(ArgumentCounts::of_facts));
        }
        gathered
    }

    fn reread(&mut self, task: &Task<'_>, part: SourcePart) {
        let mut reader = FactReader::new(self.settings);
        match Task::plain(task.sources, part).run(
            (self.settings, Buffering::on(1)),
            &|_| {},
            &mut reader,
            &mut Vec::new(),
            None,
        ) {
            Ok(borders) => {
                self.expected = borders.and_then(|borders| borders.next);
                self.append(task, reader.take(), true);
            }
            Err(error) => self.failure = self.failure.take().or(Some(error)),
        }
    }
}
