//! Where results go: complete files put in place at once, pipes and devices written to, standard output.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// An output that is complete but not yet in its place.
pub enum Prepared {
    /// Beside its place, to be renamed.
    File {
        /// The complete file.
        temporary: NamedTempFile,
        /// Where it goes.
        place: PathBuf,
    },
    /// Nothing more to do but to write it: standard output, a pipe, a device.
    Stream {
        /// The bytes.
        bytes: Vec<u8>,
        /// Where they go.
        place: PathBuf,
    },
}

/// Writes an output completely, without touching what is in its place.
pub fn prepare(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Prepared> {
    let failed = |error: io::Error| Error::io(path, "can't be written", &error);
    if is_stream(path) {
        let mut bytes = Vec::new();
        write(&mut bytes).map_err(failed)?;
        return Ok(Prepared::Stream { bytes, place: path.to_path_buf() });
    }
    let place = target(path).map_err(failed)?;
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let temporary = NamedTempFile::with_prefix_in(".mailfatigue-", folder).map_err(|error| {
        let this = Error::io(path, "can't be written", &error);
        if error.kind() == io::ErrorKind::NotFound {
            this.hint(format!("create the folder `{}` first", folder.display()))
        } else {
            this
        }
    })?;
    if let Ok(old) = place.metadata() {
        // Who may read the old report may read the new one. A new report is its writer's alone.
        temporary.as_file().set_permissions(old.permissions()).map_err(failed)?;
    }
    let mut buffered = BufWriter::new(temporary.as_file());
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    temporary.as_file().sync_all().map_err(failed)?;
    Ok(Prepared::File { temporary, place })
}

impl Prepared {
    /// Puts it in place.
    pub fn publish(self) -> Result<()> {
        match self {
            Self::File { temporary, place } => {
                temporary
                    .persist(&place)
                    .map_err(|error| Error::io(&place, "can't be put in place", &error.error))?;
                Ok(())
            }
            Self::Stream { bytes, place } if place.as_os_str() == "-" => {
                let mut out = io::stdout().lock();
                let written = out.write_all(&bytes).and_then(|()| out.flush());
                written.map_err(|error| Error::io(&place, "standard output can't be written", &error))
            }
            Self::Stream { bytes, place } => {
                let written =
                    File::options().write(true).open(&place).and_then(|mut file| file.write_all(&bytes));
                written.map_err(|error| Error::io(&place, "can't be written", &error))
            }
        }
    }
}

/// Standard output, or something that exists and is neither a file nor a folder.
fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-" || path.metadata().is_ok_and(|kind| !kind.is_file() && !kind.is_dir())
}

/// The file itself where the path is a symbolic link, also one that leads to a file not yet there.
fn target(path: &Path) -> io::Result<PathBuf> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let mut place = path.to_path_buf();
    // More links than this are a loop.
    for _ in 0..40 {
        let Ok(next) = place.read_link() else { return Ok(place) };
        place = place.parent().map_or(next.clone(), |folder| folder.join(&next));
    }
    Err(io::Error::other("its symbolic links loop"))
}
