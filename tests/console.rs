//! What is said on standard error: never control characters, in colour where that is asked for, less with `-q`.

mod common;

use common::{daily, folder, program, run};

#[test]
fn no_control_character_reaches_the_terminal() {
    let evil = "x\u{1b}]0;owned\u{7}\r\u{9b}31m\u{202e}\nerror: no";
    let toml = format!("\"{}\" = 1\n", evil.replace('\n', ""));
    let here = folder(&[("p.toml", toml.as_bytes()), ("c.csv", format!("\"{evil}\"\n").as_bytes())]);
    std::fs::write(here.path().join("a.mbox"), daily()).expect("a file");
    let brands = format!("[[brand]]\nname = {:?}\n", "a\\u001b[31m");
    std::fs::write(here.path().join("b.toml"), brands.replace("\\\\", "\\")).expect("a file");
    for arguments in [
        vec!["check", evil],
        vec!["check", "--policy", evil, "a.mbox"],
        vec!["check", "--policy", "p.toml", "a.mbox"],
        vec!["check", "--brands", "b.toml", "a.mbox"],
        vec!["check", "--consent", "c.csv", "a.mbox"],
        vec!["check", "--timezone", evil, "a.mbox"],
        vec!["check", "--owner", evil, "a.mbox"],
        vec!["check", "--since", evil, "a.mbox"],
        vec!["check", "--threads", evil, "a.mbox"],
        vec!["check", "--color", evil, "a.mbox"],
        vec!["check", "-o", evil, "a.mbox", "missing.mbox"],
        vec!["explain", "--sender", evil, "a.mbox"],
        vec![evil],
        vec!["check", "--\u{1b}[31m", "a.mbox"],
        vec!["--x\u{1b}[31m\n"],
        vec!["completions", evil],
    ] {
        let told = run(here.path(), &arguments);
        let control = told.err.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(control, None, "{arguments:?} says {:?}", told.err);
        assert_eq!(told.status, 2, "{arguments:?}: {}", told.err);
        let forged = told.err.lines().filter(|line| *line == "error: no").count();
        assert_eq!(forged, 0, "{arguments:?}: {}", told.err);
    }
}

#[cfg(unix)]
#[test]
fn closed_streams_are_no_panic_and_a_lost_report_is_noted() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let shell = |line: &str| {
        let output = std::process::Command::new("sh")
            .current_dir(here.path())
            .env("TZ", "UTC")
            .args(["-c", line, env!("CARGO_BIN_EXE_mailfatigue")])
            .output()
            .expect("a shell");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let note = "note: standard output: is closed, so nobody gets what is written there";
    for (line, status, noted) in [
        ("\"$0\" check a.mbox >&-", 0, cfg!(target_os = "linux")),
        ("\"$0\" policy >&-", 0, cfg!(target_os = "linux")),
        ("\"$0\" check a.mbox -o r.csv >&-", 0, false),
        ("\"$0\" check a.mbox >/dev/null", 0, false),
        ("\"$0\" check a.mbox -q --fail-on-flagged >&-", 1, false),
        ("\"$0\" check a.mbox -o s.csv >&- 2>&-", 0, false),
        ("\"$0\" check missing.mbox 2>&-", 2, false),
        ("\"$0\" --frobnicate 2>&- >&- <&-", 2, false),
        ("\"$0\" --help >&-", 0, false),
    ] {
        let (code, words) = shell(line);
        assert_eq!(code, Some(status), "{line}: {words}");
        assert!(!words.contains("panicked"), "{line}: {words}");
        assert_eq!(words.contains(note), noted, "{line}: {words}");
    }
}

#[test]
fn colour_is_as_asked_for() {
    let here = folder(&[]);
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = program();
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("CLICOLOR");
        let output = command
            .current_dir(here.path())
            .args(arguments)
            .envs(variables.iter().copied())
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8_lossy(&output.stderr).contains("\u{1b}[")
    };
    let missing = ["check", "missing.mbox"];
    assert!(!colored(&missing, &[]), "standard error is not a terminal");
    assert!(colored(&["check", "missing.mbox", "--color", "always"], &[]));
    assert!(colored(&["check", "missing.mbox", "--color=always"], &[("NO_COLOR", "1")]));
    assert!(colored(&missing, &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&missing, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never", "check", "missing.mbox"], &[("CLICOLOR_FORCE", "1")]));
    // Where the command line itself is refused, too.
    assert!(colored(&["check", "--color=always", "--frobnicate"], &[]));
    assert!(!colored(&["check", "--frobnicate"], &[]));
}

#[test]
fn quiet_and_verbose_may_stand_together_and_quiet_leaves_out_notes() {
    let text = daily() + "From MAILER-DAEMON Sat Jan 31 08:00:00 2026\nSubject: nobody\n\n";
    let here = folder(&[]);
    let mail = here.path().join("mail");
    std::fs::create_dir(&mail).expect("a folder");
    std::fs::write(mail.join("a.mbox"), text).expect("a file");
    #[cfg(unix)]
    assert!(std::process::Command::new("mkfifo").arg(mail.join("pipe")).status().expect("mkfifo").success());
    let both = run(here.path(), ["check", "mail", "-q", "-v", "-o", "r.csv"]);
    assert_eq!(both.status, 0, "{}", both.err);
    assert!(both.err.starts_with("skipped: `mail/a.mbox`") && both.err.lines().count() == 1, "{}", both.err);
    let quiet = run(here.path(), ["check", "mail", "-q", "-o", "r.csv"]);
    assert_eq!((quiet.status, quiet.err.as_str()), (0, ""));
    if cfg!(unix) {
        assert!(run(here.path(), ["check", "mail", "-o", "r.csv"]).err.contains("note: `mail/pipe`"));
    }
}
