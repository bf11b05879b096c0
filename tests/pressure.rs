//! Contact pressure: rows over the brands of a group and over all senders, and where they show.

mod common;

use common::{daily, fails_with, folder, run};
use std::path::{Path, PathBuf};

const CASE: &str = "brands-of-one-group-and-all-senders-press-one-customer";

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases")
}

/// A run of a command over the bundled case.
fn pressed(command: &str, more: &[&str]) -> common::Run {
    let file = |ending: &str| format!("{CASE}.{ending}");
    let (mbox, policy, brands) = (file("mbox"), file("policy.toml"), file("brands.toml"));
    let given = [command, &mbox, "--policy", &policy, "--brands", &brands, "--timezone", "UTC"];
    run(&cases(), [&given, more].concat())
}

#[test]
fn rows_over_several_senders_stand_outside_rank_load_and_counts() {
    let told = pressed("check", &[]);
    let mut csv = csv::Reader::from_reader(told.out.as_bytes());
    let names = csv.headers().expect("a header").clone();
    let rows: Vec<csv::StringRecord> = csv.records().map(|row| row.expect("a row")).collect();
    let cell = |row: &csv::StringRecord, name: &str| {
        row.get(names.iter().position(|column| column == name).expect("a column"))
            .expect("a cell")
            .to_string()
    };
    let over: Vec<&csv::StringRecord> =
        rows.iter().filter(|row| ["group", "all"].contains(&cell(row, "grouped_by").as_str())).collect();
    assert_eq!(over.len(), 4, "two customers, each over the group and over all:\n{}", told.out);
    for row in &over {
        for blank in ["rank", "ranked", "load_share", "consent", "sender_name"] {
            assert_eq!(cell(row, blank), "", "{blank}");
        }
    }
    let pairs: Vec<_> = rows.iter().filter(|row| !over.contains(row)).collect();
    assert_eq!(pairs.len(), 4);
    let of_robin = pairs.iter().filter(|row| cell(row, "customer") == "robin@home.example");
    assert!(of_robin.clone().all(|row| cell(row, "ranked") == "3"), "{}", told.out);
    // Counts of senders and pairs are those without these rows.
    assert!(told.err.contains("1 of 3 senders flagged (1 of 4 sender-customer pairs)"), "{}", told.err);
    let line = "contact pressure: 2 of 4 rows over several senders flagged: * to robin@home.example (4 messages in 7 \
        days), Upland Group to robin@home.example (3.5 hours apart)\n";
    assert!(told.err.contains(line), "{}", told.err);
}

#[test]
fn a_flag_over_several_senders_is_a_flag_for_the_status() {
    let here = folder(&[
        ("a.mbox", daily().as_bytes()),
        (
            "p.toml",
            b"[[rule]]\nverdict = \"too-much\"\nflag = true\nacross = \"all\"\nmessages = 8\nwindow = 7\n",
        ),
    ]);
    let many = run(here.path(), ["check", "a.mbox", "--policy", "p.toml", "--fail-on-flagged"]);
    assert_eq!(many.status, 0, "seven in a week: {}", many.err);
    let text = std::fs::read_to_string(here.path().join("p.toml")).expect("a policy").replace("= 8", "= 7");
    std::fs::write(here.path().join("p.toml"), text).expect("a policy");
    let many = run(here.path(), ["check", "a.mbox", "--policy", "p.toml", "--fail-on-flagged"]);
    assert_eq!(many.status, 1, "{}", many.err);
    assert!(many.err.contains("0 of 1 sender flagged"), "{}", many.err);
    assert!(many.out.contains("yes,too-much,*,,robin@home.example,"), "{}", many.out);
}

#[test]
fn the_page_the_workbook_and_explain_show_them() {
    let here = folder(&[]);
    let (page, book) = (here.path().join("p.html"), here.path().join("p.xlsx"));
    let outputs = ["--html", page.to_str().expect("UTF-8"), "--xlsx", book.to_str().expect("UTF-8")];
    let told = pressed("check", &outputs);
    assert_eq!(told.status, 0, "{}", told.err);
    let html = std::fs::read_to_string(&page).expect("a page");
    for words in [
        "<section id=\"pressure\"",
        "<bdi>All senders</bdi>",
        "<bdi>Upland Group</bdi>",
        "3.5 hours apart (2026-04-17) from 2 senders",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let why = pressed("explain", &["--sender", "Fjell", "--customer", "robin@home.example"]);
    assert_eq!(why.status, 0, "{}", why.err);
    for words in [
        "Contact pressure: what came from several senders together",
        "over the group Upland Group: too-close (flagged)",
        "over all senders: ",
    ] {
        assert!(why.out.contains(words), "{words}: {}", why.out);
    }
    assert!(
        !why.out.contains("1. too-close"),
        "a rule over several senders is none of a pair's: {}",
        why.out
    );
    let why = pressed("explain", &["--sender", "Fjell", "--customer", "trap@seeds.example"]);
    assert!(why.out.contains("any message to this customer, who must get none"), "{}", why.out);
    let none = run(
        here.path(),
        ["check", cases().join(format!("{CASE}.mbox")).to_str().expect("UTF-8"), "--html", outputs[1]],
    );
    assert_eq!(none.status, 0, "{}", none.err);
    assert!(!std::fs::read_to_string(&page).expect("a page").contains("id=\"pressure\""));
}

#[test]
fn redacted_rows_over_several_senders_name_no_customer_and_keep_their_own_name() {
    let told = pressed("check", &["--redact"]);
    assert_eq!(told.status, 0, "{}", told.err);
    for text in [&told.out, &told.err] {
        assert!(!text.contains("robin@") && !text.contains("trap@"), "{text}");
    }
    assert!(
        told.out.contains(",*,,customer-") && told.out.contains(",Upland Group,,customer-"),
        "{}",
        told.out
    );
}

#[test]
fn rows_over_several_senders_are_compared_with_the_last_run() {
    let here = folder(&[
        ("key", b"0123456789abcdef"),
        ("brands.toml", b"[[brand]]\nname = \"Shop\"\ndomains = [\"shop.example\"]\ngroup = \"Shop\"\n"),
        (
            "p.toml",
            b"[[rule]]\nverdict = \"too-much\"\nflag = true\nacross = \"all\"\nmessages = 28\n\
            [[rule]]\nverdict = \"some\"\nacross = \"brand-group\"\nmessages = 1\n[[rule]]\nverdict = \"mail\"\ndays = 1\n",
        ),
    ]);
    let night = |mailbox: &str, more: &[&str]| {
        std::fs::write(here.path().join("a.mbox"), mailbox).expect("a mailbox");
        let line =
            "check a.mbox --timezone UTC --policy p.toml --brands brands.toml --since-last s.json -o r.csv";
        let told = run(here.path(), line.split(' ').chain(more.iter().copied()));
        assert_eq!(told.status, 0, "{}", told.err);
        let report = std::fs::read_to_string(here.path().join("r.csv")).expect("the report");
        let mut rows: Vec<String> = report
            .lines()
            .skip(1)
            .map(|row| {
                let cells: Vec<&str> = row.split(',').collect();
                format!("{} {}", cells[2], cells[cells.len() - 1])
            })
            .collect();
        rows.sort();
        (rows, told.err)
    };
    let whole = daily();
    let day_less = whole.rfind("From MAILER-DAEMON").map_or("", |at| &whole[..at]);
    assert_eq!(night(day_less, &[]).0, ["* new", "Shop new", "Shop new"]);
    let (rows, said) = night(day_less, &["--only-changes"]);
    assert_eq!((rows.join(", "), said.as_str()), ("* ongoing, Shop ongoing, Shop ongoing".into(), ""));
    let (rows, said) = night(&whole, &[]);
    assert_eq!(rows, ["* worse", "Shop ongoing", "Shop ongoing"]);
    assert!(said.contains("1 newly flagged; 2 pairs as before"), "{said}");
    assert!(said.contains("newly flagged: all senders (28 of the last 28 days)"), "{said}");
    std::fs::write(here.path().join("p.toml"), "[[rule]]\nverdict = \"mail\"\ndays = 1\n").expect("a policy");
    let (rows, said) = night(&whole, &["--redact=key"]);
    assert_eq!(rows.len(), 1);
    assert!(said.contains("gone: all senders, the group Shop"), "{said}");
}

#[test]
fn rows_over_several_senders_are_explained_too() {
    let all = pressed("explain", &["--sender", "*", "--customer", "robin@home.example"]);
    assert_eq!(all.status, 0, "{}", all.err);
    for words in [
        "* to robin@home.example",
        "Verdict: too-much-in-all (flagged)",
        "Senders",
        "- paper-loom.example: 4 messages",
        "Days with marketing",
    ] {
        assert!(all.out.contains(words), "{words}: {}", all.out);
    }
    assert!(!all.out.contains("Consent on record"), "{}", all.out);
    let group = pressed("explain", &["--sender", "upland group"]);
    assert!(group.out.contains("Upland Group to robin@home.example"), "{}", group.out);
    assert!(group.out.contains("Upland Group to trap@seeds.example"), "{}", group.out);
    let json = pressed("explain", &["--sender", "*", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["pairs"].as_array().map(Vec::len), Some(2), "{json}");
    assert_eq!(json["pairs"][0]["senders"][0]["messages"], 5, "{json}");
    for (arguments, words) in [
        (&["--sender", "*", "--html", "p.html"][..], "a page is about one sender"),
        (&["--sender", "*", "--customer", "nobody@home.example"], "no row over several senders"),
    ] {
        fails_with(&pressed("explain", arguments), &[words]);
    }
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let none = run(here.path(), ["explain", "a.mbox", "--sender", "*"]);
    fails_with(&none, &["the policy has no rule that counts over all senders", "across = \"all\""]);
}

#[test]
fn a_rule_over_groups_needs_a_group() {
    let here = folder(&[
        ("a.mbox", daily().as_bytes()),
        ("p.toml", b"[[rule]]\nverdict = \"x\"\nacross = \"brand-group\"\nmessages = 2\n"),
    ]);
    let told = run(here.path(), ["check", "a.mbox", "--policy", "p.toml"]);
    fails_with(
        &told,
        &["`p.toml`: a rule counts across a brand-group, but no brand has a group", "--brands"],
    );
}
