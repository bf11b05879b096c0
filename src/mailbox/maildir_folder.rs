//! The messages of a Maildir's folder as the folder lists them, without a look at each.

use super::identity::FileId;
#[cfg(unix)]
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Endings of the names of files beside mail.
const BESIDE_MAIL: [&[u8]; 4] = [b".json", b".meta", b".emlxpart", b".msf"];

/// Whether a file of that name may lie beside mail and be none.
pub fn may_lie_beside_mail(name: &[u8]) -> bool {
    BESIDE_MAIL.iter().any(|ending| name.ends_with(ending))
}

/// A message in a Maildir's folder. The fields are in the order by which messages are sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaildirMessage {
    /// The first bytes of its name as a number, in the order of the names: most begin with different instants.
    begins: u128,
    /// Its path.
    pub path: PathBuf,
    /// Its inode.
    pub inode: u64,
}

/// The messages in a folder `cur` or `new` of a Maildir, in the order of their names; `None`: it is another folder, or not all
/// that it contains is such a message and none of the `outputs`.
///
/// Whoever delivers such a message writes it elsewhere and moves it here, and whoever reads it changes nothing but its name
/// (<https://cr.yp.to/proto/maildir.html>). In a folder of 100,000, the crate that walks folders takes twice as long for
/// this, a sixth of a run that finds all of them in its cache.
#[cfg(unix)]
pub fn messages_in(folder: &Path, outputs: &[FileId]) -> Option<Vec<MaildirMessage>> {
    use super::maildir;
    use std::os::unix::fs::DirEntryExt;
    folder.file_name().filter(|name| *name == "cur" || *name == "new")?;
    let mut messages = Vec::new();
    for entry in std::fs::read_dir(folder).ok()? {
        let entry = entry.ok().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))?;
        let (name, inode) = (entry.file_name(), entry.ino());
        let bytes = name.as_encoded_bytes();
        let is_message = maildir::is_message_name(&String::from_utf8_lossy(bytes));
        if !is_message || may_lie_beside_mail(bytes) || outputs.iter().any(|output| output.may_have(inode)) {
            return None;
        }
        messages.push(MaildirMessage { begins: begins(bytes), path: path_in(folder, &name), inode });
    }
    messages.sort_unstable();
    Some(messages)
}

/// Elsewhere folders do not list such numbers.
#[cfg(not(unix))]
pub fn messages_in(_: &Path, _: &[FileId]) -> Option<Vec<MaildirMessage>> {
    None
}

/// A path of exactly the length that it needs, at once: `join` takes memory twice.
#[cfg(unix)]
fn path_in(folder: &Path, name: &OsStr) -> PathBuf {
    let mut path = PathBuf::with_capacity(folder.as_os_str().len() + 1 + name.len());
    path.push(folder);
    path.push(name);
    path
}

#[cfg(unix)]
fn begins(name: &[u8]) -> u128 {
    let mut first = [0; 16];
    first.iter_mut().zip(name).for_each(|(byte, of_name)| *byte = *of_name);
    u128::from_be_bytes(first)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let here = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(here.path().join("cur")).expect("a folder");
        names
            .iter()
            .for_each(|name| std::fs::write(here.path().join("cur").join(name), b"x").expect("written"));
        here
    }

    #[test]
    fn messages_come_in_the_order_of_their_names() {
        let names = [
            "1700000000.M10.host:2,",
            "1700000000.M1.host:2,S",
            "900000000.a.b",
            "1700000000.M10.host",
            "x:2,",
        ];
        let here = folder(&names);
        let listed = messages_in(&here.path().join("cur"), &[]).expect("a Maildir's folder");
        let mut expected = names.map(|name| here.path().join("cur").join(name)).to_vec();
        expected.sort();
        assert_eq!(listed.into_iter().map(|message| message.path).collect::<Vec<_>>(), expected);
        assert_eq!(messages_in(here.path(), &[]), None, "no folder of messages");
    }

    #[test]
    fn a_folder_with_anything_else_is_walked() {
        for other in ["notes.txt", "1700000000.a.meta", "1700000000.a.json"] {
            let here = folder(&["1700000000.M10.host:2,", other]);
            assert_eq!(messages_in(&here.path().join("cur"), &[]), None, "{other}");
        }
        let here = folder(&["1700000000.M10.host:2,"]);
        std::fs::create_dir(here.path().join("cur/1700000001.M1.host")).expect("a folder");
        assert_eq!(messages_in(&here.path().join("cur"), &[]), None);
        std::fs::remove_dir(here.path().join("cur/1700000001.M1.host")).expect("removed");
        let path = here.path().join("cur/1700000000.M10.host:2,");
        let output = FileId::of(&path, &path.metadata().expect("there")).expect("known");
        assert_eq!(messages_in(&here.path().join("cur"), &[output]), None, "an output of the run");
    }
}
