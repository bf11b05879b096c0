//! Dates that leave a reader no doubt, in forms that no standard has: other languages, fractions of a second, the month
//! first, numbers only. What could be read in two ways is not read.

use super::calendar::{moment, year_number};
use super::month_names::month_number;
use super::zone_offset::{named_zone, numeric_zone};
use crate::text::fold::fold;
use crate::time::Seconds;
use chrono::NaiveDate;
use std::iter::Peekable;
use std::str::Chars;

/// A value longer than this, in bytes, is not a date.
const LONGEST: usize = 100;

/// Words between the parts of a date, folded.
const JOINING_WORDS: [&str; 32] = [
    "a", "alle", "as", "at", "d", "de", "del", "den", "dia", "dne", "dnia", "e", "el", "g", "godz", "h",
    "hrs", "il", "kl", "klo", "la", "las", "le", "les", "o", "of", "om", "on", "r", "t", "uhr", "um",
];

/// Endings of ordinal numbers.
const ORDINALS: [&str; 7] = ["st", "nd", "rd", "th", "er", "º", "ª"];

/// The instant that a value names.
pub fn parse(value: &[u8]) -> Option<Seconds> {
    if value.len() > LONGEST {
        return None;
    }
    let text = match std::str::from_utf8(value) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(value).0,
    };
    let mut date = LooseDate::default();
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.peek() {
        match next {
            '(' => skip_comment(&mut rest),
            c if c.is_ascii_digit() => date.number(&mut rest)?,
            c if c.is_alphabetic() => date.word(&mut rest)?,
            '+' | '-' | '\u{2212}' => date.sign(&mut rest)?,
            ',' | '.' | ';' | ':' | '/' | '"' | '\'' | '`' | '\u{2019}' => drop(rest.next()),
            c if c.is_whitespace() || *c == '\0' => drop(rest.next()),
            _ => return None,
        }
    }
    date.instant()
}

/// What was found of a date so far.
#[derive(Default)]
struct LooseDate {
    /// Numbers that are not a time of day, with their count of digits.
    numbers: Vec<(u32, usize)>,
    /// What is between the first two numbers and between the next two.
    separators: Vec<char>,
    months: Vec<(String, u32)>,
    clock: Option<(u32, u32, u32)>,
    /// Minutes east of UTC.
    zone: Option<i32>,
    /// Whether a word names the zone.
    zone_named: bool,
    /// Words before the first number that mean nothing here: the weekday, perhaps an article.
    unknown_words: usize,
}

impl LooseDate {
    /// A number of a date, or a clock with what belongs to it.
    fn number(&mut self, rest: &mut Peekable<Chars<'_>>) -> Option<()> {
        let digits = digits(rest);
        match (digits.len(), rest.peek()) {
            (1 | 2, Some(':' | 'h' | '時')) => return self.clock(&digits, rest),
            (8, _) => return self.compact_date(&digits),
            (14, _) => {
                self.compact_date(&digits[..8])?;
                return self.compact_clock(&digits[8..]);
            }
            (6, _) if self.numbers.len() == 3 => return self.compact_clock(&digits),
            (1..=4, _) => self.numbers.push((digits.parse().ok()?, digits.len())),
            _ => return None,
        }
        let follows = *rest.peek().unwrap_or(&' ');
        self.separators.push(follows);
        if matches!(follows, '年' | '月' | '日' | '년' | '월' | '일') {
            rest.next();
        }
        // `3rd`, `1er`: the ending says nothing.
        let ending: String = rest.clone().take_while(|c| c.is_alphabetic()).collect();
        if ORDINALS.contains(&ending.to_lowercase().as_str()) {
            rest.by_ref().take(ending.chars().count()).for_each(drop);
        }
        Some(())
    }

    /// `20260303`.
    fn compact_date(&mut self, digits: &str) -> Option<()> {
        for (part, length) in [(0..4, 4), (4..6, 2), (6..8, 2)] {
            self.numbers.push((digits.get(part)?.parse().ok()?, length));
            self.separators.push('-');
        }
        Some(())
    }

    /// `101530`.
    fn compact_clock(&mut self, digits: &str) -> Option<()> {
        let two = |part: std::ops::Range<usize>| digits.get(part)?.parse().ok();
        self.set_clock((two(0..2)?, two(2..4)?, two(4..6)?))
    }

    /// `10:15:30.250 pm`, also `10h15`.
    fn clock(&mut self, hour: &str, rest: &mut Peekable<Chars<'_>>) -> Option<()> {
        let hour = hour.parse().ok()?;
        rest.next();
        let minute = match digits(rest) {
            none if none.is_empty() => 0,
            two => two.parse().ok()?,
        };
        let mut second = 0;
        if rest.next_if(|c| *c == ':').is_some() {
            second = digits(rest).parse().ok()?;
        }
        let fraction: String = rest.clone().take(2).collect();
        if matches!(fraction.as_bytes(), [b'.' | b',', b'0'..=b'9']) {
            rest.next();
            digits(rest);
        }
        self.set_clock((hour, minute, second))
    }

    fn set_clock(&mut self, clock: (u32, u32, u32)) -> Option<()> {
        let valid = clock.0 < 24 && clock.1 < 60 && clock.2 <= 60 && self.clock.is_none();
        self.clock = valid.then_some(clock);
        self.clock.map(drop)
    }

    /// A month, a weekday, `pm`, the name of a zone or a word that joins.
    fn word(&mut self, rest: &mut Peekable<Chars<'_>>) -> Option<()> {
        let mut word = String::new();
        while let Some(letter) = rest.next_if(|c| c.is_alphabetic()) {
            word.push(letter);
        }
        let half_day = rest.clone().take(2).eq(".m".chars()) && matches!(&*word, "a" | "p" | "A" | "P");
        if half_day {
            rest.by_ref().take(2).for_each(drop);
            word.push('m');
        }
        let folded = fold(&word);
        if let Some(month) = month_number(&folded) {
            self.months.push((folded, month));
        } else if let ("am" | "pm", Some((hour @ ..=12, minute, second))) = (&*folded, self.clock) {
            self.clock = Some((hour % 12 + if folded == "pm" { 12 } else { 0 }, minute, second));
        } else if JOINING_WORDS.contains(&&*folded) {
            // Nothing to note.
        } else if self.clock.is_some() && !self.zone_named && word.len() <= 5 && word.is_ascii() {
            self.zone_named = true;
            self.zone = self.zone.or(Some(named_zone(word.as_bytes())));
        } else if self.numbers.is_empty() && self.clock.is_none() && self.unknown_words < 2 {
            self.unknown_words += 1;
        } else {
            return None;
        }
        Some(())
    }

    /// A zone where the time is known; else only a hyphen between parts.
    fn sign(&mut self, rest: &mut Peekable<Chars<'_>>) -> Option<()> {
        let sign = if rest.next()? == '+' { '+' } else { '-' };
        if self.clock.is_none() || !rest.peek().is_some_and(char::is_ascii_digit) {
            return (sign == '-').then_some(());
        }
        let mut zone = String::from(sign);
        while let Some(c) = rest.next_if(|c| c.is_ascii_digit() || *c == ':') {
            zone.push(c);
        }
        self.zone = Some(numeric_zone(zone.as_bytes())?);
        Some(())
    }

    fn instant(self) -> Option<Seconds> {
        let (year, month, day) = match self.months.as_slice() {
            [] => numeric_date(&self.numbers, &self.separators)?,
            months => named_date(months, &self.numbers)?,
        };
        moment(year, month, day, self.clock?, self.zone.unwrap_or(0))
    }
}

fn digits(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut digits = String::new();
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    digits
}

fn skip_comment(rest: &mut Peekable<Chars<'_>>) {
    let mut depth = 0_u32;
    for c in rest.by_ref() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
}

/// Year, month and day where a word names the month: `3. März 2026`, `Mar 3, 2026`.
fn named_date(months: &[(String, u32)], numbers: &[(u32, usize)]) -> Option<(i32, u32, u32)> {
    // French and Italian abbreviate Tuesday to `mar`.
    let sure = || months.iter().filter(|(word, _)| word != "mar");
    let (_, month) = sure().next().or_else(|| months.first())?;
    if sure().any(|(_, other)| other != month) {
        return None;
    }
    let ((day, _), year) = match numbers {
        [year @ (_, 4), day] | [day, year] => (day, year),
        _ => return None,
    };
    Some((year_number(year.1, year.0)?, *month, *day))
}

/// Year, month and day in numbers, where only one order of them is a date.
fn numeric_date(numbers: &[(u32, usize)], separators: &[char]) -> Option<(i32, u32, u32)> {
    let [first, second, third] = numbers else { return None };
    let date = |year: &(u32, usize), month: &(u32, usize), day: &(u32, usize)| {
        let date = (year_number(year.1, year.0)?, month.0, day.0);
        NaiveDate::from_ymd_opt(date.0, date.1, date.2).map(|_| date)
    };
    let separator = *separators.first()?;
    let alike = separators.get(1) == Some(&separator);
    match (first.1, third.1) {
        (4, _) if alike || separator == '年' || separator == '년' => date(first, second, third),
        (1 | 2, 2 | 4) if alike && separator == '.' => date(third, second, first),
        (1 | 2, 2 | 4) if alike && matches!(separator, '/' | '-') => {
            let year_first = if third.1 == 2 { date(first, second, third) } else { None };
            let orders = [date(third, second, first), date(third, first, second), year_first];
            let mut dates = orders.into_iter().flatten();
            let only = dates.next()?;
            dates.all(|other| other == only).then_some(only)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
