//! What is on record for a pair: the events, by the messages that they apply to, and the state from when on.

use super::{JudgeContext, Received, seconds};
use crate::consent::{Event, Happening, State, Terms, Timeline};
use crate::fact::{AddressId, Fact, ListId};
use crate::history::{Counted, Pair};
use crate::time::{Day, Time, Zone};
use std::collections::{BTreeSet, HashMap};

/// The record of a pair.
#[derive(Debug)]
pub struct Record {
    /// One for each set of events; most pairs have one. In the order of their first message.
    pub strands: Vec<Strand>,
    strand_of: HashMap<(AddressId, Option<ListId>), usize>,
    /// The counted marketing messages, in time order.
    marketing: Vec<Came>,
    terms: Terms,
}

/// A marketing message.
#[derive(Debug)]
struct Came {
    time: Time,
    day: Day,
    strand: usize,
    inferred: bool,
}

/// Messages to which the same events apply.
#[derive(Debug)]
pub struct Strand {
    /// The From addresses of the messages.
    pub addresses: BTreeSet<String>,
    /// The events, in order.
    pub events: Vec<Event>,
    timeline: Timeline,
}

/// A time in which one state held, judged at the end of each day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its first day; `None`: before everything.
    pub from: Option<Day>,
    /// Its last day; `None`: it goes on.
    pub until: Option<Day>,
    /// The state.
    pub state: State,
    /// The event that decides; `None` where none is on record.
    pub by: Option<Event>,
}

impl Record {
    /// The record of a pair, over all its messages, of whatever kind.
    pub fn of(pair: &Pair<'_>, judging: &JudgeContext<'_>) -> Self {
        let terms = judging.terms();
        let mut this = Self { strands: Vec::new(), strand_of: HashMap::new(), marketing: Vec::new(), terms };
        for fact in pair.facts {
            let strand = this.strand(pair, fact, judging);
            if let (Some(time), Counted::Marketing) = (fact.time, judging.scope.place(fact)) {
                let (day, inferred) = (judging.scope.zone.day(time), judging.rules.is_inferred(fact.rule));
                this.marketing.push(Came { time, day, strand, inferred });
            }
        }
        this
    }

    /// The strand of a message, found by its address and list; a new one where its events are new.
    fn strand(&mut self, pair: &Pair<'_>, fact: &Fact, judging: &JudgeContext<'_>) -> usize {
        if let Some(known) = self.strand_of.get(&(fact.from, fact.list)) {
            return *known;
        }
        let mut events = judging.events(pair, fact);
        events.sort();
        events.dedup();
        let found = self.strands.iter().position(|strand| strand.events == events);
        let at = found.unwrap_or_else(|| {
            let timeline = Timeline::of(events.clone(), self.terms.clone());
            self.strands.push(Strand { addresses: BTreeSet::new(), events, timeline });
            self.strands.len() - 1
        });
        let address = judging.history.names.text(fact.from).to_string();
        self.strands[at].addresses.insert(address);
        self.strand_of.insert((fact.from, fact.list), at);
        at
    }

    /// What held when a message of the pair came.
    pub fn state(&self, fact: &Fact, zone: &Zone) -> Option<State> {
        let strand = self.strands.get(*self.strand_of.get(&(fact.from, fact.list))?)?;
        let time = fact.time?;
        Some(strand.timeline.at(time, zone.day(time)).state)
    }

    /// The marketing messages as they would have come with one more event on record.
    pub fn received_with(&self, event: &Event) -> Vec<Received> {
        let with = |strand: &Strand| {
            let mut events = strand.events.clone();
            events.push(event.clone());
            Timeline::of(events, self.terms.clone())
        };
        let timelines: Vec<Timeline> = self.strands.iter().map(with).collect();
        let came = self.marketing.iter().filter_map(|&Came { time, day, strand, inferred }| {
            let state = timelines.get(strand)?.at(time, day).state;
            Some(Received { day, state, inferred, at: seconds(time) })
        });
        came.collect()
    }

    /// The last days of the stretches within which another event's date makes no difference: a grant counts for
    /// the messages from its day on, a withdrawal for those after it, and after the days of grace.
    pub fn turning_days(&self) -> BTreeSet<Day> {
        let Terms { grace, soft_opt_in_days, .. } = &self.terms;
        let events = self.strands.iter().flat_map(|strand| &strand.events).filter_map(|event| event.day);
        let of_events = events.flat_map(|day| [day.plus(-1), day, day.plus(*soft_opt_in_days)]);
        let messages = self.marketing.iter().map(|came| came.day);
        let turns = messages.flat_map(|day| grace.starts_before(day).into_iter().chain([day, day.plus(-1)]));
        turns.chain(of_events).collect()
    }
}

impl Strand {
    /// What held from when on, from before the first day and the first event until the last day.
    pub fn periods(&self, first: Day, last: Day, terms: &Terms, zone: &Zone) -> Vec<Period> {
        let event_days = || self.events.iter().filter_map(|event| event.day);
        let start = event_days().fold(first, Day::min).plus(-1);
        let mut turns: BTreeSet<Day> = BTreeSet::from([start]);
        turns.extend(terms.covered_until.map(|covered| covered.plus(1)));
        for event in &self.events {
            let Some(day) = event.day else { continue };
            turns.extend([day, day.plus(1)]);
            turns.extend(match event.happening {
                Happening::Withdrawn => Some(terms.grace.end(day).plus(1)),
                Happening::Purchase => Some(day.plus(terms.soft_opt_in_days).plus(1)),
                _ => None,
            });
        }
        let last = event_days().map(|day| day.plus(1)).fold(last, Day::max);
        let mut periods: Vec<Period> = Vec::new();
        for day in turns.range(start..=last) {
            let end = zone.first_instant(day.plus(1)).and_then(|next| Time::believed(next - 1, next));
            let Some(end) = end else { continue };
            let standing = self.timeline.at(end, *day);
            let (state, by) = (standing.state, standing.by.cloned());
            match periods.last_mut() {
                Some(before) if before.state == state && before.by == by => {}
                Some(before) => {
                    before.until = Some(day.plus(-1));
                    periods.push(Period { from: Some(*day), until: None, state, by });
                }
                None => periods.push(Period { from: None, until: None, state, by }),
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

    fn strand(events: Vec<Event>, terms: &Terms) -> Strand {
        let timeline = Timeline::of(events.clone(), terms.clone());
        Strand { addresses: BTreeSet::new(), events, timeline }
    }

    #[test]
    fn periods_follow_events_and_grace() {
        let zone = Zone::named("UTC").expect("a zone");
        let terms = Terms { grace: Grace::Days(10), soft_opt_in_days: 0, covered_until: None };
        let event = |on: &str, happening, late: bool| {
            let start = |day| zone.first_instant(day).expect("an instant");
            let moment =
                if late { Moment::just_before(start(day(on).plus(1))) } else { Moment::at(start(day(on))) };
            Event { moment, happening, day: Some(day(on)), source: String::new() }
        };
        let granted = event("2026-01-05", Happening::Granted, false);
        let withdrawn = event("2026-02-01", Happening::Withdrawn, true);
        let periods = strand(vec![granted, withdrawn], &terms).periods(
            day("2026-01-10"),
            day("2026-03-01"),
            &terms,
            &zone,
        );
        let told: Vec<(Option<String>, &str)> = periods
            .iter()
            .map(|period| (period.from.map(|day| day.to_string()), period.state.word()))
            .collect();
        assert_eq!(
            told,
            [
                (None, "none"),
                (Some("2026-01-05".into()), "granted"),
                (Some("2026-02-02".into()), "grace"),
                (Some("2026-02-12".into()), "withdrawn"),
            ]
        );
    }
}
