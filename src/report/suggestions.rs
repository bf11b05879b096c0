//! Senders that look like one organisation, as lines for a brands file. Nothing is merged: only the reader knows
//! whether they are one.
//!
//! Two signs, the strongest in a header short of proof: the same name under several public suffixes, and
//! opt-outs taken under the domain of another sender (never a platform's, which would link unrelated senders).

use crate::fact::{GroupedBy, label};
use crate::judge::Case;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The most lines; more would hide the summary.
const MOST: usize = 3;

/// A sender, with what is compared.
#[derive(Debug, Default, Clone)]
struct SimilarSender<'a> {
    /// Its marketing messages.
    messages: usize,
    /// Other senders under whose domain it takes opt-outs.
    opts_out_at: &'a [String],
}

/// The lines to paste, with a line that explains them; none where no two senders look alike.
pub fn suggestions(cases: &[Case]) -> Vec<String> {
    let mut members: BTreeMap<&str, SimilarSender<'_>> = BTreeMap::new();
    for case in cases.iter().filter(|case| case.grouped_by == GroupedBy::Domain) {
        let member = members.entry(&case.sender).or_default();
        member.messages += case.received.len();
        member.opts_out_at = &case.opts_out_at;
    }
    members.retain(|name, member| member.messages > 0 && is_plain(name));
    let found = groups(&members);
    if found.is_empty() {
        return Vec::new();
    }
    let what = "these look like one organisation; to count them together, put this in a file and give it with --brands:";
    let mut lines = vec![what.to_string()];
    for domains in found.iter().take(MOST) {
        let name = domains.first().map_or("", |domain| label(domain).unwrap_or(domain));
        let domains: Vec<String> = domains.iter().map(|domain| format!("\"{domain}\"")).collect();
        lines.push("[[brand]]".to_string());
        // No-break spaces: what is to be pasted stays on its line on the narrowest terminal.
        lines.push(format!("name\u{a0}=\u{a0}\"{name}\""));
        lines.push(format!("domains\u{a0}=\u{a0}[{}]", domains.join(",\u{a0}")));
    }
    lines
}

/// Names that TOML and a terminal take as they are: all domains that mail can reach.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

/// Those that belong together, the most messages first, in groups and between them; then by name.
fn groups<'a>(members: &BTreeMap<&'a str, SimilarSender<'_>>) -> Vec<Vec<&'a str>> {
    let names: Vec<&str> = members.keys().copied().collect();
    let place: BTreeMap<&str, usize> = names.iter().copied().zip(0..).collect();
    let mut group: Vec<usize> = (0..names.len()).collect();
    let mut first_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, (name, member)) in members.iter().enumerate() {
        if let Some(label) = label(name) {
            join(&mut group, *first_of.entry(label).or_insert(at), at);
        }
        for other in member.opts_out_at.iter().filter_map(|other| place.get(other.as_str())) {
            join(&mut group, at, *other);
        }
    }
    let mut together: BTreeMap<usize, Vec<&'a str>> = BTreeMap::new();
    for (name, group) in names.into_iter().zip(group) {
        together.entry(group).or_default().push(name);
    }
    let messages = |name: &str| members.get(name).map_or(0, |member| member.messages);
    let mut found: Vec<Vec<&str>> = together.into_values().filter(|names| names.len() > 1).collect();
    found.iter_mut().for_each(|names| names.sort_by_key(|name| (Reverse(messages(name)), *name)));
    found.sort_by_key(|names| {
        (Reverse(names.iter().map(|name| messages(name)).sum::<usize>()), names.first().copied())
    });
    found
}

/// Puts the groups of two places together. Senders with marketing mail are few: going through all is quick enough.
fn join(group: &mut [usize], left: usize, right: usize) {
    let (Some(left), Some(right)) = (group.get(left).copied(), group.get(right).copied()) else { return };
    if left != right {
        group.iter_mut().filter(|group| **group == right).for_each(|group| *group = left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of senders, given as name, messages, and where they take opt-outs.
    fn grouped(senders: &[(&str, usize, &[&str])]) -> Vec<Vec<String>> {
        let opts_out_at: Vec<Vec<String>> =
            senders.iter().map(|(.., at)| at.iter().map(ToString::to_string).collect()).collect();
        let members = senders
            .iter()
            .zip(&opts_out_at)
            .map(|((name, messages, _), at)| (*name, SimilarSender { messages: *messages, opts_out_at: at }))
            .collect();
        groups(&members).into_iter().map(|names| names.into_iter().map(str::to_string).collect()).collect()
    }

    #[test]
    fn one_name_under_several_suffixes_looks_like_one() {
        let found = grouped(&[
            ("fjord.example", 3, &[]),
            ("fjord.test", 5, &[]),
            ("fjord-outlet.example", 9, &[]),
            ("shop.co.uk", 4, &[]),
            ("shop.de", 4, &[]),
        ]);
        assert_eq!(found, [["fjord.test", "fjord.example"], ["shop.co.uk", "shop.de"]]);
    }

    #[test]
    fn opt_outs_under_the_domain_of_another_sender_look_like_one() {
        let found = grouped(&[
            ("fjord.example", 1, &[]),
            ("outlet.example", 2, &["fjord.example"]),
            ("kids.example", 2, &["fjord.example", "not-in-the-report.example"]),
            ("other.example", 8, &["not-in-the-report.example"]),
        ]);
        assert_eq!(found, [["kids.example", "outlet.example", "fjord.example"]]);
    }

    #[test]
    fn strangers_are_left_alone() {
        assert!(grouped(&[("a.example", 1, &[]), ("b.example", 1, &[]), ("192.0.2.1", 1, &[])]).is_empty());
        assert_eq!(suggestions(&[]), Vec::<String>::new());
        assert!(!is_plain("a\"b.example") && !is_plain("ü.example") && is_plain("xn--bcher-kva.example"));
    }
}
