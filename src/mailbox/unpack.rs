//! Compressed files, and how much may come out of them.

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use zstd::stream::read::Decoder as ZstdDecoder;

/// How many bytes may come out for each that went in.
const RATIO: u64 = 200;

/// What may come out of any input, in bytes.
const ALLOWANCE: u64 = 64 * 1_024 * 1_024;

/// What may come out at most, in bytes: 1 TiB.
const MOST: u64 = 1 << 40;

/// The largest memory that a compressed file may ask for, in bytes, as a power of two. The `zstd` program unpacks as much
/// by itself (a window of 128 MiB), and `xz -9` asks for 65 MiB.
const MEMORY_LOG: u32 = 27;

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
    pub fn unpack<'a, R: Read + Send + 'a>(
        self,
        bytes: R,
    ) -> io::Result<BoundedReader<Box<dyn Read + Send + 'a>>> {
        let packed = Arc::new(AtomicU64::new(0));
        let counted = ByteCounter { inner: bytes, count: Arc::clone(&packed) };
        let counted = BufReader::with_capacity(INPUT, FullReader(counted));
        let kibibytes = 1 << (MEMORY_LOG - 10);
        let unpacked: Box<dyn Read + Send + 'a> = match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(counted)),
            Self::Zstd => {
                let mut frames = ZstdDecoder::with_buffer(counted)?;
                frames.window_log_max(MEMORY_LOG)?;
                Box::new(frames)
            }
            Self::Xz => Box::new(XzReader::new_mem_limit(counted, true, kibibytes)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(counted)),
        };
        Ok(UnpackBudget { packed, unpacked: Arc::default() }.bound(unpacked))
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
    packed: Arc<AtomicU64>,
    unpacked: Arc<AtomicU64>,
}

impl UnpackBudget {
    /// The budget of a source of `packed` bytes.
    pub fn of(packed: u64) -> Self {
        Self { packed: Arc::new(AtomicU64::new(packed)), unpacked: Arc::default() }
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
        let unpacked = self.budget.unpacked.fetch_add(count as u64, Relaxed).saturating_add(count as u64);
        let bound =
            self.budget.packed.load(Relaxed).saturating_mul(RATIO).saturating_add(ALLOWANCE).min(MOST);
        if unpacked > bound {
            return Err(io::Error::other(UnpackLimitExceeded { unpacked }));
        }
        Ok(count)
    }
}

/// A reader that counts what goes through it.
struct ByteCounter<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for ByteCounter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count.fetch_add(count as u64, Relaxed);
        Ok(count)
    }
}
