//! What is packed is unpacked on a thread of its own, while what came out before is read: of 256 MiB packed with gzip that
//! takes a third of the time away (mixed mail 1.65 to 1.04 s, small 2.94 to 2.04 s).

use super::mbox::read_buffer::Buffering;
use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, Sender};

/// How much is handed over at once, in bytes, …
const BLOCK: usize = 128 * 1_024;

/// … and how many such blocks there are.
const BLOCKS: usize = 8;

/// Calls `read` with a reader of `bytes`. Where `buffering` asks for it, a thread takes them from their source before they
/// are asked for. A panic of that thread is one of the caller, never an early end.
pub fn read_ahead<T>(
    buffering: Buffering,
    mut bytes: impl Read + Send,
    read: impl FnOnce(&mut dyn Read) -> T,
) -> T {
    if buffering.threads < 2 {
        return read(&mut bytes);
    }
    let (give, given) = mpsc::channel();
    let (give_back, empty) = mpsc::channel();
    (0..BLOCKS).for_each(|_| drop(give_back.send(Vec::new())));
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for mut block in empty {
                block.resize(BLOCK, 0);
                let count = loop {
                    match bytes.read(&mut block) {
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        count => break count,
                    }
                };
                let is_last = !matches!(count, Ok(1..));
                let block = count.map(|count| FilledBlock { bytes: block, at: 0, end: count });
                if give.send(block).is_err() || is_last {
                    return;
                }
            }
        });
        read(&mut BlockReader { given, give_back, block: FilledBlock::default() })
    })
}

/// Bytes that were handed over, and which of them are unread.
#[derive(Default)]
struct FilledBlock {
    bytes: Vec<u8>,
    at: usize,
    end: usize,
}

/// Reads what the thread hands over.
struct BlockReader {
    given: Receiver<io::Result<FilledBlock>>,
    give_back: Sender<Vec<u8>>,
    block: FilledBlock,
}

impl Read for BlockReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.block.at == self.block.end {
            let read = std::mem::take(&mut self.block.bytes);
            if !read.is_empty() {
                // At the end nobody takes it.
                let _ = self.give_back.send(read);
            }
            // The thread is gone after the end, and after an error.
            self.block = self.given.recv().unwrap_or_else(|_| Ok(FilledBlock::default()))?;
        }
        let FilledBlock { bytes, at, end } = &mut self.block;
        let count = (*end - *at).min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[*at..*at + count]);
        *at += count;
        Ok(count)
    }
}
