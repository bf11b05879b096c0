//! Explanations of rows of contact pressure: what came from several senders together to one customer.

use super::build::{explained_message, mailboxes, of_case, safe};
use super::{Explanation, SenderPart};
use crate::error::{Error, Result};
use crate::fact::{Fact, GroupedBy};
use crate::history::{Counted, Pair};
use crate::judge::{Case, ConsentRecord, JudgeContext, JudgedMail};
use crate::policy::Across;
use crate::report::messages::MessageContext;
use crate::report::{SenderQuery, visible};
use std::cmp::Reverse;

/// How all senders are called, on the command line and in the report.
const ALL: &str = "*";

/// The matching rows, where `*` or the name of a group is asked for and no sender has that name.
pub fn find_together<'a>(
    rows: &'a [Case],
    wanted: &SenderQuery<'_>,
    judging: &JudgeContext<'_>,
) -> Result<Option<Vec<&'a Case>>> {
    let name = wanted.sender.trim();
    let names = &judging.history.names;
    let is_sender = judging.history.pairs().any(|pair| names.text(pair.sender).eq_ignore_ascii_case(name));
    let named: Vec<&Case> = rows.iter().filter(|row| row.sender.eq_ignore_ascii_case(name)).collect();
    if is_sender || (named.is_empty() && name != ALL) {
        return Ok(None);
    }
    if named.is_empty() {
        let counts = judging.policy.rules.iter().any(|rule| rule.across == Some(Across::All));
        let what = if counts {
            "there is no marketing mail"
        } else {
            "the policy has no rule that counts over all senders"
        };
        let hint = "give the name of a sender; a rule with across = \"all\" in the policy judges all senders together";
        return Err(Error::new("--sender `*`", what).hint(hint));
    }
    let Some(customer) = wanted.customer else { return Ok(Some(named)) };
    let known = crate::fact::canonical(customer);
    let meant: Vec<&Case> = named
        .into_iter()
        .filter(|row| row.customer.eq_ignore_ascii_case(customer.trim()) || *row.customer == *known)
        .collect();
    if meant.is_empty() {
        let what = format!("no row over several senders is about `{}`", visible(customer));
        return Err(Error::new("--customer", what).hint("leave it out for all customers"));
    }
    Ok(Some(meant))
}

/// Explains such a row: its rules, its days, and the marketing messages of all its senders.
pub fn explain_together(
    row: &Case,
    judging: &JudgeContext<'_>,
    message_context: &MessageContext<'_>,
) -> Explanation {
    let across = if row.grouped_by == GroupedBy::Group { Across::BrandGroup } else { Across::All };
    let subject = JudgedMail { across: Some(across), customer: &row.customer };
    let pairs: Vec<Pair<'_>> = judging.history.pairs().filter(|pair| is_part(pair, row, judging)).collect();
    let counts = |fact: &&Fact| judging.scope.counted_as(fact) == Counted::Marketing;
    let facts = pairs.iter().flat_map(|pair| pair.facts.iter().filter(counts));
    let mailboxes = mailboxes(facts, message_context);
    let mut messages = Vec::new();
    let mut senders = Vec::new();
    for pair in &pairs {
        let record = ConsentRecord::of(pair, judging);
        let facts: Vec<&Fact> = pair.facts.iter().filter(counts).collect();
        let sender = safe(judging.history.names.text(pair.sender));
        senders.push(SenderPart { sender, messages: facts.len() });
        let all = facts.into_iter().map(|fact| {
            (
                (fact.time, fact.order),
                explained_message(fact, Counted::Marketing, &record, judging, message_context, &mailboxes),
            )
        });
        messages.extend(all);
    }
    senders.retain(|part| part.messages > 0);
    senders.sort_by(|left, right| {
        (Reverse(left.messages), &left.sender).cmp(&(Reverse(right.messages), &right.sender))
    });
    messages.sort_by_key(|(at, _)| *at);
    Explanation {
        senders,
        mailboxes: mailboxes.iter().map(|id| safe(judging.history.names.text(*id))).collect(),
        messages: messages.into_iter().map(|(_, message)| message).collect(),
        ..of_case(row, subject, judging)
    }
}

/// Whether a pair is one of those that a row is over.
fn is_part(pair: &Pair<'_>, row: &Case, judging: &JudgeContext<'_>) -> bool {
    let names = &judging.history.names;
    let of_group = || {
        let first = pair.facts.first();
        let organisation = first.map(|fact| judging.senders.organisation(names.unredacted(fact.from)));
        organisation.is_some_and(|sender| sender.grouped_by == GroupedBy::Brand)
            && judging.senders.group(names.unredacted(pair.sender)) == Some(row.sender.as_str())
    };
    *names.text(pair.customer) == *row.customer && (row.grouped_by == GroupedBy::All || of_group())
}
