//! What exports say of a message in a file beside it: Proton (`ID.metadata.json` beside `ID.eml`) and Gmvault (`ID.meta`
//! beside `ID.eml` or `ID.eml.gz`).

use super::Marks;
use crate::time::Seconds;
use serde::Deserialize;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The longest such file that is read, in bytes.
pub const LONGEST: u64 = 1_024 * 1_024;

/// The ends of the names of such files.
const ENDINGS: [&str; 2] = [".metadata.json", ".meta"];

/// The ends of the names of the messages.
const MESSAGES: [&str; 2] = [".eml", ".eml.gz"];

/// Such a file, of either program.
#[derive(Deserialize)]
#[serde(untagged)]
enum SidecarFile {
    Proton {
        #[serde(rename = "Payload")]
        payload: Payload,
    },
    Gmvault {
        #[serde(rename = "gm_id")]
        _id: u64,
        labels: Vec<String>,
        flags: Vec<String>,
        internal_date: Option<Seconds>,
    },
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "LabelIDs")]
    labels: Vec<String>,
    #[serde(rename = "Unread")]
    unread: Option<u8>,
    #[serde(rename = "Time")]
    time: Option<Seconds>,
}

/// The files that may be beside a message of that name.
pub fn beside(message: &Path) -> impl Iterator<Item = PathBuf> {
    exchanged(message, &MESSAGES, &ENDINGS)
}

/// The messages beside which a file of that name may be.
pub fn messages_of(sidecar: &Path) -> impl Iterator<Item = PathBuf> {
    exchanged(sidecar, &ENDINGS, &MESSAGES)
}

/// A path with each of the other endings in place of one of its own.
fn exchanged<'a>(
    path: &'a Path,
    own: &[&str],
    others: &'a [&str],
) -> impl Iterator<Item = PathBuf> + use<'a> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = own.iter().find_map(|ending| name.strip_suffix(ending));
    stem.into_iter()
        .flat_map(move |stem| others.iter().map(move |ending| path.with_file_name(format!("{stem}{ending}"))))
}

/// What a file beside a message says of it.
pub fn marks_beside(message: &Path) -> Option<Marks> {
    let file = beside(message).find_map(|path| File::open(path).ok())?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes).ok()?;
    marks(&bytes)
}

/// What the content of such a file says.
pub fn marks(json: &[u8]) -> Option<Marks> {
    let has = |labels: &[String], any: &[&str]| labels.iter().any(|label| any.contains(&label.as_str()));
    Some(match serde_json::from_slice(json).ok()? {
        // The numbers are those of Proton's own folders.
        SidecarFile::Proton { payload: Payload { labels, unread, time } } => Marks {
            delivered: time.filter(|time| *time > 0),
            read: unread.map(|unread| unread == 0),
            deleted: Some(has(&labels, &["3"])),
            // Drafts, all drafts, outbox, to be sent later.
            draft: has(&labels, &["8", "1", "9", "12"]),
            spam: has(&labels, &["4"]),
            // Sent, all sent.
            sent: has(&labels, &["7", "2"]),
        },
        SidecarFile::Gmvault { labels, flags, internal_date, .. } => Marks {
            delivered: internal_date.filter(|time| *time > 0),
            read: Some(has(&flags, &["\\Seen"])),
            deleted: Some(has(&labels, &["\\Trash", "\\Deleted"])),
            draft: has(&labels, &["\\Draft", "\\Drafts", "\\Chat", "\\Chats"]) || has(&flags, &["\\Draft"]),
            spam: has(&labels, &["\\Spam", "\\Junk"]),
            sent: has(&labels, &["\\Sent"]),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(labels: &str, rest: &str) -> Option<Marks> {
        marks(
            format!("{{\"Version\":1,\"Payload\":{{\"ID\":\"x\",\"LabelIDs\":[{labels}]{rest}}}}}")
                .as_bytes(),
        )
    }

    #[test]
    fn labels_tell_of_the_folder() {
        let found = |labels| of(labels, "").expect("valid");
        assert!(found("\"4\",\"5\"").spam && found("\"8\",\"5\"").draft && found("\"7\",\"5\"").sent);
        assert_eq!(found("\"3\",\"5\"").deleted, Some(true));
        let inbox =
            of("\"0\",\"5\",\"a-label-of-ones-own\"", ",\"Unread\":1,\"Time\":1772528400").expect("valid");
        let expected = Marks {
            delivered: Some(1_772_528_400),
            read: Some(false),
            deleted: Some(false),
            ..Marks::default()
        };
        assert_eq!(inbox, expected);
    }

    #[test]
    fn gmvaults_labels_and_flags_are_read() {
        let json = r#"{"gm_id": 7, "labels": ["\\Sent", "shoes"], "flags": ["\\Seen"], "internal_date": 1772528400}"#;
        let found = marks(json.as_bytes()).expect("valid");
        assert!(found.sent && !found.draft && !found.spam);
        assert_eq!(
            (found.read, found.deleted, found.delivered),
            (Some(true), Some(false), Some(1_772_528_400))
        );
    }

    #[test]
    fn other_files_say_nothing() {
        for json in ["", "{}", "[]", "{\"Version\":1,\"Payload\":[]}"] {
            assert_eq!(marks(json.as_bytes()), None, "{json}");
        }
        let named = |paths: &mut dyn Iterator<Item = PathBuf>| {
            paths.map(|path| path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(named(&mut beside(Path::new("a/b.eml"))), ["a/b.metadata.json", "a/b.meta"]);
        assert_eq!(named(&mut messages_of(Path::new("a/b.metadata.json"))), ["a/b.eml", "a/b.eml.gz"]);
        assert_eq!(beside(Path::new("b.mbox")).chain(messages_of(Path::new("b.json"))).count(), 0);
    }
}
