//! Outputs that must be alone on standard output, and that a terminal can't show: a workbook, a page.

use super::arguments::CheckOptions;
use super::terminal::columns_of_output;
use crate::error::{Error, Result};
use crate::outputs::{PAGE, WORKBOOK};
use std::path::Path;

/// An error where one of them would go to standard output and could not be used there: it is a terminal, or another
/// output goes there.
pub fn have_their_own_output(options: &CheckOptions) -> Result<()> {
    let whole = [(&WORKBOOK, options.xlsx.as_deref()), (&PAGE, options.html.as_deref())];
    let to_output = whole.into_iter().find(|(_, path)| *path == Some(Path::new("-")));
    let Some((kind, _)) = to_output else { return Ok(()) };
    let others = options.destinations();
    let other = others.iter().find(|other| other.kind.option != kind.option && other.path == Path::new("-"));
    let what = match other {
        Some(other) => format!("can't go to standard output, because {} goes there too", other.kind.one),
        None if columns_of_output().is_some() => {
            format!("would show {} on the terminal, where nobody can read it", kind.one)
        }
        None => return Ok(()),
    };
    let ending = kind.endings.first().unwrap_or(&"");
    Err(Error::new(format!("{} -", kind.option), what).hint(format!("write {} report.{ending}", kind.option)))
}
