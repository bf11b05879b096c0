//! What could not be done, where, and what to do about it.
//!
//! Every error names the file and, where there is one, the line or byte; the hint says what next.

mod caught;
mod suggest;
mod toml;

pub use caught::caught;
pub use suggest::{did_you_mean, nearest, suggest};

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// The name of standard input in messages.
pub const STANDARD_INPUT: &str = "standard input";

/// Something that could not be done. Displayed as one sentence, details below it, and a hint.
/// As text for programs (`serde`) it is kept in facts files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The file, option or stream in question, as the user named it.
    subject: String,
    severity: Severity,
    place: FilePosition,
    what: String,
    details: Vec<String>,
    hint: Option<String>,
    /// The reader of our output closed the pipe, so the error is not printed.
    closed_pipe: bool,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Severity {
    /// Something could not be done.
    Error,
    /// It was done, but it may not be what the user wants.
    Warning,
    /// Something to be known.
    Note,
}

/// Where in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum FilePosition {
    Whole,
    Line(u64),
}

/// The result of anything that can fail for a reason worth telling.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error about `subject` (an option, a stream) as a whole.
    pub fn new(subject: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            subject: one_line(subject.into()),
            severity: Severity::Error,
            place: FilePosition::Whole,
            what: one_line(what.into()),
            details: Vec::new(),
            hint: None,
            closed_pipe: false,
        }
    }

    /// An error about an input file as a whole; `-` is standard input.
    pub fn file(path: &Path, what: impl Into<String>) -> Self {
        match path.to_str() {
            Some("-" | STANDARD_INPUT) => Self::new(STANDARD_INPUT, what),
            _ => Self::new(format!("`{}`", path.display()), what),
        }
    }

    /// An operating-system error on a file, with a hint where the cause is a common one.
    pub fn io(path: &Path, doing: &str, error: &std::io::Error) -> Self {
        Self::file(path, "").because(doing, error)
    }

    /// An operating-system error on standard output.
    pub fn standard_output(error: &std::io::Error) -> Self {
        Self::new("standard output", "").because("can't be written", error)
    }

    fn because(self, doing: &str, error: &std::io::Error) -> Self {
        let closed_pipe = error.kind() == std::io::ErrorKind::BrokenPipe;
        let this = Self { what: format!("{doing}: {}", plain(error)), closed_pipe, ..self };
        match error.kind() {
            std::io::ErrorKind::NotFound => this.hint("check the spelling of the path"),
            std::io::ErrorKind::PermissionDenied => this.hint("check who may read or write there"),
            std::io::ErrorKind::IsADirectory => this.hint("give a file"),
            std::io::ErrorKind::InvalidData if this.what.ends_with(NO_UTF_8) => {
                this.hint("it must be text; if it is, save it as UTF-8")
            }
            std::io::ErrorKind::StorageFull => this.hint("free some space or choose another folder"),
            _ => this,
        }
    }

    /// An error in a TOML file, at the line where it was found.
    pub fn toml(path: &Path, text: &str, error: &::toml::de::Error) -> Self {
        let line = error.span().map(|span| Self::line_of(text, span.start));
        let index = line.and_then(|line| usize::try_from(line - 1).ok()).unwrap_or(usize::MAX);
        let (what, hint) = toml::explained(error.message(), text.lines().nth(index).unwrap_or_default());
        let this = Self { hint, ..Self::file(path, what) };
        match line {
            Some(line) => this.at_line(line),
            None => this,
        }
    }

    /// The line (counted from 1) that contains the byte at `offset`.
    pub fn line_of(text: &str, offset: usize) -> u64 {
        let before = text.as_bytes().iter().take(offset);
        before.fold(1, |line, byte| line + u64::from(*byte == b'\n'))
    }

    /// The same error, at a line (counted from 1).
    pub fn at_line(self, line: u64) -> Self {
        Self { place: FilePosition::Line(line), ..self }
    }

    /// The same as a warning: the run went on.
    pub fn as_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// The same as a note.
    pub fn as_note(self) -> Self {
        Self { severity: Severity::Note, ..self }
    }

    /// Whether it is only something to be known.
    pub fn is_note(&self) -> bool {
        self.severity == Severity::Note
    }

    /// Whether it was done, but may not be what the user wants.
    pub fn is_warning(&self) -> bool {
        self.severity == Severity::Warning
    }

    /// The same error with what to do next.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(one_line(hint.into())), ..self }
    }

    /// The same error with what to do next, where that is known.
    pub fn hint_if(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// The same error with lines of detail below it.
    pub fn details(self, details: Vec<String>) -> Self {
        Self { details: details.into_iter().map(one_line).collect(), ..self }
    }

    /// Whether it only says that the reader of our output has gone.
    pub fn is_closed_pipe(&self) -> bool {
        self.closed_pipe
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        write!(f, "{label}: {}", self.subject)?;
        if let FilePosition::Line(line) = self.place {
            write!(f, " line {line}")?;
        }
        write!(f, ": {}", self.what)?;
        for detail in &self.details {
            write!(f, "\n  {detail}")?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// Line ends made blanks: a name with a line end in it must not look like a line of the program's own.
fn one_line(text: String) -> String {
    if text.contains(['\n', '\r']) { text.replace(['\n', '\r'], " ") } else { text }
}

/// The error for a file of settings that is a picture, a workbook or in UTF-16.
const NO_UTF_8: &str = "not text in UTF-8";

/// The operating system's words without its error number.
fn plain(error: &std::io::Error) -> String {
    let words = error.to_string();
    if words.contains("did not contain valid UTF-8") {
        return NO_UTF_8.to_string();
    }
    match words.find(" (os error") {
        Some(end) => words[..end].to_lowercase(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_where_and_what_next() {
        let error = Error::file(Path::new("consent.csv"), "unknown event `maybe`")
            .at_line(7)
            .hint("write one of granted, refused, withdrawn, purchase");
        assert_eq!(
            error.to_string(),
            "error: `consent.csv` line 7: unknown event `maybe`\n\
             hint: write one of granted, refused, withdrawn, purchase"
        );
    }
}
