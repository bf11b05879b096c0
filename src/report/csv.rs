//! The report as CSV, and how any of our CSV files is written.

use super::cell::Cell;
use super::columns::{CellContext, ReportRow};
use super::safe;
use crate::judge::Case;
use std::io::{self, Write};

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvStyle {
    /// Between cells.
    pub delimiter: u8,
    /// Whether the file begins with a UTF-8 byte-order mark.
    pub bom: bool,
    /// Whether cells are left as they are, formulas and all.
    pub raw: bool,
    /// Whether decimal numbers have a comma.
    pub decimal_comma: bool,
}

/// A CSV file that is being written: cells go in, safe ones come out.
pub struct CsvTable<W: Write> {
    writer: csv::Writer<W>,
    raw: bool,
    decimal_comma: bool,
}

impl<W: Write> CsvTable<W> {
    /// Begins a file with its first line.
    pub fn new<'a>(mut out: W, style: CsvStyle, header: impl Iterator<Item = &'a str>) -> io::Result<Self> {
        if style.bom {
            out.write_all("\u{feff}".as_bytes())?;
        }
        let mut writer = csv::WriterBuilder::new().delimiter(style.delimiter).from_writer(out);
        writer.write_record(header)?;
        Ok(Self { writer, raw: style.raw, decimal_comma: style.decimal_comma })
    }

    /// Writes one row.
    pub fn row(&mut self, cells: impl Iterator<Item = Cell>) -> io::Result<()> {
        for cell in cells {
            match cell {
                Cell::Text(text) if !self.raw => self.writer.write_field(safe::cell(&text).as_ref())?,
                Cell::Decimal(number) | Cell::Share(number) if self.decimal_comma => {
                    self.writer.write_field(number.to_string().replace('.', ","))?
                }
                other => self.writer.write_field(other.plain().as_ref())?,
            }
        }
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    /// Ends the file.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Writes the report.
pub fn write(out: impl Write, style: CsvStyle, rows: &[&Case], context: &CellContext<'_>) -> io::Result<()> {
    let mut table = CsvTable::new(out, style, context.columns().map(|column| column.name))?;
    for case in rows {
        let row = ReportRow::of(case);
        table.row(context.columns().map(|column| column.value(&row, context)))?;
    }
    table.finish()
}
