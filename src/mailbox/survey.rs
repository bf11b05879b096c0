//! Finds the files to read: those that the user named, and those in folders, in the order of their names.

use super::identity::FileId;
use super::maildir_folder::{MaildirMessage, may_lie_beside_mail, messages_in};
use super::origin::Origin;
use super::source::Source;
use super::{Remark, maildir, sidecar};
use crate::error::Error;
use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// All files that are to be read.
#[derive(Debug, Default)]
pub struct Survey {
    /// The files, in the order of the command line and of the names in folders.
    pub sources: Vec<Source>,
    /// What the user named.
    pub arguments: Vec<MailboxArgument>,
    /// What was left out and what can't be read, with the number of the argument that it belongs to.
    pub remarks: Vec<(usize, Remark)>,
    /// Files in folders that are not read because the run writes to them.
    pub outputs: Vec<PathBuf>,
}

/// A file or folder that the user named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxArgument {
    /// Its path.
    pub path: PathBuf,
    /// Whether it contains a Maildir, even an empty one.
    pub has_maildir: bool,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl Survey {
    /// How many sources are messages of a Maildir: the least number of messages, before anything is read.
    pub fn maildir_messages(&self) -> usize {
        self.sources.iter().filter(|source| maildir::is_message(&source.origin.path)).count()
    }
}

/// Finds the files that the arguments name; `-` is standard input.
pub fn survey(arguments: &[PathBuf]) -> Survey {
    survey_with_outputs(arguments, &[], StatPolicy::EveryFile)
}

/// For which files in folders the metadata is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatPolicy {
    /// Each file.
    EveryFile,
    /// Each file, except that messages in a Maildir are known by the entries of its folders.
    ExceptMaildirs,
}

/// The same in a run that writes to the files `outputs`.
pub fn survey_with_outputs(arguments: &[PathBuf], outputs: &[FileId], stat_policy: StatPolicy) -> Survey {
    let mut found = Survey::default();
    for (argument, path) in arguments.iter().enumerate() {
        let origin = Origin::named(path);
        let kind = if path.as_os_str() == "-" { None } else { path.metadata().ok() };
        let is_folder = kind.as_ref().is_some_and(Metadata::is_dir);
        found.arguments.push(MailboxArgument { path: path.clone(), has_maildir: false, is_folder });
        if is_folder {
            walk(argument, &origin, (outputs, stat_policy), &mut found);
        } else {
            let size = kind.filter(Metadata::is_file).map(|file| file.len());
            found.sources.push(Source { argument, origin, size, inode: None });
        }
    }
    found
}

fn walk(
    argument: usize,
    folder: &Origin,
    (outputs, stat_policy): (&[FileId], StatPolicy),
    found: &mut Survey,
) {
    let mut walked = Walked::default();
    let mut entries =
        WalkDir::new(&folder.path).follow_links(true).into_iter().filter_entry(|entry| !has_no_mail(entry));
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {
                found.arguments[argument].has_maildir |= entry.file_name() == "cur";
                if stat_policy == StatPolicy::ExceptMaildirs
                    && let Some(messages) = messages_in(entry.path(), outputs)
                {
                    entries.skip_current_dir();
                    walked.maildirs.push(MaildirFolder {
                        deep: entry.depth(),
                        path: entry.into_path(),
                        messages,
                    });
                }
            }
            Ok(entry) if entry.file_type().is_file() => {
                let file = entry.metadata().ok();
                let id = file.as_ref().filter(|_| !outputs.is_empty());
                if id.and_then(|file| FileId::of(entry.path(), file)).is_some_and(|id| outputs.contains(&id))
                {
                    walked.outputs.push(entry.into_path());
                    continue;
                }
                let (size, deep) = (file.map(|file| file.len()), entry.depth());
                let origin = folder.walked_to(entry.into_path(), deep);
                walked.files.push(Source { argument, origin, size, inode: None });
            }
            Ok(entry) => {
                let error = Error::file(entry.path(), "is a pipe, a socket or a device, and was left out");
                walked.remarks.push((entry.into_path(), Remark::Note(error)));
            }
            Err(error) => {
                let remark = out_of_reach(&error, &folder.path);
                walked.remarks.push((error.path().unwrap_or(&folder.path).to_path_buf(), remark));
            }
        }
    }
    walked.put_in_order(argument, folder, found);
}

/// What a walk found, in no order: a folder lists its files in none.
#[derive(Default)]
struct Walked {
    files: Vec<Source>,
    maildirs: Vec<MaildirFolder>,
    remarks: Vec<(PathBuf, Remark)>,
    outputs: Vec<PathBuf>,
}

/// A folder of messages that was looked at only as a whole, with its messages in order.
struct MaildirFolder {
    path: PathBuf,
    /// How many folders deep it is in the one that the user named.
    deep: usize,
    messages: Vec<MaildirMessage>,
}

impl Walked {
    /// Puts everything that is in the folder `named` in the order of the names in each folder.
    fn put_in_order(mut self, argument: usize, named: &Origin, found: &mut Survey) {
        self.files.sort_unstable_by(|left, right| by_names(&left.origin.path, &right.origin.path));
        self.maildirs.sort_unstable_by(|left, right| by_names(&left.path, &right.path));
        self.remarks.sort_by(|(left, _), (right, _)| by_names(left, right));
        self.outputs.sort_unstable_by(|left, right| by_names(left, right));
        let mut files = self.files.into_iter().peekable();
        for MaildirFolder { path, deep, messages } in self.maildirs {
            let is_before = |file: &Source| by_names(&file.origin.path, &path).is_lt();
            found.sources.extend(std::iter::from_fn(|| files.next_if(is_before)));
            found.sources.extend(messages.into_iter().map(|message| {
                let origin = named.walked_to(message.path, deep + 1);
                Source { argument, origin, size: None, inode: Some(message.inode) }
            }));
        }
        found.sources.extend(files);
        found.remarks.extend(self.remarks.into_iter().map(|(_, remark)| (argument, remark)));
        found.outputs.extend(self.outputs);
    }
}

/// The order of paths by the names in them, byte by byte: nothing comes between a folder and what is in it.
fn by_names(left: &Path, right: &Path) -> Ordering {
    let [left, right] = [left, right].map(|path| path.as_os_str().as_encoded_bytes());
    let differ = left.iter().zip(right).find(|(left, right)| left != right);
    let ends_name_first = |byte: u8| if std::path::is_separator(byte.into()) { 0 } else { byte };
    differ.map_or_else(
        || left.len().cmp(&right.len()),
        |(left, right)| ends_name_first(*left).cmp(&ends_name_first(*right)),
    )
}

/// Files and folders that mail programs keep beside mail and that contain none, or none that was delivered: a
/// Maildir's `tmp`, attachments that Apple Mail took out of messages, Thunderbird's indexes, the state of a message
/// in a file beside it.
fn has_no_mail(entry: &DirEntry) -> bool {
    let has_sibling = |names: &[&str]| {
        names.iter().any(|name| entry.path().parent().is_some_and(|folder| folder.join(name).is_dir()))
    };
    if entry.file_type().is_dir() && is_own_cache(entry.path()) {
        return true;
    }
    if entry.file_type().is_dir() {
        return (entry.file_name() == "tmp" && has_sibling(&["cur", "new"]))
            || (entry.file_name() == "Attachments" && has_sibling(&["Messages"]));
    }
    // Most files have no such name, and there may be a hundred thousand.
    if !may_lie_beside_mail(entry.path().as_os_str().as_encoded_bytes()) {
        return false;
    }
    if sidecar::messages_of(entry.path()).any(|message| message.is_file())
        || sidecar::are_labels(entry.path(), || sidecar::read(entry.path()))
    {
        return true;
    }
    matches!(entry.path().extension().and_then(OsStr::to_str), Some("emlxpart" | "msf"))
}

/// Whether a folder is one in which this program keeps facts.
fn is_own_cache(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("CACHEDIR.TAG")).is_ok_and(|tag| tag.contains("mailfatigue"))
}

/// A link that leads back to a folder above it was read there; anything else is a loss.
fn out_of_reach(error: &walkdir::Error, folder: &Path) -> Remark {
    let path = error.path().unwrap_or(folder);
    if error.loop_ancestor().is_some() {
        return Remark::Note(Error::file(path, "is a link back to a folder above it, and was left out"));
    }
    let unknown = io::Error::other("the folder can't be listed");
    Remark::Failed(Error::io(path, "can't be opened", error.io_error().unwrap_or(&unknown)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn paths_are_in_the_order_of_the_names_in_them(
            left in proptest::collection::vec("[ -.0-9a-cé]{1,4}", 1..4),
            right in proptest::collection::vec("[ -.0-9a-cé]{1,4}", 1..4),
        ) {
            let path = |names: &[String]| names.iter().collect::<PathBuf>();
            prop_assert_eq!(by_names(&path(&left), &path(&right)), left.cmp(&right));
        }
    }
}
