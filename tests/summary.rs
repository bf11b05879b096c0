//! The summary: which senders are flagged, which days the report is about, and where it is.

mod common;

use common::{folder, promotion, run};

/// Four weeks of daily mail from one shop to one customer.
fn daily(shop: &str, customer: &str) -> String {
    let mail = |day| promotion(day, &format!("Shop <news@{shop}>"), &format!("{customer}-{day}@{shop}"));
    (1..=28).map(mail).collect::<String>().replace("robin@home.example", &format!("{customer}@home.example"))
}

/// The line of a summary that begins so.
fn line<'a>(summary: &'a str, start: &str) -> Option<&'a str> {
    summary.lines().find(|line| line.starts_with(start))
}

#[test]
fn flagged_senders_are_named_at_most_five() {
    let mail: String = (1..=8).map(|n| daily(&format!("shop{n}.example"), "robin")).collect();
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "-o", "r.csv"]);
    let named: Vec<String> = (1..=5).map(|n| format!("shop{n}.example (28 of 28 days)")).collect();
    let expected = format!("flagged: {} and 3 more", named.join(", "));
    assert_eq!(line(&told.err, "flagged"), Some(expected.as_str()), "{}", told.err);
}

#[test]
fn a_sender_flagged_for_several_customers_is_named_once() {
    let mail = daily("shop.example", "robin") + &daily("shop.example", "alex");
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "-o", "r.csv"]);
    let expected = "flagged: shop.example (28 of 28 days; 2 customers)";
    assert_eq!(line(&told.err, "flagged"), Some(expected), "{}", told.err);
}

#[test]
fn nobody_flagged_is_no_line() {
    let here = folder(&[("a.mbox", promotion(1, "Shop <news@shop.example>", "a@shop.example").as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox"]);
    assert_eq!(line(&told.err, "flagged"), None, "{}", told.err);
}

#[test]
fn the_last_line_names_zone_period_report_and_version() {
    let here = folder(&[("a.mbox", daily("shop.example", "robin").as_bytes())]);
    let last = |arguments: &[&str]| {
        let told = run(here.path(), [&["check", "a.mbox"], arguments].concat());
        told.err.lines().last().map(|line| line.replace(env!("CARGO_PKG_VERSION"), "0"))
    };
    for (arguments, expected) in [
        (
            ["-o", "r.csv"].as_slice(),
            "days in UTC (this machine's time zone), 2026-01-01 to 2026-01-28; report in r.csv (mailfatigue 0)",
        ),
        (
            &[],
            "days in UTC (this machine's time zone), 2026-01-01 to 2026-01-28; report on standard output (mailfatigue 0)",
        ),
        (
            &["--timezone", "europe/london", "--since", "2026-01-05", "--until", "2026-03-01"],
            "days in Europe/London, 2026-01-05 to 2026-01-28; report on standard output (mailfatigue 0)",
        ),
        (
            &["--until", "2026-01-01", "-o", "/dev/null"],
            "days in UTC (this machine's time zone), 2026-01-01; report in /dev/null (mailfatigue 0)",
        ),
        (
            &["--since", "2026-02-01"],
            "days in UTC (this machine's time zone); report on standard output (mailfatigue 0)",
        ),
    ] {
        assert_eq!(last(arguments).as_deref(), Some(expected), "{arguments:?}");
    }
}

#[test]
fn a_newest_message_of_long_ago_is_named_with_its_age() {
    let here = folder(&[("a.mbox", daily("shop.example", "robin").as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox"]);
    let age = line(&told.err, "the newest message is ").expect("the mail is of January 2026");
    assert!(age.ends_with(" days old (2026-01-28)"), "{age}");
}
