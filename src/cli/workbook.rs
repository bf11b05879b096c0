//! The workbook, as an output of `check`.

use super::arguments::CheckOptions;
use super::output::{PreparedOutput, folder, is_stream, prepare, target};
use crate::check::Outcome;
use crate::error::{Error, Result, caught};
use crate::history::Counted;
use crate::mailbox::Survey;
use crate::report::{ROWS, WorkbookInput, thousands, write_workbook};
use std::io;
use std::path::{Path, PathBuf};

/// Writes the workbook completely.
pub fn prepare_workbook(path: &Path, sheets: &WorkbookInput<'_>) -> Result<PreparedOutput> {
    let scratch = scratch(path);
    prepare(path, |out| caught(|| write_workbook(out, &scratch, sheets)).unwrap_or_else(|| Err(no_room())))
}

/// An error where it is known before anything is read that a sheet will have too many rows: each message of a Maildir is
/// a row of the list of all messages.
pub fn may_fit_into_sheets(options: &CheckOptions, survey: &Survey) -> Result<()> {
    match (options.xlsx.as_deref(), &options.messages) {
        (Some(path), Some(_)) if options.all => {
            too_many("the list of messages", survey.maildir_messages(), path)
        }
        _ => Ok(()),
    }
}

/// An error where the report, or the list of messages, has more rows than a sheet.
pub fn fits_into_sheets(options: &CheckOptions, outcome: &Outcome) -> Result<()> {
    let Some(path) = options.xlsx.as_deref() else { return Ok(()) };
    let messages = match options.messages {
        None => 0,
        Some(_) if options.all => outcome.details.len(),
        Some(_) => usize::try_from(outcome.tally.of(Counted::Marketing)).unwrap_or(usize::MAX),
    };
    too_many("the report", outcome.cases.len() + outcome.pressure.len(), path)?;
    too_many("the list of messages", messages, path)
}

fn too_many(what: &str, rows: usize, path: &Path) -> Result<()> {
    if rows <= ROWS {
        return Ok(());
    }
    let [rows, room] = [rows, ROWS].map(|rows| thousands(rows as u64));
    Err(Error::new(
        format!("--xlsx `{}`", path.display()),
        format!("a sheet has room for {room} rows, but {what} has {rows}"),
    )
    .hint("leave out --xlsx and take the CSV, or count fewer days with --since and --until; nothing was written"))
}

/// The folder for the temporary file: that of the workbook, on whose disk it must fit anyway.
fn scratch(path: &Path) -> PathBuf {
    match target(path) {
        Ok(place) if !is_stream(path) => folder(&place).to_path_buf(),
        _ => std::env::temp_dir(),
    }
}

fn no_room() -> io::Error {
    io::Error::new(io::ErrorKind::StorageFull, "there is no room for the temporary file of its rows")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_rows_than_a_sheet_has_are_an_error_that_names_the_way_out() {
        assert_eq!(too_many("the report", ROWS, Path::new("r.xlsx")), Ok(()));
        let error = too_many("the report", ROWS + 1, Path::new("r.xlsx")).expect_err("too many").to_string();
        assert!(error.contains("room for 1,048,575 rows, but the report has 1,048,576"), "{error}");
        assert!(error.contains("hint: leave out --xlsx"), "{error}");
    }
}
