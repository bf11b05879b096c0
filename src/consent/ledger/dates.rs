//! Dates as consent lists have them: ISO 8601, and what a spreadsheet makes of it.
//!
//! `3/4/2026` is the third of April or the fourth of March. It is read only where an option says which, or where
//! the other rows of the list leave no doubt.

use super::cells::{RowError, shown};
use crate::time::Day;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

const FORM: &str = "write YYYY-MM-DD, YYYY-MM-DD HH:MM or an RFC 3339 time";

/// Which number comes first where the year comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// `27.02.2026`.
    DayFirst,
    /// `2/27/2026`.
    MonthFirst,
}

/// What is known of the order in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrderGuess {
    /// By an option, or by the list.
    Known(DateOrder),
    /// No row has a day over 12.
    Unknown,
    /// Some rows have a day over 12 in the first place, some in the second.
    Contradictory,
}

/// A date as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParsedDate {
    /// A date alone.
    Day(Day),
    /// A local date and time.
    Local(NaiveDateTime),
    /// An instant, in seconds since 1970.
    Instant(i64),
}

impl DateOrderGuess {
    /// The order that the date cells of a list show together.
    pub fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let mut order = Self::Unknown;
        for cell in cells {
            let Some(DateNumbers { parts: [first, second, year], .. }) = DateNumbers::of(cell) else {
                continue;
            };
            let over = |part: &str| part.parse::<u32>().is_ok_and(|number| number > 12);
            let found = match (over(first), over(second)) {
                _ if year.len() != 4 => continue,
                (true, false) => DateOrder::DayFirst,
                (false, true) => DateOrder::MonthFirst,
                _ => continue,
            };
            match order {
                Self::Known(known) if known != found => return Self::Contradictory,
                _ => order = Self::Known(found),
            }
        }
        order
    }
}

/// Reads a cell that is not blank.
pub fn date(cell: &str, order: DateOrderGuess) -> Result<ParsedDate, RowError> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(cell) {
        return Ok(ParsedDate::Instant(instant.timestamp()));
    }
    let unknown = || RowError::new(format!("`{}` is not a date", shown(cell)), FORM);
    let Some(numbers) = DateNumbers::of(cell) else {
        if let Some(day) = with_month_name(cell)? {
            return Ok(ParsedDate::Day(day));
        }
        return Err(if cell.parse::<f64>().is_ok() { number(cell) } else { unknown() });
    };
    let [first, second, last] = numbers.parts;
    let (year, month, day) = match (first.len(), last.len()) {
        (4, 1 | 2) => (first, second, last),
        (1 | 2, 4) => {
            let (month, day) = month_and_day(cell, (first, second), order)?;
            (last, month, day)
        }
        (1 | 2, 1 | 2) => return Err(short_year(cell)),
        _ => return Err(unknown()),
    };
    let date = civil(year, month, day).ok_or_else(unknown)?;
    if date.year_is_short() {
        return Err(short_year(cell));
    }
    match numbers.time {
        "" => Ok(ParsedDate::Day(Day::from_date(date))),
        time => match (clock(time), with_offset(time)) {
            (Some(time), _) => Ok(ParsedDate::Local(date.and_time(time))),
            (None, Some((time, east))) => {
                Ok(ParsedDate::Instant(date.and_time(time).and_utc().timestamp() - east))
            }
            (None, None) => Err(unknown()),
        },
    }
}

/// Whether a cell is a date in one of the forms, right or wrong.
pub fn looks_like_a_date(cell: &str) -> bool {
    DateNumbers::of(cell).is_some_and(|numbers| numbers.parts.iter().any(|part| part.len() == 4))
        || DateTime::parse_from_rfc3339(cell).is_ok()
        || matches!(with_month_name(cell), Ok(Some(_)))
}

/// Which of the two first numbers is the month.
fn month_and_day<'a>(
    cell: &str,
    (first, second): (&'a str, &'a str),
    order: DateOrderGuess,
) -> Result<(&'a str, &'a str), RowError> {
    match order {
        DateOrderGuess::Known(DateOrder::DayFirst) => Ok((second, first)),
        DateOrderGuess::Known(DateOrder::MonthFirst) => Ok((first, second)),
        DateOrderGuess::Unknown if first.parse::<u8>() == second.parse::<u8>() => Ok((first, second)),
        DateOrderGuess::Unknown => Err(RowError::new(
            format!("`{}`: day and month can't be told apart", shown(cell)),
            "say which comes first with --consent-dates dmy or --consent-dates mdy, or write YYYY-MM-DD",
        )),
        DateOrderGuess::Contradictory => Err(RowError::new(
            format!(
                "`{}`: in this list the day comes first in some rows and the month in others",
                shown(cell)
            ),
            "write YYYY-MM-DD, or one order in all rows; --consent-dates dmy or mdy says which",
        )),
    }
}

fn short_year(cell: &str) -> RowError {
    let what = format!("`{}` has a year of two digits", shown(cell));
    let hint = "write the year with four digits, as in 2026-02-27; in a spreadsheet, format the column as YYYY-MM-DD";
    RowError::new(what, hint)
}

/// Spreadsheets keep a date as the number of days since 1900, or 1904.
fn number(cell: &str) -> RowError {
    let what = format!("`{}` is a number, not a date", shown(cell));
    RowError::new(what, "format the column as a date (YYYY-MM-DD) in the spreadsheet and save the list again")
}

/// Three numbers with the same sign between them, and a time.
struct DateNumbers<'a> {
    parts: [&'a str; 3],
    time: &'a str,
}

impl<'a> DateNumbers<'a> {
    fn of(cell: &'a str) -> Option<Self> {
        let separator = cell.trim_start_matches(|c: char| c.is_ascii_digit()).chars().next()?;
        if !matches!(separator, '.' | '/' | '-') {
            return None;
        }
        let (first, rest) = digits(cell)?;
        let (second, rest) = digits(after(rest, separator)?)?;
        let (third, rest) = digits(after(rest, separator)?)?;
        let rest = if separator == '.' { rest.strip_prefix('.').unwrap_or(rest) } else { rest };
        let time = rest.strip_prefix(',').unwrap_or(rest);
        let time = time.strip_prefix('T').filter(|_| separator == '-').unwrap_or(time);
        let apart = rest.is_empty() || rest.len() > time.len() || time.starts_with(char::is_whitespace);
        apart.then_some(Self { parts: [first, second, third], time: time.trim() })
    }
}

/// The rest after a separator; `27. 2. 2026` has blanks after its points.
fn after(rest: &str, separator: char) -> Option<&str> {
    let rest = rest.strip_prefix(separator)?;
    Some(if separator == '.' { rest.trim_start() } else { rest })
}

fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    matches!(end, 1..=4).then(|| text.split_at(end))
}

fn clock(text: &str) -> Option<NaiveTime> {
    let forms = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p"];
    forms.iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

/// `14:30:15 UTC`, `14:30 +0100`, `14:30:15+01:00`, `14:30Z`: the time, and how many seconds it is ahead of UTC.
fn with_offset(text: &str) -> Option<(NaiveTime, i64)> {
    let utc = ["UTC", "GMT", "Z"].into_iter().find_map(|utc| text.strip_suffix(utc));
    let (time, east) = match utc {
        Some(time) => (time, 0),
        None => {
            let (time, offset) = text.split_at(text.rfind(['+', '-'])?);
            let seconds = seconds_of(offset.get(1..)?)?;
            (time, if offset.starts_with('-') { -seconds } else { seconds })
        }
    };
    Some((clock(time.trim())?, east))
}

/// `01`, `0100` or `01:00` as seconds.
fn seconds_of(offset: &str) -> Option<i64> {
    let digits = offset.replacen(':', "", usize::from(offset.len() == 5));
    let (hours, minutes) = digits.split_at_checked(2)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && matches!(minutes.len(), 0 | 2);
    let number = |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<i64>().ok() };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (is_number && hours < 24 && minutes < 60).then_some((hours * 60 + minutes) * 60)
}

fn civil(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// `0026` is a year of two digits, too.
trait ShortYear {
    fn year_is_short(&self) -> bool;
}

impl ShortYear for NaiveDate {
    fn year_is_short(&self) -> bool {
        chrono::Datelike::year(self) < 100
    }
}

/// The first three letters of the months, in English and in German.
const MONTHS: [&[&str]; 12] = [
    &["jan"],
    &["feb"],
    &["mar", "mär", "mrz"],
    &["apr"],
    &["may", "mai"],
    &["jun"],
    &["jul"],
    &["aug"],
    &["sep"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez"],
];

/// `27-Feb-2026`, `27. Februar 2026`, `February 27, 2026`.
fn with_month_name(cell: &str) -> Result<Option<Day>, RowError> {
    let parts: Vec<&str> = cell.split([' ', '-', '.', ',', '/']).filter(|part| !part.is_empty()).collect();
    let [first, second, year] = parts.as_slice() else { return Ok(None) };
    let month_of = |word: &str| {
        let start: String = word.to_lowercase().chars().take(3).collect();
        let is_word = word.chars().all(char::is_alphabetic);
        MONTHS
            .iter()
            .position(|names| is_word && names.contains(&start.as_str()))
            .map(|at| (at + 1).to_string())
    };
    let (month, day) = match (month_of(first), month_of(second)) {
        (Some(month), None) => (month, second),
        (None, Some(month)) => (month, first),
        _ => return Ok(None),
    };
    if year.len() == 2 && year.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(short_year(cell));
    }
    Ok(civil(year, &month, day).filter(|_| year.len() == 4).map(Day::from_date))
}

#[cfg(test)]
mod tests;
