//! What goes to standard output, a pipe or a device once everything is complete: in memory while it is small, then in a
//! file without a name, because a report may have a million rows.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};

/// As much is kept in memory, in bytes.
const IN_MEMORY: usize = 16 * 1_024 * 1_024;

/// Bytes that are to be written somewhere else later.
#[derive(Default)]
pub struct Spool {
    memory: Vec<u8>,
    file: Option<BufWriter<File>>,
    /// No file can be made here, so that memory has to do.
    without_file: bool,
}

impl From<Vec<u8>> for Spool {
    fn from(memory: Vec<u8>) -> Self {
        Self { memory, ..Self::default() }
    }
}

impl Spool {
    /// Writes all of it.
    pub fn pour(self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.memory)?;
        if let Some(file) = self.file {
            let mut file = file.into_inner()?;
            file.rewind()?;
            io::copy(&mut file, out)?;
        }
        out.flush()
    }

    fn make_file(&mut self) -> io::Result<()> {
        let Ok(file) = tempfile::tempfile() else {
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
