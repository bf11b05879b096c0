//! The kinds of file that the program writes, and how one that it wrote earlier is recognised. A new kind of output is
//! a row of [`KINDS`].
//!
//! Earlier outputs may be replaced by new ones of their kind, and are left out where a folder is read.

mod beginning;
mod leftovers;
mod spool;

pub use beginning::{
    FACTS_MARK, JSON_BEGINNING, LETTER_BEGINNINGS, LOOK, PAGE_BEGINNING, STATE_MARK, WORKBOOK_CREATOR,
};
pub use leftovers::{keep_no_longer, private_folder, remove_leftovers, run_to_its_end};
pub use spool::Spool;

use crate::error::Error;
use beginning::{
    MESSAGES_COLUMNS, REPORT_COLUMNS, SENDERS_COLUMNS, STREAMS_COLUMNS, UNMATCHED_COLUMNS, begins_with,
    is_consent_list, is_facts, is_json_report, is_letter, is_page, is_state, is_workbook,
};
use std::path::Path;

/// A kind of file that the program writes.
#[derive(Debug)]
pub struct OutputKind {
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

/// A list that `check` writes as CSV beside the report.
const fn list(one: &'static str, option: &'static str, recognise: fn(&[u8]) -> bool) -> OutputKind {
    OutputKind {
        one,
        command: "check",
        option,
        asked: option,
        format: "CSV",
        endings: CSV,
        replaceable: true,
        recognise,
    }
}

/// The report.
pub static REPORT: OutputKind = OutputKind {
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
pub static JSON_REPORT: OutputKind = OutputKind {
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
pub static WORKBOOK: OutputKind = OutputKind {
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
pub static PAGE: OutputKind = OutputKind {
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
pub static MESSAGES: OutputKind =
    list("a list of messages", "--messages", |bytes| begins_with(bytes, &MESSAGES_COLUMNS));

/// The customers whom the consent lists leave out.
pub static UNMATCHED: OutputKind =
    list("a list of unmatched customers", "--unmatched", |bytes| begins_with(bytes, &UNMATCHED_COLUMNS));

/// The list of senders.
pub static SENDERS: OutputKind =
    list("a list of senders", "--senders", |bytes| begins_with(bytes, &SENDERS_COLUMNS));

/// The list of streams.
pub static STREAMS: OutputKind =
    list("a list of streams", "--streams", |bytes| begins_with(bytes, &STREAMS_COLUMNS));

/// A letter to a sender.
pub static LETTER: OutputKind = OutputKind {
    one: "a letter",
    command: "letter",
    option: "--output",
    asked: "--output",
    format: "plain text",
    endings: &["txt"],
    replaceable: true,
    recognise: is_letter,
};

/// What a run leaves for the next to be compared with. `since_last` looks closer before one is replaced.
pub static STATE: OutputKind = OutputKind {
    one: "a state file",
    command: "check",
    option: "--since-last",
    asked: "--since-last",
    format: "JSON",
    endings: &["json"],
    replaceable: true,
    recognise: is_state,
};

/// The consent list to fill in; any consent list is recognised.
pub static CONSENT_LIST: OutputKind = OutputKind {
    one: "a consent list",
    command: "check",
    option: "--starter-ledger",
    asked: "--starter-ledger",
    format: "CSV",
    endings: CSV,
    replaceable: false,
    recognise: is_consent_list,
};

/// An explanation. It goes to standard output only, and is recognised so that it is not taken for another file.
pub static EXPLANATION: OutputKind = OutputKind {
    one: "an explanation",
    command: "explain",
    option: "standard output",
    asked: "standard output",
    format: "text",
    endings: &[],
    replaceable: true,
    recognise: |_| false,
};

/// Facts, as Parquet.
pub static FACTS: OutputKind = OutputKind {
    one: "a file of facts",
    command: "facts",
    option: "--output",
    asked: "--output",
    format: "Parquet",
    endings: &["parquet"],
    replaceable: true,
    recognise: is_facts,
};

/// All kinds of files that may be found again.
pub static KINDS: [&OutputKind; 12] = [
    &REPORT,
    &MESSAGES,
    &UNMATCHED,
    &CONSENT_LIST,
    &JSON_REPORT,
    &WORKBOOK,
    &LETTER,
    &PAGE,
    &STATE,
    &FACTS,
    &SENDERS,
    &STREAMS,
];

impl OutputKind {
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

    /// Whether such a file can be given in place of the mailboxes that it was made from.
    pub fn is_mailbox(&self) -> bool {
        std::ptr::eq(self, &FACTS)
    }

    /// The error where one of these files is given as a mailbox.
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

/// What a file with another ending is, in words; `None` where the ending says nothing or is one of ours.
pub fn other_format(ending: &str) -> Option<&'static str> {
    let formats = [
        ("an Excel workbook", &["xlsm", "xls"] as &[&str]),
        ("a spreadsheet", &["ods", "numbers"]),
        ("a web page", &["xhtml", "mhtml"]),
        ("a document", &["pdf", "doc", "docx", "odt", "md"]),
        ("JSON", &["jsonl", "ndjson"]),
        ("Arrow", &["arrow", "feather"]),
        ("a mailbox", &["mbox", "mbx", "pst", "ost", "olm"]),
        ("a message", &["eml", "emlx", "msg"]),
        ("an archive", &["zip", "tar", "tgz", "7z", "rar"]),
        ("a compressed file", &["gz", "zst", "xz", "bz2"]),
        ("a file of settings", &["toml", "yaml", "yml", "ini", "conf"]),
    ];
    formats.iter().find(|(_, endings)| endings.contains(&ending)).map(|(format, _)| *format)
}

#[cfg(test)]
mod tests;
