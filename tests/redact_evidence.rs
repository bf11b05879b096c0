//! The folder of evidence of a redacted run: nothing in it names a person or a message.

mod common;

use common::redacted::{here, pseudonyms, shows_nothing};
use common::run;

/// Files that shape a run and name people.
const SHAPING: [(&str, &str); 6] = [
    ("list-qxs.csv", "Mail;Sender;Status;Since\nrobin.qx1@home.example;moss.example;on;2025-01-01\n"),
    (
        "map-qxt.toml",
        "# of qxv\ncustomer = \"Mail\"\nsender = \"Sender\"\n[[event]]\ncolumn = \"Status\"\ndate = \"Since\"\n\
             words = { on = \"granted\", off = \"withdrawn\" }\n",
    ),
    (
        "policy-qxw.toml",
        "# Asked for by Kim Qx8.\ngrace_days = 3\n[[rule]]\nverdict = \"seed\"\nflag = true\n\
             must_be_zero = [\"Ann.Qxb@home.example\", \"@seeds.example\"]\n[[rule]]\nverdict = \"mail\"\ndays = 1\n",
    ),
    ("brands-qxx.toml", "[[brand]]\nname = \"Candles\"\naddresses = [\"kim.qx8@gmail.com\"]\n"),
    ("rules-qxy.toml", ""),
    (
        "config-qxz.toml",
        "policy = \"policy-qxw.toml\"\nbrands = \"brands-qxx.toml\"\nrules = \"rules-qxy.toml\"\n\
             owner = [\"robin.qx1@home.example\"]\ntimezone = \"UTC\"\nsince = 2026-01-01\n",
    ),
];

fn with_files_that_shape_a_run() -> tempfile::TempDir {
    let here = here();
    for (name, text) in SHAPING {
        std::fs::write(here.path().join(name), text).expect("a file");
    }
    here
}

#[test]
fn the_folder_of_evidence_names_nobody() {
    let here = with_files_that_shape_a_run();
    let told = run(
        here.path(),
        [
            "check",
            "folder-qx0",
            "--consent",
            "list-qxs.csv",
            "--consent-map",
            "map-qxt.toml",
            "--all",
            "-v",
            "--config",
            "config-qxz.toml",
            "--redact=key",
            "-o",
            "report-qx1.csv",
            "--evidence",
            "for-qx2",
        ],
    );
    shows_nothing("standard error", &told.err);
    assert_eq!(told.status, 0, "{}", told.err);
    let folder = here.path().join("for-qx2");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_else(|_| panic!("{name}"));
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let expected = "README.txt SHA256SUMS consent-map.toml inputs.csv messages.csv not-read.txt policy.toml report.csv \
                    senders.csv streams.csv summary.txt";
    assert_eq!(names.join(" "), expected);
    names.iter().for_each(|name| shows_nothing(name, &read(name)));
    let known = pseudonyms(&read("report.csv"));
    let policy = read("policy.toml");
    assert!(pseudonyms(&policy).is_subset(&known) && policy.contains("\"@seeds.example\""), "{policy}");
    assert!(read("consent-map.toml").contains("customer = \"Mail\""));
    let inputs = read("inputs.csv");
    for row in ["consent list,consent list 1,,75,", "policy,policy 1,policy.toml,", "mailbox,mailbox 1,,"] {
        assert!(inputs.contains(row), "{inputs}");
    }
    assert!(!inputs.contains("key"), "{inputs}");
    let readme = read("README.txt");
    let command = "\"--consent=consent list 1\" \"--consent-map=consent map 1\" \"--policy=policy 1\"";
    assert!(readme.contains(command) && readme.contains("Redacted: customers"), "{readme}");
}
