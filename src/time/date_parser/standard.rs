//! Dates that standards allow: RFC 5322 with its obsolete forms, asctime (mbox `From ` lines, zone before or after the
//! year), and ISO 8601. A strict reader: what does not parse whole is not a date, because a wrong day is worse than the
//! next source.

use super::calendar::{is_weekday, moment, month, year_number};
use super::tokens::number;
use super::zone_offset::zone;
use crate::time::Seconds;

/// The instant that a value names, cut at blanks; all of it must be used.
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

fn month_number(token: &[u8]) -> Option<u32> {
    let word = token.strip_suffix(b".").or_else(|| token.strip_suffix(b",")).unwrap_or(token);
    if word.len() < 3 || word.len() > 9 || !word.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    month(&word[..3])
}

fn is_year(token: &[u8]) -> bool {
    matches!(token.len(), 2 | 4) && token.iter().all(u8::is_ascii_digit)
}

fn year_of(token: &[u8]) -> Option<i32> {
    year_number(token.len(), number(token, 4)?)
}
