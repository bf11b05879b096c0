//! Pages, and the mailboxes that they are made from.

use super::run;
use std::path::Path;

/// A year of one person's mail, with ten senders of promotional mail.
pub const YEAR: &str = "fixtures/page/a-year-of-promotional-mail.mbox";

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs in the project's folder, so that the fixture has its short name.
pub fn works(arguments: &[&str]) {
    let told = run(root(), arguments);
    assert_eq!(told.status, 0, "{arguments:?}: {}", told.err);
}

pub fn year(page: &str, report: &str) {
    works(&[
        "check",
        YEAR,
        "--owner",
        "robin@home.example",
        "--timezone",
        "Europe/London",
        "-o",
        report,
        "--html",
        page,
    ]);
}

/// A promotional mail of the `day`th day of 2026.
pub fn promotion(day: u64, name: &str, address: &str, subject: &str, fields: &str) -> String {
    let date = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day") + chrono::Days::new(day);
    let (asctime, written) = (date.format("%a %b %e"), date.format("%a, %d %b %Y"));
    format!(
        "From MAILER-DAEMON {asctime} 08:00:00 2026\nDelivered-To: robin@home.example\nDate: {written} 08:00:00 +0000\n\
         From: {name} <{address}>\nTo: robin@home.example\nSubject: {subject}\nPrecedence: bulk\n{fields}\n\
         Today only: 20% off everything. Shop now and save EUR 10.\n\n"
    )
}

/// `daily` senders on 25 days in a row, and others on one day.
pub fn mailbox(daily: u64, others: u64) -> String {
    let mut mailbox = String::new();
    for sender in 0..daily + others {
        let address = format!("news@shop-{sender}.example");
        let fields =
            format!("List-Unsubscribe: <https://shop-{sender}.example/leave?key=0123456789abcdef{sender}>\n");
        for day in 0..if sender < daily { 25 } else { 1 } {
            let subject = format!("Sale {sender}: 20% off, day {day}");
            mailbox += &promotion(day, &format!("Shop number {sender}"), &address, &subject, &fields);
        }
    }
    mailbox
}

/// Mail from a friend.
pub const TALK: &str = "From MAILER-DAEMON Thu Jan  1 08:00:00 2026\nDate: Thu, 1 Jan 2026 08:00:00 +0000\n\
    From: Ann Example <ann@friends.example>\nTo: robin@home.example\nSubject: Re: Sunday\nIn-Reply-To: <a@home.example>\n\nSee you!\n\n";
