//! A calendar of days, one row a week, Monday first.

use super::ExplainedDay;
use crate::time::Day;
use std::collections::BTreeMap;

/// Weeks without any mail in a row, from which on they are summed up in one line.
const QUIET_WEEKS: i32 = 3;

/// The legend of the signs.
pub const LEGEND: &str = "X marketing without consent on record · o other marketing · - no marketing · \
    blank: before the first, after the last, or outside the period";

/// The rows, without line ends; empty without days.
pub fn rows(days: &[ExplainedDay]) -> Vec<String> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
    let (first, last) = (first.day, last.day);
    let marks: BTreeMap<Day, char> =
        days.iter().map(|marked| (marked.day, if marked.unconsented > 0 { 'X' } else { 'o' })).collect();
    let mut rows = vec!["week of      Mo Tu We Th Fr Sa Su".to_string()];
    let mut monday = monday_of(first);
    while monday <= last {
        let next = marks.range(monday..).next().map_or(last, |(day, _)| *day);
        let quiet = (monday_of(next).number() - monday.number()) / 7;
        if quiet >= QUIET_WEEKS {
            rows.push(format!("             … {quiet} weeks without marketing"));
            monday = monday.plus(7 * quiet);
            continue;
        }
        let signs = (0..7).map(|offset| monday.plus(offset)).map(|day| match marks.get(&day) {
            Some(mark) => *mark,
            None if day < first || day > last => ' ',
            None => '-',
        });
        let week: String = signs.map(|sign| format!("  {sign}")).collect();
        rows.push(format!("{monday}  {week}").trim_end().to_string());
        monday = monday.plus(7);
    }
    rows
}

/// The Monday of a day's week. 1970-01-01 was a Thursday.
fn monday_of(day: Day) -> Day {
    day.plus(-(day.number().saturating_add(3)).rem_euclid(7))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(date: &str, unconsented: usize) -> ExplainedDay {
        ExplainedDay { day: Day::parse(date).expect("a date"), messages: 1, unconsented }
    }

    #[test]
    fn weeks_begin_on_monday_and_quiet_ones_are_summed_up() {
        let days = [marked("2026-03-04", 1), marked("2026-03-06", 0), marked("2026-04-06", 1)];
        assert_eq!(
            rows(&days),
            [
                "week of      Mo Tu We Th Fr Sa Su",
                "2026-03-02          X  -  o  -  -",
                "             … 4 weeks without marketing",
                "2026-04-06    X",
            ]
        );
        assert!(rows(&[]).is_empty());
    }
}
