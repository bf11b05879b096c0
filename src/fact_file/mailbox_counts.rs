//! The mailboxes that facts were made from: warnings about each depend on all that a run reads.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A mailbox as it was named, and what it gave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MailboxCounts {
    /// Its path.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Whether it contains a Maildir, even an empty one.
    #[serde(rename = "holds_maildir")]
    pub has_maildir: bool,
    /// Messages.
    pub messages: u32,
    /// Mailboxes; a part of one and a message in a file of its own count too.
    pub mailboxes: u32,
    /// Files without mail.
    pub without_mail: u32,
    /// What could not be read.
    pub failures: u32,
    /// How many messages its own lists say that it has.
    pub promised: u64,
}
