//! The consent ledger: a CSV of events, as a CRM exports it or a customer writes it. A row that can't be used
//! is an error before any mail is read.

use super::words::{accepted_words, happening};
use super::{Event, Happening, Moment};
use crate::error::{Error, Result};
use crate::fact::{Owners, Senders, canonical, normal_address, normal_domain, parents};
use crate::time::{Day, Zone};
use chrono::NaiveDateTime;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// How many errors are listed.
const LISTED: usize = 20;

/// What the command line says about ledgers.
#[derive(Debug, Clone, Default)]
pub struct LedgerOptions {
    /// The files.
    pub files: Vec<PathBuf>,
    /// The sender of every row of a list without a `sender` column.
    pub sender: Option<String>,
    /// The last day that the ledger covers.
    pub as_of: Option<Day>,
}

/// All rows of all ledgers, found by sender and customer.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    rows: HashMap<(String, String), Vec<Event>>,
    /// Whether a ledger was given.
    pub given: bool,
    /// The last day that it covers.
    pub as_of: Option<Day>,
    /// Rows with an event.
    pub events: usize,
    /// Rows whose event says nothing.
    pub silent: usize,
}

/// Any sender, any customer.
const ANY: &str = "*";

impl Ledger {
    /// Reads all files. Rows that can't be used are one error together.
    pub fn read(options: &LedgerOptions, zone: &Zone, owners: &Owners) -> Result<Self> {
        let mut ledger = Self { given: !options.files.is_empty(), as_of: options.as_of, ..Self::default() };
        for path in &options.files {
            let bytes = std::fs::read(path).map_err(|error| Error::io(path, "can't be read", &error))?;
            ledger.add(path, &bytes, options, zone, owners)?;
        }
        Ok(ledger)
    }

    /// Adds the rows of a list that lies in memory, under the name of its file.
    pub fn add(
        &mut self,
        path: &Path,
        bytes: &[u8],
        options: &LedgerOptions,
        zone: &Zone,
        owners: &Owners,
    ) -> Result<()> {
        let text = decoded(bytes, path)?;
        Reader { path, options, zone, owners }.read(&text, self)
    }

    /// The events for messages from an address (of a brand, perhaps) to a customer.
    pub fn events_for(&self, address: &str, senders: &Senders, customer: &str) -> Vec<Event> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let domain = address.rsplit_once('@').map(|(_, domain)| domain);
        let brand = senders.brand(address).map(str::to_lowercase);
        let mut keys: Vec<&str> = vec![ANY, address];
        keys.extend(domain.into_iter().flat_map(parents));
        keys.extend(brand.as_deref());
        keys.sort_unstable();
        keys.dedup();
        let customers = if customer == ANY { vec![ANY] } else { vec![ANY, customer] };
        let found = keys
            .iter()
            .flat_map(|key| customers.iter().map(|customer| ((*key).to_string(), (*customer).to_string())));
        found.filter_map(|key| self.rows.get(&key)).flatten().cloned().collect()
    }
}

/// UTF-8 with or without a byte-order mark; UTF-16 with one, as Excel writes it.
fn decoded(bytes: &[u8], path: &Path) -> Result<String> {
    let (text, _, damaged) = encoding_rs::UTF_8.decode(bytes);
    if damaged {
        let line = bytes.utf8_chunks().scan(1, |line, chunk| {
            *line += chunk.valid().matches('\n').count() as u64;
            Some((*line, chunk.invalid().is_empty()))
        });
        let line = line.into_iter().find(|(_, valid)| !valid).map_or(1, |(line, _)| line);
        return Err(Error::file(path, "is not in UTF-8")
            .at_line(line)
            .hint("export the list again as CSV in UTF-8"));
    }
    Ok(text.into_owned())
}

struct Reader<'a> {
    path: &'a Path,
    options: &'a LedgerOptions,
    zone: &'a Zone,
    owners: &'a Owners,
}

/// Counts lines on the way through a text. The CSV reader's own count stops at blank lines before a record.
struct Lines<'a> {
    text: &'a [u8],
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record stands that is read from that byte on.
    fn at(&mut self, byte: u64) -> u64 {
        let target = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(here) =
            self.text.get(self.byte).filter(|here| self.byte < target || matches!(here, b'\n' | b'\r'))
        {
            let ends = *here == b'\n' || (*here == b'\r' && self.text.get(self.byte + 1) != Some(&b'\n'));
            self.line += u64::from(ends);
            self.byte += 1;
        }
        self.line
    }
}

/// Where each column stands.
struct Columns {
    sender: Option<usize>,
    customer: usize,
    event: usize,
    date: usize,
}

impl Reader<'_> {
    fn read(&self, text: &str, ledger: &mut Ledger) -> Result<()> {
        let mut csv = csv::ReaderBuilder::new()
            .delimiter(delimiter(text))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let header = csv.headers().map_err(|error| self.csv_error(&error))?.clone();
        let columns = self.columns(&header)?;
        let mut wrong = Vec::new();
        let mut total = 0_usize;
        let mut lines = Lines { text: text.as_bytes(), byte: 0, line: 1 };
        for record in csv.records() {
            let record = record.map_err(|error| self.csv_error(&error))?;
            let line = lines.at(record.position().map_or(0, csv::Position::byte));
            if record.iter().all(str::is_empty) {
                continue;
            }
            if let Err(what) = self.row(&record, line, &columns, ledger) {
                total += 1;
                if wrong.len() < LISTED {
                    wrong.push((line, what));
                }
            }
        }
        match wrong.as_slice() {
            [] => Ok(()),
            [(line, only)] if total == 1 => {
                Err(Error::file(self.path, only.what.clone()).at_line(*line).hint(only.hint.clone()))
            }
            several => Err(Error::file(
                self.path,
                format!(
                    "{total} rows can't be used{}",
                    if total > LISTED { format!("; the first {LISTED}:") } else { ":".into() }
                ),
            )
            .details(several.iter().map(|(line, wrong)| format!("line {line}: {}", wrong.what)).collect())
            .hint(several[0].1.hint.clone())),
        }
    }

    fn csv_error(&self, error: &csv::Error) -> Error {
        let line = error.position().map(csv::Position::line);
        let this = Error::file(self.path, format!("is no readable CSV: {error}"));
        line.map_or(this.clone(), |line| this.at_line(line))
    }

    fn columns(&self, header: &csv::StringRecord) -> Result<Columns> {
        let find = |name: &str| {
            header
                .iter()
                .position(|column| column.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(name))
        };
        let missing = |name: &str| {
            Error::file(self.path, format!("has no column `{name}` in its first line"))
                .at_line(1)
                .hint("the first line must be a header: sender,customer,event,date")
        };
        let sender = find("sender");
        if sender.is_none() && self.options.sender.is_none() {
            return Err(missing("sender").hint("for a list about one sender, name it with --consent-sender"));
        }
        Ok(Columns {
            sender,
            customer: find("customer").ok_or_else(|| missing("customer"))?,
            event: find("event").ok_or_else(|| missing("event"))?,
            date: find("date").ok_or_else(|| missing("date"))?,
        })
    }

    fn row(
        &self,
        record: &csv::StringRecord,
        line: u64,
        columns: &Columns,
        ledger: &mut Ledger,
    ) -> std::result::Result<(), Wrong> {
        let cell = |column: usize| unprotected(record.get(column).unwrap_or(""));
        let word = cell(columns.event);
        let happening = happening(word).ok_or_else(|| no_event(word))?;
        let sender = match columns.sender {
            Some(column) => cell(column),
            None => self.options.sender.as_deref().unwrap_or(""),
        };
        let sender = sender_key(sender)?;
        let customer = self.customer_key(cell(columns.customer))?;
        let Some(happening) = happening else {
            ledger.silent += 1;
            return Ok(());
        };
        let (moment, day) = self.when(cell(columns.date), happening)?;
        let source = format!("{}:{line}", self.path.display());
        ledger.events += 1;
        ledger.rows.entry((sender, customer)).or_default().push(Event { moment, happening, day, source });
        Ok(())
    }

    fn customer_key(&self, cell: &str) -> std::result::Result<String, Wrong> {
        if cell == ANY {
            return Ok(ANY.to_string());
        }
        let address = canonical(cell);
        if address.split('@').filter(|part| !part.is_empty()).count() != 2
            || address.contains(char::is_whitespace)
        {
            return Err(Wrong::new(
                format!("`{cell}` is no customer"),
                "write an address, or * for every customer",
            ));
        }
        Ok(self.owners.customer(&address).to_string())
    }

    fn when(&self, cell: &str, happening: Happening) -> std::result::Result<(Moment, Option<Day>), Wrong> {
        if cell.is_empty() {
            return match (happening, self.options.as_of) {
                (Happening::Withdrawn, Some(day)) => Ok((self.end_of(day)?, Some(day))),
                (Happening::Withdrawn, None) => Err(Wrong::new(
                    "an opt-out without a date",
                    "give the date, or the list's last day with --consent-as-of",
                )),
                _ => Ok((Moment::ALWAYS, None)),
            };
        }
        if let Some(day) = Day::parse(cell) {
            let moment = match happening {
                Happening::Refused | Happening::Withdrawn => self.end_of(day)?,
                _ => Moment::at(self.zone.first_instant(day).ok_or_else(|| no_date(cell))?),
            };
            return Ok((moment, Some(day)));
        }
        let local = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(cell, form).ok());
        let seconds = match local {
            Some(local) => self.zone.instant(local),
            None => chrono::DateTime::parse_from_rfc3339(cell).ok().map(|date| date.timestamp()),
        };
        let seconds = seconds.ok_or_else(|| no_date(cell))?;
        Ok((Moment::at(seconds), Some(self.zone.day_at(seconds))))
    }

    /// The last instant of a day: after all its messages, before anything of the next.
    fn end_of(&self, day: Day) -> std::result::Result<Moment, Wrong> {
        let next = self.zone.first_instant(day.plus(1)).ok_or_else(|| no_date(&day.to_string()))?;
        Ok(Moment::just_before(next))
    }
}

/// What is wrong with a row, and what to write instead.
struct Wrong {
    what: String,
    hint: String,
}

impl Wrong {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

fn no_event(word: &str) -> Wrong {
    let accepted: Vec<&str> = accepted_words().into_iter().flat_map(|(_, words)| words).collect();
    Wrong::new(format!("`{word}` is no event"), format!("write one of {}", accepted.join(", ")))
}

fn no_date(cell: &str) -> Wrong {
    Wrong::new(format!("`{cell}` is no date"), "write YYYY-MM-DD, YYYY-MM-DD HH:MM or an RFC 3339 time")
}

/// A domain, an address, a brand name or `*`, as it is looked up.
fn sender_key(cell: &str) -> std::result::Result<String, Wrong> {
    if cell.is_empty() {
        return Err(Wrong::new(
            "a row without a sender",
            "write a domain, an address, a brand name, or * for every sender",
        ));
    }
    Ok(match cell.strip_prefix('@') {
        Some(domain) => normal_domain(domain),
        None if cell.contains('@') => normal_address(cell),
        None => normal_domain(cell),
    })
}

/// The program's own reports protect cells with an apostrophe: a list made from one may hold it still.
fn unprotected(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => cell,
    }
}

/// Comma, semicolon or tab: what the first line has most of, outside quotes.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let count = |wanted: char| {
        let outside = first.chars().scan(false, |quoted, c| {
            *quoted ^= c == '"';
            Some(!*quoted && c == wanted)
        });
        outside.filter(|found| *found).count()
    };
    [(b',', count(',')), (b';', count(';')), (b'\t', count('\t'))]
        .into_iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(byte, _)| byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Brands;

    fn read_with(text: &str, options: LedgerOptions) -> Result<Ledger> {
        let zone = Zone::named("Europe/Berlin").expect("a zone");
        let owners =
            Owners::new(&["ann@home.example".to_string(), "ann@work.example".to_string()]).expect("valid");
        let path = Path::new("consent.csv");
        let mut ledger = Ledger { given: true, ..Ledger::default() };
        Reader { path, options: &options, zone: &zone, owners: &owners }
            .read(&decoded(text.as_bytes(), path)?, &mut ledger)?;
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
            error.contains("`consent.csv` line 2: `maybe` is no event")
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

    #[test]
    fn other_encodings_are_refused() {
        let path = Path::new("consent.csv");
        let error = decoded(b"sender,customer,event,date\nx,Gr\xFC\xDFe,yes,\n", path)
            .expect_err("latin-1")
            .to_string();
        assert!(error.contains("line 2: is not in UTF-8"), "{error}");
    }
}
