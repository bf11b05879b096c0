//! The command line: flags in, words and an exit status out. The only reader of the clock, the environment and
//! the machine's zone, and the only one that prints.

mod arguments;
mod explain;
mod inputs;
mod interrupt;
mod output;
mod progress;
mod remarks;
mod run;

pub use arguments::Arguments;
pub use run::run;
