//! One pair in full: everything that the report says about a sender and a customer.

use super::called::{addresses, sender_name};
use super::consent_lookup::{ConsentLookup, LastConsent};
use super::context::JudgeContext;
use super::newest::{messages_a_year, unread_run};
use super::{JudgedMail, ReceivedMessage, Trend, Verdict, count, judge};
use crate::cadence::{ActiveDays, Cadence, ChangeOfPace, Pace};
use crate::consent::{ConsentState, Event};
use crate::fact::{CustomerId, Fact, GroupedBy, Name, SenderId, Traits, WayOut};
use crate::history::{Counted, Pair};
use crate::policy::Policy;
use crate::time::Day;

/// A part of a whole, in messages: a run reads fewer than 2³² of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// The part.
    pub part: u32,
    /// The whole.
    pub whole: u32,
}

impl Share {
    /// A part of a whole that were counted over many cases.
    pub fn of(part: u64, whole: u64) -> Self {
        let [part, whole] = [part, whole].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        Self { part, whole }
    }
}

/// A sender's place among all that send marketing to the same customer, from 1: the sender that writes most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranking {
    /// The place.
    pub rank: u32,
    /// How many senders have one.
    pub ranked: u32,
}

/// Everything about a pair. A run may keep a million, so what its messages show is counted anew where it is asked for, and
/// counts take four bytes.
#[derive(Debug, Clone)]
pub struct Case {
    /// The sender, as the report calls it.
    pub sender: Name,
    /// The customer.
    pub customer: Name,
    /// The most frequent display name.
    pub sender_name: Option<Name>,
    /// The sender's From addresses, most frequent first.
    pub addresses: Box<[Name]>,
    /// How the sender was found.
    pub grouped_by: GroupedBy,
    /// Other senders (no platforms) under whose domain it takes opt-outs.
    pub opts_out_at: Box<[String]>,
    /// What the policy says.
    pub verdict: Verdict,
    /// The days and states of the marketing messages, in time order.
    pub received: Box<[ReceivedMessage]>,
    /// The rhythm; `None` without marketing.
    pub cadence: Option<Cadence>,
    /// Consent at the last marketing message.
    pub consent: Option<LastConsent>,
    /// The event that decided the state of the first of the messages that the verdict shows.
    pub shown_by: Option<Box<Event>>,
    /// Whether the consent lists have a row for this customer; `None`: they are not about this sender, or there is no
    /// marketing.
    pub has_row: Option<bool>,
    /// The first withdrawal since the last grant or claim.
    pub opted_out_on: Option<Day>,
    /// The date of the first purchase.
    pub customer_since: Option<Day>,
    /// Messages of other kinds.
    pub other_messages: u32,
    /// Messages set aside as spam.
    pub spam_messages: u32,
    /// Counted messages that belong to a deal and advertise as well.
    pub mixed_messages: u32,
    /// Marketing messages that their stream shows to be such, and not they themselves.
    pub inferred_messages: u32,
    /// Counted messages that offer a way out and are of no kind that anything shows: not marketing.
    pub undecided_messages: u32,
    /// The sender's place among the customer's; `None` without marketing, or where the cases were not ranked.
    pub place: Option<Ranking>,
    /// What became of it since the run before; `None` without marketing, or where nothing was compared.
    pub trend: Option<Trend>,
    /// How many days a week there is marketing, and since when; `None` without marketing.
    pub pace: Option<Pace>,
    /// How many of the newest marketing messages in a row were never read; `None` where the export does not say.
    pub unread_run: Option<u32>,
    /// Marketing messages a year, by those of the last quarter; `None` without a day of asking.
    pub messages_a_year: Option<u32>,
    /// Of the marketing messages whose state the export has, those never read.
    pub unread: Share,
    /// Of the marketing messages whose state the export has, those deleted.
    pub deleted: Share,
    /// Of all marketing that the customer got, this sender's.
    pub load: Share,
    /// The best way out of the last marketing message.
    pub way_out: Option<WayOut>,
    /// Whether answers to it go to a no-reply address.
    pub no_reply: Option<bool>,
    /// How many senders it is about, where that is a row of contact pressure over several; `None`: one sender.
    pub of_senders: Option<u32>,
    /// Whether the owner blocked one of its addresses, which the sender does not learn.
    pub blocked: bool,
}

impl Case {
    /// The case of a pair, not yet ranked; `load` is all marketing that the customer got.
    pub fn of(pair: Pair<'_>, judging: &JudgeContext<'_>, load: u32) -> Self {
        let names = &judging.history.names;
        let places: Vec<Counted> = pair.facts.iter().map(|fact| judging.scope.counted_as(fact)).collect();
        let placed = |counts: fn(Counted) -> bool| {
            pair.facts.iter().zip(&places).filter(move |(_, place)| counts(**place)).map(|(fact, _)| fact)
        };
        let marketing: Vec<&Fact> = placed(|place| place == Counted::Marketing).collect();
        let counted: Vec<&Fact> =
            placed(|place| matches!(place, Counted::Marketing | Counted::Other)).collect();
        let lookup = ConsentLookup::of(&pair, &marketing, judging);
        let (received, consent) = lookup.received();
        let active: ActiveDays = received.iter().map(|message| message.day).collect();
        let subject = JudgedMail::of_pair(names.text(pair.customer));
        let verdict = judge(&received, judging.policy, subject, judging.as_of);
        let (last, addresses) = (marketing.last(), addresses(&counted, names));
        let address = pair.facts.first().map_or("", |fact| names.text(fact.from));
        Self {
            sender: names.shared(pair.sender),
            customer: names.shared(pair.customer),
            has_row: last.and_then(|_| has_row(&addresses, pair.customer, judging)),
            sender_name: sender_name(&counted, names),
            addresses,
            grouped_by: judging.senders.organisation(address).grouped_by,
            opts_out_at: opts_out_at(pair.sender, judging),
            shown_by: lookup.shown_by(verdict, &received),
            verdict,
            cadence: (!received.is_empty()).then(|| active.cadence()),
            consent,
            opted_out_on: lookup.opted_out_on(),
            customer_since: last.and_then(|_| lookup.customer_since()),
            other_messages: count(placed(|place| place == Counted::Other)),
            spam_messages: count(placed(|place| place == Counted::Spam)),
            mixed_messages: count(counted.iter().filter(|fact| fact.traits.contains(Traits::MIXED))),
            inferred_messages: count(received.iter().filter(|message| message.inferred)),
            undecided_messages: undecided(placed(|place| place == Counted::Other), judging),
            place: None,
            trend: None,
            pace: active.pace(),
            unread_run: unread_run(&marketing),
            messages_a_year: messages_a_year(&received, judging.as_of),
            unread: share(&marketing, Traits::READ_KNOWN, |traits| !traits.contains(Traits::READ)),
            deleted: share(&marketing, Traits::DELETED_KNOWN, |traits| traits.contains(Traits::DELETED)),
            load: Share { part: count(&received), whole: load },
            way_out: last.map(|fact| fact.way_out),
            no_reply: last.map(|fact| fact.traits.contains(Traits::NO_REPLY)),
            of_senders: None,
            blocked: pair.facts.iter().any(|fact| judging.history.is_blocked(fact.from)),
            received: received.into(),
        }
    }

    /// Days with marketing.
    pub fn active_days(&self) -> ActiveDays {
        self.received.iter().map(|message| message.day).collect()
    }

    /// The first day with marketing.
    pub fn first_day(&self) -> Option<Day> {
        self.received.iter().map(|message| message.day).min()
    }

    /// The last.
    pub fn last_day(&self) -> Option<Day> {
        self.received.iter().map(|message| message.day).max()
    }

    /// Days with marketing received without consent on record.
    pub fn unconsented_days(&self) -> ActiveDays {
        let unconsented = self.received.iter().filter(|message| message.state.is_unconsented());
        unconsented.map(|message| message.day).collect()
    }

    /// Whether the verdict is a flag.
    pub fn is_flagged(&self, policy: &Policy) -> bool {
        self.verdict.rule.and_then(|at| policy.rules.get(at)).is_some_and(|rule| rule.flag)
    }

    /// Since when the pace is as it is; `None`: it was always the same.
    pub fn change_of_pace(&self) -> Option<ChangeOfPace> {
        self.pace?.change
    }

    /// Marketing messages received in that state.
    pub fn in_state(&self, state: ConsentState) -> usize {
        self.received.iter().filter(|message| message.state == state).count()
    }

    /// Marketing messages received without consent on record.
    pub fn unconsented_messages(&self) -> usize {
        self.received.iter().filter(|message| message.state.is_unconsented()).count()
    }

    /// The most marketing messages on one day.
    pub fn most_on_a_day(&self) -> usize {
        self.received
            .chunk_by(|left, right| left.day == right.day)
            .map(<[ReceivedMessage]>::len)
            .max()
            .unwrap_or(0)
    }
}

/// A platform that takes opt-outs for many is not evidence that its senders belong together.
fn opts_out_at(sender: SenderId, judging: &JudgeContext<'_>) -> Box<[String]> {
    let links = &judging.history.links;
    let start = links.partition_point(|(from, _)| *from < sender);
    let links = links.get(start..).unwrap_or_default().iter().take_while(|(from, _)| *from == sender);
    let names = links.map(|(_, at)| judging.history.names.text(*at));
    let mut names: Vec<String> =
        names.filter(|name| !judging.senders.takes_opt_outs_for_many(name)).map(str::to_string).collect();
    names.sort();
    names.into()
}

/// Whether the consent lists have a row for a customer; `None`: they are about none of these From addresses.
fn has_row(addresses: &[Name], customer: CustomerId, judging: &JudgeContext<'_>) -> Option<bool> {
    let customer = judging.history.names.unredacted(customer);
    let rows = addresses.iter().filter_map(|from| judging.ledger.has_row(from, judging.senders, customer));
    rows.reduce(|one, other| one || other)
}

/// How many messages offer a way out, as bulk mail does, while nothing shows what kind they are.
fn undecided<'a>(facts: impl Iterator<Item = &'a Fact>, judging: &JudgeContext<'_>) -> u32 {
    let is_undecided = |fact: &&Fact| fact.way_out != WayOut::Absent && judging.rules.is_undecided(fact.rule);
    count(facts.filter(is_undecided))
}

fn share(facts: &[&Fact], known: Traits, counts: impl Fn(Traits) -> bool) -> Share {
    let recorded: Vec<Traits> =
        facts.iter().map(|fact| fact.traits).filter(|traits| traits.contains(known)).collect();
    Share { part: count(recorded.iter().filter(|traits| counts(**traits))), whole: count(&recorded) }
}

#[cfg(test)]
mod tests;
