//! All phrases of all rules, found in one pass over a folded text.

use super::signals::Signals;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Phrases, each with the signals that it raises. The searcher is built when a text first comes: a run that never
/// looks into a body never pays for the body's phrases.
#[derive(Debug)]
pub(super) struct Phrases {
    phrases: Vec<String>,
    raised_by: Vec<Signals>,
    searcher: OnceLock<Option<AhoCorasick>>,
}

impl Phrases {
    /// Of folded phrases.
    pub fn of(raised_by: BTreeMap<String, Signals>) -> Self {
        let (phrases, raised_by) = raised_by.into_iter().unzip();
        Self { phrases, raised_by, searcher: OnceLock::new() }
    }

    /// What the phrases raise that stand in a folded text as whole words.
    pub fn raised_in(&self, folded: &str) -> Signals {
        let mut raised = Signals::default();
        let bytes = folded.as_bytes();
        let is_word = |at: Option<&u8>| at.is_some_and(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
        for found in self.searcher().into_iter().flat_map(|searcher| searcher.find_overlapping_iter(folded)) {
            let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
            let starts = !is_word(before) || !is_word(bytes.get(found.start()));
            let ends = !is_word(bytes.get(found.end())) || !is_word(bytes.get(found.end().wrapping_sub(1)));
            if let Some(signals) = self.raised_by.get(found.pattern().as_usize()).filter(|_| starts && ends) {
                raised.raise_all(signals);
            }
        }
        raised
    }

    /// `None` only for more phrases than the searcher can number (some two thousand million bytes of them).
    fn searcher(&self) -> Option<&AhoCorasick> {
        let build = || AhoCorasick::builder().match_kind(MatchKind::Standard).build(&self.phrases).ok();
        self.searcher.get_or_init(build).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_as_whole_words_and_within_each_other() {
        let signal = |number: usize| {
            let mut signals = Signals::default();
            signals.raise(number);
            signals
        };
        let phrases = [("ups", 0), ("0% off", 1), ("off", 2), ("you're in", 3)];
        let phrases = Phrases::of(
            phrases.into_iter().map(|(phrase, number)| (phrase.to_string(), signal(number))).collect(),
        );
        let raised =
            |text: &str| (0..4).filter(|number| phrases.raised_in(text).has(*number)).collect::<Vec<_>>();
        assert_eq!(raised("now 0% off, you're in"), [1, 2, 3]);
        assert!(raised("startups and offers").is_empty());
        assert_eq!(raised("ups"), [0]);
        assert!(raised("").is_empty());
    }
}
