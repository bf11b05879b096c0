//! A row for each stream of a sender, over all its customers: what an auditor takes samples from.
//!
//! The key of a message is the first of its List-Id, its From address and its template that at least three counted
//! messages of the sender share, else its From address: lists and addresses that change with each mail make no stream.

use super::cell::Cell;
use super::csv::{CsvTable, Style};
use super::messages::Listing;
use crate::fact::{AddressId, Details, Fact, Kind, ListId, Traits, WayOut};
use crate::history::Counted;
use crate::judge::JudgeContext;
use crate::time::{Day, Time};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::io::{self, Write};

/// How many messages share a key, at least.
const SHARED_BY: u64 = 3;

/// A column of the list of streams.
pub struct StreamColumn {
    /// Its name in the first line.
    pub name: &'static str,
    /// What it means, for the documentation.
    pub meaning: &'static str,
    value: fn(&StreamRow<'_>) -> Cell,
}

fn of_kind(row: &StreamRow<'_>, kind: Kind) -> Cell {
    Cell::Whole(row.kinds.get(&kind).copied().unwrap_or(0))
}

/// All columns, in order.
#[rustfmt::skip]
pub const STREAM_COLUMNS: &[StreamColumn] = &[
    StreamColumn { name: "sender", meaning: "the organisation that sent the mail", value: |row| Cell::text(row.sender) },
    StreamColumn { name: "stream_by", meaning: "by what its messages belong together: `list` (List-Id), `from` or `template`", value: |row| Cell::Word(row.by) },
    StreamColumn { name: "stream", meaning: "the List-Id, the From address, or the template as a number", value: |row| Cell::text(&row.name) },
    StreamColumn { name: "messages", meaning: "messages counted as marketing or other, a message once for each customer who got it", value: |row| Cell::Whole(row.messages) },
    StreamColumn { name: "customers", meaning: "customers who got any of them", value: |row| Cell::Whole(row.customers) },
    StreamColumn { name: "marketing", meaning: "of `messages`, marketing", value: |row| of_kind(row, Kind::Marketing) },
    StreamColumn { name: "transactional", meaning: "about a deal", value: |row| of_kind(row, Kind::Transactional) },
    StreamColumn { name: "discussion", meaning: "of a list on which people talk", value: |row| of_kind(row, Kind::Discussion) },
    StreamColumn { name: "notification", meaning: "alerts, and what nothing shows the kind of", value: |row| of_kind(row, Kind::Notification) },
    StreamColumn { name: "personal", meaning: "written by a person", value: |row| of_kind(row, Kind::Personal) },
    StreamColumn { name: "automatic", meaning: "bounces, auto-replies, receipts of reading", value: |row| of_kind(row, Kind::Automatic) },
    StreamColumn { name: "first_message", meaning: "date of the first", value: |row| Cell::maybe(row.first, Cell::Date) },
    StreamColumn { name: "last_message", meaning: "date of the last", value: |row| Cell::maybe(row.last, Cell::Date) },
    StreamColumn { name: "subject", meaning: "subject of the newest", value: |row| Cell::text(&row.subject) },
    StreamColumn { name: "unsubscribe", meaning: "best way out of the newest: `one-click`, `link`, `mailto`, `body`, `none`", value: |row| Cell::maybe(row.way_out, |way_out| Cell::Word(way_out.word())) },
    StreamColumn { name: "mixed_messages", meaning: "messages that belong to a deal and advertise as well", value: |row| Cell::Whole(row.mixed) },
    StreamColumn { name: "inferred_messages", meaning: "marketing messages that say too little by themselves but are like the rest of their stream", value: |row| Cell::Whole(row.inferred) },
    StreamColumn { name: "undecided_messages", meaning: "messages that offer a way out, while nothing shows what kind they are", value: |row| Cell::Whole(row.undecided) },
];

/// The key of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum StreamKey {
    List(ListId),
    From(AddressId),
    Template(u32),
}

/// What a row is made from.
struct StreamRow<'a> {
    sender: &'a str,
    by: &'static str,
    name: String,
    messages: u64,
    customers: u64,
    last_customer: Option<crate::fact::CustomerId>,
    kinds: BTreeMap<Kind, u64>,
    first: Option<Day>,
    last: Option<Day>,
    /// The newest message's subject (of several at one time the smallest) and way out.
    subject: String,
    way_out: Option<WayOut>,
    newest: Option<Time>,
    /// The messages of that time: their numbers and ways out.
    at_newest: Vec<(u32, WayOut)>,
    mixed: u64,
    inferred: u64,
    undecided: u64,
}

/// Writes the streams by sender, the ones with most messages first.
pub fn write(
    out: impl Write,
    style: Style,
    judging: &JudgeContext<'_>,
    listing: &Listing<'_>,
) -> io::Result<()> {
    let mut table = CsvTable::new(out, style, STREAM_COLUMNS.iter().map(|column| column.name))?;
    let names = &judging.history.names;
    let mut senders: Vec<&[Fact]> =
        judging.history.facts().chunk_by(|left, right| left.sender == right.sender).collect();
    senders.sort_by_key(|facts| facts.first().map(|fact| names.text(fact.sender)));
    let mut all = Vec::new();
    for facts in senders {
        let mut rows = rows(facts, judging);
        rows.sort_by(|left, right| {
            (Reverse(left.messages), left.by, &left.name).cmp(&(
                Reverse(right.messages),
                right.by,
                &right.name,
            ))
        });
        all.append(&mut rows);
    }
    look_up_subjects(&mut all, listing.details);
    for row in &all {
        table.row(STREAM_COLUMNS.iter().map(|column| (column.value)(row)))?;
    }
    table.finish()
}

/// The streams of one sender, whose facts are sorted by customer.
fn rows<'a>(facts: &[Fact], judging: &'a JudgeContext<'_>) -> Vec<StreamRow<'a>> {
    let counts = |fact: &&Fact| matches!(judging.scope.place(fact), Counted::Marketing | Counted::Other);
    let facts = || facts.iter().filter(counts);
    let lists = count(facts().filter_map(|fact| fact.list));
    let addresses = count(facts().map(|fact| fact.from));
    let templates = count(facts().map(|fact| fact.template).filter(|template| *template != 0));
    let key = |fact: &Fact| {
        let list = fact.list.filter(|list| is_shared(&lists, list)).map(StreamKey::List);
        let from = || is_shared(&addresses, &fact.from).then_some(StreamKey::From(fact.from));
        let template = || is_shared(&templates, &fact.template).then_some(StreamKey::Template(fact.template));
        list.or_else(from).or_else(template).unwrap_or(StreamKey::From(fact.from))
    };
    let mut places: HashMap<StreamKey, usize> = HashMap::new();
    let mut rows: Vec<StreamRow<'a>> = Vec::new();
    for fact in facts() {
        let key = key(fact);
        let place = *places.entry(key).or_insert_with(|| {
            rows.push(StreamRow::begin(key, fact, judging));
            rows.len() - 1
        });
        rows[place].take(fact, judging);
    }
    rows
}

fn count<T: Eq + Hash>(values: impl Iterator<Item = T>) -> HashMap<T, u64> {
    let mut counts = HashMap::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts
}

fn is_shared<T: Eq + Hash>(counts: &HashMap<T, u64>, value: &T) -> bool {
    counts.get(value).is_some_and(|count| *count >= SHARED_BY)
}

impl<'a> StreamRow<'a> {
    fn begin(key: StreamKey, fact: &Fact, judging: &'a JudgeContext<'_>) -> Self {
        let names = &judging.history.names;
        let (by, name) = match key {
            StreamKey::List(list) => ("list", names.text(list).to_string()),
            StreamKey::From(from) => ("from", names.text(from).to_string()),
            StreamKey::Template(template) => ("template", format!("{template:08x}")),
        };
        Self {
            sender: names.text(fact.sender),
            by,
            name,
            messages: 0,
            customers: 0,
            last_customer: None,
            kinds: BTreeMap::new(),
            first: None,
            last: None,
            subject: String::new(),
            way_out: None,
            newest: None,
            at_newest: Vec::new(),
            mixed: 0,
            inferred: 0,
            undecided: 0,
        }
    }

    fn take(&mut self, fact: &Fact, judging: &JudgeContext<'_>) {
        self.messages += 1;
        if self.last_customer != Some(fact.customer) {
            self.customers += 1;
            self.last_customer = Some(fact.customer);
        }
        let marketing = judging.scope.place(fact) == Counted::Marketing;
        *self.kinds.entry(if marketing { Kind::Marketing } else { fact.kind }).or_default() += 1;
        self.mixed += u64::from(fact.traits.contains(Traits::MIXED));
        self.inferred += u64::from(judging.rules.is_inferred(fact.rule));
        let undecided = fact.way_out != WayOut::Absent && judging.rules.is_undecided(fact.rule);
        self.undecided += u64::from(undecided);
        let Some(time) = fact.time else { return };
        let day = judging.scope.zone.day(time);
        self.first = Some(self.first.map_or(day, |first| first.min(day)));
        self.last = Some(self.last.map_or(day, |last| last.max(day)));
        if self.newest.is_none_or(|newest| time > newest) {
            self.newest = Some(time);
            self.at_newest.clear();
        }
        if self.newest == Some(time) {
            self.at_newest.push((fact.order, fact.way_out));
        }
    }
}

/// Looks up the subjects of the newest messages, in the order of the details, which are packed.
fn look_up_subjects(rows: &mut [StreamRow<'_>], details: &Details) {
    let mut newest: Vec<(u32, WayOut, usize)> = Vec::new();
    for (number, row) in rows.iter_mut().enumerate() {
        let at_newest = std::mem::take(&mut row.at_newest);
        newest.extend(at_newest.into_iter().map(|(order, way_out)| (order, way_out, number)));
    }
    newest.sort_unstable_by_key(|(order, _, _)| *order);
    for (order, way_out, number) in newest {
        let row = &mut rows[number];
        let subject = details.get(order as usize).map(|detail| detail.subject).unwrap_or_default();
        let known = row.way_out.map(|known| (Reverse(&row.subject), known));
        if known.is_none_or(|known| (Reverse(&subject), way_out) > known) {
            (row.subject, row.way_out) = (subject, Some(way_out));
        }
    }
}
