//! Ctrl-C and the other signals that ask a program to end: it ends at once, but never while files change places.

use std::process::exit;
use std::sync::{Mutex, PoisonError};

/// The status of a program that was interrupted: 128 and the number of SIGINT.
const INTERRUPTED: i32 = 130;

/// Held while outputs are put in place.
static PLACING: Mutex<()> = Mutex::new(());

/// From now on a signal that asks to end does so. Files that are not complete have no name, so nothing is left.
pub fn end_when_asked() {
    // Where signals can't be caught, the system's own way of ending a program remains.
    let _ = ctrlc::set_handler(|| {
        let _placed = PLACING.lock().unwrap_or_else(PoisonError::into_inner);
        exit(INTERRUPTED);
    });
}

/// Does something that an interruption waits for.
pub fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    let _placing = PLACING.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}
