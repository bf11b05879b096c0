//! The table of all senders: the report's rows, with its most important columns.

use super::ReportPage;
use super::text_limits::TextLimits;
use super::words::{PageName, consent, cut, verdict, way_out};
use crate::judge::Case;
use crate::report::{Cell, CellContext, ReportRow, thousands};

/// How many rows a page shows at first, where its script runs.
pub const SHOWN: usize = 500;

/// A column of the page's table: the report's column, and its head in plain words.
struct PageColumn {
    column: &'static str,
    head: &'static str,
    number: bool,
}

const SHOWN_COLUMNS: [PageColumn; 7] = [
    PageColumn { column: "verdict", head: "Verdict", number: false },
    PageColumn { column: "days_per_week", head: "Days a week", number: true },
    PageColumn { column: "messages_a_year", head: "Mails a year", number: true },
    PageColumn { column: "marketing_messages", head: "Mails", number: true },
    PageColumn { column: "consent", head: "Consent", number: false },
    PageColumn { column: "last_message", head: "Last mail", number: true },
    PageColumn { column: "unsubscribe", head: "Way out", number: false },
];

/// Shown where the run was compared with the last one.
const SHOWN_CHANGE: PageColumn = PageColumn { column: "change", head: "Since the last run", number: false };

fn shown_columns(context: &CellContext<'_>) -> impl Iterator<Item = &'static PageColumn> + use<> {
    SHOWN_COLUMNS.iter().chain(context.compared.then_some(&SHOWN_CHANGE))
}

/// The table.
#[derive(Debug)]
pub struct SenderTable {
    pub heads: Vec<ColumnHead>,
    pub rows: Vec<SenderTableRow>,
    /// How many rows the report has.
    pub all: usize,
    /// Whether there are several customers.
    pub customers: bool,
}

/// The head of a column.
#[derive(Debug)]
pub struct ColumnHead {
    pub text: &'static str,
    /// Whether it is sorted as a number, set to the right.
    pub number: bool,
}

/// A row.
#[derive(Debug)]
pub struct SenderTableRow {
    pub name: PageName,
    pub customer: String,
    pub flagged: bool,
    /// The number of the sender's card.
    pub card: Option<usize>,
    /// Each with whether it is a number.
    pub cells: Vec<(String, bool)>,
}

impl SenderTable {
    pub fn of(page: &ReportPage<'_>) -> Self {
        let compared = page.content.changes.is_some();
        let context =
            CellContext { policy: page.content.policy, list_given: page.content.list.is_some(), compared };
        let heads =
            shown_columns(&context).map(|shown| ColumnHead { text: shown.head, number: shown.number });
        let rows = page.cases.iter().zip(0..).take(page.limits.rows);
        Self {
            heads: heads.collect(),
            rows: rows.map(|(case, at)| row(case, page.card_of(case, at), &context, &page.limits)).collect(),
            all: page.cases.len(),
            customers: page.several_customers,
        }
    }

    /// `12,345`
    pub fn all_in_words(&self) -> String {
        thousands(self.all as u64)
    }

    pub fn rows_in_words(&self) -> String {
        thousands(self.rows.len() as u64)
    }
}

fn row(case: &Case, card: Option<usize>, context: &CellContext<'_>, limits: &TextLimits) -> SenderTableRow {
    let of_case = ReportRow::of(case);
    let cell = |shown: &PageColumn| {
        let column = context.columns().find(|column| column.name == shown.column);
        let value = column.map_or(Cell::Blank, |column| column.value(&of_case, context));
        (text(shown.column, &value, limits), shown.number)
    };
    SenderTableRow {
        name: PageName::of(case, limits),
        customer: cut(&case.customer, limits.name),
        flagged: case.is_flagged(context.policy),
        card,
        cells: shown_columns(context).map(cell).collect(),
    }
}

/// A cell of the report as the page shows it.
fn text(column: &str, cell: &Cell, limits: &TextLimits) -> String {
    match (column, cell) {
        (_, Cell::Blank) => String::new(),
        ("verdict", cell) => verdict(&cell.plain()),
        ("consent", Cell::Word(word)) => consent(word).to_string(),
        ("unsubscribe", Cell::Word(word)) => way_out(word).to_string(),
        (_, Cell::Whole(number)) => thousands(*number),
        (_, cell) => cut(&cell.plain(), limits.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{CHANGE, COLUMNS};

    #[test]
    fn every_column_of_the_page_is_one_of_the_report() {
        for shown in SHOWN_COLUMNS.iter().chain([&SHOWN_CHANGE]) {
            assert!(
                COLUMNS.iter().chain([&CHANGE]).any(|column| column.name == shown.column),
                "{}",
                shown.column
            );
        }
    }
}
