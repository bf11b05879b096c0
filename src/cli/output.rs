//! Where results go: complete files put in place at once, pipes and devices written to, standard output.
//!
//! A file is written without a name, so that a killed run leaves nothing behind; it gets one when all
//! outputs of the run are complete, and its place at once.

use super::interrupt::uninterrupted;
use crate::error::{Error, Result};
use crate::outputs::Spool;
use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

/// An output that is complete but not yet in its place.
pub enum PreparedOutput {
    /// To be put in place.
    File {
        /// The complete file, without a name.
        complete: File,
        /// Its permissions.
        permissions: Option<Permissions>,
        /// Where it goes.
        place: PathBuf,
    },
    /// To be written as it is: standard output, a pipe, a device.
    Stream {
        /// What is written.
        content: Spool,
        /// Where they go.
        place: PathBuf,
    },
}

/// Writes an output completely, without touching what is in its place.
pub fn prepare(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<PreparedOutput> {
    let failed = |error: io::Error| Error::io(path, "can't be written", &error);
    if is_stream(path) {
        let mut content = Spool::default();
        write(&mut content).map_err(failed)?;
        return Ok(PreparedOutput::Stream { content, place: path.to_path_buf() });
    }
    let place = target(path).map_err(failed)?;
    let complete = tempfile::tempfile_in(folder(&place)).map_err(|error| {
        let this = Error::io(path, "can't be written", &error);
        if error.kind() == io::ErrorKind::NotFound {
            this.hint(format!("create the folder `{}` first", folder(&place).display()))
        } else {
            this
        }
    })?;
    let mut buffered = BufWriter::new(&complete);
    write(&mut buffered).and_then(|()| buffered.flush()).map_err(failed)?;
    drop(buffered);
    complete.sync_all().map_err(failed)?;
    // The new report keeps the permissions of the old one. Without an old one, only its owner may read it.
    let permissions = place.metadata().ok().map(|old| old.permissions());
    Ok(PreparedOutput::File { complete, permissions, place })
}

/// Puts all outputs in place, files first.
pub fn publish(outputs: impl IntoIterator<Item = PreparedOutput>) -> Result<()> {
    let mut streams = Vec::new();
    for output in outputs {
        match output {
            PreparedOutput::File { complete, permissions, place } => {
                uninterrupted(|| put_in_place(complete, permissions, &place))
                    .map_err(|error| Error::io(&place, "can't be put in place", &error))?;
            }
            PreparedOutput::Stream { content, place } => streams.push((content, place)),
        }
    }
    streams.into_iter().try_for_each(|(content, place)| pour(content, &place))
}

/// Gives a complete file a name of its own (where the file system can't, a copy of it), then its place.
fn put_in_place(mut complete: File, permissions: Option<Permissions>, place: &Path) -> io::Result<()> {
    let permissions = permissions.or_else(private);
    let allow = |file: &File| permissions.clone().map_or(Ok(()), |allowed| file.set_permissions(allowed));
    allow(&complete)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mailfatigue-");
    if let Ok(named) = builder.make_in(folder(place), |path| link(&complete, path)) {
        return Ok(named.into_temp_path().persist(place)?);
    }
    let mut copy = builder.tempfile_in(folder(place))?;
    complete.rewind()?;
    io::copy(&mut complete, &mut copy)?;
    allow(copy.as_file())?;
    copy.as_file().sync_all()?;
    copy.persist(place)?;
    Ok(())
}

#[cfg(unix)]
fn private() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private() -> Option<Permissions> {
    None
}

/// Gives an open file without a name one (open(2), `O_TMPFILE`).
#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;
    let nameless = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, nameless, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
fn link(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn pour(content: Spool, place: &Path) -> Result<()> {
    if place.as_os_str() == "-" {
        let written = content.pour(&mut io::stdout().lock());
        return written.map_err(|error| Error::standard_output(&error));
    }
    let written = File::options().write(true).open(place).and_then(|mut file| content.pour(&mut file));
    written.map_err(|error| Error::io(place, "can't be written", &error))
}

pub fn folder(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Standard output, or something that exists and is neither a file nor a folder.
pub fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-" || path.metadata().is_ok_and(|kind| !kind.is_file() && !kind.is_dir())
}

/// The file itself where the path is a symbolic link, also one that leads to a file not yet there.
pub fn target(path: &Path) -> io::Result<PathBuf> {
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
