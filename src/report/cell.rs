//! A cell of the report or of the list of messages: a typed value, so that CSV, workbook, JSON and page agree.

use super::safe;
use crate::cadence::{HalfDays, Tenths};
use crate::judge::Share;
use crate::time::Day;
use std::borrow::Cow;

/// A value with its type. Only [`Cell::Text`] may be untrusted; everything else is the program's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Not known or not applicable.
    Blank,
    /// A word of the program, such as a state of consent.
    Word(&'static str),
    /// A whole number.
    Whole(u64),
    /// A number with a fixed count of decimals.
    Decimal(Decimal),
    /// A part of a whole, from 0 to 1, with two decimals.
    Share(Decimal),
    /// A civil date.
    Date(Day),
    /// A moment as a local clock shows it: RFC 3339 with the zone's offset.
    Moment(String),
    /// `yes` or `no`.
    YesNo(bool),
    /// Text out of mail or files. It is hostile until `safe` has seen it.
    Text(String),
}

/// A decimal number: hundredths, and how many decimals are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The number, times 100.
    pub hundredths: u64,
    /// How many decimals are shown: 0, 1 or 2. Those left out are 0.
    pub places: usize,
}

impl Cell {
    /// A number, where there is one.
    pub fn whole(value: impl TryInto<u64>) -> Self {
        value.try_into().map_or(Self::Blank, Self::Whole)
    }

    /// A value, where there is one.
    pub fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Blank, cell)
    }

    /// Text that may be untrusted; blank where it is empty.
    pub fn text(text: &str) -> Self {
        if text.is_empty() { Self::Blank } else { Self::Text(text.to_string()) }
    }

    /// 0.00 to 1.00, rounded half up; blank where the whole is nothing.
    pub fn share(share: Share) -> Self {
        let (part, whole) = (u64::from(share.part), u64::from(share.whole));
        let hundredths = (part * 200 + whole).checked_div(whole * 2);
        Self::maybe(hundredths, |hundredths| Self::Share(Decimal { hundredths, places: 2 }))
    }

    /// The value in words and digits, as CSV has it with `--raw`.
    pub fn plain(&self) -> Cow<'_, str> {
        match self {
            Self::Blank => "".into(),
            Self::Word(word) => (*word).into(),
            Self::Whole(number) => number.to_string().into(),
            Self::Decimal(number) | Self::Share(number) => number.to_string().into(),
            Self::Date(day) => day.to_string().into(),
            Self::YesNo(yes) => (if *yes { "yes" } else { "no" }).into(),
            Self::Moment(text) | Self::Text(text) => text.into(),
        }
    }

    /// The value without control, bidi and zero-width characters: for outputs that run no cell as a formula.
    pub fn visible(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => safe::visible(text),
            other => other.plain(),
        }
    }
}

impl Decimal {
    /// The number as a floating-point value.
    pub fn value(self) -> f64 {
        self.hundredths as f64 / 100.0
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.hundredths / 100, self.hundredths % 100);
        match self.places {
            0 => write!(f, "{whole}"),
            1 => write!(f, "{whole}.{}", rest / 10),
            _ => write!(f, "{whole}.{rest:02}"),
        }
    }
}

impl From<HalfDays> for Cell {
    /// One decimal, only for a half.
    fn from(gap: HalfDays) -> Self {
        let halves = u64::try_from(gap.0).unwrap_or(0);
        let places = usize::from(!halves.is_multiple_of(2));
        Self::Decimal(Decimal { hundredths: halves.saturating_mul(50), places })
    }
}

impl From<Tenths> for Cell {
    fn from(number: Tenths) -> Self {
        Self::Decimal(Decimal { hundredths: u64::from(number.0) * 10, places: 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_round_half_up() {
        let of = |part, whole| Cell::share(Share { part, whole }).plain().into_owned();
        assert_eq!(of(1, 8), "0.13");
        assert_eq!(of(1, 3), "0.33");
        assert_eq!(of(1, 200), "0.01");
        assert_eq!(of(3, 3), "1.00");
        assert_eq!(of(0, 5), "0.00");
        assert_eq!(Cell::share(Share::default()), Cell::Blank);
    }

    #[test]
    fn decimals_show_their_places() {
        assert_eq!(Cell::from(Tenths(68)).plain(), "6.8");
        assert_eq!(Cell::from(Tenths(10)).plain(), "1.0");
        assert_eq!(Decimal { hundredths: 250, places: 1 }.to_string(), "2.5");
        assert_eq!(Decimal { hundredths: 300, places: 0 }.to_string(), "3");
        assert_eq!(Decimal { hundredths: 13, places: 2 }.value(), 0.13);
    }

    #[test]
    fn text_is_visible_without_hidden_characters() {
        assert_eq!(Cell::text("=1+\u{202e}1").visible(), "=1+1");
        assert_eq!(Cell::text(""), Cell::Blank);
    }
}
