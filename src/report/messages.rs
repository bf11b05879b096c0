//! The list of messages: the evidence behind the report, one row for each.

use super::cell::Cell;
use super::csv::{Style, Table};
use crate::consent::State;
use crate::fact::{Detail, Fact, Names, Rules};
use crate::history::{Counted, Pair};
use crate::judge::Bench;
use std::collections::HashMap;
use std::io::{self, Write};

/// The columns, in order.
pub const MESSAGE_COLUMNS: [&str; 13] = [
    "sender",
    "customer",
    "day",
    "time",
    "kind",
    "rule",
    "counted_as",
    "consent",
    "subject",
    "from",
    "message_id",
    "mailbox",
    "offset",
];

/// What the list needs besides the bench.
pub struct Listing<'a> {
    /// Where each message stands, in the order of reading.
    pub details: &'a [Detail],
    /// The rules, for their ids.
    pub rules: &'a Rules,
    /// Every message, or only counted marketing.
    pub all: bool,
}

/// Writes the list in the order of reading.
pub fn write(out: impl Write, style: Style, bench: &Bench<'_>, listing: &Listing<'_>) -> io::Result<()> {
    let mut rows: Vec<Option<Vec<Cell>>> = vec![None; listing.details.len()];
    for pair in bench.history.pairs() {
        judged_rows(&pair, bench, listing, &mut rows);
    }
    for (fact, counted) in bench.history.aside() {
        if let Some(row) = rows.get_mut(fact.order as usize).filter(|_| listing.all) {
            *row = Some(judged(fact, *counted, None, bench, listing));
        }
    }
    let mut table = Table::new(out, style, MESSAGE_COLUMNS.into_iter())?;
    for (row, detail) in rows.into_iter().zip(listing.details) {
        if let Some(judged) = row.or_else(|| listing.all.then(unusable)) {
            table.row(judged.into_iter().chain(place(detail, &bench.history.names)))?;
        }
    }
    table.finish()
}

/// The judged half of the rows of one pair.
fn judged_rows(pair: &Pair<'_>, bench: &Bench<'_>, listing: &Listing<'_>, rows: &mut [Option<Vec<Cell>>]) {
    let mut timelines = HashMap::new();
    for fact in pair.facts {
        let counted = bench.scope.place(fact);
        let wanted = listing.all || counted == Counted::Marketing;
        let Some(row) = rows.get_mut(fact.order as usize).filter(|_| wanted) else { continue };
        let time = fact.time.filter(|_| counted == Counted::Marketing);
        let state = time.map(|time| {
            let timeline =
                timelines.entry((fact.from, fact.list)).or_insert_with(|| bench.timeline(pair, fact));
            timeline.at(time, bench.scope.zone.day(time)).state
        });
        *row = Some(judged(fact, counted, state, bench, listing));
    }
}

/// The half of a row that was found out. The owner's own mail and drafts have no kind.
fn judged(
    fact: &Fact,
    counted: Counted,
    state: Option<State>,
    bench: &Bench<'_>,
    listing: &Listing<'_>,
) -> Vec<Cell> {
    let names = &bench.history.names;
    let classified = !matches!(counted, Counted::Own | Counted::NoMail);
    vec![
        Cell::text(names.senders.text(fact.sender)),
        Cell::text(names.customers.text(fact.customer)),
        Cell::maybe(fact.time, |time| Cell::Date(bench.scope.zone.day(time))),
        Cell::maybe(fact.time, |time| Cell::Moment(bench.scope.zone.rfc3339(time))),
        if classified { Cell::Word(fact.kind.word()) } else { Cell::Blank },
        if classified { Cell::text(listing.rules.id(fact.rule)) } else { Cell::Blank },
        Cell::Word(counted.word()),
        Cell::maybe(state, |state| Cell::Word(state.word())),
    ]
}

/// The same half of a message that can't be used.
fn unusable() -> Vec<Cell> {
    let mut row = vec![Cell::Blank; 6];
    row.extend([Cell::Word(Counted::Unusable.word()), Cell::Blank]);
    row
}

/// The half that says where the message stands.
fn place(detail: &Detail, names: &Names) -> [Cell; 5] {
    [
        Cell::text(&detail.subject),
        Cell::text(&detail.from),
        Cell::text(&detail.message_id),
        Cell::text(names.mailboxes.text(detail.mailbox)),
        Cell::whole(detail.offset),
    ]
}
