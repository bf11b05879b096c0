//! Finds what is wrong in a policy, and says where.

use crate::error::{Error, Result};
use std::path::Path;
use toml::Spanned;

/// The longest window or time that a policy may name, in days: a hundred years.
const MOST_DAYS: i64 = 36_525;

/// Turns what is written into what is valid, or says where it is not.
pub struct Validator<'a> {
    /// The policy as it is written.
    pub text: &'a str,
    /// Its file.
    pub path: &'a Path,
}

impl Validator<'_> {
    /// An error at the line of a byte.
    pub fn error(&self, offset: usize, what: impl Into<String>) -> Error {
        Error::file(self.path, what).at_line(Error::line_of(self.text, offset))
    }

    /// A number from `least` on.
    pub fn number<T: TryFrom<i64>>(&self, written: &Spanned<i64>, name: &str, least: i64) -> Result<T> {
        let value = *written.get_ref();
        let valid = Some(value)
            .filter(|value| (least..=MOST_DAYS).contains(value))
            .and_then(|value| T::try_from(value).ok());
        valid.ok_or_else(|| {
            self.error(written.span().start, format!("`{name} = {value}` is out of range"))
                .hint(format!("write a number from {least} to {MOST_DAYS}"))
        })
    }
}
