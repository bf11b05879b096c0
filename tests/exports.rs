//! Consent exports as other systems write them: `fixtures/exports` has one of each preset, with invented people and real
//! header rows, beside the report that it gives. `UPDATE_FIXTURES=1 cargo test --test exports` writes the expectations anew.

mod common;

use mailfatigue::consent::ExportFormat;
use std::path::{Path, PathBuf};

fn exports() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/exports")
}

/// A run over the company's mailings with an export and its `.args`.
fn checked(name: &str, more: &[&str]) -> common::Run {
    let given = std::fs::read_to_string(exports().join(format!("{name}.args"))).expect("an .args file");
    let list = format!("fell-and-fjord.example={name}.csv");
    let mut arguments = vec!["check", "mailings.mbox", "--timezone", "Europe/Berlin", "--consent", &list];
    arguments.extend(given.lines());
    arguments.extend(more);
    common::run(&exports(), arguments)
}

#[test]
fn every_preset_reads_its_export_as_expected() {
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    for name in ExportFormat::preset_names() {
        let run = checked(name, &[]);
        assert_eq!(run.status, 0, "{name}: {}", run.err);
        let told = common::without_age(&run.err);
        for (ending, got) in [("report.csv", &run.out), ("summary.txt", &told)] {
            let path = exports().join(format!("{name}.{ending}"));
            if update {
                std::fs::write(&path, got).expect("the expectation is written");
            }
            let expected = std::fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(&expected, got, "{}", path.display());
        }
        let by_name = checked(name, &["--consent-format", name]);
        assert_eq!((by_name.status, by_name.out), (0, run.out), "{name}: {}", by_name.err);
    }
}

/// A map of one's own for an export of an invented shop system.
const MAP: &str = "\
title = \"Till, consent log\"
zone = \"America/New_York\"
customer = \"Mail\"
sender = \"Shop\"
purpose = \"For\"
only = [\"Newsletter\"]

[[event]]
column = \"What\"
date = \"When\"
words = { ja = \"granted\", nein = \"refused\", stop = \"withdrawn\", \"?\" = \"none\" }
";

/// Runs `check` over a month of daily mail of `shop.example` with a list and a map.
fn mapped(list: &[u8], map: &str, more: &[&str]) -> common::Run {
    let here = common::folder(&[
        ("a.mbox", common::daily().as_bytes()),
        ("list.csv", list),
        ("map.toml", map.as_bytes()),
    ]);
    let arguments = ["check", "a.mbox", "--consent", "list.csv", "--consent-map", "map.toml"];
    common::run(here.path(), [&arguments, more].concat())
}

#[test]
fn a_map_of_ones_own_says_what_columns_and_words_mean() {
    let list = "When;Mail;Shop;What;For\n\
        2026-01-10 23:30;robin@home.example;shop.example;STOP;Newsletter\n\
        2025-01-01 10:00;robin@home.example;shop.example;Ja;newsletter\n\
        2026-01-01 10:00;robin@home.example;shop.example;nein;Profiling\n";
    let run = mapped(list.as_bytes(), MAP, &["--timezone", "UTC"]);
    assert_eq!(run.status, 0, "{}", run.err);
    // Half past eleven in New York is the next day in UTC.
    assert!(run.out.contains(",withdrawn,2026-01-11,list.csv:2,"), "{}", run.out);
    assert!(run.err.contains("1 row of the consent list says nothing and was left out"), "{}", run.err);
    let run = mapped(list.as_bytes(), "format = \"onetrust\"\nonly = [\"Newsletter\"]\n", &[]);
    common::fails_with(&run, &["lacks the columns `Identifier` or `Data Subject Identifier`"]);
}

#[test]
fn the_map_in_the_readme_is_read() {
    let readme = include_str!("../README.md");
    let (_, below) = readme.split_once("<!-- consent map -->\n```toml\n").expect("a map");
    let map = below.split("```").next().expect("its end");
    let list = "Mail,Shop,For,Newsletter,Changed,First order\n\
        robin@home.example,shop.example,Newsletter,off,1/13/2026 11:30 PM,11/30/2025\n";
    let run = mapped(list.as_bytes(), map, &["--timezone", "UTC"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(
        run.out.contains(",withdrawn,2026-01-14,list.csv:2,") && run.out.contains(",2025-11-30,"),
        "{}",
        run.out
    );
}

#[test]
fn a_map_that_does_not_fit_names_the_columns_and_what_was_found() {
    let list = b"When,E-Mails,Shop,What\n2025-01-01,robin@home.example,shop.example,ja\n";
    let words = [
        "`list.csv` line 1: lacks the columns `Mail` and `For`, which the format map.toml has; found: `When`, \
         `E-Mails`, `Shop`, `What`",
        "correct the names of columns in map.toml",
    ];
    common::fails_with(&mapped(list, MAP, &[]), &words);
    let list = b"When,Mail,Shop,What,For\n2025-01-01,robin@home.example,shop.example,vielleicht,Newsletter\n";
    let words = [
        "`list.csv` line 2: unknown word `vielleicht` in the column `What`",
        "map.toml knows ?, ja, nein, stop; add it to the words there",
    ];
    common::fails_with(&mapped(list, MAP, &[]), &words);
    let list = b"When,Mail,What,For\n";
    let words = ["lacks the column `Shop`"];
    common::fails_with(&mapped(list, MAP, &["--consent-sender", "shop.example"]), &words);
}

#[test]
fn a_wrong_map_is_an_error_with_its_line() {
    let event = "[[event]]\ncolumn = \"What\"\n";
    for (map, words) in [
        (format!("custommer = \"Mail\"\n{event}"), ["line 1: unknown field `custommer`", "customer"]),
        (event.to_string(), ["names no column of customers", "customer = "]),
        ("customer = \"Mail\"\n".into(), ["says nothing about events", "[[event]]"]),
        (
            format!("customer = \"Mail\"\nzone = \"Mars/Base\"\n{event}"),
            ["line 2: unknown time zone `Mars/Base`", "IANA"],
        ),
        (
            format!("customer = \"Mail\"\ncharset = \"klingon\"\n{event}"),
            ["line 2: unknown charset `klingon`", "utf-8"],
        ),
        (format!("customer = \"Mail\"\ndates = \"ymd\"\n{event}"), ["line 2: unknown order `ymd`", "dmy"]),
        (format!("customer = \" \"\n{event}"), ["line 1: a column's name needs a letter or a digit", ""]),
        (format!("customer = [\"Mail\", \"#\"]\n{event}"), ["line 1: a column's name needs a letter", ""]),
        (format!("customer = []\n{event}"), ["line 1: a list of names is empty", ""]),
        (format!("customer = 3\n{event}"), ["line 1", "a column's name"]),
        (
            format!("format = \"mailchmp\"\n{event}"),
            ["line 1: unknown format `mailchmp`", "did you mean mailchimp?"],
        ),
        (format!("customer = \"Mail\"\nonly = [\"x\"]\n{event}"), ["`only` needs `purpose`", "purpose = "]),
        (
            format!("customer = \"Mail\"\n{event}words = {{ a = \"agreed\" }}\n"),
            ["line 4: unknown event `agreed`", "granted"],
        ),
        (
            format!(
                "customer = \"Mail\"\n{event}words = {{ opt-in = \"granted\", \"Opt in\" = \"none\" }}\n"
            ),
            ["line 4: `opt-in` is there twice, with two meanings", "leave one out"],
        ),
        (
            format!("customer = \"Mail\"\n{event}event = \"granted\"\n"),
            ["line 2: `event` and `column` exclude each other", ""],
        ),
        (
            "customer = \"Mail\"\n[[event]]\nevent = \"granted\"\n".into(),
            ["line 2: an event needs `column`", "date"],
        ),
    ] {
        let run = mapped(b"Mail,What,When\n", &map, &["--consent-sender", "shop.example"]);
        common::fails_with(&run, &[&["`map.toml`"][..], &words].concat());
    }
    let run = common::run(
        &exports(),
        ["check", "mailings.mbox", "--consent", "brevo.csv", "--consent-format", "brvo"],
    );
    common::fails_with(&run, &["brevo", "mailchimp"]);
    let both = ["--consent-format", "brevo"];
    common::fails_with(&mapped(b"", MAP, &both), &["can't be used with --consent-format"]);
}

/// Runs `check` with an export of a preset, changed.
fn changed(name: &str, change: impl Fn(String) -> String, more: &[&str]) -> common::Run {
    let read = |file: String| {
        String::from_utf8_lossy(&std::fs::read(exports().join(file)).expect("a file")).into_owned()
    };
    let list = change(read(format!("{name}.csv")));
    let here =
        common::folder(&[("a.mbox", read("mailings.mbox".into()).as_bytes()), ("list.csv", list.as_bytes())]);
    let arguments = ["check", "a.mbox", "--consent", "fell-and-fjord.example=list.csv"];
    common::run(here.path(), [&arguments, more].concat())
}

#[test]
fn bad_rows_of_an_export_are_listed_and_can_be_left_out() {
    let broken = |text: String| {
        text.replace("ana@seeds.example", "Ana <ana@seeds.example>")
            .replace("2025-12-01 09:00:00", "2062-12-01 09:00:00")
    };
    let words = [
        "`list.csv`: 2 rows can't be used:",
        "line 2: `Ana <ana@seeds.example>` is not an address alone; write only the address: ana@seeds.example",
        "line 6: `2062-12-01 09:00:00` is in the future",
        "--skip-bad-rows",
    ];
    common::fails_with(&changed("mailchimp", broken, &[]), &words);
    let run = changed("mailchimp", broken, &["--skip-bad-rows"]);
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.err.contains("warning: `list.csv`: 2 rows left out:"), "{}", run.err);
    assert!(run.err.contains("1 of 2 rows of the consent list matched mail"), "{}", run.err);
}

#[test]
fn an_opt_out_without_a_date_needs_the_day_of_the_export() {
    let run = changed("hubspot", |text| text, &[]);
    common::fails_with(
        &run,
        &["2 rows can't be used", "line 3: an opt-out without a date", "--consent-as-of"],
    );
}

#[test]
fn an_export_that_lacks_a_column_is_refused_with_its_name() {
    let run = changed(
        "klaviyo",
        |text| text.replace("Email Marketing Consent Timestamp", "Changed"),
        &["--consent-format", "klaviyo"],
    );
    common::fails_with(
        &run,
        &[
            "line 1: lacks the column `Email Marketing Consent Timestamp`, which the format klaviyo has",
            "found: `Email`, `Klaviyo ID`",
            "and 7 more",
        ],
    );
    let run = changed("klaviyo", |text| text.replace("Email Marketing Consent Timestamp", "Changed"), &[]);
    common::fails_with(&run, &["lacks the columns `customer`, `event` and `date`", "--consent-map"]);
    let run = changed("brevo", |text| text, &["--consent-format", "mailchimp"]);
    common::fails_with(&run, &["which the format mailchimp has", "it looks like an export of brevo"]);
}

#[test]
fn an_export_for_several_purposes_needs_the_one_about_mail() {
    let two = |text: String| text.replacen("Offers by e-mail", "Profiling", 1);
    let words = [
        "is about several purposes or lists (column `Purpose Name`): `Profiling` and `Offers by e-mail`",
        "--consent-map",
        "only = ",
    ];
    common::fails_with(&changed("onetrust", two, &[]), &words);
}

#[test]
fn lines_in_two_encodings_are_read_and_named() {
    let mut bytes = std::fs::read(exports().join("brevo.csv")).expect("a file");
    bytes.extend("greta@seeds.example;Grün;;;1;1;;01-01-2026 10:00:00;01-01-2026 10:00:00\r\n".bytes());
    let here = common::folder(&[("list.csv", &bytes), ("a.mbox", common::daily().as_bytes())]);
    let list = ["--consent", "shop.example=list.csv", "--consent-as-of", "2026-02-11"];
    let run = common::run(here.path(), [&["check", "a.mbox"], &list[..]].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(
        run.err.contains("warning: `list.csv` line 2: mixes encodings: other lines are UTF-8"),
        "{}",
        run.err
    );
}

#[test]
fn an_export_given_as_a_mailbox_is_named_as_a_list() {
    for name in ExportFormat::preset_names() {
        let run = common::run(&exports(), ["check", &format!("{name}.csv")]);
        common::fails_with(&run, &["is a consent list, not a mailbox", "--consent"]);
    }
}

#[test]
fn a_list_of_another_year_is_a_warning_also_when_quiet() {
    let old = |text: String| text.replace("2026-", "2022-").replace("2025-", "2021-");
    let run = changed("mailchimp", old, &["-q"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let words = "warning: --consent: the consent list ends on 2022-02-10, over a year before the oldest mail of 2026-02-02\n\
        hint: see whether it is the list of the right year\n";
    assert_eq!(run.err, words);
}

#[test]
fn of_contradicting_rows_at_one_instant_the_stricter_counts_and_both_lists_count_in_time_order() {
    let header = "customer,event,date\n";
    let first = format!(
        "{header}robin@home.example,granted,2025-01-01 10:00\nrobin@home.example,opted out,2025-01-01 10:00\n"
    );
    let second = format!("{header}robin@home.example,granted,2026-01-05 12:00\n");
    let here = common::folder(&[
        ("a.mbox", common::daily().as_bytes()),
        ("one.csv", first.as_bytes()),
        ("two.csv", second.as_bytes()),
    ]);
    let alone = ["check", "a.mbox", "--consent", "shop.example=one.csv"];
    let run = common::run(here.path(), alone);
    assert!(
        run.out.contains("yes,daily-unconsented") && run.out.contains(",withdrawn,2025-01-01,one.csv:3"),
        "{}",
        run.out
    );
    let words = "1 row of the consent list was overruled by a stricter row of the same instant, such as one.csv:2 by one.csv:3";
    assert!(run.err.contains(words), "{}", run.err);
    for lists in [["one.csv", "two.csv"], ["two.csv", "one.csv"]] {
        let lists = lists.map(|list| format!("--consent=shop.example={list}"));
        let run = common::run(here.path(), [&["check", "a.mbox"][..], &[&lists[0], &lists[1]]].concat());
        assert!(run.out.contains(",granted,2026-01-05,two.csv:2"), "{}", run.out);
        // Five mornings before the grant.
        assert!(run.out.contains(",28,5,28,28,"), "{}", run.out);
    }
}

#[test]
fn customers_without_a_row_are_listed() {
    let here = common::folder(&[]);
    let file = here.path().join("unmatched.csv");
    let place = file.to_str().expect("UTF-8");
    let expected = "customer,sender,marketing_messages,first_message,last_message\n\
        dora@seeds.example,fell-and-fjord.example,16,2026-02-02,2026-03-19\n";
    for _ in 0..2 {
        // An earlier one is replaced.
        let run = checked("mailchimp", &["--unmatched", place]);
        assert_eq!(run.status, 0, "{}", run.err);
        assert_eq!(std::fs::read_to_string(&file).expect("the list"), expected);
    }
    common::fails_with(
        &checked("mailchimp", &["--consent", place]),
        &["is a list of unmatched customers of this program"],
    );
    std::fs::write(&file, common::OLD_REPORT).expect("a report");
    let run = checked("mailchimp", &["--unmatched", place]);
    common::fails_with(&run, &["is a report, not a list of unmatched customers", "--force"]);
    common::fails_with(
        &checked("mailchimp", &["--unmatched", "mailchimp.csv"]),
        &["is also a consent list that is read"],
    );
    let run = common::run(&exports(), ["check", "mailings.mbox", "--unmatched", "-"]);
    common::fails_with(&run, &["--unmatched: is about a consent list, but none is given"]);
}
