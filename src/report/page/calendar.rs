//! The calendar of a sender: the last 53 weeks, a column each, with a cell for each day. A day on which mail came
//! without consent on record is a square, any other a dot; the more mail, the stronger the colour.
//!
//! The calendar is drawn in two halves, which a narrow page shows one below the other.

use super::day_looks::{DashLayers, DayLook, DayPath, WEEKS_OF_HALF};
use super::words::month;
use crate::judge::{Case, ReceivedMessage};
use crate::time::Day;
use std::fmt::Write;

/// How many weeks are shown.
const WEEKS: i32 = 53;

/// From one cell to the next, and the size of a cell.
const PITCH: i32 = 11;
const CELL: i32 = 9;

/// A calendar, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The older half and the newer one.
    pub halves: [CalendarHalf; 2],
    /// The first day shown.
    pub first: Day,
    /// The last day shown.
    pub last: Day,
    /// Days with mail, and the messages on them.
    pub days: u64,
    /// Messages on them.
    pub messages: u64,
    /// Days on which any of them came without consent on record.
    pub unconsented_days: u64,
    /// The same by month: the calendar's numbers as text.
    pub months: Vec<CalendarMonth>,
    /// What happened, in time order, also before the first day shown.
    pub marks: Vec<CalendarMark>,
}

/// What halves of all calendars to the same day share, in units of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFrame {
    /// The cells of all days.
    pub grid: String,
    /// Where a month begins, and its name.
    pub months: Vec<(i32, String)>,
}

/// A half.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarHalf {
    /// The days with mail: dots.
    pub dots: DashLayers,
    /// The same: squares.
    pub squares: DashLayers,
    /// Frames around marked days.
    pub rings: String,
    /// The marks below the weeks: the name of the sign, and its place.
    pub signs: Vec<(&'static str, i32)>,
}

/// A month's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarMonth {
    /// `March 2026`.
    pub name: String,
    /// Days with mail.
    pub days: u64,
    /// Messages.
    pub messages: u64,
    /// Messages without consent on record.
    pub unconsented: u64,
}

/// Something that happened on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarMark {
    /// The name of its sign.
    pub sign: &'static str,
    /// What happened.
    pub what: String,
    /// When.
    pub day: Day,
    /// Whether the day is before the first one shown.
    pub earlier: bool,
}

/// A day with mail.
struct ActiveDay {
    day: Day,
    messages: u64,
    unconsented: u64,
}

impl ActiveDay {
    fn look(&self) -> DayLook {
        DayLook::of(self.messages, self.unconsented > 0)
    }
}

impl Calendar {
    /// The calendar of the 53 weeks to `last`. A week begins on Monday.
    pub fn of(case: &Case, last: Day) -> Self {
        let halves = halves(last);
        let start = halves[0].0;
        let marks = marks(case, start, last);
        let active = active(&case.received, start, last);
        Self {
            halves: halves.map(|(first, last)| CalendarHalf::of(first, last, &active, &marks)),
            first: start,
            last,
            days: active.len() as u64,
            messages: active.iter().map(|day| day.messages).sum(),
            unconsented_days: active.iter().filter(|day| day.unconsented > 0).count() as u64,
            months: months(&active),
            marks,
        }
    }
}

/// The frames of calendars to `last`.
pub fn frames(last: Day) -> [CalendarFrame; 2] {
    halves(last)
        .map(|(first, last)| CalendarFrame { grid: grid(first, last), months: month_labels(first, last) })
}

/// The first and the last day of each half.
fn halves(last: Day) -> [(Day, Day); 2] {
    let start = last.plus(-weekday(last) - (WEEKS - 1) * 7);
    let second = start.plus(WEEKS_OF_HALF as i32 * 7);
    [(start, second.plus(-1)), (second, last)]
}

/// Days since Monday; 1970-01-01 was a Thursday.
fn weekday(day: Day) -> i32 {
    day.number().saturating_add(3).rem_euclid(7)
}

fn active(received: &[ReceivedMessage], first: Day, last: Day) -> Vec<ActiveDay> {
    let days = received.chunk_by(|left, right| left.day == right.day).filter_map(|messages| {
        let unconsented = messages.iter().filter(|message| message.state.is_unconsented()).count() as u64;
        Some(ActiveDay { day: messages.first()?.day, messages: messages.len() as u64, unconsented })
    });
    days.filter(|active| (first..=last).contains(&active.day)).collect()
}

fn months(active: &[ActiveDay]) -> Vec<CalendarMonth> {
    let name = |active: &ActiveDay| month(active.day, "%B %Y");
    let by_month = active.chunk_by(|left, right| name(left) == name(right));
    let sums = by_month.filter_map(|days| {
        Some(CalendarMonth {
            name: name(days.first()?),
            days: days.len() as u64,
            messages: days.iter().map(|day| day.messages).sum(),
            unconsented: days.iter().map(|day| day.unconsented).sum(),
        })
    });
    sums.collect()
}

/// The opt-out, the first flag and the change of pace, until the last day shown.
fn marks(case: &Case, first: Day, last: Day) -> Vec<CalendarMark> {
    let pace = case.pace.zip(case.change_of_pace()).map_or(String::new(), |(pace, change)| {
        format!("from {} to {} days a week", change.before, pace.days_per_week)
    });
    let happened = [
        ("out", "opted out".to_string(), case.opted_out_on),
        ("flag", "first flagged".to_string(), case.verdict.flagged_on),
        ("pace", pace, case.change_of_pace().map(|change| change.on)),
    ];
    let dated = happened.into_iter().filter_map(|(sign, what, day)| {
        let day = day.filter(|day| *day <= last)?;
        Some(CalendarMark { sign, what, day, earlier: day < first })
    });
    let mut marks: Vec<CalendarMark> = dated.collect();
    marks.sort_by_key(|mark| mark.day);
    marks
}

impl CalendarHalf {
    /// The half from a Monday to a day, both inclusive.
    fn of(first: Day, last: Day, active: &[ActiveDay], marks: &[CalendarMark]) -> Self {
        let mut days = DayPath::default();
        let inside = |day: Day| (first..=last).contains(&day);
        for active in active.iter().filter(|active| inside(active.day)) {
            let after = usize::try_from(active.day.number() - first.number()).unwrap_or(0);
            days.set(after / 7, after % 7, active.look());
        }
        let [dots, squares] = days.layers();
        let mut half = Self { dots, squares, ..Self::default() };
        for mark in marks.iter().filter(|mark| inside(mark.day)) {
            let (x, y) = cell(first, mark.day);
            let _ = write!(half.rings, "M{} {}h{PITCH}v{PITCH}h-{PITCH}z", x - 1, y - 1);
            // Two marks of one week are beside each other.
            let taken = half.signs.iter().map(|(_, at)| *at).max();
            half.signs.push((mark.sign, taken.map_or(x, |taken| x.max(taken + PITCH))));
        }
        half
    }
}

/// The corner of a day's cell.
fn cell(first: Day, day: Day) -> (i32, i32) {
    let days = day.number().saturating_sub(first.number());
    (days / 7 * PITCH, days % 7 * PITCH)
}

/// A dashed line for each weekday: the cells of all days.
fn grid(first: Day, last: Day) -> String {
    let mut path = String::new();
    for row in 0..7 {
        let weeks = (last.number() - first.number() - row).div_euclid(7) + 1;
        if weeks > 0 {
            let _ = write!(path, "M0 {}.5h{}", row * PITCH + CELL / 2, weeks * PITCH - (PITCH - CELL));
        }
    }
    path
}

/// A month is named above the first week that begins in it.
fn month_labels(first: Day, last: Day) -> Vec<(i32, String)> {
    let mondays = (0..).map(|week| first.plus(week * 7)).take_while(|monday| *monday <= last);
    let mut labels: Vec<(i32, String)> = Vec::new();
    for (week, monday) in (0..).zip(mondays) {
        let name = month(monday, "%b");
        if month(monday.plus(-7), "%b") != name {
            labels.push((week * PITCH, name));
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::ConsentState;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a date")
    }

    fn received(days: &[(&str, ConsentState)]) -> Vec<ReceivedMessage> {
        days.iter()
            .map(|(text, state)| ReceivedMessage { day: day(text), state: *state, inferred: false, at: 0 })
            .collect()
    }

    #[test]
    fn weeks_begin_on_monday_and_the_last_one_ends_with_the_last_day() {
        // 2026-06-14 is a Sunday.
        assert_eq!((weekday(day("2026-06-14")), weekday(day("2026-06-15"))), (6, 0));
        assert_eq!(cell(day("2026-06-08"), day("2026-06-16")), (PITCH, PITCH));
        let path = grid(day("2026-06-08"), day("2026-06-15"));
        assert!(path.starts_with("M0 4.5h20M0 15.5h9"), "{path}");
        assert_eq!(path.matches('M').count(), 7);
        assert_eq!(grid(day("2026-06-08"), day("2026-06-08")), "M0 4.5h9");
    }

    #[test]
    fn days_in_a_row_are_one_line_and_consent_gives_another_shape() {
        let mail = received(&[
            ("2026-06-08", ConsentState::None),
            ("2026-06-09", ConsentState::None),
            ("2026-06-10", ConsentState::Granted),
            ("2026-06-11", ConsentState::Granted),
            ("2026-06-11", ConsentState::Refused),
        ]);
        let first = day("2026-06-08");
        let last = day("2026-06-14");
        let active = active(&mail, first, last);
        let half = CalendarHalf::of(first, last, &active, &[]);
        assert_eq!(half.dots, [("c1", "0 2 1 999".into())]);
        assert_eq!(half.squares, [("u1", "2 999".into()), ("u2", "0 3 1 999".into())]);
        let months = months(&active);
        assert_eq!((months[0].days, months[0].messages, months[0].unconsented), (4, 5, 3));
    }
}
