//! Rows on their way into a file: handed on some thousand at a time, so that they never have to fit in memory.
//!
//! What a mailbox gave counts for nothing where it can't be read to its end. So rows of a file that may still fail wait in
//! a file without a name until it is settled.

use super::encode::{MessageBatch, RowEncoder};
use super::schema::schema;
use super::stream::{IncomingStream, StreamRowWriter};
use super::{FactSettings, MailboxCounts};
use crate::fact::ReadingSettings;
use crate::mailbox::Remark;
use crate::outputs::Spool;
use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// The rows in a batch: a reader of a stream keeps as many in memory at a time.
const BATCH_ROWS: usize = 8_192;

/// Takes rows.
pub type RowSink<'a> = &'a mut dyn FnMut(&RecordBatch) -> io::Result<()>;

/// What rows are about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// Messages read.
    pub messages: u32,
    /// Those that can't be used.
    pub unusable: usize,
    /// Those of them that the end of the mailbox cuts off in their header, so that there is no message.
    pub torn: usize,
    /// Messages that can be used, once for each customer.
    pub facts: u64,
}

/// Makes rows and hands them on. The rows of a message are never parted.
pub struct RowWriter<'a> {
    encoder: RowEncoder<'a>,
    schema: SchemaRef,
    out: RowSink<'a>,
    counts: RowCounts,
    /// What is counted for good.
    settled: RowCounts,
    /// How many of the rows in the making count for good.
    settled_rows: usize,
    waiting: Option<UnsettledRows>,
    folder: Option<PathBuf>,
}

/// Rows that may still be discarded.
struct UnsettledRows {
    rows: StreamRowWriter<Spool>,
    /// How many of the first of them count for good.
    settled: usize,
}

/// The schema of rows, with what shaped them.
pub fn schema_of(settings: &ReadingSettings, redacted: bool) -> SchemaRef {
    let shape = FactSettings::of(settings);
    Arc::new(schema(if redacted { shape.redacted_metadata() } else { shape.metadata() }))
}

impl<'a> RowWriter<'a> {
    /// Rows go to `out`; what has to wait is kept in a file in `folder`, or where the system keeps such.
    pub fn new(
        settings: &'a ReadingSettings,
        redacted: bool,
        folder: Option<PathBuf>,
        out: RowSink<'a>,
    ) -> Self {
        let (encoder, schema) = (RowEncoder::new(settings, redacted), schema_of(settings, redacted));
        let (counts, settled) = Default::default();
        Self { encoder, schema, out, counts, settled, settled_rows: 0, waiting: None, folder }
    }

    /// What came so far.
    pub fn counts(&self) -> RowCounts {
        self.counts
    }

    /// Makes rows of messages that follow those before. With the message `begun` of them a file begins; what comes from
    /// there on may be forgotten.
    pub fn add(&mut self, from: &MessageBatch<'_>, begun: Option<u32>) -> io::Result<()> {
        self.encoder.start_batch();
        let mut facts = &*from.batch.facts;
        let mut skips = from.batch.skips.iter();
        let before = self.counts.messages;
        for order in 0..from.batch.read {
            if begun == Some(order) {
                self.settle()?;
            }
            self.flush_if_full()?;
            let number = before.saturating_add(order);
            let is_wanted = from.orders.contains(&order);
            let to_all = facts.iter().take_while(|fact| fact.order == order).count();
            let (of_message, rest) = facts.split_at(to_all);
            facts = rest;
            let skip = if to_all == 0 { skips.next() } else { None };
            if is_wanted {
                self.encoder.message(from, of_message, number);
                self.counts.facts += to_all as u64;
            }
            if let Some(skip) = skip.filter(|_| is_wanted) {
                self.encoder.unusable(from.names, (skip, number));
                self.counts.unusable += 1;
                self.counts.torn += usize::from(!skip.reason.is_message());
            }
            self.counts.messages = number.saturating_add(1);
        }
        if begun == Some(from.batch.read) { self.settle() } else { Ok(()) }
    }

    /// Nothing that came so far is forgotten any more.
    pub fn settle(&mut self) -> io::Result<()> {
        if let Some(waiting) = self.waiting.take() {
            let mut stream = waiting.read()?;
            while let Some(rows) = stream.rows() {
                (self.out)(&rows.map_err(failed)?)?;
            }
        }
        self.settled = self.counts;
        self.settled_rows = self.encoder.rows.complete();
        Ok(())
    }

    /// Forgets what came since it was settled.
    pub fn forget(&mut self) -> io::Result<()> {
        self.counts = self.settled;
        let settled = std::mem::take(&mut self.settled_rows);
        let in_the_making = self.encoder.rows.take(&self.schema).map_err(failed)?;
        match self.waiting.take() {
            None if settled > 0 => (self.out)(&in_the_making.slice(0, settled)),
            Some(waiting) if waiting.settled > 0 => {
                let settled = waiting.settled;
                let first = waiting.read()?.rows();
                first.map_or(Ok(()), |rows| (self.out)(&rows.map_err(failed)?.slice(0, settled)))
            }
            _ => Ok(()),
        }
    }

    /// Ends the rows with the remarks, and with the mailboxes as they were named.
    pub fn end(mut self, remarks: &[Remark], given: &[MailboxCounts]) -> io::Result<()> {
        for remark in remarks {
            self.encoder.remark(remark);
            self.settle()?;
            self.flush_if_full()?;
        }
        given.iter().try_for_each(|given| self.encoder.mailbox(given))?;
        self.settle()?;
        self.flush()
    }

    fn flush_if_full(&mut self) -> io::Result<()> {
        if self.encoder.rows.complete() < BATCH_ROWS { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.encoder.rows.complete() == 0 {
            return Ok(());
        }
        let rows = self.encoder.rows.take(&self.schema).map_err(failed)?;
        let settled = std::mem::take(&mut self.settled_rows);
        match &mut self.waiting {
            Some(waiting) => waiting.rows.add(&rows),
            None if settled == rows.num_rows() => (self.out)(&rows),
            None => {
                let mut waiting = StreamRowWriter::new(Spool::in_folder(self.folder.clone()), &self.schema)?;
                waiting.add(&rows)?;
                self.waiting = Some(UnsettledRows { rows: waiting, settled });
                Ok(())
            }
        }
    }
}

impl UnsettledRows {
    fn read(self) -> io::Result<IncomingStream<Box<dyn io::Read>>> {
        IncomingStream::new(self.rows.end()?.into_reader()?).map_err(failed)
    }
}

fn failed(error: ArrowError) -> io::Error {
    io::Error::other(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Batch, MailboxId, NameTable, Skip};
    use crate::fact_file::schema::ColumnId;
    use crate::mailbox::Unusable;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use proptest::prelude::*;

    /// What happens to a writer.
    #[derive(Debug, Clone)]
    enum WriterStep {
        Add(u16, Option<u16>),
        Settle,
        Forget,
    }

    fn step() -> impl Strategy<Value = WriterStep> {
        prop_oneof![
            4 => (0..12_000_u16, proptest::option::of(any::<u16>())).prop_map(|(count, begun)| WriterStep::Add(count, begun)),
            1 => Just(WriterStep::Settle),
            1 => Just(WriterStep::Forget),
        ]
    }

    fn unusable(offsets: std::ops::Range<u64>) -> Batch {
        let (mailbox, reason) = (MailboxId::from(0), Unusable::NoFrom);
        let skips: Vec<Skip> = offsets.map(|offset| Skip { mailbox, offset, reason }).collect();
        Batch { read: skips.len() as u32, skips, ..Batch::default() }
    }

    /// The number and the offset of each message that is handed on.
    fn rows(steps: &[WriterStep]) -> Vec<(i64, i64)> {
        let (settings, mut rows) = (ReadingSettings::plain(1_795_305_600).expect("valid"), Vec::new());
        let mut out = |batch: &RecordBatch| {
            assert!(batch.num_rows() <= BATCH_ROWS);
            let column = |id: ColumnId| batch.column(id as usize).as_primitive::<Int64Type>().clone();
            let (numbers, offsets) = (column(ColumnId::Message), column(ColumnId::Offset));
            rows.extend(numbers.values().iter().copied().zip(offsets.values().iter().copied()));
            Ok(())
        };
        let mut writer = RowWriter::new(&settings, false, None, &mut out);
        let mut offset = 0;
        for step in steps {
            match *step {
                WriterStep::Add(count, begun) => {
                    let batch = unusable(offset..offset + u64::from(count));
                    offset += u64::from(count);
                    let orders = 0..batch.read;
                    let messages = MessageBatch { batch: &batch, names: &NameTable::default(), orders };
                    let begun = begun.map(|begun| u32::from(begun % (count + 1)));
                    writer.add(&messages, begun).expect("rows");
                }
                WriterStep::Settle => writer.settle().expect("settled"),
                WriterStep::Forget => writer.forget().expect("forgotten"),
            }
        }
        writer.end(&[], &[]).expect("ended");
        rows
    }

    /// What should be handed on.
    fn expected(steps: &[WriterStep]) -> Vec<(i64, i64)> {
        let (mut all, mut settled, mut offset) = (Vec::new(), 0, 0);
        for step in steps {
            match *step {
                WriterStep::Add(count, begun) => {
                    let begun = begun.map(|begun| usize::from(begun % (count + 1)));
                    settled = begun.map_or(settled, |begun| all.len() + begun);
                    all.extend(offset..offset + i64::from(count));
                    offset += i64::from(count);
                }
                WriterStep::Settle => settled = all.len(),
                WriterStep::Forget => all.truncate(settled),
            }
        }
        (0..).zip(all).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_is_forgotten_is_not_handed_on_and_all_else_is(steps in proptest::collection::vec(step(), 0..9)) {
            prop_assert_eq!(rows(&steps), expected(&steps));
        }
    }
}
