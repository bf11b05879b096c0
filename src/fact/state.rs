//! What the mailbox says about a message: sent, draft, spam, read, deleted.
//!
//! A sender can write any of these fields too, so each is believed only where its exporter writes it.

use crate::mailbox::{Marks, folder_name};
use crate::message::decode::plain_text;
use crate::message::header::{FieldName, Fields};
use crate::text::fold::fold;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// The state of one message. `None`: the export does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct State {
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
pub struct Labels {
    meanings: HashMap<String, Meaning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
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

impl Labels {
    /// The built-in words.
    pub fn built_in() -> Self {
        let written: WrittenLabels = toml::from_str(include_str!("labels.toml")).unwrap_or_default();
        let rows = [
            (written.sent, Meaning::Sent),
            (written.draft, Meaning::Draft),
            (written.spam, Meaning::Spam),
            (written.trash, Meaning::Trash),
            (written.unread, Meaning::Unread),
            (written.chat, Meaning::Chat),
            (written.spam_folder, Meaning::SpamFolder),
            (written.root, Meaning::Root),
        ];
        let meanings = rows
            .into_iter()
            .flat_map(|(words, meaning)| words.into_iter().map(move |word| (key(&word), meaning)));
        Self { meanings: meanings.collect() }
    }

    fn meaning(&self, label: &str) -> Option<Meaning> {
        self.meanings.get(&key(label)).copied()
    }

    /// What the names of a mail folder and of those above it say of its messages, where one is exactly such a
    /// folder's name: with or without an extension (`Sent.mbox`, `Sent.sbd`), or as a part of a name that a program
    /// made of the names of several (`.Archive.Sent`, `INBOX.Sent`, `[Gmail].Sent Mail`).
    pub fn folder_state(&self, folder: &Path) -> State {
        let mut state = State::default();
        for name in folder.iter() {
            let name = name.to_string_lossy();
            let stem = Path::new(&*name).file_stem().unwrap_or_default().to_string_lossy();
            for written in self.parts_of(&name).chain([&*name, &*stem]) {
                match self.meaning(&folder_name(written)) {
                    Some(Meaning::Sent) => state.sent = true,
                    Some(Meaning::Draft) => state.no_mail = true,
                    Some(Meaning::Spam | Meaning::SpamFolder) => state.spam = true,
                    Some(Meaning::Trash) => state.deleted = Some(true),
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
        let several = first.is_empty() || self.meaning(&folder_name(first)) == Some(Meaning::Root);
        let parts = several.then(|| name.split(SEPARATORS));
        parts.into_iter().flatten().filter(|part| !part.is_empty())
    }

    /// What the raw value of `X-Gmail-Labels` says.
    pub fn gmail(&self, raw: &[u8]) -> State {
        let mut state = State { read: Some(true), deleted: Some(false), ..State::default() };
        for label in split_labels(&plain_text(raw)) {
            match self.meaning(label) {
                Some(Meaning::Sent) => state.sent = true,
                Some(Meaning::Draft | Meaning::Chat) => state.no_mail = true,
                Some(Meaning::Spam) => state.spam = true,
                Some(Meaning::Trash) => state.deleted = Some(true),
                Some(Meaning::Unread) => state.read = Some(false),
                Some(Meaning::SpamFolder | Meaning::Root) | None => {}
            }
        }
        state
    }
}

/// The letters and digits of a name, folded: `Junk-E-Mail` is `Junk email`.
fn key(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

impl State {
    /// The state of a message on which the mailbox itself put those marks: they are nobody's but the owner's.
    pub fn marked(self, marks: &Marks) -> Self {
        let deleted = marks.deleted.max(self.deleted);
        let no_mail = self.no_mail || marks.draft;
        let (spam, sent) = (self.spam || marks.spam, self.sent || marks.sent);
        Self { read: marks.read.or(self.read), deleted, no_mail, spam, sent, ..self }
    }
}

/// The state of a message in a folder of that state; `gmail` reads the value of `X-Gmail-Labels`.
pub fn state_by(fields: &Fields<'_>, folder: State, gmail: impl FnOnce(&[u8]) -> State) -> State {
    let mut state = folder;
    let first_received = fields.position(FieldName::RECEIVED).unwrap_or(u32::MAX);
    if fields.position(FieldName::X_GMAIL_LABELS).is_some_and(|place| place < 3 && place < first_received) {
        let told = gmail(fields.first(FieldName::X_GMAIL_LABELS).unwrap_or_default());
        state = State {
            sent: state.sent || told.sent,
            no_mail: state.no_mail || told.no_mail,
            spam: state.spam || told.spam,
            ..told
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

/// Thunderbird writes its fields on top: nothing but its own stands above `X-Mozilla-Status`.
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
fn mozilla(state: &mut State, fields: &Fields<'_>) {
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

/// `Status` and `X-Status` of c-client, Dovecot and mutt: they tell of reading and deleting, no more.
fn status(state: &mut State, fields: &Fields<'_>) {
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
mod tests {
    use super::*;
    use crate::message::header::{Spans, Vocabulary};

    fn state(fields: &Fields<'_>, folder: State, labels: &Labels) -> State {
        state_by(fields, folder, |raw| labels.gmail(raw))
    }

    fn state_of(header: &str) -> State {
        let mut spans = Spans::default();
        state(&spans.scan(&Vocabulary::default(), header.as_bytes()), State::default(), &Labels::built_in())
    }

    fn labels(value: &str) -> State {
        state_of(&format!("X-GM-THRID: 1\nX-Gmail-Labels: {value}\nReceived: x\n"))
    }

    #[test]
    fn gmail_labels_are_read_in_many_languages() {
        assert_eq!(
            labels("Inbox,Opened,Category Promotions"),
            State { read: Some(true), deleted: Some(false), ..State::default() }
        );
        assert_eq!(labels("Ungelesen,Kategorie: \"Neuigkeiten\"").read, Some(false));
        assert!(labels("=?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception,Envoy=C3=A9?=").sent);
        assert!(labels("=?UTF-8?B?R2VzZW5kZXQs?=\n =?UTF-8?Q?Wichtig?=").sent);
        assert_eq!(labels("Papierkorb,\"Schuhe, Hosen\",Ungelesen").deleted, Some(true));
        assert!(labels("\"Schuhe, Hosen\",Spam").spam);
        assert!(labels("=?UTF-8?Q?Entw=C3=BCrfe?=").no_mail);
        assert!(labels("Chat").no_mail);
        assert!(!labels("\"Sent, Inbox\"").sent);
    }

    #[test]
    fn labels_below_received_or_further_down_are_the_senders_own() {
        assert!(!state_of("Received: x\nX-Gmail-Labels: Sent\n").sent);
        assert!(!state_of("A: 1\nB: 2\nC: 3\nX-Gmail-Labels: Sent\n").sent);
    }

    #[test]
    fn mozilla_flags_count_at_the_top_only() {
        let read = state_of("X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\nReceived: x\n");
        assert_eq!((read.read, read.deleted), (Some(true), Some(false)));
        assert_eq!(state_of("X-Account-Key: a\nX-UIDL: 1\nX-Mozilla-Status: 0009\n").deleted, Some(true));
        assert!(state_of("X-Mozilla-Status: 0041\n").no_mail);
        assert_eq!(state_of("Received: x\nX-Mozilla-Status: 0008\n"), State::default());
    }

    #[test]
    fn status_flags_tell_of_reading_and_deleting_only() {
        let flags = state_of("From: a\nStatus: RO\nX-Status: D\n");
        assert_eq!((flags.read, flags.deleted), (Some(true), Some(true)));
        assert_eq!(state_of("Status: O\n").read, Some(false));
        let marked = state_of("Status: O\nX-Status: T\n");
        assert!(marked.draft_mark && !marked.no_mail);
        assert_eq!(state_of("Status: delivered\n").read, None);
    }

    fn all_are(folders: &str, is: impl Fn(State) -> bool) {
        let labels = Labels::built_in();
        for folder in folders.split(", ") {
            assert!(is(labels.folder_state(Path::new(folder))), "{folder}");
        }
    }

    #[test]
    fn folders_are_known_by_their_names_in_many_languages() {
        let spam = "Junk E-mail, Junk-E-Mail, Junk_Email, Courrier indésirable, Correo electrónico no deseado, \
            Posta indesiderata, Ongewenste e-mail, Lixo Eletrônico, Wiadomości-śmieci, Nevyžádaná pošta, \
            Nevyžiadaná pošta, Skräppost, Uønsket e-mail, Søppelpost, Roskaposti, Levélszemét, \
            Ανεπιθύμητη αλληλογραφία, Önemsiz E-posta, Нежелательная почта, Спам, דואר זבל, البريد غير الهام, \
            Rämpspost, 迷惑メール, 스팸, 垃圾邮件, Thư rác, Bulk, Bulk Mail.mbox";
        all_are(spam, |state| state.spam && !state.sent && state.deleted.is_none());
        let trash = "Deleted Items, Gelöschte Elemente, Éléments supprimés, Elementos eliminados, Posta eliminata, \
            Verwijderde items, Itens Excluídos, Elementy usunięte, Odstraněná pošta, Papperskorgen, Slettet post, \
            Papirkurv, Roskakori, Törölt elemek, Кошик, Корзина, Çöp Kutusu, Silinmiş Öğeler, ごみ箱, 휴지통, \
            已删除邮件, Coș de gunoi";
        all_are(trash, |state| state.deleted == Some(true) && !state.spam);
        let sent = "Sent Messages, Gesendete Elemente, Éléments envoyés, Elementos enviados, Posta inviata, \
            Verzonden items, Itens Enviados, Elementy wysłane, Odeslaná pošta, Skickat, Sendt post, Lähetetyt, \
            Elküldött elemek, Отправленные, Надіслані, Gönderilmiş Öğeler, 送信済みメール, 보낸편지함, 已发送, Απεσταλμένα";
        all_are(sent, |state| state.sent && !state.spam);
        let drafts =
            "Entwürfe, Brouillons, Bozze, Koncepty, Utkast, Luonnokset, Piszkozatok, Taslaklar, 下書き, 草稿";
        all_are(drafts, |state| state.no_mail && !state.sent);
    }

    #[test]
    fn folders_below_others_are_known_in_every_spelling() {
        let spam = "[Gmail].Spam, [Google Mail].Spam, [Gmail]/Spam, [Gmail].sbd/Spam, INBOX.Spam, INBOX/Spam, \
            INBOX.INBOX.Junk, Inbox.Ordner.Junk-E-Mail, .Spam, .INBOX.Junk, INBOX.Junk.mbox, \
            INBOX.Nevy&AX4A4QBk-an&AOE- po&AWE-ta, INBOX\\Spam, mail/[Gmail].Spam, INBOX.Skr&AOQ-ppost";
        all_are(spam, |state| state.spam);
        let trash = "INBOX.Trash, [Gmail].Bin, [Gmail].Papierkorb, INBOX.Gel&APY-scht";
        all_are(trash, |state| state.deleted == Some(true));
        all_are("[Gmail].Sent Mail, [Google Mail]/Gesendet, INBOX.Sent Items", |state| state.sent);
        let others = "[Gmail].All Mail, INBOX, INBOX.Shops, best.spam.example, trash.2024.notes, Spammers";
        all_are(others, |state| state == State::default());
    }

    #[test]
    fn a_label_of_the_users_own_is_no_folder_of_a_provider() {
        assert!(!labels("Inbox,Bulk").spam);
    }

    #[test]
    fn no_name_has_two_meanings() {
        let written: WrittenLabels = toml::from_str(include_str!("labels.toml")).expect("labels.toml");
        let lists = [
            written.sent,
            written.draft,
            written.spam,
            written.trash,
            written.unread,
            written.chat,
            written.spam_folder,
            written.root,
        ];
        let mut seen = HashMap::new();
        for (number, name) in
            (0..).zip(&lists).flat_map(|(number, list)| list.iter().map(move |name| (number, key(name))))
        {
            assert!(!name.is_empty() && *seen.entry(name.clone()).or_insert(number) == number, "{name}");
        }
    }

    #[test]
    fn a_folder_file_tells_by_its_name() {
        let labels = Labels::built_in();
        assert!(labels.folder_state(Path::new("Mail/Sent.mbox")).sent);
        assert!(labels.folder_state(Path::new("Mail/Gesendete Objekte")).sent);
        assert!(labels.folder_state(Path::new("Junk")).spam);
        assert_eq!(labels.folder_state(Path::new("sent-to-all.mbox")), State::default());
    }
}
