//! What was on record for each marketing message of a pair when it came.

use super::context::JudgeContext;
use super::{ReceivedMessage, Verdict, seconds};
use crate::consent::{ConsentState, Event, EventKind, StateWithEvent, Timeline};
use crate::fact::{AddressId, Fact, ListId};
use crate::history::Pair;
use crate::time::Day;
use std::collections::HashMap;

/// The state of consent at a message, with the event that decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastConsent {
    /// The state.
    pub state: ConsentState,
    /// The event; `None`: nothing is on record.
    pub by: Option<Box<Event>>,
}

impl LastConsent {
    fn of(standing: &StateWithEvent<'_>) -> Self {
        Self { state: standing.state, by: standing.by.cloned().map(Box::new) }
    }
}

/// A stream of a pair's messages: the same events apply to all mail from one address on one list.
type AddressOnList = (AddressId, Option<ListId>);

/// What is on record for the marketing of a pair.
pub(super) struct ConsentLookup<'a> {
    pair: &'a Pair<'a>,
    judging: &'a JudgeContext<'a>,
    /// The pair's marketing messages, in time order.
    marketing: &'a [&'a Fact],
    timelines: HashMap<AddressOnList, Timeline>,
}

impl<'a> ConsentLookup<'a> {
    pub fn of(pair: &'a Pair<'a>, marketing: &'a [&'a Fact], judging: &'a JudgeContext<'a>) -> Self {
        let mut timelines = HashMap::new();
        let mut latest = LastLookup::default();
        for fact in marketing {
            let stream = (fact.from, fact.list);
            latest.or(stream, || {
                timelines.entry(stream).or_insert_with(|| judging.timeline(pair, fact));
                Some(())
            });
        }
        Self { pair, judging, marketing, timelines }
    }

    /// The marketing messages with the state in which each came, and the state of the last with the event that
    /// decided it.
    pub fn received(&self) -> (Vec<ReceivedMessage>, Option<LastConsent>) {
        let mut of_stream = LastLookup::default();
        let standings = self.marketing.iter().filter_map(|fact| {
            let time = fact.time?;
            let day = self.judging.scope.zone.day(time);
            let stream = (fact.from, fact.list);
            let standing = of_stream.or(stream, || self.timelines.get(&stream))?.at(time, day);
            let inferred = self.judging.rules.is_inferred(fact.rule);
            Some((ReceivedMessage { day, state: standing.state, inferred, at: seconds(time) }, standing))
        });
        let mut received = Vec::with_capacity(self.marketing.len());
        let mut last = None;
        for (message, standing) in standings {
            received.push(message);
            last = Some(standing);
        }
        (received, last.as_ref().map(LastConsent::of))
    }

    /// The event that decided the state of the first of the messages that a verdict shows.
    pub fn shown_by(&self, verdict: Verdict, received: &[ReceivedMessage]) -> Option<Box<Event>> {
        let (rule, counted) = (self.judging.policy.rules.get(verdict.rule?)?, verdict.shown?);
        let is_first = |message: &ReceivedMessage| message.day >= counted.first && rule.counts(message.state);
        let first = received.iter().position(is_first)?;
        let fact = self.marketing.iter().filter(|fact| fact.time.is_some()).nth(first)?;
        let standing = self.timelines.get(&(fact.from, fact.list))?.at(fact.time?, received[first].day);
        standing.by.cloned().map(Box::new)
    }

    /// The first withdrawal since the last grant or claim.
    pub fn opted_out_on(&self) -> Option<Day> {
        self.timelines.values().filter_map(|timeline| timeline.opted_out()?.day).min()
    }

    /// The first purchase from any address of the sender, not only from those that advertise.
    pub fn customer_since(&self) -> Option<Day> {
        let advertised = self.timelines.values().filter_map(Timeline::customer_since).min();
        if self.judging.ledger.events == 0 {
            return advertised;
        }
        let mut others: Vec<&Fact> = self.pair.facts.iter().collect();
        others.sort_unstable_by_key(|fact| fact.from);
        others.dedup_by_key(|fact| fact.from);
        let names = &self.judging.history.names;
        let customer = names.unredacted(self.pair.customer);
        let events = others.iter().flat_map(|fact| {
            self.judging.ledger.events_for(names.unredacted(fact.from), self.judging.senders, customer)
        });
        let purchases = events.filter(|event| event.kind == EventKind::Purchase);
        purchases.filter_map(|event| event.day).chain(advertised).min()
    }
}

/// The result for the current stream: most messages are of the same stream as the message before.
struct LastLookup<T>(Option<(AddressOnList, T)>);

impl<T> Default for LastLookup<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Copy> LastLookup<T> {
    fn or(&mut self, stream: AddressOnList, find: impl FnOnce() -> Option<T>) -> Option<T> {
        match self.0 {
            Some((latest, found)) if latest == stream => Some(found),
            _ => {
                let found = find()?;
                self.0 = Some((stream, found));
                Some(found)
            }
        }
    }
}
