//! What is no mail, hostile or odd, in folders and archives: it is named, does no harm, and the rest is read.

mod common;

use common::exports::{bomb, gzip, pipe, put, tarred, zipped};
use common::{check, fails_with, folder, promotion, run};
use std::fs::{create_dir, create_dir_all, write};

#[test]
fn what_is_not_read_names_the_way() {
    let one = promotion(1, "Shop <news@shop.example>", "1@shop.example");
    let twice = gzip(&gzip(one.as_bytes()));
    let nested = zipped(&[("a.mbox", one.as_bytes()), ("b.zip", &zipped(&[("c.mbox", one.as_bytes())]))]);
    let here = folder(&[
        ("mail.pst", b"!BDN\0\0\0\0"),
        ("mail.olm", &zipped(&[("Local/a.xml", b"<emails/>")])),
        ("mail.7z", b"7z\xBC\xAF\x27\x1C\0\0"),
        ("mail.rar", b"Rar!\x1A\x07\x01\0"),
        ("twice.gz", &twice),
        ("nested.zip", &nested),
        ("cut.gz", &gzip(&one.repeat(50).into_bytes())[..100]),
        ("cut.zip", &nested[..nested.len() - 30]),
        ("empty.zip", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    ]);
    create_dir(here.path().join("pictures")).expect("a folder");
    write(here.path().join("pictures/a.png"), b"\x89PNG\r\n\x1A\n").expect("a file");
    for (mailbox, words) in [
        ("mail.pst", vec!["Outlook mailbox", "`readpst`"]),
        ("mail.olm", vec!["is an export of Outlook for Mac (.olm)", "drag each mail folder"]),
        ("mail.7z", vec!["is a 7z archive", "unpack it yourself"]),
        ("mail.rar", vec!["is a rar archive"]),
        ("twice.gz", vec!["is packed a second time"]),
        (
            "nested.zip",
            vec!["`nested.zip/b.zip`", "is packed a second time", "1 message read from 1 mailbox"],
        ),
        ("cut.gz", vec!["`cut.gz`: is damaged or cut short", "download or copy it again"]),
        ("cut.zip", vec!["`cut.zip`: the archive is damaged or cut short", "download or copy it again"]),
        ("empty.zip", vec!["`empty.zip`: is empty"]),
        ("pictures", vec!["`pictures`: contains no mail: one file"]),
    ] {
        fails_with(&check(here.path(), &[mailbox]), &words);
    }
}

#[test]
fn documents_are_no_archives_of_mail() {
    let one = promotion(1, "Shop <news@shop.example>", "1@shop.example");
    let letter = zipped(&[("[Content_Types].xml", b"<Types/>"), ("word/embeddings/table.zip", &zipped(&[]))]);
    let book = zipped(&[("mimetype", b"application/epub+zip"), ("a.mbox", one.as_bytes())]);
    let takeout = zipped(&[("Takeout/Mail/a.mbox", one.as_bytes()), ("Takeout/Drive/letter.docx", &letter)]);
    let here = folder(&[
        ("a.mbox", one.as_bytes()),
        ("letter.docx", &letter),
        ("book.epub", &book),
        ("t.zip", &takeout),
    ]);
    let told = check(here.path(), &["."]);
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.err.contains("2 messages read") && told.err.contains("3 other files"), "{}", told.err);
    fails_with(
        &check(here.path(), &["letter.docx"]),
        &["`letter.docx`: is a document, a spreadsheet or a program"],
    );
}

#[test]
fn hostile_archives_are_left_and_the_others_read() {
    let one = promotion(1, "Shop <news@shop.example>", "1@shop.example");
    let mut linked = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    linked.append_link(&mut header, "link.mbox", "/etc/passwd").expect("a link");
    let linked = linked.into_inner().expect("an archive");
    let here = folder(&[
        ("a.mbox", one.as_bytes()),
        ("bomb.gz", &bomb(90 << 20)),
        ("bomb.zip", &zipped(&[("bomb.mbox", &vec![b'\n'; 90 << 20]), ("a.mbox", one.as_bytes())])),
        ("climb.zip", &zipped(&[("../../a.mbox", one.as_bytes()), ("/b.mbox", one.as_bytes())])),
        ("climb.tar", &tarred(&[("../a.mbox", one.as_bytes()), ("b.mbox", one.as_bytes())])),
        ("link.tar", &linked),
    ]);
    let told = check(here.path(), &["."]);
    fails_with(
        &told,
        &[
            "bomb.gz`: can't be read: it unpacks to more than 200 times its size",
            "bomb.zip/bomb.mbox`: can't be read: it unpacks to more than",
            "note: `./climb.zip`: its path `../../a.mbox` leads out of the archive",
            "note: `./climb.tar`: its path `../a.mbox` leads out",
            "note: `./link.tar/link.mbox`: is a link or a device",
            "messages read from 1 mailbox: 1 marketing",
        ],
    );
}

#[cfg(unix)]
#[test]
fn odd_things_in_a_folder_are_named_and_the_rest_is_read() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    let one = |id: u32| promotion(id, "Shop <news@shop.example>", &format!("{id}@shop.example"));
    let here = tempfile::tempdir().expect("a folder");
    let at = |name: &str| here.path().join(name);
    create_dir_all(at("m/deep")).expect("folders");
    put(&at("m/a.mbox"), &one(1));
    put(&at("m/deep/b.mbox"), &one(2));
    write(at("m").join(std::ffi::OsStr::from_bytes(b"caf\xE9 \x1B[31m.mbox")), one(3)).expect("a file");
    pipe(&at("m/pipe"));
    symlink("..", at("m/deep/up")).expect("a link");
    let told = check(here.path(), &["m"]);
    assert_eq!(told.status, 0, "{}", told.err);
    for words in
        ["note: `m/pipe`: is a pipe", "note: `m/deep/up`: is a link back", "3 messages read from 1 mailbox"]
    {
        assert!(told.err.contains(words), "{words} is not in:\n{}", told.err);
    }
    symlink("nowhere", at("m/dead")).expect("a link");
    fails_with(&check(here.path(), &["m"]), &["`m/dead`: can't be opened", "3 messages read"]);
    std::fs::remove_file(at("m/dead")).expect("removed");
    put(&at("m/locked.mbox"), &one(4));
    std::fs::set_permissions(at("m/locked.mbox"), std::fs::Permissions::from_mode(0o000)).expect("locked");
    if std::fs::read(at("m/locked.mbox")).is_err() {
        fails_with(&check(here.path(), &["m"]), &["`m/locked.mbox`: can't be opened", "3 messages read"]);
    }
}

#[test]
fn many_files_are_read_in_the_order_of_their_names_whatever_the_threads() {
    let here = tempfile::tempdir().expect("a folder");
    for number in 0..1_500_u32 {
        let text = promotion(1 + number % 28, "Shop <news@shop.example>", &format!("{number}@shop.example"));
        put(
            &here.path().join(format!("m/{}/{number:04}.eml", number % 7)),
            text.split_once('\n').expect("a line").1,
        );
    }
    let listed = |threads: &str| {
        let told = run(
            here.path(),
            ["check", "m", "-q", "-o", "r.csv", "--messages", "m.csv", "--threads", threads],
        );
        assert_eq!(told.status, 0, "{}", told.err);
        (
            std::fs::read(here.path().join("r.csv")).expect("r.csv"),
            std::fs::read_to_string(here.path().join("m.csv")).expect("m.csv"),
        )
    };
    let (report, messages) = listed("1");
    assert_eq!(listed("3"), (report, messages.clone()));
    let mut reader = csv::Reader::from_reader(messages.as_bytes());
    let mailboxes: Vec<String> = reader.records().map(|row| row.expect("a row")[11].to_string()).collect();
    assert_eq!((mailboxes.len(), mailboxes.is_sorted()), (1_500, true));
}
