//! The words for events that consent lists use.

use crate::consent::Happening;

/// Words for events, folded: lower case, with `-`, `_` and a blank alike.
const WORDS: &[(&str, Option<Happening>)] = &[
    ("granted", Some(Happening::Granted)),
    ("subscribed", Some(Happening::Granted)),
    ("subscribe", Some(Happening::Granted)),
    ("opted in", Some(Happening::Granted)),
    ("opt in", Some(Happening::Granted)),
    ("optin", Some(Happening::Granted)),
    ("consented", Some(Happening::Granted)),
    ("confirmed", Some(Happening::Granted)),
    ("active", Some(Happening::Granted)),
    ("yes", Some(Happening::Granted)),
    ("y", Some(Happening::Granted)),
    ("true", Some(Happening::Granted)),
    ("1", Some(Happening::Granted)),
    ("refused", Some(Happening::Refused)),
    ("declined", Some(Happening::Refused)),
    ("not ticked", Some(Happening::Refused)),
    ("no", Some(Happening::Refused)),
    ("n", Some(Happening::Refused)),
    ("false", Some(Happening::Refused)),
    ("0", Some(Happening::Refused)),
    ("withdrawn", Some(Happening::Withdrawn)),
    ("unsubscribed", Some(Happening::Withdrawn)),
    ("unsubscribe", Some(Happening::Withdrawn)),
    ("opted out", Some(Happening::Withdrawn)),
    ("opt out", Some(Happening::Withdrawn)),
    ("optout", Some(Happening::Withdrawn)),
    ("objected", Some(Happening::Withdrawn)),
    ("revoked", Some(Happening::Withdrawn)),
    ("complained", Some(Happening::Withdrawn)),
    ("purchase", Some(Happening::Purchase)),
    ("order", Some(Happening::Purchase)),
    ("customer", Some(Happening::Purchase)),
    ("sale", Some(Happening::Purchase)),
    ("never subscribed", None),
    ("non subscribed", None),
    ("pending", None),
    ("bounced", None),
    ("cleaned", None),
    ("", None),
];

/// What a spreadsheet in another language makes of `true` and `false`.
const LOCAL: &[(&str, Happening)] = &[
    ("wahr", Happening::Granted),
    ("vrai", Happening::Granted),
    ("verdadero", Happening::Granted),
    ("vero", Happening::Granted),
    ("waar", Happening::Granted),
    ("verdadeiro", Happening::Granted),
    ("prawda", Happening::Granted),
    ("falsch", Happening::Refused),
    ("faux", Happening::Refused),
    ("falso", Happening::Refused),
    ("onwaar", Happening::Refused),
    ("fałsz", Happening::Refused),
];

/// What a word in the column `event` names: an event, or (`Some(None)`) nothing; `None`: an unknown word.
pub fn happening(word: &str) -> Option<Option<Happening>> {
    let folded = folded(word);
    let known = WORDS.iter().find(|(known, _)| *known == folded).map(|(_, happening)| *happening);
    known.or_else(|| LOCAL.iter().find(|(known, _)| *known == folded).map(|(_, happening)| Some(*happening)))
}

/// A word as it is compared: lower case, with `-`, `_` and blanks alike.
pub fn folded(word: &str) -> String {
    let plain = word.to_lowercase().replace(['-', '_'], " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
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
