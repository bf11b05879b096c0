//! The summary's lines about `--owner`: addresses that no message names, and addresses that look like one person's.

use crate::error::Error;
use crate::judge::Case;
use crate::report::visible;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A mailbox in which more addresses than these share a name is not one person's.
const MOST: usize = 5;

/// Names of offices, which every organisation has.
const OFFICES: [&str; 16] = [
    "info",
    "office",
    "kontakt",
    "contact",
    "mail",
    "post",
    "sales",
    "support",
    "service",
    "admin",
    "postmaster",
    "hello",
    "team",
    "buero",
    "accounts",
    "newsletter",
];

/// The addresses given with `--owner` that no message names.
pub fn unnamed(owners: &[&str]) -> Option<Error> {
    let names: Vec<String> = owners.iter().map(|owner| visible(owner).into_owned()).collect();
    (!names.is_empty()).then(|| {
        let hint = if names.len() == 1 { "check its spelling" } else { "check their spelling" };
        Error::new(format!("--owner {}", names.join(" --owner ")), "no message names it")
            .hint(hint)
            .as_warning()
    })
}

/// Customers that look like one person: the same name before the `@` (in a mailbox of few customers, a part of the name),
/// and mail of the same sender. Counted apart, they split a daily sender.
pub fn one_person(cases: &[Case]) -> Vec<String> {
    let mut senders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for case in cases {
        senders.entry(&case.customer).or_default().insert(&case.sender);
    }
    let shares = |customers: &[&str]| {
        let all = || customers.iter().filter_map(|customer| senders.get(customer)).flatten();
        all().collect::<BTreeSet<_>>().len() < all().count()
    };
    let customers: Vec<&str> = senders.keys().copied().collect();
    let groups = alike(&customers).into_iter().filter(|group| group.len() <= MOST && shares(group));
    let line = |customers: Vec<&str>| {
        let names: Vec<String> = customers.iter().map(|name| visible(name).into_owned()).collect();
        let options: Vec<String> = names.iter().map(|name| format!("--owner {name}")).collect();
        format!(
            "{} look like one person's; to count them together: {}",
            names.join(" and "),
            options.join(" ")
        )
    };
    groups.map(line).take(MOST).collect()
}

/// Addresses with one name, in groups of at least two.
fn alike<'a>(customers: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut groups: Vec<Vec<&'a str>> = Vec::new();
    // By name, the first group that has it: comparing each with each would take a company's journal an hour.
    let mut by_name: HashMap<String, usize> = HashMap::new();
    for customer in customers {
        let Some((local, _)) = customer.split_once('@') else { continue };
        let mut names = BTreeSet::from([local.replace(['.', '_', '-'], "")]);
        if customers.len() <= MOST {
            names.extend(local.split(['.', '_', '-']).map(str::to_string));
        }
        names.retain(|name| name.len() >= 3 && !OFFICES.contains(&name.as_str()));
        let known = names.iter().filter_map(|name| by_name.get(name)).min().copied();
        let group = known.unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(customer);
        for name in names {
            let first = by_name.entry(name).or_insert(group);
            *first = group.min(*first);
        }
    }
    groups.into_iter().filter(|group| group.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_makes_one_person_and_an_office_does_not() {
        for (customers, expected) in [
            (&["robin@home.example", "robin@work.example"][..], 1),
            (&["robin.taylor@mail.example", "robintaylor@mail.example"], 1),
            (&["robin.taylor@work.example", "robin@home.example"], 1),
            (&["info@home.example", "info@work.example"], 0),
            (&["jo@home.example", "jo@work.example"], 0),
            (&["ann@home.example", "robin@home.example", "unknown"], 0),
            (&["seed01@home.example", "seed02@home.example"], 0),
            // Many people have a name in common.
            (
                &[
                    "ann.a@x.test",
                    "ann.b@x.test",
                    "ann.c@x.test",
                    "ann.d@x.test",
                    "ann.e@x.test",
                    "ann.f@x.test",
                ],
                0,
            ),
        ] {
            assert_eq!(alike(customers).len(), expected, "{customers:?}");
        }
    }
}
