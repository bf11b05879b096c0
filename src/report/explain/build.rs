//! Makes an explanation from a judged pair.

use super::wording::{SentenceContext, wishes};
use super::{
    ConsentHistory, ExplainedDay, ExplainedEvent, ExplainedMessage, ExplainedRule, ExplainedSign,
    ExplainedState, Explanation, InferredFrom, PeakWindow, RuleOutcome,
};
use crate::cadence::ActiveDays;
use crate::classify::Sign;
use crate::fact::{Detail, Fact, GroupedBy, Kind, MailboxId, Rules};
use crate::history::{Counted, InferenceGrounds, Pair, StreamKey};
use crate::judge::{Case, ConsentRecord, JudgeContext, JudgedMail, MessageGroup, changes, rule_results};
use crate::policy::NOT_MARKETING;
use crate::report::messages::MessageContext;
use crate::report::reason::reason;
use crate::report::visible;
use crate::time::Day;
use std::collections::BTreeSet;

/// Explains a pair.
pub fn explain(
    pair: &Pair<'_>,
    case: &Case,
    judging: &JudgeContext<'_>,
    message_context: &MessageContext<'_>,
) -> Explanation {
    let record = ConsentRecord::of(pair, judging);
    let found = changes(pair, case, &record, judging);
    let of_case = of_case(case, JudgedMail::of_pair(&case.customer), judging);
    let changes = wishes(&SentenceContext { judging, rules: &of_case.rules }, &found);
    let of_pair = messages(pair, judging);
    let grounds = judging.history.grounds(pair);
    let mailboxes = mailboxes(of_pair.iter().map(|(fact, _)| *fact), message_context);
    Explanation {
        consent: record.groups.iter().map(|group| on_record(group, pair, case, judging)).collect(),
        changes,
        mailboxes: mailboxes.iter().map(|id| safe(judging.history.names.text(*id))).collect(),
        messages: of_pair
            .iter()
            .map(|(fact, counted)| {
                let message =
                    explained_message(fact, *counted, &record, judging, message_context, &mailboxes);
                ExplainedMessage { inferred_from: grounds.get(&fact.order).map(inferred_from), ..message }
            })
            .collect(),
        ..of_case
    }
}

/// What the case alone says: of one sender, or of several together.
pub(super) fn of_case(case: &Case, subject: JudgedMail<'_>, judging: &JudgeContext<'_>) -> Explanation {
    let rule = case.verdict.rule.and_then(|at| judging.policy.rules.get(at));
    let rules = asked(case, subject, judging);
    Explanation {
        sender: safe(&case.sender),
        sender_name: case.sender_name.as_deref().map(safe),
        customer: safe(&case.customer),
        flagged: case.is_flagged(judging.policy),
        verdict: match rule {
            Some(rule) => Some(safe(&rule.verdict)),
            None => case.received.is_empty().then(|| NOT_MARKETING.to_string()),
        },
        reason: safe(&reason(case, judging.policy, judging.ledger.given)),
        flagged_on: case.verdict.flagged_on,
        flagged_by: flagged_by(&rules, case.verdict.flagged_on),
        still_active: (!case.received.is_empty()).then_some(case.verdict.still_active),
        as_of: judging.as_of,
        timezone: judging.scope.zone.name().to_string(),
        marketing_messages: case.received.len(),
        unconsented_messages: case.unconsented_messages(),
        active_days: case.active_days().count(),
        peak: window(&case.active_days()),
        unconsented_peak: window(&case.unconsented_days()),
        cadence: case.cadence.map(|cadence| cadence.word()),
        inferred_messages: case.inferred_messages,
        undecided_messages: case.undecided_messages,
        rank: case.place.map(|place| place.rank),
        ranked: case.place.map(|place| place.ranked),
        days_per_week: case.pace.map(|pace| pace.days_per_week),
        changed_on: case.change_of_pace().map(|change| change.on),
        days_per_week_before: case.change_of_pace().map(|change| change.before),
        unread_run: case.unread_run,
        messages_a_year: case.messages_a_year,
        consent_list_given: judging.ledger.given,
        grace_days: judging.policy.grace.days(),
        grace_business_days: judging.policy.grace.business_days(),
        soft_opt_in_days: judging.policy.soft_opt_in_days,
        rules,
        senders: Vec::new(),
        consent: Vec::new(),
        pressure: Vec::new(),
        changes: Vec::new(),
        days: marked(case),
        mailboxes: Vec::new(),
        messages: Vec::new(),
    }
}

/// The files that messages lie in.
pub(super) fn mailboxes<'a>(
    facts: impl Iterator<Item = &'a Fact>,
    message_context: &MessageContext<'_>,
) -> BTreeSet<MailboxId> {
    facts
        .filter_map(|fact| message_context.details.get(fact.order as usize))
        .map(|detail| detail.mailbox)
        .collect()
}

/// The verdict of the rule that was the first to flag, on that day.
fn flagged_by(rules: &[ExplainedRule], flagged_on: Option<Day>) -> Option<String> {
    let is_first = |rule: &&ExplainedRule| rule.flag && rule.held_on.is_some() && rule.held_on == flagged_on;
    rules.iter().find(is_first).map(|rule| rule.verdict.clone())
}

/// What the customer got from this sender and others together: the rows of contact pressure that it is part of.
pub fn pressure(case: &Case, rows: &[Case], judging: &JudgeContext<'_>) -> Vec<String> {
    let group = judging.senders.group(&case.sender);
    let with = |row: &&Case| match row.grouped_by {
        GroupedBy::Group => group == Some(row.sender.as_str()),
        _ => true,
    };
    let rows = rows.iter().filter(|row| row.customer == case.customer).filter(with);
    let sentences = rows.map(|row| {
        let whom = match row.grouped_by {
            GroupedBy::Group => format!("over the group {}", row.sender),
            _ => "over all senders".to_string(),
        };
        let rule = row.verdict.rule.and_then(|at| judging.policy.rules.get(at));
        let verdict = rule.map_or("no verdict", |rule| rule.verdict.as_str());
        let flag = if row.is_flagged(judging.policy) { " (flagged)" } else { "" };
        safe(&format!("{whom}: {verdict}{flag}; {}", reason(row, judging.policy, judging.ledger.given)))
    });
    sentences.collect()
}

pub(super) fn safe(text: &str) -> String {
    visible(text).into_owned()
}

fn window(days: &ActiveDays) -> Option<PeakWindow> {
    days.peak().map(|peak| PeakWindow { days: peak.days, first: peak.start, last: peak.end })
}

/// Each rule of the policy, with what it asks for and what was found.
fn asked(case: &Case, subject: JudgedMail<'_>, judging: &JudgeContext<'_>) -> Vec<ExplainedRule> {
    let results = rule_results(&case.received, judging.policy, subject);
    let flagged = case.is_flagged(judging.policy);
    let rules = judging.policy.rules.iter().zip(results).enumerate();
    // Rules that don't apply to this case are left out.
    let explained =
        rules.filter(|(_, (rule, _))| rule.applies(subject)).map(|(at, (rule, result))| ExplainedRule {
            verdict: safe(&rule.verdict),
            flag: rule.flag,
            outcome: match case.verdict.rule {
                Some(decisive) if at == decisive => RuleOutcome::Decides,
                // The day of the first flag was looked for in all flagging rules.
                Some(decisive) if at > decisive && flagged && rule.flag && result.since.is_some() => {
                    RuleOutcome::HoldsToo
                }
                Some(decisive) if at > decisive => RuleOutcome::NotAsked,
                _ => RuleOutcome::DoesNotHold,
            },
            consent: rule.consent.as_ref().map(|states| states.iter().map(|state| state.word()).collect()),
            days: rule.days,
            messages: rule.messages,
            window: rule.window,
            min_gap_hours: rule.min_gap.map(|seconds| seconds / 3_600),
            must_be_zero: !rule.must_be_zero.is_empty(),
            found_gap_seconds: result.best.and_then(|best| Some(best.shortest_gap?.seconds)),
            found_days: result.best.map_or(0, |best| best.days),
            found_messages: result.best.map_or(0, |best| best.messages),
            found_first: result.best.map(|best| best.first),
            found_last: result.best.map(|best| best.last),
            held_on: result.since,
        });
    explained.collect()
}

fn on_record(
    group: &MessageGroup,
    pair: &Pair<'_>,
    case: &Case,
    judging: &JudgeContext<'_>,
) -> ConsentHistory {
    let zone = &judging.scope.zone;
    let mut dates = pair.facts.iter().filter_map(|fact| fact.time).map(|time| zone.day(time));
    let first = case.first_day().or_else(|| dates.next());
    let last = case.last_day().max(judging.as_of).max(first);
    let span = first.zip(last);
    let periods = span.map(|(first, last)| group.periods(first, last, &judging.terms(), zone));
    ConsentHistory {
        addresses: group.addresses.iter().map(|address| safe(address)).collect(),
        events: group
            .events
            .iter()
            .map(|event| ExplainedEvent { date: event.day, event: event.kind, source: safe(&event.source) })
            .collect(),
        states: periods
            .into_iter()
            .flatten()
            .map(|period| ExplainedState {
                from: period.from,
                until: period.until,
                state: period.state,
                source: period.by.map(|event| safe(&event.source)),
            })
            .collect(),
    }
}

/// The days with marketing.
fn marked(case: &Case) -> Vec<ExplainedDay> {
    let days = case.received.chunk_by(|left, right| left.day == right.day);
    let marked = days.filter_map(|messages| {
        let unconsented = messages.iter().filter(|message| message.state.is_unconsented()).count();
        Some(ExplainedDay { day: messages.first()?.day, messages: messages.len(), unconsented })
    });
    marked.collect()
}

/// All messages of the pair, in time order, including duplicates and messages set aside.
fn messages<'a>(pair: &Pair<'a>, judging: &JudgeContext<'a>) -> Vec<(&'a Fact, Counted)> {
    let of_pair = |fact: &Fact| (fact.sender, fact.customer) == (pair.sender, pair.customer);
    let set_aside = judging.history.set_aside().iter().filter(|(fact, _)| of_pair(fact));
    let mut all: Vec<(&Fact, Counted)> =
        pair.facts.iter().map(|fact| (fact, judging.scope.counted_as(fact))).collect();
    all.extend(set_aside.map(|(fact, counted)| (fact, *counted)));
    all.sort_by_key(|(fact, _)| (fact.time, fact.order));
    all
}

pub(super) fn explained_message(
    fact: &Fact,
    counted: Counted,
    record: &ConsentRecord,
    judging: &JudgeContext<'_>,
    message_context: &MessageContext<'_>,
    mailboxes: &BTreeSet<MailboxId>,
) -> ExplainedMessage {
    let zone = &judging.scope.zone;
    let detail = message_context.details.get(fact.order as usize);
    let text = |of: fn(&Detail) -> &str| safe(detail.as_ref().map_or("", of));
    let mailbox = detail.as_ref().and_then(|detail| mailboxes.iter().position(|id| *id == detail.mailbox));
    let classified = !matches!(counted, Counted::Own | Counted::NoMail);
    let day: Option<Day> = fact.time.map(|time| zone.day(time));
    ExplainedMessage {
        day,
        time: fact.time.map(|time| zone.rfc3339(time)),
        subject: text(|detail| &detail.subject),
        from: text(|detail| &detail.from),
        kind: classified.then(|| fact.kind.word()),
        rule: classified.then(|| safe(message_context.rules.id(fact.rule))),
        signs: detail.as_ref().map_or_else(Vec::new, |detail| signs(detail, message_context.rules)),
        inferred_from: None,
        counted_as: counted.word(),
        consent: (counted == Counted::Marketing)
            .then(|| record.state(fact, zone))
            .flatten()
            .map(|state| state.word()),
        message_id: text(|detail| &detail.message_id),
        mailbox: mailbox.map_or(0, |at| at + 1),
        offset: detail.as_ref().map_or(0, |detail| detail.offset),
    }
}

fn inferred_from(grounds: &InferenceGrounds) -> InferredFrom {
    let InferenceGrounds { key, decided, marketing, same_way_out, same_template } = *grounds;
    let stream = match key {
        StreamKey::List(_) => "list",
        StreamKey::From(_) => "address",
        StreamKey::Template(_) => "template",
    };
    InferredFrom { stream, decided, marketing, same_way_out, same_template }
}

/// The signs of a message, in the order of the table.
fn signs(detail: &Detail, rules: &Rules) -> Vec<ExplainedSign> {
    let explained = |sign: &Sign| ExplainedSign {
        id: safe(&sign.id),
        points: Kind::ALL
            .into_iter()
            .map(|kind| (kind.word(), sign.points[kind as usize]))
            .filter(|(_, points)| *points != 0)
            .collect(),
    };
    detail.signs.iter().filter_map(|number| rules.sign(*number)).map(explained).collect()
}
