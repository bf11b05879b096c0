//! The words for events that consent lists use.

use crate::consent::EventKind;

/// Words for events, folded: lower case, with `-`, `_` and a blank alike.
const WORDS: &[(&str, Option<EventKind>)] = &[
    ("granted", Some(EventKind::Granted)),
    ("subscribed", Some(EventKind::Granted)),
    ("subscribe", Some(EventKind::Granted)),
    ("opted in", Some(EventKind::Granted)),
    ("opt in", Some(EventKind::Granted)),
    ("optin", Some(EventKind::Granted)),
    ("consented", Some(EventKind::Granted)),
    ("confirmed", Some(EventKind::Granted)),
    ("active", Some(EventKind::Granted)),
    ("yes", Some(EventKind::Granted)),
    ("y", Some(EventKind::Granted)),
    ("true", Some(EventKind::Granted)),
    ("1", Some(EventKind::Granted)),
    ("refused", Some(EventKind::Refused)),
    ("declined", Some(EventKind::Refused)),
    ("not ticked", Some(EventKind::Refused)),
    ("no", Some(EventKind::Refused)),
    ("n", Some(EventKind::Refused)),
    ("false", Some(EventKind::Refused)),
    ("0", Some(EventKind::Refused)),
    ("withdrawn", Some(EventKind::Withdrawn)),
    ("unsubscribed", Some(EventKind::Withdrawn)),
    ("unsubscribe", Some(EventKind::Withdrawn)),
    ("opted out", Some(EventKind::Withdrawn)),
    ("opt out", Some(EventKind::Withdrawn)),
    ("optout", Some(EventKind::Withdrawn)),
    ("objected", Some(EventKind::Withdrawn)),
    ("revoked", Some(EventKind::Withdrawn)),
    ("complained", Some(EventKind::Withdrawn)),
    ("purchase", Some(EventKind::Purchase)),
    ("order", Some(EventKind::Purchase)),
    ("customer", Some(EventKind::Purchase)),
    ("sale", Some(EventKind::Purchase)),
    ("never subscribed", None),
    ("non subscribed", None),
    ("pending", None),
    ("bounced", None),
    ("cleaned", None),
    ("", None),
];

/// What a spreadsheet in another language makes of `true` and `false`.
const LOCAL: &[(&str, EventKind)] = &[
    ("wahr", EventKind::Granted),
    ("vrai", EventKind::Granted),
    ("verdadero", EventKind::Granted),
    ("vero", EventKind::Granted),
    ("waar", EventKind::Granted),
    ("verdadeiro", EventKind::Granted),
    ("prawda", EventKind::Granted),
    ("falsch", EventKind::Refused),
    ("faux", EventKind::Refused),
    ("falso", EventKind::Refused),
    ("onwaar", EventKind::Refused),
    ("fałsz", EventKind::Refused),
];

/// What a word in the column `event` names: an event, or (`Some(None)`) nothing; `None`: an unknown word.
pub fn event_kind(word: &str) -> Option<Option<EventKind>> {
    let folded = folded(word);
    let known = WORDS.iter().find(|(known, _)| *known == folded).map(|(_, kind)| *kind);
    known.or_else(|| LOCAL.iter().find(|(known, _)| *known == folded).map(|(_, kind)| Some(*kind)))
}

/// A word as it is compared: lower case, with `-`, `_` and blanks alike.
pub fn folded(word: &str) -> String {
    let plain = word.to_lowercase().replace(['-', '_'], " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The accepted words and what they mean, for the documentation: event, then its words.
pub fn accepted_words() -> Vec<(&'static str, Vec<&'static str>)> {
    let of = |wanted: Option<EventKind>| {
        WORDS
            .iter()
            .filter(|(word, kind)| *kind == wanted && !word.is_empty())
            .map(|(word, _)| *word)
            .collect()
    };
    vec![
        ("granted", of(Some(EventKind::Granted))),
        ("refused", of(Some(EventKind::Refused))),
        ("withdrawn", of(Some(EventKind::Withdrawn))),
        ("purchase", of(Some(EventKind::Purchase))),
        ("no event", of(None)),
    ]
}
