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
