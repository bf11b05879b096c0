//! `--since-last`: a week of nights, and what becomes of a state file that can't be used.

mod common;

use calamine::Reader;
use common::outputs::refused;
use common::{OLD_REPORT, Run, daily, fails_with, folder, run, tree};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Marketing of a sender on days counted from 2026-03-01 on.
fn mail(sender: &str, days: impl IntoIterator<Item = u32>) -> String {
    let mut text = String::new();
    for day in days {
        let date = if day <= 31 { format!("{day} Mar 2026") } else { format!("{} Apr 2026", day - 31) };
        let _ = write!(
            text,
            "From MAILER-DAEMON Sun Mar  1 08:00:00 2026\n\
             Delivered-To: robin@home.example\n\
             Received: from mta.{sender} by mx.home.example for <robin@home.example>; {date} 08:00:00 +0000\n\
             Date: {date} 07:59:00 +0000\n\
             From: News <news@{sender}>\n\
             To: robin@home.example\n\
             Subject: Sale: 20% off today only\n\
             Message-ID: <{day}@{sender}>\n\
             List-Unsubscribe: <https://{sender}/u/{day}>\n\
             List-Unsubscribe-Post: List-Unsubscribe=One-Click\n\
             Precedence: bulk\n\
             \n\
             Everything is on sale, 20% off. Shop now: https://{sender}/\n\
             Unsubscribe: https://{sender}/u/{day}\n\n"
        );
    }
    text
}

/// What lies in the two mailboxes on the evening of a day of April.
fn evening(here: &Path, april: u32) {
    let today = 31 + april;
    let until = |days: std::ops::RangeInclusive<u32>| days.filter(move |day| *day <= today);
    let a = [
        mail("stride.example", until(1..=99)),
        mail("bakery.example", until(10..=99)),
        mail("travel.example", [2, 16].into_iter().chain(until(33..=99))),
        mail("gadget.example", until(34..=34)),
    ];
    std::fs::write(here.join("a.mbox"), a.concat()).expect("a mailbox");
    let garden = if april < 7 { mail("garden.example", [20]) } else { String::new() };
    let b = [mail("toys.example", 7..=12), mail("loom.example", [30]), garden];
    std::fs::write(here.join("b.mbox"), b.concat()).expect("a mailbox");
}

fn night(here: &Path, april: u32, more: &[&str]) -> Run {
    evening(here, april);
    let line = "check a.mbox b.mbox --timezone UTC -o report.csv --since-last state.json";
    run(here, line.split(' ').chain(more.iter().copied()))
}

/// The column `change` by sender.
fn changes(here: &Path) -> BTreeMap<String, String> {
    let mut rows = csv::Reader::from_path(here.join("report.csv")).expect("the report");
    assert_eq!(rows.headers().expect("its columns").iter().next_back(), Some("change"));
    let rows = rows.records().map(|row| row.expect("a row"));
    rows.map(|row| (row[2].trim_end_matches(".example").to_string(), row[row.len() - 1].to_string()))
        .collect()
}

fn of(words: &str) -> BTreeMap<String, String> {
    let pairs = words.split(' ').map(|pair| pair.split_once('=').expect("NAME=CHANGE"));
    pairs.map(|(name, change)| (name.to_string(), change.to_string())).collect()
}

/// The lines about changes: those above the number of messages.
fn said(run: &Run) -> Vec<&str> {
    run.err.lines().take_while(|line| !line.contains(" read from ")).collect()
}

#[test]
fn a_week_of_nights_says_what_is_new_and_nothing_else() {
    let here = folder(&[]);
    let here = here.path();
    let first = night(here, 1, &[]);
    assert_eq!(first.status, 0, "{}", first.err);
    let line = "first run with this state file: there is nothing to compare with, so every sender is new";
    assert_eq!(said(&first), [line]);
    assert!(changes(here).values().all(|change| change == "new"));

    let second = night(here, 2, &["--only-changes"]);
    let lines = [
        "since 2026-04-01: 1 newly flagged; 5 pairs as before",
        "newly flagged: bakery.example (24 of the last 28 days)",
    ];
    assert_eq!(said(&second), lines, "{}", second.err);
    assert!(second.err.contains("2 of 6 senders flagged"), "{}", second.err);
    let all = "stride=ongoing bakery=worse travel=ongoing toys=ongoing loom=ongoing garden=ongoing";
    assert_eq!(changes(here), of(all));

    let third = night(here, 3, &["--only-changes"]);
    let lines = ["since 2026-04-02: 1 new; 6 pairs as before", "new: gadget.example (1 of the last 28 days)"];
    assert_eq!(said(&third), lines);

    let fourth = night(here, 4, &["--only-changes", "--fail-on-flagged"]);
    assert_eq!((fourth.status, fourth.err.as_str(), fourth.out.as_str()), (1, "", ""));
    assert!(changes(here).values().all(|change| change == "ongoing"), "and the report is written");
    let told = night(here, 4, &[]);
    assert_eq!(said(&told), ["since 2026-04-04: nothing new; 7 pairs as before"]);

    let fifth = night(here, 5, &["--only-changes"]);
    let lines = [
        "since 2026-04-04: 1 worse; 6 pairs as before",
        "worse: travel.example (from 1 to 5 of the last 28 days)",
    ];
    assert_eq!(said(&fifth), lines, "what grew by a day each night has grown by four");

    evening(here, 6);
    std::fs::remove_file(here.join("b.mbox")).expect("it was there");
    let line = "check a.mbox b.mbox --timezone UTC -o report.csv --since-last state.json";
    let sixth = run(here, line.split(' '));
    assert_eq!(sixth.status, 2);
    assert!(sixth.err.starts_with("error: `b.mbox`"), "{}", sixth.err);
    for words in [
        "since 2026-04-05: 1 worse; 3 pairs as before",
        "a mailbox could not be read, so nothing is called better or gone",
    ] {
        assert!(sixth.err.contains(words), "{words}: {}", sixth.err);
    }
    assert_eq!(changes(here), of("stride=ongoing bakery=worse travel=ongoing gadget=ongoing"));

    let seventh = night(here, 7, &["--only-changes"]);
    let lines = [
        "since 2026-04-06: 1 better, 1 gone; 5 pairs as before",
        "better: toys.example (from 6 to 2 of the last 28 days)",
        "gone: garden.example",
    ];
    assert_eq!(said(&seventh), lines, "the pairs of the night before were not forgotten");
    let all = "stride=ongoing bakery=ongoing travel=ongoing gadget=ongoing toys=better loom=ongoing";
    assert_eq!(changes(here), of(all));
}

#[test]
fn no_longer_flagged_is_better_and_all_outputs_show_the_change() {
    let here = folder(&[]);
    std::fs::write(here.path().join("a.mbox"), mail("stride.example", 1..=28)).expect("a mailbox");
    std::fs::write(
        here.path().join("list.csv"),
        "sender,customer,event,date\nstride.example,*,granted,2026-01-01\n",
    )
    .expect("a list");
    let line =
        "check a.mbox --timezone UTC -o r.json --format json --html p.html --xlsx r.xlsx --since-last state";
    for (more, change, words) in [
        (&[] as &[&str], "new", "first run"),
        (
            &["--consent", "list.csv"],
            "better",
            "better: stride.example (no longer flagged; from 28 to 28 of the last 28 days)",
        ),
        (&[], "worse", "newly flagged: stride.example (28 of the last 28 days)"),
    ] {
        let told = run(here.path(), line.split(' ').chain(more.iter().copied()));
        assert!(told.status == 0 && told.err.contains(words), "{words}: {}", told.err);
        let json = std::fs::read_to_string(here.path().join("r.json")).expect("the report");
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json["rows"][0]["change"], change);
        assert_eq!(json["summary"]["since_last"][change], 1);
        assert_eq!(json["summary"]["since_last"]["first_run"], change == "new");
        let page = std::fs::read_to_string(here.path().join("p.html")).expect("the page");
        assert!(page.contains("Since the last run") && page.contains(&format!("<td>{change}\n")), "{change}");
    }
    let mut workbook: calamine::Xlsx<_> =
        calamine::open_workbook(here.path().join("r.xlsx")).expect("a workbook");
    let report = workbook.worksheet_range("Report").expect("the report");
    let last = |row| report.get_value((row, u32::try_from(report.width() - 1).expect("few columns")));
    assert_eq!(last(0).map(ToString::to_string).as_deref(), Some("change"));
    assert_eq!(last(1).map(ToString::to_string).as_deref(), Some("worse"));
}

#[test]
fn an_unusable_state_file_is_set_aside_and_the_run_is_a_first_one() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let at = |name: &str| here.path().join(name);
    let line = ["check", "a.mbox", "-q", "-o", "r.csv", "--since-last", "state.json"];
    assert_eq!(run(here.path(), line).status, 0);
    let whole = std::fs::read_to_string(at("state.json")).expect("the state");
    let cut = &whole[..whole.len() / 2];
    let newer = whole.replacen(":1,", ":7,", 1);
    for (number, (content, why)) in [
        (cut, "can't be read from line"),
        (&newer, "newer version"),
        ("garbage", "can't be read"),
        ("\0\0\0\0", "can't be read"),
    ]
    .into_iter()
    .enumerate()
    {
        std::fs::write(at("state.json"), content).expect("a file");
        let told = run(here.path(), line);
        let bad =
            if number == 0 { "state.json.bad".to_string() } else { format!("state.json.bad{}", number + 1) };
        assert_eq!(told.status, 0, "{}", told.err);
        for words in ["warning: `state.json`: can't be used", why, "compared with nothing", &bad] {
            assert!(told.err.contains(words), "{words}: {}", told.err);
        }
        assert_eq!(std::fs::read_to_string(at(&bad)).expect("it was kept"), content);
        assert_eq!(std::fs::read_to_string(at("state.json")).expect("the state"), whole, "a first run again");
    }
    std::fs::write(at("state.json"), "").expect("a file");
    let told = run(here.path(), line);
    assert_eq!((told.status, told.err.as_str()), (0, ""), "an empty file is none");
}

#[test]
fn a_failed_run_leaves_the_state_as_it_was() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("empty", b"")]);
    let line = |mailbox| ["check", mailbox, "-q", "-o", "r.csv", "--since-last", "state.json"];
    assert_eq!(run(here.path(), line("a.mbox")).status, 0);
    std::fs::write(here.path().join("b.mbox"), daily().replace("shop.example", "fair.example"))
        .expect("a mailbox");
    for (mailbox, more) in
        [("gone.mbox", &[] as &[&str]), ("empty", &[]), ("b.mbox", &["--policy", "gone.toml"])]
    {
        let before = tree(here.path());
        let told = run(here.path(), line(mailbox).iter().chain(more));
        assert_eq!(told.status, 2, "{}", told.err);
        assert!(tree(here.path()) == before, "{mailbox}");
    }
    // A damaged one too.
    std::fs::write(here.path().join("state.json"), "garbage").expect("a file");
    let before = tree(here.path());
    assert_eq!(run(here.path(), line("empty")).status, 2);
    assert!(tree(here.path()) == before);
}

#[test]
fn a_state_file_is_no_input_no_other_output_and_no_other_file() {
    let here = folder(&[
        ("a.mbox", daily().as_bytes()),
        ("mail", daily().as_bytes()),
        ("r.csv", OLD_REPORT.as_bytes()),
        ("report", OLD_REPORT.as_bytes()),
        ("list", b"sender,customer,event,date\n"),
        ("policy", b"[[rule]]\nverdict = \"mail\"\nmessages = 1\n"),
        ("other.json", b"{\"name\": \"other\"}\n"),
    ]);
    for (arguments, words) in [
        (&["--since-last", "a.mbox"] as &[&str], "is also a mailbox that is read"),
        (&["--since-last", "./r.csv", "-o", "r.csv"], "is the file into which"),
        (&["--since-last", "r.csv"], "ends like the name of CSV"),
        (&["--since-last", "report"], "is a report, not a state file"),
        (&["--since-last", "r.csv2", "-o", "r.csv2"], "is the file into which"),
        (&["--since-last", "mail"], "is mail, not a state file"),
        (&["--since-last", "list"], "is a consent list"),
        (&["--since-last", "list", "--force"], "is a consent list"),
        (&["--since-last", "policy"], "is a file of settings, not a state file"),
        (&["--since-last", "other.json"], "is a JSON file, not a state file"),
        (&["--since-last", "new.xlsx"], "ends like the name of an Excel workbook"),
        (&["--since-last", "no/state.json"], "there is no folder `no`"),
        (&["--since-last", "-"], "is not a file that can be read"),
        (&["--since-last", "/dev/null"], "is not a file that can be read"),
        (&["--since-last", "."], "is not a file that can be read"),
        (&["--only-changes"], "--since-last FILE"),
    ] {
        let line = [&["check", "a.mbox", "-o", "out.csv"], arguments].concat();
        let line = if arguments.contains(&"-o") { [&["check", "a.mbox"], arguments].concat() } else { line };
        refused(here.path(), &line, &[words]);
    }
    let told = run(here.path(), ["check", "a.mbox", "-q", "-o", "r.csv", "--since-last", "state.json"]);
    assert_eq!(told.status, 0, "{}", told.err);
    fails_with(
        &run(here.path(), ["check", "a.mbox", "--messages", "state.json"]),
        &["ends like the name of JSON"],
    );
    fails_with(
        &run(here.path(), ["check", "state.json"]),
        &["is a state file of this program, not a mailbox"],
    );
    // In a folder that is read it is left out.
    let told =
        run(here.path(), ["check", ".", "-o", "r.csv", "--since-last", "state.json", "--consent", "list"]);
    assert!(!told.err.contains("state.json"), "{}", told.err);
}

#[test]
fn a_day_of_asking_that_went_back_calls_nothing_gone_or_better() {
    let here = folder(&[]);
    let mailbox = [mail("stride.example", 1..=28), mail("loom.example", [28])].concat();
    std::fs::write(here.path().join("a.mbox"), mailbox).expect("a mailbox");
    let run = |more: &[&str]| {
        let line = "check a.mbox --timezone UTC -o report.csv --since-last state.json";
        run(here.path(), line.split(' ').chain(more.iter().copied()))
    };
    assert_eq!(run(&[]).status, 0);
    let back = run(&["--until", "2026-03-10"]);
    let lines = [
        "since 2026-03-28: nothing new; 1 pair as before",
        "the last run was of a later day, so nothing is called better or gone",
    ];
    assert_eq!(said(&back), lines, "{}", back.err);
    let forth = run(&[]);
    assert_eq!(said(&forth), ["since 2026-03-10: nothing new; 2 pairs as before"]);
}

#[test]
fn a_mailbox_that_became_much_smaller_is_named_also_where_nothing_else_is_said() {
    let here = folder(&[]);
    let line = ["check", "a.mbox", "-q", "-o", "r.csv", "--since-last", "state.json"];
    std::fs::write(here.path().join("a.mbox"), mail("stride.example", 1..=28)).expect("a mailbox");
    assert_eq!(run(here.path(), line).status, 0);
    std::fs::write(here.path().join("a.mbox"), mail("stride.example", 1..=13)).expect("a mailbox");
    let told = run(here.path(), line);
    assert_eq!(told.status, 0);
    assert!(told.err.contains("warning: the mailboxes: 13 messages read, 28 the last time"), "{}", told.err);
}

#[cfg(unix)]
#[test]
fn where_the_state_does_not_fit_nothing_is_put_in_place() {
    let here = folder(&[]);
    let mailbox: String = (0..40).map(|shop| mail(&format!("shop{shop}.example"), [1])).collect();
    std::fs::write(here.path().join("a.mbox"), mailbox).expect("a mailbox");
    // The system refuses files of more than a block, as a full disk would.
    let limited = "trap '' XFSZ; ulimit -f 1; exec \"$0\" check a.mbox -o - --since-last state.json";
    let told = std::process::Command::new("sh")
        .current_dir(here.path())
        .args(["-c", limited, env!("CARGO_BIN_EXE_mailfatigue")])
        .output()
        .expect("a run");
    let said = String::from_utf8_lossy(&told.stderr);
    assert_eq!((told.status.code(), told.stdout.as_slice()), (Some(2), &b""[..]), "{said}");
    assert!(said.contains("`state.json`: can't be written"), "{said}");
    assert_eq!(tree(here.path()).len(), 1, "only the mailbox is there");
}
