//! `--cache`: what it keeps makes a run faster and changes nothing.

mod common;

use common::outputs::shell;
use common::{Run, check, daily, fails_with, folder, program, promotion, run, tree};
use std::path::Path;
use std::process::Stdio;

/// A file as if it had been written long ago: what was just written is not kept.
fn old(path: &Path) {
    let file = std::fs::File::options().write(true).open(path).expect("a file");
    let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_770_000_000);
    file.set_modified(time).expect("a time");
}

/// A folder with a mailbox of long ago, longer than what is read as one part.
fn long() -> tempfile::TempDir {
    let filling = format!("{}\n", "Shoes and socks and shirts. ".repeat(1_500));
    let mails: String = (1..=250)
        .map(|number| {
            let mail =
                promotion(1 + number % 28, "Shop <news@shop.example>", &format!("m{number}@shop.example"));
            mail.replace("Everything is on sale", &format!("{filling}Everything is on sale"))
        })
        .collect();
    let here = folder(&[("mail.mbox", mails.as_bytes())]);
    old(&here.path().join("mail.mbox"));
    here
}

fn said(told: Run) -> (i32, String, String) {
    (told.status, told.out, told.err)
}

fn with_cache(here: &Path, mailboxes: &[&str]) -> (i32, String, String) {
    said(check(here, &[&["--cache", "cache"], mailboxes].concat()))
}

#[test]
fn every_mailbox_gives_the_same_with_a_cache_as_without() {
    for mailbox in common::cases() {
        let cache = folder(&[]);
        let list = cache.path().join("list.csv").display().to_string();
        let there = mailbox.parent().expect("a folder");
        let mut arguments = common::arguments(&mailbox);
        arguments.extend(["--messages".to_string(), list.clone()]);
        let without = (said(run(there, &arguments)), std::fs::read_to_string(&list).expect("a list"));
        arguments.extend(["--cache".to_string(), cache.path().join("cache").display().to_string()]);
        for time in ["first", "second"] {
            let with = (said(run(there, &arguments)), std::fs::read_to_string(&list).expect("a list"));
            assert_eq!(with, without, "{}, the {time} time", mailbox.display());
        }
    }
}

#[test]
fn a_night_reads_what_was_appended() {
    let here = long();
    let path = here.path();
    let first = with_cache(path, &["mail.mbox"]);
    assert_eq!(first, said(check(path, &["mail.mbox"])));
    let segments = |kept: &std::collections::BTreeMap<String, Vec<u8>>| {
        kept.keys().filter(|name| name.contains("/s-")).count()
    };
    assert_eq!(segments(&tree(&path.join("cache"))), 1);
    assert_eq!(with_cache(path, &["mail.mbox"]), first, "nothing new");
    let mut mails = std::fs::read(path.join("mail.mbox")).expect("the mailbox");
    mails.extend(daily().replace("shop.example", "other.example").bytes());
    std::fs::write(path.join("mail.mbox"), mails).expect("appended");
    let second = with_cache(path, &["mail.mbox"]);
    assert_eq!(second, said(check(path, &["mail.mbox"])));
    assert!(second.1.contains("other.example"));
    assert_eq!(segments(&tree(&path.join("cache"))), 2);
    let explained = |more: &[&str]| {
        said(run(path, [&["explain", "--sender", "shop.example", "mail.mbox"][..], more].concat()))
    };
    assert_eq!(explained(&["--cache", "cache"]), explained(&[]), "for other commands too");
}

#[test]
fn a_cache_in_the_folder_that_is_read_is_no_mail() {
    let here = folder(&[]);
    std::fs::create_dir(here.path().join("Mail")).expect("a folder");
    std::fs::write(here.path().join("Mail/mail.mbox"), daily()).expect("a mailbox");
    old(&here.path().join("Mail/mail.mbox"));
    let without = said(check(here.path(), &["Mail"]));
    for _ in 0..3 {
        assert_eq!(said(check(here.path(), &["--cache", "Mail/kept", "Mail"])), without);
    }
    assert_eq!(said(check(here.path(), &["Mail"])), without, "without the option too");
}

#[test]
fn a_run_that_is_killed_leaves_a_cache_that_changes_nothing() {
    let here = long();
    let without = said(check(here.path(), &["mail.mbox"]));
    for pause in 0..20 {
        let mut child = program()
            .current_dir(here.path())
            .args(["check", "-q", "--cache", "cache", "-o", "/dev/null", "mail.mbox"])
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(std::time::Duration::from_millis(pause * 15));
        let _ = child.kill();
        let _ = child.wait();
        if pause % 4 == 0 {
            assert_eq!(with_cache(here.path(), &["mail.mbox"]), without, "killed after {} ms", pause * 15);
            std::fs::remove_dir_all(here.path().join("cache")).expect("removed");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let here = folder(&[("mail.mbox", daily().as_bytes()), ("file", b"text")]);
    fails_with(&check(here.path(), &["--cache", "file", "mail.mbox"]), &["`file`", "--cache"]);
    fails_with(&check(here.path(), &["--cache", "file/cache", "mail.mbox"]), &["--cache"]);
}

#[cfg(unix)]
#[test]
fn a_full_disk_costs_what_would_be_kept_and_not_the_report() {
    let here = long();
    let without = check(here.path(), &["mail.mbox"]);
    for blocks in [0, 1] {
        // The system refuses files of more than so many blocks, as a full disk would.
        let limited = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$mailfatigue\" check --no-config --timezone UTC --cache cache{blocks} mail.mbox"
        );
        let told = shell(here.path(), &limited);
        assert_eq!((told.status, &told.out), (0, &without.out), "{}", told.err);
        assert!(told.err.contains("can't keep facts for the next run"), "{}", told.err);
        assert_eq!(
            said(check(here.path(), &["--cache", &format!("cache{blocks}"), "mail.mbox"])),
            said(check(here.path(), &["mail.mbox"]))
        );
    }
}
