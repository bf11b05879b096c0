//! Rows in an Arrow stream.

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, SchemaRef};
use std::io::{self, BufReader, Read, Write};

/// How an Arrow stream ends: a mark, and no message.
const END: [u8; 8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

/// A stream in the making.
pub struct StreamRowWriter<W: Write>(StreamWriter<W>);

impl<W: Write> StreamRowWriter<W> {
    /// Begins a stream with rows of that schema.
    pub fn new(out: W, schema: &SchemaRef) -> io::Result<Self> {
        StreamWriter::try_new(out, schema).map(Self).map_err(to_io)
    }

    /// Adds some rows.
    pub fn add(&mut self, rows: &RecordBatch) -> io::Result<()> {
        self.0.write(rows).map_err(to_io)
    }

    /// Ends the stream, and returns where it was written to.
    pub fn end(self) -> io::Result<W> {
        self.0.into_inner().map_err(to_io)
    }
}

/// A stream that is read.
pub(super) struct IncomingStream<R: Read>(StreamReader<BufReader<TailReader<R>>>);

impl<R: Read> IncomingStream<R> {
    pub fn new(bytes: R) -> Result<Self, ArrowError> {
        StreamReader::try_new(BufReader::new(TailReader { inner: bytes, last: Vec::new() }), None).map(Self)
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
struct TailReader<R> {
    inner: R,
    last: Vec<u8>,
}

impl<R: Read> Read for TailReader<R> {
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
