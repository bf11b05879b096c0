//! Tests of `outputs`.

use super::*;

fn kind(text: &str) -> Option<&'static str> {
    OutputKind::of(text.as_bytes()).map(|kind| kind.option)
}

#[test]
fn a_kind_is_recognised_in_every_style() {
    let report = "flagged,verdict,sender,sender_name,customer,cadence,reason,consent\nyes,x\n";
    let messages = "sender,customer,day,time,kind,rule,counted_as,consent,subject\n";
    for (text, option) in [(report, "--output"), (messages, "--messages")] {
        for delimiter in [",", ";", "\t", "|", "~"] {
            let text = text.replace(',', delimiter);
            assert_eq!(kind(&text), Some(option), "{text:?}");
            assert_eq!(kind(&format!("\u{feff}{text}").replace('\n', "\r\n")), Some(option));
        }
        let quoted = format!("\"{}\"\n", text.trim_end().replace(',', "\",\""));
        assert_eq!(kind(&quoted), Some(option), "as a spreadsheet may save it");
    }
    assert_eq!(kind("flagged_verdict_sender_\"sender_name\"_customer_cadence_reason\n"), Some("--output"));
}

#[test]
fn a_report_as_json_is_recognised_by_its_beginning() {
    let report = format!("{JSON_BEGINNING}\"version\":\"0.2.0\"}},\n\"rows\":[]}}\n");
    assert_eq!(kind(&report), Some("--output"));
    assert_eq!(kind(&report.replace(':', ": ").replace(',', ",\n  ")), Some("--output"), "as jq writes it");
    for other in ["{", "{\"schema\":1}", "{\"schema\":1,\"summary\":{\"program\":\"another\","] {
        assert_eq!(kind(other), None, "{other}");
    }
}

#[test]
fn a_page_is_recognised_by_its_beginning_and_other_pages_are_not() {
    assert_eq!(kind(&format!("{PAGE_BEGINNING}<head>")), Some("--html"));
    assert_eq!(kind("<!DOCTYPE html>\n<html lang=\"en\">\n"), None);
}

#[test]
fn consent_lists_are_recognised_and_other_text_is_not() {
    for text in ["sender,customer,event,date\n", "Customer;Event;Date\n", "\u{feff}event\tsender\n"] {
        assert_eq!(kind(text), Some("--starter-ledger"), "{text:?}");
    }
    for text in
        ["", "old", "{}", "From x\nSubject: y\n", "flagged,verdict\n", "sender,customer\n", "\0\0\0", "\"\n"]
    {
        assert_eq!(kind(text), None, "{text:?}");
    }
}
