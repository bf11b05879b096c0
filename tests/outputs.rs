//! No mistake costs anybody a file: what a run writes is never what it reads, no two outputs are one file, and only the
//! program's own files are replaced. After each error every file is as it was.

mod common;

use common::{OLD_MESSAGES, OLD_REPORT, Run, folder, program, promotion, run, run_with_stdin};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

fn daily() -> String {
    (1..=28).map(|day| promotion(day, "Shop <news@shop.example>", &format!("m{day}@shop.example"))).collect()
}

const LIST: &str = "sender,customer,event,date\nshop.example,*,granted,2026-01-01\n";
const POLICY: &str = "[[rule]]\nverdict = \"mail\"\nmessages = 1\n";
const RULES: &str = "[[rule]]\nid = \"mine\"\nkind = \"transactional\"\nwhy = \"x\"\nwhen.field.from = \"bank\\\\.example\"\n";
const BRANDS: &str = "[[brand]]\nname = \"Shop\"\ndomains = [\"shop.example\"]\n";

/// Every file and link below a folder, with what it holds.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.to_string_lossy().into_owned();
        if path.is_symlink() {
            found.insert(
                format!("{name} ->"),
                path.read_link().expect("a link").into_os_string().into_encoded_bytes(),
            );
        } else if path.is_dir() {
            found.extend(tree(&path));
        } else {
            found.insert(name, fs::read(&path).expect("a file"));
        }
    }
    found
}

/// Asserts that a run fails with these words and changes nothing.
fn refused(folder: &Path, arguments: &[&str], words: &[&str]) {
    let before = tree(folder);
    let told = run(folder, arguments);
    says(&told, &format!("{arguments:?}"), words);
    assert!(tree(folder) == before, "{arguments:?} changed a file");
}

fn says(told: &Run, what: &str, words: &[&str]) {
    assert_eq!(told.status, 2, "{what}: {}", told.err);
    for word in words {
        assert!(told.err.contains(word), "{what} should say {word:?}, but says:\n{}", told.err);
    }
    assert!(told.err.contains("hint:"), "{what}: {}", told.err);
}

fn works(folder: &Path, arguments: &[&str]) {
    let told = run(folder, arguments);
    assert_eq!(told.status, 0, "{arguments:?}: {}", told.err);
}

/// A run through the shell, for what it redirects.
#[cfg(unix)]
fn shell(folder: &Path, command: &str) -> Run {
    let output = std::process::Command::new("sh")
        .current_dir(folder)
        .env("TZ", "UTC")
        .env("mailfatigue", env!("CARGO_BIN_EXE_mailfatigue"))
        .args(["-c", command])
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    Run {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Everything that a run reads, under names that any output may have.
fn all_inputs() -> (tempfile::TempDir, Vec<&'static str>) {
    let here = folder(&[
        ("mail.csv", daily().as_bytes()),
        ("list.csv", LIST.as_bytes()),
        ("policy.csv", POLICY.as_bytes()),
        ("rules.csv", RULES.as_bytes()),
        ("brands.csv", BRANDS.as_bytes()),
    ]);
    let options =
        "check mail.csv --consent list.csv --policy policy.csv --rules rules.csv --brands brands.csv";
    (here, options.split(' ').collect())
}

const INPUTS: [&str; 5] = ["mail.csv", "list.csv", "policy.csv", "rules.csv", "brands.csv"];
const OUTPUTS: [&str; 3] = ["--output", "--messages", "--starter-ledger"];

#[cfg(unix)]
#[test]
fn no_output_is_a_file_that_is_read_whatever_its_path() {
    let (here, run_of_all) = all_inputs();
    fs::create_dir(here.path().join("sub")).expect("a folder");
    let absolute = |name: &str| here.path().join(name).to_string_lossy().into_owned();
    works(here.path(), &run_of_all);
    for input in INPUTS {
        std::os::unix::fs::symlink(input, here.path().join(format!("soft-{input}"))).expect("a link");
        std::os::unix::fs::symlink(format!("soft-{input}"), here.path().join(format!("softer-{input}")))
            .expect("a link");
        fs::hard_link(here.path().join(input), here.path().join(format!("hard-{input}"))).expect("a link");
        let spellings = [
            input.to_string(),
            format!("./{input}"),
            format!("sub/../{input}"),
            absolute(input),
            format!("soft-{input}"),
            format!("softer-{input}"),
            format!("hard-{input}"),
        ];
        for spelling in &spellings {
            for output in OUTPUTS {
                for force in [&[] as &[&str], &["--force"]] {
                    let mut arguments = run_of_all.clone();
                    arguments.extend([output, spelling]);
                    arguments.extend(force);
                    refused(here.path(), &arguments, &["is also a", "that is read", output, "another file"]);
                }
            }
        }
    }
}

#[test]
fn a_list_about_one_sender_is_read_too() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("list.csv", b"customer,event,date\n*,granted,\n")]);
    for output in OUTPUTS {
        let arguments =
            ["check", "a.mbox", "--consent", "shop.example=list.csv", output, "./list.csv", "--force"];
        refused(here.path(), &arguments, &["is also a consent list that is read", output]);
    }
}

#[cfg(unix)]
#[test]
fn standard_output_is_no_file_that_is_read() {
    let (here, run_of_all) = all_inputs();
    let all = run_of_all.join(" ");
    let before = tree(here.path());
    for input in INPUTS {
        let explain = all.replace("check", "explain --sender shop.example");
        for command in [&all, &explain] {
            let told = shell(here.path(), &format!("\"$mailfatigue\" {command} >> {input}"));
            says(&told, input, &["standard output: goes into", input]);
        }
        let told = shell(here.path(), &format!("\"$mailfatigue\" {all} -o /dev/stdout >> {input}"));
        says(&told, input, &["is also a", input]);
        assert!(tree(here.path()) == before, "{input}");
    }
    // Standard input may be one of them, too.
    for output in ["-o mail.csv", "--messages mail.csv", ">> mail.csv"] {
        let told = shell(here.path(), &format!("\"$mailfatigue\" check - {output} < mail.csv"));
        says(&told, output, &["a mailbox that is read"]);
        assert!(tree(here.path()) == before, "{output}");
    }
    // What the shell emptied is lost before the program starts.
    let told = shell(here.path(), "\"$mailfatigue\" check mail.csv > mail.csv");
    says(&told, "> mail.csv", &["standard output: goes into `mail.csv`", "the shell emptied this one"]);
}

#[cfg(unix)]
#[test]
fn no_two_outputs_are_one_file() {
    for old in [None, Some(OLD_REPORT), Some(OLD_MESSAGES), Some("")] {
        let here = folder(&[("a.mbox", daily().as_bytes())]);
        let path = |name: &str| here.path().join(name);
        let mut spellings = vec!["r.csv", "./r.csv", "soft.csv"];
        if let Some(old) = old {
            fs::write(path("r.csv"), old).expect("a file");
            fs::hard_link(path("r.csv"), path("hard.csv")).expect("a link");
            spellings.push("hard.csv");
        }
        std::os::unix::fs::symlink("r.csv", path("soft.csv")).expect("a link");
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            for spelling in &spellings {
                let arguments =
                    ["check", "a.mbox", OUTPUTS[one], "r.csv", OUTPUTS[other], spelling, "--force"];
                refused(here.path(), &arguments, &["is the file into which", OUTPUTS[one], OUTPUTS[other]]);
            }
        }
        let before = tree(here.path());
        if old.is_some() {
            for output in ["--messages r.csv", "--starter-ledger ./r.csv", "--messages hard.csv"] {
                let told = shell(here.path(), &format!("\"$mailfatigue\" check a.mbox {output} >> r.csv"));
                says(&told, output, &["is the file into which standard output goes"]);
                assert!(tree(here.path()) == before, "{output}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_written_to_as_often_as_one_likes() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    works(here.path(), &["check", "a.mbox", "-o", "/dev/null", "--messages", "/dev/null"]);
    let told = shell(here.path(), "cat a.mbox | \"$mailfatigue\" check /dev/stdin | head -1");
    assert!(told.status == 0 && told.out.starts_with("flagged,"), "{}", told.err);
    let told = shell(here.path(), "\"$mailfatigue\" check - -o /dev/stdout < a.mbox | head -1");
    assert!(told.status == 0 && told.out.starts_with("flagged,"), "{}", told.err);
}

#[test]
fn only_earlier_outputs_of_the_same_kind_are_replaced() {
    let here =
        folder(&[("a.mbox", daily().as_bytes()), ("list.csv", LIST.as_bytes()), ("text.csv", b"mine\n")]);
    let other_mailbox = daily().replace("shop.example", "other.example");
    for name in ["text", "mail"] {
        fs::write(here.path().join(name), &other_mailbox).expect("a file");
    }
    for (name, what) in [
        ("text.csv", "is not a report of this program"),
        ("text", "is not a report of this program"),
        ("mail", "is not a report of this program"),
    ] {
        refused(here.path(), &["check", "a.mbox", "-o", name], &[what, "--force", "another file"]);
    }
    for force in [&[] as &[&str], &["--force"]] {
        let with = |arguments: &[&'static str]| [arguments, force].concat();
        refused(
            here.path(),
            &with(&["check", "a.mbox", "-o", "list.csv"]),
            &["is a consent list", "filled in"],
        );
        refused(here.path(), &with(&["check", "a.mbox", "--messages", "list.csv"]), &["is a consent list"]);
        refused(
            here.path(),
            &with(&["check", "a.mbox", "--starter-ledger", "list.csv"]),
            &["is there already"],
        );
        refused(
            here.path(),
            &with(&["check", "a.mbox", "--starter-ledger", "text.csv"]),
            &["is there already"],
        );
    }
    works(here.path(), &["check", "a.mbox", "-o", "text.csv", "--force"]);
    works(
        here.path(),
        &["check", "a.mbox", "-o", "text.csv", "--messages", "m.csv", "--starter-ledger", "s.csv"],
    );
    for name in ["m.csv", "s.csv"] {
        let starter = name == "s.csv";
        let words: &[&str] = if starter {
            &["is a consent list"]
        } else {
            &["is a list of messages, not a report", "--force"]
        };
        refused(here.path(), &["check", "a.mbox", "-o", name], words);
    }
    refused(
        here.path(),
        &["check", "a.mbox", "--messages", "text.csv"],
        &["is a report, not a list of messages"],
    );
    refused(here.path(), &["check", "a.mbox", "--starter-ledger", "s.csv"], &["is there already"]);
}

#[test]
fn every_night_replaces_the_report_of_the_night_before() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("r.csv", b""), ("m.csv", OLD_MESSAGES.as_bytes())]);
    for style in
        [&[] as &[&str], &["--bom"], &["--delimiter", ";"], &["--delimiter", "tab", "--bom"], &["--all"]]
    {
        for _ in 0..2 {
            let night = [&["check", "a.mbox", "-q", "-o", "r.csv", "--messages", "m.csv"], style].concat();
            works(here.path(), &night);
        }
    }
    // A report of a later version, or one that a spreadsheet saved.
    for old in [
        "flagged,verdict,sender,sender_name,customer,cadence,reason,later\r\n",
        "\"flagged\";\"verdict\";\"sender\";\"sender_name\";\"customer\";\"cadence\";\"reason\"\n",
    ] {
        fs::write(here.path().join("r.csv"), old).expect("a file");
        works(here.path(), &["check", "a.mbox", "-o", "r.csv"]);
    }
}

#[test]
fn earlier_outputs_in_a_folder_that_is_read_are_left_out() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("list.csv", LIST.as_bytes())]);
    let night = ["check", ".", "--consent", "list.csv", "-o", "report.csv", "--messages", "./messages.csv"];
    let first = run(here.path(), night);
    let report = fs::read(here.path().join("report.csv")).expect("the report");
    for _ in 0..3 {
        let told = run(here.path(), night);
        assert_eq!((told.status, &told.err), (0, &first.err));
        assert_eq!(fs::read(here.path().join("report.csv")).expect("the report"), report);
    }
    works(here.path(), &["check", ".", "-o", "report.csv", "--starter-ledger", "starter.csv"]);
    // A list of messages whose subjects look like mail, of a run that writes to other files.
    let subject =
        "x\nFrom a@shop.example Sat Jan  3 08:00:00 2026\nFrom: a@forged.example\nSubject: Sale\n\n";
    let hostile = format!("{OLD_MESSAGES}a,b,2026-01-03,,,,,\"{subject}\"\n");
    fs::write(here.path().join("old.csv"), hostile).expect("a file");
    let told = run(here.path(), ["check", ".", "--all"]);
    assert!(told.status == 0 && told.err.starts_with("28 messages read"), "{}", told.err);
    assert!(!told.out.contains("forged"), "{}", told.out);
}

#[cfg(unix)]
#[test]
fn a_message_or_mailbox_in_a_folder_that_is_read_is_never_written_to() {
    let here = folder(&[]);
    let name = |name: &str| here.path().join(name);
    fs::create_dir_all(name("Maildir/cur")).expect("a folder");
    fs::create_dir_all(name("Maildir/new")).expect("a folder");
    let message = promotion(1, "Shop <news@shop.example>", "m1@shop.example");
    let (_, message) = message.split_once('\n').expect("a separator");
    fs::write(name("Maildir/cur/1767254400.M1.host:2,S"), message).expect("a message");
    fs::write(name("Maildir/box"), daily()).expect("a mailbox");
    std::os::unix::fs::symlink("Maildir/cur/1767254400.M1.host:2,S", name("out.csv")).expect("a link");
    fs::hard_link(name("Maildir/box"), name("hard.csv")).expect("a link");
    for output in ["Maildir/cur/1767254400.M1.host:2,S", "Maildir/box", "out.csv", "hard.csv"] {
        refused(here.path(), &["check", "Maildir", "-o", output], &["is not a report of this program"]);
        refused(here.path(), &["check", "Maildir", "-o", output, "--force"], &["is also a file in a folder"]);
        refused(
            here.path(),
            &["check", "Maildir", "--messages", output, "--force"],
            &["is also a file in a folder"],
        );
        refused(
            here.path(),
            &["check", "Maildir", "--starter-ledger", output, "--force"],
            &["is there already"],
        );
    }
    let before = tree(here.path());
    let told = shell(here.path(), "\"$mailfatigue\" check Maildir >> Maildir/box");
    says(&told, ">>", &["standard output: goes into `Maildir/box`"]);
    assert!(tree(here.path()) == before);
    // A report beside the mail is as good as anywhere.
    for _ in 0..2 {
        let told = shell(here.path(), "\"$mailfatigue\" check Maildir > Maildir/report.csv");
        assert_eq!(told.status, 0, "{}", told.err);
    }
}

#[test]
fn a_name_that_the_shell_expands_to_a_mailbox_is_refused() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("b.mbox", daily().as_bytes()), ("c.mbox", b"")]);
    // `check a.mbox -o *.mbox`: the first is the output, the others are read.
    refused(here.path(), &["check", "-o", "a.mbox", "b.mbox"], &["a mailbox", "--output a.csv"]);
    refused(here.path(), &["check", "b.mbox", "--force", "-o", "a.mbox"], &["a mailbox"]);
    refused(here.path(), &["check", "a.mbox", "-o", "c.mbox"], &["a mailbox"]);
}

#[test]
fn a_name_that_promises_another_format_is_refused() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    for (name, format) in [
        ("report.xlsx", "an Excel workbook"),
        ("Report.XLS", "an Excel workbook"),
        ("report.html", "a web page"),
        ("report.json", "JSON"),
        ("report.parquet", "Parquet"),
        ("report.pdf", "a document"),
        ("report.mbox", "a mailbox"),
        ("report.csv.gz", "a compressed file"),
        ("policy.toml", "a file of settings"),
    ] {
        for output in OUTPUTS {
            refused(
                here.path(),
                &["check", "a.mbox", output, name, "--force"],
                &[format, output, "written as CSV"],
            );
        }
    }
    for name in ["report.csv", "report.tsv", "report.TXT", "report", "report.2026-03-02", "report.csv.old"] {
        works(here.path(), &["check", "a.mbox", "-o", name]);
    }
}

#[test]
fn outputs_are_checked_before_anything_is_read() {
    let here = folder(&[("r.csv", OLD_REPORT.as_bytes())]);
    fs::create_dir(here.path().join("folder")).expect("a folder");
    // The mailbox is missing, and that is not even noticed.
    for output in OUTPUTS {
        let check = |name: &str, words: &[&str]| {
            let told = run(here.path(), ["check", "missing.mbox", output, name]);
            assert!(!told.err.contains("missing.mbox"), "{}", told.err);
            refused(here.path(), &["check", "missing.mbox", output, name], words);
        };
        check("no/such/r.csv", &["there is no folder `no/such`", "create the folder"]);
        check("new/", &["`new/`", "ends in `/`", "new/report.csv"]);
        check("folder", &["`folder`", "is a folder", "folder/report.csv"]);
        check("folder/", &["is a folder"]);
        check("r.csv/x.csv", &["`r.csv/x.csv`", "can't be written"]);
        check(&format!("{}.csv", "x".repeat(300)), &["can't be written"]);
    }
    refused(
        here.path(),
        &["check", "missing.mbox", "-o", "r.csv", "--messages", "no/m.csv"],
        &["no folder `no`"],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_in_which_nothing_can_be_made_is_named_before_anything_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    refused(
        here.path(),
        &["check", "missing.mbox", "-o", "/proc/r.csv"],
        &["`/proc/r.csv`", "can't be written"],
    );
    let locked = here.path().join("locked");
    fs::create_dir(&locked).expect("a folder");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).expect("allowed");
    if tempfile::tempfile_in(&locked).is_ok() {
        eprintln!("permissions don't bind this user, so a folder without them is not tested");
        return;
    }
    refused(
        here.path(),
        &["check", "missing.mbox", "-o", "locked/r.csv"],
        &["no file can be made in `locked`"],
    );
}

#[test]
fn a_run_from_standard_input_replaces_its_report() {
    let here = folder(&[("r.csv", OLD_REPORT.as_bytes())]);
    for _ in 0..2 {
        let told = run_with_stdin(here.path(), &["check", "-", "-q", "-o", "r.csv"], daily().as_bytes());
        assert_eq!((told.status, told.err.as_str()), (0, ""));
    }
    assert!(
        program()
            .arg("check")
            .arg("--help")
            .output()
            .is_ok_and(|help| { String::from_utf8_lossy(&help.stdout).contains("--force") })
    );
}

#[test]
fn what_somebody_wrote_while_mail_was_read_is_not_replaced() {
    use std::io::Write;
    for output in OUTPUTS {
        let here = folder(&[("r.csv", OLD_REPORT.as_bytes())]);
        let mut run = program()
            .current_dir(here.path())
            .args(["check", "-", output, "new.csv"])
            .args(if output == "--output" { &[] as &[&str] } else { &["-o", "r.csv"] })
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a run");
        let mut input = run.stdin.take().expect("a pipe");
        // More than a pipe holds: when all of it is taken, the program is reading.
        input.write_all(daily().repeat(20).as_bytes()).expect("written");
        fs::write(here.path().join("new.csv"), "mine\n").expect("a file");
        drop(input);
        let told = run.wait_with_output().expect("its end");
        let said = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.code() == Some(2) && said.contains("`new.csv`: is there already"), "{said}");
        assert_eq!(fs::read(here.path().join("new.csv")).expect("the file"), b"mine\n");
        assert_eq!(fs::read(here.path().join("r.csv")).expect("the report"), OLD_REPORT.as_bytes());
    }
}
