//! Cells as they are read, as messages show them, and what is wrong with them.

use csv::StringRecord;

/// Any sender, any customer.
pub const ANY: &str = "*";

/// Longer cells are cut in messages, in characters.
const SHOWN: usize = 60;

/// What is wrong with a row, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// What was found.
    pub what: String,
    /// What is accepted.
    pub hint: String,
    /// The same in a few words, for a list of many rows.
    pub brief: Option<String>,
}

impl RowError {
    /// With these words.
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into(), brief: None }
    }

    /// All that is wrong with a row, in one; `None` where nothing is.
    pub fn all(wrongs: impl IntoIterator<Item = Self>) -> Option<Self> {
        wrongs.into_iter().reduce(|first, next| {
            let brief = |wrong: &Self| wrong.brief.clone().unwrap_or_else(|| wrong.hint.clone());
            let is_brief = first.brief.is_some() || next.brief.is_some();
            Self {
                brief: is_brief.then(|| format!("{}; {}", brief(&first), brief(&next))),
                what: format!("{}; {}", first.what, next.what),
                hint: format!("{}; {}", first.hint, next.hint),
            }
        })
    }
}

/// A cell without invisible characters around it, and without the apostrophe that a spreadsheet puts before text; the program's
/// own lists have it before cells that look like a formula.
pub fn cell(row: &StringRecord, column: usize) -> &str {
    let around = |c: char| c.is_whitespace() || is_invisible(c);
    let cell = row.get(column).unwrap_or("").trim_matches(around);
    cell.strip_prefix('\'').map_or(cell, |rest| rest.trim_start_matches(around))
}

/// Marks that come along when text is copied out of a page or a mail: no width, or a direction of writing.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A cell as a message shows it: on one line, and not too long.
pub fn shown(cell: &str) -> String {
    let line = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_around_a_cell_is_left_out() {
        let row =
            StringRecord::from(vec!["\u{a0} shop.example\u{200b}", "'\u{202a}2026-01-01\u{202c}", "'=x", ""]);
        assert_eq!([0, 1, 2, 3, 4].map(|at| cell(&row, at)), ["shop.example", "2026-01-01", "=x", "", ""]);
    }

    #[test]
    fn long_cells_are_cut_and_lines_joined() {
        assert_eq!(shown("a\n b"), "a b");
        assert_eq!(shown(&"ä".repeat(70)), "ä".repeat(60) + "…");
    }
}
