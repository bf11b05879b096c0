//! What would have given another verdict, found by judging again with one thing changed: an event more on
//! record, or messages counted that were set aside. Nothing here is guessed.

use super::{Case, ConsentRecord, JudgeContext, JudgedMail, judge};
use crate::consent::{Event, EventKind, Moment};
use crate::history::{Counted, Pair, Scope};
use crate::time::{Day, Zone};

/// One thing that would have given another verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictChange {
    /// What.
    pub occasion: WhatIf,
    /// The rule that would decide; `None`: none.
    pub rule: Option<usize>,
}

/// What could have been otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhatIf {
    /// One more event on the consent list, for this sender and customer.
    Event {
        /// A grant or a withdrawal.
        kind: EventKind,
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
pub fn changes(
    pair: &Pair<'_>,
    case: &Case,
    record: &ConsentRecord,
    judging: &JudgeContext<'_>,
) -> Vec<VerdictChange> {
    let events = [EventKind::Granted, EventKind::Withdrawn];
    let mut found: Vec<VerdictChange> =
        events.iter().flat_map(|kind| by_event(*kind, case, record, judging)).collect();
    let scope = judging.scope;
    found.extend(
        [
            by_scope(
                WhatIf::IncludeSpam,
                Counted::Spam,
                &Scope { include_spam: true, ..scope.clone() },
                pair,
                case,
                judging,
            ),
            by_scope(
                WhatIf::IncludeUnverified,
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
fn by_event(
    kind: EventKind,
    case: &Case,
    record: &ConsentRecord,
    judging: &JudgeContext<'_>,
) -> Vec<VerdictChange> {
    let mut found: Vec<VerdictChange> = Vec::new();
    let mut before: Option<(Day, Option<usize>)> = None;
    for day in record.turning_days() {
        let Some(event) = dated(kind, day, &judging.scope.zone) else { continue };
        let rule = judge(
            &record.received_with(&event),
            judging.policy,
            JudgedMail::of_pair(&case.customer),
            judging.as_of,
        )
        .rule;
        let is_same_verdict = before.is_none_or(|(_, earlier)| earlier == rule);
        let from = before.map(|(earlier, _)| earlier.plus(1));
        before = Some((day, rule));
        if rule == case.verdict.rule {
            continue;
        }
        match found.last_mut() {
            Some(VerdictChange { occasion: WhatIf::Event { until, .. }, .. }) if is_same_verdict => {
                *until = day
            }
            _ => found.push(VerdictChange { occasion: WhatIf::Event { kind, from, until: day }, rule }),
        }
    }
    found
}

/// An event with a date only, counted as the ledger counts it: a grant from the first instant of its day, a
/// withdrawal from the last.
fn dated(kind: EventKind, day: Day, zone: &Zone) -> Option<Event> {
    let moment = match kind {
        EventKind::Withdrawn | EventKind::Refused => Moment::just_before(zone.first_instant(day.plus(1))?),
        _ => Moment::at(zone.first_instant(day)?),
    };
    Some(Event { moment, kind, day: Some(day), source: String::new() })
}

fn by_scope(
    occasion: WhatIf,
    aside: Counted,
    scope: &Scope,
    pair: &Pair<'_>,
    case: &Case,
    judging: &JudgeContext<'_>,
) -> Option<VerdictChange> {
    if !pair.facts.iter().any(|fact| judging.scope.counted_as(fact) == aside) {
        return None;
    }
    let rule = Case::of(*pair, &JudgeContext { scope, ..*judging }, case.load.whole).verdict.rule;
    (rule != case.verdict.rule).then_some(VerdictChange { occasion, rule })
}

#[cfg(test)]
mod tests {
    use super::super::invented::JudgedMailbox;
    use super::*;
    use crate::fact::Traits;
    use crate::history::invented::{InventedMailbox, day};

    const SHOP: &str = "shop.example";
    const NEWS: &str = "news@shop.example";

    /// Each change: its occasion, and the verdict that it would have given.
    fn found(judged: &JudgedMailbox) -> Vec<(WhatIf, &str)> {
        let (pair, case) = (judged.pair(SHOP), judged.case(SHOP));
        let record = ConsentRecord::of(&pair, &judged.context());
        let found = changes(&pair, &case, &record, &judged.context());
        found.iter().map(|change| (change.occasion, judged.named(change.rule))).collect()
    }

    fn event(kind: EventKind, from: Option<i64>, until: i64) -> WhatIf {
        WhatIf::Event { kind, from: from.map(day), until: day(until) }
    }

    #[test]
    fn a_grant_early_enough_takes_a_flag_away() {
        let mut mailbox = InventedMailbox::default();
        for day in 0..28 {
            mailbox.offer(SHOP, NEWS, day);
        }
        let judged = JudgedMailbox::of(mailbox, day(28));
        assert_eq!(judged.verdict(SHOP), "daily-unconsented");
        let found = found(&judged);
        // 24 days with consent from day 4 on; 23 without consent and 5 with it from day 23 on.
        assert!(found.contains(&(event(EventKind::Granted, None, 4), "daily-consented")), "{found:?}");
        assert!(found.contains(&(event(EventKind::Granted, Some(5), 23), "unconsented")), "{found:?}");
        // A withdrawal leaves the days of grace out, and two days after them are a flag of their own.
        assert!(found.iter().all(|(_, verdict)| *verdict != "daily-unconsented"), "{found:?}");
    }

    #[test]
    fn every_change_gives_what_it_says() {
        let mut mailbox = InventedMailbox::default();
        for day in (0..60).filter(|day| day % 7 != 3) {
            mailbox.offer(SHOP, NEWS, day);
        }
        let judged = JudgedMailbox::of(mailbox, day(60));
        let context = judged.context();
        let record = ConsentRecord::of(&judged.pair(SHOP), &context);
        let found = found(&judged);
        assert!(!found.is_empty());
        for (occasion, verdict) in found {
            let WhatIf::Event { kind, from, until } = occasion else { continue };
            for on in [from.unwrap_or(until.plus(-400)), until] {
                let event = dated(kind, on, &judged.scope.zone).expect("a day");
                let received = record.received_with(&event);
                let rule = judge(&received, context.policy, JudgedMail::of_pair(""), context.as_of).rule;
                assert_eq!(judged.named(rule), verdict, "{kind:?} on {on}");
            }
        }
    }

    #[test]
    fn spam_and_unverified_mail_are_counted_to_see_what_they_would_change() {
        for (set_aside, occasion) in
            [(Traits::SPAM, WhatIf::IncludeSpam), (Traits::UNVERIFIED, WhatIf::IncludeUnverified)]
        {
            let mut mailbox = InventedMailbox::default();
            for day in 0..28 {
                let kept = if day % 2 == 0 { Traits::default() } else { set_aside };
                mailbox.offer(SHOP, NEWS, day).traits = kept;
            }
            let judged = JudgedMailbox::of(mailbox, day(28));
            assert_eq!(judged.verdict(SHOP), "unconsented");
            assert!(found(&judged).contains(&(occasion, "daily-unconsented")));
        }
    }

    #[test]
    fn nothing_is_said_of_mail_aside_that_would_change_nothing() {
        let mut mailbox = InventedMailbox::default();
        mailbox.offer(SHOP, NEWS, 0);
        mailbox.offer(SHOP, NEWS, 1).traits = Traits::SPAM;
        let found_of = |mailbox| {
            let judged = JudgedMailbox::of(mailbox, day(2));
            found(&judged).iter().any(|(occasion, _)| *occasion == WhatIf::IncludeSpam)
        };
        assert!(!found_of(mailbox));
    }
}
