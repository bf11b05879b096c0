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
        let mut table = Self::continued(out, style);
        table.writer.write_record(header)?;
        Ok(table)
    }

    /// Continues a file that begins elsewhere.
    fn continued(out: W, style: CsvStyle) -> Self {
        let writer = csv::WriterBuilder::new().delimiter(style.delimiter).from_writer(out);
        Self { writer, raw: style.raw, decimal_comma: style.decimal_comma }
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

/// So many rows are made by a thread at a time.
const AT_ONCE: usize = 512;

/// Writes the report, its rows made on several threads: they are a seventh of a night with a large Maildir and a cache.
pub fn write(
    mut out: impl Write,
    style: CsvStyle,
    rows: &[&Case],
    context: &CellContext<'_>,
    threads: usize,
) -> io::Result<()> {
    CsvTable::new(&mut out, style, context.columns().map(|column| column.name))?.finish()?;
    for some in rows.chunks(AT_ONCE * threads.max(1)) {
        let (first, others) = some.split_at(AT_ONCE.min(some.len()));
        std::thread::scope(|scope| {
            let others = others.chunks(AT_ONCE).map(|rows| scope.spawn(|| lines(rows, style, context)));
            let others: Vec<_> = others.collect();
            out.write_all(&lines(first, style, context)?)?;
            others.into_iter().try_for_each(|lines| {
                let lines = lines.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                out.write_all(&lines?)
            })
        })?;
    }
    Ok(())
}

fn lines(rows: &[&Case], style: CsvStyle, context: &CellContext<'_>) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    let mut table = CsvTable::continued(&mut lines, style);
    for case in rows {
        let row = ReportRow::of(case);
        table.row(context.columns().map(|column| column.value(&row, context)))?;
    }
    table.finish()?;
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::invented::{InventedMailbox, day};
    use crate::judge::invented::JudgedMailbox;

    #[test]
    fn rows_are_the_same_whatever_the_number_of_threads() {
        let mut mailbox = InventedMailbox::default();
        mailbox.offer("shop.example", "news@shop.example", 0);
        let judged = JudgedMailbox::of(mailbox, day(1));
        let case = judged.case("shop.example");
        let cases: Vec<Case> = (0..AT_ONCE as u32 * 3 + 7)
            .map(|other_messages| Case { other_messages, ..case.clone() })
            .collect();
        let context = CellContext { policy: &judged.policy, list_given: false, compared: false };
        let style = CsvStyle { delimiter: b',', bom: true, raw: false, decimal_comma: false };
        let written = |count: usize, threads| {
            let (rows, mut out): (Vec<&Case>, _) = (cases.iter().take(count).collect(), Vec::new());
            write(&mut out, style, &rows, &context, threads).expect("written");
            String::from_utf8(out).expect("text")
        };
        for count in [0, 1, AT_ONCE, AT_ONCE + 1, cases.len()] {
            let alone = written(count, 1);
            assert_eq!(alone.lines().count(), count + 1);
            assert_eq!(written(count, 3), alone);
        }
    }
}
