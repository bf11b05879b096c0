//! The columns that say how much mail it is, compared with other senders and with earlier weeks.

mod common;

use common::{folder, run};
use mailfatigue::time::Day;
use std::path::Path;

/// A message of a day in the year 2026, where 0 is January 1st; `state` is a field that an exporter wrote, or nothing.
fn offer(day: i32, from: &str, number: usize, state: &str) -> String {
    message(day, from, number, state, "Sale: 20% off today only")
}

fn message(day: i32, from: &str, number: usize, state: &str, subject: &str) -> String {
    let date = Day::from_number(20_454 + day).date().expect("a date").format("%a, %d %b %Y 08:00:00 +0000");
    let name = from.rsplit('@').next().expect("a domain");
    format!(
        "From {from} Thu Jan  1 08:00:00 2026\n{state}From: <{from}>\nTo: <robin@home.example>\n\
         Message-ID: <{day}.{number}@{name}>\nDate: {date}\nSubject: {subject}\n\
         List-Unsubscribe: <https://{name}/u>\n\nWas EUR 120, now EUR 96.\n\n"
    )
}

fn offers(days: impl IntoIterator<Item = i32>, from: &str) -> String {
    days.into_iter().map(|day| offer(day, from, 0, "")).collect()
}

/// The cells of the named columns, of each row.
fn cells(folder: &Path, arguments: &[&str], columns: &[&str]) -> Vec<Vec<String>> {
    let told = run(folder, [&["check", "-q"], arguments].concat());
    assert_eq!(told.status, 0, "{}", told.err);
    let mut report = csv::Reader::from_reader(told.out.as_bytes());
    let header = report.headers().expect("a header").clone();
    let at = |name: &&str| header.iter().position(|column| column == *name).expect("a column");
    let places: Vec<usize> = columns.iter().map(at).collect();
    let rows = report.records().map(|row| row.expect("a row"));
    rows.map(|row| places.iter().map(|at| row[*at].to_string()).collect()).collect()
}

#[test]
fn senders_are_ranked_by_peak_then_messages_then_name() {
    let twice_a_day = offers(0..3, "news@birch.example") + &offer(0, "news@birch.example", 1, "");
    let mail = offers(0..3, "news@cedar.example")
        + &offers(0..3, "news@alder.example")
        + &twice_a_day
        + &offers(0..5, "news@oak.example")
        + &message(1, "post@quiet.example", 0, "", "Your invoice INV-20417 is ready");
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let mut found = cells(here.path(), &["a.mbox", "--all"], &["sender", "rank", "ranked"]);
    found.sort();
    assert_eq!(
        found,
        [
            ["alder.example", "3", "4"],
            ["birch.example", "2", "4"],
            ["cedar.example", "4", "4"],
            ["oak.example", "1", "4"],
            ["quiet.example", "", ""],
        ]
    );
}

#[test]
fn each_customer_has_ranks_of_its_own() {
    let to_both = offers(0..3, "news@cedar.example")
        + &offers(0..2, "news@alder.example").replace("robin@", "sam@")
        + &offers(3..4, "news@cedar.example").replace("robin@", "sam@");
    let here = folder(&[("a.mbox", to_both.as_bytes())]);
    let mut found = cells(here.path(), &["a.mbox"], &["customer", "sender", "rank", "ranked"]);
    found.sort();
    assert_eq!(
        found,
        [
            ["robin@home.example", "cedar.example", "1", "1"],
            ["sam@home.example", "alder.example", "1", "2"],
            ["sam@home.example", "cedar.example", "2", "2"],
        ]
    );
}

#[test]
fn newest_messages_never_read_are_counted_up_to_one_that_was_or_is_not_known() {
    let run_of = |states: &[&str]| {
        let mail: String =
            (0..).zip(states).map(|(day, state)| offer(day, "a@oak.example", 0, state)).collect();
        let here = folder(&[("a.mbox", mail.as_bytes())]);
        cells(here.path(), &["a.mbox"], &["unread_run"])[0][0].clone()
    };
    let (read, unread, silent) = ("Status: RO\n", "Status: O\n", "");
    assert_eq!(run_of(&[unread, read, unread, unread]), "2");
    assert_eq!(run_of(&[unread, unread, unread]), "3");
    assert_eq!(run_of(&[unread, unread, read]), "0");
    assert_eq!(run_of(&[silent, unread]), "1");
    // Blank, never zero, where the export does not say.
    assert_eq!(run_of(&[silent, silent]), "");
    assert_eq!(run_of(&[unread, unread, silent]), "");
}

#[test]
fn the_run_is_that_of_time_not_of_the_file() {
    let (read, unread) = ("Status: RO\n", "Status: O\n");
    let mail =
        [(5, unread), (1, read), (3, unread)].map(|(day, state)| offer(day, "a@oak.example", 0, state));
    let here = folder(&[("a.mbox", mail.concat().as_bytes())]);
    assert_eq!(cells(here.path(), &["a.mbox"], &["unread_run"]), [["2"]]);
}

#[test]
fn bulk_mail_that_nothing_decides_is_counted_apart() {
    let plain = |day| {
        message(day, "hello@oak.example", 0, "", "It's here").replace("Was EUR 120, now EUR 96.", "Oops.")
    };
    let no_way_out =
        plain(4).lines().filter(|line| !line.starts_with("List-")).collect::<Vec<_>>().join("\n");
    let spam = plain(5).replace("From: <hello", "X-Gmail-Labels: Spam\nFrom: <hello");
    let mail = offers(0..2, "hello@oak.example") + &plain(2) + &plain(3) + &no_way_out + "\n\n" + &spam;
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let columns = ["marketing_messages", "other_messages", "spam_messages", "undecided_messages"];
    assert_eq!(cells(here.path(), &["a.mbox"], &columns), [["2", "3", "1", "2"]]);
    let told = run(here.path(), ["explain", "a.mbox", "--sender", "oak.example"]).out;
    assert!(told.contains("2 messages that offer a way out may be marketing, but"), "{told}");
}

#[test]
fn messages_a_year_are_those_up_to_the_day_of_asking() {
    let here = folder(&[("a.mbox", offers((0..60).filter(|day| day % 2 == 0), "a@oak.example").as_bytes())]);
    let a_year = |arguments: &[&str]| {
        cells(
            here.path(),
            &[&["a.mbox"], arguments].concat(),
            &["messages_a_year", "days_per_week", "last_message"],
        )
    };
    // 30 · 365 ÷ 59, up to the newest message.
    assert_eq!(a_year(&[]), [["186", "3.6", "2026-02-28"]]);
    // 14 · 365 ÷ 28 = 182.5; the other columns are over all mail.
    assert_eq!(a_year(&["--as-of", "2026-01-28"]), [["183", "3.6", "2026-02-28"]]);
    // 1 · 365 ÷ 91, then nothing.
    assert_eq!(a_year(&["--as-of", "2026-05-29"]), [["4", "3.6", "2026-02-28"]]);
    assert_eq!(a_year(&["--as-of", "2026-05-30"]), [["0", "3.6", "2026-02-28"]]);
    assert_eq!(a_year(&["--as-of", "2025-12-31"]), [["0", "3.6", "2026-02-28"]]);
}

/// Once a week for twelve weeks and on one more day, then daily with one day off.
fn turns_daily() -> String {
    let weekly = (0..12).map(|week| week * 7).chain([40]);
    offers(weekly.chain((84..112).filter(|day| *day != 100)), "news@stride.example")
}

#[test]
fn a_change_of_pace_is_in_columns_reason_and_explanation() {
    let here = folder(&[("a.mbox", turns_daily().as_bytes())]);
    let columns = ["flagged", "days_per_week", "changed_on", "days_per_week_before", "reason"];
    let reason = "promotional mail on 27 of 28 days (2026-03-26 to 2026-04-22) without consent on record; from 1.1 \
        to 6.8 days a week since 2026-03-26; no consent list was given";
    assert_eq!(cells(here.path(), &["a.mbox"], &columns), [["yes", "6.8", "2026-03-26", "1.1", reason]]);
    let told = run(here.path(), ["explain", "a.mbox", "--sender", "stride.example"]).out;
    assert!(told.contains("  Days a week: 6.8 since 2026-03-26, 1.1 before\n"), "{told}");
}

#[test]
fn the_reason_of_a_pair_that_is_not_flagged_has_no_change_of_pace() {
    let list = b"sender,customer,event,date\nstride.example,*,granted,2025-12-01\n";
    let here = folder(&[("a.mbox", turns_daily().as_bytes()), ("list.csv", list)]);
    let arguments = ["a.mbox", "--consent", "list.csv"];
    let found = cells(here.path(), &arguments, &["flagged", "changed_on", "reason"]);
    assert_eq!((found[0][0].as_str(), found[0][1].as_str()), ("no", "2026-03-26"));
    assert!(!found[0][2].contains("days a week"), "{found:?}");
}

#[test]
fn a_row_without_marketing_has_counts_of_zero_and_blanks() {
    let mail = message(1, "post@quiet.example", 0, "", "Your invoice INV-20417 is ready");
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let columns = [
        "rank",
        "ranked",
        "days_per_week",
        "changed_on",
        "days_per_week_before",
        "unread_run",
        "undecided_messages",
        "messages_a_year",
    ];
    assert_eq!(cells(here.path(), &["a.mbox", "--all"], &columns), [["", "", "", "", "", "", "0", "0"]]);
}
