//! Tests of `columns`.

use super::super::delimited::table;
use super::*;

fn error(text: &str, named: Option<&str>) -> String {
    let path = Path::new("list.csv");
    let error = Columns::of(&table(text, path).expect("a table"), named, path).expect_err("no columns");
    error.to_string().replace(FOR_EXPORTS, "")
}

#[test]
fn another_systems_header_gets_all_its_columns_named_at_once() {
    let said = error("Email Address,First Name,Status,OPTIN_TIME\n", None);
    assert_eq!(
        said,
        "error: `list.csv` line 1: lacks the columns `sender`, `customer`, `event` and `date`; found: \
         `Email Address`, `First Name`, `Status`, `OPTIN_TIME`\n\
         hint: rename `Email Address` to customer, `Status` to event and `OPTIN_TIME` to date; name the sender \
         of all rows with --consent-sender, or add a column `sender`"
    );
    let said = error("customer,evnt,when\n", Some("--consent-sender"));
    assert!(said.contains("lacks the columns `event` and `date`"), "{said}");
    assert!(said.contains("hint: rename `evnt` to event and `when` to date"), "{said}");
    let said = error("Email Status,Email,Opt in,Opt in date\n", Some("--consent-sender"));
    assert!(
        said.ends_with("hint: rename `Email` to customer, `Email Status` to event and `Opt in date` to date"),
        "{said}"
    );
    let said = error("Email,Opt in,Consent Date\n", Some("--consent-sender"));
    assert!(said.ends_with("`Email` to customer, `Opt in` to event and `Consent Date` to date"), "{said}");
    let said = error("customer,date\n", Some("--consent-sender"));
    assert!(said.ends_with("hint: add a column `event`"), "{said}");
}

#[test]
fn columns_in_other_languages_are_to_be_renamed() {
    for (header, hint) in [
        (
            "Absender;Kunde;Ereignis;Datum",
            "`Absender` to sender, `Kunde` to customer, `Ereignis` to event and `Datum` to date",
        ),
        (
            "expéditeur;client;événement;date",
            "`expéditeur` to sender, `client` to customer and `événement` to event",
        ),
        (
            "remitente;cliente;evento;fecha",
            "`remitente` to sender, `cliente` to customer, `evento` to event and `fecha` to date",
        ),
    ] {
        let said = error(&format!("{header}\n"), None);
        assert!(said.ends_with(&format!("hint: rename {hint}")), "{said}");
    }
}

#[test]
fn a_column_that_only_looks_like_one_is_not_renamed() {
    let said = error("Gender,Name,Rank,Agent,IP Address,Lifetime value\n", None);
    assert!(said.ends_with("hint: add the columns `customer`, `event` and `date`; name the sender of all rows with --consent-sender, or add a column `sender`"), "{said}");
}

#[test]
fn a_title_above_the_header_is_to_be_removed() {
    let said = error("Our consents\n\nsender,customer,event,date\n", None);
    assert!(said.contains("has its header in line 3"), "{said}");
}

#[test]
fn a_list_without_a_header_gets_one_to_paste() {
    for (text, named, header) in [
        ("shop.example,*,granted,2026-01-01\n", None, "sender,customer,event,date"),
        ("robin@home.example;shop.example;no;27.02.2026;x\n", None, "customer;sender;event;date;note"),
        ("robin@home.example,yes,\n", Some("--consent-sender"), "customer,event,date"),
        ("a@x.example,b@y.example,2026-01-01,no\n", None, "sender,customer,date,event"),
        ("shop.example,*,refused,\n", None, "sender,customer,event,date"),
    ] {
        let said = error(text, named);
        assert!(said.contains("has no header"), "{said}");
        assert!(said.ends_with(&format!("above it: {header}")), "{said}");
    }
    let said = error("2026-01-01,granted\n", None);
    assert!(said.contains("above it: date,event; add a column `customer`; name the sender"), "{said}");
}

#[test]
fn an_option_that_names_the_sender_and_a_column_that_does_contradict() {
    let said = error("sender,customer,event,date\n", Some("--consent-sender"));
    assert!(said.contains("has a column `sender` of its own, beside --consent-sender"), "{said}");
}
