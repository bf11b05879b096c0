//! The sentences of letters, a TOML file for each language, and what a language does with numbers and dates.

use crate::error::{Error, Result};
use crate::time::Day;
use chrono::Datelike;
use serde::Deserialize;
use std::path::Path;

/// A language that letters are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Italian.
    Italian,
    /// Dutch.
    Dutch,
    /// Portuguese.
    Portuguese,
    /// Polish.
    Polish,
}

/// Each language with its code (ISO 639-1) and its sentences.
const LANGUAGES: [(Language, &str, &str); 8] = [
    (Language::English, "en", include_str!("en.toml")),
    (Language::German, "de", include_str!("de.toml")),
    (Language::French, "fr", include_str!("fr.toml")),
    (Language::Spanish, "es", include_str!("es.toml")),
    (Language::Italian, "it", include_str!("it.toml")),
    (Language::Dutch, "nl", include_str!("nl.toml")),
    (Language::Portuguese, "pt", include_str!("pt.toml")),
    (Language::Polish, "pl", include_str!("pl.toml")),
];

impl Language {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Italian,
        Self::Dutch,
        Self::Portuguese,
        Self::Polish,
    ];

    /// Its code.
    pub fn code(self) -> &'static str {
        LANGUAGES.iter().find(|(language, ..)| *language == self).map_or("", |(_, code, _)| code)
    }

    /// The language with that code.
    pub fn with_code(code: &str) -> Option<Self> {
        LANGUAGES.iter().find(|(_, known, _)| *known == code).map(|(language, ..)| *language)
    }
}

/// All sentences of a language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentences {
    pub subject: String,
    /// In place of an address that the mailbox does not have.
    pub my_address: String,
    pub salutation: String,
    pub received: Plural,
    /// On how many days, where they are several.
    pub spread: String,
    pub peak: String,
    pub record: ConsentSentences,
    pub after_opt_out: Plural,
    pub wish: String,
    pub question: String,
    pub closing: String,
    pub addresses: Plural,
    pub days_heading: String,
    pub note: String,
    pub dates: Dates,
}

/// What is on record about consent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentSentences {
    pub none: String,
    pub refused: String,
    pub agreed: String,
    pub purchase: String,
    pub opted_out: String,
}

/// A sentence with a number, in the forms that a language has for it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plural {
    one: String,
    /// Of Polish: numbers that end in 2, 3 or 4, but not in 12, 13 or 14 (Unicode CLDR, plural rules).
    few: Option<String>,
    other: String,
}

impl Plural {
    /// The form for that number.
    pub fn of(&self, number: u64) -> &str {
        let is_few = (2..=4).contains(&(number % 10)) && !(12..=14).contains(&(number % 100));
        match number {
            1 => &self.one,
            _ if is_few => self.few.as_ref().unwrap_or(&self.other),
            _ => &self.other,
        }
    }
}

/// How a language writes dates and numbers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    date: String,
    /// The first day of a month in a date.
    first_day: String,
    /// What is before a month's days.
    month: String,
    day_in_list: String,
    on: String,
    span: String,
    /// Between groups of three digits.
    group: String,
    /// Numbers of fewer digits are not grouped.
    group_from: usize,
    months: [String; 12],
    /// Where a date has another form of the month than a heading.
    months_in_dates: Option<[String; 12]>,
}

impl Dates {
    /// A date after its preposition.
    pub fn on(&self, day: Day) -> String {
        fill(&self.on, &[("date", &self.date(day))])
    }

    /// From one day to another; a single day where they are the same.
    pub fn span(&self, (first, last): (Day, Day)) -> String {
        if first == last {
            return self.on(first);
        }
        fill(&self.span, &[("first", &self.date(first)), ("last", &self.date(last))])
    }

    /// A month with its year, before its days.
    pub fn month(&self, day: Day) -> String {
        self.filled(&self.month, &self.months, "", day)
    }

    /// A day in the list of a month's days.
    pub fn day_in_list(&self, day: Day) -> String {
        self.filled(&self.day_in_list, &self.months, "", day)
    }

    /// A number as the language groups its digits.
    pub fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        if digits.len() < self.group_from {
            return digits;
        }
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push_str(&self.group);
            }
            text.push(digit);
        }
        text
    }

    fn date(&self, day: Day) -> String {
        let months = self.months_in_dates.as_ref().unwrap_or(&self.months);
        // A date is not broken in two.
        self.filled(&self.date, months, &self.first_day, day).replace(' ', "\u{a0}")
    }

    fn filled(&self, pattern: &str, months: &[String; 12], first_day: &str, day: Day) -> String {
        let Some(date) = day.date() else { return day.to_string() };
        let month = months.get(date.month0() as usize).map_or("", String::as_str);
        let of_month = match date.day() {
            1 if !first_day.is_empty() => first_day.to_string(),
            day => day.to_string(),
        };
        fill(pattern, &[("day", &of_month), ("month", month), ("year", &date.year().to_string())])
    }
}

impl Sentences {
    /// Those of a language.
    pub fn of(language: Language) -> Result<Self> {
        let (_, code, text) =
            LANGUAGES.iter().find(|(known, ..)| *known == language).unwrap_or(&LANGUAGES[0]);
        toml::from_str(text).map_err(|error| Error::toml(Path::new(code), text, &error))
    }
}

/// The sentence with its `{names}` filled in. What is filled in is not looked at again, whatever braces it has.
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut parts = sentence.split('{');
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        match part.split_once('}').and_then(|(name, rest)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, rest))
        }) {
            Some((value, rest)) => text = text + value + rest,
            None => text = text + "{" + part,
        }
    }
    text
}
