//! The report as a workbook (.xlsx): dates are dates, numbers are numbers, and text is never a formula.

use super::cell::Cell;
use super::columns::{CellContext, ReportRow};
use super::messages::{MESSAGE_COLUMNS, MessageContext, rows};
use super::width::width;
use crate::judge::{Case, JudgeContext};
use crate::outputs::WORKBOOK_CREATOR;
use crate::time::Day;
use chrono::DateTime;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, Worksheet, XlsxError,
};
use std::collections::HashMap;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The most rows of a sheet below its header.
pub const ROWS: usize = 1_048_575;

/// The most UTF-16 units of a cell.
const CELL: usize = 32_767;

/// The widest and the narrowest that a column gets, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 6..=60;

/// A filter's button takes that many characters of a header.
const BUTTON: usize = 3;

/// Serial numbers of days: 1970-01-01, and the first one before which Excel's calendar is wrong (1900-03-01).
const UNIX_EPOCH: i64 = 25_569;
const FIRST_DAY: i64 = 61;

const HEADER: Color = Color::RGB(0x00E7_EAED);
const FLAGGED: Color = Color::RGB(0x00FB_E3D6);

/// The input of the workbook.
pub struct WorkbookInput<'a> {
    /// The rows of the report.
    pub cases: &'a [&'a Case],
    /// The context of their cells.
    pub context: &'a CellContext<'a>,
    /// The list of messages, where a sheet of it is wanted.
    pub messages: Option<&'a MessageContext<'a>>,
    /// Everything that was read.
    pub judging: &'a JudgeContext<'a>,
}

/// Writes the workbook. Rows pass through a temporary file without a name in the folder `scratch`.
///
/// # Panics
///
/// The error where that file can't be written to, for which the library has none.
pub fn write(mut out: impl Write, scratch: &Path, sheets: &WorkbookInput<'_>) -> io::Result<()> {
    let mut workbook = Workbook::new();
    fill(&mut workbook, scratch, sheets).map_err(failed)?;
    let unmarked = workbook.save_to_buffer().map_err(failed)?;
    out.write_all(&marked(unmarked)?)
}

fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => error,
        other => io::Error::other(other.to_string()),
    }
}

fn fill(workbook: &mut Workbook, scratch: &Path, sheets: &WorkbookInput<'_>) -> Result<(), XlsxError> {
    workbook.set_tempdir(scratch)?;
    // A fixed time, so that the same input gives the same bytes.
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new().set_author(WORKBOOK_CREATOR).set_creation_datetime(&made);
    workbook.set_properties(&properties.set_title("Who sends marketing, and how often"));
    let mut report =
        WorkbookSheet::begin(workbook, "Report", sheets.context.columns().map(|column| column.name), 3)?;
    for case in sheets.cases {
        let row = ReportRow::of(case);
        let cells = sheets.context.columns().map(|column| column.value(&row, sheets.context));
        report.row(cells, case.is_flagged(sheets.context.policy))?;
    }
    report.end()?;
    if let Some(message_context) = sheets.messages {
        let names = MESSAGE_COLUMNS.into_iter().map(|(name, _)| name);
        let mut messages = WorkbookSheet::begin(workbook, "Messages", names, 1)?;
        rows(sheets.judging, message_context).try_for_each(|cells| messages.row(cells.into_iter(), false))?;
        messages.end()?;
    }
    meanings(workbook, sheets)
}

/// The sheet that explains the columns of the others.
fn meanings(workbook: &mut Workbook, sheets: &WorkbookInput<'_>) -> Result<(), XlsxError> {
    let mut sheet = WorkbookSheet::begin(workbook, "Columns", ["sheet", "column", "meaning"].into_iter(), 2)?;
    let report = sheets.context.columns().map(|column| ("Report", column.name, column.meaning));
    let messages = MESSAGE_COLUMNS.into_iter().filter(|_| sheets.messages.is_some());
    let messages = messages.map(|(name, meaning)| ("Messages", name, meaning));
    for (of, name, meaning) in report.chain(messages) {
        let cells = [Cell::Word(of), Cell::Word(name), Cell::Text(meaning.replace('`', ""))];
        sheet.row(cells.into_iter(), false)?;
    }
    let zone = sheets.judging.scope.zone.name();
    let days = format!("Days and times are those of {zone}. Blank: not known or not applicable.");
    let about = format!("Written by mailfatigue {}. {days}", env!("CARGO_PKG_VERSION"));
    sheet.row([Cell::Word("all"), Cell::Blank, Cell::Text(about)].into_iter(), false)?;
    sheet.end()
}

/// A sheet that is being written: a header that stays in view, filters, rows.
struct WorkbookSheet<'a> {
    sheet: &'a mut Worksheet,
    formats: HashMap<CellFormat, Format>,
    /// The widest cell of each column.
    widths: Vec<usize>,
    next: u32,
}

/// How a cell is shown: the number's format, and whether its row is marked.
type CellFormat = (&'static str, bool);

impl<'a> WorkbookSheet<'a> {
    /// Begins a sheet whose first `frozen` columns stay in view as well.
    fn begin(
        workbook: &'a mut Workbook,
        name: &str,
        columns: impl Iterator<Item = &'static str>,
        frozen: u16,
    ) -> Result<Self, XlsxError> {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, frozen)?;
        let bold =
            Format::new().set_bold().set_background_color(HEADER).set_border_bottom(FormatBorder::Thin);
        let mut widths = Vec::new();
        for (column, name) in (0..).zip(columns) {
            sheet.write_string_with_format(0, column, name, &bold)?;
            widths.push(width(name) + BUTTON);
        }
        Ok(Self { sheet, formats: HashMap::new(), widths, next: 1 })
    }

    fn row(&mut self, cells: impl Iterator<Item = Cell>, flagged: bool) -> Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            self.cell(column, &cell, flagged)?;
            if let Some(widest) = self.widths.get_mut(usize::from(column)) {
                *widest = (*widest).max(width(&cell.visible()));
            }
        }
        self.next += 1;
        Ok(())
    }

    fn cell(&mut self, column: u16, cell: &Cell, flagged: bool) -> Result<(), XlsxError> {
        let serial = serial(cell);
        let shape = match cell {
            Cell::Decimal(number) | Cell::Share(number) => ["0", "0.0", "0.00"].get(number.places).copied(),
            Cell::Whole(_) => Some("0"),
            Cell::Date(_) => serial.map(|_| "yyyy-mm-dd"),
            Cell::Moment(_) => serial.map(|_| "yyyy-mm-dd hh:mm:ss"),
            _ => None,
        };
        let shape = (shape.unwrap_or("General"), flagged);
        let format = self.formats.entry(shape).or_insert_with(|| format(shape));
        match (cell, serial) {
            (Cell::Blank, _) if !flagged => {}
            (Cell::Blank, _) => {
                self.sheet.write_blank(self.next, column, format)?;
            }
            (_, Some(number)) => {
                self.sheet.write_number_with_format(self.next, column, number, format)?;
            }
            (cell, None) => {
                self.sheet.write_string_with_format(self.next, column, text(&cell.visible()), format)?;
            }
        }
        Ok(())
    }

    /// Filters over everything, and columns as wide as their cells.
    fn end(self) -> Result<(), XlsxError> {
        let last = u16::try_from(self.widths.len().saturating_sub(1)).unwrap_or(u16::MAX);
        self.sheet.autofilter(0, 0, self.next - 1, last)?;
        for (column, widest) in (0..).zip(self.widths) {
            let width = widest.clamp(*WIDTHS.start(), *WIDTHS.end());
            self.sheet.set_column_width(column, width as f64 + 1.0)?;
        }
        Ok(())
    }
}

fn format((number, flagged): CellFormat) -> Format {
    let format = Format::new().set_num_format(number);
    if flagged { format.set_background_color(FLAGGED) } else { format }
}

/// The number of a cell: of a day, the days since 1899-12-30.
fn serial(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Whole(number) => Some(*number as f64),
        Cell::Decimal(number) | Cell::Share(number) => Some(number.value()),
        Cell::Date(day) => serial_day(*day),
        Cell::Moment(text) => {
            let local = DateTime::parse_from_rfc3339(text).ok()?.naive_local();
            let seconds = local.and_utc().timestamp().rem_euclid(86_400);
            Some(serial_day(Day::from_date(local.date()))? + seconds as f64 / 86_400.0)
        }
        _ => None,
    }
}

fn serial_day(day: Day) -> Option<f64> {
    let serial = i64::from(day.number()) + UNIX_EPOCH;
    (serial >= FIRST_DAY).then_some(serial as f64)
}

/// Text that a cell may contain: no character that XML can't, and no more than fits.
fn text(visible: &str) -> String {
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= CELL
    };
    visible.chars().filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).take_while(fits).collect()
}

/// The workbook with its properties as the second member, not compressed: by these an earlier one is recognised.
fn marked(workbook: Vec<u8>) -> io::Result<Vec<u8>> {
    const PROPERTIES: &str = "docProps/core.xml";
    let mut read = ZipArchive::new(Cursor::new(workbook))?;
    let mut properties = Vec::new();
    read.by_name(PROPERTIES)?.read_to_end(&mut properties)?;
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..read.len() {
        let member = read.by_index_raw(at)?;
        if member.name()? != PROPERTIES {
            written.raw_copy_file(member)?;
        }
        if at == 0 {
            let stored = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Stored)
                .last_modified_time(zip::DateTime::default());
            written.start_file(PROPERTIES, stored)?;
            written.write_all(&properties)?;
        }
    }
    Ok(written.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_as_excel_counts_them() {
        let date = |text: &str| serial(&Cell::Date(Day::parse(text).expect("a date")));
        assert_eq!(date("2026-03-02"), Some(46_083.0));
        assert_eq!(date("1900-03-01"), Some(61.0));
        assert_eq!(date("1900-02-28"), None, "there it counts a day that never was");
        assert_eq!(serial(&Cell::Moment("2026-03-02T18:00:00+05:30".to_string())), Some(46_083.75));
    }

    #[test]
    fn text_is_cut_to_what_a_cell_has_room_for() {
        assert_eq!(text(&"x".repeat(40_000)).len(), CELL);
        assert_eq!(text(&"😀".repeat(40_000)).chars().count(), CELL / 2);
        assert_eq!(text("a\u{ffff}b"), "ab");
    }
}
