//! What was judged so far: everything that was read, or one customer after the other. Either way the sums are the same,
//! because every verdict, share and rank is about one customer's mail.

use super::Plan;
use crate::consent::{Findings, MailParties};
use crate::fact::{Fact, Name, WayOut};
use crate::history::{Counted, History, Pair, Scope, Tally};
use crate::judge::{self, Case, JudgeContext};
use crate::time::{Day, Time};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Mutex;

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
        let mut cases = cases(&plan.judging(history, findings, &plan.scope, as_of), plan);
        let is_flagged = |case: &&Case| case.is_flagged(&plan.policy);
        self.flagged.extend(cases.iter().filter(is_flagged).map(|case| case.sender.clone()));
        self.undecided_bulk += undecided_bulk(plan, history).len() as u64;
        let judging = plan.judging(history, findings, &plan.scope, as_of);
        self.pressure.append(&mut judge::pressure(&cases, &judging));
        judge::rank(&mut cases);
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

/// The pairs with marketing, judged; all of them where the report lists all.
fn cases(judging: &JudgeContext<'_>, plan: &Plan) -> Vec<Case> {
    let history = judging.history;
    let mut loads: HashMap<_, u32> = HashMap::new();
    for fact in history.facts().iter().filter(|fact| judging.scope.counted_as(fact) == Counted::Marketing) {
        *loads.entry(fact.customer).or_default() += 1;
    }
    let load = |customer| loads.get(&customer).copied().unwrap_or(0);
    let is_listed = |pair: &Pair<'_>| plan.all || has_marketing(pair, judging);
    of_each_pair(history, plan.threads, is_listed, |pair| Case::of(pair, judging, load(pair.customer)))
}

/// Whether one of a pair's messages counts as marketing.
fn has_marketing(pair: &Pair<'_>, judging: &JudgeContext<'_>) -> bool {
    pair.facts.iter().any(|fact| judging.scope.counted_as(fact) == Counted::Marketing)
}

/// Senders that are flagged, each pair judged and let go: loads don't matter for a verdict.
fn flagged_senders(judging: &JudgeContext<'_>, threads: usize) -> BTreeSet<Name> {
    let flagged = |pair: Pair<'_>| {
        let case = Case::of(pair, judging, 0);
        case.is_flagged(judging.policy).then_some(case.sender)
    };
    let with_marketing = |pair: &Pair<'_>| has_marketing(pair, judging);
    of_each_pair(judging.history, threads, with_marketing, flagged).into_iter().flatten().collect()
}

/// About so many facts are judged by a thread at a time.
const AT_ONCE: usize = 2_048;

/// What `of` gives for each pair that `is_wanted`, in their order, on several threads. Each is put at its place at once:
/// there may be a million, and nothing is kept twice.
fn of_each_pair<T: Send>(
    history: &History,
    threads: usize,
    is_wanted: impl Fn(&Pair<'_>) -> bool + Sync,
    of: impl Fn(Pair<'_>) -> T + Sync,
) -> Vec<T> {
    let wanted = |facts| Pair::all_of(facts).filter(&is_wanted);
    let blocks: Vec<(&[Fact], usize)> =
        history.blocks(AT_ONCE).map(|facts| (facts, wanted(facts).count())).collect();
    let mut found: Vec<Option<T>> = Vec::new();
    found.resize_with(blocks.iter().map(|(_, count)| count).sum(), || None);
    let mut places = found.as_mut_slice();
    let threads = threads.min(blocks.len());
    let next = Mutex::new(
        blocks.into_iter().map(|(facts, count)| (facts, places.split_off_mut(..count).unwrap_or_default())),
    );
    let judge = || {
        while let Some((facts, places)) = next.lock().ok().and_then(|mut blocks| blocks.next()) {
            places.iter_mut().zip(wanted(facts)).for_each(|(place, pair)| *place = Some(of(pair)));
        }
    };
    std::thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(judge)));
        judge();
    });
    // All are there. This is done in place; with `flatten` all cases were there twice for a moment.
    found.into_iter().map_while(|found| found).collect()
}
