//! Customers with marketing from a sender in the consent lists, but without a row for it.

use super::cell::Cell;
use super::csv::{CsvStyle, CsvTable};
use crate::judge::Case;
use std::io::{self, Write};

/// The columns, in order, with their meanings.
#[rustfmt::skip]
pub const UNMATCHED_COLUMNS: [(&str, &str); 5] = [
    ("customer", "the address that the mail was delivered to"),
    ("sender", "the sender whose list has no row for it"),
    ("marketing_messages", "marketing messages counted"),
    ("first_message", "date of the first"),
    ("last_message", "date of the last"),
];

/// Pairs with marketing whose sender the lists are about.
#[derive(Debug, Clone, Default)]
pub struct ListedSenderPairs<'a> {
    /// How many they are.
    pub pairs: u64,
    /// Those without a row, by sender and customer.
    pub without_row: Vec<&'a Case>,
}

impl<'a> ListedSenderPairs<'a> {
    /// Looks through the pairs of a report.
    pub fn of(cases: &'a [Case]) -> Self {
        let mut this = Self::default();
        for (case, has_row) in cases.iter().filter_map(|case| Some((case, case.has_row?))) {
            this.pairs += 1;
            this.without_row.extend((!has_row).then_some(case));
        }
        this.without_row
            .sort_by(|left, right| (&left.sender, &left.customer).cmp(&(&right.sender, &right.customer)));
        this
    }

    /// Writes those without a row.
    pub fn write(&self, out: impl Write, style: CsvStyle) -> io::Result<()> {
        let mut table = CsvTable::new(out, style, UNMATCHED_COLUMNS.iter().map(|(name, _)| *name))?;
        for case in &self.without_row {
            let date = |day| Cell::maybe(day, Cell::Date);
            table.row(
                [
                    Cell::text(&case.customer),
                    Cell::text(&case.sender),
                    Cell::whole(case.received.len()),
                    date(case.first_day()),
                    date(case.last_day()),
                ]
                .into_iter(),
            )?;
        }
        table.finish()
    }
}
