//! One run at a time: a lock beside each file that a run writes.
//!
//! The lock is the operating system's, on a file that is only there while a run needs it. It ends with the run, however
//! that ends; a file that a killed run left blocks no other run, and the next run removes it.

use super::interrupt::{forget, remove_when_interrupted};
use super::output::{folder, is_stream, target};
use crate::error::Error;
use crate::mailbox::FileId;
use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The interval between checks whether the other run has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// This run's locks; they end with the value.
#[derive(Debug, Default)]
pub struct Locks(Vec<Lock>);

/// A lock beside one file.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    file: File,
}

/// Why a lock was not acquired.
enum LockFailure {
    /// Another run has the lock.
    Busy(Error),
    /// No lock is possible here: the warning, with which the run continues.
    Unsupported(Error),
}

impl Locks {
    /// Takes the locks of all files that are written, in an order that all runs keep, so that no two wait for each other.
    /// `says` gets a note for each other run that is waited for, and a warning for each lock that is not possible.
    pub fn of<'a>(
        files: impl Iterator<Item = &'a Path>,
        patience: Duration,
        says: &dyn Fn(Error),
    ) -> Result<Self, Error> {
        let mut places: Vec<(PathBuf, &Path)> =
            files.filter(|file| !is_stream(file)).filter_map(|file| Some((lock_path(file)?, file))).collect();
        places.sort();
        places.dedup_by(|left, right| left.0 == right.0);
        let until = Instant::now() + patience;
        let mut locks = Vec::new();
        for (place, file) in places {
            match Lock::taken(&place, file, until, patience, says) {
                Ok(lock) => locks.push(lock),
                Err(LockFailure::Busy(error)) => return Err(error),
                Err(LockFailure::Unsupported(warning)) => says(warning),
            }
        }
        Ok(Self(locks))
    }

    /// The locks' own files, which are not mail.
    pub fn ids(&self) -> Vec<FileId> {
        self.0.iter().filter_map(|lock| FileId::of(&lock.path, &lock.file.metadata().ok()?)).collect()
    }
}

/// Where the lock of a file is.
fn lock_path(file: &Path) -> Option<PathBuf> {
    let place = target(file).ok()?;
    let mut name = OsString::from(".mailfatigue-");
    name.push(place.file_name()?);
    name.push(".lock");
    Some(folder(&place).canonicalize().ok()?.join(name))
}

impl Lock {
    /// Waits until the other run has ended.
    fn taken(
        path: &Path,
        of: &Path,
        until: Instant,
        patience: Duration,
        says: &dyn Fn(Error),
    ) -> Result<Self, LockFailure> {
        let mut was_reported = patience.is_zero();
        loop {
            match Self::now(path) {
                Ok(Some(lock)) => return Ok(lock),
                Ok(None) if Instant::now() >= until => return Err(LockFailure::Busy(busy(of, patience))),
                Ok(None) => {
                    if !was_reported {
                        was_reported = true;
                        let what = format!("another run writes it; waiting up to {} s", patience.as_secs());
                        says(Error::file(of, what).hint("--no-wait ends at once").as_note());
                    }
                    std::thread::sleep(LOOK_AGAIN.min(until.saturating_duration_since(Instant::now())));
                }
                Err(error) => {
                    let warning = Error::io(of, "no lock can be had beside it", &error);
                    let warning = warning.hint("let no two runs write it at once").as_warning();
                    return Err(LockFailure::Unsupported(warning));
                }
            }
        }
    }

    /// The lock, if no other run has it.
    fn now(path: &Path) -> io::Result<Option<Self>> {
        let file = opened(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // Another run may have ended in between and removed its file: then this lock protects nothing.
        let there = path.metadata().ok().and_then(|there| FileId::of(path, &there));
        if there.is_none() || there != FileId::of(path, &file.metadata()?) {
            return Self::now(path);
        }
        remove_when_interrupted(path);
        Ok(Some(Self { path: path.to_path_buf(), file }))
    }
}

/// The lock's file, made where it is missing. Another user's can only be read, which is enough.
fn opened(path: &Path) -> io::Result<File> {
    match OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => File::open(path),
        opened => opened,
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // First the file, then the lock: who waits sees that the file is another one, and looks again.
        forget(&self.path);
    }
}

fn busy(of: &Path, patience: Duration) -> Error {
    let what = match patience.as_secs() {
        0 => "another run writes it".to_string(),
        seconds => format!("another run writes it, and has not ended within {seconds} s"),
    };
    Error::file(of, what)
        .hint("run again when it has ended, or wait longer with --wait SECONDS; nothing was written")
}
