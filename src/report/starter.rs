//! A consent list to start from: a row for each sender and customer with marketing, for a person to fill in.

use super::cell::Cell;
use super::csv::{CsvStyle, CsvTable};
use super::messages::MessageContext;
use crate::consent::sender_cell;
use crate::fact::{Redaction, canonical};
use crate::history::Counted;
use crate::judge::JudgeContext;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::io::{self, Write};

/// The columns, in order: those that a consent list has.
pub const STARTER_COLUMNS: [&str; 6] = ["sender", "customer", "event", "date", "source", "note"];

/// Writes the list: most marketing mail first. Event, date and source are blank, which says nothing until somebody
/// fills them in; the note is the newest subject, to recognise the sender by.
pub fn write(
    out: impl Write,
    style: CsvStyle,
    judging: &JudgeContext<'_>,
    message_context: &MessageContext<'_>,
) -> io::Result<()> {
    let names = &judging.history.names;
    let mut rows: Vec<(Reverse<usize>, String, &str, String)> = Vec::new();
    let mut newest_of_rows: Vec<(u32, usize)> = Vec::new();
    for pair in judging.history.pairs() {
        let mut count = 0;
        let mut newest = None;
        for fact in pair.facts.iter().filter(|fact| judging.scope.counted_as(fact) == Counted::Marketing) {
            count += 1;
            newest = Some(fact);
        }
        let Some(newest) = newest else { continue };
        let customer = any_or(names.text(pair.customer));
        // A list can't name a sender without a domain.
        let Some(sender) = sender_cell(names.text(pair.sender), judging.senders) else { continue };
        newest_of_rows.push((newest.order, rows.len()));
        rows.push((Reverse(count), sender, customer, String::new()));
    }
    // Details are packed, and quick to read in their order.
    newest_of_rows.sort_unstable();
    for (order, row) in newest_of_rows {
        rows[row].3 =
            message_context.details.get(order as usize).map(|detail| detail.subject).unwrap_or_default();
    }
    rows.sort_unstable();
    let mut seen = HashSet::new();
    rows.retain(|(_, sender, customer, _)| seen.insert((sender.clone(), *customer)));
    let mut table = CsvTable::new(out, readable(style), STARTER_COLUMNS.into_iter())?;
    for (_, sender, customer, subject) in rows {
        let known = [Cell::text(&sender), Cell::text(customer)];
        let blank = [Cell::Blank, Cell::Blank, Cell::Blank];
        table.row(known.into_iter().chain(blank).chain([Cell::text(&subject)]))?;
    }
    table.finish()
}

/// A consent list names customers by address. Where the mailbox does not have the address, the row is for every customer.
fn any_or(customer: &str) -> &str {
    let address = canonical(customer);
    let parts = address.split('@').filter(|part| !part.is_empty()).count();
    let is_address = parts == 2 && !address.contains(char::is_whitespace);
    if is_address || Redaction::is_pseudonym(customer) { customer } else { "*" }
}

/// Consent lists are read with commas, semicolons and tabs.
fn readable(style: CsvStyle) -> CsvStyle {
    let delimiter = if matches!(style.delimiter, b',' | b';' | b'\t') { style.delimiter } else { b',' };
    CsvStyle { delimiter, ..style }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_without_an_address_is_every_customer() {
        assert_eq!(any_or("robin@home.example"), "robin@home.example");
        assert_eq!(any_or("unknown"), "*");
        assert_eq!(any_or("@home.example"), "*");
    }
}
