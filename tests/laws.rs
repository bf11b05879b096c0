//! Laws that hold for every mailbox.

mod common;

use common::{folder, promotion, run};
use proptest::prelude::*;
use std::path::Path;

/// A day of January 2026, a sender, and a number for the Message-ID.
fn messages() -> impl Strategy<Value = Vec<(u32, u8, u16)>> {
    proptest::collection::vec((1_u32..29, 0_u8..3, 0_u16..60), 1..40)
}

/// Mail of shops that say what they offer, of one that often says nothing, and of a list.
fn render((day, sender, id): (u32, u8, u16)) -> String {
    match (sender, id % 3) {
        (1, 0) => little(day, id),
        (2, _) if id % 2 == 0 => post(day, id),
        _ => offer(day, sender, id),
    }
}

/// A mail that says nothing, made like the offers of its sender.
fn little(day: u32, id: u16) -> String {
    let offer = offer(day, 1, id);
    let (head, _) = offer.split_once("\n\n").expect("a header");
    let said = "A card.\n\nhttps://shop.example/\n\nUnsubscribe: https://shop.example/u";
    format!("{}\n\n{said}\n\n", head.replace("Sale: 20% off today only", "A card"))
}

/// A message to a list, by one of three people, that answers another one.
fn post(day: u32, id: u16) -> String {
    let person = id % 3;
    format!(
        "From x@list.example Thu Jan {day:02} 10:00:00 2026\nReceived: from mx; {day} Jan 2026 10:00:00 +0000\n\
        Date: {day} Jan 2026 10:00:00 +0000\nFrom: P{person} <p{person}@club.example>\nTo: robin@home.example\n\
        Message-ID: <{id}@list.example>\nIn-Reply-To: <{}@list.example>\nList-Id: <club.list.example>\n\
        Subject: 20% off at the pool\n\nSee https://pool.example/{id}\n\n",
        id.saturating_sub(2)
    )
}

fn offer(day: u32, sender: u8, id: u16) -> String {
    promotion(
        day,
        &format!("Shop {sender} <post@shop{sender}.example>"),
        &format!("{id}@shop{sender}.example"),
    )
}

fn report(folder: &Path, mailboxes: &[&str]) -> String {
    let mut arguments = vec!["check", "-q"];
    arguments.extend(mailboxes);
    let told = run(folder, arguments);
    assert_eq!(told.status, 0, "{}", told.err);
    told.out
}

fn peaks(report: &str) -> Vec<(String, u32)> {
    let mut reader = csv::Reader::from_reader(report.as_bytes());
    let column = |name: &str| {
        mailfatigue::report::COLUMNS.iter().position(|column| column.name == name).expect("a column")
    };
    let (sender, peak) = (column("sender"), column("peak_days"));
    reader
        .records()
        .map(|row| row.expect("a row"))
        .map(|row| (row[sender].to_string(), row[peak].parse().expect("a number")))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_messages_and_the_cut_into_files_make_no_difference(messages in messages(), cut in 0_usize..40) {
        let rendered: Vec<String> = messages.iter().copied().map(render).collect();
        let mut turned = rendered.clone();
        turned.reverse();
        let cut = cut.min(rendered.len());
        let here = folder(&[
            ("all.mbox", rendered.concat().as_bytes()),
            ("turned.mbox", turned.concat().as_bytes()),
            ("one.mbox", rendered[..cut].concat().as_bytes()),
            ("two.mbox", rendered[cut..].concat().as_bytes()),
            ("crlf.mbox", rendered.concat().replace('\n', "\r\n").as_bytes()),
        ]);
        let whole = report(here.path(), &["all.mbox"]);
        prop_assert_eq!(&report(here.path(), &["turned.mbox"]), &whole);
        prop_assert_eq!(&report(here.path(), &["one.mbox", "two.mbox"]), &whole);
        prop_assert_eq!(&report(here.path(), &["two.mbox", "one.mbox"]), &whole);
        prop_assert_eq!(&report(here.path(), &["crlf.mbox"]), &whole);
        prop_assert_eq!(&report(here.path(), &["all.mbox", "crlf.mbox", "one.mbox"]), &whole);
    }

    #[test]
    fn streams_are_the_same_whatever_the_number_of_threads(messages in messages()) {
        let rendered: String = messages.iter().copied().map(render).collect();
        let here = folder(&[("all.mbox", rendered.as_bytes())]);
        let whole = report(here.path(), &["all.mbox", "--threads", "1"]);
        prop_assert_eq!(report(here.path(), &["all.mbox", "--threads", "3"]), whole);
    }

    #[test]
    fn one_more_marketing_message_never_lowers_a_peak(messages in messages(), day in 1_u32..29) {
        let rendered: String = messages.iter().copied().map(render).collect();
        let more = rendered.clone() + &render((day, 0, 999));
        let here = folder(&[("a.mbox", rendered.as_bytes()), ("b.mbox", more.as_bytes())]);
        let before = peaks(&report(here.path(), &["a.mbox"]));
        let after = peaks(&report(here.path(), &["b.mbox"]));
        for (sender, peak) in before {
            prop_assert!(after.iter().any(|(other, now)| *other == sender && *now >= peak), "{} fell from {}", sender, peak);
        }
    }
}

#[test]
fn mail_of_these_laws_is_inferred_and_is_talk() {
    let mail: String =
        (1..25).flat_map(|day| [(day, 1, day as u16), (day, 2, day as u16)]).map(render).collect();
    let here = folder(&[("all.mbox", mail.as_bytes())]);
    let list = run(here.path(), ["check", "-q", "--all", "--messages", "list.csv", "all.mbox"]);
    assert_eq!(list.status, 0, "{}", list.err);
    let list = std::fs::read_to_string(here.path().join("list.csv")).expect("the list");
    for rule in ["like-its-stream", "talk-of-its-stream"] {
        assert!(list.contains(rule), "{rule} in {list}");
    }
}
