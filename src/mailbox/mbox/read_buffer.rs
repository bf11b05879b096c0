//! A moving view of a source: one reused buffer, filled block by block, addressed by offsets in the source.

use std::io::{self, Read};

/// What one read asks for. Larger blocks were no faster; smaller ones cost system calls.
pub const BLOCK: usize = 512 * 1_024;

/// The length in bytes of the parts in which a stream is read on several threads. Shorter ones cost more at their borders, and
/// longer ones more memory: there is one part for each thread, and one more.
pub const STREAM_PART: usize = if cfg!(test) { 512 } else { 4 * 1_024 * 1_024 };

/// A packed file of at most so many bytes is unpacked on the thread that reads it.
const SMALL: u64 = if cfg!(test) { 64 } else { BLOCK as u64 };

/// A byte-order mark in UTF-8. Windows editors write one, and joining such files leaves it in the middle.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Bytes before a line that show whether the line before it is blank, with a byte-order mark between.
pub const CONTEXT: u64 = 6;

/// The bytes of a source from some offset to the end of what has been read.
pub struct ReadBuffer<R> {
    source: R,
    bytes: Vec<u8>,
    filled: usize,
    /// Offset in the source of the first of them.
    base: u64,
    block: usize,
    ended: bool,
}

impl<R: Read> ReadBuffer<R> {
    /// A view of `source`, whose next byte is at `offset`; read in steps of `block` bytes.
    pub fn new(source: R, offset: u64, block: usize) -> Self {
        Self { source, bytes: Vec::new(), filled: 0, base: offset, block: block.max(1), ended: false }
    }

    /// Offset just past the last byte read.
    pub fn end(&self) -> u64 {
        self.base + self.filled as u64
    }

    /// Offset of the first buffered byte.
    pub fn start(&self) -> u64 {
        self.base
    }

    /// Whether the source has no more bytes.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// All buffered bytes from `offset` on; none where it lies outside.
    pub fn from(&self, offset: u64) -> &[u8] {
        self.slice(offset, self.end())
    }

    /// The bytes from `from` to before `to` that are buffered.
    pub fn slice(&self, from: u64, to: u64) -> &[u8] {
        let index = |offset: u64| {
            usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX).min(self.filled)
        };
        self.bytes.get(index(from)..index(to)).unwrap_or(&[])
    }

    /// All buffered bytes and all that are still to come.
    pub fn into_reader(mut self) -> impl Read {
        self.bytes.truncate(self.filled);
        io::Cursor::new(self.bytes).chain(self.source)
    }

    /// The same, where nothing is read of the buffer after it.
    pub fn reader(&mut self) -> impl Read {
        self.bytes[..self.filled].chain(&mut self.source)
    }

    /// Reads on, forgetting what lies before `keep`. `false` at the end of the source.
    pub fn more(&mut self, keep: u64) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.forget(keep);
        if self.bytes.len() < self.filled + self.block {
            self.bytes.resize(self.filled + self.block, 0);
        }
        loop {
            match self.source.read(&mut self.bytes[self.filled..]) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(false);
                }
                Ok(count) => {
                    self.filled += count;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn forget(&mut self, keep: u64) {
        let gone = usize::try_from(keep.saturating_sub(self.base)).unwrap_or(usize::MAX).min(self.filled);
        self.bytes.copy_within(gone..self.filled, 0);
        self.filled -= gone;
        self.base += gone as u64;
        // One long header or body must not take memory until the end of the file.
        let wanted = self.filled + self.block;
        if self.bytes.len() > wanted.saturating_mul(4) {
            self.bytes.truncate(wanted);
            self.bytes.shrink_to_fit();
        }
    }
}

/// The offset from which bytes must be kept so that they show whether the line before one at `offset` is blank.
pub fn keep_before(offset: u64) -> u64 {
    offset.saturating_sub(CONTEXT)
}

/// How a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buffering {
    /// How much is asked for at once, in bytes.
    pub block: usize,
    /// How many threads may read one stream. Where they are several, what is packed is unpacked on one more, ahead of what is
    /// read.
    pub threads: usize,
}

impl Buffering {
    /// The usual way, on one thread or several.
    pub fn on(threads: usize) -> Self {
        Self { block: BLOCK, threads }
    }

    /// The same for a packed file of `size` bytes: a hundred thousand small ones need no large buffer each, and no threads.
    pub fn of_packed(self, size: u64) -> Self {
        self.of_size(size, SMALL)
    }

    /// The same for something of `size` bytes that is not packed: what is hardly longer than a part of a stream is read on one
    /// thread. On several, a folder of mailboxes of 3 to 6 MiB took a tenth to a half longer.
    pub fn of_unpacked(self, size: u64) -> Self {
        self.of_size(size, 2 * STREAM_PART as u64)
    }

    fn of_size(self, size: u64, small: u64) -> Self {
        let whole = usize::try_from(size.saturating_add(1)).unwrap_or(usize::MAX);
        Self { block: self.block.min(whole), threads: if size > small { self.threads } else { 1 } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_addressed_by_their_offset_in_the_source() {
        let mut buffer = ReadBuffer::new(&b"0123456789"[..], 100, 3);
        assert!(buffer.more(100).expect("read"));
        assert_eq!(buffer.from(101), b"12");
        assert!(buffer.more(102).expect("read"));
        assert_eq!((buffer.from(102), buffer.from(100)), (&b"2345"[..], &b"2345"[..]));
        assert_eq!(buffer.from(999), b"");
        while buffer.more(109).expect("read") {}
        assert_eq!((buffer.end(), buffer.from(109)), (110, &b"9"[..]));
    }
}
