//! Reads rows, whatever contains them.

use super::by_customer::{CustomerHandler, SortedCustomers, are_sorted};
use super::decode::{RowDecoder, is_needed};
use super::parquet::{metadata, rows};
use super::stream::IncomingStream;
use super::{FactSettings, KeepOptions, MailboxCounts};
use crate::error::{Error, Result, caught};
use crate::fact::{Batch, NameTable, ReadingSettings};
use crate::mailbox::{FactsBytes, FactsFile};
use arrow_array::RecordBatch;
use parquet::file::reader::ChunkReader;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

/// Reads facts into a batch, and returns the mailboxes that they were made from. `progress` gets the number of rows as they come.
/// Where they are sorted by customer, `one_customer` is handed each customer's, and only the rest goes into the batch.
pub fn read<'a>(
    file: FactsFile<'_>,
    (settings, keep): (&'a ReadingSettings, KeepOptions),
    store: (&'a mut Batch, &'a mut NameTable),
    one_customer: Option<CustomerHandler<'a>>,
    progress: &dyn Fn(usize),
) -> Result<Vec<MailboxCounts>> {
    let (mailboxes, owners_named) = read_rows(file, (settings, keep), store, one_customer, progress)?;
    owners_named.into_iter().for_each(|place| settings.owners.note_place(place));
    Ok(mailboxes)
}

/// The same; which of the owner's addresses are named is returned, by their places, and not noted.
pub fn read_rows<'a>(
    file: FactsFile<'_>,
    (settings, keep): (&'a ReadingSettings, KeepOptions),
    store: (&'a mut Batch, &'a mut NameTable),
    one_customer: Option<CustomerHandler<'a>>,
    progress: &dyn Fn(usize),
) -> Result<(Vec<MailboxCounts>, BTreeSet<u64>)> {
    let path = file.path;
    let mut reading = FactsFileReader {
        path,
        settings,
        keep,
        decoder: RowDecoder::new(settings, keep, store),
        one_customer,
        progress,
    };
    let read = caught(|| match file.bytes {
        FactsBytes::File(file, groups) => reading.parquet(file, groups),
        FactsBytes::Memory(bytes) => reading.parquet(bytes::Bytes::from(bytes), None),
        FactsBytes::Stream(bytes) => reading.stream(bytes),
    });
    read.unwrap_or_else(|| Err(damaged(path, "its bytes can't be read")))?;
    reading.decoder.end();
    Ok((reading.decoder.mailboxes, reading.decoder.owners_named))
}

struct FactsFileReader<'p, 'a> {
    path: &'p Path,
    settings: &'a ReadingSettings,
    keep: KeepOptions,
    decoder: RowDecoder<'a, 'a>,
    one_customer: Option<CustomerHandler<'a>>,
    progress: &'p dyn Fn(usize),
}

impl FactsFileReader<'_, '_> {
    fn parquet<R: ChunkReader + 'static>(&mut self, input: R, groups: Option<Range<usize>>) -> Result<()> {
        let failed = |error| damaged(self.path, error);
        let (loaded, pairs) = metadata(&input).map_err(failed)?;
        self.begin(&pairs)?;
        let keep = self.keep;
        for batch in rows(input, &loaded, groups, |id| is_needed(id, keep)).map_err(failed)? {
            let batch = batch.map_err(|error| damaged(self.path, error))?;
            self.add_rows(&batch)?;
        }
        Ok(())
    }

    fn stream(&mut self, bytes: impl Read) -> Result<()> {
        let mut stream = IncomingStream::new(bytes).map_err(|error| damaged(self.path, error))?;
        let schema = stream.schema();
        let pairs =
            schema.metadata().iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        self.begin(&pairs)?;
        while let Some(batch) = stream.rows() {
            let batch = batch.map_err(|error| damaged(self.path, error))?;
            self.add_rows(&batch)?;
        }
        if stream.is_whole() { Ok(()) } else { Err(damaged(self.path, "it ends in the middle")) }
    }

    fn begin(&mut self, metadata: &HashMap<String, String>) -> Result<()> {
        FactSettings::of(self.settings).check(self.path, metadata)?;
        if are_sorted(metadata) {
            self.decoder.customers = Some(SortedCustomers::new(self.one_customer.take()));
        }
        Ok(())
    }

    fn add_rows(&mut self, batch: &RecordBatch) -> Result<()> {
        (self.progress)(batch.num_rows());
        let taken = self.decoder.add_rows(batch);
        taken.map_err(|what| Error::file(self.path, what).hint(self.decoder.hint))
    }
}

fn damaged(path: &Path, error: impl Display) -> Error {
    Error::file(path, format!("has facts that are damaged or cut short: {error}"))
        .hint("write them again with `mailfatigue facts`, or see why the program that sends them failed")
}
