//! The consent ledger: lists of events, as a CRM exports them or a customer writes them. A row that can't be used is an
//! error before any mail is read.

mod cells;
mod columns;
mod customer;
mod dates;
mod delimited;
mod encoding;
mod file;
mod mistaken;
mod options;
mod row;
mod sender;
mod table;
mod words;
mod workbook;

pub use dates::DateOrder;
pub use mistaken::refuse_as_mailbox;
pub use options::{LedgerOptions, ListFile, Reading};
pub use sender::as_cell as sender_cell;
pub use words::accepted_words;

use super::Event;
use crate::error::{Error, Result, STANDARD_INPUT};
use crate::fact::{Senders, parents};
use crate::time::Day;
use cells::{ANY, Wrong, cell};
use columns::{Columns, NAME_FILE, is_header};
use dates::Order;
use row::{Entry, RowReader};
use sender::sender_key;
use std::collections::HashMap;
use std::path::Path;
use table::Table;

/// How many bad rows are listed.
const LISTED: usize = 20;

/// All rows of all lists, found by sender and customer.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    rows: HashMap<String, HashMap<String, Vec<Listed>>>,
    /// Whether some customer is a hash of an address.
    hashed: bool,
    /// Whether a list was given.
    pub given: bool,
    /// The last day that the lists cover.
    pub as_of: Option<Day>,
    /// Rows with an event.
    pub events: u32,
    /// Rows whose event says nothing.
    pub silent: usize,
    /// Rows without a customer.
    pub without_customer: usize,
    /// Rows that were left out because they can't be used.
    pub bad: usize,
    /// What to say of the lists before any mail is read: rows that were left out, a list without rows.
    pub remarks: Vec<Error>,
    /// The newest date of a row, and where it is.
    pub newest: Option<(Day, String)>,
}

/// An event and the number of its row, counted over all lists.
#[derive(Debug, Clone)]
struct Listed {
    number: u32,
    event: Event,
}

/// Rows of one sender and one customer.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// The sender, as it is looked up.
    pub sender: &'a str,
    /// The customer, as it is looked up.
    pub customer: &'a str,
    /// How many rows they are.
    pub count: usize,
    /// The number of the first, counted over all lists.
    pub first: u32,
    /// Its `FILE:LINE`.
    pub source: &'a str,
}

impl Ledger {
    /// Reads all lists. Rows that can't be used are one error together, unless they are to be left out.
    pub fn read(options: &LedgerOptions, reading: &Reading<'_>) -> Result<Self> {
        let mut ledger = Self { given: !options.lists.is_empty(), as_of: options.as_of, ..Self::default() };
        for list in &options.lists {
            let bytes = file::read(&list.path)?;
            ledger.add(list, &bytes, options, reading)?;
        }
        Ok(ledger)
    }

    /// Adds the rows of a list in memory, under the name of its file.
    pub fn add(
        &mut self,
        list: &ListFile,
        bytes: &[u8],
        options: &LedgerOptions,
        reading: &Reading<'_>,
    ) -> Result<()> {
        let stdin = Path::new(STANDARD_INPUT);
        let name = if list.path.as_os_str() == "-" { stdin } else { &list.path };
        let table = file::table(bytes, name, &is_header)?;
        let named = match (&list.sender, &options.sender) {
            (Some(sender), _) => Some((NAME_FILE, sender)),
            (None, Some(sender)) => Some(("--consent-sender", sender)),
            (None, None) => None,
        };
        let columns = Columns::of(&table, named.map(|(option, _)| option), name)?;
        let sender = named.map(|(option, sender)| {
            let wrong = |wrong: Wrong| Error::new(option, wrong.what).hint(wrong.hint);
            sender_key(sender.trim(), reading.senders).map_err(wrong)
        });
        let order = match options.date_order {
            Some(order) => Order::Known(order),
            None => Order::of(table.rows.iter().skip(1).map(|row| cell(&row.cells, columns.date))),
        };
        if table.rows.len() == 1 {
            self.remarks.push(Error::file(name, "has a header and no rows").hint(
                "see whether it is the right list, and whether the program that wrote it had finished",
            ));
        }
        let reader = RowReader { columns, sender: sender.transpose()?, order, options, reading };
        self.add_rows(&table, &reader, name)
    }

    fn add_rows(&mut self, table: &Table, reader: &RowReader<'_>, name: &Path) -> Result<()> {
        let mut wrong = Vec::new();
        let mut total = 0_usize;
        for row in table.rows.iter().skip(1) {
            match reader.entry(&row.cells) {
                Ok(entry) => self.put(entry, || format!("{}:{}", name.display(), row.line)),
                Err(what) => {
                    total += 1;
                    if wrong.len() < LISTED {
                        wrong.push((row.line, what));
                    }
                }
            }
        }
        match bad_rows(name, &wrong, total, reader.options.skip_bad_rows) {
            Some(error) if reader.options.skip_bad_rows => {
                self.bad += total;
                self.remarks.push(error);
                Ok(())
            }
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn put(&mut self, entry: Entry, source: impl FnOnce() -> String) {
        match entry {
            Entry::NoEvent => self.silent += 1,
            Entry::NoCustomer => self.without_customer += 1,
            Entry::Event { sender, customer, happening, moment, day } => {
                let source = source();
                if let Some(day) =
                    day.filter(|day| self.newest.as_ref().is_none_or(|(newest, _)| day > newest))
                {
                    self.newest = Some((day, source.clone()));
                }
                self.hashed |= customer::is_digest(&customer);
                let event = Event { moment, happening, day, source };
                let listed = Listed { number: self.events, event };
                self.events = self.events.saturating_add(1);
                self.rows.entry(sender).or_default().entry(customer).or_default().push(listed);
            }
        }
    }

    /// The events for messages from an address (of a brand, perhaps) to a customer.
    pub fn events_for(&self, address: &str, senders: &Senders, customer: &str) -> Vec<Event> {
        let found = self.lookup(address, senders, customer);
        found.into_iter().flat_map(|(_, _, rows)| rows).map(|listed| listed.event.clone()).collect()
    }

    /// The rows that apply to messages from an address to a customer, by their sender and customer.
    pub fn keys_for<'a>(
        &'a self,
        address: &str,
        senders: &Senders,
        customer: &str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.lookup(address, senders, customer).into_iter().map(|(sender, customer, _)| (sender, customer))
    }

    /// Under what names the lists may have a customer: everybody, the address, its hashes.
    pub fn customer_keys(&self, customer: &str) -> Vec<String> {
        let mut keys = vec![ANY.to_string(), customer.to_string()];
        if self.hashed {
            keys.extend(customer::digests(customer));
        }
        keys.dedup();
        keys
    }

    fn lookup(&self, address: &str, senders: &Senders, customer: &str) -> Vec<(&str, &str, &[Listed])> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let customers = self.customer_keys(customer);
        let mut found = Vec::new();
        for key in sender_keys(address, senders) {
            let Some((sender, rows)) = self.rows.get_key_value(&key) else { continue };
            let listed = customers.iter().filter_map(|customer| rows.get_key_value(customer));
            found.extend(
                listed.map(|(customer, listed)| (sender.as_str(), customer.as_str(), listed.as_slice())),
            );
        }
        found
    }

    /// All rows with an event, together where sender and customer are the same; in the order of the lists.
    pub fn all_rows(&self) -> Vec<Rows<'_>> {
        let mut all: Vec<Rows<'_>> = Vec::new();
        for (sender, customers) in &self.rows {
            all.extend(customers.iter().filter_map(|(customer, listed)| {
                let first = listed.first()?;
                let (count, source) = (listed.len(), first.event.source.as_str());
                Some(Rows { sender, customer, count, first: first.number, source })
            }));
        }
        all.sort_unstable_by_key(|rows| rows.first);
        all
    }
}

/// Under what names a list may have the sender of an address: everybody, the address, its domain and those above it,
/// its brand.
pub fn sender_keys(address: &str, senders: &Senders) -> Vec<String> {
    let domain = address.rsplit_once('@').map(|(_, domain)| domain);
    let mut keys = vec![ANY.to_string(), address.to_string()];
    keys.extend(domain.into_iter().flat_map(parents).map(str::to_string));
    keys.extend(senders.brand(address).map(str::to_lowercase));
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What to say of rows that can't be used: all that were listed, and the number of all.
fn bad_rows(name: &Path, listed: &[(u64, Wrong)], total: usize, left_out: bool) -> Option<Error> {
    let (line, first) = listed.first()?;
    let verb = if left_out { "left out" } else { "can't be used" };
    if total == 1 && !left_out {
        return Some(Error::file(name, first.what.clone()).at_line(*line).hint(first.hint.clone()));
    }
    let first_of = if total > LISTED { format!("; the first {LISTED}:") } else { ":".into() };
    let rows = if total == 1 { "1 row".to_string() } else { format!("{total} rows") };
    let line = |(line, wrong): &(u64, Wrong)| {
        format!("line {line}: {}; {}", wrong.what, wrong.brief.as_ref().unwrap_or(&wrong.hint))
    };
    let details = listed.iter().map(line).collect();
    let words = match listed.iter().any(|(_, wrong)| wrong.brief.is_some()) {
        true => format!("; for an event, {}", row::event_words()),
        false => String::new(),
    };
    let error = Error::file(name, format!("{rows} {verb}{first_of}")).details(details);
    Some(match left_out {
        true => error,
        false => error.hint(format!("correct them, or leave them out with --skip-bad-rows{words}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::Moment;
    use crate::fact::{Brands, Owners};
    use crate::time::Zone;
    use proptest::prelude::*;

    /// 2026-11-22T00:00:00Z.
    const NOW: i64 = 1_795_305_600;

    fn read_with(text: &str, options: LedgerOptions) -> Result<Ledger> {
        let zone = Zone::named("Europe/Berlin").expect("a zone");
        let owners = ["ann@home.example", "ann@work.example"].map(str::to_string);
        let owners = Owners::new(&owners, false).expect("valid");
        let senders = Senders::new(Brands::default());
        let reading = Reading { zone: &zone, owners: &owners, senders: &senders, now: NOW };
        let mut ledger = Ledger { given: true, ..Ledger::default() };
        ledger.add(&ListFile::named("consent.csv".as_ref()), text.as_bytes(), &options, &reading)?;
        Ok(ledger)
    }

    fn read(text: &str) -> Result<Ledger> {
        read_with(text, LedgerOptions::default())
    }

    fn events(text: &str, address: &str, customer: &str) -> Vec<Event> {
        read(text).expect("valid").events_for(address, &Senders::new(Brands::default()), customer)
    }

    #[test]
    fn rows_apply_to_domains_sub_domains_addresses_and_everybody() {
        let text = "sender,customer,event,date\nshop.example,ann@home.example,granted,2026-01-01\n*,*,refused,\nnews@other.example,*,yes,\n";
        assert_eq!(events(text, "a@mail.shop.example", "ann@home.example").len(), 2);
        assert_eq!(events(text, "a@notshop.example", "ann@home.example").len(), 1);
        assert_eq!(events(text, "news@other.example", "bob@home.example").len(), 2);
        assert_eq!(events(text, "a@shop.example", "bob@home.example").len(), 1);
    }

    #[test]
    fn any_owner_address_is_the_owner_and_case_is_nothing() {
        let text = "\u{feff}Sender;CUSTOMER;Event;Date;more\nShop.Example;Ann+tag@Work.example;Opted-In;;x\n";
        assert_eq!(events(text, "a@shop.example", "ann@home.example").len(), 1);
    }

    #[test]
    fn a_date_alone_lies_at_the_edge_of_its_day() {
        let text = "sender\tcustomer\tevent\tdate\ns.example\t*\tgranted\t2026-03-29\ns.example\t*\twithdrawn\t2026-03-29\ns.example\t*\tsale\t2026-03-29 12:30\ns.example\t*\tno\t2026-03-29T23:30:00Z\n";
        let mut found = events(text, "a@s.example", "x@y.example");
        found.sort_by_key(|event| event.happening);
        let at =
            |text: &str| Moment::at(chrono::DateTime::parse_from_rfc3339(text).expect("valid").timestamp());
        let moments: Vec<Moment> = found.iter().map(|event| event.moment).collect();
        let next =
            chrono::DateTime::parse_from_rfc3339("2026-03-30T00:00:00+02:00").expect("valid").timestamp();
        assert_eq!(
            moments,
            [
                at("2026-03-29T12:30:00+02:00"),
                at("2026-03-29T00:00:00+01:00"),
                at("2026-03-29T23:30:00Z"),
                Moment::just_before(next)
            ]
        );
        assert_eq!(found[2].day.map(|day| day.to_string()).as_deref(), Some("2026-03-30"));
        assert_eq!(found[3].source, "consent.csv:3");
    }

    #[test]
    fn an_undated_opt_out_counts_from_the_end_of_the_lists_last_day() {
        let text = "sender,customer,event,date\ns.example,*,unsubscribed,\n";
        let error = read(text).expect_err("no date").to_string();
        assert!(error.contains("line 2") && error.contains("--consent-as-of"), "{error}");
        let options = LedgerOptions { as_of: Day::parse("2026-03-29"), ..LedgerOptions::default() };
        assert_eq!(read_with(text, options).expect("valid").events, 1);
    }

    #[test]
    fn words_that_say_nothing_are_counted_and_others_are_errors() {
        let ledger = read("sender,customer,event,date\na.example,*,Never-Subscribed,\na.example,*,,\n")
            .expect("valid");
        assert_eq!((ledger.events, ledger.silent), (0, 2));
        let error =
            read("sender,customer,event,date\na.example,*,maybe,\n").expect_err("no event").to_string();
        assert!(
            error.contains("`consent.csv` line 2: unknown event `maybe`")
                && error.contains("granted, subscribed"),
            "{error}"
        );
    }

    #[test]
    fn the_first_twenty_wrong_rows_are_listed_with_the_number_of_all() {
        let rows = "a.example,*,granted,2026-02-30\n".repeat(25);
        let error = read(&format!("sender,customer,event,date\n{rows}")).expect_err("no dates").to_string();
        assert!(
            error.contains("25 rows can't be used; the first 20:") && error.matches("line ").count() == 20,
            "{error}"
        );
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = read("customer,event,date\n").expect_err("no sender").to_string();
        assert!(error.contains("`sender`") && error.contains("--consent-sender"), "{error}");
        let error = read("2026-01-01,granted\n").expect_err("no header").to_string();
        assert!(error.contains("line 1"), "{error}");
        let options = LedgerOptions { sender: Some("shop.example".into()), ..LedgerOptions::default() };
        assert_eq!(read_with("customer,event,date\n*,yes,\n", options).expect("valid").events, 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            header in prop_oneof![Just("sender,customer,event,date\n"), Just("\u{feff}date;event;customer\n"), Just("PK\u{3}\u{4}"), Just("")],
            cells in proptest::collection::vec("[a-z0-9@.*'\",;/: <>=\\-\u{e4}\u{0}\n\t]{0,20}|[0-9]{1,4}[./-][0-9]{1,4}[./-][0-9]{0,5}.{0,6}|.{0,12}", 0..12),
            bytes in proptest::collection::vec(any::<u8>(), 0..24),
            skip_bad_rows: bool,
        ) {
            let text = [header.as_bytes(), cells.join(",").as_bytes(), &bytes].concat();
            let options = LedgerOptions { skip_bad_rows, ..LedgerOptions::default() };
            let senders = Senders::new(Brands::default());
            let zone = Zone::named("Europe/Berlin").expect("a zone");
            let reading = Reading { zone: &zone, owners: &Owners::default(), senders: &senders, now: NOW };
            let list = ListFile::named("consent.csv".as_ref());
            if let Err(error) = Ledger::default().add(&list, &text, &options, &reading) {
                prop_assert!(error.to_string().starts_with("error: `consent.csv`"), "{}", error);
            }
        }
    }
}
