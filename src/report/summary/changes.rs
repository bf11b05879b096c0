//! What is new since the last run: the first lines of the summary.

use super::named::few;
use super::{counted, thousands};
use crate::error::Error;
use crate::history::{Counted, Tally};
use crate::judge::{Case, Trend};
use crate::report::visible;
use crate::since_last::{ChangedPair, Changes, PairName, called};
use std::collections::{BTreeSet, HashMap};

/// Which pairs a heading lists, and what it says of each.
type ChangeGroup = (&'static str, fn(&ChangedPair) -> bool, fn(&ChangedPair) -> String);

const GROUPS: [ChangeGroup; 4] = [
    ("newly flagged", ChangedPair::is_newly_flagged, |pair| format!("{} of the last 28 days", pair.now.days)),
    (
        "new",
        |pair| pair.trend == Trend::New && !pair.now.flagged,
        |pair| format!("{} of the last 28 days", pair.now.days),
    ),
    ("worse", |pair| pair.trend == Trend::Worse && !pair.is_newly_flagged(), from_to),
    (
        "better",
        |pair| pair.trend == Trend::Better,
        |pair| match pair.now.flagged {
            true => from_to(pair),
            false if pair.before.is_some_and(|before| before.flagged) => {
                format!("no longer flagged; {}", from_to(pair))
            }
            false => from_to(pair),
        },
    ),
];

fn from_to(pair: &ChangedPair) -> String {
    let before = pair.before.map_or(0, |before| before.days);
    format!("from {before} to {} of the last 28 days", pair.now.days)
}

/// The lines: how many of each, then each by name, newly flagged ones first. Rows over several senders are among them.
pub fn lines(changes: &Changes, cases: &[Case], pressure: &[Case], tally: &Tally) -> Vec<String> {
    let Some(before) = changes.before else {
        return vec![
            "first run with this state file: there is nothing to compare with, so every sender is new".into(),
        ];
    };
    let several = cases.iter().map(|case| &case.customer).collect::<BTreeSet<_>>().len() > 1;
    let (mut counts, mut named) = (Vec::new(), Vec::new());
    for (heading, belongs, says) in GROUPS {
        let pairs: Vec<&ChangedPair> = changes.changed.iter().filter(|pair| belongs(pair)).collect();
        if !pairs.is_empty() {
            counts.push(format!("{} {heading}", thousands(pairs.len() as u64)));
            let pairs: Vec<_> = pairs.iter().map(|pair| (&pair.name, Some(says(pair)))).collect();
            named.push(format!("{heading}: {}", few(&entries(&pairs, several))));
        }
    }
    if !changes.gone.is_empty() {
        counts.push(format!("{} gone", thousands(changes.gone.len() as u64)));
        let gone: Vec<_> = changes.gone.iter().map(|name| (name, None)).collect();
        named.push(format!("gone: {}", few(&entries(&gone, several))));
    }
    let rows = cases.iter().chain(pressure);
    let ongoing = rows.filter(|case| case.trend == Some(Trend::Ongoing)).count() as u64;
    let mut head = match before.as_of {
        Some(day) => format!("since {day}: "),
        None => "since the last run: ".to_string(),
    };
    head += &if counts.is_empty() { "nothing new".to_string() } else { counts.join(", ") };
    if ongoing > 0 {
        head += &format!("; {} as before", counted(ongoing, "pair", "pairs"));
    }
    let mut lines = vec![head];
    lines.extend(named);
    let none_usable = tally.sum() == tally.of(Counted::Unusable);
    let why = match (changes.complete, before.later) {
        (false, _) if none_usable => Some("no message can be used"),
        (false, _) => Some("a mailbox could not be read"),
        (true, true) => Some("the last run was of a later day"),
        (true, false) => None,
    };
    lines.extend(why.map(|why| format!("{why}, so nothing is called better or gone")));
    lines
}

/// The names of pairs, each sender once, with the note on the first of its pairs.
fn entries(pairs: &[(&PairName, Option<String>)], several: bool) -> Vec<String> {
    let mut customers: HashMap<&str, u64> = HashMap::new();
    for ((sender, _), _) in pairs {
        *customers.entry(sender).or_default() += 1;
    }
    let mut seen = BTreeSet::new();
    let firsts = pairs.iter().filter(|((sender, _), _)| seen.insert(sender.as_str()));
    let entry = |((sender, customer), says): &(&PairName, Option<String>)| {
        let name = called(sender);
        let name = visible(&name);
        match (customers.get(sender.as_str()), says) {
            (Some(all @ 2..), _) => format!("{name} ({all} customers)"),
            (_, Some(says)) if several => format!("{name} to {} ({says})", visible(customer)),
            (_, None) if several => format!("{name} to {}", visible(customer)),
            (_, Some(says)) => format!("{name} ({says})"),
            (_, None) => name.to_string(),
        }
    };
    firsts.map(entry).collect()
}

/// A warning where less than half as many messages were read as the last time: a mailbox was replaced or moved.
pub fn fewer_messages(changes: &Changes, tally: &Tally) -> Option<Error> {
    let (then, now) = (changes.before?.messages, tally.sum());
    (now < then.div_ceil(2)).then(|| {
        let what = format!("{} read, {} the last time", counted(now, "message", "messages"), thousands(then));
        Error::new("the mailboxes", what).hint("see whether one of them was replaced or moved").as_warning()
    })
}
