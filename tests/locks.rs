//! Two runs at once: one waits for the other, or ends with status 75; no run that was killed blocks another.

#![cfg(unix)]

mod common;

use common::exports::put;
use common::{Run, daily, folder, program, run};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).expect("the folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// A run that reads from a pipe, and so holds its locks until the pipe is closed.
fn reading(here: &Path, more: &[&str]) -> (Child, ChildStdin) {
    let mut child = program()
        .current_dir(here)
        .args(["check", "-", "-o", "r.csv"])
        .args(more)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a run");
    let mut input = child.stdin.take().expect("a pipe");
    // More than a pipe holds: when all of it is taken, the program is reading.
    input.write_all(daily().repeat(20).as_bytes()).expect("written");
    (child, input)
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
}

const NIGHT: [&str; 6] = ["check", "a.mbox", "-o", "r.csv", "--since-last", "s.json"];

#[test]
fn a_second_run_ends_with_75_or_waits() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    for (held, more) in [(&[] as &[&str], &[] as &[&str]), (&["--since-last", "s.json"], &["-q"])] {
        let (mut first, input) = reading(here.path(), held);
        for patience in
            [&["--no-wait"] as &[&str], &["--wait", "0"], &["--wait=1"], &["--wait", "9", "--no-wait"]]
        {
            let second = run(here.path(), NIGHT.iter().chain(patience).chain(more));
            assert_eq!(second.status, 75, "{}", second.err);
            assert!(second.err.contains("`r.csv`: another run writes it"), "{}", second.err);
            assert!(second.err.contains("nothing was written"), "{}", second.err);
            assert_eq!(second.err.contains("note:"), patience == ["--wait=1"] && more.is_empty());
        }
        assert!(!here.path().join("r.csv").exists());
        // Other files are nobody's business.
        let other = run(here.path(), ["check", "a.mbox", "-q", "-o", "other.csv", "--no-wait"]);
        assert_eq!(other.status, 0, "{}", other.err);
        let waiting = program()
            .current_dir(here.path())
            .args(NIGHT)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a run");
        std::thread::sleep(Duration::from_millis(200));
        drop(input);
        assert!(first.wait().expect("its end").success());
        let told = waiting.wait_with_output().expect("its end");
        let said = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.success() && said.contains("note: `r.csv`: another run writes it"), "{said}");
        std::fs::remove_file(here.path().join("r.csv")).expect("the report");
    }
    let left = ["a.mbox", "other.csv", "s.json"].map(str::to_string);
    assert_eq!(names(here.path()), left.into(), "no lock is left");
}

#[test]
fn two_files_in_another_order_and_one_of_several_links_are_locked_as_well() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    std::os::unix::fs::symlink("r.csv", here.path().join("link.csv")).expect("a link");
    let (mut first, input) = reading(here.path(), &["--messages", "m.csv"]);
    for line in [
        "-o m.csv --messages x.csv",
        "-o y.csv --messages ./link.csv",
        "-o - --since-last z --html ../p.html --messages m.csv",
    ] {
        let line = ["check", "a.mbox", "--no-wait"].into_iter().chain(line.split(' '));
        assert_eq!(run(here.path(), line).status, 75);
    }
    drop(input);
    assert!(first.wait().expect("its end").success());
}

#[test]
fn a_run_that_was_killed_or_interrupted_blocks_nobody() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    for (name, left) in [("KILL", true), ("INT", false), ("TERM", false)] {
        let (mut first, _input) = reading(here.path(), &["--since-last", "s.json"]);
        signal(&first, name);
        first.wait().expect("its end");
        let locks = names(here.path()).iter().filter(|name| name.ends_with(".lock")).count();
        assert_eq!(locks, if left { 2 } else { 0 }, "{name}");
        let next = run(here.path(), NIGHT.iter().chain(&["--no-wait", "-q"]));
        assert_eq!((next.status, next.err.as_str()), (0, ""), "{name}");
        assert!(!names(here.path()).iter().any(|name| name.ends_with(".lock")), "{name}");
    }
}

#[test]
fn a_file_that_is_called_like_a_lock_is_not_removed() {
    let here = folder(&[("a.mbox", daily().as_bytes()), (".mailfatigue-r.csv.lock", b"mine")]);
    assert_eq!(run(here.path(), NIGHT).status, 0);
    assert_eq!(std::fs::read(here.path().join(".mailfatigue-r.csv.lock")).expect("the file"), b"mine");
    std::fs::remove_file(here.path().join(".mailfatigue-r.csv.lock")).expect("removed");
    std::fs::create_dir(here.path().join(".mailfatigue-r.csv.lock")).expect("a folder");
    let told = run(here.path(), NIGHT);
    assert_eq!(told.status, 0);
    assert!(told.err.contains("warning: `r.csv`: no lock can be had beside it"), "{}", told.err);
}

/// Ten runs at once: each writes a whole report or ends with 75, and every state file is one of theirs.
#[test]
fn many_runs_at_once_leave_whole_files() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let runs: Vec<Child> = (0..10)
        .map(|_| {
            let line = NIGHT.iter().chain(&["-q", "--wait", "60"]);
            program().current_dir(here.path()).args(line).stderr(Stdio::piped()).spawn().expect("a run")
        })
        .collect();
    for mut run in runs {
        assert!(run.wait().expect("its end").success());
        let mut said = String::new();
        run.stderr.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
        assert_eq!(said, "");
    }
    let told: Run = run(here.path(), NIGHT);
    assert!(told.err.starts_with("since 2026-01-28: nothing new"), "{}", told.err);
    assert_eq!(names(here.path()), ["a.mbox", "r.csv", "s.json"].map(str::to_string).into());
}

/// Killed at moments spread over a run, the state is the old one or the new one, and the next run is right.
/// `MAILFATIGUE_KILLS=100` tries more moments.
#[test]
fn after_a_kill_the_next_run_is_right() {
    let kills = std::env::var("MAILFATIGUE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(10);
    let here = folder(&[]);
    let shop = |number: u32| daily().replace("shop.example", &format!("shop{number}.example"));
    let put_mail = |shops: u32| put(&here.path().join("a.mbox"), &(0..shops).map(shop).collect::<String>());
    put_mail(10);
    let read = |name: &str| std::fs::read(here.path().join(name)).expect("a file");
    assert_eq!(run(here.path(), NIGHT).status, 0);
    let old = read("s.json");
    put_mail(20);
    let start = std::time::Instant::now();
    assert_eq!(run(here.path(), NIGHT).status, 0);
    let whole_run = start.elapsed();
    let (new, report) = (read("s.json"), read("r.csv"));
    let mut moment = 0_u64;
    for _ in 0..kills {
        std::fs::write(here.path().join("s.json"), &old).expect("a file");
        // Knuth's numbers, so that the moments are spread and the same each time.
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut child =
            program().current_dir(here.path()).args(NIGHT).stderr(Stdio::null()).spawn().expect("a run");
        std::thread::sleep(whole_run.mul_f64((moment >> 40) as f64 / f64::from(1 << 24)));
        signal(&child, "KILL");
        child.wait().expect("its end");
        let state = read("s.json");
        assert!(state == old || state == new, "half a state");
        let next = run(here.path(), NIGHT.iter().chain(&["--no-wait"]));
        assert_eq!(next.status, 0, "{}", next.err);
        if state == old {
            assert_eq!(read("r.csv"), report, "told once more");
            assert!(next.err.starts_with("since 2026-01-28: 10 newly flagged"), "{}", next.err);
        } else {
            assert!(next.err.starts_with("since 2026-01-28: nothing new; 20 pairs"), "{}", next.err);
        }
        assert_eq!(read("s.json"), new);
    }
}
