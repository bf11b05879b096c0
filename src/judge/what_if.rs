//! What would have given another verdict, found by judging again with one thing changed: an event more on
//! record, or messages counted that were set aside. Nothing here is guessed.

use super::{Case, JudgeContext, Record, judge};
use crate::consent::{Event, Happening, Moment};
use crate::history::{Counted, Pair, Scope};
use crate::time::{Day, Zone};

/// One thing that would have given another verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub occasion: Occasion,
    /// The rule that would hold; `None`: none.
    pub rule: Option<usize>,
}

/// What could have been otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// One more event on the consent list, for this sender and customer.
    Event {
        /// A grant or a withdrawal.
        happening: Happening,
        /// Dated this day or later; `None`: however early.
        from: Option<Day>,
        /// Dated this day or earlier.
        until: Day,
    },
    /// Messages in spam counted.
    IncludeSpam,
    /// Messages counted whose sender the receiver could not verify.
    IncludeUnverified,
}

/// Everything of that sort that changes the verdict of a pair.
pub fn changes(pair: &Pair<'_>, case: &Case, record: &Record, judging: &JudgeContext<'_>) -> Vec<Change> {
    let events = [Happening::Granted, Happening::Withdrawn];
    let mut found: Vec<Change> =
        events.iter().flat_map(|happening| by_event(*happening, case, record, judging)).collect();
    let scope = judging.scope;
    found.extend(
        [
            by_scope(
                Occasion::IncludeSpam,
                Counted::Spam,
                &Scope { include_spam: true, ..scope.clone() },
                pair,
                case,
                judging,
            ),
            by_scope(
                Occasion::IncludeUnverified,
                Counted::Unverified,
                &Scope { include_unverified: true, ..scope.clone() },
                pair,
                case,
                judging,
            ),
        ]
        .into_iter()
        .flatten(),
    );
    found
}

/// Tries the event on every day on which it could make a difference; days in a row with the same verdict are one
/// change. Between two such days nothing comes and nothing happens, so the later one speaks for the days before.
fn by_event(happening: Happening, case: &Case, record: &Record, judging: &JudgeContext<'_>) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    let mut before: Option<(Day, Option<usize>)> = None;
    for day in record.turning_days() {
        let Some(event) = dated(happening, day, &judging.scope.zone) else { continue };
        let rule = judge(&record.received_with(&event), judging.policy, judging.as_of).rule;
        let goes_on = before.is_none_or(|(_, earlier)| earlier == rule);
        let from = before.map(|(earlier, _)| earlier.plus(1));
        before = Some((day, rule));
        if rule == case.verdict.rule {
            continue;
        }
        match found.last_mut() {
            Some(Change { occasion: Occasion::Event { until, .. }, .. }) if goes_on => *until = day,
            _ => found.push(Change { occasion: Occasion::Event { happening, from, until: day }, rule }),
        }
    }
    found
}

/// An event with a date only, counted as the ledger counts it: a grant from the first instant of its day, a
/// withdrawal from the last.
fn dated(happening: Happening, day: Day, zone: &Zone) -> Option<Event> {
    let moment = match happening {
        Happening::Withdrawn | Happening::Refused => Moment::just_before(zone.first_instant(day.plus(1))?),
        _ => Moment::at(zone.first_instant(day)?),
    };
    Some(Event { moment, happening, day: Some(day), source: String::new() })
}

fn by_scope(
    occasion: Occasion,
    aside: Counted,
    scope: &Scope,
    pair: &Pair<'_>,
    case: &Case,
    judging: &JudgeContext<'_>,
) -> Option<Change> {
    if !pair.facts.iter().any(|fact| judging.scope.place(fact) == aside) {
        return None;
    }
    let rule = Case::of(*pair, &JudgeContext { scope, ..*judging }, case.load.whole).verdict.rule;
    (rule != case.verdict.rule).then_some(Change { occasion, rule })
}
