//! Instants and civil days, and how mail writes them down.

mod date_parser;
mod zone;
mod zone_names;

pub use date_parser::{MONTHS, parse_date, parse_tokens};
pub use zone::{Zone, ZoneOrigin};

use chrono::{Datelike, NaiveDate};
use std::fmt;
use std::num::NonZeroU32;

/// Seconds since 1970-01-01T00:00:00Z, without a claim to be believed.
pub type Seconds = i64;

/// Seconds in a civil day without a change of clocks.
pub const DAY: Seconds = 86_400;

/// 1990-01-01T00:00:00Z: a time before this is a clock that was never set.
pub const EARLIEST: Seconds = 631_152_000;

/// How far a sender's clock may run ahead of the run before its time is not believed.
pub const AHEAD: Seconds = 2 * DAY;

/// A believed instant: from 1990 to two days after the run, whole seconds. Four bytes, also as an `Option`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(NonZeroU32);

impl Time {
    /// The instant, if it can be believed at a run that takes place at `now`.
    pub fn believed(seconds: Seconds, now: Seconds) -> Option<Self> {
        if seconds < EARLIEST || seconds > now.saturating_add(AHEAD) {
            return None;
        }
        u32::try_from(seconds).ok().and_then(NonZeroU32::new).map(Time)
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> Seconds {
        Seconds::from(self.0.get())
    }
}

/// A civil date in the zone of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The day that is `number` days after 1970-01-01.
    pub const fn from_number(number: i32) -> Self {
        Day(number)
    }

    /// Days since 1970-01-01.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The civil date `date`.
    pub fn from_date(date: NaiveDate) -> Self {
        Day(date.num_days_from_ce() - UNIX_EPOCH_FROM_CE)
    }

    /// `YYYY-MM-DD`, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let shape = text.len() == 10
            && text
                .bytes()
                .enumerate()
                .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        if !shape {
            return None;
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self::from_date)
    }

    /// This day as a civil date; `None` beyond the calendar's years.
    pub fn date(self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(self.0.saturating_add(UNIX_EPOCH_FROM_CE))
    }

    /// The day `days` later (earlier where negative).
    pub fn plus(self, days: i32) -> Self {
        Day(self.0.saturating_add(days))
    }

    /// Saturday or Sunday; 1970-01-01 was a Thursday.
    pub const fn is_weekend(self) -> bool {
        self.0.saturating_add(3).rem_euclid(7) >= 5
    }
}

/// Days from 0001-01-01 (day 1) to 1970-01-01.
const UNIX_EPOCH_FROM_CE: i32 = 719_163;

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            // Without the crate's patterns: reports and lists are full of dates.
            Some(date) if (0..=9_999).contains(&date.year()) => {
                write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
            }
            Some(date) => write!(f, "{}", date.format("%Y-%m-%d")),
            None => write!(f, "{} days after 1970-01-01", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_believed_from_1990_until_two_days_after_the_run() {
        let now = 1_700_000_000;
        assert!(Time::believed(EARLIEST - 1, now).is_none());
        assert!(Time::believed(EARLIEST, now).is_some());
        assert!(Time::believed(now + 2 * DAY, now).is_some());
        assert!(Time::believed(now + 2 * DAY + 1, now).is_none());
        assert!(Time::believed(i64::MAX, i64::MAX).is_none());
        assert_eq!(std::mem::size_of::<Option<Time>>(), 4);
    }

    #[test]
    fn days_count_from_1970_and_know_the_weekend() {
        let day = Day::parse("1970-01-02").expect("a date");
        assert_eq!((day.number(), day.to_string().as_str()), (1, "1970-01-02"));
        assert!(Day::parse("2026-11-22").is_some_and(Day::is_weekend));
        assert!(!Day::parse("2026-11-23").is_some_and(Day::is_weekend));
        for number in -20_000..60_000 {
            let weekday = Day(number).date().map(|date| date.weekday().num_days_from_monday());
            assert_eq!(Day(number).is_weekend(), weekday.is_some_and(|weekday| weekday > 4), "{number}");
        }
        for wrong in ["2026-02-30", "2026-1-1", "26-01-01", "2026-01-01 ", "+026-01-01", ""] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
    }
}
