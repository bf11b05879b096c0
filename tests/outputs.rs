//! No mistake costs anybody a file: what a run writes is never what it reads, no two outputs are one file, and only the
//! program's own files are replaced. After each error every file is as it was.

mod common;

use common::outputs::{INPUTS, OUTPUTS, all_inputs, refused, says, shell, works};
use common::{OLD_MESSAGES, OLD_REPORT, daily, folder, run, tree};
use std::fs;

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
            let told = shell(here.path(), "\"$mailfatigue\" check a.mbox --messages - >> r.csv");
            let words = ["is where both a report and a list of messages go", "give --messages a file"];
            says(&told, "--messages -", &words);
            assert!(tree(here.path()) == before);
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
        ("report.html", "HTML"),
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
