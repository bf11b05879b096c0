//! Lists as they are read, and what they say of a message.

use super::*;
use crate::consent::Moment;
use crate::error::Result;
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
    let reading = LedgerContext { zone: &zone, owners: &owners, senders: &senders, now: NOW };
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
    found.sort_by_key(|event| event.kind);
    let at = |text: &str| Moment::at(chrono::DateTime::parse_from_rfc3339(text).expect("valid").timestamp());
    let moments: Vec<Moment> = found.iter().map(|event| event.moment).collect();
    let next = chrono::DateTime::parse_from_rfc3339("2026-03-30T00:00:00+02:00").expect("valid").timestamp();
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
    let ledger =
        read("sender,customer,event,date\na.example,*,Never-Subscribed,\na.example,*,,\n").expect("valid");
    assert_eq!((ledger.events, ledger.silent), (0, 2));
    let error = read("sender,customer,event,date\na.example,*,maybe,\n").expect_err("no event").to_string();
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
        let reading = LedgerContext { zone: &zone, owners: &Owners::default(), senders: &senders, now: NOW };
        let list = ListFile::named("consent.csv".as_ref());
        if let Err(error) = Ledger::default().add(&list, &text, &options, &reading) {
            prop_assert!(error.to_string().starts_with("error: `consent.csv`"), "{}", error);
        }
    }
}
