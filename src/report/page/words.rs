//! The page's wording for the program's terms; and texts from mail, cut short and made harmless.

use super::text_limits::TextLimits;
use crate::judge::Case;
use crate::report::safe::visible;
use crate::time::Day;

/// How long a policy's own name of a verdict may be.
const VERDICT: usize = 40;

/// A sender as the page names it. The templates escape it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageName {
    /// The display name or, without one, the sender.
    pub first: String,
    /// The sender, where it is not the first already.
    pub second: Option<String>,
}

impl PageName {
    pub fn of(case: &Case, limits: &TextLimits) -> Self {
        let sender = cut(&case.sender, limits.name);
        let display = case.sender_name.as_deref().map(|display| cut(display, limits.name));
        match display.filter(|display| !display.trim().is_empty() && *display != sender) {
            Some(display) => Self { first: display, second: Some(sender) },
            None => Self { first: sender, second: None },
        }
    }
}

/// A text without what is hidden, and no longer than that many letters.
pub fn cut(text: &str, most: usize) -> String {
    // Hidden characters count too: otherwise a sender could make the page long with them.
    let mut left = most;
    let fits = |letter: &char| left.checked_sub(cost(*letter)).map(|rest| left = rest).is_some();
    let mut short: String = text.chars().take_while(fits).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    visible(&short).into_owned()
}

/// The same, where a part of the text would be useless.
pub fn whole(text: &str, most: usize) -> Option<String> {
    (text.chars().map(cost).sum::<usize>() <= most).then(|| visible(text).into_owned())
}

/// The length of a character in plain letters: half of the bytes that it takes in the page.
fn cost(letter: char) -> usize {
    let bytes =
        if matches!(letter, '&' | '<' | '>' | '"' | '\'') { "&#38;".len() } else { letter.len_utf8() };
    bytes.div_ceil(2)
}

/// A verdict of the default policy in plain words; others as their policy calls them.
pub fn verdict(verdict: &str) -> String {
    match verdict {
        "daily-unconsented" => "Daily without consent on record".to_string(),
        "after-opt-out" => "After an opt-out".to_string(),
        "daily-consented" => "Daily, with consent".to_string(),
        "unconsented" => "Without consent on record".to_string(),
        "consented" => "With consent".to_string(),
        "not-marketing" => "No promotional mail".to_string(),
        "" => "No rule holds".to_string(),
        other => cut(other, VERDICT),
    }
}

/// A state of consent.
pub fn consent(state: &str) -> &str {
    match state {
        "none" => "None on record",
        "granted" => "Given",
        "claimed" => "Confirmed, says the sender",
        "soft-opt-in" => "Time after a purchase",
        "refused" => "Refused",
        "grace" => "Opted out, days of grace",
        "withdrawn" => "Opted out",
        "not-yet-known" => "Not yet known",
        other => other,
    }
}

/// A way out, in a table.
pub fn way_out(word: &str) -> &str {
    match word {
        "one-click" => "One click",
        "link" => "Link",
        "mailto" => "Mail",
        "body" => "Link in the text",
        "none" => "None found",
        other => other,
    }
}

/// `1 mail`, `1,234 mails`.
pub fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", crate::report::thousands(count), if count == 1 { one } else { several })
}

/// `March 2026`, or with another pattern of `chrono`; blank beyond the calendar's years.
pub fn month(day: Day, pattern: &str) -> String {
    day.date().map_or(String::new(), |date| date.format(pattern).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_from_strangers_are_short_and_without_hidden_characters() {
        assert_eq!(cut("a\u{202e}b\u{0}c", 80), "abc");
        assert_eq!(cut(&"x".repeat(1_000), 80).chars().count(), 81);
        assert_eq!(cut(&"&".repeat(1_000), 81).chars().count(), 28, "each is written in five bytes");
        assert_eq!(cut(&"\u{200b}".repeat(1_000_000), 80), "…");
        assert_eq!((whole("abc", 3), whole("abcd", 3)), (Some("abc".to_string()), None));
    }

    #[test]
    fn every_word_of_the_program_has_plain_ones() {
        use crate::consent::ConsentState;
        use crate::fact::WayOut;
        for state in ConsentState::ALL {
            assert_ne!(consent(state.word()), state.word());
        }
        for way in [WayOut::OneClick, WayOut::Link, WayOut::Mailto, WayOut::Body, WayOut::Absent] {
            assert_ne!(way_out(way.word()), way.word());
        }
        let policy = crate::policy::Policy::built_in().expect("the default policy");
        for rule in &policy.rules {
            assert_ne!(verdict(&rule.verdict), rule.verdict);
        }
    }
}
