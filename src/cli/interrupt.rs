//! Ctrl-C and the other signals that ask a program to end: it ends at once, but never while files change places.

use crate::outputs::remove_leftovers;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::{Mutex, PoisonError};

/// The status of a program that was interrupted: 128 and the number of SIGINT.
const INTERRUPTED: i32 = 130;

/// Locked while outputs are put in place.
static PLACING: Mutex<()> = Mutex::new(());

/// Files of locks, which are to be removed before the program ends.
static LOCKS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// From now on a signal that asks to end does so. Files that are not complete have no name, and
/// temporary folders are removed, so nothing is left.
pub fn end_when_asked() {
    // Where signals can't be caught, the system's own way of ending a program remains.
    let _ = ctrlc::set_handler(|| {
        let _placed = PLACING.lock().unwrap_or_else(PoisonError::into_inner);
        // Not released again: no lock is to be taken while the program ends.
        let locks = LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
        locks.iter().for_each(|lock| remove(lock));
        remove_leftovers();
        exit(INTERRUPTED);
    });
}

/// From now on the file of a lock is removed when the program is interrupted.
pub fn remove_when_interrupted(lock: &Path) {
    LOCKS.lock().unwrap_or_else(PoisonError::into_inner).push(lock.to_path_buf());
}

/// Removes the file of a lock that is about to be released.
pub fn forget(lock: &Path) {
    let mut locks = LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    locks.retain(|other| other != lock);
    remove(lock);
}

/// Removes a lock's file, which is empty; any other file of that name stays.
fn remove(lock: &Path) {
    if lock.symlink_metadata().is_ok_and(|there| there.len() == 0 || there.is_symlink()) {
        let _ = std::fs::remove_file(lock);
    }
}

/// Runs something that an interruption waits for.
pub fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    let _placing = PLACING.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}
