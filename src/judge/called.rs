//! What a sender calls itself: its display name and its addresses, the most frequent first.

use crate::fact::{Fact, Name, NameTable, Named};
use crate::time::Time;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The most frequent display name.
pub(super) fn sender_name(facts: &[&Fact], names: &NameTable) -> Option<Name> {
    let given = facts.iter().filter_map(|fact| Some((fact.name?, fact.time)));
    most_frequent(given, names).first().map(|name| names.shared(*name))
}

/// The From addresses, the most frequent first.
pub(super) fn addresses(facts: &[&Fact], names: &NameTable) -> Box<[Name]> {
    let ordered = most_frequent(facts.iter().map(|fact| (fact.from, fact.time)), names);
    ordered.into_iter().map(|address| names.shared(address)).collect()
}

/// Distinct names, most frequent first; of equals the one that came earliest, then the smaller text. Names of
/// one instant come in no order of their own, so each is given with its time.
fn most_frequent<Id: Named + Copy + Ord>(
    given: impl Iterator<Item = (Id, Option<Time>)>,
    names: &NameTable,
) -> Vec<Id> {
    let mut seen: BTreeMap<Id, (usize, Option<Time>)> = BTreeMap::new();
    let mut note = |(name, count, earliest): (Id, usize, Option<Time>)| {
        let entry = seen.entry(name).or_insert((0, earliest));
        *entry = (entry.0 + count, entry.1.min(earliest));
    };
    // Mostly it is the same name time and again.
    let mut run: Option<(Id, usize, Option<Time>)> = None;
    for (name, time) in given {
        match &mut run {
            Some((same, count, earliest)) if *same == name => {
                (*count, *earliest) = (*count + 1, time.min(*earliest))
            }
            _ => run.replace((name, 1, time)).into_iter().for_each(&mut note),
        }
    }
    run.into_iter().for_each(note);
    let mut ordered: Vec<(Id, (usize, Option<Time>))> = seen.into_iter().collect();
    ordered.sort_by_key(|(name, (count, time))| (Reverse(*count), *time, names.text(*name)));
    ordered.into_iter().map(|(name, _)| name).collect()
}
