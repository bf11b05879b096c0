//! Compressed files, and how much may come out of them.

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::StreamingDecoder;
use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// How many bytes may come out for each that went in.
const RATIO: u64 = 200;

/// What may come out of any input, in bytes.
const ALLOWANCE: u64 = 64 * 1_024 * 1_024;

/// What may come out at most, in bytes: 1 TiB.
const MOST: u64 = 1 << 40;

/// The largest memory that a compressed file may ask for, in bytes. The `zstd` program unpacks as much by itself
/// (a window of 128 MiB), and `xz -9` asks for 65 MiB.
const MEMORY: u64 = 128 * 1_024 * 1_024;

/// How much of a compressed file is read at once, in bytes.
const INPUT: usize = 128 * 1_024;

/// How much is unpacked at once, in bytes.
const STEP: usize = 128 * 1_024;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
    /// xz.
    Xz,
    /// bzip2.
    Bzip2,
}

impl Compression {
    /// The compression that begins with these bytes.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1F, 0x8B, 0x08, ..] => Some(Self::Gzip),
            // A skippable frame may come first.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            [0xFD, b'7', b'z', b'X', b'Z', 0x00, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    /// What comes out of `bytes`, within bounds, up to where they are damaged.
    pub fn unpack<'a, R: Read + 'a>(self, bytes: R) -> IntactReader<BoundedReader<Box<dyn Read + 'a>>> {
        let packed = Rc::new(Cell::new(0));
        let counted = ByteCounter { inner: bytes, count: Rc::clone(&packed) };
        let counted = BufReader::with_capacity(INPUT, FullReader(counted));
        let memory = u32::try_from(MEMORY / 1_024).unwrap_or(u32::MAX);
        let unpacked: Box<dyn Read + 'a> = match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(counted)),
            Self::Zstd => Box::new(ZstdFrames { rest: Some(counted), frame: None }),
            Self::Xz => Box::new(XzReader::new_mem_limit(counted, true, memory)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(counted)),
        };
        IntactReader::new(UnpackBudget { packed, unpacked: Rc::default() }.bound(unpacked))
    }
}

/// A reader that ends where its source is damaged: the bytes before that are good.
#[derive(Debug)]
pub struct IntactReader<R> {
    inner: R,
    /// Bytes that came.
    count: u64,
    damage: Option<io::Error>,
}

impl<R: Read> IntactReader<R> {
    /// The good part of `inner`.
    pub fn new(inner: R) -> Self {
        Self { inner, count: 0, damage: None }
    }

    /// Reads on to the end. Returns how many bytes came, and the damage after them, where there is any.
    pub fn end(mut self) -> io::Result<(u64, Option<io::Error>)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((self.count, self.damage))
    }
}

impl<R: Read> Read for IntactReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.damage.is_some() {
            return Ok(0);
        }
        match self.inner.read(buffer) {
            Ok(count) => {
                self.count = self.count.saturating_add(count as u64);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted || is_excess(&error) => Err(error),
            Err(error) => {
                self.damage = Some(error);
                Ok(0)
            }
        }
    }
}

/// A reader that fills the buffer except at the end: what a decompressor makes of damage depends on how much
/// it is given at once.
struct FullReader<R>(R);

impl<R: Read> Read for FullReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.0.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if filled == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(filled)
    }
}

/// More came out than is allowed.
#[derive(Debug)]
struct UnpackLimitExceeded {
    /// After so many bytes.
    unpacked: u64,
}

impl std::error::Error for UnpackLimitExceeded {}

impl std::fmt::Display for UnpackLimitExceeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "it unpacks to more than {RATIO} times its size (or to more than 1 TiB) and was left after {} MiB; \
             a file that is made to fill a machine looks like this",
            self.unpacked >> 20
        )
    }
}

fn is_excess(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<UnpackLimitExceeded>())
}

/// What went into a packed source, and what came out.
#[derive(Debug, Clone)]
pub struct UnpackBudget {
    packed: Rc<Cell<u64>>,
    unpacked: Rc<Cell<u64>>,
}

impl UnpackBudget {
    /// The budget of a source of `packed` bytes.
    pub fn of(packed: u64) -> Self {
        Self { packed: Rc::new(Cell::new(packed)), unpacked: Rc::default() }
    }

    /// A reader that draws on it.
    pub fn bound<R: Read>(&self, inner: R) -> BoundedReader<R> {
        BoundedReader { inner: BufReader::with_capacity(STEP, inner), budget: self.clone(), failed: false }
    }
}

/// A reader that fails where more comes out than is allowed. It always asks for as much at once, so that damage shows in the
/// same place however it is read. It reports damage once, then it ends.
#[derive(Debug)]
pub struct BoundedReader<R> {
    inner: BufReader<R>,
    budget: UnpackBudget,
    failed: bool,
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(0);
        }
        let read = self.step(buffer);
        self.failed = read.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        read
    }
}

impl<R: Read> BoundedReader<R> {
    fn step(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.inner.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.inner.consume(count);
        let unpacked = self.budget.unpacked.get().saturating_add(count as u64);
        self.budget.unpacked.set(unpacked);
        let bound = self.budget.packed.get().saturating_mul(RATIO).saturating_add(ALLOWANCE).min(MOST);
        if unpacked > bound {
            return Err(io::Error::other(UnpackLimitExceeded { unpacked }));
        }
        Ok(count)
    }
}

/// A reader that counts what goes through it.
struct ByteCounter<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for ByteCounter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.set(self.count.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// The frames of a Zstandard file, one after the other.
struct ZstdFrames<R: Read> {
    /// The source, between frames.
    rest: Option<R>,
    frame: Option<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(frame) = &mut self.frame {
                match frame.read(buffer)? {
                    0 => self.rest = self.frame.take().map(StreamingDecoder::into_inner),
                    count => return Ok(count),
                }
            }
            let Some(mut rest) = self.rest.take() else { return Ok(0) };
            match rest.fill_buf()? {
                [] => return Ok(0),
                [0x50..=0x5F, ..] => self.rest = Some(skipped(rest)?),
                _ => {
                    let frame = StreamingDecoder::new_with_max_window_size(rest, MEMORY);
                    self.frame = Some(frame.map_err(|error| io::Error::other(error.to_string()))?);
                }
            }
        }
    }
}

/// The source after a skippable frame (RFC 8878 §3.1.2).
fn skipped<R: Read>(mut rest: R) -> io::Result<R> {
    let mut head = [0; 8];
    rest.read_exact(&mut head)?;
    let [_, _, _, _, length @ ..] = head;
    let length = u64::from(u32::from_le_bytes(length));
    let gone = io::copy(&mut (&mut rest).take(length), &mut io::sink())?;
    if gone < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(rest) }
}
