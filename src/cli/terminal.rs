//! Terminals: whether standard error and standard output are some, and how wide.

use std::io::{self, IsTerminal};
use terminal_size::{Height, Width, terminal_size_of};

/// How wide a terminal is that does not say.
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
