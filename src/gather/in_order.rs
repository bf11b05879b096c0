//! Puts what the threads found in the order in which it is in the mailboxes.

use super::cache::{Cache, may_be_kept};
use super::gathered::{Gathered, Yield};
use super::task::Task;
use crate::error::{Error, Result};
use crate::fact::{Batch, Details, FactReader, Lens, Mark, NewNames, Renaming};
use crate::fact_file::Given;
use crate::mailbox::{Argument, Borders, Part, Remark, Survey};

/// What a thread found.
pub(super) struct ThreadResult {
    pub task: usize,
    pub thread: usize,
    pub batch: Batch,
    pub names: NewNames,
    /// Of a stretch.
    pub borders: Result<Option<Borders>>,
    /// The mailboxes that facts were made from.
    pub given: Vec<Given>,
    /// Whether it comes from the mail, not from facts that were kept.
    pub is_fresh: bool,
}

/// Takes in what the tasks gave, one after the other.
pub(super) struct InOrder<'a> {
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
    pub taken: usize,
}

impl<'a> InOrder<'a> {
    pub fn new(
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

    pub fn take_in(&mut self, found: ThreadResult) {
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
                batch.details = Details::default();
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
    pub fn complete(self) -> Gathered {
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
