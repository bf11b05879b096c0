//! The list of messages: the evidence behind the report, one row for each.

use super::columns::Cell;
use super::csv::{Style, Table};
use crate::fact::{Detail, Rules};
use crate::history::{Counted, Pair};
use crate::judge::Bench;
use crate::mailbox::Source;
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
    /// The mailboxes, in the order of the command line.
    pub mailboxes: &'a [Source],
    /// Every message, or only counted marketing.
    pub all: bool,
}

/// Writes the list in the order of reading.
pub fn write(out: impl Write, style: Style, bench: &Bench<'_>, listing: &Listing<'_>) -> io::Result<()> {
    let mut rows: Vec<Option<Vec<Cell>>> = vec![None; listing.details.len()];
    for pair in bench.history.pairs() {
        judged_rows(&pair, bench, listing, &mut rows);
    }
    let mut counted_as: HashMap<u32, Counted> = bench.history.set_aside().collect();
    let mut table = Table::new(out, style, MESSAGE_COLUMNS.into_iter())?;
    for (order, (row, detail)) in rows.into_iter().zip(listing.details).enumerate() {
        let aside = u32::try_from(order).ok().and_then(|order| counted_as.remove(&order));
        let judged = row.or_else(|| listing.all.then(|| aside_row(aside.unwrap_or(Counted::Unusable))));
        if let Some(judged) = judged {
            table.row(judged.into_iter().chain(place(detail, listing)))?;
        }
    }
    table.finish()
}

/// The judged half of the rows of one pair.
fn judged_rows(pair: &Pair<'_>, bench: &Bench<'_>, listing: &Listing<'_>, rows: &mut [Option<Vec<Cell>>]) {
    let names = &bench.history.names;
    let mut timelines = HashMap::new();
    for fact in pair.facts {
        let counted = bench.scope.place(fact);
        let Some(row) =
            rows.get_mut(fact.order as usize).filter(|_| listing.all || counted == Counted::Marketing)
        else {
            continue;
        };
        let day = fact.time.map(|time| bench.scope.zone.day(time));
        let consent = fact.time.zip(day).filter(|_| counted == Counted::Marketing).map(|(time, day)| {
            timelines
                .entry((fact.from, fact.list))
                .or_insert_with(|| bench.timeline(pair, fact))
                .at(time, day)
                .state
                .word()
        });
        *row = Some(vec![
            Cell::Foreign(names.senders.text(pair.sender).to_string()),
            Cell::Foreign(names.customers.text(pair.customer).to_string()),
            day.map_or(Cell::Blank, |day| Cell::Own(day.to_string())),
            fact.time.map_or(Cell::Blank, |time| Cell::Own(bench.scope.zone.rfc3339(time))),
            Cell::Own(fact.kind.word().to_string()),
            Cell::Foreign(listing.rules.id(fact.rule).to_string()),
            Cell::Own(counted.word().to_string()),
            consent.map_or(Cell::Blank, |state| Cell::Own(state.to_string())),
        ]);
    }
}

/// The same half of a message that reached no pair.
fn aside_row(counted: Counted) -> Vec<Cell> {
    let mut row = vec![Cell::Blank; 6];
    row.push(Cell::Own(counted.word().to_string()));
    row.push(Cell::Blank);
    row
}

/// The half that says where the message stands.
fn place(detail: &Detail, listing: &Listing<'_>) -> [Cell; 5] {
    let mailbox = listing
        .mailboxes
        .get(detail.mailbox as usize)
        .map_or(String::new(), |source| source.path().display().to_string());
    let foreign = |text: &str| if text.is_empty() { Cell::Blank } else { Cell::Foreign(text.to_string()) };
    [
        foreign(&detail.subject),
        foreign(&detail.from),
        foreign(&detail.message_id),
        Cell::Foreign(mailbox),
        Cell::Own(detail.offset.to_string()),
    ]
}
