//! Who is one sender and who are two: the measured set of `fixtures/senders.toml`.
//!
//! `cargo test --test senders -- --nocapture` prints how many pairs of each sort are right.

use mailfatigue::fact::{Brands, Organisation, ReadingSettings, Senders};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    pair: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    sort: String,
    one: Option<[String; 2]>,
    two: Option<[String; 2]>,
    #[serde(default)]
    brands: bool,
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn sender(settings: &ReadingSettings, side: &str) -> Option<Organisation> {
    let header = if side.starts_with("From:") { side.to_string() } else { format!("From: {side}\n") };
    settings.sender_of(format!("{header}Subject: News\n\nText\n").as_bytes())
}

#[test]
fn who_is_one_sender_and_who_are_two() {
    let set: Set = toml::from_str(&std::fs::read_to_string(fixture("senders.toml")).expect("the set"))
        .expect("a valid set");
    let plain = ReadingSettings::plain(0).expect("the built-in rules");
    let mut branded = ReadingSettings::plain(0).expect("the built-in rules");
    branded.senders = Senders::new(Brands::read(&fixture("senders.brands.toml")).expect("brands"));
    let mut right: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for pair in &set.pair {
        let (expected, sides) = match (&pair.one, &pair.two) {
            (Some(sides), None) => ("one", sides),
            (None, Some(sides)) => ("two", sides),
            _ => panic!("a pair of {} is neither one nor two", pair.sort),
        };
        let settings = if pair.brands { &branded } else { &plain };
        let found = sides.each_ref().map(|side| sender(settings, side));
        let holds = found.iter().all(Option::is_some) && (found[0] == found[1]) == (expected == "one");
        let count = right.entry((&pair.sort, expected)).or_default();
        *count = (count.0 + usize::from(holds), count.1 + 1);
        if !holds {
            wrong.push(format!("{} should be {expected}: {sides:?} are {found:?}", pair.sort));
        }
    }
    for ((sort, expected), (held, all)) in &right {
        println!("{held:3} of {all:3} right: {sort}, {expected}");
    }
    assert!(set.pair.len() >= 120, "only {} pairs", set.pair.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
