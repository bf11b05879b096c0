//! Terminals: whether standard error and standard output are terminals, and their widths.

use std::io::{self, IsTerminal};
use terminal_size::{Height, Width, terminal_size_of};

/// The assumed width of a terminal that does not report one.
const USUAL: usize = 80;

/// The columns of standard error, where it is a terminal.
pub fn columns() -> Option<usize> {
    let error = io::stderr();
    error.is_terminal().then(|| wide(terminal_size_of(&error)))
}

/// The columns of standard output, where it is a terminal.
pub fn columns_of_output() -> Option<usize> {
    let output = io::stdout();
    output.is_terminal().then(|| wide(terminal_size_of(&output)))
}

fn wide(size: Option<(Width, Height)>) -> usize {
    size.map_or(USUAL, |(Width(columns), _)| usize::from(columns))
}

/// Whether standard output was closed when the program started. The system then gives the null device in its place,
/// open for reading too, unlike a shell's redirection to it.
#[cfg(target_os = "linux")]
pub fn output_is_closed() -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fstat, major, minor};
    const NULL: (u32, u32) = (1, 3);
    let output = io::stdout();
    let device = fstat(&output).map(|kind| (major(kind.st_rdev), minor(kind.st_rdev)));
    let for_both = fcntl_getfl(&output).is_ok_and(|flags| flags & OFlags::RWMODE == OFlags::RDWR);
    device == Ok(NULL) && for_both
}

/// Elsewhere that can't be found out.
#[cfg(not(target_os = "linux"))]
pub fn output_is_closed() -> bool {
    false
}
