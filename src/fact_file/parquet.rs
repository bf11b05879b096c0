//! Rows in a Parquet file.

use super::schema::{COLUMNS, ColumnId, ColumnType, IDS};
use super::{MADE_BY, SCHEMA};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::arrow::{ArrowWriter, ProjectionMask};
use parquet::basic::{Compression, Encoding, GzipLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::ChunkReader;
use parquet::schema::types::ColumnPath;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

/// How many rows a row group has: threads read one each.
const GROUP: usize = 65_536;

/// How many rows are read at once: with eight times as many, `check` over 255,053 messages took 24 MB more.
const AT_ONCE: usize = 8_192;

/// A Parquet file in the making.
pub struct ParquetRowWriter<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> ParquetRowWriter<W> {
    /// Begins a file with rows of that schema.
    pub fn new(out: W, schema: &SchemaRef) -> io::Result<Self> {
        Self::compressed(out, schema, Compression::GZIP(GzipLevel::default()))
    }

    fn compressed(out: W, schema: &SchemaRef, compression: Compression) -> io::Result<Self> {
        let mut metadata: Vec<KeyValue> =
            schema.metadata().iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
        metadata.sort_by(|left, right| left.key.cmp(&right.key));
        // What differs in every row has no dictionary; numbers that grow are written as differences.
        let mut properties = WriterProperties::builder()
            .set_compression(compression)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_created_by(format!("{MADE_BY} {} schema {SCHEMA}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(metadata));
        for (id, column) in IDS.iter().zip(COLUMNS) {
            let path = ColumnPath::from(column.name);
            if *id == ColumnId::MadeBy {
                // So that the file is recognised by its first bytes.
                properties = properties.set_column_compression(path.clone(), Compression::UNCOMPRESSED);
            }
            let differ = matches!(
                id,
                ColumnId::Identity | ColumnId::Subject | ColumnId::MessageId | ColumnId::Web | ColumnId::Mail
            );
            let grow = matches!(
                id,
                ColumnId::Message
                    | ColumnId::Offset
                    | ColumnId::Received
                    | ColumnId::Delivered
                    | ColumnId::Date
                    | ColumnId::Separator
            );
            if differ || grow {
                properties = properties.set_column_dictionary_enabled(path.clone(), false);
            }
            if grow {
                properties = properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
        }
        ArrowWriter::try_new(out, Arc::clone(schema), Some(properties.build())).map(Self).map_err(to_io)
    }

    /// Adds some rows. They come into one row group.
    pub fn add(&mut self, rows: &RecordBatch) -> io::Result<()> {
        self.0.write(rows).map_err(to_io)?;
        if self.0.in_progress_rows() < GROUP { Ok(()) } else { self.0.flush().map_err(to_io) }
    }

    /// Ends the file.
    pub fn end(self) -> io::Result<()> {
        self.0.close().map(drop).map_err(to_io)
    }
}

/// A Parquet file in the making that this machine reads again: larger, but read and written in less time. Where its rows come
/// at once, it is without the columns in which none has a value: with them reading takes an eighth longer.
pub struct QuickRowWriter {
    schema: SchemaRef,
    /// The first rows, while no others have come.
    first: Option<RecordBatch>,
    /// With all columns.
    begun: Option<ParquetRowWriter<Vec<u8>>>,
}

impl QuickRowWriter {
    /// Begins a file with rows of that schema.
    pub fn new(schema: SchemaRef) -> Self {
        Self { schema, first: None, begun: None }
    }

    /// Adds some rows.
    pub fn add(&mut self, rows: &RecordBatch) -> io::Result<()> {
        if let Some(begun) = &mut self.begun {
            return begun.add(rows);
        }
        let Some(first) = self.first.take() else {
            self.first = Some(rows.clone());
            return Ok(());
        };
        let mut begun = Self::begin(&self.schema)?;
        begun.add(&first)?;
        begun.add(rows)?;
        self.begun = Some(begun);
        Ok(())
    }

    /// The file.
    pub fn end(self) -> io::Result<Vec<u8>> {
        let out = match (self.begun, self.first) {
            (Some(begun), _) => begun,
            (None, None) => Self::begin(&self.schema)?,
            (None, Some(rows)) => {
                let has_value = |column: &usize| rows.column(*column).null_count() < rows.num_rows();
                let columns: Vec<usize> = (0..rows.num_columns()).filter(has_value).collect();
                let rows = rows.project(&columns).map_err(|error| io::Error::other(error.to_string()))?;
                let mut out = Self::begin(&rows.schema())?;
                out.add(&rows)?;
                out
            }
        };
        out.0.into_inner().map_err(to_io)
    }

    fn begin(schema: &SchemaRef) -> io::Result<ParquetRowWriter<Vec<u8>>> {
        ParquetRowWriter::compressed(Vec::new(), schema, Compression::SNAPPY)
    }
}

/// The metadata of a Parquet file.
pub(super) fn metadata(
    input: &impl ChunkReader,
) -> Result<(ArrowReaderMetadata, HashMap<String, String>), ParquetError> {
    // Without the types of the program that wrote it, which are of no use here.
    let loaded = ArrowReaderMetadata::load(input, ArrowReaderOptions::new().with_skip_arrow_metadata(true))?;
    let pairs = loaded.metadata().file_metadata().key_value_metadata().into_iter().flatten();
    let pairs = pairs.map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default())).collect();
    Ok((loaded, pairs))
}

/// Reads rows of a file whose metadata were loaded, with the wanted columns.
pub(super) fn rows<R: ChunkReader + 'static>(
    input: R,
    loaded: &ArrowReaderMetadata,
    groups: Option<Range<usize>>,
    wanted: impl Fn(ColumnId) -> bool,
) -> Result<ParquetRecordBatchReader, ParquetError> {
    let as_dictionary = |field: &Arc<Field>| {
        let is_name =
            COLUMNS.iter().any(|column| column.name == field.name() && column.data == ColumnType::Name);
        if !is_name || *field.data_type() != DataType::Utf8 {
            return Arc::clone(field);
        }
        let data = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        Arc::new(field.as_ref().clone().with_data_type(data))
    };
    let fields: Vec<_> = loaded.schema().fields().iter().map(as_dictionary).collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    let loaded = ArrowReaderMetadata::try_new(Arc::clone(loaded.metadata()), options)?;
    let is_read = |name: &str| IDS.iter().zip(COLUMNS).any(|(id, column)| column.name == name && wanted(*id));
    let fields = loaded.schema().fields().iter().enumerate();
    let places: Vec<usize> =
        fields.filter(|(_, field)| is_read(field.name())).map(|(place, _)| place).collect();
    let mask = ProjectionMask::roots(loaded.parquet_schema(), places);
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(input, loaded)
        .with_batch_size(AT_ONCE)
        .with_projection(mask);
    if let Some(groups) = groups {
        builder = builder.with_row_groups(groups.collect());
    }
    builder.build()
}

fn to_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(inner) => io::Error::other(inner.to_string()),
        },
        other => io::Error::other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Batch, MailboxId, NameTable, ReadingSettings, Skip};
    use crate::fact_file::{MessageBatch, RowWriter, schema_of};
    use crate::mailbox::Unusable;

    /// How many rows and columns a quick file has with the rows of so many messages.
    fn written(messages: u32) -> (usize, usize) {
        let settings = ReadingSettings::plain(1_795_305_600).expect("valid");
        let mailbox = MailboxId::from(0);
        let skip = |offset| Skip { mailbox, offset, reason: Unusable::NoFrom };
        let skips = (0..u64::from(messages)).map(skip).collect();
        let (batch, names) = (Batch { read: messages, skips, ..Batch::default() }, NameTable::default());
        let mut out = QuickRowWriter::new(schema_of(&settings, false));
        let mut add = |rows: &_| out.add(rows);
        let mut writer = RowWriter::new(&settings, false, None, &mut add);
        writer.add(&MessageBatch { batch: &batch, names: &names, orders: 0..messages }, None).expect("rows");
        writer.end(&[], &[]).expect("rows");
        let bytes = bytes::Bytes::from(out.end().expect("a file"));
        let (loaded, _) = metadata(&bytes).expect("metadata");
        let columns = loaded.schema().fields().len();
        let read = rows(bytes, &loaded, None, |_| true).expect("rows");
        (read.map(|rows| rows.expect("rows").num_rows()).sum(), columns)
    }

    #[test]
    fn only_a_short_quick_file_is_without_columns_that_say_nothing() {
        assert_eq!(written(0), (0, COLUMNS.len()));
        let (rows, columns) = written(9);
        assert!(rows == 9 && columns < 9, "{rows} {columns}");
        assert_eq!(written(20_000), (20_000, COLUMNS.len()));
    }
}
