//! Writes rows while mailboxes are read, and keeps only what the closing lines need.

use crate::check::redact_facts;
use crate::fact::{Batch, NameTable, Redaction, Senders, Skip};
use crate::fact_file::{MailboxCounts, MessageBatch, RowCounts, RowWriter, StreamRowWriter};
use crate::gather::{Gathered, PieceSink};
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use std::io::{self, BufWriter, StdoutLock};

/// What facts are redacted with.
pub type RedactionContext<'a> = (&'a Redaction, &'a Senders);

/// Writes the rows of pieces.
pub struct FactPieces<'a> {
    rows: RowWriter<'a>,
    redacting: Option<RedactionContext<'a>>,
    /// Messages that can't be used, and the names of their mailboxes, where each is to be listed.
    skips: Option<(Vec<Skip>, NameTable)>,
    /// Why rows could not be written.
    failure: Option<io::Error>,
}

/// What remains in memory after facts were written.
#[derive(Debug, Default)]
pub struct WrittenFacts {
    /// What each mailbox gave, and the remarks.
    pub gathered: Gathered,
    /// The numbers of messages.
    pub counts: RowCounts,
    /// Messages that can't be used, where each is to be listed.
    pub skips: Vec<Skip>,
    /// The names of their mailboxes.
    pub names: NameTable,
}

impl<'a> FactPieces<'a> {
    /// With `remember_skips` every message that can't be used is remembered.
    pub fn new(rows: RowWriter<'a>, redacting: Option<RedactionContext<'a>>, remember_skips: bool) -> Self {
        Self { rows, redacting, skips: remember_skips.then(Default::default), failure: None }
    }

    /// Writes what comes after the messages, where the facts are of use.
    pub fn end(self, gathered: Gathered, is_of_use: impl Fn(RowCounts) -> bool) -> io::Result<WrittenFacts> {
        if let Some(error) = self.failure {
            return Err(error);
        }
        let counts = self.rows.counts();
        if is_of_use(counts) {
            let given = gathered.arguments.iter().map(|(named, counts)| counts.as_given(named));
            self.rows.end(&gathered.batch.remarks, &given.collect::<Vec<MailboxCounts>>())?;
        }
        let (skips, names) = self.skips.unwrap_or_default();
        Ok(WrittenFacts { gathered, counts, skips, names })
    }

    fn note(&mut self, done: io::Result<()>) {
        self.failure = self.failure.take().or(done.err());
    }
}

impl PieceSink for FactPieces<'_> {
    fn add(&mut self, mut batch: Batch, mut names: NameTable, begun: Option<u32>) {
        if let Some((redaction, senders)) = self.redacting {
            redact_facts(&mut batch, &mut names, redaction, senders);
        }
        if let Some((skips, mailboxes)) = &mut self.skips {
            let named = |skip: &Skip| Skip { mailbox: mailboxes.number(names.text(skip.mailbox)), ..*skip };
            skips.extend(batch.skips.iter().map(named));
        }
        let orders = 0..batch.read;
        let added = self.rows.add(&MessageBatch { batch: &batch, names: &names, orders }, begun);
        self.note(added);
    }

    fn settle(&mut self) {
        let settled = self.rows.settle();
        self.note(settled);
    }

    fn forget(&mut self) {
        let forgotten = self.rows.forget();
        self.note(forgotten);
        if let Some((skips, _)) = &mut self.skips {
            skips.truncate(self.rows.counts().unusable);
        }
    }

    fn want_more(&self) -> bool {
        self.failure.is_none()
    }
}

/// An Arrow stream on standard output. It starts with the first rows, so without mail nothing is written.
pub struct LazyStream<'a> {
    schema: &'a SchemaRef,
    begun: Option<StreamRowWriter<BufWriter<StdoutLock<'static>>>>,
}

impl<'a> LazyStream<'a> {
    /// One that has not begun.
    pub fn new(schema: &'a SchemaRef) -> Self {
        Self { schema, begun: None }
    }

    /// Adds some rows.
    pub fn add(&mut self, rows: &RecordBatch) -> io::Result<()> {
        self.begin()?.add(rows)
    }

    /// Ends it: without its end it counts as cut short.
    pub fn end(mut self) -> io::Result<()> {
        self.begin()?;
        self.begun.map_or(Ok(()), |stream| stream.end().map(drop))
    }

    fn begin(&mut self) -> io::Result<&mut StreamRowWriter<BufWriter<StdoutLock<'static>>>> {
        let stream = match self.begun.take() {
            Some(begun) => begun,
            None => StreamRowWriter::new(BufWriter::new(io::stdout().lock()), self.schema)?,
        };
        Ok(self.begun.insert(stream))
    }
}
