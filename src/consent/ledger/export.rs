//! The columns of a list that another system exported, found by a format; and errors where they are missing.

use super::cells::cell;
use super::column_names::ColumnNames;
use super::columns::{EventColumns, EventSource, ListColumns, cut, listed, named_twice, plain};
use super::format::{EventEncoding, EventFormat, ExportFormat};
use super::table::ListTable;
use crate::error::{Error, Result, suggest};
use csv::StringRecord;
use std::path::Path;

/// How many columns or purposes an error lists.
const LISTED: usize = 20;

/// The preset whose header this is. `None`: none, or several.
pub fn recognised(header: &StringRecord) -> Option<&'static ExportFormat> {
    let mut found = ExportFormat::presets().iter().filter(|format| format.is_known_by(header));
    found.next().filter(|_| found.next().is_none())
}

impl ExportFormat {
    /// Whether a header has all columns that distinguish such a file from others.
    fn is_known_by(&self, header: &StringRecord) -> bool {
        self.known_by.iter().all(|names| names.place(header).is_some()) && self.fits(header)
    }

    /// Whether a header has all columns that are needed.
    pub fn fits(&self, header: &StringRecord) -> bool {
        self.missing(header).is_empty() && self.events.iter().any(|event| event.is_in(header))
    }

    fn missing(&self, header: &StringRecord) -> Vec<&ColumnNames> {
        let needed = self.events.iter().filter(|event| !event.optional).flat_map(EventFormat::columns);
        let purpose = self.purpose.iter().filter(|_| self.only.is_some());
        let all = std::iter::once(&self.customer).chain(&self.sender).chain(purpose).chain(needed);
        let mut missing: Vec<&ColumnNames> = all.filter(|names| names.place(header).is_none()).collect();
        missing.dedup();
        missing
    }

    /// The columns of a table. `named` is the option that names the sender of all rows, where one was given.
    pub fn columns(&self, table: &ListTable, named: Option<&str>, list: &Path) -> Result<ListColumns<'_>> {
        let Some(first) = table.rows.first() else { return Err(Error::file(list, "is empty")) };
        let header = &first.cells;
        if !self.fits(header) {
            return Err(self.lacks(header, list).at_line(first.line));
        }
        let sender = self.sender.as_ref().and_then(|names| names.place(header));
        match (named, sender) {
            (Some(option), Some(at)) => {
                let column = header.get(at).map_or("", plain);
                return Err(named_twice(&cut(column), option, list).at_line(first.line));
            }
            (None, None) => {
                let what = format!("is an export ({}) without a column of senders", self.name);
                let hint = "name the sender of all rows with --consent-sender, or with --consent NAME=FILE";
                return Err(Error::file(list, what).hint(hint));
            }
            _ => {}
        }
        let purpose = self.purpose.as_ref().and_then(|names| names.place(header));
        if let (Some(at), None) = (purpose, &self.only) {
            self.has_one_purpose(table, at, list)?;
        }
        Ok(ListColumns {
            sender,
            customer: self.customer.place(header).unwrap_or_default(),
            events: self.events.iter().filter_map(|event| event.places(header)).collect(),
            purpose: purpose.zip(self.only.as_deref()),
        })
    }

    /// Consent for one purpose does not cover another, and only a person knows which of several are about mail.
    fn has_one_purpose(&self, table: &ListTable, at: usize, list: &Path) -> Result<()> {
        let mut purposes: Vec<&str> = Vec::new();
        for row in table.rows.iter().skip(1) {
            let purpose = cell(&row.cells, at);
            if purposes.len() < LISTED && !purpose.is_empty() && !purposes.contains(&purpose) {
                purposes.push(purpose);
            }
        }
        if purposes.len() < 2 {
            return Ok(());
        }
        let quoted: Vec<String> = purposes.iter().map(|purpose| format!("`{}`", cut(purpose))).collect();
        let column = table.rows.first().and_then(|header| header.cells.get(at)).map_or("", plain);
        let what =
            format!("is about several purposes or lists (column `{}`): {}", cut(column), listed(&quoted));
        let hint = format!(
            "say which are about marketing e-mail, in a file for --consent-map: format = \"{}\" and only = [\"{}\"]",
            self.name,
            cut(purposes.first().unwrap_or(&""))
        );
        Err(Error::file(list, what).hint(hint))
    }

    /// An error that names the missing columns and what was found.
    fn lacks(&self, header: &StringRecord, list: &Path) -> Error {
        let found: Vec<&str> = header.iter().map(plain).filter(|cell| !cell.is_empty()).collect();
        let mut missing: Vec<String> = self.missing(header).iter().map(ToString::to_string).collect();
        if missing.is_empty() {
            let any: Vec<String> =
                self.events.iter().flat_map(EventFormat::columns).map(ToString::to_string).collect();
            missing.push(any.join(" or "));
        }
        let shown: Vec<String> = found.iter().take(LISTED).map(|cell| format!("`{}`", cut(cell))).collect();
        let more =
            if found.len() > LISTED { format!(" and {} more", found.len() - LISTED) } else { String::new() };
        let what = format!(
            "lacks the column{} {}, which the format {} has; found: {}{more}",
            if missing.len() == 1 { "" } else { "s" },
            listed(&missing),
            self.name,
            shown.join(", ")
        );
        let near =
            self.missing(header).first().and_then(|names| suggest(names.first(), found.iter().copied()));
        let other = recognised(header).map(|format| format!("it looks like an export of {}", format.name));
        let hint = other.or(near).unwrap_or_else(|| match self.is_map() {
            true => {
                format!("see whether it is the right file, and correct the names of columns in {}", self.name)
            }
            false => {
                "see whether it is the right file and format; --consent-map FILE says what its columns mean"
                    .to_string()
            }
        });
        Error::file(list, what).hint(hint)
    }
}

impl EventFormat {
    fn columns(&self) -> impl Iterator<Item = &ColumnNames> {
        let word = match &self.encoding {
            EventEncoding::Word(column, _) => Some(column),
            EventEncoding::Dated(_) => None,
        };
        word.into_iter().chain(&self.date).chain(&self.with)
    }

    fn is_in(&self, header: &StringRecord) -> bool {
        self.columns().all(|names| names.place(header).is_some())
    }

    fn places(&self, header: &StringRecord) -> Option<EventColumns<'_>> {
        let place = |names: &Option<ColumnNames>| names.as_ref().and_then(|names| names.place(header));
        let source = match &self.encoding {
            EventEncoding::Word(column, words) => EventSource::Word(column.place(header)?, words.as_ref()),
            EventEncoding::Dated(kind) => EventSource::Dated(*kind),
        };
        self.is_in(header).then(|| EventColumns { source, date: place(&self.date), with: place(&self.with) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoding::OTHERWISE;
    use super::*;

    #[test]
    fn every_preset_is_valid_and_its_charset_needs_no_name() {
        let names: Vec<&str> = ExportFormat::presets().iter().map(|format| format.name.as_str()).collect();
        assert_eq!(names, ExportFormat::preset_names().collect::<Vec<_>>());
        for format in ExportFormat::presets() {
            // A list is decoded before its header is known.
            assert!(format.charset.is_none_or(|charset| charset == OTHERWISE), "{}", format.name);
            assert!(!format.title.is_empty(), "{}", format.name);
        }
    }

    #[test]
    fn a_header_is_recognised_however_it_is_spelt_and_only_where_that_is_certain() {
        let known = |cells: &[&str]| {
            recognised(&StringRecord::from(cells.to_vec())).map(|format| format.name.as_str())
        };
        let hubspot = ["\u{feff}EMAIL", "unsubscribed_from_all_email", "Company"];
        assert_eq!(known(&hubspot), Some("hubspot"));
        assert_eq!(known(&["Email", "Status", "Date"]), None);
        let brevo = ["EMAIL", "OPT_IN", "ADDED_TIME", "MODIFIED_TIME"];
        assert_eq!(known(&brevo), Some("brevo"));
        assert_eq!(known(&[&brevo[..], &hubspot[1..]].concat()), None, "two systems' columns");
    }
}
