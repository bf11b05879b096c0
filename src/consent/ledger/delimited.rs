//! Delimited text: comma, semicolon, tab or vertical bar, with quotes as in RFC 4180.

use super::columns::{COLUMNS, is_header};
use super::export::recognised;
use super::table::{ListTable, TableRow};
use crate::error::{Error, Result};
use csv::{Reader, ReaderBuilder, StringRecord};
use std::path::Path;

/// The fewest cells in the header of a known export.
const FEWEST: usize = 3;

/// The rows of a text.
pub fn table(text: &str, name: &Path) -> Result<ListTable> {
    let delimiter = delimiter(text);
    let mut lines = LineCounter { text: text.as_bytes(), byte: 0, line: 1 };
    let mut rows = Vec::new();
    let mut last = (0, 1);
    for record in reader(text, delimiter).into_records() {
        let record = record.map_err(|error| unreadable(name, &error))?;
        let byte = record.position().map_or(0, csv::Position::byte);
        last = (byte, lines.at(byte));
        rows.extend(TableRow::with_text(last.1, record));
    }
    refuse_open_quote(text, last, name)?;
    if rows.first().is_some_and(|row| names_the_delimiter(&row.cells)) {
        rows.remove(0);
    }
    Ok(ListTable { rows, delimiter: char::from(delimiter), remark: None })
}

/// Whether one of the first rows of a text is the header of a list.
pub fn begins_with_header(text: &str) -> bool {
    let first = reader(text, delimiter(text)).into_records().take(2);
    first.filter_map(std::result::Result::ok).any(|row| is_header(&row) || is_export(&row))
}

/// Whether a row is the header of a known export. The first lines of mail, which are checked most often, have fewer cells.
fn is_export(cells: &StringRecord) -> bool {
    cells.len() >= FEWEST && recognised(cells).is_some()
}

fn reader(text: &str, delimiter: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// Excel's own first line, `sep=;`.
fn names_the_delimiter(cells: &StringRecord) -> bool {
    cells.get(0).is_some_and(|first| first.len() <= 5 && first.to_ascii_lowercase().starts_with("sep="))
}

/// The one that splits the first rows into the most known columns; of equals, into the most cells.
fn delimiter(text: &str) -> u8 {
    let score = |delimiter: &u8| {
        let rows = reader(text, *delimiter).into_records().take(2).filter_map(std::result::Result::ok);
        let scores = rows.map(|row| {
            let known =
                COLUMNS.iter().filter(|name| row.iter().any(|cell| cell.trim().eq_ignore_ascii_case(name)));
            (known.count(), row.len())
        });
        scores.max().unwrap_or_default()
    };
    // The last of equals is taken.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(score).unwrap_or(b',')
}

/// A quotation mark that is opened and never closed makes one cell of all rows below it.
fn refuse_open_quote(text: &str, (byte, line): (u64, u64), name: &Path) -> Result<()> {
    let start = usize::try_from(byte).unwrap_or(usize::MAX);
    let last = text.get(start..).unwrap_or_default().trim();
    if last.contains('\n') && !last.matches('"').count().is_multiple_of(2) {
        return Err(Error::file(name, "a quotation mark is opened and never closed")
            .at_line(line)
            .hint("close it, or remove it: everything below it would be read as one cell"));
    }
    Ok(())
}

fn unreadable(name: &Path, error: &csv::Error) -> Error {
    let this = Error::file(name, format!("can't be read as CSV: {error}"));
    match error.position().map(csv::Position::line) {
        Some(line) => this.at_line(line),
        None => this,
    }
}

/// Counts lines on the way through a text. The CSV reader's own count stops at blank lines before a record.
struct LineCounter<'a> {
    text: &'a [u8],
    byte: usize,
    line: u64,
}

impl LineCounter<'_> {
    /// The line of the record that is read from that byte on.
    fn at(&mut self, byte: u64) -> u64 {
        let target = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(here) =
            self.text.get(self.byte).filter(|here| self.byte < target || matches!(here, b'\n' | b'\r'))
        {
            let ends = *here == b'\n' || (*here == b'\r' && self.text.get(self.byte + 1) != Some(&b'\n'));
            self.line += u64::from(ends);
            self.byte += 1;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let table = table(text, Path::new("list.csv")).expect("readable");
        let cells = |row: &TableRow| row.cells.iter().map(str::to_string).collect();
        table.rows.iter().map(|row| (row.line, cells(row))).collect()
    }

    #[test]
    fn the_delimiter_is_the_one_that_gives_the_columns() {
        for (text, expected) in [
            ("sender,customer;a;b\n", b','),
            ("sender;customer;note, with, more, commas\n", b';'),
            ("sender\tcustomer\n", b'\t'),
            ("one\n", b','),
            ("\"a;b;c\",d\n", b','),
            ("sep=;\na;sender\n", b';'),
        ] {
            assert_eq!(delimiter(text), expected, "{text:?}");
        }
    }

    #[test]
    fn blank_rows_are_left_out_and_lines_are_counted() {
        let text = "sep=;\r\n\r\nsender;customer;;\r\n;;;\r\n\r\n\"a\r\nb\";c\r\nd;e\r\n";
        let lines: Vec<u64> = rows(text).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 6, 8]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_an_error() {
        let error = table("sender,customer\na,\"b\nc,d\n", Path::new("list.csv")).expect_err("an open quote");
        assert!(error.to_string().contains("line 2: a quotation mark"), "{error}");
        assert_eq!(rows("a,5\" pipe\nb,c\nd,6\"\n").len(), 3);
    }
}
