//! Lists read into the ledger; rows that can't be used become one error, or a warning where they are to be left out.

use super::cells::{RowError, cell};
use super::columns::{ListColumns, NAME_FILE, is_header};
use super::dates::DateOrderGuess;
use super::export::recognised;
use super::format::ExportFormat;
use super::row::{DatedEvent, LookupKey, RowContent, RowReader};
use super::sender::sender_key;
use super::table::ListTable;
use super::{Ledger, LedgerContext, LedgerOptions, ListFile, ListedEvent, customer, file, row};
use crate::consent::Event;
use crate::error::{Error, Result, STANDARD_INPUT};
use csv::StringRecord;
use std::path::Path;

/// How many bad rows are listed.
const LISTED: usize = 20;

impl Ledger {
    /// Reads all lists. Rows that can't be used are one error together, unless they are to be left out.
    pub fn read(options: &LedgerOptions, reading: &LedgerContext<'_>) -> Result<Self> {
        let today = reading.zone.day_at(reading.now);
        if let Some(day) = options.as_of.filter(|day| *day > today) {
            // Opt-outs without a date would count from then on, and so never.
            let hint = "write the last day that the list covers, at the latest today";
            return Err(Error::new("--consent-as-of", format!("{day} is in the future")).hint(hint));
        }
        let mut ledger = Self { given: !options.lists.is_empty(), as_of: options.as_of, ..Self::default() };
        for list in &options.lists {
            let bytes = file::read(&list.path)?;
            ledger.add(list, &bytes, options, reading)?;
        }
        Ok(ledger)
    }

    /// Adds the rows of a list in memory, under the name of its file.
    pub fn add(
        &mut self,
        list: &ListFile,
        bytes: &[u8],
        options: &LedgerOptions,
        reading: &LedgerContext<'_>,
    ) -> Result<()> {
        let stdin = Path::new(STANDARD_INPUT);
        let name = if list.path.as_os_str() == "-" { stdin } else { &list.path };
        let own = options.format.as_ref().map(ExportFormat::load).transpose()?;
        let is_list = |cells: &StringRecord| {
            own.as_ref().is_some_and(|format| format.fits(cells))
                || is_header(cells)
                || recognised(cells).is_some()
        };
        let table = file::table(bytes, name, own.as_ref().and_then(|format| format.charset), &is_list)?;
        self.remarks.extend(table.remark.clone());
        let named = match (&list.sender, &options.sender) {
            (Some(sender), _) => Some((NAME_FILE, sender)),
            (None, Some(sender)) => Some(("--consent-sender", sender)),
            (None, None) => None,
        };
        let none = StringRecord::new();
        let header = table.rows.first().map_or(&none, |row| &row.cells);
        let format = match &own {
            Some(format) => Some(format).filter(|format| format.fits(header) || !is_header(header)),
            None => recognised(header).filter(|_| !is_header(header)),
        };
        let option = named.map(|(option, _)| option);
        let columns = match format {
            Some(format) => format.columns(&table, option, name)?,
            None => ListColumns::of(&table, option, name)?,
        };
        let sender = named.map(|(option, sender)| {
            let wrong = |wrong: RowError| Error::new(option, wrong.what).hint(wrong.hint);
            sender_key(sender.trim(), reading.senders).map_err(wrong)
        });
        let sender = sender.transpose()?;
        let known = options.date_order.or_else(|| format.and_then(|format| format.dates));
        let order = known.map_or_else(|| order(&table, &columns), DateOrderGuess::Known);
        if table.rows.len() == 1 {
            self.remarks.push(Error::file(name, "has a header and no rows").hint(
                "see whether it is the right list, and whether the program that wrote it had finished",
            ));
        }
        let reader = RowReader { header, columns, format, sender, order, options, reading };
        self.exports += usize::from(format.is_some());
        self.add_rows(&table, &reader, name)
    }

    fn add_rows(&mut self, table: &ListTable, reader: &RowReader<'_>, name: &Path) -> Result<()> {
        let mut wrong = Vec::new();
        let mut total = 0_usize;
        for row in table.rows.iter().skip(1) {
            match reader.entry(&row.cells) {
                Ok(entry) => self.put(entry, || format!("{}:{}", name.display(), row.line)),
                Err(what) => {
                    total += 1;
                    if wrong.len() < LISTED {
                        wrong.push((row.line, what));
                    }
                }
            }
        }
        match bad_rows(name, &wrong, total, reader.options.skip_bad_rows) {
            Some(error) if reader.options.skip_bad_rows => {
                self.bad += total;
                self.remarks.push(error);
                Ok(())
            }
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn put(&mut self, entry: RowContent, source: impl FnOnce() -> String) {
        match entry {
            RowContent::NoEvent(pair) => {
                self.silent += 1;
                if let Some(LookupKey { sender, customer }) = pair {
                    self.hashed |= customer::is_digest(&customer);
                    self.silent_rows.entry(sender).or_default().insert(customer);
                }
            }
            RowContent::NoCustomer => self.without_customer += 1,
            RowContent::Events { pair: LookupKey { sender, customer }, events } => {
                let source = source();
                let newest = events.iter().filter_map(|event| event.day).max();
                if let Some(day) =
                    newest.filter(|day| self.newest.as_ref().is_none_or(|(newest, _)| day > newest))
                {
                    self.newest = Some((day, source.clone()));
                }
                self.oldest = events.iter().fold(self.oldest, |oldest, event| oldest.or(event.day));
                self.hashed |= customer::is_digest(&customer);
                let number = self.events;
                self.events = self.events.saturating_add(1);
                let listed = events.into_iter().map(|DatedEvent { kind, moment, day }| ListedEvent {
                    number,
                    event: Event { moment, kind, day, source: source.clone() },
                });
                self.rows.entry(sender).or_default().entry(customer).or_default().extend(listed);
            }
        }
    }
}

/// The order of day and month that the dates of all rows show.
fn order(table: &ListTable, columns: &ListColumns<'_>) -> DateOrderGuess {
    let mut places: Vec<usize> = columns.events.iter().filter_map(|event| event.date).collect();
    places.sort_unstable();
    places.dedup();
    let rows = table.rows.iter().skip(1);
    DateOrderGuess::of(rows.flat_map(|row| places.iter().map(|at| cell(&row.cells, *at))))
}

/// The error about rows that can't be used: those that are listed, and the number of all.
fn bad_rows(name: &Path, listed: &[(u64, RowError)], total: usize, left_out: bool) -> Option<Error> {
    let (line, first) = listed.first()?;
    let verb = if left_out { "left out" } else { "can't be used" };
    if total == 1 && !left_out {
        return Some(Error::file(name, first.what.clone()).at_line(*line).hint(first.hint.clone()));
    }
    let first_of = if total > LISTED { format!("; the first {LISTED}:") } else { ":".into() };
    let rows = if total == 1 { "1 row".to_string() } else { format!("{total} rows") };
    let line = |(line, wrong): &(u64, RowError)| {
        format!("line {line}: {}; {}", wrong.what, wrong.brief.as_ref().unwrap_or(&wrong.hint))
    };
    let details = listed.iter().map(line).collect();
    let words = match listed.iter().any(|(_, wrong)| wrong.brief.is_some()) {
        true => format!("; for an event, {}", row::event_words()),
        false => String::new(),
    };
    let error = Error::file(name, format!("{rows} {verb}{first_of}")).details(details);
    Some(match left_out {
        true => error,
        false => error.hint(format!("correct them, or leave them out with --skip-bad-rows{words}")),
    })
}
