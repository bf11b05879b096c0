//! Letters in all languages.

use super::sentences::{Sentences, fill};
use super::*;
use crate::outputs::LETTER_BEGINNINGS;
use std::collections::{BTreeMap, BTreeSet};

fn file(language: Language) -> toml::Table {
    text(language).parse().expect("TOML")
}

fn text(language: Language) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/letter");
    std::fs::read_to_string(folder.join(format!("{}.toml", language.code()))).expect("a file")
}

/// The `{names}` of each sentence, by its key.
fn names(table: &toml::Table, above: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
    for (key, value) in table {
        let key = format!("{above}{key}");
        match value {
            toml::Value::Table(inner) => names(inner, &format!("{key}."), found),
            toml::Value::String(text) => {
                let names =
                    text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0.to_string()));
                found.insert(key, names.collect());
            }
            _ => {}
        }
    }
}

#[test]
fn every_language_has_every_sentence_with_the_same_facts_in_it() {
    let of = |language| {
        let mut found = BTreeMap::new();
        names(&file(language), "", &mut found);
        found.retain(|key, _| !key.starts_with("dates.") && !key.ends_with(".few"));
        found
    };
    for language in Language::ALL {
        Sentences::of(language).expect("complete");
        assert_eq!(of(language), of(Language::English), "{}", language.code());
        assert_eq!(Language::with_code(language.code()), Some(language));
    }
}

#[test]
fn no_sentence_claims_that_a_law_was_broken() {
    let words = [
        "illegal",
        "unlawful",
        "law",
        "violat",
        "gesetz",
        "rechtswidrig",
        "illégal",
        "infraction",
        " loi",
        "ilegal",
        "ley",
        "legge",
        "illecit",
        "wet ",
        "onrechtmatig",
        "prawo",
        "bezprawn",
        "gdpr",
        "dsgvo",
        "rgpd",
        "rodo",
        "avg",
    ];
    for language in Language::ALL {
        let text = text(language).to_lowercase();
        for word in words {
            assert!(!text.contains(word), "{word} in {}", language.code());
        }
    }
}

#[test]
fn a_letter_is_recognised_by_the_words_it_begins_with() {
    let beginnings: Vec<String> = Language::ALL
        .into_iter()
        .map(|language| Sentences::of(language).expect("complete").subject)
        .map(|subject| subject.split('{').next().unwrap_or_default().to_string())
        .collect();
    assert_eq!(beginnings, LETTER_BEGINNINGS);
}

fn dates(language: Language, text: &str) -> String {
    let day = Day::parse(text).expect("a date");
    let dates = Sentences::of(language).expect("complete").dates;
    let text = format!("{} / {} / {}", dates.on(day), dates.month(day), dates.day_in_list(day));
    text.replace('\u{a0}', " ")
}

#[test]
fn dates_are_written_as_the_language_writes_them() {
    for (language, first, eighth) in [
        (Language::English, "on 1 March 2026 / March 2026: / 1", "on 8 August 2026 / August 2026: / 8"),
        (Language::German, "am 1. März 2026 / März 2026: / 1.", "am 8. August 2026 / August 2026: / 8."),
        (Language::French, "le 1er mars 2026 / mars 2026 : / 1", "le 8 août 2026 / août 2026 : / 8"),
        (
            Language::Spanish,
            "el 1 de marzo de 2026 / marzo de 2026: / 1",
            "el 8 de agosto de 2026 / agosto de 2026: / 8",
        ),
        (
            Language::Italian,
            "in data 1º marzo 2026 / marzo 2026: / 1",
            "in data 8 agosto 2026 / agosto 2026: / 8",
        ),
        (Language::Dutch, "op 1 maart 2026 / maart 2026: / 1", "op 8 augustus 2026 / augustus 2026: / 8"),
        (
            Language::Portuguese,
            "em 1 de março de 2026 / março de 2026: / 1",
            "em 8 de agosto de 2026 / agosto de 2026: / 8",
        ),
        (
            Language::Polish,
            "1 marca 2026 roku / marzec 2026: / 1",
            "8 sierpnia 2026 roku / sierpień 2026: / 8",
        ),
    ] {
        assert_eq!(dates(language, "2026-03-01"), first);
        assert_eq!(dates(language, "2026-08-08"), eighth);
    }
}

#[test]
fn a_single_day_is_no_span() {
    let day = |text| Day::parse(text).expect("a date");
    let span = |language: Language, first, last| {
        let span = Sentences::of(language).expect("complete").dates.span((day(first), day(last)));
        span.replace('\u{a0}', " ")
    };
    assert_eq!(span(Language::German, "2026-03-02", "2026-03-02"), "am 2. März 2026");
    assert_eq!(span(Language::German, "2026-03-02", "2026-06-14"), "vom 2. März 2026 bis zum 14. Juni 2026");
    assert_eq!(span(Language::French, "2026-03-01", "2026-06-14"), "du 1er mars 2026 au 14 juin 2026");
    assert_eq!(
        span(Language::Polish, "2026-03-02", "2026-05-14"),
        "od 2 marca 2026 roku do 14 maja 2026 roku"
    );
}

#[test]
fn polish_has_three_forms_for_numbers_and_the_others_two() {
    let sentence = |language: Language, number: u64| {
        let sentences = Sentences::of(language).expect("complete");
        fill(sentences.after_opt_out.of(number), &[("n", &sentences.dates.number(number))])
    };
    for (number, words) in [
        (1, "przyszła jeszcze jedna wiadomość."),
        (2, "przyszły jeszcze 2 wiadomości."),
        (4, "przyszły jeszcze 4 wiadomości."),
        (5, "przyszło jeszcze 5 wiadomości."),
        (12, "przyszło jeszcze 12 wiadomości."),
        (21, "przyszło jeszcze 21 wiadomości."),
        (22, "przyszły jeszcze 22 wiadomości."),
        (112, "przyszło jeszcze 112 wiadomości."),
    ] {
        assert_eq!(sentence(Language::Polish, number), format!("Od tego czasu {words}"));
    }
    assert_eq!(sentence(Language::English, 22), "Since then 22 more messages have come.");
    assert_eq!(sentence(Language::German, 1), "Seitdem kam noch eine Nachricht.");
}

#[test]
fn numbers_are_grouped_as_the_language_groups_them() {
    let number = |language, number| Sentences::of(language).expect("complete").dates.number(number);
    assert_eq!(number(Language::English, 1_234), "1,234");
    assert_eq!(number(Language::German, 12_345), "12.345");
    assert_eq!(number(Language::French, 1_234), "1\u{a0}234");
    assert_eq!(number(Language::Spanish, 1_234), "1234");
    assert_eq!(number(Language::Polish, 12_345), "12\u{a0}345");
    assert_eq!(number(Language::Italian, 999), "999");
}

#[test]
fn what_is_filled_in_is_not_filled_in_again() {
    assert_eq!(
        fill("from {sender} at {address}", &[("sender", "{address}"), ("address", "x")]),
        "from {address} at x"
    );
    assert_eq!(fill("{unknown} {", &[]), "{unknown} {");
}
