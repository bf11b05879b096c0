//! Named tests that rules use where a field, a subject or a phrase alone can't say it.

/// What a message showed before the rules are asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// `List-Unsubscribe` contains a valid address.
    pub unsubscribable: bool,
    /// It offers one-click unsubscription.
    pub one_click: bool,
    /// The receiver verified the sender.
    pub verified: bool,
    /// The From address is a mail provider's.
    pub free_mail: bool,
    /// The From address answers nobody.
    pub no_reply: bool,
    /// It answers another message: `In-Reply-To`, `References`, or a reply prefix on the subject.
    pub reply: bool,
    /// The subject begins with a reply prefix.
    pub reply_prefix: bool,
    /// The subject begins with a forward prefix.
    pub forwarded: bool,
    /// The subject contains an order, invoice or parcel number.
    pub identifier: bool,
    /// The subject contains four to eight digits in a row, as codes have.
    pub code_number: bool,
}

/// A name that rules use, and the test that it names.
type Test<T> = (&'static str, fn(&T) -> bool);

/// The named tests that the header answers, with their answers.
pub(super) const HEADER_TESTS: &[Test<Seen>] = &[
    ("unsubscribable", |seen| seen.unsubscribable),
    ("not-unsubscribable", |seen| !seen.unsubscribable),
    ("one-click", |seen| seen.one_click),
    ("verified", |seen| seen.verified),
    ("free-mail", |seen| seen.free_mail),
    ("not-free-mail", |seen| !seen.free_mail),
    ("no-reply", |seen| seen.no_reply),
    ("reply", |seen| seen.reply),
    ("not-a-reply", |seen| !seen.reply),
    ("reply-prefix", |seen| seen.reply_prefix),
    ("forwarded", |seen| seen.forwarded),
    ("identifier", |seen| seen.identifier),
    ("code-number", |seen| seen.code_number),
];

/// The named tests that only the body answers.
pub(super) const BODY_TESTS: &[Test<super::BodyText>] = &[
    ("body-link", |body| body.has_link),
    ("invitation", |body| body.has_invitation),
    ("body-text", |body| body.length > 0),
    ("html", |body| body.is_html),
    ("plain-text", |body| !body.is_html),
    ("button", |body| body.buttons >= 1),
    ("no-way-out", |body| !body.has_way_out),
    ("no-link", |body| body.links == 0),
    ("few-links", |body| (1..=2).contains(&body.links)),
    ("several-links", |body| body.links >= 4),
    ("many-links", |body| body.links >= 10),
    ("pictures", |body| body.pictures >= 1),
    ("many-pictures", |body| body.pictures >= 4),
    ("linked-pictures", |body| body.linked_pictures >= 2),
    ("many-linked-pictures", |body| body.linked_pictures >= 5),
    ("short-text", |body| (1..400).contains(&body.length)),
    ("some-text", |body| body.length >= 160),
    ("much-text", |body| body.length >= 500),
    ("long-text", |body| body.length >= 2_500),
];

/// Those of them that say what the text says.
pub(super) const SAID_TESTS: [&str; 1] = ["button"];

/// Prefixes that mail programs put before the subject of an answer, in many languages, folded.
const REPLY: [&str; 14] =
    ["re", "aw", "antw", "antwort", "sv", "odp", "r", "rif", "res", "ref", "vs", "re0", "rép", "rep"];

/// The same for forwarded messages.
const FORWARD: [&str; 12] = ["fw", "fwd", "wg", "tr", "rv", "doorst", "pd", "i", "enc", "vl", "vb", "fs"];

/// Whether a folded subject begins with a reply prefix.
pub(crate) fn has_reply_prefix(folded: &str) -> bool {
    prefix(folded).is_some_and(|word| REPLY.contains(&word))
}

/// Whether a folded subject begins with a forward prefix.
pub(crate) fn has_forward_prefix(folded: &str) -> bool {
    prefix(folded).is_some_and(|word| FORWARD.contains(&word))
}

/// The word before a colon, `[2]` or `(2)` dropped: `re[0]: …`. A list's tag (`[team] re: …`) may come before it.
fn prefix(folded: &str) -> Option<&str> {
    let text = match folded.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or(folded, |(_, rest)| rest.trim_start()),
        None => folded,
    };
    let word = &text[..memchr::memchr(b':', text.as_bytes())?];
    Some(word.split(['[', '(', '^', '*']).next().unwrap_or(word).trim())
}

/// Whether a subject contains an identifier: five or more characters, at least four digits, at most four letters
/// before them, no date, no price.
pub(crate) fn has_identifier(subject: &str) -> bool {
    if subject.bytes().filter(u8::is_ascii_digit).count() < 4 {
        return false;
    }
    subject.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | ',' | '/' | '_')).any(
        |word| {
            let word = word.trim_matches(['.', ',', '-', '/', '_']);
            let digits = word.chars().filter(char::is_ascii_digit).count();
            let letters = word.chars().take_while(char::is_ascii_alphabetic).count();
            word.len() >= 5
                && digits >= 4
                && letters <= 4
                && !word.contains([',', '.'])
                && !is_date(word)
                && !word.contains(char::is_lowercase)
        },
    )
}

/// Whether a subject contains four to eight digits in a row, in two groups perhaps: `482911`, `559 210`.
pub(crate) fn has_code(subject: &str) -> bool {
    let mut digits = 0;
    let mut last = ' ';
    for c in subject.chars().chain(['.']) {
        match c {
            '0'..='9' => digits += 1,
            ' ' | '-' if last.is_ascii_digit() => {}
            _ if (4..=8).contains(&digits) => return true,
            _ => digits = 0,
        }
        last = c;
    }
    false
}

/// `2026-11-22`, `22/11/2026`, `2025-2026`: two years or a date, no number of anything. Four digits must be a year.
fn is_date(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', '/']).collect();
    let dated = |part: &&str| {
        part.chars().all(|c| c.is_ascii_digit())
            && (part.len() <= 2 || part.len() == 4 && (part.starts_with("19") || part.starts_with("20")))
    };
    matches!(parts.len(), 2 | 3) && parts.iter().all(dated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reply_and_forward_prefixes_are_known() {
        for subject in ["re: offer", "aw: angebot", "re[0]: x", "[team] re: x", "odp: x"] {
            assert!(has_reply_prefix(subject), "{subject}");
        }
        for subject in ["re your order", "response: x", "sale: re", "recall: x"] {
            assert!(!has_reply_prefix(subject), "{subject}");
        }
        assert!(
            has_forward_prefix("fwd: x") && has_forward_prefix("wg: x") && !has_forward_prefix("forward: x")
        );
    }

    #[test]
    fn codes_are_told_from_other_numbers() {
        for subject in ["482911 is your code", "Code: 559 210", "Your code is 1234"] {
            assert!(has_code(subject), "{subject}");
        }
        for subject in ["Take 20% off", "Your code", "Order 123456789", "12 of 24 days"] {
            assert!(!has_code(subject), "{subject}");
        }
    }

    #[test]
    fn identifiers_are_told_from_dates_and_prices() {
        for subject in [
            "Order #12345",
            "Bestellung AB-2024-00017",
            "Receipt #2041-8837",
            "Bestelling 2024-7741",
            "Invoice INV20260001",
            "Paket 00340434161094042557",
        ] {
            assert!(has_identifier(subject), "{subject}");
        }
        for subject in [
            "Sale ends 2026-11-22",
            "Now 1.299,00",
            "Collection 2026",
            "50% off",
            "24/11/2026",
            "Winter 2025-2026",
            "iPhone15promax2024",
        ] {
            assert!(!has_identifier(subject), "{subject}");
        }
    }
}
