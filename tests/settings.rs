//! The config file: where it is looked for, what wins over it, what it costs to be wrong; `init`.

mod common;

use common::{Run, daily, fails_with, folder, program, run, tree};
use std::path::Path;
use std::process::Stdio;

/// Runs with environment variables.
fn run_in(here: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let output = program()
        .current_dir(here)
        .envs(variables.iter().copied())
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

const CONFIG: &str =
    "mailboxes = [\"mail.mbox\"]\noutput = \"report.csv\"\ntimezone = \"UTC\"\nquiet = true\n";

/// A folder with a mailbox and settings in `etc`, and the folder from which the program runs.
fn settings(config: &str) -> tempfile::TempDir {
    let here = folder(&[]);
    for name in ["etc/mailfatigue", "run"] {
        std::fs::create_dir_all(here.path().join(name)).expect("a folder");
    }
    let etc = here.path().join("etc/mailfatigue");
    std::fs::write(etc.join("mail.mbox"), daily()).expect("a mailbox");
    std::fs::write(etc.join("config.toml"), config).expect("a config");
    here
}

/// Environment variables: names and values.
type Variables<'a> = &'a [(&'a str, &'a str)];

#[test]
fn a_config_file_is_found_by_option_variable_and_place_and_its_paths_are_its_own() {
    let here = settings(CONFIG);
    let etc = here.path().join("etc");
    let file = etc.join("mailfatigue/config.toml");
    let (etc, file) = (etc.to_str().expect("UTF-8"), file.to_str().expect("UTF-8"));
    let run_from = here.path().join("run");
    let report = here.path().join("etc/mailfatigue/report.csv");
    let cases: [(Variables<'_>, &[&str]); 4] = [
        (&[], &["check", "--config", file]),
        (&[], &["check", "--config=../etc/mailfatigue/config.toml"]),
        (&[("MAILFATIGUE_CONFIG", file)], &["check"]),
        (&[("XDG_CONFIG_HOME", etc)], &["check"]),
    ];
    for (variables, arguments) in cases {
        let told = run_in(&run_from, variables, arguments);
        assert_eq!((told.status, told.out.as_str(), told.err.as_str()), (0, "", ""), "{arguments:?}");
        assert!(std::fs::read_to_string(&report).expect("a report").contains("shop.example"));
        std::fs::remove_file(&report).expect("it was written");
    }
    let told = run_in(&run_from, &[("XDG_CONFIG_HOME", etc)], &["check", "--no-config"]);
    fails_with(&told, &["<MAILBOX>", "missing"]);
    let told =
        run_in(&run_from, &[("XDG_CONFIG_HOME", etc), ("MAILFATIGUE_CONFIG", "gone.toml")], &["check"]);
    fails_with(&told, &["`gone.toml`", "MAILFATIGUE_CONFIG"]);
    fails_with(
        &run(&run_from, ["check", "--config", "gone.toml", "a.mbox"]),
        &["`gone.toml`: can't be read"],
    );
    fails_with(
        &run(&run_from, ["check", "--config", "x", "--no-config", "a.mbox"]),
        &["cannot be used with"],
    );
}

#[test]
fn the_command_line_replaces_a_whole_value() {
    let here = settings(&(CONFIG.to_string() + "owner = [\"a@b.example\", \"c@d.example\"]\n"));
    let at = here.path().join("etc/mailfatigue");
    std::fs::write(at.join("other.mbox"), daily().replace("shop.example", "fair.example"))
        .expect("a mailbox");
    let line = ["check", "--config", "config.toml", "other.mbox", "-o", "-", "--owner", "robin@home.example"];
    let told = run(&at, line);
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.out.contains("fair.example") && !told.out.contains("shop.example"), "{}", told.out);
    assert!(!at.join("report.csv").exists());
    let told = run(&at, [&["-v", "check"], &line[1..], &["--print-config"]].concat().split_off(1));
    let source =
        |key: &str| told.out.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_string();
    assert_eq!(source("mailboxes"), "mailboxes = [\"other.mbox\"]  # command line");
    assert_eq!(source("owner"), "owner = [\"robin@home.example\"]  # command line");
    assert_eq!(source("quiet"), "quiet = true  # config.toml:4");
    assert_eq!(source("timezone"), "timezone = \"UTC\"  # config.toml:3");
    assert_eq!(source("format"), "format = \"csv\"  # default");
    assert_eq!(source("all"), "all = false  # default");
    assert_eq!(source("# threads"), "# threads is not set; default: the machine's cores");
}

#[test]
fn explain_and_letter_judge_with_the_same_settings() {
    let here = settings(&(CONFIG.to_string() + "format = \"csv\"\nconsent = [\"list.csv\"]\n"));
    let at = here.path().join("etc/mailfatigue");
    std::fs::write(at.join("list.csv"), "sender,customer,event,date\nshop.example,*,granted,2025-01-01\n")
        .expect("a list");
    let told = run(&at, ["explain", "--sender", "shop.example", "--config", "config.toml"]);
    assert!(told.status == 0 && told.out.contains("list.csv"), "{}{}", told.out, told.err);
    let told = run(&at, ["letter", "--sender", "shop.example", "--config", "config.toml"]);
    assert!(told.status == 0 && told.out.contains("shop.example"), "{}{}", told.out, told.err);
}

#[test]
fn the_settings_in_force_are_a_config_file_themselves_and_name_the_environment() {
    let here = settings(CONFIG);
    let at = here.path().join("etc/mailfatigue");
    let listed =
        run(&at, ["check", "--config", "config.toml", "--print-config", "--excel=de", "--max-age", "3"]);
    assert_eq!((listed.status, listed.err.as_str()), (0, ""));
    assert!(listed.out.starts_with("# config file: config.toml (command line)\n"), "{}", listed.out);
    std::fs::write(at.join("again.toml"), &listed.out).expect("a config");
    let again = run(&at, ["check", "--config", "again.toml", "--print-config"]);
    let values = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split("  # ").next().unwrap_or_default().to_string())
            .collect()
    };
    assert_eq!(again.err, "");
    assert_eq!(values(&again.out), values(&listed.out));
    let told = run_in(&at, &[("NO_COLOR", "1"), ("TZ", "Europe/Berlin")], &["check", "--print-config"]);
    for line in [
        "# config file: none",
        "timezone = \"Europe/Berlin\"  # environment TZ",
        "color = \"never\"  # environment NO_COLOR",
    ] {
        assert!(told.out.contains(line), "{line}: {}", told.out);
    }
}

#[test]
fn an_option_that_another_one_overrides_is_not_shown_as_in_force() {
    let here = settings(&(CONFIG.to_string() + "wait = 5\nall = false\n"));
    let at = here.path().join("etc/mailfatigue");
    let listed = |more: &[&str]| {
        run(&at, ["check", "--config", "config.toml", "--print-config"].iter().chain(more)).out
    };
    assert!(
        listed(&[]).contains("\nwait = 5  # config.toml:5\nno-wait = false  # default\n"),
        "{}",
        listed(&[])
    );
    let overridden = listed(&["--no-wait"]);
    assert!(overridden.contains("\nwait = 600  # default\nno-wait = true  # command line\n"), "{overridden}");
    assert!(overridden.contains("\nall = false  # config.toml:6\n"), "{overridden}");
}

#[test]
fn a_wrong_config_is_an_error_before_anything_is_read_or_written() {
    for (line, words) in [
        ("maxage = 3", ["`config.toml` line 5: unknown option `maxage`", "did you mean max-age?"]),
        ("since = \"yesterday\"", ["line 5: `yesterday` can't be the value of `since`", "YYYY-MM-DD"]),
        ("wait = \"soon\"", ["`soon` can't be the value of `wait`", "whole number of seconds"]),
        ("bom = yes", ["`config.toml` line 5", "hint:"]),
    ] {
        let here = settings(&(CONFIG.to_string() + line + "\n"));
        let at = here.path().join("etc/mailfatigue");
        let before = tree(&at);
        fails_with(&run(&at, ["check", "--config", "config.toml"]), &words);
        assert_eq!(tree(&at), before);
    }
    let here = settings("");
    std::fs::write(here.path().join("etc/mailfatigue/config.toml"), b"\xFF\xFE\0").expect("a file");
    fails_with(
        &run(&here.path().join("etc/mailfatigue"), ["check", "--config", "config.toml"]),
        &["not text in UTF-8"],
    );
}

#[test]
fn no_output_replaces_the_config_file() {
    let here = settings(&CONFIG.replace("report.csv", "config.toml"));
    let at = here.path().join("etc/mailfatigue");
    let before = tree(&at);
    let by_place = [("XDG_CONFIG_HOME", here.path().join("etc").to_string_lossy().into_owned())];
    let by_place = [(by_place[0].0, by_place[0].1.as_str())];
    let told = run_in(&at, &by_place, &["check", "--force"]);
    fails_with(&told, &["is also a config file that is read"]);
    for option in ["--output", "--html", "--messages"] {
        let told = run(&at, ["check", "--config", "./config.toml", option, "config.toml", "--force"]);
        fails_with(&told, &["is also a config file that is read"]);
    }
    assert_eq!(tree(&at), before);
}

#[test]
fn init_writes_a_file_once_whose_every_line_can_be_used() {
    let here = folder(&[]);
    let home = here.path().to_str().expect("UTF-8").to_string();
    let told = run_in(here.path(), &[("XDG_CONFIG_HOME", &home)], &["init"]);
    assert_eq!((told.status, told.out.as_str()), (0, ""), "{}", told.err);
    let path = here.path().join("mailfatigue/config.toml");
    let text = std::fs::read_to_string(&path).expect("the file");
    fails_with(
        &run_in(here.path(), &[("XDG_CONFIG_HOME", &home)], &["init"]),
        &["is there already", "--config FILE"],
    );
    assert_eq!(std::fs::read_to_string(&path).expect("the file"), text);
    let none = run(here.path(), ["check", "--config", "mailfatigue/config.toml", "--print-config"]);
    assert!(
        none.status == 0 && !none.out.contains("config.toml:"),
        "as written it sets nothing: {}",
        none.out
    );
    let set: String = text
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    std::fs::write(&path, set).expect("a file");
    let all = run(here.path(), ["check", "--config", "mailfatigue/config.toml", "--print-config"]);
    assert_eq!((all.status, all.err.as_str()), (0, ""));
    let lines = all.out.lines().skip(1);
    let unset: Vec<&str> = lines.filter(|line| !line.contains("  # mailfatigue/config.toml:")).collect();
    assert_eq!(unset, ["wait = 600  # default"], "`no-wait` overrides it");
    let told = run(here.path(), ["init", "--config", "own/settings.toml"]);
    assert!(told.status == 0 && here.path().join("own/settings.toml").exists(), "{}", told.err);
    std::fs::write(here.path().join("file"), "").expect("a file");
    fails_with(&run(here.path(), ["init", "--config", "file/config.toml"]), &["can't be written"]);
}

#[test]
fn the_printed_line_of_a_crontab_runs_as_cron_runs_it() {
    let here = settings(CONFIG);
    let at = here.path().join("etc/mailfatigue");
    let told = run(&at, ["init", "--print", "crontab", "--config", "config.toml"]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    assert!(told.out.contains("\nMAILTO="), "{}", told.out);
    let line = told.out.lines().find_map(|line| line.strip_prefix("15 3 * * *")).expect("the line");
    let output = std::process::Command::new("/bin/sh")
        .args(["-c", line])
        .current_dir("/")
        .env_clear()
        .env("HOME", here.path())
        .output()
        .expect("sh");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "mailfatigue: status 1\n", "something is flagged");
    assert!(at.join("report.csv").exists());
    // Without `quiet` it says what is new.
    for (more, option) in [
        ("", "mailfatigue-state.json' --only-changes"),
        ("since-last = \"s.json\"\n", "check --only-changes"),
    ] {
        std::fs::write(at.join("config.toml"), CONFIG.replace("quiet = true\n", more)).expect("a config");
        let told = run(&at, ["init", "--print", "crontab", "--config", "config.toml"]);
        assert!(told.out.contains(option), "{}", told.out);
        let line = told.out.lines().find_map(|line| line.strip_prefix("15 3 * * *")).expect("the line");
        for beginning in ["first run", ""] {
            let output = std::process::Command::new("/bin/sh").args(["-c", line]).output().expect("sh");
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && output.stdout.is_empty(), "{err}");
            assert!(err.starts_with(beginning) && err.is_empty() == beginning.is_empty(), "{err}");
        }
    }
    let told = run(&at, ["init", "--print", "crontab", "--config", "none.toml"]);
    assert!(told.status == 0 && told.err.contains("is not there yet"), "{}", told.err);
    std::fs::write(at.join("half.toml"), "mailboxes = [\"mail.mbox\"]\n").expect("a file");
    let told = run(&at, ["init", "--print", "crontab", "--config", "half.toml"]);
    assert!(told.err.contains("does not set `output`"), "{}", told.err);
    assert!(!at.join("none.toml").exists());
}

#[test]
fn the_printed_service_may_write_all_that_the_job_writes() {
    let here = settings(CONFIG);
    let at = here.path().join("etc/mailfatigue");
    let writable = |config: &str| {
        std::fs::write(at.join("config.toml"), config).expect("a config");
        let told = run(&at, ["init", "--print", "systemd", "--config", "config.toml"]);
        let folders = told.out.lines().filter_map(|line| line.strip_prefix("ReadWritePaths="));
        folders.map(|folder| folder.trim_matches('"').to_string()).collect::<Vec<_>>()
    };
    let folder = |name: &str| at.canonicalize().expect("there").join(name).display().to_string();
    let mailboxes = "mailboxes = [\"mail.mbox\"]\n";
    // The state file goes beside the report, …
    let all = format!("{mailboxes}output = \"a/r.csv\"\nhtml = \"b/p.html\"\ncache = \"c/cache\"\n");
    assert_eq!(writable(&all), [folder("a"), folder("b"), folder("c")]);
    // … or beside the config file.
    let page = format!("{mailboxes}html = \"b/p.html\"\n");
    let beside = folder("").trim_end_matches('/').to_string();
    assert_eq!(writable(&page), [beside, folder("b")]);
    let quiet = format!("{mailboxes}quiet = true\nhtml = \"b/p.html\"\n");
    assert_eq!(writable(&quiet), [folder("b")]);
}

#[test]
fn the_printed_units_are_verified_by_systemd() {
    let here = settings(CONFIG);
    let at = here.path().join("etc/mailfatigue");
    let told = run(&at, ["init", "--print", "systemd", "--config", "config.toml"]);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    for setting in
        ["PrivateNetwork=yes", "ProtectHome=read-only", "ProtectSystem=strict", "ReadWritePaths=\""]
    {
        assert!(told.out.contains(setting), "{setting}: {}", told.out);
    }
    let (service, timer) =
        told.out.split_once("# ~/.config/systemd/user/mailfatigue.timer").expect("two units");
    let timer = timer.split_once('\n').expect("its lines").1;
    std::fs::write(at.join("mailfatigue.service"), service).expect("a file");
    std::fs::write(at.join("mailfatigue.timer"), timer).expect("a file");
    let verify = std::process::Command::new("systemd-analyze")
        .args(["verify", "--man=no", "./mailfatigue.service", "./mailfatigue.timer"])
        .current_dir(&at)
        .output();
    match verify {
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success() && !words.contains("mailfatigue"), "{words}");
        }
        Err(error) => println!("skipped: systemd-analyze can't be run here: {error}"),
    }
}
