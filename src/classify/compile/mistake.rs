//! What can be wrong with a rule, and where it is in its file.

use crate::classify::rule_file::{Names, Text};
use crate::error::{Error, suggest};
use std::path::Path;
use toml::Spanned;

/// A mistake in a rule.
pub(super) struct Mistake {
    /// The offset of what is wrong, where that is known.
    pub offset: Option<usize>,
    pub what: String,
    pub hint: Option<String>,
}

impl Mistake {
    pub fn new(what: String) -> Self {
        Self { offset: None, what, hint: None }
    }

    pub fn at<T>(place: &Spanned<T>, what: String) -> Self {
        Self { offset: Some(place.span().start), what, hint: None }
    }

    /// The mistake as an error in a file; where its own place is not known, it is in the rule that begins there.
    pub fn error(self, path: &Path, text: &str, begins: usize) -> Error {
        let line = Error::line_of(text, self.offset.unwrap_or(begins));
        Error::file(path, self.what).at_line(line).hint_if(self.hint)
    }
}

/// A name that no list has, with the nearest that one has.
pub(super) fn unknown<'a>(
    names: &Spanned<Names>,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a Text>,
) -> Mistake {
    // A name with a blank belongs to a list that a built-in rule writes out itself: nobody can refer to it.
    let hint = suggest(name, known.map(|known| &**known).filter(|known| !known.contains(' ')));
    Mistake { hint, ..Mistake::at(names, format!("unknown {what} `{name}`")) }
}
