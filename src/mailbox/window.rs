//! A moving view of a source: one reused buffer, filled block by block, addressed by offsets in the source.

use std::io::{self, Read};

/// What one read asks for. Larger blocks were no faster; smaller ones cost system calls.
pub const BLOCK: usize = 512 * 1_024;

/// The bytes of a source from some offset to the end of what has been read.
pub struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    filled: usize,
    /// Offset in the source of the buffer's first byte.
    base: u64,
    block: usize,
    ended: bool,
}

impl<R: Read> Window<R> {
    /// A view of `source`, whose next byte stands at `offset`; read in steps of `block` bytes.
    pub fn new(source: R, offset: u64, block: usize) -> Self {
        Self { source, buffer: Vec::new(), filled: 0, base: offset, block: block.max(1), ended: false }
    }

    /// Offset just past the last byte read.
    pub fn end(&self) -> u64 {
        self.base + self.filled as u64
    }

    /// Offset of the first byte still held.
    pub fn start(&self) -> u64 {
        self.base
    }

    /// Whether the source has no more bytes.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// All bytes held from `offset` on; none where it lies outside.
    pub fn from(&self, offset: u64) -> &[u8] {
        self.slice(offset, self.end())
    }

    /// The bytes from `from` to before `to`, as far as they are held.
    pub fn slice(&self, from: u64, to: u64) -> &[u8] {
        let index = |offset: u64| {
            usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX).min(self.filled)
        };
        self.buffer.get(index(from)..index(to)).unwrap_or(&[])
    }

    /// All bytes held and all that are still to come, from where the view began.
    pub fn into_reader(mut self) -> impl Read {
        self.buffer.truncate(self.filled);
        io::Cursor::new(self.buffer).chain(self.source)
    }

    /// Reads on, forgetting what lies before `keep`. `false` at the end of the source.
    pub fn more(&mut self, keep: u64) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.forget(keep);
        if self.buffer.len() < self.filled + self.block {
            self.buffer.resize(self.filled + self.block, 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.filled..]) {
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
        self.buffer.copy_within(gone..self.filled, 0);
        self.filled -= gone;
        self.base += gone as u64;
        // One long header or body must not be paid for until the end of the file.
        let wanted = self.filled + self.block;
        if self.buffer.len() > wanted.saturating_mul(4) {
            self.buffer.truncate(wanted);
            self.buffer.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_addressed_by_their_offset_in_the_source() {
        let mut window = Window::new(&b"0123456789"[..], 100, 3);
        assert!(window.more(100).expect("read"));
        assert_eq!(window.from(101), b"12");
        assert!(window.more(102).expect("read"));
        assert_eq!((window.from(102), window.from(100)), (&b"2345"[..], &b"2345"[..]));
        assert_eq!(window.from(999), b"");
        while window.more(109).expect("read") {}
        assert_eq!((window.end(), window.from(109)), (110, &b"9"[..]));
    }
}
