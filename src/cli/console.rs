//! Standard error: the program's lines, in colour where that is wanted, and never with control characters.

use super::hidden_names::HiddenNames;
use crate::error::Error;
use crate::report::visible;
use clap::ColorChoice;
use std::io::{self, Write};

/// The words that begin a line, and how they are coloured (ECMA-48 SGR).
const LABELS: [(&str, &str); 4] =
    [("error:", "1;31"), ("warning:", "1;33"), ("note:", "1;36"), ("hint:", "1;32")];

/// Standard error, as the user wants it.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    colored: bool,
    /// What is not shown, where outputs are redacted.
    hidden: Option<&'static HiddenNames>,
}

impl Console {
    /// With colour as asked for; `auto` obeys `NO_COLOR` and `CLICOLOR_FORCE`, else it is on for terminals.
    pub fn new(choice: ColorChoice) -> Self {
        let colored = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never,
        };
        Self { colored, hidden: None }
    }

    /// The same, with names of people hidden. It is made once, for all lines of the program.
    pub fn hiding(self, hidden: HiddenNames) -> Self {
        Self { hidden: Some(Box::leak(Box::new(hidden))), ..self }
    }

    /// Prints lines on standard error, without control characters. A closed standard error is not an error.
    pub fn print_lines(&self, words: &str) {
        let lines: String = words.lines().map(|line| self.label(&self.shown(line)) + "\n").collect();
        let _ = io::stderr().lock().write_all(lines.as_bytes());
    }

    /// Writes lines whose text is harmless already, and in which only the program's own colours are left.
    pub fn show(&self, lines: &str) {
        let _ = io::stderr().lock().write_all(lines.as_bytes());
    }

    /// Prints a warning, where there is one.
    pub fn warn(&self, warning: Option<Error>) {
        warning.iter().for_each(|warning| self.print_lines(&warning.to_string()));
    }

    /// Text in a style (the parameters of SGR, such as `1;31`), where colour is wanted.
    pub fn paint(&self, style: &str, text: &str) -> String {
        if self.colored { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_string() }
    }

    fn shown(&self, line: &str) -> String {
        let line = visible(line);
        self.hidden.map_or_else(|| line.to_string(), |hidden| hidden.line(&line))
    }

    /// A line with its label coloured.
    fn label(&self, line: &str) -> String {
        let labelled = LABELS
            .iter()
            .find_map(|(label, style)| line.strip_prefix(label).map(|rest| self.paint(style, label) + rest));
        labelled.unwrap_or_else(|| line.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_label_is_coloured() {
        let colored = Console { colored: true, hidden: None };
        assert_eq!(colored.label("error: `a`: is empty"), "\u{1b}[1;31merror:\u{1b}[0m `a`: is empty");
        assert_eq!(colored.label("an error: none"), "an error: none");
        assert_eq!(Console { colored: false, hidden: None }.label("hint: run again"), "hint: run again");
    }
}
