//! The worst senders as a small table for a terminal: whom to look at first.

use super::safe::visible;
use super::width::{shortened, width};
use crate::cadence::WINDOW;
use crate::fact::WayOut;
use crate::judge::Case;
use crate::policy::Policy;
use crate::time::Day;
use std::collections::BTreeSet;

/// How many senders the table has.
const MOST: usize = 5;

/// The widest that a verdict's column gets, and the narrowest that a cut name's does.
const VERDICT: usize = 24;
const NAME: usize = 20;

/// Between two columns.
const GAP: &str = "  ";

/// The heights of a bar, from one message to the most.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar of no message.
const NOTHING: char = '·';

/// A line of the table, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLine {
    /// The text, harmless.
    pub text: String,
    /// Whether it is about a flagged sender.
    pub flagged: bool,
}

/// The worst senders of the report, each with its worst pair, as a table of at most that many columns; where that
/// is too narrow for a table, as a short list. No line where there is no marketing. `cases` are in the report's order;
/// the bars are the 28 days to `as_of`.
pub fn worst(cases: &[Case], policy: &Policy, as_of: Option<Day>, columns: usize) -> Vec<TableLine> {
    let mut named = BTreeSet::new();
    let first = cases.iter().filter(|case| !case.received.is_empty() && named.insert(&case.sender));
    let entries: Vec<WorstSender> =
        first.take(MOST).map(|case| WorstSender::of(case, policy, as_of)).collect();
    if entries.is_empty() {
        return Vec::new();
    }
    table(&entries, columns).unwrap_or_else(|| list(&entries, columns))
}

/// What the table says of a sender.
#[derive(Debug)]
struct WorstSender {
    name: String,
    display: Option<String>,
    verdict: String,
    /// Messages of the last 28 days, the oldest day first.
    daily: Vec<usize>,
    days_a_week: String,
    way_out: &'static str,
    flagged: bool,
}

impl WorstSender {
    fn of(case: &Case, policy: &Policy, as_of: Option<Day>) -> Self {
        let rule = case.verdict.rule.and_then(|at| policy.rules.get(at));
        let display = case.sender_name.as_deref().map(|name| visible(name).into_owned());
        let last_day = as_of.or_else(|| case.last_day());
        let days = (0..WINDOW).rev().filter_map(|back| Some(last_day?.plus(-back)));
        let on = |day: Day| case.received.iter().filter(|message| message.day == day).count();
        Self {
            name: visible(&case.sender).into_owned(),
            display: display.filter(|name| !name.is_empty() && **name != *case.sender),
            verdict: rule.map_or("none".to_string(), |rule| shortened(&visible(&rule.verdict), VERDICT)),
            daily: days.map(on).collect(),
            days_a_week: case.pace.map_or(String::new(), |pace| pace.days_per_week.to_string()),
            way_out: case.way_out.map_or("", WayOut::word),
            flagged: case.is_flagged(policy),
        }
    }

    /// Messages of each bar, where that many bars show 28 days.
    fn bars(&self, bars: usize) -> Vec<usize> {
        let days = self.daily.len().checked_div(bars).unwrap_or(1).max(1);
        self.daily.chunks(days).map(|days| days.iter().sum()).collect()
    }
}

/// Bars for each entry; the highest of the table is the most messages.
fn sparklines(entries: &[WorstSender], bars: usize) -> Vec<String> {
    let counts: Vec<Vec<usize>> = entries.iter().map(|entry| entry.bars(bars)).collect();
    let most = counts.iter().flatten().copied().max().unwrap_or(0).max(1);
    let bar = |count: &usize| match count * HEIGHTS.len() {
        0 => NOTHING,
        eighths => HEIGHTS.get(eighths.div_ceil(most) - 1).copied().unwrap_or(NOTHING),
    };
    counts.iter().map(|counts| counts.iter().map(bar).collect()).collect()
}

/// A column of the table.
struct TableColumn {
    head: &'static str,
    cells: Vec<String>,
    /// Numbers are set to the right.
    right: bool,
    width: usize,
}

impl TableColumn {
    fn new(head: &'static str, right: bool, cells: Vec<String>) -> Self {
        let widest = cells.iter().map(|cell| width(cell)).max().unwrap_or(0);
        Self { head, cells, right, width: widest.max(width(head)) }
    }

    /// The head (`None`) or the cell of a row, as wide as the column.
    fn cell(&self, row: Option<usize>) -> String {
        let text = row.map_or(self.head, |row| self.cells.get(row).map_or("", String::as_str));
        let text = shortened(text, self.width);
        let blanks = " ".repeat(self.width.saturating_sub(width(&text)));
        if self.right { blanks + &text } else { text + &blanks }
    }
}

/// The table that shows the most in that many columns; `None` where none fits.
fn table(entries: &[WorstSender], columns: usize) -> Option<Vec<TableLine>> {
    // With the display names, how many bars there are, and whether long names may be cut.
    let ways = [(true, 28, false), (false, 28, false), (false, 14, true), (false, 0, true)];
    let laid_out = ways.into_iter().find_map(|(with_display, bars, may_cut)| {
        let mut name = TableColumn::new("sender", false, names(entries, with_display));
        let others = after_the_name(entries, bars);
        let room = columns.checked_sub(others.iter().map(|column| GAP.len() + column.width).sum())?;
        let least = if may_cut { name.width.min(NAME) } else { name.width };
        name.width = name.width.min(room);
        (least <= room).then(|| [name].into_iter().chain(others).collect::<Vec<TableColumn>>())
    })?;
    let rows = [None].into_iter().chain((0..entries.len()).map(Some));
    let line = |row: Option<usize>| {
        let cells: Vec<String> = laid_out.iter().map(|column| column.cell(row)).collect();
        let flagged = row.and_then(|row| entries.get(row)).is_some_and(|entry| entry.flagged);
        TableLine { text: cells.join(GAP).trim_end().to_string(), flagged }
    };
    Some(rows.map(line).collect())
}

fn names(entries: &[WorstSender], with_display: bool) -> Vec<String> {
    let name = |entry: &WorstSender| match entry.display.as_ref().filter(|_| with_display) {
        Some(display) => format!("{} ({display})", entry.name),
        None => entry.name.clone(),
    };
    entries.iter().map(name).collect()
}

fn after_the_name(entries: &[WorstSender], bars: usize) -> Vec<TableColumn> {
    let cells = |of: fn(&WorstSender) -> &str| entries.iter().map(|entry| of(entry).to_string()).collect();
    let mut columns = vec![TableColumn::new("verdict", false, cells(|entry| &entry.verdict))];
    if bars > 0 {
        columns.push(TableColumn::new("last 28 days", false, sparklines(entries, bars)));
    }
    columns.push(TableColumn::new("days a week", true, cells(|entry| &entry.days_a_week)));
    columns.push(TableColumn::new("way out", false, cells(|entry| entry.way_out)));
    columns
}

/// The same without columns, for the narrowest terminals.
fn list(entries: &[WorstSender], columns: usize) -> Vec<TableLine> {
    let bars = if columns < 30 { 14 } else { 28 };
    let of_entry = |(entry, bars): (&WorstSender, String)| {
        let rhythm = format!("  {} days a week, {}", entry.days_a_week, entry.way_out);
        let lines = [entry.name.clone(), format!("  {}", entry.verdict), format!("  {bars}"), rhythm];
        lines.map(|line| TableLine { text: shortened(&line, columns), flagged: entry.flagged })
    };
    entries.iter().zip(sparklines(entries, bars)).flat_map(of_entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, display: &str, daily: usize) -> WorstSender {
        WorstSender {
            name: name.to_string(),
            display: Some(display.to_string()),
            verdict: "daily-unconsented".to_string(),
            daily: vec![daily; 28],
            days_a_week: "6.8".to_string(),
            way_out: "one-click",
            flagged: daily > 0,
        }
    }

    fn entries() -> Vec<WorstSender> {
        let mut last = entry("birch-books.example", "Birch", 0);
        last.daily[27] = 1;
        vec![
            entry("stride-outlet.example", "Stride Outlet", 2),
            entry("ランニング専門店.example", "走る人", 1),
            last,
        ]
    }

    #[test]
    fn every_line_fits_and_columns_line_up() {
        for columns in 1..=200 {
            let lines = table(&entries(), columns).unwrap_or_else(|| list(&entries(), columns));
            let widest = lines.iter().map(|line| width(&line.text)).max();
            assert!(widest.is_some_and(|widest| widest <= columns), "{columns}: {lines:?}");
        }
        let lines = table(&entries(), 80).expect("there is room");
        let place = |line: &TableLine| line.text.find("6.8").map(|at| width(&line.text[..at]));
        assert_eq!(place(&lines[1]), place(&lines[2]));
    }

    #[test]
    fn more_room_shows_more() {
        let first = |columns| {
            let lines = table(&entries(), columns).unwrap_or_else(|| list(&entries(), columns));
            lines.into_iter().take(2).map(|line| line.text).collect::<Vec<_>>()
        };
        assert_eq!(
            first(80),
            [
                "sender                 verdict            last 28 days    days a week  way out",
                "stride-outlet.example  daily-unconsented  ██████████████          6.8  one-click"
            ]
        );
        assert!(first(120)[1].contains("(Stride Outlet)") && first(120)[1].contains(&"█".repeat(28)));
        assert_eq!(first(30), ["stride-outlet.example", "  daily-unconsented"]);
    }

    #[test]
    fn bars_compare_senders_and_a_day_without_mail_is_none() {
        assert_eq!(sparklines(&entries(), 14), ["█".repeat(14), "▄".repeat(14), "·".repeat(13) + "▂"]);
        assert_eq!(sparklines(&[entry("a.example", "A", 0)], 28), ["·".repeat(28)]);
    }
}
