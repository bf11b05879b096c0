//! Dates as mail writes them: RFC 5322 with its obsolete forms, asctime (mbox `From ` lines, zone before or
//! after the year), and ISO 8601. One reader for all of them, and a strict one: what does not parse whole is
//! no date, because a wrong day is worse than the next source. A date field may be written more loosely (`loose`); a
//! separator of an mbox file may not, for text can look like one.

use super::tokens::{Tokens, number};
use super::written_zone::zone;
use super::{Seconds, loose, usual};
use chrono::NaiveDate;

/// English month names as RFC 5322 §3.3 abbreviates them.
pub const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The instant that a date field's value names, in seconds since 1970. Comments are skipped, the weekday is
/// not believed, a missing zone is UTC.
pub fn parse_date(value: &[u8]) -> Option<Seconds> {
    usual::field(value.trim_ascii()).or_else(|| {
        let mut tokens = Tokens::default();
        tokens.split(value);
        parse_tokens(tokens.as_slice()).or_else(|| loose::parse(value))
    })
}

/// The same for a value already cut at blanks; all of it must be used.
pub fn parse_tokens(tokens: &[&[u8]]) -> Option<Seconds> {
    let rest = match tokens {
        [first, rest @ ..] if is_weekday(first) => rest,
        all => all,
    };
    let first = rest.first()?;
    if first.first()?.is_ascii_alphabetic() {
        asctime(rest)
    } else if first.len() >= 8 && first.contains(&b'-') && first[..4].iter().all(u8::is_ascii_digit) {
        iso(rest)
    } else {
        internet(rest)
    }
}

/// `9 Nov 2002 22:33:52 +0100`, also with the month joined by hyphens, a two-digit year or no seconds.
fn internet(tokens: &[&[u8]]) -> Option<Seconds> {
    let joined = tokens.first()?;
    let (day, month, year, rest) = if joined.contains(&b'-') {
        let mut parts = joined.split(|b| *b == b'-');
        let date = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        (date.0, date.1, date.2, &tokens[1..])
    } else {
        let [day, month, year, rest @ ..] = tokens else { return None };
        (*day, *month, *year, rest)
    };
    let (time, rest) = rest.split_first()?;
    let (time, rest) = meridiem(clock(time)?, rest);
    moment(year_of(year)?, month_number(month)?, number(day, 2)?, time, zone(rest)?)
}

/// `Nov  9 22:33:52 2002`, with a zone before or after the year.
fn asctime(tokens: &[&[u8]]) -> Option<Seconds> {
    let [month, day, time, rest @ ..] = tokens else { return None };
    let (year, zone_tokens) = match rest {
        [year] => (*year, [].as_slice()),
        [year, zone] if is_year(year) => (*year, std::slice::from_ref(zone)),
        [zone, year] => (*year, std::slice::from_ref(zone)),
        _ => return None,
    };
    moment(year_of(year)?, month_number(month)?, number(day, 2)?, clock(time)?, zone(zone_tokens)?)
}

/// `2002-11-09T22:33:52+01:00`, also with a blank instead of `T`.
fn iso(tokens: &[&[u8]]) -> Option<Seconds> {
    let (date, joined) = match tokens.first()?.iter().position(|b| matches!(b, b'T' | b't')) {
        Some(at) => (&tokens[0][..at], Some(&tokens[0][at + 1..])),
        None => (tokens[0], None),
    };
    let mut parts = date.split(|b| *b == b'-');
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    if parts.next().is_some() {
        return None;
    }
    let (clock_text, rest) = match joined {
        Some(text) => (text, &tokens[1..]),
        None => (*tokens.get(1)?, &tokens[2..]),
    };
    let zone_at =
        clock_text.iter().position(|b| matches!(b, b'+' | b'-' | b'Z' | b'z')).unwrap_or(clock_text.len());
    let (time, glued) = clock_text.split_at(zone_at);
    let offset = if glued.is_empty() {
        zone(rest)?
    } else if rest.is_empty() {
        zone(&[glued])?
    } else {
        return None;
    };
    let whole_seconds = time.split(|b| *b == b'.').next()?;
    moment(i32::try_from(year).ok()?, month, day, clock(whole_seconds)?, offset)
}

/// `offset` is in minutes east of UTC.
pub(super) fn moment(
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

fn clock(text: &[u8]) -> Option<(u32, u32, u32)> {
    let mut parts = text.split(|b| matches!(b, b':' | b'.'));
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let second = parts.next().map_or(Some(0), |part| number(part, 2))?;
    (parts.next().is_none() && second <= 60).then_some((hour, minute, second))
}

/// Some old senders write `10:15:00 PM`.
fn meridiem<'a>(time: (u32, u32, u32), rest: &'a [&'a [u8]]) -> ((u32, u32, u32), &'a [&'a [u8]]) {
    match rest.split_first() {
        Some((word, rest)) if word.eq_ignore_ascii_case(b"PM") && time.0 <= 12 => {
            ((time.0 % 12 + 12, time.1, time.2), rest)
        }
        Some((word, rest)) if word.eq_ignore_ascii_case(b"AM") && time.0 <= 12 => {
            ((time.0 % 12, time.1, time.2), rest)
        }
        _ => (time, rest),
    }
}

pub(super) fn is_weekday(token: &[u8]) -> bool {
    let word = token.strip_suffix(b",").or_else(|| token.strip_suffix(b".")).unwrap_or(token);
    word.len() >= 3
        && word.iter().all(u8::is_ascii_alphabetic)
        && WEEKDAYS.iter().any(|day| *day.as_bytes() == [word[0] | 0x20, word[1] | 0x20, word[2] | 0x20])
}

fn month_number(token: &[u8]) -> Option<u32> {
    let word = token.strip_suffix(b".").or_else(|| token.strip_suffix(b",")).unwrap_or(token);
    if word.len() < 3 || word.len() > 9 || !word.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    month(&word[..3])
}

/// The number of the month with that abbreviation.
pub(super) fn month(abbreviation: &[u8]) -> Option<u32> {
    let abbreviation: [u8; 3] = abbreviation.try_into().ok()?;
    // Setting the bit of lower case makes no other byte a letter.
    (1..)
        .zip(MONTHS)
        .find(|(_, month)| abbreviation.map(|b| b | 0x20) == month.as_bytes())
        .map(|(number, _)| number)
}

fn is_year(token: &[u8]) -> bool {
    matches!(token.len(), 2 | 4) && token.iter().all(u8::is_ascii_digit)
}

fn year_of(token: &[u8]) -> Option<i32> {
    year_number(token.len(), number(token, 4)?)
}

/// RFC 5322 §4.3: two digits from 00 to 49 are 2000 to 2049, the others 1950 to 1999; three add 1900.
pub(super) fn year_number(digits: usize, written: u32) -> Option<i32> {
    let written = i32::try_from(written).ok()?;
    Some(match (digits, written) {
        (4, year) => year,
        (2, year) if year < 50 => year + 2000,
        (2 | 3, year) => year + 1900,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> Option<Seconds> {
        Some(chrono::DateTime::parse_from_rfc3339(text).expect("RFC 3339").timestamp())
    }

    #[test]
    fn every_form_in_use_is_read() {
        let cases = [
            ("Thu, 9 Nov 2002 22:33:52 +0100", "2002-11-09T22:33:52+01:00"),
            ("9 Nov 2002 22:33 GMT", "2002-11-09T22:33:00Z"),
            ("Thu,9 Nov 2002 2:33:52 -0800 (PST)", "2002-11-09T02:33:52-08:00"),
            ("Sat (day of rest), 9 Nov 02 22:33:52 EST", "2002-11-09T22:33:52-05:00"),
            ("09-Nov-2002 22:33:52 +0000", "2002-11-09T22:33:52Z"),
            ("Tue Mar 19 09:13:51 +0000 2019", "2019-03-19T09:13:51Z"),
            ("Tue Mar 19 09:13:51 2019 +0530", "2019-03-19T09:13:51+05:30"),
            ("Tue Mar 19 09:13:51 CEST 2019", "2019-03-19T09:13:51+02:00"),
            ("Wed Sep  7 22:25:40 2008", "2008-09-07T22:25:40Z"),
            ("Sun 24 Jan 2016 21:57:32", "2016-01-24T21:57:32Z"),
            ("2026-03-31T12:00:00.25Z", "2026-03-31T12:00:00Z"),
            ("2026-03-31 12:00:00 +0200", "2026-03-31T12:00:00+02:00"),
            ("Mon, 31 Dec 2012 23:59:60 +0000", "2012-12-31T23:59:59Z"),
            ("Mon, 31 Dec 2012 10:00:00 PM", "2012-12-31T22:00:00Z"),
            ("Fri, 21 Nov 1997 09:55:06 Z", "1997-11-21T09:55:06Z"),
            ("Fri, 21 Nov 1997 09:55:06 UT", "1997-11-21T09:55:06Z"),
            ("Fri, 21 November 1997 09:55:06 GMT+0200", "1997-11-21T07:55:06Z"),
        ];
        for (written, meant) in cases {
            assert_eq!(parse_date(written.as_bytes()), utc(meant), "{written}");
        }
    }

    #[test]
    fn what_is_no_date_gives_none() {
        for wrong in [
            "",
            "yesterday",
            "31 Feb 2020 10:00:00 +0000",
            "1 Jan 2020",
            "1 Jan 2020 25:00:00 +0000",
            "1 Jan 2020 24:00:00 +0000",
            "1 Jan 2020 10:00:00 +9999",
            "1 Jan 2020 10:00:00 +0000 and more text",
            "0 Jan 2020 10:00:00 +0000",
            "1 Foo 2020 10:00:00 +0000",
            "999999999999 Jan 2020 10:00:00",
            "a b c d e f g h i j k l m n o p",
        ] {
            assert_eq!(parse_date(wrong.as_bytes()), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_chrono_writes(seconds in 0_i64..4_000_000_000, minutes in -720_i32..=840) {
            let offset = chrono::FixedOffset::east_opt(minutes * 60).expect("in range");
            let date = chrono::DateTime::from_timestamp(seconds, 0).expect("in range").with_timezone(&offset);
            prop_assert_eq!(parse_date(date.to_rfc2822().as_bytes()), Some(seconds));
            prop_assert_eq!(parse_date(date.to_rfc3339().as_bytes()), Some(seconds));
        }

        #[test]
        fn agrees_with_mail_parser_on_the_common_form(seconds in 0_i64..4_000_000_000, hours in -12_i32..=14) {
            let offset = chrono::FixedOffset::east_opt(hours * 3600).expect("in range");
            let date = chrono::DateTime::from_timestamp(seconds, 0).expect("in range").with_timezone(&offset);
            let text = format!("{}\r\n", date.format("%a, %d %b %Y %H:%M:%S %z"));
            let theirs = mail_parser::parsers::MessageStream::new(text.as_bytes()).parse_date();
            prop_assert_eq!(parse_date(text.as_bytes()), theirs.into_datetime().map(|d| d.to_timestamp()));
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = (parse_date(&bytes), usual::separator(&bytes));
        }
    }
}
