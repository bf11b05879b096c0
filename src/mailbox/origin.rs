//! Where bytes lie, and how they were come by.

use super::sidecar::{self, Sidecar};
use super::{Marks, Place, Sink, maildir};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What had to be unpacked to get at a stream of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Nothing: it is a file.
    None,
    /// A compressed file.
    Compressed,
    /// An archive: nothing inside it is unpacked a second time.
    Archived,
}

/// Where a stream of bytes lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The path, as the user would name it; inside an archive the archive's path goes on with the member's.
    pub path: PathBuf,
    /// How many of the path's last names lie at or below what the user named: those may be names of mail folders.
    depth: usize,
    /// What had to be unpacked.
    pub packing: Packing,
    /// Whether the user named it, so that it must be mail; else it was found in a folder or an archive.
    pub named: bool,
    /// What a file beside it in its archive says of the message that it is.
    beside: Option<Sidecar>,
}

impl Origin {
    /// What the user named.
    pub fn named(path: &Path) -> Self {
        let name = path.file_name().and_then(OsStr::to_str);
        // A Maildir's name is the one above these.
        let depth = if matches!(name, Some("cur" | "new")) { 2 } else { 1 };
        Self { path: path.to_path_buf(), depth, packing: Packing::None, named: true, beside: None }
    }

    /// A file in the folder that this is, at `path` as seen from here.
    pub fn found(&self, path: &Path) -> Self {
        let depth = self.depth + path.components().count();
        Self { path: self.path.join(path), depth, named: false, beside: None, ..*self }
    }

    /// The file with that path, so many folders deep in the folder that this is.
    pub fn walked_to(&self, path: PathBuf, deep: usize) -> Self {
        Self { path, depth: self.depth + deep, named: false, beside: None, ..*self }
    }

    /// A member of the archive that this is.
    pub fn member(&self, path: &Path) -> Self {
        Self { packing: Packing::Archived, ..self.found(path) }
    }

    /// The same, with what a file beside it says.
    pub fn with_sidecar(self, beside: Option<Sidecar>) -> Self {
        Self { beside, ..self }
    }

    /// The content of the compressed file that this is.
    pub fn unpacked(&self) -> Self {
        Self { packing: Packing::Compressed, ..self.clone() }
    }

    /// Turns the sink to a mailbox of many messages, whose own name is a folder's.
    pub fn turn_to_folder(&self, sink: &mut dyn Sink) {
        self.turn_to(0, Path::new(""), maildir::marks(&self.path), sink);
    }

    /// Turns the sink to a file with one message; the folder is what it lies in. `marks` are those that the file's
    /// content gives.
    pub fn turn_to_message(&self, marks: Option<Marks>, sink: &mut dyn Sink) {
        let in_folder = || match self.packing {
            Packing::Archived => None,
            _ => Sidecar::of(&self.path, sidecar::read),
        };
        let beside = if marks.is_none() { self.beside.clone().or_else(in_folder) } else { None };
        let folder = beside.as_ref().map(|beside| beside.folder.clone()).unwrap_or_default();
        let marks = marks.or(beside.map(|beside| beside.marks)).unwrap_or_else(|| maildir::marks(&self.path));
        self.turn_to(1, &folder, marks, sink);
    }

    fn turn_to(&self, own_names: usize, inside: &Path, marks: Marks, sink: &mut dyn Sink) {
        let all = self.path.components().count();
        let names = self.path.components().take(all.saturating_sub(own_names));
        let folder: PathBuf = names.skip(all.saturating_sub(self.depth)).chain(inside.components()).collect();
        sink.turn_to(&Place { path: &self.path, folder: &folder, marks });
    }
}
