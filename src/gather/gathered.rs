//! What was read, and what each mailbox gave.

use crate::fact::{Batch, NameTable};
use crate::fact_file::MailboxCounts;
use crate::mailbox::{MailboxArgument, Remark};

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Facts and signs, in the order of reading.
    pub batch: Batch,
    /// The names that they use.
    pub names: NameTable,
    /// The mailboxes of the command line and what each gave; in place of a file of facts those that it was made from.
    pub arguments: Vec<(MailboxArgument, ArgumentCounts)>,
}

/// What an argument of the command line gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ArgumentCounts {
    /// Messages.
    pub messages: u32,
    /// Mailboxes; a part of one and a message in a file of its own count too.
    pub mailboxes: u32,
    /// Whether it contains a Maildir, even an empty one.
    pub has_maildir: bool,
    /// Files without mail.
    pub without_mail: u32,
    /// What could not be read.
    pub failures: u32,
    /// How many messages its own lists say that it has.
    pub promised: u64,
}

impl ArgumentCounts {
    /// Whether it is a mailbox and was read, at least in part.
    pub fn is_read(&self) -> bool {
        self.mailboxes > 0 || (self.has_maildir && self.failures == 0)
    }

    /// A mailbox that facts were made from, and what it gave.
    pub(super) fn of_facts(given: MailboxCounts) -> (MailboxArgument, Self) {
        let MailboxCounts {
            path,
            is_folder,
            has_maildir,
            messages,
            mailboxes,
            without_mail,
            failures,
            promised,
        } = given;
        let counts = Self { messages, mailboxes, has_maildir, without_mail, failures, promised };
        (MailboxArgument { path, has_maildir, is_folder }, counts)
    }

    /// The same for a file of facts.
    pub fn as_given(&self, named: &MailboxArgument) -> MailboxCounts {
        let Self { messages, mailboxes, has_maildir, without_mail, failures, promised } = *self;
        let MailboxArgument { path, has_maildir: _, is_folder } = named.clone();
        MailboxCounts { path, is_folder, has_maildir, messages, mailboxes, without_mail, failures, promised }
    }

    pub(super) fn note(&mut self, remark: &Remark) {
        match remark {
            Remark::NoMail(_) => self.without_mail += 1,
            Remark::Failed(_) => self.failures += 1,
            Remark::Promised(messages) => self.promised = self.promised.saturating_add(*messages),
            Remark::Note(_) | Remark::Blocked(_) => {}
        }
    }
}
