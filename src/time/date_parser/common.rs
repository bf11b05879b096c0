//! The forms in which nearly all mail writes its dates, read in one go. What they say is what the reader of all forms
//! says, as tests assert.

use super::calendar::{is_weekday, moment, month};
use super::zone_offset::numeric_zone;
use crate::time::Seconds;

/// `Sat, 9 Nov 2002 22:33:52 +0100`, as nearly all mail writes it: read in one go, without a word list.
pub fn field(value: &[u8]) -> Option<Seconds> {
    let value = match value {
        [letters @ .., b')'] if letters.len() < 64 => {
            let open = letters.iter().position(|b| *b == b'(')?;
            let simple = letters[open + 1..].iter().all(|b| b.is_ascii_alphabetic() || *b == b' ');
            letters[..open].trim_ascii_end().get(..).filter(|_| simple)?
        }
        all => all,
    };
    let dated = match value {
        [a, b, c, b',', b' ', rest @ ..] if is_weekday(&[*a, *b, *c]) => rest,
        all => all,
    };
    let (day, rest) = match dated {
        [tens, ones, b' ', rest @ ..] => (two(&[*tens, *ones])?, rest),
        [ones, b' ', rest @ ..] => (two(&[b'0', *ones])?, rest),
        _ => return None,
    };
    let rest: &[u8; 23] = rest.try_into().ok()?;
    let blanks_and_colons =
        [3, 8, 17].iter().all(|at| rest[*at] == b' ') && rest[11] == b':' && rest[14] == b':';
    let whole_zone = rest[19..].iter().all(u8::is_ascii_digit);
    let month = month(&rest[..3])?;
    let (century, year) = (two(&rest[4..6])?, two(&rest[6..8])?);
    let clock = (two(&rest[9..11])?, two(&rest[12..14])?, two(&rest[15..17])?);
    if !blanks_and_colons || !whole_zone || clock.2 > 60 {
        return None;
    }
    let year = i32::try_from(century * 100 + year).ok()?;
    moment(year, month, day, clock, numeric_zone(&rest[18..])?)
}

/// `Sat Nov  9 22:33:52 2002` or `Sat Nov 09 22:33:52 +0100 2002`, as nearly all mbox separators write it: read in
/// one go; `None` says only that it is not of this form.
pub fn separator(value: &[u8]) -> Option<Seconds> {
    let (dated, rest) = value.split_first_chunk::<19>()?;
    let (zone, year) = match rest {
        [b' ', year @ ..] if year.len() == 4 => (None, year),
        [b' ', sign, a, b, c, d, b' ', year @ ..] if year.len() == 4 => (Some([*sign, *a, *b, *c, *d]), year),
        _ => return None,
    };
    let blanks_and_colons =
        [3, 7, 10].iter().all(|at| dated[*at] == b' ') && dated[13] == b':' && dated[16] == b':';
    let month = month(&dated[4..7])?;
    let tens = if dated[8] == b' ' { b'0' } else { dated[8] };
    let clock = (two(&dated[11..13])?, two(&dated[14..16])?, two(&dated[17..])?);
    if !blanks_and_colons || !is_weekday(&dated[..3]) || clock.2 > 60 {
        return None;
    }
    let year = i32::try_from(two(&year[..2])? * 100 + two(&year[2..])?).ok()?;
    let offset = zone.map_or(Some(0), |zone| numeric_zone(&zone))?;
    moment(year, month, two(&[tens, dated[9]])?, clock, offset)
}

/// Two digits.
fn two(digits: &[u8]) -> Option<u32> {
    let digit = |at: usize| digits.get(at).filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0'));
    Some(digit(0)? * 10 + digit(1)?)
}

#[cfg(test)]
mod tests {
    use super::super::standard::parse_tokens;
    use super::super::tokens::Tokens;
    use super::*;
    use proptest::prelude::*;

    /// What the reader of all forms says.
    fn any_form(text: &str) -> Option<Seconds> {
        let mut tokens = Tokens::default();
        tokens.split(text.as_bytes());
        parse_tokens(tokens.as_slice())
    }

    proptest! {
        #[test]
        fn the_common_form_is_read_as_any_other(
            text in "((Mon|tue|Xyz|Sat),? ?)?[0-3 ]?[0-9] (Jan|FEB|mar|Foo) [0-9]{4} [0-2][0-9]:[0-6][0-9]:[0-6][0-9] [+-][01][0-9][03]0( ?\\((UTC|[A-Za-z ()]{0,4})\\))?"
        ) {
            let quick = field(text.as_bytes());
            prop_assert!(quick.is_none() || quick == any_form(&text), "{}", text);
        }

        #[test]
        fn the_form_of_separators_is_read_as_any_other(
            text in "(Mon|tue|Xyz|Sat) (Jan|FEB|mar|Foo) [0-3 ][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9] ([+-][01][0-9][03]0 )?[0-9]{4}"
        ) {
            let quick = separator(text.as_bytes());
            prop_assert!(quick.is_none() || quick == any_form(&text), "{}", text);
        }
    }
}
