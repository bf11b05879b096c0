//! Every kind of export gives the same report; what is no mail, damaged or hostile is named and does no harm.

mod common;

use common::exports::{Quoting, compound, emlx, every_form, gzip, mbox, put, tarred, year_of_mail, zipped};
use common::{OLD_REPORT, check, fails_with, folder, promotion, run, run_with_stdin};
use std::fs::{create_dir, create_dir_all, write};

/// Of a report with one row, the value in a column.
fn value(report: &str, column: &str) -> String {
    let mut reader = csv::Reader::from_reader(report.as_bytes());
    let at = reader.headers().expect("a header").iter().position(|name| name == column).expect("the column");
    reader.records().next().expect("a row").expect("a row")[at].to_string()
}

#[test]
fn the_same_mail_gives_the_same_report_in_every_form() {
    let here = tempfile::tempdir().expect("a folder");
    let forms = every_form(here.path(), &year_of_mail(500));
    let first = check(here.path(), &["mboxrd"]);
    assert!(first.err.starts_with("500 messages read from 1 mailbox: "), "{}", first.err);
    assert!(first.out.contains("daily-unconsented"), "{}", first.out);
    assert!(forms.len() > 20);
    for (name, path) in &forms {
        let told = check(here.path(), &[path.to_str().expect("UTF-8")]);
        assert_eq!((told.status, &told.out), (0, &first.out), "{name}: {}", told.err);
        assert_eq!(told.err.lines().next(), first.err.lines().next(), "{name}");
    }
}

#[test]
fn streams_are_read_from_standard_input() {
    let here = tempfile::tempdir().expect("a folder");
    let forms = every_form(here.path(), &year_of_mail(40));
    let first = check(here.path(), &["mboxrd"]);
    let mut read = 0;
    for (name, path) in forms.iter().filter(|(_, path)| path.is_file()) {
        let bytes = std::fs::read(path).expect("the file");
        let told = run_with_stdin(here.path(), &["check", "--timezone", "UTC", "-"], &bytes);
        if name.starts_with("zip") {
            fails_with(&told, &["can't be read from a stream", "save it as a file"]);
        } else {
            assert_eq!((told.status, &told.out), (0, &first.out), "{name}: {}", told.err);
            read += 1;
        }
    }
    assert!(read > 8, "{read}");
    let one = &year_of_mail(1)[0];
    for bytes in [emlx(&one.text(), ""), common::exports::msg(one)] {
        let told = run_with_stdin(here.path(), &["check", "-"], &bytes);
        assert_eq!((told.status, value(&told.out, "sender").as_str()), (0, "stride-outlet.example"));
    }
}

#[test]
fn a_byte_order_mark_costs_no_message_in_any_container() {
    for count in [1, 2] {
        let mails = year_of_mail(count);
        let text = format!("\u{feff}{}", mbox(&mails, Quoting::Mboxrd));
        let here = folder(&[
            ("a.mbox", text.as_bytes()),
            ("a.gz", &gzip(text.as_bytes())),
            ("a.tar", &tarred(&[("a.mbox", text.as_bytes())])),
            ("a.zip", &zipped(&[("a.mbox", text.as_bytes())])),
        ]);
        create_dir(here.path().join("Mail")).expect("a folder");
        put(&here.path().join("Mail/a"), &text);
        let all = format!("{count} message");
        for mailbox in ["a.mbox", "a.gz", "a.tar", "a.zip", "Mail"] {
            let told = check(here.path(), &[mailbox]);
            assert!(told.status == 0 && told.err.starts_with(&all), "{mailbox}: {}", told.err);
        }
        let told = run_with_stdin(here.path(), &["check", "-"], text.as_bytes());
        assert!(told.status == 0 && told.err.starts_with(&all), "{}", told.err);
    }
    let one = year_of_mail(1)[0].text();
    let marked = format!("\u{feff}{one}");
    let here = folder(&[
        ("a.eml", marked.as_bytes()),
        ("a.emlx", &emlx(&marked, "")),
        ("b.emlx", &[b"\xEF\xBB\xBF".as_slice(), &emlx(&one, "")].concat()),
    ]);
    create_dir_all(here.path().join("Maildir/cur")).expect("a folder");
    put(&here.path().join("Maildir/cur/1767254400.M1.host:2,S"), &marked);
    for mailbox in ["a.eml", "a.emlx", "b.emlx", "Maildir"] {
        let told = check(here.path(), &[mailbox]);
        assert_eq!(
            (told.status, value(&told.out, "sender").as_str()),
            (0, "stride-outlet.example"),
            "{mailbox}"
        );
    }
}

#[test]
fn mail_that_the_beginning_of_a_file_hides_is_reported() {
    let text = mbox(&year_of_mail(2), Quoting::Mboxrd);
    let utf_16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let nuls = format!("{}{text}", "\0".repeat(9_000));
    let here = folder(&[("nuls.mbox", nuls.as_bytes()), ("wide.zip", &zipped(&[("a.mbox", &utf_16)]))]);
    let told = check(here.path(), &["nuls.mbox", "-v"]);
    assert!(told.status == 0 && told.err.contains("1 unusable"), "{}", told.err);
    assert!(told.err.contains("skipped: `nuls.mbox` byte 0: text before the first message"), "{}", told.err);
    create_dir(here.path().join("Mail")).expect("a folder");
    write(here.path().join("Mail/wide"), &utf_16).expect("a file");
    for mailbox in ["Mail", "Mail/wide", "wide.zip"] {
        let told = check(here.path(), &[mailbox]);
        assert!(told.status == 0 && told.err.contains("2 messages read"), "{mailbox}: {}", told.err);
    }
}

#[test]
fn the_file_beside_a_message_of_protons_export_tells_its_state() {
    let here = tempfile::tempdir().expect("a folder");
    let mut members = Vec::new();
    for (day, label) in [(1, "0"), (2, "4"), (3, "8"), (4, "3"), (5, "7")] {
        let message = promotion(day, "Shop <news@shop.example>", &format!("p{day}@shop.example"));
        let message = message.split_once('\n').expect("a separator").1.to_string();
        let state =
            format!(r#"{{"Version":1,"Payload":{{"ID":"B","LabelIDs":["{label}","5"],"Unread":0}}}}"#);
        members.push((format!("Proton/B{day}.eml"), message));
        members.push((format!("Proton/B{day}.metadata.json"), state));
    }
    // A folder of the owner's own, by the name that only the list of folders has.
    let own = members[0].1.replace("p1@", "p6@");
    let state = r#"{"Version":1,"Payload":{"ID":"B","LabelIDs":["own==","5"],"Unread":0}}"#.to_string();
    let list =
        r#"{"Version":1,"Payload":[{"ID":"own==","Name":"Junk","Path":"Old/Junk","Color":"","Type":3}]}"#;
    members.push(("Proton/B6.eml".into(), own));
    members.push(("Proton/B6.metadata.json".into(), state));
    members.push(("Proton/labels.json".into(), list.into()));
    members.iter().for_each(|(name, content)| put(&here.path().join(name), content));
    let members: Vec<(&str, &[u8])> =
        members.iter().map(|(name, content)| (&**name, content.as_bytes())).collect();
    write(here.path().join("proton.zip"), zipped(&members)).expect("a file");
    for mailbox in ["Proton", "proton.zip"] {
        let told = check(here.path(), &[mailbox]);
        let first = told.err.lines().next().unwrap_or_default();
        for count in ["6 messages", "2 marketing", "1 by the owner", "1 draft", "2 spam"] {
            assert!(first.contains(count), "{mailbox}: {count} is not in {first}");
        }
        assert!(!told.err.contains("no mail in them"), "{}", told.err);
    }
}

#[test]
fn the_same_mail_given_twice_counts_once() {
    let mails = year_of_mail(120);
    let here = tempfile::tempdir().expect("a folder");
    let name = |name: &str| here.path().join(name);
    let whole = mbox(&mails, Quoting::Mboxrd);
    put(&name("all.mbox"), &whole);
    put(&name("inbox.mbox"), &mbox(&mails[30..90], Quoting::Mboxo));
    for (part, range) in [("takeout-001.zip", 0..80), ("takeout-002.zip", 60..120)] {
        let text = mbox(&mails[range], Quoting::Mboxrd);
        write(
            name(part),
            zipped(&[
                ("Takeout/Mail/Inbox.mbox", text.as_bytes()),
                ("Takeout/Mail/Archived.mbox", text.as_bytes()),
            ]),
        )
        .expect("a zip");
    }
    let first = check(here.path(), &["all.mbox"]);
    for mailboxes in [
        vec!["inbox.mbox", "all.mbox"],
        vec!["takeout-001.zip", "takeout-002.zip"],
        vec!["takeout-002.zip", "takeout-001.zip", "takeout-002.zip"],
        vec!["."],
    ] {
        assert_eq!(check(here.path(), &mailboxes).out, first.out, "{mailboxes:?}");
    }
}

#[test]
fn marks_of_maildir_and_apple_mail_count() {
    let here = tempfile::tempdir().expect("a folder");
    let message = |day: u32| {
        promotion(day, "Shop <news@shop.example>", &format!("{day}@shop.example"))
            .split_once('\n')
            .expect("a line")
            .1
            .to_string()
    };
    let in_maildir = |place: &str, day: u32, flags: &str| {
        put(&here.path().join(format!("M/{place}/176{day:07}.M1.mx{flags}")), &message(day));
    };
    in_maildir("cur", 1, ":2,S");
    in_maildir("cur", 2, ";2,ST");
    in_maildir("cur", 3, "_2,");
    in_maildir("new", 4, "");
    in_maildir(".Junk/cur", 5, ":2,S");
    in_maildir("cur", 6, ":2,DS");
    in_maildir("tmp", 7, "");
    let told = check(here.path(), &["M"]);
    assert!(
        told.err.contains("6 messages read from 1 mailbox: 4 marketing, 1 spam or unverified, 1 drafts"),
        "{}",
        told.err
    );
    assert_eq!(
        (value(&told.out, "unread_share"), value(&told.out, "deleted_share")),
        ("0.50".into(), "0.33".into())
    );

    let in_apple_mail = |place: &str, day: u32, flags: u64| {
        let entries = format!("<key>flags</key><integer>{flags}</integer>");
        let path = here.path().join(format!("V10/ann/{place}.mbox/0/Data/Messages/{day}.emlx"));
        put(&path, &String::from_utf8(emlx(&message(day), &entries)).expect("UTF-8"));
    };
    in_apple_mail("INBOX", 1, 8_623_689_857);
    in_apple_mail("INBOX", 2, 3);
    in_apple_mail("INBOX", 3, 1 << 24);
    in_apple_mail("Junk", 4, 1);
    in_apple_mail("Deleted Messages", 5, 0);
    let told = check(here.path(), &["V10"]);
    assert!(
        told.err.contains("5 messages read from 1 mailbox: 3 marketing, 2 spam or unverified"),
        "{}",
        told.err
    );
    assert_eq!(
        (value(&told.out, "unread_share"), value(&told.out, "deleted_share")),
        ("0.33".into(), "0.67".into())
    );
}

#[cfg(unix)]
#[test]
fn an_empty_maildir_is_a_mailbox_but_one_that_cannot_be_read_is_none() {
    let here = folder(&[("r.csv", OLD_REPORT.as_bytes())]);
    for place in ["M/cur", "M/new", "M/tmp"] {
        create_dir_all(here.path().join(place)).expect("a folder");
    }
    std::os::unix::fs::symlink("nowhere", here.path().join("M/cur/1767700800.M1.mx:2,S")).expect("a link");
    let told = run(here.path(), ["check", "M", "-o", "r.csv"]);
    fails_with(&told, &["`M/cur/1767700800.M1.mx:2,S`: can't be opened"]);
    assert_eq!(std::fs::read(here.path().join("r.csv")).expect("the report"), OLD_REPORT.as_bytes());
    std::fs::remove_file(here.path().join("M/cur/1767700800.M1.mx:2,S")).expect("removed");
    fails_with(&run(here.path(), ["check", "M", "-o", "r.csv"]), &["`M`: is empty"]);
    put(&here.path().join("a.mbox"), &promotion(1, "Shop <news@shop.example>", "1@shop.example"));
    let told = run(here.path(), ["check", "M", "a.mbox", "-o", "r.csv"]);
    assert!(told.status == 0 && told.err.starts_with("1 message read from 2 mailboxes"), "{}", told.err);
}

#[test]
fn a_time_of_delivery_stands_behind_received_and_before_date() {
    let here = tempfile::tempdir().expect("a folder");
    let text = "Date: Thu, 1 Jan 2026 10:00:00 +0000\nFrom: Shop <news@shop.example>\nTo: robin@home.example\nSubject: Sale: 20% off today only\nList-Unsubscribe: <https://shop.example/u>\nPrecedence: bulk\nMessage-ID: <1@shop.example>\n\nShop now, 20% off.\n";
    put(&here.path().join("M/cur/1767700800.M1.mx:2,S"), text);
    let apple = emlx(text, "<key>date-received</key><real>1767700800.5</real>");
    put(&here.path().join("1.emlx"), &String::from_utf8(apple).expect("UTF-8"));
    for mailbox in ["M", "1.emlx"] {
        assert_eq!(value(&check(here.path(), &[mailbox]).out, "first_message"), "2026-01-06", "{mailbox}");
    }
}

#[test]
fn names_of_folders_say_what_is_sent_or_spam() {
    let here = tempfile::tempdir().expect("a folder");
    let text = promotion(3, "Shop <news@shop.example>", "3@shop.example");
    let text = text.split_once('\n').expect("a line").1;
    for (place, words) in [
        ("P/Sent.sbd/2025/1.eml", "1 by the owner"),
        ("P/.INBOX.Gesendet/cur/1.M.mx", "1 by the owner"),
        ("P/.Entw&APw-rfe/cur/1.M.mx", "1 drafts or chats"),
        ("P/Junk E-mail/7", "1 spam or unverified"),
        ("P/inbox/Sent.eml", "1 marketing"),
    ] {
        put(&here.path().join(place), text);
        let told = check(here.path(), &["P"]);
        assert!(
            told.err.contains(&format!("1 message read from 1 mailbox: {words}")),
            "{place}: {}",
            told.err
        );
        std::fs::remove_dir_all(here.path().join("P")).expect("removed");
    }
    create_dir_all(here.path().join("Sent/inbox")).expect("a folder");
    put(&here.path().join("Sent/inbox/1.eml"), text);
    let told = check(here.path(), &["Sent/inbox"]);
    assert!(told.err.contains("1 marketing"), "what lies above what was named says nothing: {}", told.err);
}

#[test]
fn blocked_addresses_show_in_the_reason_and_vaults_counts_are_held_against_what_was_read() {
    let mail = (1..29)
        .map(|day| promotion(day, "Shop <News@shop.example>", &format!("{day}@shop.example")))
        .collect::<String>();
    let blocked = br#"{"addresses": ["news@shop.example", "other@shop.example"]}"#;
    let members: [(&str, &[u8]); 3] = [
        ("Takeout/E-Mail/Alle E-Mails.mbox", mail.as_bytes()),
        ("Takeout/E-Mail/Nutzereinstellungen/Blockierte Adressen.json", blocked),
        ("export-results-count.csv", b"Account,Count\nrobin@home.example,30\n"),
    ];
    let here = folder(&[("t.zip", &zipped(&members)), ("t.tgz", &gzip(&tarred(&members[..2])))]);
    let told = check(here.path(), &["t.zip"]);
    assert!(
        value(&told.out, "reason").contains("; the owner blocked this sender; no consent list"),
        "{}",
        told.out
    );
    assert!(
        told.err.contains("note: `t.zip`: its own list speaks of 30 messages, 28 were read"),
        "{}",
        told.err
    );
    assert_eq!(told.status, 0);
    let told = check(here.path(), &["t.tgz"]);
    assert!(
        told.out.contains("the owner blocked this sender") && !told.err.contains("note:"),
        "{}",
        told.err
    );
}

#[test]
fn outlook_items_are_read_as_the_mail_that_they_were() {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    // 2026-01-06T12:00:00Z in steps of 100 ns since 1601.
    let delivered = (1_767_700_800 + 11_644_473_600) * 10_000_000;
    let without_header = compound(
        &[
            ("001A001F", wide("IPM.Note")),
            ("0C1A001F", wide("Stride \"Outlet\"")),
            ("5D01001F", wide("news@stride-outlet.example")),
            ("0037001F", wide("Sale: 20% off\r\nBcc: x")),
            ("1000001F", wide("Shop now, 20% off. Unsubscribe: https://stride-outlet.example/u")),
        ],
        &[(0x0E06_0040, delivered), (0x0E07_0003, 1)],
    );
    let contact = compound(&[("001A001F", wide("IPM.Contact"))], &[]);
    let here = folder(&[("sale.msg", &without_header), ("ann.msg", &contact), ("word.doc", &contact[..600])]);
    let told = check(here.path(), &["sale.msg"]);
    assert_eq!(value(&told.out, "first_message"), "2026-01-06");
    assert_eq!(
        (value(&told.out, "sender_name"), value(&told.out, "unread_share")),
        ("Stride Outlet".into(), "0.00".into())
    );
    fails_with(&check(here.path(), &["ann.msg"]), &["`ann.msg`: is an Outlook item, but no mail"]);
    fails_with(
        &check(here.path(), &["word.doc"]),
        &["`word.doc`: is not an Outlook message that can be read"],
    );
    let told = check(here.path(), &["."]);
    assert!(told.status == 0 && told.err.contains("2 other files"), "{}", told.err);
}
