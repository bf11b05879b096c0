//! Where bytes come from: the path, and what had to be unpacked.

use super::sidecar::{self, Sidecar};
use super::{MailboxFile, Sink, StoredState, maildir};
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

/// Where a stream of bytes comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The path, as the user would name it; inside an archive the archive's path followed by the member's.
    pub path: PathBuf,
    /// How many of the path's last names lie at or below what the user named: those may be names of mail folders.
    depth: usize,
    /// What had to be unpacked.
    pub packing: Packing,
    /// Whether the user named it, so that it must be mail; else it was found in a folder or an archive.
    pub named: bool,
    /// What a file beside it in its archive says of the message that it is. Boxed: few have one, and of origins there may
    /// be a hundred thousand.
    sidecar: Option<Box<Sidecar>>,
}

impl Origin {
    /// What the user named.
    pub fn named(path: &Path) -> Self {
        let name = path.file_name().and_then(OsStr::to_str);
        // A Maildir's name is the one above these.
        let depth = if matches!(name, Some("cur" | "new")) { 2 } else { 1 };
        Self { path: path.to_path_buf(), depth, packing: Packing::None, named: true, sidecar: None }
    }

    /// A file in the folder that this is, at `path` as seen from here.
    pub fn found(&self, path: &Path) -> Self {
        let depth = self.depth + path.components().count();
        Self { path: self.path.join(path), depth, named: false, sidecar: None, ..*self }
    }

    /// The file with that path, so many folders deep in the folder that this is.
    pub fn walked_to(&self, path: PathBuf, deep: usize) -> Self {
        Self { path, depth: self.depth + deep, named: false, sidecar: None, ..*self }
    }

    /// A member of the archive that this is.
    pub fn member(&self, path: &Path) -> Self {
        Self { packing: Packing::Archived, ..self.found(path) }
    }

    /// The same, with what a file beside it says.
    pub fn with_sidecar(self, sidecar: Option<Sidecar>) -> Self {
        Self { sidecar: sidecar.map(Box::new), ..self }
    }

    /// The content of the compressed file that this is.
    pub fn unpacked(&self) -> Self {
        Self { packing: Packing::Compressed, ..self.clone() }
    }

    /// Turns the sink to a mailbox of many messages, whose own name is a folder's.
    pub fn start_mailbox(&self, sink: &mut dyn Sink) {
        self.start_file(0, Path::new(""), maildir::stored_state(&self.path), sink);
    }

    /// Turns the sink to a file with one message; the folder is what it lies in. `stored_state` are those that the file's
    /// content gives.
    pub fn start_message(&self, stored_state: Option<StoredState>, sink: &mut dyn Sink) {
        let in_folder = || match self.packing {
            Packing::Archived => None,
            _ => Sidecar::of(&self.path, sidecar::read),
        };
        let in_archive = || self.sidecar.as_deref().cloned();
        let sidecar = if stored_state.is_none() { in_archive().or_else(in_folder) } else { None };
        let folder = sidecar.as_ref().map(|sidecar| sidecar.folder.clone()).unwrap_or_default();
        let stored_state = stored_state
            .or(sidecar.map(|sidecar| sidecar.stored_state))
            .unwrap_or_else(|| maildir::stored_state(&self.path));
        self.start_file(1, &folder, stored_state, sink);
    }

    fn start_file(&self, own_names: usize, inside: &Path, stored_state: StoredState, sink: &mut dyn Sink) {
        let all = self.path.components().count();
        let names = self.path.components().take(all.saturating_sub(own_names));
        let folder: PathBuf = names.skip(all.saturating_sub(self.depth)).chain(inside.components()).collect();
        sink.start_file(&MailboxFile { path: &self.path, folder: &folder, stored_state });
    }
}
