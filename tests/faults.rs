//! Killed, interrupted, out of space, changed underneath: the old report or the new one, and plain words.

#![cfg(unix)]

mod common;

use common::exports::{cut, put};
use common::{OLD_MESSAGES, OLD_REPORT, program, promotion, run};
use mailfatigue::fact::ReadingSettings;
use mailfatigue::gather::{Gathered, gather};
use mailfatigue::mailbox::{Remark, Unusable, survey};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn shop(number: u32) -> String {
    let from = format!("Shop {number} <news@shop{number}.example>");
    (1..29).map(|day| promotion(day, &from, &format!("{day}@shop{number}.example"))).collect()
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("the folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_the_old_report_or_the_new_one() {
    let here = tempfile::tempdir().expect("a folder");
    put(&here.path().join("a.mbox"), &(0..20).map(shop).collect::<String>());
    let arguments = ["check", "a.mbox", "-q", "-o", "r.csv", "--messages", "m.csv"];
    let start = Instant::now();
    assert_eq!(run(here.path(), arguments).status, 0);
    let whole_run = start.elapsed();
    let new = ["r.csv", "m.csv"].map(|name| std::fs::read(here.path().join(name)).expect("a report"));
    let mut moment = 0_u64;
    let mut killed = 0;
    for _ in 0..100 {
        put(&here.path().join("r.csv"), OLD_REPORT);
        put(&here.path().join("m.csv"), OLD_MESSAGES);
        // Knuth's numbers, so that the moments are spread and the same each time.
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child = program().current_dir(here.path()).args(arguments).spawn().expect("a run");
        std::thread::sleep(whole_run.mul_f64((moment >> 40) as f64 / f64::from(1 << 24)));
        signal(&child, "KILL");
        killed += u32::from(!child.wait().expect("its end").success());
        for ((name, old), new) in [("r.csv", OLD_REPORT), ("m.csv", OLD_MESSAGES)].iter().zip(&new) {
            let there = std::fs::read(here.path().join(name)).expect("a report");
            assert!(
                there == old.as_bytes() || there == *new,
                "{name} is neither the old one nor the new one"
            );
        }
    }
    assert!(killed > 20, "only {killed} of 100 runs were killed before they ended");
    // A file gets a name in one call of the system and its place in the next. Killed between the two (rarely), a run
    // leaves a complete report under a name of its own.
    let mut others = names(here.path());
    others.retain(|name| !["a.mbox", "m.csv", "r.csv"].contains(&name.as_str()) && !name.ends_with(".lock"));
    assert!(others.len() <= 3, "{others:?}");
    for other in others {
        assert!(
            new.contains(&std::fs::read(here.path().join(&other)).expect("a file")),
            "{other} is half a report"
        );
    }
}

#[test]
fn an_interrupted_run_leaves_nothing_and_says_so_by_its_status() {
    let here = tempfile::tempdir().expect("a folder");
    put(&here.path().join("r.csv"), OLD_REPORT);
    for name in ["INT", "TERM"] {
        let mut child = program()
            .current_dir(here.path())
            .args(["check", "-", "-o", "r.csv"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a run");
        let mut input = child.stdin.take().expect("a pipe");
        // More than a pipe holds: when all of it is taken, the program is reading.
        input.write_all(shop(1).repeat(20).as_bytes()).expect("written");
        signal(&child, name);
        assert_eq!(child.wait().expect("its end").code(), Some(130), "{name}");
        assert_eq!(names(here.path()), ["r.csv".to_string()].into());
        assert_eq!(std::fs::read(here.path().join("r.csv")).expect("the report"), OLD_REPORT.as_bytes());
    }
}

#[test]
fn where_the_report_does_not_fit_the_old_one_stays() {
    let here = tempfile::tempdir().expect("a folder");
    put(&here.path().join("a.mbox"), &(0..20).map(shop).collect::<String>());
    put(&here.path().join("r.csv"), OLD_REPORT);
    // The system refuses files of more than a block, as a full disk would.
    let limited = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    let told = Command::new("sh")
        .current_dir(here.path())
        .args([
            "-c",
            limited,
            env!("CARGO_BIN_EXE_mailfatigue"),
            "check",
            "a.mbox",
            "-o",
            "r.csv",
            "--messages",
            "m.csv",
        ])
        .output()
        .expect("a run");
    let said = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(2), "{said}");
    assert!(said.contains("error: `r.csv`: can't be written"), "{said}");
    assert_eq!(std::fs::read(here.path().join("r.csv")).expect("the report"), OLD_REPORT.as_bytes());
    assert_eq!(names(here.path()), ["a.mbox", "r.csv"].map(str::to_string).into());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error() {
    let here = tempfile::tempdir().expect("a folder");
    put(&here.path().join("a.mbox"), &shop(1));
    for outputs in [
        &["-o", "/dev/full"] as &[&str],
        &["-o", "/dev/full", "--format", "json"],
        &["-o", "/dev/null", "--xlsx", "/dev/full"],
    ] {
        let told = run(here.path(), [&["check", "a.mbox", "-q"], outputs].concat());
        assert_eq!(told.status, 2);
        assert!(
            told.err.contains("`/dev/full`: can't be written") && told.err.contains("free some space"),
            "{}",
            told.err
        );
    }
}

#[test]
fn two_runs_into_one_report_never_show_half_of_it() {
    let here = tempfile::tempdir().expect("a folder");
    put(&here.path().join("a.mbox"), &(0..15).map(shop).collect::<String>());
    put(&here.path().join("b.mbox"), &shop(99));
    let whole = ["a.mbox", "b.mbox"].map(|mailbox| {
        assert_eq!(run(here.path(), ["check", mailbox, "-q", "-o", "r.csv"]).status, 0);
        std::fs::read(here.path().join("r.csv")).expect("the report")
    });
    let runs = |mailbox: &'static str| {
        let folder = here.path();
        move || {
            (0..12).for_each(|_| assert_eq!(run(folder, ["check", mailbox, "-q", "-o", "r.csv"]).status, 0))
        }
    };
    std::thread::scope(|scope| {
        let writers = [scope.spawn(runs("a.mbox")), scope.spawn(runs("b.mbox"))];
        let mut seen = 0_u32;
        while !writers.iter().all(|writer| writer.is_finished()) {
            let there = std::fs::read(here.path().join("r.csv")).expect("the report");
            assert!(whole.contains(&there), "half a report of {} bytes", there.len());
            seen += 1;
            std::thread::sleep(Duration::from_micros(200));
        }
        assert!(seen > 20, "read {seen} times");
    });
    assert_eq!(names(here.path()), ["a.mbox", "b.mbox", "r.csv"].map(str::to_string).into());
}

fn gathered(mailboxes: &[&Path], between: impl FnOnce()) -> Gathered {
    let found = survey(&mailboxes.iter().map(|path| path.to_path_buf()).collect::<Vec<_>>());
    between();
    gather(&found, &ReadingSettings::plain(1_795_305_600).expect("the built-in rules"), 2, &|_| {})
}

#[test]
fn what_is_written_to_a_mailbox_after_the_start_does_not_count() {
    let here = tempfile::tempdir().expect("a folder");
    let path = here.path().join("a.mbox");
    // A delivery is under way: the last message has no end yet.
    put(&path, &format!("{}From MAILER-DAEMON Sat Jan  3 08:00:00 2026\nFrom: half@sho", shop(1)));
    let grown = gathered(&[&path], || {
        let mut file = File::options().append(true).open(&path).expect("the mailbox");
        file.write_all(format!("p.example\n\n{}", shop(2)).as_bytes()).expect("written");
    });
    assert_eq!((grown.batch.read, grown.batch.remarks.len()), (29, 0));
    assert_eq!(grown.batch.skips.iter().map(|skip| skip.reason).collect::<Vec<_>>(), [Unusable::Torn]);
}

#[test]
fn a_mailbox_that_gets_shorter_is_an_error_of_its_own() {
    let here = tempfile::tempdir().expect("a folder");
    let [a, b, long] = ["a.mbox", "b.mbox", "long.mbox"].map(|name| here.path().join(name));
    put(&a, &shop(1));
    put(&b, &shop(2));
    // Long enough to be read in parts.
    put(&long, &shop(3).repeat(600));
    for shrinking in [&a, &long] {
        let read = gathered(&[&a, &b, &long], || cut(shrinking, 3_000));
        let [Remark::Failed(error)] = read.batch.remarks.as_slice() else {
            panic!("{:?}", read.batch.remarks)
        };
        let words = error.to_string();
        assert!(
            words.contains(&format!(
                "`{}`: was cut short while it was read, at byte 3000",
                shrinking.display()
            )),
            "{words}"
        );
        assert_eq!(read.batch.read, if shrinking == &a { 28 + 28 * 600 } else { 28 }, "the others are read");
        put(&a, "");
    }
}
