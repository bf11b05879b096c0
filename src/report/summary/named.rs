//! Senders by name: those that are flagged, each with the number that decides, and those that other options would flag.

use crate::judge::{Case, CountedMessages};
use crate::policy::{Policy, PolicyRule};
use crate::report::reason::hours;
use crate::report::visible;
use std::collections::BTreeMap;

/// The most names; more would hide the other lines.
const MOST: usize = 5;

/// The flagged senders in the report's order, each once: its worst pair's number, and to how many customers.
pub fn flagged(cases: &[Case], policy: &Policy) -> Option<String> {
    let mut named: Vec<(&str, String)> = Vec::new();
    let mut customers: BTreeMap<&str, u64> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.is_flagged(policy)) {
        let pairs = customers.entry(&case.sender).or_default();
        *pairs += 1;
        let rule = case.verdict.rule.and_then(|at| policy.rules.get(at));
        if let (1, Some((rule, stretch))) = (*pairs, rule.zip(case.verdict.shown)) {
            named.push((&case.sender, amount(rule, stretch)));
        }
    }
    let entries = named.iter().map(|(sender, amount)| match customers.get(sender) {
        Some(several @ 2..) => format!("{} ({amount}; {several} customers)", visible(sender)),
        _ => format!("{} ({amount})", visible(sender)),
    });
    let entries: Vec<String> = entries.collect();
    (!entries.is_empty()).then(|| format!("flagged: {}", few(&entries)))
}

/// Senders that would be flagged with that option.
pub fn would_be(senders: &[String], option: &str) -> Option<String> {
    let words = match senders.len() {
        0 => return None,
        1 => "1 more sender".to_string(),
        several => format!("{several} more senders"),
    };
    let names: Vec<String> = senders.iter().map(|sender| visible(sender).into_owned()).collect();
    Some(format!("{words} would be flagged with {option}: {}", few(&names)))
}

/// `28 of 28 days`, `4 days`, `3 messages`: what the rule found.
pub fn amount(rule: &PolicyRule, stretch: CountedMessages) -> String {
    let counted = |count: u32, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    if let Some(shortest_gap) = stretch.shortest_gap {
        return format!("{} apart", hours(shortest_gap.seconds));
    }
    match rule.window {
        Some(window) => format!("{} of {window} days", stretch.days),
        None if rule.days == 1 => counted(stretch.messages, "message"),
        None => counted(stretch.days, "day"),
    }
}

/// The first names, and how many more there are.
pub fn few(names: &[String]) -> String {
    let shown = names.get(..MOST).unwrap_or(names).join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Day;

    #[test]
    fn names_of_senders_are_few() {
        let names: Vec<String> = (0..7).map(|n| format!("s{n}.example")).collect();
        assert_eq!(
            would_be(&names, "--include-spam").as_deref(),
            Some(
                "7 more senders would be flagged with --include-spam: s0.example, s1.example, s2.example, s3.example, s4.example and 2 more"
            )
        );
        assert_eq!(would_be(&[], "--include-spam"), None);
        assert_eq!(few(&names[..5]), "s0.example, s1.example, s2.example, s3.example, s4.example");
    }

    #[test]
    fn the_amount_is_what_the_rule_asks_for() {
        let stretch = CountedMessages {
            days: 2,
            messages: 3,
            decided_days: 2,
            first: Day::from_number(0),
            last: Day::from_number(9),
            shortest_gap: None,
        };
        let found = |days, window| {
            let rule = PolicyRule {
                verdict: "x".into(),
                flag: true,
                consent: None,
                days,
                messages: 1,
                window,
                across: None,
                min_gap: None,
                must_be_zero: Vec::new(),
            };
            amount(&rule, stretch)
        };
        assert_eq!(
            [found(2, Some(28)), found(2, None), found(1, None)],
            ["2 of 28 days", "2 days", "3 messages"]
        );
    }
}
