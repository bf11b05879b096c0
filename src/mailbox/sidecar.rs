//! The state of a message that exports write to a file beside it: Proton (`ID.metadata.json` beside `ID.eml`) and Gmvault (`ID.meta`
//! beside `ID.eml` or `ID.eml.gz`). The names of the owner's folders in Proton's are in one more file, `labels.json`.

use super::StoredState;
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
        payload: ProtonPayload,
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
struct ProtonPayload {
    #[serde(rename = "LabelIDs")]
    labels: Vec<String>,
    #[serde(rename = "Unread")]
    unread: Option<u8>,
    #[serde(rename = "Time")]
    time: Option<Seconds>,
}

/// The content of a file beside a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sidecar {
    /// Its state.
    pub stored_state: StoredState,
    /// The owner's folder that it is in; empty where there is none.
    pub folder: PathBuf,
}

/// Proton's list of labels and folders.
#[derive(Deserialize)]
struct ProtonLabels {
    #[serde(rename = "Payload")]
    labels: Vec<ProtonLabel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProtonLabel {
    #[serde(rename = "ID")]
    id: String,
    /// With the folders above it, `/` between them.
    path: Option<String>,
    name: String,
    #[serde(rename = "Type")]
    kind: u8,
}

/// The name of Proton's list.
const LABELS: &str = "labels.json";

/// Its number for folders; a label is not a place of a message.
const FOLDER: u8 = 3;

/// The files that may be beside a message of that name.
pub fn sidecars_of(message: &Path) -> impl Iterator<Item = PathBuf> {
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

/// Proton's list of folders in the folder of that file.
pub fn label_list_of(file: &Path) -> PathBuf {
    file.with_file_name(LABELS)
}

/// Whether a file of that name and content is Proton's list.
pub fn are_labels(path: &Path, json: impl FnOnce() -> Option<Vec<u8>>) -> bool {
    let is_named = path.file_name().is_some_and(|name| name == LABELS);
    is_named && json().is_some_and(|json| serde_json::from_slice::<ProtonLabels>(&json).is_ok())
}

/// Such a file as a whole, where it can be read and is not too long.
pub fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

impl Sidecar {
    /// The content of the file beside a message; `file` reads files of its folder.
    pub fn of(message: &Path, mut file: impl FnMut(&Path) -> Option<Vec<u8>>) -> Option<Self> {
        let json = sidecars_of(message).find_map(|path| file(&path))?;
        let (stored_state, labels) = stored_state(&json)?;
        let list = (!labels.is_empty()).then(|| file(&label_list_of(message))).flatten();
        Some(Self { stored_state, folder: list.and_then(|list| folder(&list, &labels)).unwrap_or_default() })
    }
}

/// The owner's folder among these labels, by Proton's list.
fn folder(list: &[u8], of: &[String]) -> Option<PathBuf> {
    let ProtonLabels { labels } = serde_json::from_slice(list).ok()?;
    let folder = labels.into_iter().find(|label| label.kind == FOLDER && of.contains(&label.id))?;
    Some(folder.path.filter(|path| !path.is_empty()).unwrap_or(folder.name).into())
}

/// The state in such a file, and the labels that the owner made.
fn stored_state(json: &[u8]) -> Option<(StoredState, Vec<String>)> {
    let has = |labels: &[String], any: &[&str]| labels.iter().any(|label| any.contains(&label.as_str()));
    Some(match serde_json::from_slice(json).ok()? {
        // The numbers are those of Proton's own folders.
        SidecarFile::Proton { payload: ProtonPayload { labels, unread, time } } => {
            let stored_state = StoredState {
                delivered: time.filter(|time| *time > 0),
                read: unread.map(|unread| unread == 0),
                deleted: Some(has(&labels, &["3"])),
                // Drafts, all drafts, outbox, to be sent later.
                draft: has(&labels, &["8", "1", "9", "12"]),
                spam: has(&labels, &["4"]),
                // Sent, all sent.
                sent: has(&labels, &["7", "2"]),
            };
            let is_own = |label: &String| !label.bytes().all(|byte| byte.is_ascii_digit());
            (stored_state, labels.into_iter().filter(is_own).collect())
        }
        SidecarFile::Gmvault { labels, flags, internal_date, .. } => {
            let stored_state = StoredState {
                delivered: internal_date.filter(|time| *time > 0),
                read: Some(has(&flags, &["\\Seen"])),
                deleted: Some(has(&labels, &["\\Trash", "\\Deleted"])),
                draft: has(&labels, &["\\Draft", "\\Drafts", "\\Chat", "\\Chats"])
                    || has(&flags, &["\\Draft"]),
                spam: has(&labels, &["\\Spam", "\\Junk"]),
                sent: has(&labels, &["\\Sent"]),
            };
            (stored_state, Vec::new())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(labels: &str, rest: &str) -> String {
        format!("{{\"Version\":1,\"Payload\":{{\"ID\":\"x\",\"LabelIDs\":[{labels}]{rest}}}}}")
    }

    fn of(labels: &str, rest: &str) -> Option<StoredState> {
        stored_state(json(labels, rest).as_bytes()).map(|(stored_state, _)| stored_state)
    }

    #[test]
    fn labels_tell_of_the_folder() {
        let found = |labels| of(labels, "").expect("valid");
        assert!(found("\"4\",\"5\"").spam && found("\"8\",\"5\"").draft && found("\"7\",\"5\"").sent);
        assert_eq!(found("\"3\",\"5\"").deleted, Some(true));
        let inbox =
            of("\"0\",\"5\",\"a-label-of-ones-own\"", ",\"Unread\":1,\"Time\":1772528400").expect("valid");
        let expected = StoredState {
            delivered: Some(1_772_528_400),
            read: Some(false),
            deleted: Some(false),
            ..StoredState::default()
        };
        assert_eq!(inbox, expected);
    }

    #[test]
    fn gmvaults_labels_and_flags_are_read() {
        let json = r#"{"gm_id": 7, "labels": ["\\Sent", "shoes"], "flags": ["\\Seen"], "internal_date": 1772528400}"#;
        let (found, _) = stored_state(json.as_bytes()).expect("valid");
        assert!(found.sent && !found.draft && !found.spam);
        assert_eq!(
            (found.read, found.deleted, found.delivered),
            (Some(true), Some(false), Some(1_772_528_400))
        );
    }

    #[test]
    fn a_folder_of_ones_own_has_its_name_in_the_list() {
        let list = r#"{"Version":1,"Payload":[{"ID":"a==","Name":"Shops","Path":"Shops","Type":1},
            {"ID":"b==","Name":"Junk","Path":"Old mail/Junk","Type":3},{"ID":"c==","Name":"Work","Type":3}]}"#;
        let folder = |labels: &str| {
            let sidecar_json = json(labels, "");
            let file = |path: &Path| match path.to_str() {
                Some("x/m.metadata.json") => Some(sidecar_json.clone().into_bytes()),
                Some("x/labels.json") => Some(list.as_bytes().to_vec()),
                _ => None,
            };
            Sidecar::of(Path::new("x/m.eml"), file).map(|sidecar| sidecar.folder.display().to_string())
        };
        assert_eq!(folder("\"5\",\"a==\",\"b==\"").as_deref(), Some("Old mail/Junk"));
        assert_eq!(folder("\"c==\"").as_deref(), Some("Work"));
        assert_eq!(folder("\"0\",\"a==\",\"unknown==\"").as_deref(), Some(""));
        let are = |name, json: &str| are_labels(Path::new(name), || Some(json.as_bytes().to_vec()));
        assert!(are("x/labels.json", list) && !are("labels.json", "{}") && !are("other.json", list));
    }

    #[test]
    fn other_files_say_nothing() {
        for json in ["", "{}", "[]", "{\"Version\":1,\"Payload\":[]}"] {
            assert_eq!(stored_state(json.as_bytes()), None, "{json}");
        }
        let named = |paths: &mut dyn Iterator<Item = PathBuf>| {
            paths.map(|path| path.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(named(&mut sidecars_of(Path::new("a/b.eml"))), ["a/b.metadata.json", "a/b.meta"]);
        assert_eq!(named(&mut messages_of(Path::new("a/b.metadata.json"))), ["a/b.eml", "a/b.eml.gz"]);
        assert_eq!(sidecars_of(Path::new("b.mbox")).chain(messages_of(Path::new("b.json"))).count(), 0);
    }
}
