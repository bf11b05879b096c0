//! Workbooks (.xlsx): cells as text, dates as `YYYY-MM-DD`.

use super::table::TableRow;
use crate::error::caught;
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx};
use csv::StringRecord;
use std::io::Cursor;

/// Columns to the right of this one are not read: a cell at the far end of a sheet would cost memory in each row.
const COLUMNS_READ: usize = 256;

/// A workbook may unpack to this many bytes, …
const UNPACKED: u64 = 64 << 20;

/// … and above that to this many times its size.
const RATIO: u64 = 200;

type XlsxBook<'a> = Xlsx<Cursor<&'a [u8]>>;

/// The rows of the first sheet whose first row with text is a header; where there is none, of the first sheet with
/// text.
pub fn rows(bytes: &[u8], is_header: &dyn Fn(&StringRecord) -> bool) -> Result<Vec<TableRow>, String> {
    refuse_bombs(bytes)?;
    // The reader expects workbooks that a spreadsheet wrote: where it panics on another, that is an error like any other.
    let read = caught(|| sheets(bytes, is_header));
    read.unwrap_or_else(|| Err("can't be read as a workbook: it is damaged".to_string()))
}

fn sheets(bytes: &[u8], is_header: &dyn Fn(&StringRecord) -> bool) -> Result<Vec<TableRow>, String> {
    let mut book: XlsxBook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut first = Vec::new();
    for name in book.sheet_names() {
        let rows = sheet(&mut book, &name)?;
        if rows.first().is_some_and(|row| is_header(&row.cells)) {
            return Ok(rows);
        }
        if first.is_empty() {
            first = rows;
        }
    }
    Ok(first)
}

fn sheet(book: &mut XlsxBook<'_>, name: &str) -> Result<Vec<TableRow>, String> {
    let mut reader = book.worksheet_cells_reader(name).map_err(unreadable)?;
    let mut rows = Vec::new();
    let mut cells: Vec<String> = Vec::new();
    let mut current = 0;
    while let Some(cell) = reader.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        if row != current {
            let done = StringRecord::from(std::mem::take(&mut cells));
            rows.extend(TableRow::with_text(u64::from(current) + 1, done));
            current = row;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column < COLUMNS_READ {
            cells.resize(cells.len().max(column + 1), String::new());
            if let Some(place) = cells.get_mut(column) {
                *place = text(cell.get_value());
            }
        }
    }
    rows.extend(TableRow::with_text(u64::from(current) + 1, StringRecord::from(cells)));
    Ok(rows)
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_string(),
        DataRef::Int(number) => number.to_string(),
        // Whole numbers are written without a fraction.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(date) => date_text(date),
        DataRef::DateTimeIso(text) => text.trim_end_matches("T00:00:00").replacen('T', " ", 1),
        DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn date_text(date: &ExcelDateTime) -> String {
    if date.is_duration() || date.as_f64() < 1.0 {
        return date.as_f64().to_string();
    }
    match date.to_ymd_hms_milli() {
        (year, month, day, 0, 0, 0, _) => format!("{year:04}-{month:02}-{day:02}"),
        (year, month, day, hour, minute, second, _) => {
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
    }
}

fn unreadable(error: impl std::fmt::Display) -> String {
    format!("can't be read as a workbook: {error}")
}

/// A workbook is a zip archive; a small one may unpack to more than there is memory.
fn refuse_bombs(bytes: &[u8]) -> Result<(), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err("is an archive, neither a CSV nor an .xlsx workbook".to_string());
    }
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let size = archive.by_index_raw(index).map_err(unreadable)?.size();
        unpacked = unpacked.saturating_add(size);
    }
    let allowed = UNPACKED.max((bytes.len() as u64).saturating_mul(RATIO));
    if unpacked > allowed {
        Err(format!("would unpack to {unpacked} bytes, which is not believed"))
    } else {
        Ok(())
    }
}
