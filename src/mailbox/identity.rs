//! The identity of a file, independent of its path.

use std::fs::Metadata;
use std::path::Path;

/// A file: links and other spellings of its path have the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileId(Identity);

/// Device and inode.
#[cfg(unix)]
type Identity = (u64, u64);

/// The canonical path: hard links can't be recognised there without opening the file.
#[cfg(not(unix))]
type Identity = std::path::PathBuf;

impl FileId {
    /// Whether it may be the file of that inode.
    #[cfg(unix)]
    pub fn may_have(&self, inode: u64) -> bool {
        self.0.1 == inode
    }

    /// The file that `path` leads to, of which `metadata` are known; `None` where that is not known.
    #[cfg(unix)]
    pub fn of(_: &Path, metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self((metadata.dev(), metadata.ino())))
    }

    /// The file that `path` leads to, of which `metadata` are known; `None` where that is not known.
    #[cfg(not(unix))]
    pub fn of(path: &Path, _: &Metadata) -> Option<Self> {
        path.canonicalize().ok().map(Self)
    }
}
