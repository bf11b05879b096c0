//! What a run that is interrupted must not leave: temporary folders, and programs that it started.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static PROGRAMS: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// How often a program is asked whether it has ended.
const PAUSE: Duration = Duration::from_millis(20);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary folder that only the user can read, in `parent` or where the system keeps such; it is removed where the
/// run is interrupted.
pub fn private_folder(parent: Option<&Path>) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mailfatigue-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let folder = match parent {
        Some(parent) => builder.tempdir_in(parent)?,
        None => builder.tempdir()?,
    };
    locked(&FOLDERS).push(folder.path().to_path_buf());
    Ok(folder)
}

/// The folder is removed, or has come to its place.
pub fn keep_no_longer(folder: &Path) {
    locked(&FOLDERS).retain(|known| known != folder);
}

/// Runs a program to its end; it ends with the run where that is interrupted.
pub fn run_to_its_end(command: &mut Command) -> io::Result<ExitStatus> {
    let child = command.spawn()?;
    let id = child.id();
    locked(&PROGRAMS).push(child);
    loop {
        let mut programs = locked(&PROGRAMS);
        let Some(at) = programs.iter().position(|child| child.id() == id) else {
            return Err(io::ErrorKind::Interrupted.into());
        };
        if !matches!(programs[at].try_wait(), Ok(None)) {
            let mut ended = programs.swap_remove(at);
            drop(programs);
            return ended.wait();
        }
        drop(programs);
        std::thread::sleep(PAUSE);
    }
}

/// Ends programs and removes folders: the run is about to end.
pub fn remove_leftovers() {
    for child in locked(&PROGRAMS).iter_mut() {
        let _ = child.kill();
        let _ = child.wait();
    }
    for folder in locked(&FOLDERS).drain(..) {
        let _ = std::fs::remove_dir_all(folder);
    }
}
