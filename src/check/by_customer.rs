//! The main job over facts that come sorted by customer: each customer's are judged when the next one's begin, then let
//! go. What needs more than one customer's mail is gathered meanwhile, or known before: the day of asking.

use super::shared_messages::SharedMessages;
use super::totals::JudgedTotals;
use super::{EachCustomer, Plan};
use crate::consent::Findings;
use crate::error::{Error, Result};
use crate::fact::{Batch, Name, NameTable, hash};
use crate::gather::{Gathered, ReadProgress, gather_by_customer};
use crate::history::History;
use crate::judge::Case;
use crate::time::Day;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Reads and judges one customer after the other, where the only input is facts that come so. What is returned beside what
/// was judged belongs to no customer, or is everything where the facts are not sorted.
pub(super) fn judge(
    plan: &Plan,
    as_of: Option<Day>,
    each: EachCustomer<'_>,
    progress: &(dyn Fn(ReadProgress) + Sync),
) -> Result<(Gathered, Option<JudgedTotals>)> {
    let mut customers = ByCustomer::new(plan, as_of, each);
    let mut one_customer = |batch, names| customers.add(batch, names);
    let (gathered, is_whole) = gather_by_customer(&plan.survey, &plan.settings, progress, &mut one_customer);
    if let Some(error) = customers.failure.take() {
        return Err(error);
    }
    let any = is_whole && customers.any;
    Ok((gathered, any.then(|| customers.complete())))
}

/// The customers that were judged so far.
struct ByCustomer<'a, 'e> {
    plan: &'a Plan,
    as_of: Option<Day>,
    each: EachCustomer<'e>,
    judged: JudgedTotals,
    /// Messages to several customers.
    to_several: SharedMessages,
    /// Whether there was any mail: of a customer there may be nothing but what was written.
    any: bool,
    /// The senders of all customers, by their hashes, …
    senders: HashMap<u64, String>,
    /// … and at which domains (hashed) they take opt-outs: matters where it is another sender's.
    links: HashSet<(String, u64)>,
    /// What cases call senders: customers have them in common, and each has names of its own.
    shared: HashSet<Name>,
    /// Why what was judged could not be written.
    failure: Option<Error>,
}

impl<'a, 'e> ByCustomer<'a, 'e> {
    fn new(plan: &'a Plan, as_of: Option<Day>, each: EachCustomer<'e>) -> Self {
        let (judged, to_several, senders, links, shared) = Default::default();
        Self { plan, as_of, each, judged, to_several, any: false, senders, links, shared, failure: None }
    }

    /// Judges one customer.
    fn add(&mut self, mut batch: Batch, names: NameTable) {
        let plan = self.plan;
        self.any |= !batch.facts.is_empty();
        for link in &batch.links {
            self.links.insert((names.text(link.sender).to_string(), link.domain));
        }
        let details = std::mem::take(&mut batch.details);
        let to_several = batch.shared.clone();
        let senders: HashSet<_> = batch.facts.iter().map(|fact| fact.sender).collect();
        for sender in senders {
            let name = names.text(sender);
            self.senders.entry(hash(&[name.as_bytes()])).or_insert_with(|| name.to_string());
        }
        let history = History::of(batch, names, plan.settings.rules.of_streams(), &plan.scope.zone);
        let findings = Findings::of(&history, &plan.scope.zone);
        let known = self.judged.cases.len();
        self.judged.add(plan, &history, &findings, self.as_of);
        self.judged.cases.iter_mut().skip(known).for_each(|case| share(case, &mut self.shared));
        self.to_several.add(plan, &history, &to_several, &mut self.judged);
        let judging = plan.judging(&history, &findings, &plan.scope, self.as_of);
        if self.failure.is_none() {
            self.failure = (self.each)(&judging, &details).err();
        }
    }

    /// Everything that was judged, with what only all customers together show.
    fn complete(self) -> JudgedTotals {
        let Self { plan, mut judged, to_several, senders, links, .. } = self;
        to_several.complete(&mut judged);
        let mut elsewhere: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        for (sender, domain) in &links {
            if let Some(other) =
                senders.get(domain).filter(|other| !plan.settings.senders.takes_opt_outs_for_many(other))
            {
                elsewhere.entry(sender).or_default().insert(other);
            }
        }
        for case in &mut judged.cases {
            let others = elsewhere.get(case.sender.as_str()).into_iter().flatten();
            case.opts_out_at = others.map(|other| (*other).to_string()).collect();
        }
        judged
    }
}

/// Keeps what a case calls its sender once for all customers.
fn share(case: &mut Case, shared: &mut HashSet<Name>) {
    let others = case.sender_name.iter_mut().chain(&mut case.addresses);
    for name in others.chain([&mut case.sender]) {
        match shared.get(name.as_str()) {
            Some(known) => *name = known.clone(),
            None => drop(shared.insert(name.clone())),
        }
    }
}
