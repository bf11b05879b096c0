//! A mailbox and a consent list in which all that redaction must hide has one sign.

use super::folder;
use std::collections::BTreeSet;

/// Everything that must not be shown has this in it.
pub const SECRET: &str = "qx";

pub const MAILBOX: &str = "folder-qx0/mail-qx0.mbox";
pub const LIST: &str = "consent-qxc.csv";

pub fn message(day: u32, from: &str, customer: &str, fields: &str) -> String {
    format!(
        "From MAILER-DAEMON Thu Jan {day:>2} 08:00:00 2026\nDelivered-To: {customer}\nDate: {day} Jan 2026 08:00:00 +0000\n\
         From: {from}\nTo: {customer}\n{fields}\nToday only: 20% off everything. Shop now and save EUR 10, qxt.\n\n"
    )
}

/// Two shops, one of them at a free-mail address, that write to two customers; a friend, the owner, and a broken message.
pub fn mailbox() -> String {
    let mut text = String::new();
    for day in 1..=28 {
        for (from, host, customer) in [
            ("\"Moss Outlet\" <offers.qx7@moss.example>", "moss.example", "robin.qx1@home.example"),
            ("\"Moss Outlet\" <news-qxe@moss.example>", "moss.example", "ann.qxb@home.example"),
            ("\"Kim Qx8 Candles\" <kim.qx8@gmail.com>", "candles.example", "robin.qx1@home.example"),
            ("Candles Qx9", "candles.example", "robin.qx1@home.example"),
        ] {
            let fields = format!(
                "Subject: Sale qx3 {day} of 20% off\nMessage-ID: <qx2-{day}-{customer}>\nPrecedence: bulk\n\
                 List-Id: <qxl.{host}>\n\
                 List-Unsubscribe: <https://qxu@{host}/leave/qx4?who=robin.qx1%40home.example>,\n \
                 <mailto:leave-qx5@{host}?subject=leave%20qx6>\n"
            );
            text += &message(day, from, customer, &fields);
        }
    }
    let own = "Subject: leave qx6\nMessage-ID: <qxa@home.example>\n";
    text += &message(20, "robin.qx1@home.example", "leave-qx5@moss.example", own);
    let talk = "Subject: Sunday qxf\nMessage-ID: <qxg@friends.example>\nIn-Reply-To: <qxh@home.example>\n";
    text += &message(21, "Fay Qxi <fay.qxi@friends.example>", "robin.qx1@home.example", talk);
    text + "From MAILER-DAEMON Thu Jan 22 08:00:00 2026\nSubject: qxj\nDate: qxk\n\nbroken\n\n"
}

pub fn here() -> tempfile::TempDir {
    let list = "sender,customer,event,date\nmoss.example,robin.qx1@home.example,granted,2025-01-01\n\
                moss.example,zoe.qxd@home.example,refused,2025-01-01\nnobody-qxm@gmail.com,*,refused,\n";
    let here = folder(&[(LIST, list.as_bytes()), ("key", b"0123456789abcdef0123456789abcdef\n")]);
    std::fs::create_dir(here.path().join("folder-qx0")).expect("a folder");
    std::fs::write(here.path().join(MAILBOX), mailbox()).expect("a mailbox");
    std::fs::write(here.path().join("folder-qx0/no-mail-qxn.txt"), "nothing").expect("a file");
    here
}

pub fn shows_nothing(what: &str, text: &str) {
    let lower = text.to_lowercase();
    if let Some(at) = lower.find(SECRET) {
        let around: String =
            lower.chars().skip(lower[..at].chars().count().saturating_sub(120)).take(240).collect();
        panic!("{what} shows {around}");
    }
}

/// The pseudonyms of a text.
pub fn pseudonyms(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let is_one = |word: &&str| {
        ["customer-", "sender-"].iter().any(|what| word.strip_prefix(what).is_some_and(|hex| hex.len() == 16))
    };
    words.filter(is_one).map(str::to_string).collect()
}
