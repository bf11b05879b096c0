//! Contact pressure: what one customer got from several senders together, the brands of a group or all of them. Judged by
//! the rules that count across senders, and by no others.

use super::newest::messages_a_year;
use super::{Case, JudgeContext, JudgedMail, ReceivedMessage, Share, count, judge};
use crate::cadence::ActiveDays;
use crate::fact::GroupedBy;
use crate::policy::Across;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What the report calls all senders.
const ALL: &str = "*";

/// The rows of the rules that count across senders: for each customer one over all senders, and one over each group of
/// brands with marketing to that customer. None where the policy has no such rules.
pub fn pressure(cases: &[Case], judging: &JudgeContext<'_>) -> Vec<Case> {
    let asks = |across| judging.policy.rules.iter().any(|rule| rule.across == Some(across));
    let (groups, all) = (asks(Across::BrandGroup), asks(Across::All));
    let mut together: BTreeMap<(Across, &str, &str), Vec<&Case>> = BTreeMap::new();
    for case in cases.iter().filter(|case| !case.received.is_empty()) {
        let is_brand = case.grouped_by == GroupedBy::Brand;
        let group = judging.senders.group(&case.sender).filter(|_| groups && is_brand);
        let keys = group.map(|group| (Across::BrandGroup, group)).into_iter();
        for (across, name) in keys.chain(all.then_some((Across::All, ALL))) {
            together.entry((across, name, &case.customer)).or_default().push(case);
        }
    }
    together.into_iter().map(|((across, name, _), cases)| merged(across, name, &cases, judging)).collect()
}

/// One row over several senders. What only one sender can have is left out.
fn merged(across: Across, name: &str, cases: &[&Case], judging: &JudgeContext<'_>) -> Case {
    let mut received: Vec<ReceivedMessage> = cases.iter().flat_map(|case| &case.received).copied().collect();
    received.sort_by_key(|message| (message.at, message.day));
    let active: ActiveDays = received.iter().map(|message| message.day).collect();
    let sum = |of: fn(&Case) -> u32| cases.iter().map(|case| of(case)).sum();
    let share = |of: fn(&Case) -> Share| {
        let shares = cases.iter().map(|case| of(case));
        shares.fold(Share::default(), |one, other| Share {
            part: one.part + other.part,
            whole: one.whole + other.whole,
        })
    };
    let mut busiest: Vec<&&Case> = cases.iter().collect();
    busiest.sort_by_key(|case| (Reverse(case.received.len()), &case.sender));
    let newest =
        cases.iter().max_by_key(|case| (case.received.last().map(|last| last.at), Reverse(&case.sender)));
    let customer = cases.first().map_or("", |case| case.customer.as_str());
    Case {
        sender: name.into(),
        customer: customer.into(),
        sender_name: None,
        addresses: busiest.iter().flat_map(|case| case.addresses.iter().cloned()).collect(),
        grouped_by: match across {
            Across::BrandGroup => GroupedBy::Group,
            Across::All => GroupedBy::All,
        },
        opts_out_at: Box::default(),
        verdict: judge(
            &received,
            judging.policy,
            JudgedMail { across: Some(across), customer },
            judging.as_of,
        ),
        cadence: Some(active.cadence()),
        consent: None,
        shown_by: None,
        has_row: None,
        opted_out_on: None,
        customer_since: None,
        other_messages: sum(|case| case.other_messages),
        spam_messages: sum(|case| case.spam_messages),
        mixed_messages: sum(|case| case.mixed_messages),
        inferred_messages: sum(|case| case.inferred_messages),
        undecided_messages: sum(|case| case.undecided_messages),
        place: None,
        trend: None,
        pace: active.pace(),
        unread_run: None,
        messages_a_year: messages_a_year(&received, judging.as_of),
        unread: share(|case| case.unread),
        deleted: share(|case| case.deleted),
        load: Share::default(),
        way_out: newest.and_then(|case| case.way_out),
        no_reply: newest.and_then(|case| case.no_reply),
        of_senders: Some(count(cases)),
        blocked: false,
        received: received.into(),
    }
}
