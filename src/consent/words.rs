//! The words for events that consent lists use.

use super::Happening;

/// Words that stand for an event, folded: lower case, `-` and `_` as blanks.
const WORDS: &[(&str, Option<Happening>)] = &[
    ("granted", Some(Happening::Granted)),
    ("subscribed", Some(Happening::Granted)),
    ("opted in", Some(Happening::Granted)),
    ("opt in", Some(Happening::Granted)),
    ("consented", Some(Happening::Granted)),
    ("confirmed", Some(Happening::Granted)),
    ("yes", Some(Happening::Granted)),
    ("active", Some(Happening::Granted)),
    ("refused", Some(Happening::Refused)),
    ("declined", Some(Happening::Refused)),
    ("not ticked", Some(Happening::Refused)),
    ("no", Some(Happening::Refused)),
    ("withdrawn", Some(Happening::Withdrawn)),
    ("unsubscribed", Some(Happening::Withdrawn)),
    ("opted out", Some(Happening::Withdrawn)),
    ("opt out", Some(Happening::Withdrawn)),
    ("objected", Some(Happening::Withdrawn)),
    ("revoked", Some(Happening::Withdrawn)),
    ("complained", Some(Happening::Withdrawn)),
    ("purchase", Some(Happening::Purchase)),
    ("order", Some(Happening::Purchase)),
    ("customer", Some(Happening::Purchase)),
    ("sale", Some(Happening::Purchase)),
    ("never subscribed", None),
    ("pending", None),
    ("bounced", None),
    ("cleaned", None),
    ("", None),
];

/// What a word in the column `event` names: an event, or (`Some(None)`) nothing; `None`: no word that is known.
pub(super) fn happening(word: &str) -> Option<Option<Happening>> {
    let folded = word.to_lowercase().replace(['-', '_'], " ");
    let folded = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    WORDS.iter().find(|(known, _)| *known == folded).map(|(_, happening)| *happening)
}

/// The accepted words and what they mean, for the documentation: event, then its words.
pub fn accepted_words() -> Vec<(&'static str, Vec<&'static str>)> {
    let of = |wanted: Option<Happening>| {
        WORDS
            .iter()
            .filter(|(word, happening)| *happening == wanted && !word.is_empty())
            .map(|(word, _)| *word)
            .collect()
    };
    vec![
        ("granted", of(Some(Happening::Granted))),
        ("refused", of(Some(Happening::Refused))),
        ("withdrawn", of(Some(Happening::Withdrawn))),
        ("purchase", of(Some(Happening::Purchase))),
        ("no event", of(None)),
    ]
}
