//! The exit status: the result of a run, for the program that started it.

/// Done.
pub const DONE: u8 = 0;
/// Done, something is flagged, and `--fail-on-flagged` was given.
pub const FLAGGED: u8 = 1;
/// Something could not be done.
pub const FAILED: u8 = 2;
/// Another run has the lock: what sysexits.h calls a temporary failure.
pub const LOCKED: u8 = 75;
