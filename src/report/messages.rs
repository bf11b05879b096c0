//! The list of messages: the evidence behind the report, one row for each.

use super::cell::Cell;
use super::csv::{Style, Table};
use crate::consent::State;
use crate::fact::{Detail, Fact, Names, Rules};
use crate::history::{Counted, Pair};
use crate::judge::JudgeContext;
use std::collections::HashMap;
use std::io::{self, Write};

/// The columns, in order, each with its meaning.
#[rustfmt::skip]
pub const MESSAGE_COLUMNS: [(&str, &str); 13] = [
    ("sender", "the organisation that sent the message"),
    ("customer", "the address that it was delivered to"),
    ("day", "its civil date"),
    ("time", "when it came, by the clock of the time zone; blank where no date can be believed"),
    ("kind", "`marketing`, `transactional`, `discussion`, `notification`, `personal` or `automatic`"),
    ("rule", "the classification rule that decided its kind"),
    ("counted_as", "where the summary counts it: `marketing`, `other`, `owner`, `duplicate`, `spam`, …"),
    ("consent", "state of consent at that moment"),
    ("subject", "its subject"),
    ("from", "its From address"),
    ("message_id", "its Message-ID"),
    ("mailbox", "the file that it is in"),
    ("offset", "the byte at which it begins there"),
];

/// What the list needs besides the judging.
pub struct Listing<'a> {
    /// The place of each message, in the order of reading.
    pub details: &'a [Detail],
    /// The rules, for their ids.
    pub rules: &'a Rules,
    /// Every message, or only counted marketing.
    pub all: bool,
}

/// Writes the list in the order of reading.
pub fn write(
    out: impl Write,
    style: Style,
    judging: &JudgeContext<'_>,
    listing: &Listing<'_>,
) -> io::Result<()> {
    let mut list = MessageList::new(out, style)?;
    list.add(judging, listing)?;
    list.finish()
}

/// A list that is written customer by customer.
pub struct MessageList<W: Write>(Table<W>);

impl<W: Write> MessageList<W> {
    /// Begins it.
    pub fn new(out: W, style: Style) -> io::Result<Self> {
        Table::new(out, style, MESSAGE_COLUMNS.into_iter().map(|(name, _)| name)).map(Self)
    }

    /// Adds messages in the order of reading.
    pub fn add(&mut self, judging: &JudgeContext<'_>, listing: &Listing<'_>) -> io::Result<()> {
        rows(judging, listing).try_for_each(|row| self.0.row(row.into_iter()))
    }

    /// Ends it.
    pub fn finish(self) -> io::Result<()> {
        self.0.finish()
    }
}

/// The rows of the list in the order of reading, for a message to several customers one for each. Cells are made one row at
/// a time: of a row that waits for its place, only what was found out is kept.
pub fn rows<'a>(judging: &'a JudgeContext<'a>, listing: &'a Listing<'a>) -> impl Iterator<Item = Vec<Cell>> {
    let mut judged: Vec<Judged<'a>> = Vec::new();
    for pair in judging.history.pairs() {
        judge_pair(&pair, judging, listing, &mut judged);
    }
    if listing.all {
        let aside = judging.history.aside().iter();
        judged.extend(aside.map(|(fact, counted)| Judged { fact, counted: *counted, state: None }));
    }
    let names = &judging.history.names;
    judged.sort_by(|left, right| {
        let by_order = left.fact.order.cmp(&right.fact.order);
        by_order.then_with(|| names.text(left.fact.customer).cmp(names.text(right.fact.customer)))
    });
    let mut judged = judged.into_iter().peekable();
    listing.details.iter().zip(0_u32..).flat_map(move |(detail, order)| {
        let mut rows = Vec::new();
        while let Some(judged) = judged.next_if(|judged| judged.fact.order <= order) {
            rows.push(judged.cells(judging, listing));
        }
        if rows.is_empty() && listing.all {
            rows.push(unusable());
        }
        rows.iter_mut().for_each(|row| row.extend(place(detail, names)));
        rows
    })
}

/// What was found out about a message.
#[derive(Clone, Copy)]
struct Judged<'a> {
    fact: &'a Fact,
    counted: Counted,
    state: Option<State>,
}

/// Finds out about the messages of one pair.
fn judge_pair<'a>(
    pair: &Pair<'a>,
    judging: &JudgeContext<'_>,
    listing: &Listing<'_>,
    judged: &mut Vec<Judged<'a>>,
) {
    let mut timelines = HashMap::new();
    for fact in pair.facts {
        let counted = judging.scope.place(fact);
        if !listing.all && counted != Counted::Marketing {
            continue;
        }
        let time = fact.time.filter(|_| counted == Counted::Marketing);
        let state = time.map(|time| {
            let timeline =
                timelines.entry((fact.from, fact.list)).or_insert_with(|| judging.timeline(pair, fact));
            timeline.at(time, judging.scope.zone.day(time)).state
        });
        judged.push(Judged { fact, counted, state });
    }
}

impl Judged<'_> {
    /// The half of a row that was found out. The owner's own mail and drafts have no kind.
    fn cells(self, judging: &JudgeContext<'_>, listing: &Listing<'_>) -> Vec<Cell> {
        let Self { fact, counted, state } = self;
        let names = &judging.history.names;
        let classified = !matches!(counted, Counted::Own | Counted::NoMail);
        vec![
            Cell::text(names.text(fact.sender)),
            Cell::text(names.text(fact.customer)),
            Cell::maybe(fact.time, |time| Cell::Date(judging.scope.zone.day(time))),
            Cell::maybe(fact.time, |time| Cell::Moment(judging.scope.zone.rfc3339(time))),
            if classified { Cell::Word(fact.kind.word()) } else { Cell::Blank },
            if classified { Cell::text(listing.rules.id(fact.rule)) } else { Cell::Blank },
            Cell::Word(counted.word()),
            Cell::maybe(state, |state| Cell::Word(state.word())),
        ]
    }
}

/// The same half of a message that can't be used.
fn unusable() -> Vec<Cell> {
    let mut row = vec![Cell::Blank; 6];
    row.extend([Cell::Word(Counted::Unusable.word()), Cell::Blank]);
    row
}

/// The half that gives the message's place.
fn place(detail: &Detail, names: &Names) -> [Cell; 5] {
    [
        Cell::text(&detail.subject),
        Cell::text(&detail.from),
        Cell::text(&detail.message_id),
        Cell::text(names.text(detail.mailbox)),
        Cell::whole(detail.offset),
    ]
}
