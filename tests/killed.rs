//! Nights that end in the middle: killed at any moment, or without room for the cache. The next report is right.

#![cfg(target_os = "linux")]

mod common;

use common::{Run, daily, folder, program, promotion, run, tree};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

const NIGHT: [&str; 8] =
    ["check", "mail.mbox", "--cache", "cache", "--since-last", "state.json", "-o", "report.csv"];

type Files = BTreeMap<String, Vec<u8>>;

/// Writes a mailbox as if that had been long ago: what was just written is not kept.
fn put(here: &Path, mails: &str) {
    let path = here.join("mail.mbox");
    std::fs::write(&path, mails).expect("written");
    let file = std::fs::File::options().write(true).open(path).expect("a file");
    // Each length at a time of its own.
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_770_000_000 + mails.len() as u64);
    file.set_modified(time).expect("a time");
}

/// The two mailboxes: that of last night, and with another sender's mail after it.
fn mailboxes() -> (String, String) {
    let before = daily();
    let after = before.clone() + &before.replace("shop.example", "other.example");
    (before, after)
}

/// All files, by their paths from here.
fn files(here: &Path) -> Files {
    let name = |path: String| Path::new(&path).strip_prefix(here).expect("below").display().to_string();
    tree(here).into_iter().map(|(path, bytes)| (name(path), bytes)).collect()
}

fn restore(here: &Path, before: &Files) {
    for name in files(here).keys().filter(|name| !before.contains_key(*name)) {
        std::fs::remove_file(here.join(name)).expect("removed");
    }
    for (name, bytes) in before.iter().filter(|(name, _)| *name != "mail.mbox") {
        std::fs::create_dir_all(here.join(name).parent().expect("a folder")).expect("made");
        std::fs::write(here.join(name), bytes).expect("written");
    }
}

fn night(here: &Path) -> Run {
    let told = run(here, NIGHT);
    assert_eq!(told.status, 0, "{}", told.err);
    told
}

#[test]
fn a_run_that_is_killed_at_any_moment_is_made_good_by_the_next() {
    let here = folder(&[]);
    let here = here.path();
    let (before, after) = mailboxes();
    put(here, &before);
    night(here);
    put(here, &after);
    let last_night = files(here);
    let begun = Instant::now();
    night(here);
    let takes = begun.elapsed();
    let (new, state) = (files(here)["report.csv"].clone(), files(here)["state.json"].clone());
    night(here);
    let ongoing = files(here)["report.csv"].clone();
    assert!(String::from_utf8_lossy(&new).contains(",new"), "the other sender is new");
    assert_ne!(new, ongoing);
    let mut interrupted = 0;
    for moment in 0..100_u32 {
        restore(here, &last_night);
        let mut child = program()
            .current_dir(here)
            .args(NIGHT)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        // In an order that looks like chance, all over the run.
        std::thread::sleep(takes * (moment * 37 % 100) / 90);
        let _ = child.kill();
        interrupted += u32::from(!child.wait().expect("its end").success());
        let left = files(here);
        let was_complete = left["state.json"] == state;
        assert!(
            was_complete || left["state.json"] == last_night["state.json"],
            "half a state, moment {moment}"
        );
        // The state comes last: where it is new, so is the report.
        assert!(
            [&new, &last_night["report.csv"]].contains(&&left["report.csv"]),
            "half a report, moment {moment}"
        );
        assert!(!was_complete || left["report.csv"] == new, "moment {moment}");
        night(here);
        let now = files(here);
        assert_eq!(now["report.csv"], if was_complete { &*ongoing } else { &*new }, "moment {moment}");
        assert_eq!(now["state.json"], state, "moment {moment}");
    }
    assert!(interrupted >= 10, "{interrupted} of 100 were killed before they ended");
}

/// A run in a shell, before which something is done to the machine.
fn limited(here: &Path, before: &str) -> Run {
    let script = format!("{before}; exec \"$0\" \"$@\"");
    let output = Command::new("sh")
        .current_dir(here)
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .args(["-c", &script, env!("CARGO_BIN_EXE_mailfatigue")])
        .args(["check", "mail.mbox", "--timezone", "UTC", "--cache", "cache", "-o", "report.csv"])
        .output()
        .expect("a shell");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { status: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The report of a run without a cache.
fn expected(here: &Path) -> Vec<u8> {
    let told = run(here, ["check", "-q", "mail.mbox", "--timezone", "UTC", "-o", "report.csv"]);
    assert_eq!(told.status, 0, "{}", told.err);
    let report = std::fs::read(here.join("report.csv")).expect("the report");
    std::fs::remove_file(here.join("report.csv")).expect("removed");
    report
}

#[test]
fn where_the_cache_cannot_be_written_the_report_is_right() {
    let here = folder(&[]);
    let here = here.path();
    put(here, &mailboxes().1);
    let report = expected(here);
    // The system refuses files of more than eight blocks, as a full disk would: the report is shorter, facts are longer.
    let told = limited(here, "trap '' XFSZ; ulimit -f 8");
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.err.contains("`cache`: can't keep facts for the next run"), "{}", told.err);
    let left = files(here);
    assert_eq!(left["report.csv"], report);
    let in_cache: Vec<&String> = left.keys().filter(|name| name.starts_with("cache/")).collect();
    assert_eq!(in_cache, ["cache/CACHEDIR.TAG"], "nothing half written");
    let told = limited(here, "true");
    assert_eq!((told.status, files(here)["report.csv"] == report), (0, true), "{}", told.err);
}

#[test]
fn where_the_disk_of_the_cache_is_full_the_report_is_right() {
    let here = folder(&[]);
    let here = here.path();
    std::fs::create_dir(here.join("cache")).expect("a folder");
    put(here, &mailboxes().1);
    let report = expected(here);
    let mount = "mount -t tmpfs -o size=8k tmpfs cache";
    let script = format!("{mount} && exec true");
    let mounts = Command::new("unshare").current_dir(here).args(["-m", "sh", "-c", &script]).output();
    if !mounts.is_ok_and(|mounts| mounts.status.success()) {
        println!("skipped: no file system can be mounted here");
        return;
    }
    let script = format!("{mount} || exit 9; \"$0\" \"$@\"; status=$?; ls -A cache >left; exit $status");
    let told = Command::new("unshare")
        .current_dir(here)
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .args(["-m", "sh", "-c", &script, env!("CARGO_BIN_EXE_mailfatigue")])
        .args(["check", "mail.mbox", "--timezone", "UTC", "--cache", "cache", "-o", "report.csv"])
        .output()
        .expect("a run");
    let said = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(0), "{said}");
    assert!(said.contains("can't keep facts for the next run: no space left"), "{said}");
    assert_eq!(std::fs::read(here.join("report.csv")).expect("the report"), report);
    assert_eq!(std::fs::read_to_string(here.join("left")).expect("a list").trim(), "CACHEDIR.TAG");
}

#[test]
fn where_the_disk_of_the_state_is_full_last_nights_files_stay_and_the_next_night_is_right() {
    let here = folder(&[]);
    let here = here.path();
    let line = ["check", "mail.mbox", "--timezone", "UTC", "-o", "report.csv", "--since-last"];
    let tonight = |state: &str| run(here, line.iter().copied().chain([state]));
    put(here, &daily());
    assert_eq!(tonight("state.json").status, 0);
    let (report, state) = (files(here)["report.csv"].clone(), files(here)["state.json"].clone());
    let shop =
        |number: u32| promotion(1, &format!("Shop <news@shop{number}.example>"), &format!("{number}@x"));
    put(here, &(daily() + &(0..200).map(shop).collect::<String>()));
    std::fs::create_dir(here.join("disk")).expect("a folder");
    // The state of last night fits, that of tonight does not.
    let mount = "mount -t tmpfs -o size=8k tmpfs disk && cp state.json disk";
    let within = |script: String| {
        let mut command = Command::new("unshare");
        command.current_dir(here).env("XDG_CONFIG_HOME", "/nonexistent").args(["-m", "sh", "-c", &script]);
        command.arg(env!("CARGO_BIN_EXE_mailfatigue")).args(line).arg("disk/state.json");
        command.output()
    };
    if !within(mount.to_string()).is_ok_and(|mounts| mounts.status.success()) {
        println!("skipped: no file system can be mounted here");
        return;
    }
    let script =
        "\"$0\" \"$@\"; status=$?; ls -A disk >left; cmp state.json disk/state.json >>left; exit $status";
    let told = within(format!("{mount} || exit 9; {script}")).expect("a run");
    let said = String::from_utf8_lossy(&told.stderr);
    assert_eq!(told.status.code(), Some(2), "{said}");
    assert!(said.contains("`disk/state.json`: can't be written: no space left"), "{said}");
    let left = files(here);
    assert_eq!(left["left"], b"state.json\n", "as it was, and nothing beside it");
    assert_eq!((&left["report.csv"], &left["state.json"]), (&report, &state));
    let told = tonight("state.json");
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.err.contains("200 new"), "{}", told.err);
    let rows = String::from_utf8_lossy(&files(here)["report.csv"]).lines().count();
    assert_eq!(rows, 1 + 1 + 200);
}
