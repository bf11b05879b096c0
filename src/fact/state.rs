//! The state of a message in the mailbox: sent, draft, spam, read, deleted.
//!
//! A sender can write any of these fields too, so each is believed only where its exporter writes it.

use crate::mailbox::{StoredState, folder_name};
use crate::message::decode::plain_text;
use crate::message::header::{FieldName, Fields};
use crate::text::fold::fold;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// The state of one message. `None`: the export does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MailState {
    /// Written by the owner: in a sent folder or under a Sent label.
    pub sent: bool,
    /// A draft, a chat transcript, an RSS item, or a mail program's own note: no mail that was received.
    pub no_mail: bool,
    /// Marked a draft in a field that any sender may write: believed of the owner's own mail only.
    pub draft_mark: bool,
    /// In a spam folder or under a spam label.
    pub spam: bool,
    /// Read.
    pub read: Option<bool>,
    /// In the trash or marked deleted.
    pub deleted: Option<bool>,
}

/// The words for states, in many languages.
#[derive(Debug, Clone)]
pub struct StateLabels {
    meanings: HashMap<String, StateMeaning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StateMeaning {
    Sent,
    Draft,
    Spam,
    Trash,
    Unread,
    Chat,
    SpamFolder,
    Root,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenLabels {
    sent: Vec<String>,
    draft: Vec<String>,
    spam: Vec<String>,
    trash: Vec<String>,
    unread: Vec<String>,
    chat: Vec<String>,
    spam_folder: Vec<String>,
    root: Vec<String>,
}

impl StateLabels {
    /// The built-in words.
    pub fn built_in() -> Self {
        let written: WrittenLabels = toml::from_str(include_str!("labels.toml")).unwrap_or_default();
        let rows = [
            (written.sent, StateMeaning::Sent),
            (written.draft, StateMeaning::Draft),
            (written.spam, StateMeaning::Spam),
            (written.trash, StateMeaning::Trash),
            (written.unread, StateMeaning::Unread),
            (written.chat, StateMeaning::Chat),
            (written.spam_folder, StateMeaning::SpamFolder),
            (written.root, StateMeaning::Root),
        ];
        let meanings = rows
            .into_iter()
            .flat_map(|(words, meaning)| words.into_iter().map(move |word| (key(&word), meaning)));
        Self { meanings: meanings.collect() }
    }

    fn meaning(&self, label: &str) -> Option<StateMeaning> {
        self.meanings.get(&key(label)).copied()
    }

    /// The state of a folder's messages, by its name and those of the folders above it, where one is exactly such a
    /// folder's name: with or without an extension (`Sent.mbox`, `Sent.sbd`), or as a part of a name that a program
    /// made of the names of several (`.Archive.Sent`, `INBOX.Sent`, `[Gmail].Sent Mail`).
    pub fn folder_state(&self, folder: &Path) -> MailState {
        let mut state = MailState::default();
        for name in folder.iter() {
            let name = name.to_string_lossy();
            let stem = Path::new(&*name).file_stem().unwrap_or_default().to_string_lossy();
            for written in self.parts_of(&name).chain([&*name, &*stem]) {
                match self.meaning(&folder_name(written)) {
                    Some(StateMeaning::Sent) => state.sent = true,
                    Some(StateMeaning::Draft) => state.no_mail = true,
                    Some(StateMeaning::Spam | StateMeaning::SpamFolder) => state.spam = true,
                    Some(StateMeaning::Trash) => state.deleted = Some(true),
                    _ => {}
                }
            }
        }
        state
    }

    /// The folders whose names a name consists of, where it says so by its beginning.
    fn parts_of<'a>(&self, name: &'a str) -> impl Iterator<Item = &'a str> {
        const SEPARATORS: [char; 5] = ['.', '/', '\\', '^', '|'];
        let first = name.split(SEPARATORS).next().unwrap_or_default();
        let several = first.is_empty() || self.meaning(&folder_name(first)) == Some(StateMeaning::Root);
        let parts = several.then(|| name.split(SEPARATORS));
        parts.into_iter().flatten().filter(|part| !part.is_empty())
    }

    /// The state by the raw value of `X-Gmail-Labels`.
    pub fn gmail(&self, raw: &[u8]) -> MailState {
        let mut state = MailState { read: Some(true), deleted: Some(false), ..MailState::default() };
        for label in split_labels(&plain_text(raw)) {
            match self.meaning(label) {
                Some(StateMeaning::Sent) => state.sent = true,
                Some(StateMeaning::Draft | StateMeaning::Chat) => state.no_mail = true,
                Some(StateMeaning::Spam) => state.spam = true,
                Some(StateMeaning::Trash) => state.deleted = Some(true),
                Some(StateMeaning::Unread) => state.read = Some(false),
                Some(StateMeaning::SpamFolder | StateMeaning::Root) | None => {}
            }
        }
        state
    }
}

/// The letters and digits of a name, folded: `Junk-E-Mail` is `Junk email`.
fn key(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

impl MailState {
    /// The state of a message that the mailbox itself stores: it is always the owner's.
    pub fn marked(self, stored_state: &StoredState) -> Self {
        let deleted = stored_state.deleted.max(self.deleted);
        let no_mail = self.no_mail || stored_state.draft;
        let (spam, sent) = (self.spam || stored_state.spam, self.sent || stored_state.sent);
        Self { read: stored_state.read.or(self.read), deleted, no_mail, spam, sent, ..self }
    }
}

/// The state of a message in a folder of that state; `gmail` reads the value of `X-Gmail-Labels`.
pub fn state_by(fields: &Fields<'_>, folder: MailState, gmail: impl FnOnce(&[u8]) -> MailState) -> MailState {
    let mut state = folder;
    let first_received = fields.position(FieldName::RECEIVED).unwrap_or(u32::MAX);
    if fields.position(FieldName::X_GMAIL_LABELS).is_some_and(|place| place < 3 && place < first_received) {
        let gmail_state = gmail(fields.first(FieldName::X_GMAIL_LABELS).unwrap_or_default());
        state = MailState {
            sent: state.sent || gmail_state.sent,
            no_mail: state.no_mail || gmail_state.no_mail,
            spam: state.spam || gmail_state.spam,
            ..gmail_state
        };
    } else if is_mozillas(fields) {
        mozilla(&mut state, fields);
    } else {
        status(&mut state, fields);
    }
    if fields.position(FieldName::X_IMAP) == Some(0)
        || fields.first(FieldName::X_IMAP).is_some_and(|_| is_folder_note(fields))
    {
        state.no_mail = true; // c-client's "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA"
    }
    state
}

fn is_folder_note(fields: &Fields<'_>) -> bool {
    fields.first(FieldName::SUBJECT).is_some_and(|subject| subject.starts_with(b"DON'T DELETE THIS MESSAGE"))
}

/// Thunderbird writes its fields on top: only its own come above `X-Mozilla-Status`.
fn is_mozillas(fields: &Fields<'_>) -> bool {
    let own = [
        FieldName::X_ACCOUNT_KEY,
        FieldName::X_UIDL,
        FieldName::X_MOZILLA_STATUS2,
        FieldName::X_MOZILLA_KEYS,
    ];
    let Some(place) = fields.position(FieldName::X_MOZILLA_STATUS) else { return false };
    let above = own.iter().filter(|name| fields.position(**name).is_some_and(|own| own < place)).count();
    usize::try_from(place).is_ok_and(|place| place == above)
}

/// Flags of `X-Mozilla-Status`: Read, Expunged (deleted, not yet compacted), FeedMsg (an RSS item), Queued.
fn mozilla(state: &mut MailState, fields: &Fields<'_>) {
    let hex = |name| {
        let text = std::str::from_utf8(fields.first(name).unwrap_or(b"")).unwrap_or("");
        u32::from_str_radix(text.trim(), 16).ok()
    };
    let Some(flags) = hex(FieldName::X_MOZILLA_STATUS) else { return };
    let upper = hex(FieldName::X_MOZILLA_STATUS2).unwrap_or(0);
    state.read = Some(flags & 0x0001 != 0);
    state.deleted = Some(flags & 0x0008 != 0 || upper & 0x0020_0000 != 0 || state.deleted == Some(true));
    state.no_mail |= flags & 0x0040 != 0 || flags & 0x0800 != 0 || upper & 0x0100_0000 != 0;
}

/// `Status` and `X-Status` of c-client, Dovecot and mutt: only whether it was read or deleted.
fn status(state: &mut MailState, fields: &Fields<'_>) {
    if let Some(value) = fields.first(FieldName::STATUS).filter(|value| is_flags(value)) {
        state.read = Some(value.contains(&b'R'));
    }
    if let Some(value) = fields.first(FieldName::X_STATUS).filter(|value| is_flags(value)) {
        state.deleted = Some(value.contains(&b'D') || state.deleted == Some(true));
        state.draft_mark = value.contains(&b'T');
    }
}

fn is_flags(value: &[u8]) -> bool {
    value.iter().all(|b| b"RONADFT ".contains(b))
}

/// Gmail's labels: a comma-separated list in which a quote opens a quoted label only at its start.
fn split_labels(value: &str) -> Vec<&str> {
    let mut labels = Vec::new();
    let mut rest = value.trim();
    while !rest.is_empty() {
        let end = if rest.starts_with('"') { quoted_end(rest) } else { rest.find(',') }.unwrap_or(rest.len());
        let (label, after) = rest.split_at(end);
        labels.push(label.trim().trim_matches('"'));
        rest = after.trim_start_matches(',').trim_start();
    }
    labels
}

/// Where a quoted label ends: at a quote before a comma or the end.
fn quoted_end(text: &str) -> Option<usize> {
    text.char_indices()
        .skip(1)
        .filter(|(_, c)| *c == '"')
        .map(|(at, _)| at + 1)
        .find(|end| text[*end..].trim_start().is_empty() || text[*end..].trim_start().starts_with(','))
}

#[cfg(test)]
mod tests;
