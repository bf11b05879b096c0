//! Packed bytes: in memory while they are few, then in a file without a name, so that memory does not grow with them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// As much is kept in memory, in bytes.
const IN_MEMORY: usize = if cfg!(test) { 8 * 1_024 } else { 16 * 1_024 * 1_024 };

/// Where packed bytes go.
#[derive(Debug, Clone, Default)]
pub(super) struct Spill {
    /// How many bytes are in memory.
    in_memory: usize,
    file: Option<Arc<Mutex<File>>>,
    /// No file can be made or written here, so that memory has to do.
    without_file: bool,
}

/// Bytes that were packed.
#[derive(Debug, Clone)]
pub(super) enum PackedBytes {
    /// In memory.
    Memory(Box<[u8]>),
    /// In the file, from a byte on.
    File { file: Arc<Mutex<File>>, from: u64, length: usize },
}

impl Spill {
    /// Puts bytes where there is room for them.
    pub fn keep(&mut self, bytes: Vec<u8>) -> PackedBytes {
        if self.in_memory + bytes.len() > IN_MEMORY
            && let Some(packed) = self.written(&bytes)
        {
            return packed;
        }
        self.in_memory += bytes.len();
        PackedBytes::Memory(bytes.into())
    }

    /// The same for what was packed elsewhere, perhaps by another thread: as a copy, so that all of its memory can be given
    /// back.
    pub fn store(&mut self, packed: PackedBytes) -> PackedBytes {
        match packed {
            PackedBytes::Memory(bytes) => self.keep(bytes.to_vec()),
            in_file => in_file,
        }
    }

    /// Takes note that what was packed is needed no more.
    pub fn forget(&mut self, packed: &PackedBytes) {
        if let PackedBytes::Memory(bytes) = packed {
            self.in_memory = self.in_memory.saturating_sub(bytes.len());
        }
    }

    fn written(&mut self, bytes: &[u8]) -> Option<PackedBytes> {
        if self.file.is_none() && !self.without_file {
            self.file = tempfile::tempfile().ok().map(|file| Arc::new(Mutex::new(file)));
        }
        let written = self.file.as_ref().map(|file| append(file, bytes));
        match written.zip(self.file.clone()) {
            Some((Ok(from), file)) => Some(PackedBytes::File { file, from, length: bytes.len() }),
            // A full disk stays full for a while.
            _ => {
                (self.file, self.without_file) = (None, true);
                None
            }
        }
    }
}

impl PackedBytes {
    /// The bytes again.
    pub fn bytes(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Memory(bytes) => Ok(bytes.to_vec()),
            Self::File { file, from, length } => {
                let mut bytes = vec![0; *length];
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(*from))?;
                file.read_exact(&mut bytes)?;
                Ok(bytes)
            }
        }
    }
}

/// Adds bytes at the end of a file and returns where they begin.
fn append(file: &Mutex<File>, bytes: &[u8]) -> io::Result<u64> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    let from = file.seek(SeekFrom::End(0))?;
    file.write_all(bytes)?;
    Ok(from)
}
