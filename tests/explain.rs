//! `explain` over the bundled mailboxes, with the expected texts in `fixtures/explain`.
//!
//! `UPDATE_FIXTURES=1 cargo test --test explain` writes the expectations anew: read the difference before you
//! commit it.

mod common;

use common::{folder, promotion, run};
use std::path::{Path, PathBuf};

/// Expected text, mailbox, sender, and what else is on the command line.
const TOLD: [(&str, &str, &str, &[&str]); 8] = [
    ("a-flagged-shop", "a-shop-mails-every-day-though-no-box-was-ticked", "Stride-Outlet.example", &[]),
    ("a-weekly-letter", "a-shop-mails-every-day-though-no-box-was-ticked", "paper-loom.example", &[]),
    ("mail-after-an-opt-out", "an-opt-out-by-mail-counts-after-ten-days-of-grace", "oak-toys.example", &[]),
    ("consent-by-list", "a-consent-list-is-held-against-every-message", "birch-books.example", &[]),
    ("a-policy-of-ones-own", "a-policy-of-ones-own-gives-its-own-verdicts", "alder-sports.example", &[]),
    ("a-change-of-pace", "a-weekly-letter-that-turns-daily-shows-since-when", "larch-prints.example", &[]),
    ("other-mail-only", "broken-messages-are-counted-with-their-reason", "group.example", &[]),
    (
        "spam-and-copies",
        "gmail-labels-tell-what-was-read-deleted-spam-or-sent",
        "lichtblick-lampen.example",
        &[],
    ),
];

/// The mailbox and the options of a bundled case, without those that only `check` has.
fn inputs(mailbox: &Path) -> Vec<String> {
    let mut given = common::arguments(mailbox).into_iter().skip(1);
    let mut kept = Vec::new();
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--all" | "--raw" | "--bom" => {}
            "--delimiter" => drop(given.next()),
            _ => kept.push(argument),
        }
    }
    kept
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

#[test]
fn every_text_is_as_expected_and_fits_a_terminal() {
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    for (name, mailbox, sender, more) in TOLD {
        let mailbox = fixtures().join("cases").join(mailbox).with_extension("mbox");
        let mut arguments = vec!["explain".to_string(), "--sender".to_string(), sender.to_string()];
        arguments.extend(inputs(&mailbox));
        arguments.extend(more.iter().map(|word| (*word).to_string()));
        let told = run(mailbox.parent().expect("a folder"), &arguments);
        assert_eq!((told.status, told.err.as_str()), (0, ""), "{name}");
        let wide = told.out.lines().find(|line| line.chars().count() > 100);
        assert_eq!(wide, None, "{name}");
        let path = fixtures().join("explain").join(name).with_extension("txt");
        if update {
            std::fs::write(&path, told.out).expect("the expectation is written");
        } else {
            assert_eq!(told.out, std::fs::read_to_string(&path).unwrap_or_default(), "{name}");
        }
    }
}

#[test]
fn json_agrees_with_the_report() {
    for mailbox in common::cases() {
        let here = mailbox.parent().expect("a folder");
        let inputs = inputs(&mailbox);
        let report = run(here, ["check", "--all"].into_iter().chain(inputs.iter().map(String::as_str))).out;
        let mut csv = csv::Reader::from_reader(report.as_bytes());
        let header = csv.headers().expect("a header").clone();
        for row in csv.records().map(|row| row.expect("a row")) {
            let cell = |name: &str| {
                let at = header.iter().position(|column| column == name).expect("a column");
                row[at].to_string()
            };
            // A row over several senders is explained with each of them.
            if matches!(cell("grouped_by").as_str(), "group" | "all") {
                continue;
            }
            let asked = ["explain", "--format", "json", "--sender", &row[2], "--customer", &row[4]];
            let told = run(here, asked.into_iter().chain(inputs.iter().map(String::as_str)));
            assert_eq!(told.status, 0, "{}: {}", mailbox.display(), told.err);
            let json: serde_json::Value = serde_json::from_str(&told.out).expect("JSON");
            let pair = &json["pairs"][0];
            assert_eq!(json["pairs"].as_array().map(Vec::len), Some(1));
            for number in ["marketing_messages", "unconsented_messages", "active_days"] {
                assert_eq!(pair[number].to_string(), cell(number), "{number}");
            }
            for number in [
                "undecided_messages",
                "rank",
                "ranked",
                "days_per_week",
                "days_per_week_before",
                "unread_run",
                "messages_a_year",
            ] {
                assert_eq!(pair[number].to_string().replace("null", ""), cell(number), "{number}");
            }
            for text in ["verdict", "sender", "customer", "cadence", "flagged_on", "changed_on", "reason"] {
                assert_eq!(pair[text].as_str().unwrap_or(""), cell(text), "{text}");
            }
            assert_eq!(pair["peak"]["days"].as_u64().unwrap_or(0).to_string(), cell("peak_days"));
            assert_eq!(pair["peak"]["first"].as_str().unwrap_or(""), cell("peak_start"));
            assert_eq!(pair["flagged"].as_bool(), Some(cell("flagged") == "yes"));
            let messages = pair["messages"].as_array().expect("messages");
            let marketing = messages.iter().filter(|message| message["counted_as"] == "marketing").count();
            assert_eq!(marketing.to_string(), cell("marketing_messages"));
            let decides = pair["rules"].as_array().into_iter().flatten();
            let decides = decides.filter(|rule| rule["outcome"] == "decides").count();
            assert_eq!(
                decides,
                usize::from(cell("verdict") != "not-marketing" && !cell("verdict").is_empty())
            );
        }
    }
}

#[test]
fn the_rule_that_flagged_first_is_named_though_another_decides() {
    let list = b"sender,customer,event,date\nshop.example,*,withdrawn,2026-01-03\n";
    let here = folder(&[("a.mbox", shop().as_bytes()), ("list.csv", list)]);
    let inputs = ["a.mbox", "--consent", "list.csv"];
    let report = run(here.path(), [&["check"], inputs.as_slice()].concat()).out;
    let mut csv = csv::Reader::from_reader(report.as_bytes());
    let at = |name: &str| mailfatigue::report::COLUMNS.iter().position(|column| column.name == name);
    let row = csv.records().next().expect("a row").expect("a row");
    let cell = |name: &str| &row[at(name).expect("a column")];
    assert_eq!((cell("verdict"), cell("flagged_on")), ("daily-unconsented", "2026-01-15"));

    let explain = [&["explain", "--sender", "shop.example"], inputs.as_slice()].concat();
    let told = run(here.path(), &explain).out;
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("First to be flagged on 2026-01-15, by the rule after-opt-out."), "{told}");
    assert!(words.contains("2. after-opt-out: holds too; a rule above it decides"), "{told}");
    assert!(words.contains("enough for the first time on 2026-01-15."), "{told}");
    assert!(words.contains("Not asked any more: daily-consented, unconsented, consented."), "{told}");

    let told = run(here.path(), [explain.as_slice(), &["--format", "json"]].concat()).out;
    let json: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let pair = &json["pairs"][0];
    assert_eq!((&pair["flagged_on"], &pair["flagged_by"]), (&"2026-01-15".into(), &"after-opt-out".into()));
    let outcome = |at: usize| pair["rules"][at]["outcome"].as_str();
    assert_eq!([outcome(0), outcome(1), outcome(2)], [Some("decides"), Some("holds-too"), Some("not-asked")]);
}

fn shop() -> String {
    (1..=28)
        .map(|day| promotion(day, "Shop <news@mail.shop.example>", &format!("m{day}@shop.example")))
        .collect()
}

#[test]
fn a_sender_is_found_by_its_name_address_or_domain() {
    let here = folder(&[("a.mbox", shop().as_bytes())]);
    for name in ["SHOP.example", "news@Mail.shop.example", "mail.shop.example", " shop.example"] {
        let told =
            run(here.path(), ["explain", "a.mbox", "--sender", name, "--customer", "Robin+x@Home.example"]);
        assert!(
            told.status == 0 && told.out.starts_with("shop.example (Shop) to robin@home.example\n"),
            "{name}"
        );
    }
}

/// Four senders: two whose domains share a word, one with a display name of its own, one person.
fn market() -> String {
    [
        ("Stride Outlet <news@mail.stride-outlet.example>", 3),
        ("The Strider <hello@strider.example>", 2),
        ("Paper &amp Loom <letter@loom.example>", 1),
        ("Anna <anna@gmail.com>", 1),
    ]
    .iter()
    .zip(1..)
    .flat_map(|((from, count), first)| {
        (0..*count).map(move |n| promotion(first * 5 + n, from, &format!("{first}-{n}@x.example")))
    })
    .collect()
}

#[test]
fn a_sender_is_found_by_its_display_name_and_by_a_part_of_its_domain() {
    let here = folder(&[("a.mbox", market().as_bytes())]);
    for (wanted, found) in [
        ("stride outlet", "stride-outlet.example"),
        (" PAPER &AMP LOOM ", "loom.example"),
        ("outlet", "stride-outlet.example"),
        ("Stride-", "stride-outlet.example"),
        ("strider", "strider.example"),
        ("paper", "loom.example"),
        ("gmail", "anna@gmail.com"),
    ] {
        let told = run(here.path(), ["explain", "a.mbox", "--sender", wanted]);
        assert!(told.status == 0 && told.out.starts_with(&format!("{found} (")), "{wanted}: {}", told.err);
    }
}

#[test]
fn several_senders_of_that_name_are_listed() {
    let here = folder(&[("a.mbox", market().as_bytes())]);
    let told = run(here.path(), ["explain", "a.mbox", "--sender", "stride"]);
    assert_eq!((told.status, told.out.as_str()), (2, ""));
    assert_eq!(
        told.err,
        "error: --sender: `stride` means 2 senders\n  \
         stride-outlet.example (Stride Outlet): 3 messages\n  \
         strider.example (The Strider): 2 messages\n\
         hint: give the full name of one of them\n"
    );
    let many: String =
        (1..=12).map(|n| promotion(n, &format!("S <a@s{n}.example>"), &format!("{n}@x.example"))).collect();
    let here = folder(&[("a.mbox", many.as_bytes())]);
    let told = run(here.path(), ["explain", "a.mbox", "--sender", "example"]);
    assert!(told.err.contains("means 12 senders") && told.err.contains("\n  and 2 more\n"), "{}", told.err);
}

#[test]
fn a_misspelt_sender_brings_up_the_nearest() {
    let here = folder(&[("a.mbox", market().as_bytes())]);
    for (wanted, hint) in [
        ("strde outlt", "did you mean `stride-outlet.example`?"),
        ("outlett", "did you mean `stride-outlet.example`?"),
        ("loon.example", "did you mean `loom.example`?"),
        ("anna@gmial.com", "did you mean `anna@gmail.com`?"),
        (
            "qqqqqq",
            "mail from `stride-outlet.example`, `strider.example`, `anna@gmail.com` and `loom.example`",
        ),
        ("x\u{1b}[31m", "no sender named `x[31m`"),
    ] {
        let told = run(here.path(), ["explain", "a.mbox", "--sender", wanted]);
        assert!(told.status == 2 && told.err.contains(hint), "{wanted}: {}", told.err);
    }
    let many: String =
        (1..=9).map(|n| promotion(n, &format!("S <a@s{n}.example>"), &format!("{n}@x.example"))).collect();
    let here = folder(&[("a.mbox", many.as_bytes())]);
    let told = run(here.path(), ["explain", "a.mbox", "--sender", "qqqqqq"]);
    let hint = "most mail is from `s1.example`, `s2.example`, `s3.example`, `s4.example` and `s5.example`;";
    assert!(told.err.contains(hint), "{}", told.err);
}

#[test]
fn a_sender_that_is_not_there_is_an_error_with_its_neighbours() {
    let here = folder(&[("a.mbox", shop().as_bytes()), ("empty", b"")]);
    for (arguments, words) in [
        (["a.mbox", "--sender", "shpo.example"].as_slice(), "did you mean `shop.example`?"),
        (&["a.mbox", "--sender", "zzz"], "there is mail from `shop.example`"),
        (&["a.mbox", "--sender", ""], "there is mail from `shop.example`"),
        (&["empty", "--sender", "x.example"], "contain no message"),
        (&["a.mbox", "--sender", "shop.example", "--customer", "robn@home.example"], "`robin@home.example`"),
        (&["missing.mbox", "--sender", "shop.example"], "missing.mbox"),
        (&["a.mbox", "--sender", "shop.example", "--timezone", "Mars"], "unknown time zone"),
        (&["a.mbox"], "--sender"),
        (&["a.mbox", "--sender", "shop.example", "--format", "xml"], "json"),
    ] {
        let told = run(here.path(), [&["explain"], arguments].concat());
        assert_eq!((told.status, told.out.as_str()), (2, ""), "{arguments:?}");
        assert!(told.err.contains(words) && !told.err.contains("panicked"), "{arguments:?}: {}", told.err);
    }
}

#[test]
fn one_unreadable_mailbox_leaves_the_explanation_over_the_others() {
    let here = folder(&[("a.mbox", shop().as_bytes())]);
    let told = run(here.path(), ["explain", "a.mbox", "missing.mbox", "--sender", "shop.example"]);
    assert_eq!(told.status, 2);
    assert!(told.err.contains("missing.mbox") && told.out.contains("daily-unconsented"), "{}", told.err);
}

#[test]
fn what_would_change_the_verdict_does() {
    let here = folder(&[
        ("a.mbox", shop().as_bytes()),
        ("late.csv", b"sender,customer,event,date\nshop.example,*,granted,2026-01-25\n"),
        ("early.csv", b"sender,customer,event,date\nshop.example,*,granted,2026-01-24\n"),
    ]);
    let told = run(here.path(), ["explain", "a.mbox", "--sender", "shop.example"]).out;
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("`granted` dated 2026-01-06 to 2026-01-24: `unconsented` (no flag)"), "{words}");
    let verdict = |list| {
        let told = run(here.path(), ["explain", "a.mbox", "--sender", "shop.example", "--consent", list]).out;
        told.lines().find(|line| line.starts_with("Verdict: ")).map(str::to_string)
    };
    assert_eq!(verdict("late.csv").as_deref(), Some("Verdict: daily-unconsented (flagged)"));
    assert_eq!(verdict("early.csv").as_deref(), Some("Verdict: unconsented (not flagged)"));
}

#[test]
fn subjects_can_do_a_terminal_no_harm() {
    let evil = promotion(3, "Shop <news@shop.example>", "evil@shop.example")
        .replace("Sale: 20% off today only", "=?utf-8?Q?Sale=1B[2J_20%_off_=E2=80=AEonly?=");
    let here = folder(&[("a.mbox", evil.as_bytes())]);
    for format in ["text", "json"] {
        let told = run(here.path(), ["explain", "a.mbox", "--sender", "shop.example", "--format", format]);
        assert!(told.out.contains("Sale[2J 20% off only"), "{}", told.out);
        assert!(!told.out.contains(['\u{1b}', '\u{202e}']));
    }
}
