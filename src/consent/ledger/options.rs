//! The options about consent lists, and the context in which their rows are read.

use super::dates::DateOrder;
use super::format::FormatSource;
use crate::fact::{Owners, Senders};
use crate::time::{Day, Seconds, Zone};
use std::ffi::OsStr;
use std::path::PathBuf;

/// A list, as the command line names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListFile {
    /// The file; `-` is standard input.
    pub path: PathBuf,
    /// The sender of every row, where it was named with the file.
    pub sender: Option<String>,
}

impl ListFile {
    /// From `FILE` or `NAME=FILE`. A file whose own name contains `=` is taken as it is.
    pub fn named(text: &OsStr) -> Self {
        let whole = PathBuf::from(text);
        match text.to_str().and_then(|text| text.split_once('=')) {
            Some((name, path)) if !name.is_empty() && !path.is_empty() && !whole.exists() => {
                Self { path: path.into(), sender: Some(name.to_string()) }
            }
            _ => Self { path: whole, sender: None },
        }
    }
}

/// The options about consent lists.
#[derive(Debug, Clone, Default)]
pub struct LedgerOptions {
    /// The lists.
    pub lists: Vec<ListFile>,
    /// The sender of every row of a list without a sender of its own.
    pub sender: Option<String>,
    /// The last day that the lists cover.
    pub as_of: Option<Day>,
    /// Which number comes first in dates whose year comes last.
    pub date_order: Option<DateOrder>,
    /// What the columns of lists mean that are not in the program's own form; otherwise the preset whose header they have.
    pub format: Option<FormatSource>,
    /// Whether rows that can't be used are left out; otherwise they are an error.
    pub skip_bad_rows: bool,
}

/// The context in which rows are read.
#[derive(Debug, Clone, Copy)]
pub struct LedgerContext<'a> {
    /// The zone of dates.
    pub zone: &'a Zone,
    /// The addresses of the mailbox's owner.
    pub owners: &'a Owners,
    /// The brands.
    pub senders: &'a Senders,
    /// The instant of the run: later dates are errors.
    pub now: Seconds,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_whole_name_wins_over_a_named_sender() {
        let named = |text: &str| ListFile::named(OsStr::new(text));
        let folder = tempfile::tempdir().expect("a folder");
        let text = |name: &str| folder.path().join(name).display().to_string();
        let given = named("shop.example=list.csv");
        assert_eq!((given.path.to_str(), given.sender.as_deref()), (Some("list.csv"), Some("shop.example")));
        std::fs::write(folder.path().join("a=b.csv"), "").expect("a file");
        assert_eq!(named(&text("a=b.csv")).sender, None);
        assert_eq!(named("=b.csv").sender, None);
        assert_eq!(named("-").path, PathBuf::from("-"));
        assert_eq!(named("shop.example=a=b.csv").path, PathBuf::from("a=b.csv"));
    }
}
