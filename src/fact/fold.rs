//! Text made comparable: case, accents, typographic signs, blanks and numbers folded away.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// `text` in lower case without accents, with ASCII quotes and dashes, single blanks, and every number as `0`.
/// Signs that are no words (emoji, arrows) become blanks; zero-width characters vanish.
pub fn fold(text: &str) -> String {
    let mut folded = Vec::with_capacity(text.len());
    fold_onto(text, &mut folded);
    // It is text still: whole characters were put in.
    String::from_utf8(folded).unwrap_or_default()
}

/// The same, behind what `folded` holds already.
pub fn fold_onto(text: &str, folded: &mut Vec<u8>) {
    let start = folded.len();
    // Most text is ASCII, which needs no tables of Unicode.
    if text.is_ascii() {
        fold_ascii(text.as_bytes(), folded, start, &ASCII);
    } else {
        fold_characters(text, folded, start);
    }
    if folded.len() > start && folded.ends_with(b" ") {
        folded.pop();
    }
}

fn fold_characters(text: &str, folded: &mut Vec<u8>, start: usize) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let ascii = rest.bytes().position(|b| !b.is_ascii()).unwrap_or(rest.len());
        if ascii > 0 {
            fold_ascii(&rest.as_bytes()[..ascii], folded, start, &ASCII_AMONG_OTHERS);
            rest = &rest[ascii..];
        } else {
            rest = &rest[c.len_utf8()..];
            // Marks never change what stands around them, so characters decompose one by one.
            decompose_compatible(c, |c| fold_character(c, folded, start));
        }
    }
}

const BLANK: u8 = b' ';
const DIGIT: u8 = b'0';

/// What each byte of ASCII folds to.
static ASCII: [u8; 256] = ascii(b'`');

/// The same in a text that is not all ASCII: there a grave accent is an apostrophe.
static ASCII_AMONG_OTHERS: [u8; 256] = ascii(b'\'');

const fn ascii(grave: u8) -> [u8; 256] {
    let mut table = [BLANK; 256];
    let mut byte = b'!';
    while byte < 127 {
        table[byte as usize] = if byte.is_ascii_digit() { DIGIT } else { byte.to_ascii_lowercase() };
        byte += 1;
    }
    table[b'`' as usize] = grave;
    table
}

fn fold_ascii(text: &[u8], folded: &mut Vec<u8>, start: usize, table: &[u8; 256]) {
    let held = folded.len();
    let byte_before = |back: usize| if held >= start + back { folded[held - back] } else { BLANK };
    let (mut but_one, mut last) = (byte_before(2), byte_before(1));
    folded.resize(held + text.len(), 0);
    let places = &mut folded[held..];
    let mut end = 0;
    for byte in text {
        let byte = table[usize::from(*byte)];
        if byte <= DIGIT && (byte == BLANK || byte == DIGIT) {
            if byte == last {
                continue;
            }
            if byte == DIGIT && but_one == DIGIT && matches!(last, b'.' | b',') {
                // The separator may stand in what was folded before.
                if end == 0 {
                    folded.truncate(held - 1);
                    return fold_ascii(&text[1..], folded, start, table);
                }
                end -= 1;
                last = DIGIT;
                continue;
            }
        }
        places[end] = byte;
        end += 1;
        but_one = last;
        last = byte;
    }
    folded.truncate(held + end);
}

fn fold_character(c: char, folded: &mut Vec<u8>, start: usize) {
    if is_combining_mark(c) {
        return;
    }
    match plain(c) {
        Some(word) => word.chars().for_each(|c| push(folded, start, c)),
        None => c.to_lowercase().for_each(|c| push(folded, start, c)),
    }
}

/// Letters that do not decompose, and signs with an ASCII neighbour. The empty string: the sign vanishes.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ł' | 'Ł' => "l",
        'ß' => "ss",
        'ø' | 'Ø' => "o",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'đ' | 'Đ' => "d",
        'ı' => "i",
        '‘' | '’' | '‚' | '‛' | '′' | '´' | '`' => "'",
        '“' | '”' | '„' | '«' | '»' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '−' => "-",
        '…' => "...",
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{34f}' => "",
        '€' | '£' | '$' | '%' => return None,
        c if !c.is_ascii() && !c.is_alphanumeric() => " ",
        _ => return None,
    })
}

/// Appends one folded character: blanks collapse, and so do numbers with their separators.
fn push(folded: &mut Vec<u8>, start: usize, c: char) {
    if c.is_ascii() {
        fold_ascii(&[c as u8], folded, start, &ASCII);
    } else if c.is_whitespace() || c.is_control() {
        fold_ascii(b" ", folded, start, &ASCII);
    } else {
        folded.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_accents_and_signs_fold_away() {
        assert_eq!(fold("Bestellbestätigung – Straße"), "bestellbestatigung - strasse");
        assert_eq!(fold("You’re  IN!\u{a0}\u{200b}"), "you're in!");
        assert_eq!(fold("Wysłane łódź"), "wyslane lodz");
        assert_eq!(fold("🎉 ＳＡＬＥ 🎉"), "sale");
    }

    #[test]
    fn every_number_is_nought() {
        assert_eq!(fold("20% off 1.299,00 € on 24.12., 10:30"), "0% off 0 € on 0., 0:0");
        assert_eq!(fold("AB-12345 and x9"), "ab-0 and x0");
    }

    /// Character by character, as the rules of folding say it.
    fn fold_by_force(text: &str) -> String {
        use unicode_normalization::UnicodeNormalization;
        let mut folded = String::new();
        let mut put = |c: char| {
            if c.is_whitespace() || c.is_control() {
                if !folded.is_empty() && !folded.ends_with(' ') {
                    folded.push(' ');
                }
            } else if c.is_ascii_digit() {
                if folded.ends_with("0.") || folded.ends_with("0,") {
                    folded.pop();
                } else if !folded.ends_with('0') {
                    folded.push('0');
                }
            } else {
                folded.push(c);
            }
        };
        for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
            match plain(c).filter(|_| !text.is_ascii()) {
                Some(word) => word.chars().for_each(&mut put),
                None => c.to_lowercase().for_each(&mut put),
            }
        }
        folded.trim_end().to_string()
    }

    proptest! {
        #[test]
        fn the_quick_way_agrees_with_the_rules(text in "([ -~]{0,8}|[0-9., \\t]{0,6}|\\PC{0,4}|[äÉß‘️́\u{200b}\u{a0}가\u{3000}]{0,3}){0,6}") {
            prop_assert_eq!(fold(&text), fold_by_force(&text));
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
