//! The page's words for the program's own ones, and texts from strangers made short and harmless.

use crate::judge::Case;
use crate::report::safe::visible;
use crate::time::Day;

/// The most characters shown of a name, of a line, and of an address.
const NAME: usize = 80;
const LINE: usize = 160;
const ADDRESS: usize = 2_000;

/// A sender as the page names it. What is escaped where it is written, in the templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The display name or, without one, the sender.
    pub first: String,
    /// The sender, where it is not the first already.
    pub second: Option<String>,
}

impl Name {
    pub fn of(case: &Case) -> Self {
        let sender = name(&case.sender);
        let display = case.sender_name.as_deref().map(name);
        match display.filter(|display| !display.trim().is_empty() && *display != sender) {
            Some(display) => Self { first: display, second: Some(sender) },
            None => Self { first: sender, second: None },
        }
    }
}

/// A name or an address of a person.
pub fn name(text: &str) -> String {
    cut(text, NAME)
}

/// A subject.
pub fn line(text: &str) -> String {
    cut(text, LINE)
}

/// A web or mail address.
pub fn address(text: &str) -> String {
    cut(text, ADDRESS)
}

fn cut(text: &str, most: usize) -> String {
    // Hidden characters count too, so that nobody makes the page long with them.
    let mut short: String = text.chars().take(most).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    visible(&short).into_owned()
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
        other => name(other),
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
        assert_eq!(name("a\u{202e}b\u{0}c"), "abc");
        assert_eq!(name(&"x".repeat(1_000)).chars().count(), NAME + 1);
        assert_eq!(name(&"\u{200b}".repeat(1_000_000)), "…");
    }

    #[test]
    fn every_word_of_the_program_has_plain_ones() {
        use crate::consent::State;
        use crate::fact::WayOut;
        for state in State::ALL {
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
