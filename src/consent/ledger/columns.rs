//! The columns of a list, found by its header; and errors where they are missing.

use super::dates::looks_like_a_date;
use super::table::ListTable;
use super::words::event_kind;
use crate::consent::EventKind;
use crate::error::{Error, Result};
use csv::StringRecord;
use std::collections::HashMap;
use std::path::Path;
use strsim::levenshtein;

/// The columns that are read.
pub const COLUMNS: [&str; 4] = ["sender", "customer", "event", "date"];

/// What other systems call these columns.
const OTHER_NAMES: [(&str, &[&str]); 4] = [
    (
        "sender",
        &[
            "domain",
            "company",
            "brand",
            "shop",
            "organisation",
            "organization",
            "absender",
            "expéditeur",
            "remitente",
            "mittente",
            "afzender",
        ],
    ),
    (
        "customer",
        &[
            "email",
            "e-mail",
            "mail",
            "subscriber",
            "recipient",
            "contact",
            "kunde",
            "empfänger",
            "client",
            "destinataire",
            "cliente",
            "destinatario",
            "klant",
        ],
    ),
    (
        "event",
        &[
            "status",
            "state",
            "action",
            "consent",
            "permission",
            "subscription",
            "opt",
            "optin",
            "opt-in",
            "opted",
            "ereignis",
            "événement",
            "evento",
            "statut",
            "estado",
            "einwilligung",
        ],
    ),
    (
        "date",
        &[
            "date",
            "datum",
            "time",
            "timestamp",
            "created",
            "updated",
            "changed",
            "day",
            "when",
            "since",
            "fecha",
            "data",
            "horodatage",
        ],
    ),
];

/// The option that names the sender of one list.
pub const NAME_FILE: &str = "--consent NAME=FILE";

/// The alternative where renaming columns is not possible.
const FOR_EXPORTS: &str = "; or say what the columns of an export mean with --consent-map FILE";

/// In how many rows below a title the header is looked for.
const LOOKED_AT: usize = 20;

/// The places of the columns in a row.
#[derive(Debug, Clone)]
pub struct ListColumns<'a> {
    /// `None`: every row is about the sender that the command line names.
    pub sender: Option<usize>,
    /// Of the customer.
    pub customer: usize,
    /// Of the events.
    pub events: Vec<EventColumns<'a>>,
    /// Of a purpose, with those that count; rows for others have no event.
    pub purpose: Option<(usize, &'a [String])>,
}

/// The places of the columns of an event.
#[derive(Debug, Clone)]
pub struct EventColumns<'a> {
    /// Where the row has its event.
    pub source: EventSource<'a>,
    /// Of its date.
    pub date: Option<usize>,
    /// Of a column that must not be blank, or nothing happened.
    pub with: Option<usize>,
}

/// Where a row has its event.
#[derive(Debug, Clone)]
pub enum EventSource<'a> {
    /// By a word in this column; `None`: one of the program's own.
    Word(usize, Option<&'a HashMap<String, Option<EventKind>>>),
    /// By its date.
    Dated(EventKind),
}

/// Whether a row names all columns that a list must have.
pub fn is_header(cells: &StringRecord) -> bool {
    ["customer", "event", "date"].iter().all(|name| place(cells, name).is_some())
}

impl ListColumns<'_> {
    /// The columns of a table in the program's own form. `named` is the option that names the sender of all rows, where one was given.
    pub fn of(table: &ListTable, named: Option<&str>, list: &Path) -> Result<Self> {
        let Some(first) = table.rows.first() else { return Err(Error::file(list, "is empty")) };
        let header = &first.cells;
        let at = |name| place(header, name);
        if let (Some(_), Some(option)) = (at("sender"), named) {
            return Err(named_twice("sender", option, list).at_line(first.line));
        }
        match (at("sender"), at("customer"), at("event"), at("date")) {
            (sender, Some(customer), Some(event), Some(date)) if sender.is_some() || named.is_some() => {
                let event =
                    EventColumns { source: EventSource::Word(event, None), date: Some(date), with: None };
                Ok(Self { sender, customer, events: vec![event], purpose: None })
            }
            _ => Err(missing(table, named.is_some(), list).at_line(first.line)),
        }
    }
}

/// An error where a list has a column of senders, and the command line names the sender of all rows.
pub fn named_twice(column: &str, option: &str, list: &Path) -> Error {
    let list_alone = format!("give it alone: --consent {}", list.display());
    let hint = match option {
        NAME_FILE => list_alone,
        _ => format!("{list_alone}; for another list without that column, write --consent NAME=FILE"),
    };
    Error::file(list, format!("has a column `{column}` of its own, beside {option}")).hint(hint)
}

fn place(cells: &StringRecord, name: &str) -> Option<usize> {
    cells.iter().position(|cell| plain(cell).eq_ignore_ascii_case(name))
}

/// A cell of a header without characters that a spreadsheet puts around it.
pub fn plain(cell: &str) -> &str {
    cell.trim_start_matches('\u{feff}').trim().trim_start_matches('\'')
}

/// All missing columns in one error, with a hint that leads to a header that is read.
fn missing(table: &ListTable, sender_named: bool, list: &Path) -> Error {
    let header = table.rows.first().map(|row| row.cells.clone()).unwrap_or_default();
    if let Some(columns) = columns_of_data(&header, sender_named) {
        let header = columns.join(&table.delimiter.to_string());
        let absent =
            COLUMNS.iter().filter(|name| !(columns.contains(name) || sender_named && **name == "sender"));
        let absent: Vec<&str> = absent.copied().collect();
        let hint = format!("put the names of the columns above it: {header}{}", add(&absent));
        return Error::file(list, "has no header: the first row is data already").hint(hint);
    }
    if let Some(row) = table.rows.iter().skip(1).take(LOOKED_AT).find(|row| is_header(&row.cells)) {
        let what = format!("has its header in line {}, with other text above it", row.line);
        return Error::file(list, what).hint("remove what is above the header");
    }
    let found: Vec<&str> = header.iter().map(plain).filter(|cell| !cell.is_empty()).collect();
    let absent: Vec<&str> = COLUMNS
        .into_iter()
        .filter(|name| place(&header, name).is_none() && !(sender_named && *name == "sender"))
        .collect();
    let mut left: Vec<&str> = found.iter().copied().filter(|cell| !is_column(cell)).collect();
    let mut renamed = Vec::new();
    let mut to_add = Vec::new();
    for name in &absent {
        match like(name, &left) {
            Some(cell) => {
                renamed.push(format!("`{}` to {name}", cut(cell)));
                left.retain(|other| *other != cell);
            }
            None => to_add.push(*name),
        }
    }
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{}`", cut(name))).collect::<Vec<_>>();
    let what = format!(
        "lacks the column{} {}; found: {}",
        if absent.len() == 1 { "" } else { "s" },
        listed(&quoted(&absent)),
        quoted(&found.iter().copied().take(20).collect::<Vec<_>>()).join(", ")
    );
    let rename = if renamed.is_empty() { String::new() } else { format!("rename {}", listed(&renamed)) };
    let added = add(&to_add);
    let hint = match (rename.is_empty(), added.strip_prefix("; ")) {
        (true, Some(added)) => added.to_string(),
        _ => format!("{rename}{added}"),
    };
    Error::file(list, what).hint(hint + FOR_EXPORTS)
}

/// What to do about columns for which nothing was found, after a semicolon.
fn add(names: &[&str]) -> String {
    let columns: Vec<String> =
        names.iter().filter(|name| **name != "sender").map(|name| format!("`{name}`")).collect();
    let mut hint = String::new();
    if !columns.is_empty() {
        let words = if columns.len() == 1 { "add a column" } else { "add the columns" };
        hint += &format!("; {words} {}", listed(&columns));
    }
    if names.contains(&"sender") {
        hint += "; name the sender of all rows with --consent-sender, or add a column `sender`";
    }
    hint
}

fn is_column(cell: &str) -> bool {
    COLUMNS.iter().any(|name| cell.eq_ignore_ascii_case(name))
}

/// The cell that most likely is that column under another name. Of those with the same word, the one with the fewest
/// others: `Email` before `Email Status`.
fn like<'a>(name: &str, cells: &[&'a str]) -> Option<&'a str> {
    let others = other_names(name);
    // `Opt-in date` is a date.
    let dates = if name == "event" { other_names("date") } else { &[] };
    let cells: Vec<&'a str> = cells
        .iter()
        .copied()
        .filter(|cell| !words(cell).iter().any(|word| dates.contains(&&**word)))
        .collect();
    let by_word = others.iter().find_map(|other| {
        let named = cells.iter().copied().filter(|cell| words(cell).iter().any(|word| word == other));
        named.min_by_key(|cell| words(cell).len())
    });
    // A letter or two; but a column of genders is in many exports.
    let near = |cell: &&&str| {
        let cell = cell.to_lowercase();
        cell != "gender" && levenshtein(name, &cell) <= name.len() / 4
    };
    let by_spelling = || cells.iter().find(near).copied();
    let by_part = || {
        let part =
            |cell: &&&str| others.iter().any(|other| other.len() > 5 && cell.to_lowercase().contains(other));
        cells.iter().find(part).copied()
    };
    by_word.or_else(by_spelling).or_else(by_part)
}

fn other_names(name: &str) -> &'static [&'static str] {
    OTHER_NAMES.iter().find(|(column, _)| *column == name).map_or(&[], |(_, others)| others)
}

fn words(cell: &str) -> Vec<String> {
    let lower = cell.to_lowercase();
    lower.split(|c: char| !(c.is_alphanumeric() || c == '-')).map(str::to_string).collect()
}

/// The columns of a first row that is data, in its order; `None` where the row looks like a header.
fn columns_of_data(cells: &StringRecord, sender_named: bool) -> Option<Vec<&'static str>> {
    let cells: Vec<&str> = cells.iter().map(plain).collect();
    let is_address = |cell: &str| cell.contains('@') && !cell.contains(char::is_whitespace);
    let is_domain =
        |cell: &str| cell.contains('.') && !cell.contains(char::is_whitespace) && !cell.contains('@');
    let is_name = |cell: &str| is_address(cell) || is_domain(cell) || cell == "*";
    let date = cells.iter().position(|cell| looks_like_a_date(cell));
    let event = cells.iter().position(|cell| !cell.is_empty() && event_kind(cell).is_some());
    let names: Vec<usize> = (0..cells.len()).filter(|at| Some(*at) != date && is_name(cells[*at])).collect();
    if cells.iter().any(|cell| is_column(cell))
        || !(date.is_some() || cells.iter().any(|cell| is_address(cell)))
    {
        let typical = event.is_some() && names.len() > 1;
        if cells.iter().any(|cell| is_column(cell)) && date.is_none() || !typical {
            return None;
        }
    }
    let domain = names.iter().copied().find(|at| is_domain(cells[*at]));
    let sender =
        if sender_named { None } else { domain.or(names.first().copied().filter(|_| names.len() > 1)) };
    let customer = names.iter().copied().find(|at| Some(*at) != sender);
    // A date may be left out: then its cell is the blank one after the event.
    let date = date.or_else(|| (event? + 1..cells.len()).find(|at| cells[*at].is_empty()));
    let name = |at: usize| match Some(at) {
        found if found == date => "date",
        found if found == event => "event",
        found if found == sender => "sender",
        found if found == customer => "customer",
        _ => "note",
    };
    Some((0..cells.len()).map(name).collect())
}

/// A name as a message shows it.
pub fn cut(cell: &str) -> String {
    super::cells::shown(cell)
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests;
