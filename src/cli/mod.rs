//! The command line: flags in, words and an exit status out. The only reader of the clock, the environment and
//! the machine's zone, and the only one that prints.

mod arguments;
mod by_customer;
mod check_outputs;
mod clock;
mod config;
mod console;
mod destinations;
mod evidence;
mod explain;
mod facts;
mod file_outputs;
mod hidden_names;
mod init;
mod inputs;
mod interrupt;
mod letter;
mod locale;
mod lock;
mod manual;
mod nightly;
mod output;
mod parse;
mod parse_errors;
mod paths;
mod progress;
mod quote;
mod reading;
mod redact;
mod remarks;
mod run;
mod sender_options;
mod spelling;
mod status;
mod summary;
mod terminal;
mod workbook;

pub use arguments::Arguments;
pub use run::run;
