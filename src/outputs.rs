//! The kinds of file that the program writes, and how one that it wrote earlier is recognised. A new kind of output is
//! a row of [`KINDS`].
//!
//! Earlier outputs may be replaced by new ones of their kind, and are left out where a folder is read.

use crate::error::Error;
use std::path::Path;

/// A kind of file that the program writes.
#[derive(Debug)]
pub struct Kind {
    /// One of these files, with its article.
    pub one: &'static str,
    /// The command that writes it.
    pub command: &'static str,
    /// The option that names the file.
    pub option: &'static str,
    /// All that the command line has before the file's name.
    pub asked: &'static str,
    /// Its format, in words.
    pub format: &'static str,
    /// The endings of names that suit it, in lower case; the usual one first.
    pub endings: &'static [&'static str],
    /// Whether a new one may replace an earlier one. What people fill in is never replaced.
    pub replaceable: bool,
    /// Whether the first bytes of a file are those of this kind.
    recognise: fn(&[u8]) -> bool,
}

/// The endings that CSV has.
const CSV: &[&str] = &["csv", "tsv", "tab", "txt"];

/// The report.
pub static REPORT: Kind = Kind {
    one: "a report",
    command: "check",
    option: "--output",
    asked: "--output",
    format: "CSV",
    endings: CSV,
    replaceable: true,
    recognise: |bytes| begins_with(bytes, &REPORT_COLUMNS),
};

/// The report as JSON.
pub static JSON_REPORT: Kind = Kind {
    one: "a report with --format json",
    command: "check",
    option: "--output",
    asked: "--format json --output",
    format: "JSON",
    endings: &["json"],
    replaceable: true,
    recognise: is_json_report,
};

/// The report as a workbook.
pub static WORKBOOK: Kind = Kind {
    one: "a workbook",
    command: "check",
    option: "--xlsx",
    asked: "--xlsx",
    format: "an Excel workbook",
    endings: &["xlsx"],
    replaceable: true,
    recognise: is_workbook,
};

/// The report as a page.
pub static PAGE: Kind = Kind {
    one: "a page",
    command: "check",
    option: "--html",
    asked: "--html",
    format: "HTML",
    endings: &["html", "htm"],
    replaceable: true,
    recognise: is_page,
};

/// The list of messages.
pub static MESSAGES: Kind = Kind {
    one: "a list of messages",
    command: "check",
    option: "--messages",
    asked: "--messages",
    format: "CSV",
    endings: CSV,
    replaceable: true,
    recognise: |bytes| begins_with(bytes, &MESSAGES_COLUMNS),
};

/// A letter to a sender.
pub static LETTER: Kind = Kind {
    one: "a letter",
    command: "letter",
    option: "--output",
    asked: "--output",
    format: "plain text",
    endings: &["txt"],
    replaceable: true,
    recognise: is_letter,
};

/// The consent list to fill in; any consent list is recognised.
pub static CONSENT_LIST: Kind = Kind {
    one: "a consent list",
    command: "check",
    option: "--starter-ledger",
    asked: "--starter-ledger",
    format: "CSV",
    endings: CSV,
    replaceable: false,
    recognise: is_consent_list,
};

/// An explanation. It goes to standard output only; a reader is not to take it for anything else.
pub static EXPLANATION: Kind = Kind {
    one: "an explanation",
    command: "explain",
    option: "standard output",
    asked: "standard output",
    format: "text",
    endings: &[],
    replaceable: true,
    recognise: |_| false,
};

/// All kinds of files that may be found again.
pub static KINDS: [&Kind; 7] = [&REPORT, &MESSAGES, &CONSENT_LIST, &JSON_REPORT, &WORKBOOK, &LETTER, &PAGE];

/// The first columns of the report: enough to know it by, whatever columns a later version adds.
const REPORT_COLUMNS: [&str; 7] =
    ["flagged", "verdict", "sender", "sender_name", "customer", "cadence", "reason"];

/// The first columns of the list of messages.
const MESSAGES_COLUMNS: [&str; 8] =
    ["sender", "customer", "day", "time", "kind", "rule", "counted_as", "consent"];

/// How the report as JSON begins.
pub const JSON_BEGINNING: &str = r#"{"schema":1,"summary":{"program":"mailfatigue","#;

/// Who made a workbook: in its properties, which are its second member and not compressed. A program that saves the
/// workbook again compresses them, and what somebody changed is not replaced.
pub const WORKBOOK_CREATOR: &str = "mailfatigue";

/// With which words a letter begins, in each of its languages. No mail begins so: a header's name has no blank.
pub const LETTER_BEGINNINGS: [&str; 8] = [
    "Advertising to ",
    "Werbung an ",
    "Publicité envoyée à ",
    "Publicidad enviada a ",
    "Pubblicità inviata a ",
    "Reclame aan ",
    "Publicidade enviada para ",
    "Reklamy na adres ",
];

/// How a page begins.
pub const PAGE_BEGINNING: &str = "<!DOCTYPE html>\n<html lang=\"en\" data-made-by=\"mailfatigue\">\n";

/// How many bytes of a file are enough to recognise it.
pub const LOOK: usize = 4_096;

impl Kind {
    /// The kind of file that begins with these bytes.
    pub fn of(bytes: &[u8]) -> Option<&'static Self> {
        KINDS.into_iter().find(|kind| kind.includes(bytes))
    }

    /// The kind whose names have this ending, in lower case. Of several, the first.
    pub fn with_ending(ending: &str) -> Option<&'static Self> {
        KINDS.into_iter().find(|kind| kind.endings.contains(&ending))
    }

    /// Whether a file that begins with these bytes is one.
    pub fn includes(&self, bytes: &[u8]) -> bool {
        (self.recognise)(bytes)
    }

    /// What to say where one of these files is given as a mailbox.
    pub fn given_as_mailbox(&self, path: &Path) -> Error {
        if self.replaceable {
            let what = format!("is {} of this program, not a mailbox", self.one);
            Error::file(path, what).hint("leave it out, or give the mailbox that it was made from")
        } else {
            Error::file(path, format!("is {}, not a mailbox", self.one))
                .hint(format!("give it with --consent {}, beside the mailbox", path.display()))
        }
    }
}

/// Whether a CSV file has these columns first, whatever its delimiter, with a byte-order mark or without.
fn begins_with(bytes: &[u8], columns: &[&str]) -> bool {
    // Most files that are asked about are mail: the first cell says so at once, and the delimiter follows it.
    let unquoted = |text: &[u8]| text.strip_prefix(b"\"").unwrap_or(text).to_vec();
    let line = unquoted(first_line(bytes));
    let Some(rest) = columns.first().and_then(|first| line.strip_prefix(first.as_bytes())) else {
        return false;
    };
    let Some(delimiter) = unquoted(rest).first().copied().filter(|byte| is_delimiter(*byte)) else {
        return false;
    };
    let header = header(bytes, delimiter);
    header.len() >= columns.len() && header.iter().zip(columns).all(|(there, column)| there == column)
}

/// Whether it begins as `report::write_json_report` begins, whatever white space a program put between.
fn is_json_report(bytes: &[u8]) -> bool {
    let bare = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(JSON_BEGINNING.len()).collect()
    };
    bytes.first() == Some(&b'{') && bare(bytes) == bare(JSON_BEGINNING.as_bytes())
}

/// A letter, with the note that says what its days are counted by.
fn is_letter(bytes: &[u8]) -> bool {
    LETTER_BEGINNINGS.iter().any(|words| bytes.starts_with(words.as_bytes()))
        && memchr::memmem::find(bytes.get(..LOOK).unwrap_or(bytes), b"(mailfatigue ").is_some()
}

fn is_workbook(bytes: &[u8]) -> bool {
    let creator = format!("<dc:creator>{WORKBOOK_CREATOR}</dc:creator>");
    bytes.starts_with(b"PK\x03\x04")
        && memchr::memmem::find(bytes.get(..LOOK).unwrap_or(bytes), creator.as_bytes()).is_some()
}

/// Whether it begins as the page's template does.
fn is_page(bytes: &[u8]) -> bool {
    bytes.starts_with(PAGE_BEGINNING.as_bytes())
}

fn is_consent_list(bytes: &[u8]) -> bool {
    let line = first_line(bytes).to_ascii_lowercase();
    if memchr::memmem::find(&line, b"event").is_none() {
        return false;
    }
    (0_u8..128).filter(|byte| is_delimiter(*byte) && line.contains(byte)).any(|delimiter| {
        let header = header(bytes, delimiter);
        let has = |name: &str| header.iter().any(|column| column.eq_ignore_ascii_case(name));
        has("event") && (has("sender") || has("customer"))
    })
}

/// Whether the byte may be the delimiter: a sign, a tab or a blank.
fn is_delimiter(byte: u8) -> bool {
    (byte.is_ascii_punctuation() || matches!(byte, b'\t' | b' ')) && byte != b'"'
}

fn first_line(bytes: &[u8]) -> &[u8] {
    let bytes = &bytes[..bytes.len().min(LOOK)];
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default()
}

/// The cells of the first line; none where they are not text.
fn header(bytes: &[u8], delimiter: u8) -> Vec<String> {
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(first_line(bytes));
    let mut cells = csv::StringRecord::new();
    if !rows.read_record(&mut cells).is_ok_and(|there| there) {
        return Vec::new();
    }
    cells.iter().map(|cell| cell.trim().to_string()).collect()
}

/// What a file with another ending is, in words; `None` where the ending says nothing or is one of ours.
pub fn other_format(ending: &str) -> Option<&'static str> {
    let formats = [
        ("an Excel workbook", &["xlsm", "xls"] as &[&str]),
        ("a spreadsheet", &["ods", "numbers"]),
        ("a web page", &["xhtml", "mhtml"]),
        ("a document", &["pdf", "doc", "docx", "odt", "md"]),
        ("JSON", &["jsonl", "ndjson"]),
        ("Parquet", &["parquet", "arrow"]),
        ("a mailbox", &["mbox", "mbx", "pst", "ost", "olm"]),
        ("a message", &["eml", "emlx", "msg"]),
        ("an archive", &["zip", "tar", "tgz", "7z", "rar"]),
        ("a compressed file", &["gz", "zst", "xz", "bz2"]),
        ("a file of settings", &["toml", "yaml", "yml", "ini", "conf"]),
    ];
    formats.iter().find(|(_, endings)| endings.contains(&ending)).map(|(format, _)| *format)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<&'static str> {
        Kind::of(text.as_bytes()).map(|kind| kind.option)
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
        assert_eq!(
            kind("flagged_verdict_sender_\"sender_name\"_customer_cadence_reason\n"),
            Some("--output")
        );
    }

    #[test]
    fn a_report_as_json_is_recognised_by_its_beginning() {
        let report = format!("{JSON_BEGINNING}\"version\":\"0.2.0\"}},\n\"rows\":[]}}\n");
        assert_eq!(kind(&report), Some("--output"));
        assert_eq!(
            kind(&report.replace(':', ": ").replace(',', ",\n  ")),
            Some("--output"),
            "as jq writes it"
        );
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
        for text in [
            "",
            "old",
            "{}",
            "From x\nSubject: y\n",
            "flagged,verdict\n",
            "sender,customer\n",
            "\0\0\0",
            "\"\n",
        ] {
            assert_eq!(kind(text), None, "{text:?}");
        }
    }
}
