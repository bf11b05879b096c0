//! The state of consent at a moment: events replayed once, then looked up. Pure.

use super::{ConsentState, Event, EventKind, Grace, Moment};
use crate::time::{Day, Time};

/// Periods of time, by the policy and the ledger's coverage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The time after an opt-out in which mail does not count against the sender.
    pub grace: Grace,
    /// Days for which a purchase counts as consent; 0: never.
    pub soft_opt_in_days: i32,
    /// The last day that the ledger covers, where it was given one.
    pub covered_until: Option<Day>,
}

/// The events of one pair that apply to one stream of its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    terms: Terms,
    /// In order; purchases apart.
    events: Vec<Event>,
    /// The state from each event on.
    phases: Vec<Phase>,
    purchases: Vec<Event>,
}

/// The state from an event until the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Granted(usize),
    Claimed(usize),
    Refused(usize),
    Withdrawn {
        /// The withdrawal that counts: the first since the last grant or claim.
        by: usize,
        /// The state when it came.
        before: StateBefore,
        /// The last day of grace after it.
        grace_until: Option<Day>,
    },
    None,
}

/// The state when a withdrawal came: it decides the state in the days of grace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StateBefore {
    Consent,
    Refused(usize),
    Nothing,
}

/// The state at a moment and the event that decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateWithEvent<'a> {
    /// The state.
    pub state: ConsentState,
    /// The event; `None` where none is on record.
    pub by: Option<&'a Event>,
}

impl Timeline {
    /// Replays events, in whatever order they come.
    pub fn of(mut events: Vec<Event>, terms: Terms) -> Self {
        events.sort();
        events.dedup();
        let (purchases, events): (Vec<Event>, Vec<Event>) =
            events.into_iter().partition(|event| event.kind == EventKind::Purchase);
        let mut this = Self { terms, events, phases: Vec::new(), purchases };
        let mut phase = Phase::None;
        // Whether a withdrawal came since the last grant or claim: a further one changes nothing.
        let mut opted_out = false;
        for at in 0..this.events.len() {
            let kind = this.events[at].kind;
            if at.checked_sub(1).is_some_and(|before| this.events[before].repeats(&this.events[at])) {
                this.phases.push(phase);
                continue;
            }
            phase = match (kind, phase) {
                (EventKind::Granted, _) => Phase::Granted(at),
                (EventKind::Claimed, Phase::Refused(_) | Phase::Withdrawn { .. }) => phase,
                (EventKind::Claimed, _) => Phase::Claimed(at),
                (EventKind::Refused, _) => Phase::Refused(at),
                // It beats a refusal of the same instant.
                (EventKind::Withdrawn, Phase::Refused(refusal))
                    if opted_out && this.events[refusal].moment == this.events[at].moment =>
                {
                    this.phase_before(refusal)
                }
                (EventKind::Withdrawn, _) if opted_out => phase,
                (EventKind::Withdrawn, _) => Phase::Withdrawn {
                    by: at,
                    before: this.before(phase, at),
                    grace_until: this.events[at].day.map(|day| this.terms.grace.end(day)),
                },
                (EventKind::Purchase, _) => phase,
            };
            opted_out = match (kind, phase) {
                (EventKind::Withdrawn, _) => true,
                (EventKind::Granted, _) | (EventKind::Claimed, Phase::Claimed(_)) => false,
                _ => opted_out,
            };
            this.phases.push(phase);
        }
        this
    }

    fn phase_before(&self, event: usize) -> Phase {
        event.checked_sub(1).map_or(Phase::None, |before| self.phases[before])
    }

    fn before(&self, phase: Phase, withdrawal: usize) -> StateBefore {
        let event = &self.events[withdrawal];
        match phase {
            Phase::Granted(_) | Phase::Claimed(_) => StateBefore::Consent,
            Phase::Refused(at) => StateBefore::Refused(at),
            Phase::Withdrawn { .. } | Phase::None => {
                match event.day.and_then(|day| self.soft_opt_in(event.moment, day)) {
                    Some(_) => StateBefore::Consent,
                    None => StateBefore::Nothing,
                }
            }
        }
    }

    /// The purchase that still counts as consent at a moment on a day.
    fn soft_opt_in(&self, moment: Moment, day: Day) -> Option<&Event> {
        let days = self.terms.soft_opt_in_days;
        let past = &self.purchases[..self.purchases.partition_point(|purchase| purchase.moment <= moment)];
        let latest = past.iter().rev().find(|purchase| purchase.day.is_some())?;
        let latest = past.iter().find(|purchase| purchase.repeats(latest)).unwrap_or(latest);
        (days > 0 && latest.day.is_some_and(|bought| day <= bought.plus(days))).then_some(latest)
    }

    /// The state of consent for a message that came at that time, on that local day.
    pub fn at(&self, time: Time, day: Day) -> StateWithEvent<'_> {
        let moment = Moment::at(time.seconds());
        let past = self.events.partition_point(|event| event.moment <= moment);
        let phase =
            past.checked_sub(1).and_then(|last| self.phases.get(last)).copied().unwrap_or(Phase::None);
        let standing = |state, by: usize| StateWithEvent { state, by: self.events.get(by) };
        match phase {
            Phase::Granted(by) => standing(ConsentState::Granted, by),
            Phase::Claimed(by) => standing(ConsentState::Claimed, by),
            Phase::Refused(by) => standing(ConsentState::Refused, by),
            Phase::Withdrawn { by, before, grace_until } if grace_until.is_some_and(|until| day <= until) => {
                match before {
                    StateBefore::Consent => standing(ConsentState::Grace, by),
                    StateBefore::Refused(earlier) => standing(ConsentState::Refused, earlier),
                    StateBefore::Nothing => self.nothing(moment, day),
                }
            }
            Phase::Withdrawn { by, .. } => standing(ConsentState::Withdrawn, by),
            Phase::None => self.nothing(moment, day),
        }
    }

    /// The state where no event decides: a purchase may count; after the ledger's last day nothing is known.
    fn nothing(&self, moment: Moment, day: Day) -> StateWithEvent<'_> {
        if let Some(purchase) = self.soft_opt_in(moment, day) {
            return StateWithEvent { state: ConsentState::SoftOptIn, by: Some(purchase) };
        }
        let unknown = self.terms.covered_until.is_some_and(|covered| day > covered);
        StateWithEvent {
            state: if unknown { ConsentState::NotYetKnown } else { ConsentState::None },
            by: None,
        }
    }

    /// The first withdrawal since the last grant or claim, over all events.
    pub fn opted_out(&self) -> Option<&Event> {
        let mut first = None;
        for (event, phase) in self.events.iter().zip(&self.phases) {
            match (event.kind, phase) {
                (EventKind::Withdrawn, _) => first = first.or(Some(event)),
                (EventKind::Granted, _) | (EventKind::Claimed, Phase::Claimed(_)) => first = None,
                _ => {}
            }
        }
        first
    }

    /// The date of the first purchase.
    pub fn customer_since(&self) -> Option<Day> {
        self.purchases.iter().filter_map(|purchase| purchase.day).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use EventKind::{Claimed, Granted, Purchase, Refused, Withdrawn};
    use proptest::prelude::*;

    const TERMS: Terms = Terms { grace: Grace::Days(10), soft_opt_in_days: 0, covered_until: None };
    const START: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z

    /// Noon of a day of 2026.
    fn event(day: i32, kind: EventKind) -> Event {
        let seconds = START + i64::from(day) * 86_400 + 43_200;
        let date = Day::from_number(i32::try_from(START / 86_400).expect("small") + day);
        Event { moment: Moment::at(seconds), kind, day: Some(date), source: format!("day {day}") }
    }

    fn state(events: &[(i32, EventKind)], terms: Terms, day: i32) -> ConsentState {
        let line = Timeline::of(events.iter().map(|(day, what)| event(*day, *what)).collect(), terms);
        let seconds = START + i64::from(day) * 86_400 + 50_000;
        let time = Time::believed(seconds, seconds).expect("after 1990");
        line.at(time, Day::from_number(i32::try_from(START / 86_400).expect("small") + day)).state
    }

    #[test]
    fn the_latest_event_decides() {
        let events = [(0, Refused), (10, Granted), (20, Claimed)];
        let at = |day| state(&events, TERMS, day);
        assert_eq!(
            [-1, 0, 9, 10, 20].map(at),
            [
                ConsentState::None,
                ConsentState::Refused,
                ConsentState::Refused,
                ConsentState::Granted,
                ConsentState::Claimed
            ]
        );
    }

    #[test]
    fn grace_follows_consent_and_only_consent() {
        let after_consent = |day| state(&[(0, Granted), (5, Withdrawn)], TERMS, day);
        assert_eq!(
            [5, 15, 16].map(after_consent),
            [ConsentState::Grace, ConsentState::Grace, ConsentState::Withdrawn]
        );
        let after_nothing = |day| state(&[(5, Withdrawn)], TERMS, day);
        assert_eq!(
            [5, 15, 16].map(after_nothing),
            [ConsentState::None, ConsentState::None, ConsentState::Withdrawn]
        );
        let after_refusal = |day| state(&[(0, Refused), (5, Withdrawn)], TERMS, day);
        assert_eq!(
            [5, 15, 16].map(after_refusal),
            [ConsentState::Refused, ConsentState::Refused, ConsentState::Withdrawn]
        );
    }

    #[test]
    fn a_further_withdrawal_changes_nothing_before_a_new_grant() {
        let events = [(0, Granted), (5, Withdrawn), (14, Withdrawn)];
        assert_eq!(state(&events, TERMS, 16), ConsentState::Withdrawn);
        let refused_between = [(0, Withdrawn), (20, Refused), (30, Withdrawn)];
        assert_eq!(
            [11, 20, 41].map(|day| state(&refused_between, TERMS, day)),
            [ConsentState::Withdrawn, ConsentState::Refused, ConsentState::Refused]
        );
        let again = [(0, Granted), (5, Withdrawn), (14, Granted), (20, Withdrawn)];
        assert_eq!(
            [16, 25, 31].map(|day| state(&again, TERMS, day)),
            [ConsentState::Granted, ConsentState::Grace, ConsentState::Withdrawn]
        );
    }

    #[test]
    fn a_claim_never_undoes_a_refusal_or_a_withdrawal() {
        assert_eq!(state(&[(0, Refused), (5, Claimed)], TERMS, 6), ConsentState::Refused);
        assert_eq!(state(&[(0, Granted), (1, Withdrawn), (15, Claimed)], TERMS, 16), ConsentState::Withdrawn);
        assert_eq!(state(&[(0, Withdrawn), (15, Granted)], TERMS, 16), ConsentState::Granted);
    }

    #[test]
    fn a_purchase_counts_only_where_the_policy_says_so_and_never_replaces_a_state() {
        let soft = Terms { soft_opt_in_days: 30, ..TERMS };
        assert_eq!(state(&[(0, Purchase)], TERMS, 1), ConsentState::None);
        assert_eq!(
            [0, 30, 31].map(|day| state(&[(0, Purchase)], soft.clone(), day)),
            [ConsentState::SoftOptIn, ConsentState::SoftOptIn, ConsentState::None]
        );
        assert_eq!(state(&[(0, Refused), (1, Purchase)], soft.clone(), 2), ConsentState::Refused);
        assert_eq!(state(&[(0, Purchase), (5, Withdrawn)], soft.clone(), 6), ConsentState::Grace);
        assert_eq!(state(&[(0, Purchase), (5, Withdrawn)], soft, 16), ConsentState::Withdrawn);
    }

    #[test]
    fn after_the_ledgers_last_day_nothing_becomes_not_yet_known() {
        let day = |number: i32| Day::from_number(i32::try_from(START / 86_400).expect("small") + number);
        let terms = Terms { covered_until: Some(day(10)), ..TERMS };
        assert_eq!(
            [10, 11].map(|at| state(&[], terms.clone(), at)),
            [ConsentState::None, ConsentState::NotYetKnown]
        );
        assert_eq!(state(&[(0, Refused)], terms, 11), ConsentState::Refused);
    }

    #[test]
    fn at_the_same_instant_the_stricter_event_prevails() {
        assert_eq!(
            state(&[(0, Withdrawn), (20, Refused), (20, Withdrawn)], TERMS, 21),
            ConsentState::Withdrawn
        );
        assert_eq!(
            state(&[(0, Withdrawn), (0, Granted)], Terms { grace: Grace::Days(0), ..TERMS }, 1),
            ConsentState::Withdrawn
        );
        assert_eq!(state(&[(0, Refused), (0, Granted)], TERMS, 1), ConsentState::Refused);
        assert_eq!(state(&[(0, Granted), (0, Claimed)], TERMS, 1), ConsentState::Granted);
    }

    #[test]
    fn opting_out_is_dated_by_the_first_withdrawal_since_the_last_grant() {
        let source = |events: &[(i32, EventKind)]| {
            let line = Timeline::of(events.iter().map(|(day, what)| event(*day, *what)).collect(), TERMS);
            line.opted_out().map(|event| event.source.clone())
        };
        assert_eq!(source(&[(0, Granted), (5, Withdrawn), (9, Withdrawn)]).as_deref(), Some("day 5"));
        assert_eq!(source(&[(0, Withdrawn), (5, Granted)]), None);
        assert_eq!(source(&[(0, Withdrawn), (5, Claimed)]).as_deref(), Some("day 0"));
    }

    #[test]
    fn of_equal_events_the_smaller_source_is_named() {
        for kind in [Granted, Claimed, Refused, Withdrawn, Purchase] {
            let named = |source: &str| Event { source: source.to_string(), ..event(0, kind) };
            let soft = Terms { soft_opt_in_days: 30, grace: Grace::Days(0), ..TERMS };
            let line = Timeline::of(vec![named("b:2"), named("a:9"), named("c:1")], soft);
            let time = Time::believed(START + 90_000, START + 90_000).expect("after 1990");
            let day = Day::from_number(i32::try_from(START / 86_400).expect("small") + 1);
            assert_eq!(line.at(time, day).by.map(|event| event.source.as_str()), Some("a:9"), "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_events_makes_no_difference(
            mut events in proptest::collection::vec((0_i32..40, prop_oneof![Just(Purchase), Just(Claimed), Just(Granted), Just(Refused), Just(Withdrawn)]), 0..8),
            day in 0_i32..60,
        ) {
            let soft = Terms { soft_opt_in_days: 7, ..TERMS };
            let forward = state(&events, soft.clone(), day);
            events.reverse();
            prop_assert_eq!(state(&events, soft, day), forward);
        }
    }
}
