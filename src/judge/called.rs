//! What a sender calls itself: its display name and its addresses, the most frequent first.

use crate::fact::{Fact, Names};
use crate::time::Time;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The most frequent display name.
pub(super) fn sender_name(facts: &[&Fact], names: &Names) -> Option<String> {
    let given = facts.iter().filter_map(|fact| Some((names.text(fact.name?), fact.time)));
    most_frequent(given).into_iter().next()
}

/// The From addresses, the most frequent first.
pub(super) fn addresses(facts: &[&Fact], names: &Names) -> Vec<String> {
    most_frequent(facts.iter().map(|fact| (names.text(fact.from), fact.time)))
}

/// Distinct texts, most frequent first; of equals the one that came earliest, then the smaller text. Texts of
/// one instant come in no order of their own, so each is given with its time.
fn most_frequent<'a>(texts: impl Iterator<Item = (&'a str, Option<Time>)>) -> Vec<String> {
    let mut seen: BTreeMap<&str, (usize, Option<Time>)> = BTreeMap::new();
    let mut note = |(text, count, earliest): (&'a str, usize, Option<Time>)| {
        let entry = seen.entry(text).or_insert((0, earliest));
        *entry = (entry.0 + count, entry.1.min(earliest));
    };
    // Mostly it is the same text time and again.
    let mut run: Option<(&str, usize, Option<Time>)> = None;
    for (text, time) in texts {
        match &mut run {
            Some((same, count, earliest)) if *same == text => {
                (*count, *earliest) = (*count + 1, time.min(*earliest))
            }
            _ => run.replace((text, 1, time)).into_iter().for_each(&mut note),
        }
    }
    run.into_iter().for_each(note);
    let mut ordered: Vec<(&str, (usize, Option<Time>))> = seen.into_iter().collect();
    ordered.sort_by_key(|(text, (count, time))| (Reverse(*count), *time, *text));
    ordered.into_iter().map(|(text, _)| text.to_string()).collect()
}
