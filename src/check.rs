//! The main job: mailboxes in, a judged account of them out.

mod account;
mod by_customer;
mod plan;
mod redact;
mod shared_messages;
mod totals;

pub use account::{MailFound, account};
pub use plan::{Plan, PlanBuilder};
pub use redact::redact_facts;

use crate::consent::{Findings, MailParties};
use crate::error::{Error, Result};
use crate::fact::Details;
use crate::gather::{Gathered, ReadProgress};
use crate::history::{Counted, History, Scope, Tally};
use crate::judge::{Case, JudgeContext};
use crate::mailbox::Remark;
use crate::report;
use crate::time::Day;
use totals::JudgedTotals;

/// Everything that was found out.
#[derive(Debug)]
pub struct Outcome {
    /// All messages, sorted.
    pub history: History,
    /// What the mailboxes prove about consent.
    pub findings: Findings,
    /// The place of each message, where that was asked for.
    pub details: Details,
    /// The pairs of the report, in its order.
    pub cases: Vec<Case>,
    /// What customers got from several senders together, where the policy has rules for that.
    pub pressure: Vec<Case>,
    /// All messages, counted.
    pub tally: Tally,
    /// The day of asking.
    pub as_of: Option<Day>,
    /// Whom consent lists may be about, where some were given.
    pub parties: Option<MailParties>,
    /// Whether customers were judged one by one, and their facts let go: the history has none.
    pub is_by_customer: bool,
    /// Bulk messages (they offer a way out) that no rule and no signs decided: counted as other mail.
    pub undecided_bulk: u64,
    /// Senders that would be flagged if spam counted.
    pub flagged_in_spam: Vec<String>,
    /// Senders that would be flagged if unverified mail counted.
    pub flagged_in_unverified: Vec<String>,
    /// How many mailboxes (files, folders, archives) of the command line could be read, at least in part.
    pub mailboxes_read: usize,
    /// How many files in folders and archives contain no mail.
    pub without_mail: u64,
}

/// Who is given each customer that was judged, with the places of the messages, where customers are judged one by one.
pub type EachCustomer<'a> = &'a mut dyn FnMut(&JudgeContext<'_>, &Details) -> Result<()>;

/// Reads all mailboxes and judges their mail. `progress` is called at each step. A mailbox that
/// can't be read is a failure of its own; the others are judged.
pub fn check(plan: &Plan, progress: &(dyn Fn(ReadProgress) + Sync)) -> Result<Outcome> {
    check_each(plan, progress, &mut |_, _| Ok(()))
}

/// The same; where the plan allows it and the input is facts that come sorted by customer, each customer's are judged,
/// handed to `each` and let go. Then the history that is returned has no facts.
pub fn check_each(
    plan: &Plan,
    progress: &(dyn Fn(ReadProgress) + Sync),
    each: EachCustomer<'_>,
) -> Result<Outcome> {
    let (gathered, judged, known) = match plan.day_before_judging() {
        Some(as_of) => {
            let (gathered, judged) = by_customer::judge(plan, as_of, each, progress)?;
            (gathered, judged, as_of)
        }
        None => (plan.gather(progress), None, None),
    };
    let is_by_customer = judged.is_some();
    let mut judged = judged.unwrap_or_default();
    let Gathered { batch: mut everything, names, arguments } = gathered;
    let found = MailFound::of(is_by_customer || !everything.facts.is_empty(), &everything.skips);
    let notes = account(&arguments, found);
    everything.remarks.extend(notes);
    let details = std::mem::take(&mut everything.details);
    let mut history = History::of(everything, names, plan.settings.rules.of_streams(), &plan.scope.zone);
    let findings = Findings::of(&history, &plan.scope.zone);
    let as_of = known.or_else(|| plan.day_of_asking(history.newest));
    judged.add(plan, &history, &findings, as_of);
    (history.oldest, history.newest) = judged.times();
    let (flagged_in_spam, flagged_in_unverified) = (judged.flagged_in_spam(), judged.flagged_in_unverified());
    let JudgedTotals { mut cases, mut pressure, tally, undecided_bulk, parties, .. } = judged;
    report::sort(&mut pressure, &plan.policy);
    report::sort(&mut cases, &plan.policy);
    Ok(Outcome {
        history,
        findings,
        details,
        cases,
        pressure,
        tally,
        as_of,
        parties,
        is_by_customer,
        undecided_bulk,
        flagged_in_spam,
        flagged_in_unverified,
        mailboxes_read: arguments.iter().filter(|(_, counts)| counts.is_read()).count(),
        without_mail: arguments.iter().map(|(_, counts)| u64::from(counts.without_mail)).sum(),
    })
}

impl Outcome {
    /// Whether everything could be read.
    pub fn complete(&self) -> bool {
        !self.is_empty() && !self.history.remarks.iter().any(|remark| matches!(remark, Remark::Failed(_)))
    }

    /// Whether no message was found at all, not even an unusable one.
    pub fn is_empty(&self) -> bool {
        self.found() == MailFound::Nothing
    }

    /// What was found.
    pub fn found(&self) -> MailFound {
        MailFound::of(self.tally.sum() > self.tally.of(Counted::Unusable), &self.history.skips)
    }

    /// An error where the newest message is more than `days` days old at the time of the run.
    pub fn older_than(&self, days: u32, plan: &Plan) -> Option<Error> {
        let zone = &plan.scope.zone;
        let today = zone.day_at(plan.settings.now);
        let what = match self.history.newest.map(|time| zone.day(time)) {
            None if self.is_empty() => return None,
            None => "no message has a date".to_string(),
            Some(newest) => {
                let age = i64::from(today.number()) - i64::from(newest.number());
                if age <= i64::from(days) {
                    return None;
                }
                let days = if age == 1 { "day" } else { "days" };
                format!("the newest message is of {newest}, {age} {days} ago")
            }
        };
        let error = Error::new(format!("--max-age {days}"), what);
        Some(error.hint("see whether these mailboxes still get mail; the report covers what is in them"))
    }

    /// What is wrong with a period that no message is in, while there are dated ones.
    pub fn period_without_mail(&self, scope: &Scope) -> Option<Error> {
        let (oldest, newest) = (scope.zone.day(self.history.oldest?), scope.zone.day(self.history.newest?));
        let late = scope.since.filter(|since| *since > newest);
        let early = scope.until.filter(|until| *until < oldest);
        let (option, what) = match (late, early) {
            (Some(since), _) => {
                ("--since", format!("{since} is after the newest message, so that none counts"))
            }
            (_, Some(until)) => {
                ("--until", format!("{until} is before the oldest message, so that none counts"))
            }
            _ => return None,
        };
        let period = if oldest == newest { oldest.to_string() } else { format!("{oldest} to {newest}") };
        Some(Error::new(option, what).hint(format!("the mail that was read is of {period}")).as_warning())
    }

    /// The first and the last day of the mail that was read, within the period of `scope`; `None`: no message is
    /// dated within it.
    pub fn period(&self, scope: &Scope) -> Option<(Day, Day)> {
        let (oldest, newest) = (scope.zone.day(self.history.oldest?), scope.zone.day(self.history.newest?));
        let first = scope.since.map_or(oldest, |since| since.max(oldest));
        let last = scope.until.map_or(newest, |until| until.min(newest));
        (first <= last).then_some((first, last))
    }

    /// The cases with marketing mail: in the report's order they come before the others.
    pub fn marketing_cases(&self) -> &[Case] {
        let end = self.cases.partition_point(|case| !case.received.is_empty());
        self.cases.get(..end).unwrap_or_default()
    }
}
