//! Labels, folders and flags, and the states that they mean.

use super::*;
use crate::message::header::{Spans, Vocabulary};

fn state(fields: &Fields<'_>, folder: MailState, labels: &StateLabels) -> MailState {
    state_by(fields, folder, |raw| labels.gmail(raw))
}

fn state_of(header: &str) -> MailState {
    let mut spans = Spans::default();
    state(
        &spans.scan(&Vocabulary::default(), header.as_bytes()),
        MailState::default(),
        &StateLabels::built_in(),
    )
}

fn labels(value: &str) -> MailState {
    state_of(&format!("X-GM-THRID: 1\nX-Gmail-Labels: {value}\nReceived: x\n"))
}

#[test]
fn gmail_labels_are_read_in_many_languages() {
    assert_eq!(
        labels("Inbox,Opened,Category Promotions"),
        MailState { read: Some(true), deleted: Some(false), ..MailState::default() }
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
    assert_eq!(state_of("Received: x\nX-Mozilla-Status: 0008\n"), MailState::default());
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

fn all_are(folders: &str, is: impl Fn(MailState) -> bool) {
    let labels = StateLabels::built_in();
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
    all_are(others, |state| state == MailState::default());
}

#[test]
fn a_label_of_the_users_own_is_no_folder_of_a_provider() {
    assert!(!labels("Inbox,Bulk").spam);
}

#[test]
fn no_name_has_two_meanings() {
    let written: WrittenLabels = toml::from_str(include_str!("../labels.toml")).expect("labels.toml");
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
    let labels = StateLabels::built_in();
    assert!(labels.folder_state(Path::new("Mail/Sent.mbox")).sent);
    assert!(labels.folder_state(Path::new("Mail/Gesendete Objekte")).sent);
    assert!(labels.folder_state(Path::new("Junk")).spam);
    assert_eq!(labels.folder_state(Path::new("sent-to-all.mbox")), MailState::default());
}
