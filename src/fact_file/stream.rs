//! Rows in an Arrow stream.

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, SchemaRef};
use std::io::{self, BufReader, Read, Write};

/// How an Arrow stream ends: a mark, and no message.
const END: [u8; 8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

/// How many rows go together: whoever reads a stream keeps as many at a time.
const TOGETHER: usize = 8_192;

/// A stream in the making.
pub struct StreamRows<W: Write>(StreamWriter<W>);

impl<W: Write> StreamRows<W> {
    /// Begins a stream with rows of that schema.
    pub fn new(out: W, schema: &SchemaRef) -> io::Result<Self> {
        StreamWriter::try_new(out, schema).map(Self).map_err(to_io)
    }

    /// Adds some rows.
    pub fn add(&mut self, rows: &RecordBatch) -> io::Result<()> {
        (0..rows.num_rows()).step_by(TOGETHER).try_for_each(|from| {
            let some = rows.slice(from, TOGETHER.min(rows.num_rows() - from));
            self.0.write(&some).map_err(to_io)
        })
    }

    /// Ends the stream.
    pub fn end(mut self) -> io::Result<()> {
        self.0.finish().map_err(to_io)
    }
}

/// A stream that is read.
pub(super) struct Incoming<R: Read>(StreamReader<BufReader<Tail<R>>>);

impl<R: Read> Incoming<R> {
    pub fn new(bytes: R) -> Result<Self, ArrowError> {
        StreamReader::try_new(BufReader::new(Tail { inner: bytes, last: Vec::new() }), None).map(Self)
    }

    pub fn schema(&self) -> SchemaRef {
        self.0.schema()
    }

    /// The next rows; `None`: it is at its end.
    pub fn rows(&mut self) -> Option<Result<RecordBatch, ArrowError>> {
        self.0.next()
    }

    /// Whether it came to the end that it was given: one that is cut between two messages ends, too.
    pub fn is_whole(&mut self) -> bool {
        let rest = self.0.get_ref().buffer().len();
        rest == 0 && self.0.get_ref().get_ref().last == END
    }
}

/// A reader that remembers the last bytes.
struct Tail<R> {
    inner: R,
    last: Vec<u8>,
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.last.extend_from_slice(&buffer[count.saturating_sub(END.len())..count]);
        let surplus = self.last.len().saturating_sub(END.len());
        self.last.drain(..surplus);
        Ok(count)
    }
}

fn to_io(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        other => io::Error::other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Int64Array;
    use arrow_schema::{DataType, Field, Schema};
    use std::sync::Arc;

    #[test]
    fn many_rows_come_in_batches_of_some() {
        let schema: SchemaRef = Arc::new(Schema::new(vec![Field::new("number", DataType::Int64, false)]));
        let numbers = Arc::new((0..20_000).collect::<Int64Array>());
        let rows = RecordBatch::try_new(Arc::clone(&schema), vec![numbers]).expect("rows");
        let mut bytes = Vec::new();
        let mut out = StreamRows::new(&mut bytes, &schema).expect("begun");
        out.add(&rows).expect("written");
        out.end().expect("ended");
        let mut stream = Incoming::new(bytes.as_slice()).expect("a stream");
        let batches: Vec<RecordBatch> =
            std::iter::from_fn(|| stream.rows()).map(|batch| batch.expect("rows")).collect();
        assert_eq!(batches.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [8_192, 8_192, 3_616]);
        assert_eq!(batches[2], rows.slice(16_384, 3_616));
        assert!(stream.is_whole());
    }
}
