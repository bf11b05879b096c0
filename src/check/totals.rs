//! What was judged so far: everything that was read, or one customer after the other. Either way the sums are the same,
//! because every verdict, share and rank is about one customer's mail.

use super::Plan;
use crate::consent::{Findings, MailParties};
use crate::fact::{Fact, Name, WayOut};
use crate::history::{Counted, History, Pair, Scope, Tally};
use crate::judge::{self, Case, JudgeContext};
use crate::time::{Day, Time};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What was judged so far.
#[derive(Debug, Default)]
pub(super) struct JudgedTotals {
    /// The pairs to be listed.
    pub cases: Vec<Case>,
    /// Rows of contact pressure.
    pub pressure: Vec<Case>,
    pub tally: Tally,
    pub undecided_bulk: u64,
    /// Senders and customers of the mail, where there are consent lists.
    pub parties: Option<MailParties>,
    oldest: Option<Time>,
    newest: Option<Time>,
    flagged: BTreeSet<Name>,
    flagged_with_spam: BTreeSet<Name>,
    flagged_with_unverified: BTreeSet<Name>,
}

impl JudgedTotals {
    /// Judges what was read of some customers, whole customers each.
    pub fn add(&mut self, plan: &Plan, history: &History, findings: &Findings, as_of: Option<Day>) {
        let tally = history.tally(&plan.scope);
        let flagged = |scope: Scope| {
            let judging = plan.judging(history, findings, &scope, as_of);
            flagged_senders(&judging, plan.threads)
        };
        if tally.of(Counted::Spam) > 0 {
            let with_spam = Scope { include_spam: true, ..plan.scope.clone() };
            self.flagged_with_spam.append(&mut flagged(with_spam));
        }
        if tally.of(Counted::Unverified) > 0 {
            let with_unverified = Scope { include_unverified: true, ..plan.scope.clone() };
            self.flagged_with_unverified.append(&mut flagged(with_unverified));
        }
        self.tally.add_all(&tally);
        let mut cases = cases(&plan.judging(history, findings, &plan.scope, as_of), plan.threads);
        let is_flagged = |case: &&Case| case.is_flagged(&plan.policy);
        self.flagged.extend(cases.iter().filter(is_flagged).map(|case| case.sender.clone()));
        self.undecided_bulk += undecided_bulk(plan, history).len() as u64;
        let judging = plan.judging(history, findings, &plan.scope, as_of);
        self.pressure.append(&mut judge::pressure(&cases, &judging));
        judge::rank(&mut cases);
        cases.retain(|case| plan.all || !case.received.is_empty());
        match self.cases.is_empty() {
            true => self.cases = cases,
            false => self.cases.append(&mut cases),
        }
        self.oldest = [self.oldest, history.oldest].into_iter().flatten().min();
        self.newest = self.newest.max(history.newest);
        if plan.ledger.given {
            self.parties.get_or_insert_default().add(history);
        }
    }

    /// The times of the oldest and the newest message.
    pub fn times(&self) -> (Option<Time>, Option<Time>) {
        (self.oldest, self.newest)
    }

    /// Senders that would be flagged if spam counted.
    pub fn flagged_in_spam(&self) -> Vec<String> {
        self.flagged_with_spam.difference(&self.flagged).map(Name::to_string).collect()
    }

    /// Senders that would be flagged if unverified mail counted.
    pub fn flagged_in_unverified(&self) -> Vec<String> {
        self.flagged_with_unverified.difference(&self.flagged).map(Name::to_string).collect()
    }
}

/// The bulk messages that no rule and no signs decided, by their numbers.
pub(super) fn undecided_bulk(plan: &Plan, history: &History) -> HashSet<u32> {
    let undecided = |fact: &&Fact| {
        fact.way_out != WayOut::Absent
            && plan.settings.rules.is_undecided(fact.rule)
            && plan.scope.counted_as(fact) == Counted::Other
    };
    history.facts().iter().filter(undecided).map(|fact| history.message_of(fact)).collect()
}

/// All pairs, judged.
fn cases(judging: &JudgeContext<'_>, threads: usize) -> Vec<Case> {
    let history = judging.history;
    let mut loads: HashMap<_, u32> = HashMap::new();
    for fact in history.facts().iter().filter(|fact| judging.scope.counted_as(fact) == Counted::Marketing) {
        *loads.entry(fact.customer).or_default() += 1;
    }
    let case =
        |pair: Pair<'_>| Some(Case::of(pair, judging, loads.get(&pair.customer).copied().unwrap_or(0)));
    // Exactly as many as there are: a vector that doubles needs three times as much for a moment.
    let mut cases = Vec::with_capacity(history.pairs().count());
    of_each_pair(judging.history, threads, case, &mut cases);
    cases
}

/// Senders that are flagged, each pair judged and let go: loads don't matter for a verdict.
fn flagged_senders(judging: &JudgeContext<'_>, threads: usize) -> BTreeSet<Name> {
    let flagged = |pair: Pair<'_>| {
        let case = Case::of(pair, judging, 0);
        case.is_flagged(judging.policy).then_some(case.sender)
    };
    let mut senders = Vec::new();
    of_each_pair(judging.history, threads, flagged, &mut senders);
    senders.into_iter().collect()
}

/// About so many facts are judged by a thread at a time, …
const AT_ONCE: usize = 2_048;

/// … and so many times as many by each before what they gave is put together: little is kept twice.
const TIMES: usize = 32;

/// What `of` gives for each pair, in their order, on several threads.
fn of_each_pair<T: Send>(
    history: &History,
    threads: usize,
    of: impl Fn(Pair<'_>) -> Option<T> + Sync,
    all: &mut Vec<T>,
) {
    let blocks: Vec<&[Fact]> = history.blocks(AT_ONCE).collect();
    for some in blocks.chunks(threads.max(1) * TIMES) {
        let next = AtomicUsize::new(0);
        let judge = || {
            let mut judged = Vec::new();
            while let Some((at, facts)) = next_of(some, &next) {
                judged.push((at, Pair::all_of(facts).filter_map(&of).collect::<Vec<T>>()));
            }
            judged
        };
        let mut judged = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads.min(some.len())).map(|_| scope.spawn(judge)).collect();
            let mut judged = judge();
            for other in others {
                judged.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            judged
        });
        judged.sort_unstable_by_key(|(at, _)| *at);
        judged.into_iter().for_each(|(_, mut judged)| all.append(&mut judged));
    }
}

/// The next of some blocks that no thread has taken, with its place.
fn next_of<'a>(blocks: &[&'a [Fact]], next: &AtomicUsize) -> Option<(usize, &'a [Fact])> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, *blocks.get(at)?))
}
