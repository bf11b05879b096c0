//! Tests of `columns`.

use super::super::delimited::table;
use super::*;

fn error(text: &str, named: Option<&str>) -> String {
    let path = Path::new("list.csv");
    let error = ListColumns::of(&table(text, path).expect("a table"), named, path).expect_err("no columns");
    error.to_string().replace(FOR_EXPORTS, "")
}

#[test]
fn another_systems_header_gets_all_its_columns_named_at_once() {
    let message = error("Email Address,First Name,Status,OPTIN_TIME\n", None);
    assert_eq!(
        message,
        "error: `list.csv` line 1: lacks the columns `sender`, `customer`, `event` and `date`; found: \
         `Email Address`, `First Name`, `Status`, `OPTIN_TIME`\n\
         hint: rename `Email Address` to customer, `Status` to event and `OPTIN_TIME` to date; name the sender \
         of all rows with --consent-sender, or add a column `sender`"
    );
    let message = error("customer,evnt,when\n", Some("--consent-sender"));
    assert!(message.contains("lacks the columns `event` and `date`"), "{message}");
    assert!(message.contains("hint: rename `evnt` to event and `when` to date"), "{message}");
    let message = error("Email Status,Email,Opt in,Opt in date\n", Some("--consent-sender"));
    assert!(
        message
            .ends_with("hint: rename `Email` to customer, `Email Status` to event and `Opt in date` to date"),
        "{message}"
    );
    let message = error("Email,Opt in,Consent Date\n", Some("--consent-sender"));
    assert!(
        message.ends_with("`Email` to customer, `Opt in` to event and `Consent Date` to date"),
        "{message}"
    );
    let message = error("customer,date\n", Some("--consent-sender"));
    assert!(message.ends_with("hint: add a column `event`"), "{message}");
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
        let message = error(&format!("{header}\n"), None);
        assert!(message.ends_with(&format!("hint: rename {hint}")), "{message}");
    }
}

#[test]
fn a_column_that_only_looks_like_one_is_not_renamed() {
    let message = error("Gender,Name,Rank,Agent,IP Address,Lifetime value\n", None);
    assert!(message.ends_with("hint: add the columns `customer`, `event` and `date`; name the sender of all rows with --consent-sender, or add a column `sender`"), "{message}");
}

#[test]
fn a_title_above_the_header_is_to_be_removed() {
    let message = error("Our consents\n\nsender,customer,event,date\n", None);
    assert!(message.contains("has its header in line 3"), "{message}");
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
        let message = error(text, named);
        assert!(message.contains("has no header"), "{message}");
        assert!(message.ends_with(&format!("above it: {header}")), "{message}");
    }
    let message = error("2026-01-01,granted\n", None);
    assert!(message.contains("above it: date,event; add a column `customer`; name the sender"), "{message}");
}

#[test]
fn an_option_that_names_the_sender_and_a_column_that_does_contradict() {
    let message = error("sender,customer,event,date\n", Some("--consent-sender"));
    assert!(message.contains("has a column `sender` of its own, beside --consent-sender"), "{message}");
}
