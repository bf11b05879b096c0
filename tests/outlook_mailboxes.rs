//! Outlook's mailbox files, through `readpst`.
#![cfg(unix)]

mod common;

use common::journals::{SEPARATOR, offer};
use common::{fails_with, program, run};
use std::fs;
use std::path::Path;

/// Runs with a program called `readpst` in a folder that is the whole PATH, and a temporary folder of its own.
fn with_readpst(here: &Path, script: Option<&str>) -> common::Run {
    use std::os::unix::fs::PermissionsExt;
    let (bin, temporary) = (here.join("bin"), here.join("temporary"));
    fs::create_dir_all(&bin).expect("a folder");
    fs::create_dir_all(&temporary).expect("a folder");
    if let Some(script) = script {
        let file = bin.join("readpst");
        fs::write(&file, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}")).expect("a script");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("a program");
    }
    let output = program()
        .current_dir(here)
        .env("PATH", &bin)
        .env("TMPDIR", &temporary)
        .args(["check", "mail.pst", "--timezone", "UTC", "-o", "r.csv", "--all"])
        .output()
        .expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run::of(output.status.code(), text(output.stdout), text(output.stderr), &temporary)
}

struct Run;

impl Run {
    fn of(status: Option<i32>, out: String, err: String, temporary: &Path) -> common::Run {
        let left = fs::read_dir(temporary).expect("the temporary folder").count();
        assert_eq!(left, 0, "the temporary folder is removed");
        common::Run { status: status.unwrap_or(-1), out, err }
    }
}

#[test]
fn outlooks_mailbox_files_are_unpacked_where_nobody_else_can_read_and_removed() {
    let here = tempfile::tempdir().expect("a folder");
    fs::write(here.path().join("mail.pst"), b"!BDN\0\0\0\0").expect("a file");
    fs::write(here.path().join("offer.eml"), offer(1)).expect("a message");
    let told = with_readpst(here.path(), None);
    fails_with(&told, &["`readpst` is not installed", "apt install pst-utils"]);
    let offer = here.path().join("offer.eml").display().to_string();
    let script = format!(
        "for word; do last=\"$folder\"; folder=\"$previous\"; previous=\"$word\"; done\n\
         folder=$(pwd); [ \"$(stat -c %a \"$folder\")\" = 700 ] || exit 3\n\
         mkdir \"$folder/Inbox\" \"$folder/Junk E-mail\"\ncp {offer} \"$folder/Inbox/1.eml\"\n\
         sed s/m1@/m2@/ {offer} > \"$folder/Junk E-mail/1.eml\"\n"
    );
    let told = with_readpst(here.path(), Some(&script));
    assert!(
        told.err.starts_with("2 messages read from 1 mailbox: 1 marketing, 1 spam or unverified\n"),
        "{}",
        told.err
    );
    fails_with(&with_readpst(here.path(), Some("exit 1\n")), &["`readpst` can't read"]);
}

#[test]
fn a_run_that_is_asked_to_end_leaves_no_unpacked_mail_and_no_program() {
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, Instant};
    let here = tempfile::tempdir().expect("a folder");
    fs::write(here.path().join("mail.pst"), b"!BDN\0\0\0\0").expect("a file");
    let (bin, temporary) = (here.path().join("bin"), here.path().join("temporary"));
    for folder in [&bin, &temporary] {
        fs::create_dir(folder).expect("a folder");
    }
    let started = here.path().join("started");
    let script = format!("#!/bin/sh\necho $$ > {}\nexec /bin/sleep 60\n", started.display());
    fs::write(bin.join("readpst"), script).expect("a script");
    fs::set_permissions(bin.join("readpst"), fs::Permissions::from_mode(0o755)).expect("a program");
    let mut run = program()
        .current_dir(here.path())
        .env("PATH", &bin)
        .env("TMPDIR", &temporary)
        .args(["check", "mail.pst", "-q", "-o", "r.csv"])
        .spawn()
        .expect("it starts");
    let until = Instant::now() + Duration::from_secs(60);
    let number = loop {
        match fs::read_to_string(&started) {
            Ok(number) if number.ends_with('\n') => break number.trim().to_string(),
            _ => assert!(Instant::now() < until, "readpst is started"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let kill = |arguments: &[&str]| {
        std::process::Command::new("/bin/sh").arg("-c").arg(arguments.join(" ")).status().expect("a shell")
    };
    assert!(kill(&["kill", "-TERM", &run.id().to_string()]).success());
    assert_eq!(run.wait().expect("it ends").code(), Some(130));
    assert_eq!(fs::read_dir(&temporary).expect("the temporary folder").count(), 0);
    // It is gone once the system has taken note of its end, which takes a moment on a busy machine.
    while kill(&["kill", "-0", &number, "2>/dev/null"]).success() {
        assert!(Instant::now() < until, "readpst has ended");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn real_files_of_outlook_are_read_where_readpst_is_installed() {
    let installed = std::process::Command::new("readpst").arg("-V").output().is_ok();
    if !installed {
        eprintln!("skipped: readpst is not installed (Debian: pst-utils)");
        return;
    }
    // A file that only begins like one: the real program says no, and nothing is left.
    let here = tempfile::tempdir().expect("a folder");
    fs::write(here.path().join("mail.pst"), b"!BDN\0\0\0\0").expect("a file");
    fs::write(here.path().join("a.mbox"), format!("{SEPARATOR}{}", offer(1))).expect("a file");
    let told = run(here.path(), ["check", "a.mbox", "mail.pst", "--timezone", "UTC", "-o", "r.csv"]);
    assert_eq!(told.status, 2, "{}", told.err);
    assert!(told.err.contains("1 message read from 1 mailbox: 1 marketing"), "{}", told.err);
}
