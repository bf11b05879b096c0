//! Bytes that are written somewhere else later: what goes to standard output once everything is complete, rows that may
//! not count. In memory while they are few, then in a file without a name, because a report may have a million rows.

use std::fs::File;
use std::io::{self, BufWriter, Cursor, Read, Seek, Write};
use std::path::PathBuf;

/// As much is kept in memory, in bytes.
const IN_MEMORY: usize = 16 * 1_024 * 1_024;

/// Bytes that are to be written somewhere else later.
#[derive(Debug, Default)]
pub struct Spool {
    memory: Vec<u8>,
    file: Option<BufWriter<File>>,
    /// Where the file is made; `None`: where the system keeps such.
    folder: Option<PathBuf>,
    /// No file can be made here, so that memory has to do.
    without_file: bool,
}

impl From<Vec<u8>> for Spool {
    fn from(memory: Vec<u8>) -> Self {
        Self { memory, ..Self::default() }
    }
}

impl Spool {
    /// One whose file is made in that folder.
    pub fn in_folder(folder: Option<PathBuf>) -> Self {
        Self { folder, ..Self::default() }
    }

    /// Reads all of it.
    pub fn into_reader(self) -> io::Result<Box<dyn Read>> {
        let memory = Cursor::new(self.memory);
        let Some(file) = self.file else { return Ok(Box::new(memory)) };
        let mut file = file.into_inner()?;
        file.rewind()?;
        Ok(Box::new(file))
    }

    /// Writes all of it.
    pub fn pour(self, out: &mut dyn Write) -> io::Result<()> {
        io::copy(&mut self.into_reader()?, out)?;
        out.flush()
    }

    fn make_file(&mut self) -> io::Result<()> {
        let made = self.folder.as_ref().map_or_else(tempfile::tempfile, tempfile::tempfile_in);
        let Ok(file) = made else {
            self.without_file = true;
            return Ok(());
        };
        let mut file = BufWriter::new(file);
        file.write_all(&self.memory)?;
        (self.memory, self.file) = (Vec::new(), Some(file));
        Ok(())
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_full = self.memory.len() + bytes.len() > IN_MEMORY;
        if is_full && self.file.is_none() && !self.without_file {
            self.make_file()?;
        }
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => self.memory.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_in_memory_comes_out_in_order_too() {
        for lines in [0, 10, 3 * IN_MEMORY / 64] {
            let mut spool = Spool::default();
            let mut expected = Vec::new();
            for line in 0..lines {
                let line = format!("{line:063}\n");
                spool.write_all(line.as_bytes()).expect("written");
                expected.extend_from_slice(line.as_bytes());
            }
            assert_eq!(spool.file.is_some(), lines > 10);
            assert!(spool.memory.len() <= IN_MEMORY);
            let mut found = Vec::new();
            spool.pour(&mut found).expect("poured");
            assert!(found == expected, "{lines}");
        }
    }
}
