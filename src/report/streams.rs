//! A row for each stream of a sender, over all its customers: what an auditor takes samples from.
//!
//! The key of a message is the first of its List-Id, its From address and its template that at least three counted
//! messages of the sender share, else its From address: lists and addresses that change with each mail make no stream.

mod groups;

use super::cell::Cell;
use super::csv::{CsvStyle, CsvTable};
use super::messages::MessageContext;
use crate::fact::{AddressId, Kind, ListId, NameTable, SenderId};
use crate::history::StreamKey;
use crate::judge::JudgeContext;
use groups::{Groups, StreamCounts};
use indexmap::IndexMap;
use std::cmp::Reverse;
use std::collections::HashMap;
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
    Cell::Whole(row.counts.of_kind(kind))
}

/// All columns, in order.
#[rustfmt::skip]
pub const STREAM_COLUMNS: &[StreamColumn] = &[
    StreamColumn { name: "sender", meaning: "the organisation that sent the mail", value: |row| Cell::text(row.sender) },
    StreamColumn { name: "stream_by", meaning: "by what its messages belong together: `list` (List-Id), `from` or `template`", value: |row| Cell::Word(row.by) },
    StreamColumn { name: "stream", meaning: "the List-Id, the From address, or the template as a number", value: |row| Cell::text(&row.name) },
    StreamColumn { name: "messages", meaning: "messages counted as marketing or other, a message once for each customer who got it", value: |row| Cell::Whole(row.counts.messages) },
    StreamColumn { name: "customers", meaning: "customers who got any of them", value: |row| Cell::Whole(row.customers) },
    StreamColumn { name: "marketing", meaning: "of `messages`, marketing", value: |row| of_kind(row, Kind::Marketing) },
    StreamColumn { name: "transactional", meaning: "about a deal", value: |row| of_kind(row, Kind::Transactional) },
    StreamColumn { name: "discussion", meaning: "of a list on which people talk", value: |row| of_kind(row, Kind::Discussion) },
    StreamColumn { name: "notification", meaning: "alerts, and what nothing shows the kind of", value: |row| of_kind(row, Kind::Notification) },
    StreamColumn { name: "personal", meaning: "written by a person", value: |row| of_kind(row, Kind::Personal) },
    StreamColumn { name: "automatic", meaning: "bounces, auto-replies, receipts of reading", value: |row| of_kind(row, Kind::Automatic) },
    StreamColumn { name: "first_message", meaning: "date of the first", value: |row| Cell::maybe(row.counts.first, Cell::Date) },
    StreamColumn { name: "last_message", meaning: "date of the last", value: |row| Cell::maybe(row.counts.last, Cell::Date) },
    StreamColumn { name: "subject", meaning: "subject of the newest", value: |row| Cell::text(row.counts.newest_subject()) },
    StreamColumn { name: "unsubscribe", meaning: "best way out of the newest: `one-click`, `link`, `mailto`, `body`, `none`", value: |row| Cell::maybe(row.counts.newest_way_out(), |way_out| Cell::Word(way_out.word())) },
    StreamColumn { name: "mixed_messages", meaning: "messages that belong to a deal and advertise as well", value: |row| Cell::Whole(row.counts.mixed) },
    StreamColumn { name: "inferred_messages", meaning: "marketing messages that say too little by themselves but are like the rest of their stream", value: |row| Cell::Whole(row.counts.inferred) },
    StreamColumn { name: "undecided_messages", meaning: "messages that offer a way out, while nothing shows what kind they are", value: |row| Cell::Whole(row.counts.undecided) },
];

/// What a row is made from.
struct StreamRow<'a> {
    sender: &'a str,
    by: &'static str,
    name: String,
    customers: u64,
    counts: StreamCounts,
}

/// The messages of all streams, counted: all at once, or customer by customer.
#[derive(Debug, Default)]
pub struct StreamList {
    groups: Groups,
    /// The names of those that came customer by customer: each customer has names of its own.
    names: Option<NameTable>,
}

impl StreamList {
    /// The streams of everything that was read.
    pub fn of(judging: &JudgeContext<'_>, message_context: &MessageContext<'_>) -> Self {
        let mut groups = Groups::default();
        groups.take_in(judging, message_context, None);
        Self { groups, names: None }
    }

    /// Adds the messages of the next customer.
    pub fn add(&mut self, judging: &JudgeContext<'_>, message_context: &MessageContext<'_>) {
        self.groups.take_in(judging, message_context, Some(self.names.get_or_insert_default()));
    }

    /// Writes the streams by sender, the ones with most messages first. `names` are those of everything that was read.
    pub fn write(&self, out: impl Write, style: CsvStyle, names: &NameTable) -> io::Result<()> {
        let mut table = CsvTable::new(out, style, STREAM_COLUMNS.iter().map(|column| column.name))?;
        for row in self.rows(self.names.as_ref().unwrap_or(names)) {
            table.row(STREAM_COLUMNS.iter().map(|column| (column.value)(&row)))?;
        }
        table.finish()
    }

    fn rows<'a>(&self, names: &'a NameTable) -> Vec<StreamRow<'a>> {
        let shared = SharedKeys::of(&self.groups);
        let mut rows: IndexMap<(SenderId, StreamKey), StreamRow<'a>> = IndexMap::new();
        let mut row_of_group = Vec::with_capacity(self.groups.len());
        for (group, counts) in self.groups.iter() {
            let key = (group.sender, shared.key(group));
            let entry = rows.entry(key);
            row_of_group.push(entry.index());
            entry.or_insert_with(|| StreamRow::begin(key, names)).counts.add(counts);
        }
        for row in self.groups.customers_of_rows(&row_of_group, rows.len()) {
            rows[row].customers += 1;
        }
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_by(|((one, _), left), ((other, _), right)| {
            let key = |row: &StreamRow<'_>| (Reverse(row.counts.messages), row.by);
            let by_sender = left.sender.cmp(right.sender).then(one.cmp(other));
            by_sender.then_with(|| (key(left), &left.name).cmp(&(key(right), &right.name)))
        });
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// How many counted messages of each sender have each list, address and template.
#[derive(Default)]
struct SharedKeys {
    lists: HashMap<(SenderId, ListId), u64>,
    addresses: HashMap<(SenderId, AddressId), u64>,
    templates: HashMap<(SenderId, u32), u64>,
}

impl SharedKeys {
    fn of(groups: &Groups) -> Self {
        let mut this = Self::default();
        for (group, counts) in groups.iter() {
            let sender = group.sender;
            if let Some(list) = group.list {
                *this.lists.entry((sender, list)).or_default() += counts.messages;
            }
            *this.addresses.entry((sender, group.from)).or_default() += counts.messages;
            if group.template != 0 {
                *this.templates.entry((sender, group.template)).or_default() += counts.messages;
            }
        }
        this
    }

    /// The key of the stream that messages belong to.
    fn key(&self, group: &groups::GroupKey) -> StreamKey {
        let groups::GroupKey { sender, list, from, template } = *group;
        let list = list.filter(|list| is_shared(&self.lists, (sender, *list))).map(StreamKey::List);
        let by_from = || is_shared(&self.addresses, (sender, from)).then_some(StreamKey::From(from));
        let by_template =
            || is_shared(&self.templates, (sender, template)).then_some(StreamKey::Template(template));
        list.or_else(by_from).or_else(by_template).unwrap_or(StreamKey::From(from))
    }
}

fn is_shared<T: Eq + Hash>(counts: &HashMap<T, u64>, value: T) -> bool {
    counts.get(&value).is_some_and(|count| *count >= SHARED_BY)
}

impl<'a> StreamRow<'a> {
    fn begin((sender, key): (SenderId, StreamKey), names: &'a NameTable) -> Self {
        let (by, name) = match key {
            StreamKey::List(list) => ("list", names.text(list).to_string()),
            StreamKey::From(from) => ("from", names.text(from).to_string()),
            StreamKey::Template(template) => ("template", format!("{template:08x}")),
        };
        Self { sender: names.text(sender), by, name, customers: 0, counts: StreamCounts::default() }
    }
}
