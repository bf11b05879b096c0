//! Rows of cells, from any format of file.

use crate::error::Error;
use csv::StringRecord;

/// Rows with text in them, the first of which should be the header.
#[derive(Debug)]
pub struct ListTable {
    /// The rows, in order.
    pub rows: Vec<TableRow>,
    /// What separates the cells.
    pub delimiter: char,
    /// A warning about the text that they were read from.
    pub remark: Option<Error>,
}

/// One row.
#[derive(Debug)]
pub struct TableRow {
    /// Its line in the file, or its number in the sheet, counted from 1.
    pub line: u64,
    /// Its cells, not trimmed.
    pub cells: StringRecord,
}

impl TableRow {
    /// A row with text in it; `None` for a blank one.
    pub fn with_text(line: u64, cells: StringRecord) -> Option<Self> {
        cells.iter().any(|cell| !cell.trim().is_empty()).then_some(Self { line, cells })
    }
}
