//! The names and numbers that make up a date, and the instant that they make together.

use crate::time::Seconds;
use chrono::NaiveDate;

/// English month names as RFC 5322 §3.3 abbreviates them.
pub const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The instant of a date and a time of day. `offset` is in minutes east of UTC.
pub fn moment(
    year: i32,
    month: u32,
    day: u32,
    (hour, minute, second): (u32, u32, u32),
    offset: i32,
) -> Option<Seconds> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    // A leap second is the last second of its minute: the day is what matters.
    let local = date.and_hms_opt(hour, minute, second.min(59))?.and_utc().timestamp();
    Some(local - Seconds::from(offset) * 60)
}

/// Whether a word is an English weekday, abbreviated or not.
pub fn is_weekday(token: &[u8]) -> bool {
    let word = token.strip_suffix(b",").or_else(|| token.strip_suffix(b".")).unwrap_or(token);
    word.len() >= 3
        && word.iter().all(u8::is_ascii_alphabetic)
        && WEEKDAYS.iter().any(|day| *day.as_bytes() == [word[0] | 0x20, word[1] | 0x20, word[2] | 0x20])
}

/// The number of the month with that abbreviation.
pub fn month(abbreviation: &[u8]) -> Option<u32> {
    let abbreviation: [u8; 3] = abbreviation.try_into().ok()?;
    // Setting the bit of lower case makes no other byte a letter.
    (1..)
        .zip(MONTHS)
        .find(|(_, month)| abbreviation.map(|b| b | 0x20) == month.as_bytes())
        .map(|(number, _)| number)
}

/// RFC 5322 §4.3: two digits from 00 to 49 are 2000 to 2049, the others 1950 to 1999; three add 1900.
pub fn year_number(digits: usize, written: u32) -> Option<i32> {
    let written = i32::try_from(written).ok()?;
    Some(match (digits, written) {
        (4, year) => year,
        (2, year) if year < 50 => year + 2000,
        (2 | 3, year) => year + 1900,
        _ => return None,
    })
}
