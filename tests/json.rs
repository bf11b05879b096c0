//! The report as JSON says what the CSV says, and is what its schema describes.

mod common;

use common::outputs::{refused, works};
use common::{OLD_REPORT, arguments, cases, daily, folder, promotion, run};
use mailfatigue::report::{CHANGE, COLUMNS};
use serde_json::{Map, Value};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn schema_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/report.schema.json")
}

fn schema() -> Value {
    serde_json::from_str(&std::fs::read_to_string(schema_file()).expect("the schema")).expect("JSON")
}

/// The report of a bundled mailbox.
fn report(mailbox: &Path, more: &[&str]) -> String {
    let mut given = arguments(mailbox);
    given.retain(|word| word != "--delimiter" && word != ";");
    let mut arguments = given.clone();
    let more = more.iter().map(|word| word.to_string());
    arguments.extend(more.filter(|word| !given.contains(word)).collect::<Vec<_>>());
    let told = run(mailbox.parent().expect("a folder"), arguments);
    assert!(told.status < 2, "{}", told.err);
    told.out
}

/// Asserts that a value is of one of the types, words and numbers that its schema names.
fn fits(value: &Value, schema: &Value, place: &str) {
    let is = |kind: &str| match kind {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        _ => false,
    };
    match &schema["type"] {
        Value::String(kind) => assert!(is(kind), "{place} is {value}, not {kind}"),
        Value::Array(kinds) => {
            assert!(kinds.iter().any(|kind| kind.as_str().is_some_and(is)), "{place} is {value}")
        }
        _ => {}
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place} is {value}, not one of {words:?}");
    }
    if let (Some(properties), Some(there)) = (schema["properties"].as_object(), value.as_object()) {
        // What only some runs have is not required.
        let always = |name: &&String| !["change", "since_last"].contains(&name.as_str());
        let names = |map: &Map<String, Value>| map.keys().filter(always).cloned().collect::<Vec<_>>();
        assert_eq!(names(there), names(properties), "{place}");
        there.iter().for_each(|(name, value)| fits(value, &properties[name], name));
    }
    for item in value.as_array().into_iter().flatten() {
        fits(item, &schema["items"], place);
    }
}

/// Asserts by Python's `jsonschema` what no test of ours knows. Where that is not installed, the test says so.
fn validated_by_python(reports: &[String]) {
    let program = "import json, sys\ntry:\n    from jsonschema import Draft202012Validator as V, FormatChecker\n\
                   except ImportError:\n    sys.exit(77)\ns = json.load(open(sys.argv[1]))\nV.check_schema(s)\n\
                   v = V(s, format_checker=FormatChecker())\nfor r in json.load(sys.stdin):\n    v.validate(r)\n";
    let python = Command::new("python3")
        .args(["-c", program])
        .arg(schema_file())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("skipped: python3 is not installed");
        return;
    };
    let mut stdin = python.stdin.take().expect("a pipe");
    let _ = write!(stdin, "[{}]", reports.join(","));
    drop(stdin);
    let told = python.wait_with_output().expect("its end");
    match told.status.code() {
        Some(77) => eprintln!("skipped: Python's jsonschema is not installed"),
        code => assert_eq!(code, Some(0), "{}", String::from_utf8_lossy(&told.stderr)),
    }
}

#[test]
fn every_report_is_what_the_schema_describes() {
    let (schema, mut reports) = (schema(), Vec::new());
    for mailbox in cases() {
        for more in [&["--format", "json"] as &[&str], &["--format", "json", "--all"]] {
            let text = report(&mailbox, more);
            let parsed: Value = serde_json::from_str(&text).expect("JSON");
            fits(&parsed, &schema, &mailbox.display().to_string());
            reports.push(text);
        }
    }
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    for shop in ["shop.example", "fair.example"] {
        std::fs::write(here.path().join("a.mbox"), daily().replace("shop.example", shop)).expect("a mailbox");
        let told = run(here.path(), ["check", "a.mbox", "--format", "json", "--since-last", "state.json"]);
        let parsed: Value = serde_json::from_str(&told.out).expect("JSON");
        assert_eq!(parsed["rows"][0]["change"], "new");
        assert_eq!(
            parsed["summary"]["since_last"]["gone"].as_array().map(Vec::len),
            Some(usize::from(shop == "fair.example"))
        );
        fits(&parsed, &schema, shop);
        reports.push(told.out);
    }
    validated_by_python(&reports);
}

#[test]
fn the_schema_gives_the_columns_their_meanings() {
    let schema = schema();
    let rows = schema["properties"]["rows"]["items"]["properties"].as_object().expect("the columns");
    for column in COLUMNS.iter().chain([&CHANGE]) {
        assert_eq!(rows.get(column.name).map(|it| &it["description"]), Some(&Value::from(column.meaning)));
    }
    assert_eq!(rows.len(), COLUMNS.len() + 1);
}

#[test]
fn json_and_csv_say_the_same() {
    for mailbox in cases() {
        let csv = report(&mailbox, &["--all", "--raw"]);
        let json: Value =
            serde_json::from_str(&report(&mailbox, &["--all", "--raw", "--format", "json"])).expect("JSON");
        let rows = json["rows"].as_array().expect("rows");
        let mut lines = csv::Reader::from_reader(csv.as_bytes());
        let lines: Vec<csv::StringRecord> = lines.records().map(|line| line.expect("a row")).collect();
        assert_eq!(lines.len(), rows.len());
        for (line, row) in lines.iter().zip(rows) {
            for (cell, column) in line.iter().zip(COLUMNS) {
                match &row[column.name] {
                    Value::Null => assert_eq!(cell, "", "{}", column.name),
                    Value::String(text) => assert_eq!(cell, text, "{}", column.name),
                    number => assert_eq!(cell.parse::<f64>().ok(), number.as_f64(), "{}", column.name),
                }
            }
        }
        let messages = json["summary"]["messages"].as_object().expect("the messages");
        let (read, parts): (Vec<_>, Vec<_>) = messages.iter().partition(|(word, _)| *word == "read");
        let sum =
            |parts: &[(&String, &Value)]| parts.iter().filter_map(|(_, count)| count.as_u64()).sum::<u64>();
        assert_eq!(sum(&read), sum(&parts), "every message is counted once");
    }
}

#[test]
fn text_of_strangers_is_harmless_and_formulas_stay_as_they_are() {
    let name = "=?utf-8?Q?=3DSUM(1)=1B[2J=E2=80=AE\"x?=";
    let mail = promotion(1, &format!("{name} <news@shop.example>"), "a@shop.example");
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let name = |more: &[&str]| {
        let told = run(here.path(), [&["check", "a.mbox", "--format", "json"], more].concat());
        let json: Value = serde_json::from_str(&told.out).expect("JSON");
        json["rows"][0]["sender_name"].as_str().expect("a name").to_string()
    };
    assert_eq!(name(&[]), "=SUM(1)[2J\"x");
    assert_eq!(name(&["--raw"]), "=SUM(1)\u{1b}[2J\u{202e}\"x");
}

#[test]
fn a_mailbox_without_marketing_gives_no_rows() {
    let letter = "From a Thu Jan  1 08:00:00 2026\nFrom: Kim <kim@home.example>\nTo: robin@home.example\n\
                  Date: Thu, 1 Jan 2026 08:00:00 +0000\nSubject: Sunday\n\nSee you on Sunday.\n";
    let here = folder(&[("a.mbox", letter.as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "--format", "json"]);
    let json: Value = serde_json::from_str(&told.out).expect("JSON");
    assert_eq!((told.status, json["rows"].as_array().map(Vec::len)), (0, Some(0)));
    assert_eq!(json["summary"]["load"], Value::Null);
    fits(&json, &schema(), "the report");
}

#[test]
fn a_name_that_promises_the_other_format_is_refused_with_the_option() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    refused(
        here.path(),
        &["check", "a.mbox", "-o", "r.json"],
        &["JSON", "write --format json --output r.json"],
    );
    let csv = ["check", "a.mbox", "--format", "json", "-o", "r.csv"];
    refused(here.path(), &csv, &["written as JSON", "write --format csv --output r.csv"]);
    let page = ["check", "a.mbox", "--format", "json", "-o", "r.docx"];
    refused(here.path(), &page, &["a document", "write --format json --output r.json"]);
    refused(here.path(), &["check", "a.mbox", "r.json"], &["did you mean --format json --output r.json?"]);
    refused(
        here.path(),
        &["check", "a.mbox", "--messages", "m.json"],
        &["a list of messages is written as CSV"],
    );
    for style in ["--excel", "--bom", "--delimiter=;"] {
        let json = ["check", "a.mbox", "--format", "json", "-o", "r.json", style];
        let note = |more: &[&str]| run(here.path(), [&json, more].concat()).err.contains("is about CSV");
        assert!(note(&[]) && !note(&["-q"]) && !note(&["--messages", "m.csv"]), "{style}");
    }
}

#[test]
fn only_an_earlier_report_of_the_same_format_is_replaced_and_it_is_never_mail() {
    let here =
        folder(&[("a.mbox", daily().as_bytes()), ("old.csv", OLD_REPORT.as_bytes()), ("x.json", b"{}")]);
    std::fs::copy(here.path().join("old.csv"), here.path().join("old")).expect("a copy");
    let json = |file: &'static str| ["check", ".", "--format", "json", "-o", file];
    for _ in 0..2 {
        works(here.path(), &json("r.json"));
    }
    refused(here.path(), &json("old"), &["is there already, and is a report", "--force"]);
    refused(here.path(), &json("x.json"), &["is not a report with --format json", "--force"]);
    std::fs::rename(here.path().join("r.json"), here.path().join("r")).expect("renamed");
    refused(here.path(), &["check", "a.mbox", "-o", "r"], &["is a report with --format json, not a report"]);
    let told = run(here.path(), ["check", "r"]);
    assert!(told.status == 2 && told.err.contains("not a mailbox"), "{}", told.err);
    works(here.path(), &["check", "a.mbox", "--format", "json", "-o", "x.json", "--force"]);
    let told = run(here.path(), ["check", ".", "-v"]);
    assert!(told.err.starts_with("no mail: ") && told.err.contains("28 messages read"), "{}", told.err);
}
