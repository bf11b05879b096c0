//! Text made comparable: case, accents, typographic signs, blanks and numbers folded away.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// `text` in lower case without accents, with ASCII quotes and dashes, single blanks, and every number as `0`.
/// Signs that are no words (emoji, arrows) become blanks; zero-width characters vanish.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    if text.is_ascii() {
        text.chars().for_each(|c| push(&mut folded, c.to_ascii_lowercase()));
    } else {
        for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
            match plain(c) {
                Some(word) => word.chars().for_each(|c| push(&mut folded, c)),
                None => c.to_lowercase().for_each(|c| push(&mut folded, c)),
            }
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
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
fn push(folded: &mut String, c: char) {
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

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
