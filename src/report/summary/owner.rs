//! What the summary says about `--owner`: addresses that no message names, and addresses that look like one person's.

use crate::judge::Case;
use crate::report::visible;
use std::collections::{BTreeMap, BTreeSet};

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
pub fn unnamed(owners: &[&str]) -> Option<String> {
    let names: Vec<String> = owners.iter().map(|owner| visible(owner).into_owned()).collect();
    (!names.is_empty()).then(|| {
        let hint = if names.len() == 1 { "check its spelling" } else { "check their spelling" };
        format!("warning: no message names {} (--owner); {hint}", names.join(" or "))
    })
}

/// Customers that look like one person: the same name before the `@`, and mail of the same sender. Counted apart, they
/// split a daily sender.
pub fn one_person(cases: &[Case]) -> Vec<String> {
    let mut senders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for case in cases {
        senders.entry(&case.customer).or_default().insert(&case.sender);
    }
    let mut persons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for customer in senders.keys() {
        let Some((local, _)) = customer.split_once('@') else { continue };
        let name = local.replace(['.', '_', '-'], "");
        if name.len() >= 3 && !OFFICES.contains(&name.as_str()) {
            persons.entry(name).or_default().push(customer);
        }
    }
    let shares = |customers: &[&str]| {
        let all = || customers.iter().flat_map(|customer| &senders[customer]);
        all().collect::<BTreeSet<_>>().len() < all().count()
    };
    let alike =
        persons.values().filter(|customers| (2..=MOST).contains(&customers.len()) && shares(customers));
    let line = |customers: &Vec<&str>| {
        let names: Vec<String> = customers.iter().map(|name| visible(name).into_owned()).collect();
        let options: Vec<String> = names.iter().map(|name| format!("--owner {name}")).collect();
        format!(
            "{} look like one person's; to count them together: {}",
            names.join(" and "),
            options.join(" ")
        )
    };
    alike.map(line).take(MOST).collect()
}
