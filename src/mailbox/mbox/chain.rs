//! The bytes of a stream in chunks that several threads read at once. Each leads to the next one, and is filled anew once
//! nobody reads it or one before it any more: so memory does not grow with the stream.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, OnceLock};

/// Bytes of a stream, and what follows them once that was read; `None` at the end.
pub(super) struct Chunk {
    bytes: Vec<u8>,
    next: OnceLock<Option<Arc<Chunk>>>,
    give_back: Sender<Vec<u8>>,
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // At the end nobody takes it.
        let _ = self.give_back.send(std::mem::take(&mut self.bytes));
    }
}

/// Reads a stream chunk by chunk. Dropped, it ends the chain, so that no reader waits for more.
pub(super) struct Chain<'a> {
    source: &'a mut dyn Read,
    length: usize,
    last: Option<Arc<Chunk>>,
    give_back: Sender<Vec<u8>>,
    given_back: Receiver<Vec<u8>>,
}

impl<'a> Chain<'a> {
    /// Of chunks of `length` bytes.
    pub fn new(source: &'a mut dyn Read, length: usize) -> Self {
        let (give_back, given_back) = mpsc::channel();
        Self { source, length, last: None, give_back, given_back }
    }

    /// Reads the next chunk, and says whether it is the last one: only that one may be shorter than the others.
    pub fn read(&mut self) -> io::Result<(Arc<Chunk>, bool)> {
        let mut bytes = self.given_back.try_recv().unwrap_or_default();
        bytes.resize(self.length, 0);
        let mut filled = 0;
        while filled < self.length {
            match self.source.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        let is_last = filled < self.length;
        let next = if is_last { OnceLock::from(None) } else { OnceLock::new() };
        let chunk = Arc::new(Chunk { bytes, next, give_back: self.give_back.clone() });
        if let Some(before) = self.last.replace(Arc::clone(&chunk)) {
            let _ = before.next.set(Some(Arc::clone(&chunk)));
        }
        Ok((chunk, is_last))
    }

    /// The last chunk that was read.
    pub fn last(&self) -> Option<&Arc<Chunk>> {
        self.last.as_ref()
    }
}

impl Drop for Chain<'_> {
    fn drop(&mut self) {
        if let Some(last) = &self.last {
            let _ = last.next.set(None);
        }
    }
}

/// Asks for the next chunk.
pub(super) type Ask = Arc<dyn Fn() + Send + Sync>;

/// Reads on from a place in a chunk, as far as the stream goes.
pub(super) struct ChainReader {
    chunk: Arc<Chunk>,
    at: usize,
    ask: Ask,
}

impl ChainReader {
    /// From the beginning of a chunk, …
    pub fn from(chunk: &Arc<Chunk>, ask: &Ask) -> Self {
        Self { chunk: Arc::clone(chunk), at: 0, ask: Arc::clone(ask) }
    }

    /// … or from `count` bytes before its end.
    pub fn before_end(chunk: &Arc<Chunk>, count: u64, ask: &Ask) -> Self {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Self { at: chunk.bytes.len().saturating_sub(count), ..Self::from(chunk, ask) }
    }
}

impl Read for ChainReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.chunk.bytes.len() {
            if self.chunk.next.get().is_none() {
                (self.ask)();
            }
            let Some(next) = self.chunk.next.wait() else { return Ok(0) };
            (self.chunk, self.at) = (Arc::clone(next), 0);
        }
        let bytes = &self.chunk.bytes[self.at..];
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.at += count;
        Ok(count)
    }
}
