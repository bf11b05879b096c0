//! Laws that hold for every mailbox.

mod common;

use common::{folder, promotion, run};
use proptest::prelude::*;
use std::path::Path;

/// A day of January 2026, a sender, and a number for the Message-ID.
fn messages() -> impl Strategy<Value = Vec<(u32, u8, u16)>> {
    proptest::collection::vec((1_u32..29, 0_u8..3, 0_u16..60), 1..40)
}

fn render((day, sender, id): (u32, u8, u16)) -> String {
    promotion(
        day,
        &format!("Shop {sender} <news@shop{sender}.example>"),
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
