//! Tests of `fold`.

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
        match plain(c) {
            Some(word) => word.chars().for_each(&mut put),
            None => c.to_lowercase().for_each(&mut put),
        }
    }
    folded.trim_end().to_string()
}

#[test]
fn no_character_folds_to_one_that_folds_on() {
    for c in '\0'..=char::MAX {
        let once = fold(c.encode_utf8(&mut [0; 4]));
        assert_eq!(fold(&once), once, "{c:?}");
    }
}

proptest! {
    #[test]
    fn the_quick_way_agrees_with_the_rules(text in "([ -~]{0,8}|[0-9., \\t]{0,6}|\\PC{0,4}|[äÉß‘️́\u{200b}\u{a0}가\u{3000}]{0,3}){0,40}") {
        prop_assert_eq!(fold(&text), fold_by_force(&text));
    }

    #[test]
    fn every_word_is_told_whole(text in "([ -~]{0,8}|[0-9., ]{0,6}|[a-z]{1,3}|[äÉß가]{0,3}){0,40}") {
        let mut words = Vec::new();
        let mut folder = Folder::default();
        folder.add(&text, &mut |word| words.push(word));
        folder.finish(&mut |word| words.push(word));
        let folded = std::str::from_utf8(folder.text()).expect("text");
        let mut start = 0;
        for part in folded.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()) {
            let padded = [part.as_bytes(), &[0; KEY]].concat();
            let word = (start, start + part.len(), key(&padded, part.len()));
            let same = |words: &Word| (words.start, words.end, words.key) == word;
            prop_assert!(part.is_empty() || words.iter().any(same), "{} in {}", part, folded);
            start += part.len() + 1;
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }
}
