//! The columns of the report: name, meaning, value. The order is the file's; later columns go at the end.

use super::cell::Cell;
use super::reason::reason;
use crate::cadence::ActiveDays;
use crate::fact::Name;
use crate::judge::Case;
use crate::policy::{NOT_MARKETING, Policy};
use crate::time::Day;
use std::ops::Deref;

/// What a cell needs besides its case.
#[derive(Debug, Clone, Copy)]
pub struct CellContext<'a> {
    /// The policy of the run.
    pub policy: &'a Policy,
    /// Whether a consent list was given.
    pub list_given: bool,
    /// Whether the run was compared with the last one.
    pub compared: bool,
}

impl CellContext<'_> {
    /// The columns of the report, in its order.
    pub fn columns(&self) -> impl Iterator<Item = &'static ReportColumn> + use<> {
        COLUMNS.iter().chain(self.compared.then_some(&CHANGE))
    }
}

/// A row of the report: a case with its days, which are counted once for all of its cells.
pub struct ReportRow<'a> {
    case: &'a Case,
    active: ActiveDays,
    unconsented: ActiveDays,
}

impl<'a> ReportRow<'a> {
    /// The row of a case.
    pub fn of(case: &'a Case) -> Self {
        Self { case, active: case.active_days(), unconsented: case.unconsented_days() }
    }
}

impl Deref for ReportRow<'_> {
    type Target = Case;

    fn deref(&self) -> &Case {
        self.case
    }
}

/// A column.
pub struct ReportColumn {
    /// Its name in the first line.
    pub name: &'static str,
    /// What it means, for the documentation.
    pub meaning: &'static str,
    value: fn(&ReportRow<'_>, &CellContext<'_>) -> Cell,
}

impl ReportColumn {
    /// The cell of a row.
    pub fn value(&self, row: &ReportRow<'_>, context: &CellContext<'_>) -> Cell {
        (self.value)(row, context)
    }
}

fn date(day: Option<Day>) -> Cell {
    Cell::maybe(day, Cell::Date)
}

/// A value that only a pair with marketing has.
fn marketed(case: &Case, value: impl FnOnce() -> Cell) -> Cell {
    if case.received.is_empty() { Cell::Blank } else { value() }
}

/// The last column of a report that was compared with the last one.
pub static CHANGE: ReportColumn = ReportColumn {
    name: "change",
    meaning: "since the last run: `new`, `worse`, `ongoing` or `better`, by the flag, then by the days with marketing in the last 28 (4 or more count); only with `--since-last`",
    value: |case, _| Cell::maybe(case.trend, |trend| Cell::Word(trend.word())),
};

/// All columns but [`CHANGE`].
#[rustfmt::skip]
pub const COLUMNS: &[ReportColumn] = &[
    ReportColumn { name: "flagged", meaning: "`yes` or `no`", value: |case, context| Cell::YesNo(case.is_flagged(context.policy)) },
    ReportColumn { name: "verdict", meaning: "the policy rule that holds", value: |case, context| {
        match case.verdict.rule.and_then(|at| context.policy.rules.get(at)) {
            Some(rule) => Cell::text(&rule.verdict),
            None if case.received.is_empty() => Cell::Word(NOT_MARKETING),
            None => Cell::Blank,
        }
    } },
    ReportColumn { name: "sender", meaning: "the organisation that sent the mail: its domain, address or brand", value: |case, _| Cell::text(&case.sender) },
    ReportColumn { name: "sender_name", meaning: "its most frequent display name", value: |case, _| Cell::maybe(case.sender_name.as_deref(), Cell::text) },
    ReportColumn { name: "customer", meaning: "the address that the mail was delivered to", value: |case, _| Cell::text(&case.customer) },
    ReportColumn { name: "cadence", meaning: "`daily`, `weekdays`, `several-a-week`, `weekly`, `monthly` or `occasional`", value: |case, _| Cell::maybe(case.cadence, |cadence| Cell::Word(cadence.word())) },
    ReportColumn { name: "reason", meaning: "the numbers and dates behind the verdict, as a sentence", value: |case, context| Cell::text(&reason(case, context.policy, context.list_given)) },
    ReportColumn { name: "consent", meaning: "state of consent at the last marketing message", value: |case, _| Cell::maybe(case.consent.as_ref(), |consent| Cell::Word(consent.state.word())) },
    ReportColumn { name: "consent_since", meaning: "date of the event that decided it", value: |case, _| date(case.consent.as_ref().and_then(|consent| consent.by.as_ref()?.day)) },
    ReportColumn { name: "consent_source", meaning: "that event's `FILE:LINE` or Message-ID", value: |case, _| Cell::maybe(case.consent.as_ref().and_then(|consent| consent.by.as_ref()), |event| Cell::text(&event.source)) },
    ReportColumn { name: "marketing_messages", meaning: "marketing messages counted", value: |case, _| Cell::whole(case.received.len()) },
    ReportColumn { name: "unconsented_messages", meaning: "those received without consent on record", value: |case, _| Cell::whole(case.unconsented_messages()) },
    ReportColumn { name: "active_days", meaning: "distinct days with marketing", value: |case, _| Cell::whole(case.active.count()) },
    ReportColumn { name: "peak_days", meaning: "most days with marketing in any 28 consecutive days", value: |case, _| Cell::whole(case.active.peak().map_or(0, |peak| peak.days)) },
    ReportColumn { name: "peak_start", meaning: "first day with mail in the earliest such window", value: |case, _| date(case.active.peak().map(|peak| peak.start)) },
    ReportColumn { name: "peak_end", meaning: "last day with mail in it", value: |case, _| date(case.active.peak().map(|peak| peak.end)) },
    ReportColumn { name: "unconsented_peak_days", meaning: "the same over messages received without consent on record", value: |case, _| Cell::whole(case.unconsented.peak().map_or(0, |peak| peak.days)) },
    ReportColumn { name: "longest_streak_days", meaning: "longest run of consecutive days with marketing", value: |case, _| Cell::whole(case.active.longest_streak().map_or(0, |streak| streak.days)) },
    ReportColumn { name: "longest_streak_start", meaning: "when it began", value: |case, _| date(case.active.longest_streak().map(|streak| streak.start)) },
    ReportColumn { name: "median_gap_days", meaning: "median days between consecutive active days; blank under 2 of them", value: |case, _| Cell::maybe(case.active.median_gap(), Cell::from) },
    ReportColumn { name: "max_messages_per_day", meaning: "messages on the busiest day", value: |case, _| Cell::whole(case.most_on_a_day()) },
    ReportColumn { name: "first_message", meaning: "date of the first marketing message", value: |case, _| date(case.active.first()) },
    ReportColumn { name: "last_message", meaning: "date of the last", value: |case, _| date(case.active.last()) },
    ReportColumn { name: "flagged_on", meaning: "first day on which a flagging rule held; blank if not flagged", value: |case, _| date(case.verdict.flagged_on) },
    ReportColumn { name: "still_active", meaning: "`yes` when the verdict's rule also holds for the window that ends at `--as-of`", value: |case, _| marketed(case, || Cell::YesNo(case.verdict.still_active)) },
    ReportColumn { name: "opted_out_on", meaning: "first opt-out since the last consent", value: |case, _| date(case.opted_out_on) },
    ReportColumn { name: "messages_after_opt_out", meaning: "marketing messages after it, days of grace left out", value: |case, _| Cell::whole(case.in_state(crate::consent::ConsentState::Withdrawn)) },
    ReportColumn { name: "customer_since", meaning: "date of the first purchase in the list or the mailbox", value: |case, _| date(case.customer_since) },
    ReportColumn { name: "other_messages", meaning: "messages of that sender to that customer of any other kind", value: |case, _| Cell::whole(case.other_messages) },
    ReportColumn { name: "spam_messages", meaning: "messages set aside as spam", value: |case, _| Cell::whole(case.spam_messages) },
    ReportColumn { name: "unread_share", meaning: "part of the marketing messages never read, 0.00–1.00; blank where the export does not say", value: |case, _| Cell::share(case.unread) },
    ReportColumn { name: "deleted_share", meaning: "part of them thrown away; blank where the export does not say", value: |case, _| Cell::share(case.deleted) },
    ReportColumn { name: "load_share", meaning: "this sender's part of all marketing that the customer got", value: |case, _| marketed(case, || Cell::share(case.load)) },
    ReportColumn { name: "unsubscribe", meaning: "best way out in the last marketing message: `one-click`, `link`, `mailto`, `body`, `none`", value: |case, _| Cell::maybe(case.way_out, |way_out| Cell::Word(way_out.word())) },
    ReportColumn { name: "no_reply", meaning: "`yes` where an answer to it would go to a no-reply address", value: |case, _| Cell::maybe(case.no_reply, Cell::YesNo) },
    ReportColumn { name: "addresses", meaning: "the sender's From addresses, most frequent first, at most 10", value: |case, _| Cell::text(&case.addresses.iter().take(10).map(Name::as_str).collect::<Vec<_>>().join(" ")) },
    ReportColumn { name: "grouped_by", meaning: "whether `sender` is a `domain`, an `address` or a `brand`; `group` or `all`: a row of contact pressure", value: |case, _| Cell::Word(case.grouped_by.word()) },
    ReportColumn { name: "mixed_messages", meaning: "messages that belong to a deal and advertise as well: counted as other, with `--count-mixed` as marketing", value: |case, _| Cell::whole(case.mixed_messages) },
    ReportColumn { name: "inferred_messages", meaning: "of `marketing_messages`, those that say too little by themselves but are like the rest of their stream", value: |case, _| Cell::whole(case.inferred_messages) },
    ReportColumn { name: "undecided_messages", meaning: "messages that offer a way out, while nothing shows what kind they are: counted as other", value: |case, _| Cell::whole(case.undecided_messages) },
    ReportColumn { name: "rank", meaning: "place among the customer's senders of marketing by `peak_days`, then `marketing_messages`, then name (1: most)", value: |case, _| Cell::maybe(case.place, |place| Cell::whole(place.rank)) },
    ReportColumn { name: "ranked", meaning: "how many senders of marketing the customer has", value: |case, _| Cell::maybe(case.place, |place| Cell::whole(place.ranked)) },
    ReportColumn { name: "days_per_week", meaning: "days a week with marketing: since the last change of pace, or over all days, at least 28", value: |case, _| Cell::maybe(case.pace, |pace| Cell::from(pace.days_per_week)) },
    ReportColumn { name: "changed_on", meaning: "first day at that pace; blank without a change of pace", value: |case, _| date(case.change_of_pace().map(|change| change.on)) },
    ReportColumn { name: "days_per_week_before", meaning: "days a week before; blank without a change of pace", value: |case, _| Cell::maybe(case.change_of_pace(), |change| Cell::from(change.before)) },
    ReportColumn { name: "unread_run", meaning: "how many of the newest marketing messages in a row were never read; blank where the export does not say", value: |case, _| Cell::maybe(case.unread_run, Cell::whole) },
    ReportColumn { name: "messages_a_year", meaning: "marketing messages of the last n days up to `--as-of` × 365 ÷ n; n: days since the first one, at least 28, at most 91", value: |case, _| Cell::maybe(case.messages_a_year, Cell::whole) },
];
