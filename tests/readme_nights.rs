//! The nightly commands in the README do what it says.
#![cfg(unix)]

mod common;

use common::readme::{block, readme};
use std::path::Path;

/// Night after night, facts alone give what all mail gives: copies in two days' mail and days without any are among it.
#[test]
fn a_shard_a_day_is_judged_as_all_mail_is() {
    let readme = readme();
    let program = |command: &str| command.replace("mailfatigue ", "\"$mailfatigue\" ");
    let each_night = program(block(&readme, "a shard a day"));
    let judged = program(block(&readme, "a shard a day, judged on one machine"));
    let here = tempfile::tempdir().expect("a folder");
    let here = here.path();
    for name in ["mail", "facts"] {
        std::fs::create_dir(here.join(name)).expect("a folder");
    }
    let run = |command: &str| {
        let told = common::outputs::shell(here, command);
        assert_eq!((told.status, told.out.as_str()), (0, ""), "{command}: {}", told.err);
    };
    let mail = |day| {
        let promotion = |from: &str| common::promotion(day, &format!("<{from}>"), &format!("{day}.{from}"));
        promotion("news@shop.example") + &promotion("news@loom.example").replace("robin@", "kim@")
    };
    for day in 1..=26 {
        let file = here.join(format!("mail/2026-11-{day:02}.mbox"));
        let text = if day % 9 == 0 { String::new() } else { mail(day) + &mail(day.max(2) - 1) };
        std::fs::write(file, text).expect("a mailbox");
        run(&each_night.replace("2026-11-26", &format!("2026-11-{day:02}")));
        if day % 5 == 1 {
            run(&judged);
            run("\"$mailfatigue\" check --timezone Europe/London -o one.csv --messages all.csv mail/*.mbox");
            for (facts, mail) in [("report.csv", "one.csv"), ("messages.csv", "all.csv")] {
                let [facts, mail] = [facts, mail].map(|name| std::fs::read_to_string(here.join(name)));
                assert_eq!(facts.expect("written"), mail.expect("written"), "after {day} nights");
            }
        }
    }
    let report = std::fs::read_to_string(here.join("report.csv")).expect("the report");
    assert!(report.contains("yes,daily-unconsented,shop.example"), "{report}");
}

/// The nightly line of the README, with its paths in `folder`.
fn nightly(folder: &Path) -> std::process::Output {
    let readme = readme();
    let line = block(&readme, "nightly line").lines().last().expect("a line").to_string();
    let command = line.splitn(6, char::is_whitespace).last().expect("a command").trim();
    assert!(!command.contains('%'), "cron ends a command at a percent sign");
    let program = command.split(' ').next().expect("a program");
    assert!(
        program.starts_with('/'),
        "cron's PATH is short, so that the program needs its whole path: {program}"
    );
    let command = command
        .replace(program, env!("CARGO_BIN_EXE_mailfatigue"))
        .replace("/home/me", &folder.display().to_string());
    let mut cron = std::process::Command::new("env");
    cron.args(["-i", "PATH=/usr/bin:/bin", "SHELL=/bin/sh", "HOME=/", "/bin/sh", "-c", &command]);
    cron.current_dir("/").output().expect("a shell")
}

#[test]
fn the_nightly_line_runs_as_cron_runs_it() {
    let here = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(here.path().join("Mail")).expect("a folder");
    let mailbox = here.path().join("Mail/archive.mbox");
    let mail = |days: std::ops::RangeInclusive<u32>| -> String {
        days.map(|day| common::promotion(day, "Shop <news@shop.example>", &format!("{day}@shop.example")))
            .collect()
    };
    std::fs::write(&mailbox, mail(1..=3)).expect("a mailbox");
    let words = |output: &std::process::Output| {
        (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    // The first night says everything; with nothing new it is silent.
    let (out, err) = words(&nightly(here.path()));
    assert!(out.is_empty() && err.starts_with("first run"), "{out}{err}");
    for _ in 0..2 {
        assert_eq!(words(&nightly(here.path())), (String::new(), String::new()));
    }
    std::fs::write(&mailbox, mail(1..=28)).expect("a mailbox");
    let (out, err) = words(&nightly(here.path()));
    assert!(out.is_empty() && err.contains("\nnewly flagged: shop.example"), "{out}{err}");
    std::fs::remove_file(&mailbox).expect("a mailbox");
    let (out, err) = words(&nightly(here.path()));
    assert!(out.ends_with("mailfatigue: status 2\n") && err.contains("archive.mbox"), "{out}{err}");
}
