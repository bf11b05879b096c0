//! Each mailbox of the command line as a whole: whether it contains mail, and whether that can be used.

use crate::error::Error;
use crate::fact::Skip;
use crate::gather::ArgumentCounts;
use crate::mailbox::{MailboxArgument, Remark};

/// What all mailboxes together contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFound {
    /// No message.
    Nothing,
    /// Messages, none of which can be used.
    Unusable,
    /// Messages that can be used.
    Usable,
}

impl MailFound {
    /// What was found, where `any_usable` says whether any message can be used, and `skips` are those that can't.
    pub fn of(any_usable: bool, skips: &[Skip]) -> Self {
        match any_usable {
            true => Self::Usable,
            false if skips.iter().any(|skip| skip.reason.is_message()) => Self::Unusable,
            false => Self::Nothing,
        }
    }
}

/// Remarks about mailboxes as a whole: whether some of them contain mail or none does, and whether it can be used.
pub fn account(arguments: &[(MailboxArgument, ArgumentCounts)], found: MailFound) -> Vec<Remark> {
    let of_each = |(named, counts): &(MailboxArgument, ArgumentCounts)| {
        let unusable = (found == MailFound::Unusable).then(|| none_usable(named, counts)).flatten();
        accounted(named, counts, found != MailFound::Nothing).into_iter().chain(unusable)
    };
    arguments.iter().flat_map(of_each).collect()
}

/// A warning about an argument with messages, where none of the run's can be used.
fn none_usable(named: &MailboxArgument, counts: &ArgumentCounts) -> Option<Remark> {
    let what = match counts.messages {
        0 => return None,
        1 => "contains one message, which can't be used".to_string(),
        messages => format!("contains {messages} messages, none of which can be used"),
    };
    let warning = Error::file(&named.path, what).hint("`mailfatigue check -v` names each with its reason");
    Some(Remark::Note(warning.as_warning()))
}

/// What is to be said of an argument as a whole: it contains no mail, or less than its own lists promise. `any_mail` says
/// whether any argument contains some.
fn accounted(named: &MailboxArgument, counts: &ArgumentCounts, any_mail: bool) -> Option<Remark> {
    if counts.failures == 0 && !(any_mail && counts.is_read()) {
        let error = without_mail(named, counts);
        // One part of an export in archives may contain no mail.
        let of_an_export = any_mail && !named.is_folder;
        return Some(if of_an_export { Remark::Note(error) } else { Remark::Failed(error) });
    }
    let (promised, read) = (counts.promised, u64::from(counts.messages));
    (promised > read).then(|| {
        let what = format!("its own list speaks of {promised} messages, {read} were read");
        Remark::Note(Error::file(&named.path, what).hint("see whether all files of the export are there"))
    })
}

/// An argument without mail: why, and what to look at.
fn without_mail(named: &MailboxArgument, counts: &ArgumentCounts) -> Error {
    let formats = "`mailfatigue formats` lists what can be read";
    let is_piped = counts.is_read() && named.path.as_os_str() == "-";
    let before_pipe = "see whether the command before the `|` failed; nothing was written";
    if counts.messages > 0 {
        let what = match counts.messages {
            1 => "ends in the middle of the header of its first message".to_string(),
            torn => format!("contains {torn} messages, each cut off in the middle of its header"),
        };
        let copied = "see whether it was copied completely; nothing was written";
        return Error::file(&named.path, what).hint(if is_piped { before_pipe } else { copied });
    }
    if is_piped {
        return Error::file(&named.path, "has no message: nothing came, or only blank lines")
            .hint(before_pipe);
    }
    if counts.is_read() {
        return Error::file(&named.path, "is empty, and all mailboxes together contain no message")
            .hint("see whether it is the right one, and whether its disk is there; nothing was written");
    }
    match counts.without_mail {
        0 if named.is_folder => Error::file(&named.path, "is empty: no mailbox and no message")
            .hint("see whether it is the right one, and whether its disk is there"),
        0 => Error::file(&named.path, "is empty: no mailbox and no message").hint(formats),
        1 => Error::file(&named.path, "contains no mail: one file, neither a mailbox nor a message")
            .hint(formats),
        files => {
            let what = format!("contains no mail: {files} files, none of them a mailbox or a message");
            Error::file(&named.path, what).hint(formats)
        }
    }
}
