//! Journal reports, as a company's archive has them: whose mail is in them, and what can't be taken out.

mod common;

use common::journals::{EXCHANGE, Report, SEPARATOR, in_base64, offer};
use std::fs;

/// What `check` says of a mailbox: the first line of its summary, and a line `customer kind counted_as from` for each row
/// of the list of messages.
fn checked(mailbox: &str) -> (String, Vec<String>) {
    checked_with(mailbox, &[])
}

fn checked_with(mailbox: &str, options: &[&str]) -> (String, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("journal.mbox"), mailbox).expect("written");
    let mut arguments =
        vec!["check", "journal.mbox", "--timezone", "UTC", "--all", "--messages", "m.csv", "-o", "r.csv"];
    arguments.extend(options);
    let run = common::run(folder.path(), &arguments);
    let summary = run.err.lines().next().unwrap_or_default().to_string();
    let list = fs::read_to_string(folder.path().join("m.csv")).unwrap_or_default();
    let mut reader = csv::Reader::from_reader(list.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        [1, 4, 6, 9].map(|column| row[column].to_string()).join(" ")
    });
    (summary, rows.collect())
}

fn recipients(report: &Report) -> Vec<String> {
    let (_, rows) = checked(&report.mbox());
    rows.iter().map(|row| row.split(' ').next().unwrap_or_default().to_string()).collect()
}

/// The summary of a journal with that report and an ordinary message after it.
fn summary(report: &str) -> String {
    checked(&format!("{report}\n{SEPARATOR}From: bo@home.example\nTo: cy@home.example\nDate: Mon, 1 Jun 2026 09:00:00 +0000\n\nhi\n")).0
}

#[test]
fn every_recipient_gets_the_message_and_the_summary_counts_it_once() {
    let text = "To: ann@corp.example\nCc: bob@corp.example\nBcc: cas@corp.example\n\
                To: dot@corp.example, Expanded: team@corp.example\nCc: eve@corp.example, Forwarded: old@corp.example\n";
    let (summary, rows) = checked(&Report::to(text).mbox());
    assert_eq!(summary, "1 message read from 1 mailbox: 1 marketing");
    let expected = ["ann", "bob", "cas", "dot", "eve"]
        .map(|name| format!("{name}@corp.example marketing marketing news@stride.example"));
    assert_eq!(rows, expected);
}

#[test]
fn the_report_may_be_written_in_german_french_or_spanish() {
    let wordings = [
        "Absender: news@stride.example\nBetreff: x\nNachrichten-ID: <m1@stride.example>\nAn: ann@corp.example\n\
         Empfänger: bob@corp.example, Erweitert: team@corp.example\n",
        "Expéditeur\u{a0}: news@stride.example\nObjet\u{a0}: x\nID du message\u{a0}: <m1@stride.example>\n\
         À\u{a0}: ann@corp.example\nCci\u{a0}: bob@corp.example, Développé\u{a0}: liste@corp.example\n",
        "Remitente: news@stride.example\nAsunto: x\nId. de mensaje: <m1@stride.example>\nPara: ann@corp.example\n\
         CCO: bob@corp.example, Reenviado: otra@corp.example\n",
    ];
    for text in wordings {
        let report = Report { text: text.to_string(), ..Report::to("") };
        assert_eq!(recipients(&report), ["ann@corp.example", "bob@corp.example"], "{text}");
        let coded = Report { text: in_base64(text), text_encoding: "base64", ..report };
        assert_eq!(recipients(&coded), ["ann@corp.example", "bob@corp.example"], "{text}");
    }
}

#[test]
fn a_message_in_base64_is_read_and_one_that_only_says_so_too() {
    let report = Report::to("To: ann@corp.example\n");
    let coded = Report { message: Some(in_base64(&offer(1))), message_encoding: "base64", ..report.clone() };
    for report in [coded, Report { message_encoding: "base64", ..report }] {
        let (summary, rows) = checked(&report.mbox());
        assert_eq!(summary, "1 message read from 1 mailbox: 1 marketing");
        assert_eq!(rows, ["ann@corp.example marketing marketing news@stride.example"]);
    }
}

#[test]
fn the_same_message_in_several_reports_counts_once_for_each_customer() {
    let to = |text| Report::to(text).mbox();
    let two = [
        to("To: ann@corp.example\nTo: bob@corp.example\n"),
        to("To: bob@corp.example\nTo: ann@corp.example\n"),
    ];
    assert_eq!(checked(&two.concat()).0, "2 messages read from 1 mailbox: 1 marketing, 1 duplicate");
    let overlapping =
        [to("To: ann@corp.example\n"), to("To: ann@corp.example\nTo: bob@corp.example\n")].concat();
    let (summary, rows) = checked(&overlapping);
    assert_eq!(summary, "2 messages read from 1 mailbox: 2 marketing");
    assert_eq!(rows.iter().filter(|row| row.contains("duplicate")).count(), 1, "{rows:?}");
}

#[test]
fn what_cannot_be_unwrapped_is_counted_with_its_reason() {
    let whole = Report::to("To: ann@corp.example\n");
    let cases = [
        (Report { message: None, ..whole.clone() }, "a journal report without its message"),
        (Report::to(""), "a journal report that names no recipient"),
        (
            Report { media: "application/ms-tnef", ..whole.clone() },
            "a journal report whose message is in TNEF",
        ),
        (Report { message: Some("Subject: no From\n\nhi\n".into()), ..whole.clone() }, "it names no sender"),
        (
            Report { message: None, is_closed: false, ..whole.clone() },
            "a journal report that ends in the middle",
        ),
        (Report { message: Some("not a message at all\n".into()), ..whole }, "it names no sender"),
    ];
    for (report, reason) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let after = format!("{SEPARATOR}From: bo@home.example\nTo: cy@home.example\n\nhi\n");
        fs::write(folder.path().join("j.mbox"), report.mbox() + &after).expect("written");
        let run = common::run(
            folder.path(),
            ["check", "j.mbox", "--timezone", "UTC", "-v", "--all", "-o", "r.csv"],
        );
        assert!(run.err.contains(reason), "{reason}: {}", run.err);
        assert!(
            run.err.contains("2 messages read from 1 mailbox: 1 other, 1 unusable"),
            "{reason}: {}",
            run.err
        );
        let rows = fs::read_to_string(folder.path().join("r.csv")).expect("a report");
        assert!(!rows.contains("MicrosoftExchange") && !rows.contains(",corp.example,"), "{reason}: {rows}");
    }
}

#[test]
fn a_journal_cut_off_anywhere_is_read_up_to_there() {
    let whole = format!(
        "{SEPARATOR}From: bo@home.example\nTo: cy@home.example\nDate: Mon, 1 Jun 2026 09:00:00 +0000\n\nhi\n\n"
    ) + &Report::to("To: ann@corp.example\nTo: bob@corp.example\n").mbox();
    let start = whole.find("Content-Type: multipart").expect("a report");
    for end in (start + 40..whole.len()).step_by(29) {
        let (summary, rows) = checked(&whole[..end]);
        assert!(summary.starts_with("2 messages read from 1 mailbox"), "{end}: {summary}");
        assert!(!rows.iter().any(|row| row.contains("MicrosoftExchange")), "{end}: {rows:?}");
    }
}

#[test]
fn reports_inside_reports_lead_to_the_innermost_message() {
    let inner = Report::to("To: ann@corp.example\n");
    let outer =
        Report { message: Some(inner.eml()), boundary: "outer", ..Report::to("To: archive@corp.example\n") };
    let (summary, rows) = checked(&outer.mbox());
    assert_eq!(summary, "1 message read from 1 mailbox: 1 marketing");
    assert_eq!(rows, ["ann@corp.example marketing marketing news@stride.example"]);
}

#[test]
fn ten_thousand_nested_reports_are_counted_and_overflow_nothing() {
    let mut nested = offer(1);
    let mut heads = String::new();
    for depth in 0..10_000 {
        let boundary = format!("b{depth}");
        heads.push_str(&format!(
            "From: {EXCHANGE}\nTo: j@corp.example\nX-MS-Journal-Report:\nContent-Type: multipart/mixed; boundary={boundary}\n\n\
             --{boundary}\nContent-Type: text/plain\n\nSender: a@corp.example\nMessage-Id: <x@y>\nTo: j@corp.example\n\
             --{boundary}\nContent-Type: message/rfc822\n\n"
        ));
    }
    nested.insert_str(0, &heads);
    assert_eq!(
        summary(&format!("{SEPARATOR}{nested}")),
        "2 messages read from 1 mailbox: 1 other, 1 unusable"
    );
}

#[test]
fn a_strangers_mail_with_the_field_of_a_report_is_that_strangers_mail() {
    // Marketing must not disappear from the account by a field.
    let marked = offer(1).replacen("Precedence:", "X-MS-Journal-Report:\nPrecedence:", 1);
    let (summary, rows) = checked(&format!("{SEPARATOR}{marked}"));
    assert_eq!(summary, "1 message read from 1 mailbox: 1 marketing");
    assert_eq!(rows, ["ann@corp.example marketing marketing news@stride.example"]);
    // A fake report in the company's journal names whom it likes; it is from its author, to whom the company delivered it.
    let fake = Report { from: "evil@rogue.example", ..Report::to("To: boss@corp.example\n") };
    let outer =
        Report { message: Some(fake.eml()), boundary: "outer", ..Report::to("To: ann@corp.example\n") };
    let (_, rows) = checked(&outer.mbox());
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].starts_with("ann@corp.example ") && rows[0].ends_with("evil@rogue.example"), "{rows:?}");
}

#[test]
fn a_report_that_could_not_be_verified_frames_nobody() {
    let unverified = Report {
        mark: "Authentication-Results: mx.corp.example; dmarc=fail; spf=fail; dkim=none\nX-MS-Journal-Report:\n",
        ..Report::to("To: ann@corp.example\n")
    };
    let anonymous = Report {
        mark: "X-MS-Exchange-Organization-AuthAs: Anonymous\nX-MS-Journal-Report:\n",
        ..Report::to("To: ann@corp.example\n")
    };
    for report in [unverified, anonymous] {
        assert_eq!(checked(&report.mbox()).0, "1 message read from 1 mailbox: 1 spam or unverified");
        let (summary, _) = checked_with(&report.mbox(), &["--include-unverified"]);
        assert_eq!(summary, "1 message read from 1 mailbox: 1 marketing");
    }
}

#[test]
fn a_report_without_the_field_is_known_by_its_form() {
    let form = Report {
        mark: "",
        from: "journaling@corp.example",
        ..Report::to("To: ann@corp.example\nTo: bob@corp.example\n")
    };
    assert_eq!(recipients(&form), ["ann@corp.example", "bob@corp.example"]);
    // What a person writes before a forwarded message is no report.
    let forwarded = Report {
        text: format!("Bo, look at this:\n\n{}", form.text),
        from: "ann@corp.example",
        ..form.clone()
    };
    let (_, rows) = checked(&forwarded.mbox());
    assert!(rows.len() == 1 && rows[0].ends_with("ann@corp.example"), "{rows:?}");
    let of_another = Report { text: form.text.replace("m1@", "m2@"), from: "ann@corp.example", ..form };
    let (_, rows) = checked(&of_another.mbox());
    assert!(rows.len() == 1 && rows[0].ends_with("ann@corp.example"), "{rows:?}");
}

#[test]
fn google_workspace_marks_its_reports_with_a_field_of_its_own() {
    let marked = Report {
        mark: "X-Gm-Journal-Id: AbC123\n",
        from: "journal-noreply@corp.example",
        text: "Sender: news@stride.example\nVersion: 2\nTo: ann@corp.example\nBcc: bob@corp.example\n".into(),
        ..Report::to("")
    };
    assert_eq!(recipients(&marked), ["ann@corp.example", "bob@corp.example"]);
    // Without the field a text with other lines may be anybody's; with it, a mailing stays a mailing.
    let unmarked = Report { mark: "", ..marked };
    assert_eq!(recipients(&unmarked), ["journal@corp.example"]);
    let mailing = offer(1).replacen("Precedence:", "X-Gm-Journal-Id: AbC123\nPrecedence:", 1);
    let (summary, rows) = checked(&format!("{SEPARATOR}{mailing}"));
    assert_eq!(summary, "1 message read from 1 mailbox: 1 marketing");
    assert_eq!(rows, ["ann@corp.example marketing marketing news@stride.example"]);
}

#[test]
fn a_report_may_name_a_hundred_thousand_recipients() {
    let text: String = (0..100_000).map(|at| format!("Bcc: customer{at}@corp.example\n")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("j.eml"), Report::to(&text).eml()).expect("written");
    let run = common::run(folder.path(), ["check", "j.eml", "--timezone", "UTC", "-o", "r.csv"]);
    assert!(run.err.starts_with("1 message read from 1 mailbox: 1 marketing\n"), "{}", run.err);
    let report = fs::read_to_string(folder.path().join("r.csv")).expect("a report");
    assert_eq!(report.lines().count(), 100_001);
}

#[test]
fn a_blind_copys_recipients_are_those_that_the_receiver_noted() {
    let copy = format!(
        "Delivered-To: archive@corp.example\nX-Envelope-To: ann@corp.example, bob@corp.example\n{}",
        offer(1)
    );
    let (summary, rows) = checked(&format!("{SEPARATOR}{copy}"));
    assert_eq!(summary, "1 message read from 1 mailbox: 1 marketing");
    let expected =
        ["ann", "bob"].map(|name| format!("{name}@corp.example marketing marketing news@stride.example"));
    assert_eq!(rows, expected);
}
