//! What Proton's export says of a message: it is in a file beside it, `ID.metadata.json` beside `ID.eml`.

use super::Marks;
use crate::time::Seconds;
use serde::Deserialize;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The longest such file that is read, in bytes.
pub const LONGEST: u64 = 1_024 * 1_024;

/// The end of the names of such files.
const ENDING: &str = ".metadata.json";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    payload: Payload,
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

/// The file beside a message of that name.
pub fn beside(message: &Path) -> Option<PathBuf> {
    let name = message.file_name()?.to_str()?.strip_suffix(".eml")?;
    Some(message.with_file_name(format!("{name}{ENDING}")))
}

/// The message beside which a file of that name is.
pub fn message_of(metadata: &Path) -> Option<PathBuf> {
    let name = metadata.file_name()?.to_str()?.strip_suffix(ENDING)?;
    Some(metadata.with_file_name(format!("{name}.eml")))
}

/// What the file beside a message says of it.
pub fn marks_beside(message: &Path) -> Option<Marks> {
    let mut bytes = Vec::new();
    File::open(beside(message)?).ok()?.take(LONGEST).read_to_end(&mut bytes).ok()?;
    marks(&bytes)
}

/// What the content of such a file says. The numbers are those of Proton's own folders.
pub fn marks(json: &[u8]) -> Option<Marks> {
    let Written { payload: Payload { labels, unread, time } } = serde_json::from_slice(json).ok()?;
    let any = |numbers: &[&str]| labels.iter().any(|label| numbers.contains(&label.as_str()));
    Some(Marks {
        delivered: time.filter(|time| *time > 0),
        read: unread.map(|unread| unread == 0),
        deleted: Some(any(&["3"])),
        // Drafts, all drafts, outbox, to be sent later.
        draft: any(&["8", "1", "9", "12"]),
        spam: any(&["4"]),
        // Sent, all sent.
        sent: any(&["7", "2"]),
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
    fn other_files_say_nothing() {
        for json in ["", "{}", "[]", "{\"Version\":1,\"Payload\":[]}"] {
            assert_eq!(marks(json.as_bytes()), None, "{json}");
        }
        assert_eq!(beside(Path::new("a/b.eml")), Some(PathBuf::from("a/b.metadata.json")));
        assert_eq!(message_of(Path::new("a/b.metadata.json")), Some(PathBuf::from("a/b.eml")));
        assert_eq!((beside(Path::new("b.mbox")), message_of(Path::new("b.json"))), (None, None));
    }
}
