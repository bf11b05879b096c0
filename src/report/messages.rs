//! The list of messages: the evidence for the report, a row for each message.

use super::cell::Cell;
use super::csv::{CsvStyle, CsvTable};
use super::safe;
use crate::consent::ConsentState;
use crate::fact::{Detail, Details, Fact, NameTable, Rules};
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

/// What is known of messages besides the judging: their places and texts, and the names of rules.
pub struct MessageContext<'a> {
    /// The place of each message, in the order of reading.
    pub details: &'a Details,
    /// The rules, for their ids.
    pub rules: &'a Rules,
    /// Every message, or only counted marketing.
    pub all: bool,
}

/// Writes the list in the order of reading.
pub fn write(
    out: impl Write,
    style: CsvStyle,
    judging: &JudgeContext<'_>,
    message_context: &MessageContext<'_>,
) -> io::Result<()> {
    let mut list = MessageList::new(out, style)?;
    list.add(judging, message_context)?;
    list.finish()
}

/// A list that is written customer by customer.
pub struct MessageList<W: Write>(CsvTable<W>);

impl<W: Write> MessageList<W> {
    /// Begins it.
    pub fn new(out: W, style: CsvStyle) -> io::Result<Self> {
        CsvTable::new(out, style, MESSAGE_COLUMNS.into_iter().map(|(name, _)| name)).map(Self)
    }

    /// Adds messages in the order of reading.
    pub fn add(
        &mut self,
        judging: &JudgeContext<'_>,
        message_context: &MessageContext<'_>,
    ) -> io::Result<()> {
        rows(judging, message_context).try_for_each(|row| self.0.row(row.into_iter()))
    }

    /// Ends it.
    pub fn finish(self) -> io::Result<()> {
        self.0.finish()
    }
}

/// The rows of the list in the order of reading, for a message to several customers one for each. Cells are made one row at
/// a time: of a row that waits for its place, only what was found out is kept, in 8 bytes.
pub fn rows<'a>(
    judging: &'a JudgeContext<'a>,
    message_context: &'a MessageContext<'a>,
) -> impl Iterator<Item = Vec<Cell>> {
    let names = &judging.history.names;
    let mut judged = judged(judging, message_context);
    judged.sort_unstable_by(|left, right| {
        let (one, other) = (left.fact(judging), right.fact(judging));
        let customer = |fact: Option<&'a Fact>| fact.map(|fact| safe::cell(names.text(fact.customer)));
        let by_order = one.map(|fact| fact.order).cmp(&other.map(|fact| fact.order));
        by_order.then_with(|| customer(one).cmp(&customer(other))).then_with(|| left.place.cmp(&right.place))
    });
    let mut judged = judged.into_iter().peekable();
    message_context.details.iter().zip(0_u32..).flat_map(move |(detail, order)| {
        let mut rows = Vec::new();
        let is_due = |judged: &ListedMessage| judged.fact(judging).is_some_and(|fact| fact.order <= order);
        while let Some(judged) = judged.next_if(is_due) {
            rows.extend(judged.fact(judging).map(|fact| judged.cells(fact, judging, message_context)));
        }
        if rows.is_empty() && message_context.all {
            rows.push(unusable());
        }
        rows.iter_mut().for_each(|row| row.extend(place(&detail, names)));
        rows
    })
}

/// The classification and the state of consent of a message.
#[derive(Clone, Copy)]
struct ListedMessage {
    /// Its place among the facts, those set aside after all others.
    place: u32,
    counted: Counted,
    state: Option<ConsentState>,
}

/// The same of all messages that are listed, by pairs.
fn judged(judging: &JudgeContext<'_>, message_context: &MessageContext<'_>) -> Vec<ListedMessage> {
    let facts = judging.history.facts().len();
    let set_aside = if message_context.all { judging.history.set_aside() } else { &[] };
    let mut judged = Vec::with_capacity(facts + set_aside.len());
    let mut places = 0_u32..;
    for pair in judging.history.pairs() {
        judge_pair(&pair, judging, message_context, places.by_ref(), &mut judged);
    }
    let set_aside = set_aside.iter().zip(places);
    judged.extend(set_aside.map(|((_, counted), place)| ListedMessage {
        place,
        counted: *counted,
        state: None,
    }));
    judged
}

/// The same of the messages of one pair.
fn judge_pair(
    pair: &Pair<'_>,
    judging: &JudgeContext<'_>,
    message_context: &MessageContext<'_>,
    places: impl Iterator<Item = u32>,
    judged: &mut Vec<ListedMessage>,
) {
    let mut timelines = HashMap::new();
    for (fact, place) in pair.facts.iter().zip(places) {
        let counted = judging.scope.counted_as(fact);
        if !message_context.all && counted != Counted::Marketing {
            continue;
        }
        let time = fact.time.filter(|_| counted == Counted::Marketing);
        let state = time.map(|time| {
            let timeline =
                timelines.entry((fact.from, fact.list)).or_insert_with(|| judging.timeline(pair, fact));
            timeline.at(time, judging.scope.zone.day(time)).state
        });
        judged.push(ListedMessage { place, counted, state });
    }
}

impl ListedMessage {
    fn fact<'a>(self, judging: &JudgeContext<'a>) -> Option<&'a Fact> {
        let (facts, place) = (judging.history.facts(), self.place as usize);
        let set_aside = || judging.history.set_aside().get(place - facts.len()).map(|(fact, _)| fact);
        facts.get(place).or_else(set_aside)
    }

    /// The half of a row that comes from judging. The owner's own mail and drafts have no kind.
    fn cells(
        self,
        fact: &Fact,
        judging: &JudgeContext<'_>,
        message_context: &MessageContext<'_>,
    ) -> Vec<Cell> {
        let Self { counted, state, .. } = self;
        let names = &judging.history.names;
        let classified = !matches!(counted, Counted::Own | Counted::NoMail);
        vec![
            Cell::text(names.text(fact.sender)),
            Cell::text(names.text(fact.customer)),
            Cell::maybe(fact.time, |time| Cell::Date(judging.scope.zone.day(time))),
            Cell::maybe(fact.time, |time| Cell::Moment(judging.scope.zone.rfc3339(time))),
            if classified { Cell::Word(fact.kind.word()) } else { Cell::Blank },
            if classified { Cell::text(message_context.rules.id(fact.rule)) } else { Cell::Blank },
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
fn place(detail: &Detail, names: &NameTable) -> [Cell; 5] {
    [
        Cell::text(&detail.subject),
        Cell::text(&detail.from),
        Cell::text(&detail.message_id),
        Cell::text(names.text(detail.mailbox)),
        Cell::whole(detail.offset),
    ]
}
