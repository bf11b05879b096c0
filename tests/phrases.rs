//! A phrase alone decides nothing: each phrase of the lists, alone in the text of mail that is not about it.

#[path = "common/one_phrase.rs"]
mod one_phrase;

use mailfatigue::fact::{FactReader, Kind, ReadingSettings};
use mailfatigue::mailbox::read_message;
use one_phrase::{PROVIDERS, as_subject, bulk, message, phrases, service_of};

/// 2026-11-22T00:00:00Z.
const NOW: i64 = 1_795_305_600;

/// The phrases by which a message becomes marketing.
fn turned(settings: &ReadingSettings, phrases: &[String], of: impl Fn(usize, &str) -> String) -> Vec<String> {
    // One reader for all: what their headers have in common is understood once.
    let mut reader = FactReader::new(settings);
    for (at, phrase) in phrases.iter().enumerate() {
        read_message(of(at, phrase).as_bytes(), &mut reader);
    }
    let facts = reader.take().batch.facts;
    assert_eq!(facts.len(), phrases.len());
    let turned = facts.iter().zip(phrases).filter(|(fact, _)| fact.kind == Kind::Marketing);
    turned.map(|(_, phrase)| phrase.clone()).collect()
}

#[test]
fn no_phrase_in_the_text_of_bulk_mail_makes_marketing_alone() {
    let (settings, phrases) = (ReadingSettings::plain(NOW).expect("the rules"), phrases());
    assert!(phrases.len() > 5_000);
    for (provider, fields) in PROVIDERS.iter().enumerate() {
        let wrong = turned(&settings, &phrases, |_, phrase| bulk(provider, phrase));
        assert!(wrong.is_empty(), "{} under\n{fields}: {wrong:?}", wrong.len());
    }
}

/// "has landed" and "register now" occur in every kind of mail.
#[test]
fn no_phrase_in_the_subject_of_bulk_mail_makes_marketing_alone() {
    let (settings, phrases) = (ReadingSettings::plain(NOW).expect("the rules"), phrases());
    let wrong = turned(&settings, &phrases, |_, phrase| as_subject(phrase));
    assert!(wrong.is_empty(), "{}: {wrong:?}", wrong.len());
}

#[test]
fn no_phrase_in_the_text_of_service_mail_makes_marketing() {
    let (settings, phrases) = (ReadingSettings::plain(NOW).expect("the rules"), phrases());
    let mut all = Vec::new();
    // Each phrase in four of the notices, each notice with each provider.
    for round in 0..4 {
        let wrong = turned(&settings, &phrases, |at, phrase| service_of(at, round, phrase));
        all.extend(wrong);
    }
    assert!(all.is_empty(), "{}: {all:?}", all.len());
}

#[test]
fn no_phrase_of_service_mail_turns_a_campaign() {
    let (settings, mut phrases) = (ReadingSettings::plain(NOW).expect("the rules"), phrases());
    // A deal's own number is no phrase.
    phrases.retain(|phrase| !phrase.contains(|c: char| c.is_ascii_digit()));
    let text = "<a href=\"https://oak.example/a\"><img src=\"https://oak.example/1.jpg\"></a> Our winter coats are here, \
        and until Sunday they are 20% off. Shop now and get free shipping on orders over $60. {} \
        <a href=\"https://oak.example/b\"><img src=\"https://oak.example/2.jpg\"></a> Wool coat $120 $96 \
        <a href=\"https://oak.example/c\"><img src=\"https://oak.example/3.jpg\"></a> Down jacket $150 $120";
    let of = |_: usize, phrase: &str| {
        message(PROVIDERS[2], "Winter coats are 20% off", &text.replace("{}", &format!("{phrase}.")))
    };
    let still: std::collections::HashSet<String> = turned(&settings, &phrases, of).into_iter().collect();
    let lost: Vec<&String> = phrases.iter().filter(|phrase| !still.contains(*phrase)).collect();
    assert!(lost.is_empty(), "{}: {lost:?}", lost.len());
}
