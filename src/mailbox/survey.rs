//! Finds the files to read: those that the user named, and those in folders, in the order of their names.

use super::identity::FileId;
use super::origin::Origin;
use super::source::Source;
use super::{Remark, maildir, sidecar};
use crate::error::Error;
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
    // By their names: what one folder contains has the same path before them.
    let by_name = |left: &DirEntry, right: &DirEntry| left.path().as_os_str().cmp(right.path().as_os_str());
    let entries = WalkDir::new(&folder.path).follow_links(true).sort_by(by_name);
    for entry in entries.into_iter().filter_entry(|entry| !has_no_mail(entry)) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {
                found.arguments[argument].has_maildir |= entry.file_name() == "cur";
            }
            Ok(entry) if entry.file_type().is_file() => {
                let inode =
                    if stat_policy == StatPolicy::EveryFile { None } else { known_by_inode(&entry, outputs) };
                let file = if inode.is_some() { None } else { entry.metadata().ok() };
                let id = file.as_ref().filter(|_| !outputs.is_empty());
                if id.and_then(|file| FileId::of(entry.path(), file)).is_some_and(|id| outputs.contains(&id))
                {
                    found.outputs.push(entry.into_path());
                    continue;
                }
                let (size, deep) = (file.map(|file| file.len()), entry.depth());
                let origin = folder.walked_to(entry.into_path(), deep);
                found.sources.push(Source { argument, origin, size, inode });
            }
            Ok(entry) => {
                let error = Error::file(entry.path(), "is a pipe, a socket or a device, and was left out");
                found.remarks.push((argument, Remark::Note(error)));
            }
            Err(error) => found.remarks.push((argument, out_of_reach(&error, &folder.path))),
        }
    }
}

/// The inode of a message in a Maildir, as its folder has it. A program that delivers such a message writes it elsewhere and moves
/// it here, and one that reads it changes nothing but its name (<https://cr.yp.to/proto/maildir.html>).
#[cfg(unix)]
fn known_by_inode(entry: &DirEntry, outputs: &[FileId]) -> Option<u64> {
    use walkdir::DirEntryExt;
    let may_be_output = |inode| outputs.iter().any(|output| output.may_have(inode));
    let is_message = !entry.path_is_symlink() && maildir::is_message(entry.path());
    Some(entry.ino()).filter(|inode| is_message && !may_be_output(*inode))
}

#[cfg(not(unix))]
fn known_by_inode(_: &DirEntry, _: &[FileId]) -> Option<u64> {
    None
}

/// Endings of the names of files beside mail.
const BESIDE_MAIL: [&[u8]; 4] = [b".json", b".meta", b".emlxpart", b".msf"];

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
    // Most files have none of these endings, and there may be a hundred thousand.
    let name = entry.path().as_os_str().as_encoded_bytes();
    if !BESIDE_MAIL.iter().any(|ending| name.ends_with(ending)) {
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
