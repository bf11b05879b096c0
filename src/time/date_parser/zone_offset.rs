//! Zones as mail writes them: numbers, names, or both.

use super::tokens::number;

/// Named zones in minutes east of UTC: RFC 5322 §4.3, and those that mail programs write although no
/// standard lists them. Military letters and unknown names count as UTC, as §4.3 asks.
const ZONES: [(&str, i32); 31] = [
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("met", 60),
    ("cest", 120),
    ("mest", 120),
    ("mesz", 120),
    ("mez", 60),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("jst", 540),
    ("kst", 540),
    ("aest", 600),
    ("aedt", 660),
];

/// Minutes east of UTC; none written means UTC. A numeric zone must exist.
pub fn zone(tokens: &[&[u8]]) -> Option<i32> {
    let Some((first, rest)) = tokens.split_first() else { return Some(0) };
    if matches!(first.first(), Some(b'+' | b'-')) {
        // `-0800 PST` repeats itself; the number counts.
        return if rest.len() <= 1 && rest.iter().all(|word| is_name(word)) {
            numeric_zone(first)
        } else {
            None
        };
    }
    match rest {
        [] if is_name(first) => Some(named_zone(first)),
        [] => glued_zone(first),
        [number] if is_name(first) => numeric_zone(number), // `GMT +0200`
        _ => None,
    }
}

/// `GMT+0200`.
fn glued_zone(text: &[u8]) -> Option<i32> {
    let sign = text.iter().position(|b| matches!(b, b'+' | b'-'))?;
    numeric_zone(&text[sign..])
}

/// `±hhmm`, `±hh:mm`, `±hmm`, `±h:mm`, `±hh` or `±h`.
pub fn numeric_zone(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text.split_first()? {
        (b'+', digits) => (1, digits),
        (b'-', digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [a, b':', c, d] | [a, c, d] => (number(&[*a], 1)?, number(&[*c, *d], 2)?),
        [a, b, c, d] | [a, b, b':', c, d] => (number(&[*a, *b], 2)?, number(&[*c, *d], 2)?),
        [a, b] => (number(&[*a, *b], 2)?, 0),
        [a] => (number(&[*a], 1)?, 0),
        _ => return None,
    };
    let total = i32::try_from(hours * 60 + minutes).ok()?;
    // The widest offsets in use are -12:00 and +14:00.
    (minutes < 60 && total <= 14 * 60).then_some(sign * total)
}

pub fn named_zone(text: &[u8]) -> i32 {
    ZONES
        .iter()
        .find(|(name, _)| text.eq_ignore_ascii_case(name.as_bytes()))
        .map_or(0, |(_, minutes)| *minutes)
}

fn is_name(text: &[u8]) -> bool {
    !text.is_empty() && text.len() <= 5 && text.iter().all(u8::is_ascii_alphabetic)
}
