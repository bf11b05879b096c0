//! What is on record for a pair: the events, by the messages that they apply to, and the states over time.

use super::{JudgeContext, ReceivedMessage, seconds};
use crate::consent::{ConsentState, Event, EventKind, Terms, Timeline};
use crate::fact::{AddressId, Fact, ListId};
use crate::history::{Counted, Pair};
use crate::time::{Day, Time, Zone};
use std::collections::{BTreeSet, HashMap};

/// The record of a pair.
#[derive(Debug)]
pub struct ConsentRecord {
    /// One for each set of events; most pairs have one. In the order of their first message.
    pub groups: Vec<MessageGroup>,
    group_of: HashMap<(AddressId, Option<ListId>), usize>,
    /// The counted marketing messages, in time order.
    marketing: Vec<DatedMessage>,
    terms: Terms,
}

/// A marketing message.
#[derive(Debug)]
struct DatedMessage {
    time: Time,
    day: Day,
    group: usize,
    inferred: bool,
}

/// Messages to which the same events apply.
#[derive(Debug)]
pub struct MessageGroup {
    /// The From addresses of the messages.
    pub addresses: BTreeSet<String>,
    /// The events, in order.
    pub events: Vec<Event>,
    timeline: Timeline,
}

/// A period with one state, judged at the end of each day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePeriod {
    /// Its first day; `None`: before everything.
    pub from: Option<Day>,
    /// Its last day; `None`: to the end.
    pub until: Option<Day>,
    /// The state.
    pub state: ConsentState,
    /// The event that decides; `None` where none is on record.
    pub by: Option<Event>,
}

impl ConsentRecord {
    /// The record of a pair, over all its messages, of whatever kind.
    pub fn of(pair: &Pair<'_>, judging: &JudgeContext<'_>) -> Self {
        let terms = judging.terms();
        let mut this = Self { groups: Vec::new(), group_of: HashMap::new(), marketing: Vec::new(), terms };
        for fact in pair.facts {
            let group = this.group(pair, fact, judging);
            if let (Some(time), Counted::Marketing) = (fact.time, judging.scope.counted_as(fact)) {
                let (day, inferred) = (judging.scope.zone.day(time), judging.rules.is_inferred(fact.rule));
                this.marketing.push(DatedMessage { time, day, group, inferred });
            }
        }
        this
    }

    /// The group of a message, found by its address and list; a new one where its events are new.
    fn group(&mut self, pair: &Pair<'_>, fact: &Fact, judging: &JudgeContext<'_>) -> usize {
        if let Some(known) = self.group_of.get(&(fact.from, fact.list)) {
            return *known;
        }
        let mut events = judging.events(pair, fact);
        events.sort();
        events.dedup();
        let found = self.groups.iter().position(|group| group.events == events);
        let at = found.unwrap_or_else(|| {
            let timeline = Timeline::of(events.clone(), self.terms.clone());
            self.groups.push(MessageGroup { addresses: BTreeSet::new(), events, timeline });
            self.groups.len() - 1
        });
        let address = judging.history.names.text(fact.from).to_string();
        self.groups[at].addresses.insert(address);
        self.group_of.insert((fact.from, fact.list), at);
        at
    }

    /// The state of consent when a message of the pair came.
    pub fn state(&self, fact: &Fact, zone: &Zone) -> Option<ConsentState> {
        let group = self.groups.get(*self.group_of.get(&(fact.from, fact.list))?)?;
        let time = fact.time?;
        Some(group.timeline.at(time, zone.day(time)).state)
    }

    /// The marketing messages as they would have come with one more event on record.
    pub fn received_with(&self, event: &Event) -> Vec<ReceivedMessage> {
        let with = |group: &MessageGroup| {
            let mut events = group.events.clone();
            events.push(event.clone());
            Timeline::of(events, self.terms.clone())
        };
        let timelines: Vec<Timeline> = self.groups.iter().map(with).collect();
        let received = self.marketing.iter().filter_map(|&DatedMessage { time, day, group, inferred }| {
            let state = timelines.get(group)?.at(time, day).state;
            Some(ReceivedMessage { day, state, inferred, at: seconds(time) })
        });
        received.collect()
    }

    /// The last days of the periods within which another event's date makes no difference: a grant counts for
    /// the messages from its day on, a withdrawal for those after it, and after the days of grace.
    pub fn turning_days(&self) -> BTreeSet<Day> {
        let Terms { grace, soft_opt_in_days, .. } = &self.terms;
        let events = self.groups.iter().flat_map(|group| &group.events).filter_map(|event| event.day);
        let of_events = events.flat_map(|day| [day.plus(-1), day, day.plus(*soft_opt_in_days)]);
        let messages = self.marketing.iter().map(|message| message.day);
        let turns = messages.flat_map(|day| grace.starts_before(day).into_iter().chain([day, day.plus(-1)]));
        turns.chain(of_events).collect()
    }
}

impl MessageGroup {
    /// The states over time, from before the first day and the first event until the last day.
    pub fn periods(&self, first: Day, last: Day, terms: &Terms, zone: &Zone) -> Vec<StatePeriod> {
        let event_days = || self.events.iter().filter_map(|event| event.day);
        let start = event_days().fold(first, Day::min).plus(-1);
        let mut turns: BTreeSet<Day> = BTreeSet::from([start]);
        turns.extend(terms.covered_until.map(|covered| covered.plus(1)));
        for event in &self.events {
            let Some(day) = event.day else { continue };
            turns.extend([day, day.plus(1)]);
            turns.extend(match event.kind {
                EventKind::Withdrawn => Some(terms.grace.end(day).plus(1)),
                EventKind::Purchase => Some(day.plus(terms.soft_opt_in_days).plus(1)),
                _ => None,
            });
        }
        let last = event_days().map(|day| day.plus(1)).fold(last, Day::max);
        let mut periods: Vec<StatePeriod> = Vec::new();
        for day in turns.range(start..=last) {
            let end = zone.first_instant(day.plus(1)).and_then(|next| Time::believed(next - 1, next));
            let Some(end) = end else { continue };
            let standing = self.timeline.at(end, *day);
            let (state, by) = (standing.state, standing.by.cloned());
            match periods.last_mut() {
                Some(before) if before.state == state && before.by == by => {}
                Some(before) => {
                    before.until = Some(day.plus(-1));
                    periods.push(StatePeriod { from: Some(*day), until: None, state, by });
                }
                None => periods.push(StatePeriod { from: None, until: None, state, by }),
            }
        }
        periods
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::{Grace, Moment};

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a date")
    }

    fn group(events: Vec<Event>, terms: &Terms) -> MessageGroup {
        let timeline = Timeline::of(events.clone(), terms.clone());
        MessageGroup { addresses: BTreeSet::new(), events, timeline }
    }

    #[test]
    fn periods_follow_events_and_grace() {
        let zone = Zone::named("UTC").expect("a zone");
        let terms = Terms { grace: Grace::Days(10), soft_opt_in_days: 0, covered_until: None };
        let event = |on: &str, kind, late: bool| {
            let start = |day| zone.first_instant(day).expect("an instant");
            let moment =
                if late { Moment::just_before(start(day(on).plus(1))) } else { Moment::at(start(day(on))) };
            Event { moment, kind, day: Some(day(on)), source: String::new() }
        };
        let granted = event("2026-01-05", EventKind::Granted, false);
        let withdrawn = event("2026-02-01", EventKind::Withdrawn, true);
        let periods = group(vec![granted, withdrawn], &terms).periods(
            day("2026-01-10"),
            day("2026-03-01"),
            &terms,
            &zone,
        );
        let shown: Vec<(Option<String>, &str)> = periods
            .iter()
            .map(|period| (period.from.map(|day| day.to_string()), period.state.word()))
            .collect();
        assert_eq!(
            shown,
            [
                (None, "none"),
                (Some("2026-01-05".into()), "granted"),
                (Some("2026-02-02".into()), "grace"),
                (Some("2026-02-12".into()), "withdrawn"),
            ]
        );
    }
}
