//! Whom to explain: the pairs that a name on the command line means.

use crate::error::{Error, Result, nearest};
use crate::fact::{canonical, domain_of, normal_address, normal_domain, parents};
use crate::history::{History, Pair};
use crate::report::visible;
use std::collections::BTreeSet;

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// A sender as the report shows it, one of its From addresses, or a domain of these.
    pub sender: &'a str,
    /// A customer as the report shows it; `None`: all.
    pub customer: Option<&'a str>,
}

/// The pairs meant, or an error that names the nearest. The report's own name for a sender goes before its
/// addresses, these before their domains.
pub fn find<'a>(history: &'a History, wanted: &Wanted<'_>) -> Result<Vec<Pair<'a>>> {
    let names = &history.names;
    let lower = wanted.sender.trim().to_lowercase();
    let (address, domain) = (normal_address(wanted.sender), normal_domain(wanted.sender.trim()));
    let from = |pair: &Pair<'a>, is_meant: &dyn Fn(&str) -> bool| {
        pair.facts.iter().any(|fact| is_meant(names.addresses.text(fact.from)))
    };
    let by_name: Vec<Pair<'a>> =
        pairs(history, &|pair| names.senders.text(pair.sender).to_lowercase() == lower);
    let by_address = || pairs(history, &|pair| from(pair, &|text| text == address));
    let of_domain = |text: &str| domain_of(text).is_some_and(|of| parents(of).any(|of| of == domain));
    let by_domain = || pairs(history, &|pair| from(pair, &of_domain));
    let found = [by_name].into_iter().chain([by_address(), by_domain()]).find(|found| !found.is_empty());
    let Some(of_sender) = found else {
        let known: BTreeSet<&str> = history.pairs().map(|pair| names.senders.text(pair.sender)).collect();
        return Err(unknown("--sender", wanted.sender, "sender", &known));
    };
    let Some(customer) = wanted.customer else { return Ok(of_sender) };
    let customers: BTreeSet<&str> =
        of_sender.iter().map(|pair| names.customers.text(pair.customer)).collect();
    let meant = |pair: &Pair<'a>| {
        let text = names.customers.text(pair.customer);
        text.eq_ignore_ascii_case(customer.trim()) || text == canonical(customer)
    };
    let found: Vec<Pair<'a>> = of_sender.into_iter().filter(meant).collect();
    if found.is_empty() {
        return Err(unknown("--customer", customer, "customer of that sender", &customers));
    }
    Ok(found)
}

fn pairs<'a>(history: &'a History, is_meant: &dyn Fn(&Pair<'a>) -> bool) -> Vec<Pair<'a>> {
    history.pairs().filter(|pair| is_meant(pair)).collect()
}

fn unknown(option: &str, given: &str, what: &str, known: &BTreeSet<&str>) -> Error {
    let error = Error::new(option, format!("no mail was found of a {what} called `{given}`"));
    let near = nearest(given, known.iter().copied());
    let shown = |names: Vec<&str>| {
        names.iter().map(|name| format!("`{}`", visible(name))).collect::<Vec<_>>().join(" or ")
    };
    match (near.as_slice(), known.len()) {
        ([], 0) => error.hint("the mailboxes hold no message of anybody"),
        ([], 1..=5) => error.hint(format!("there is {}", shown(known.iter().copied().collect()))),
        ([], _) => error.hint("`mailfatigue check --all` lists every sender and customer"),
        _ => error.hint(format!("did you mean {}?", shown(near))),
    }
}
