//! Inference: a message that says too little by itself is marketing where its stream is, and it is made like the
//! marketing around it. Nothing is inferred from frequency or from an unsubscribe field alone.

use super::{Stream, StreamReader, address_pair, streams};
use crate::fact::{AddressId, Fact, Kind, ListId, Traits};
use crate::time::Day;
use std::collections::{BTreeSet, HashMap, HashSet};

/// What the messages of a stream share: the first of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreamKey {
    /// The List-Id.
    List(ListId),
    /// The From address.
    From(AddressId),
    /// The template, hashed.
    Template(u32),
}

/// By what a message was inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InferenceGrounds {
    /// What makes the stream.
    pub key: StreamKey,
    /// Messages of the stream that are decided by themselves, mail about the subscription aside.
    pub decided: usize,
    /// Those of them that are marketing.
    pub marketing: usize,
    /// Whether one of these that came within 28 days has the same way out.
    pub same_way_out: bool,
    /// Whether one of these has the same template.
    pub same_template: bool,
}

/// At least so many messages on so many days are marketing by themselves.
const FEWEST: usize = 3;

/// What is alike came within so many days.
const WITHIN_DAYS: i32 = 28;

/// The marketing of a stream that is decided by itself.
struct DecidedMessages {
    decided: usize,
    marketing: usize,
    /// On which days each way out and each template came.
    ways_out: DaysByHash,
    templates: DaysByHash,
}

type DaysByHash = HashMap<u32, BTreeSet<Day>>;

impl StreamReader {
    /// The messages of a pair that are inferred, by their places, with the grounds. What was inferred before counts as
    /// undecided, so that the answer is the same before and after it is applied.
    pub fn inferred(&self, pair: &[Fact]) -> Vec<(usize, InferenceGrounds)> {
        if !pair.iter().any(|fact| self.is_open(fact)) {
            return Vec::new();
        }
        let of_stream = |stream: Stream| {
            let decided = self.decided(pair, &stream.messages);
            let open = stream.messages.into_iter().filter(|at| self.is_open(&pair[*at])).collect::<Vec<_>>();
            let found = open
                .into_iter()
                .filter_map(|at| Some((at, self.grounds(&pair[at], stream.key, decided.as_ref()?)?)));
            found.collect::<Vec<_>>()
        };
        streams(pair).into_iter().flat_map(of_stream).collect()
    }

    /// Whether the stream may decide a message: by itself it leans to marketing and bears no mark of anything else.
    fn is_open(&self, fact: &Fact) -> bool {
        self.is_undecided(fact)
            && fact.traits.contains(Traits::LEANS_TO_MARKETING)
            && !fact.traits.contains(Traits::MARKED)
            && !self.answered.contains(&address_pair(fact))
    }

    fn is_undecided(&self, fact: &Fact) -> bool {
        fact.rule == self.rules.undecided || fact.rule == self.rules.like
    }

    /// What a stream's decided messages show, where they are enough: marketing on three days, nine in ten of what is
    /// decided, and a third of the whole.
    fn decided(&self, pair: &[Fact], messages: &[usize]) -> Option<DecidedMessages> {
        let of_stream = || messages.iter().map(|at| &pair[*at]);
        let decided = of_stream()
            .filter(|fact| !self.is_undecided(fact) && !fact.traits.contains(Traits::SUBSCRIPTION));
        let decided: Vec<&Fact> = decided.collect();
        let marketing: Vec<&Fact> =
            decided.iter().copied().filter(|fact| fact.kind == Kind::Marketing).collect();
        let enough = marketing.len() >= FEWEST
            && marketing.len() * 10 >= decided.len() * 9
            && marketing.len() * 3 >= messages.len();
        if !enough {
            return None;
        }
        let (mut ways_out, mut templates) = (DaysByHash::new(), DaysByHash::new());
        let mut days = HashSet::new();
        for fact in &marketing {
            let Some(day) = fact.time.map(|time| self.zone.day(time)) else { continue };
            days.insert(day);
            for (hash, of_hash) in [(fact.leads_to, &mut ways_out), (fact.template, &mut templates)] {
                if hash != 0 {
                    of_hash.entry(hash).or_default().insert(day);
                }
            }
        }
        let (decided, marketing) = (decided.len(), marketing.len());
        (days.len() >= FEWEST).then_some(DecidedMessages { decided, marketing, ways_out, templates })
    }

    fn grounds(&self, fact: &Fact, key: StreamKey, of_stream: &DecidedMessages) -> Option<InferenceGrounds> {
        let day = self.zone.day(fact.time?);
        let near = |days: &DaysByHash, hash: u32| {
            let around = day.plus(-WITHIN_DAYS)..=day.plus(WITHIN_DAYS);
            hash != 0 && days.get(&hash).is_some_and(|days| days.range(around).next().is_some())
        };
        let same_way_out = near(&of_stream.ways_out, fact.leads_to);
        let same_template = near(&of_stream.templates, fact.template);
        let DecidedMessages { decided, marketing, .. } = *of_stream;
        (same_way_out || same_template).then_some(InferenceGrounds {
            key,
            decided,
            marketing,
            same_way_out,
            same_template,
        })
    }
}
