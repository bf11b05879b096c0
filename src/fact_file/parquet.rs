//! Rows in a Parquet file.

use super::schema::{COLUMNS, ColumnId, ColumnType, IDS};
use super::{MADE_BY, SCHEMA};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
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

/// Rows of that schema as a file that this machine reads again: it is larger, read and written in less time, and without the
/// columns in which no row has a value. With them reading takes an eighth longer.
pub fn quick_parquet(schema: &SchemaRef, rows: &[RecordBatch]) -> io::Result<Vec<u8>> {
    let has_value =
        |column: &usize| rows.iter().any(|rows| rows.column(*column).null_count() < rows.num_rows());
    let columns: Vec<usize> = (0..schema.fields().len()).filter(has_value).collect();
    let project = |error: ArrowError| io::Error::other(error.to_string());
    let (mut bytes, schema) = (Vec::new(), Arc::new(schema.project(&columns).map_err(project)?));
    let mut out = ParquetRowWriter::compressed(&mut bytes, &schema, Compression::SNAPPY)?;
    rows.iter().try_for_each(|rows| out.add(&rows.project(&columns).map_err(project)?))?;
    out.end()?;
    Ok(bytes)
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
