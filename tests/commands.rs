//! The program as its user meets it: words, files and exit statuses, with good input and with bad.

mod common;

use common::{OLD_REPORT, daily, folder, promotion, run, run_with_stdin};
use std::path::Path;

/// Asserts that a run failed with status 2 and said all of these.
fn fails(folder: &Path, arguments: &[&str], words: &[&str]) {
    let told = run(folder, arguments);
    assert_eq!(told.status, 2, "{arguments:?}: {}", told.err);
    assert!(!told.err.contains("panicked"), "{}", told.err);
    for word in words {
        assert!(told.err.contains(word), "{arguments:?} should say {word:?}, but says:\n{}", told.err);
    }
    assert!(told.err.trim().is_empty() || !told.out.contains("panicked"));
}

#[test]
fn a_flag_is_a_status_only_where_it_is_asked_for() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let plain = run(here.path(), ["check", "a.mbox"]);
    assert_eq!(
        (plain.status, plain.out.lines().nth(1).map(|row| &row[..21])),
        (0, Some("yes,daily-unconsented"))
    );
    assert_eq!(run(here.path(), ["check", "a.mbox", "--fail-on-flagged"]).status, 1);
    assert_eq!(run(here.path(), ["check", "a.mbox", "missing.mbox", "--fail-on-flagged"]).status, 2);
    let until = run(here.path(), ["check", "a.mbox", "--fail-on-flagged", "--until", "2026-01-20"]);
    assert_eq!(until.status, 0);
}

#[test]
fn quiet_and_no_trouble_is_silence() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "-q", "-o", "r.csv"]);
    assert_eq!((told.status, told.out.as_str(), told.err.as_str()), (0, "", ""));
}

#[test]
fn one_unreadable_mailbox_leaves_the_report_over_the_others() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("b.mbox", b"\x7fELF\0\0\0binary")]);
    std::fs::create_dir(here.path().join("c")).expect("a folder");
    let told = run(here.path(), ["check", "missing.mbox", "a.mbox", "b.mbox", "c", "-o", "r.csv"]);
    assert_eq!(told.status, 2);
    for words in [
        "`missing.mbox`",
        "`b.mbox`",
        "contains no message",
        "`c`: is empty",
        "28 messages read from 1 mailbox",
    ] {
        assert!(told.err.contains(words), "{}", told.err);
    }
    assert!(
        std::fs::read_to_string(here.path().join("r.csv")).expect("the report").contains("daily-unconsented")
    );
}

#[test]
fn a_run_over_nothing_readable_leaves_the_old_report() {
    let here = folder(&[("r.csv", OLD_REPORT.as_bytes())]);
    fails(here.path(), &["check", "missing.mbox", "-o", "r.csv"], &["missing.mbox", "check the spelling"]);
    assert_eq!(std::fs::read(here.path().join("r.csv")).expect("the report"), OLD_REPORT.as_bytes());
}

#[test]
fn empty_and_blank_files_are_mailboxes_of_no_message() {
    let here = folder(&[("empty", b""), ("blank", b"\n\r\n \n"), ("a.mbox", daily().as_bytes())]);
    let told = run(here.path(), ["check", "empty", "blank", "a.mbox"]);
    assert_eq!((told.status, told.out.lines().count()), (0, 2));
    assert!(told.err.starts_with("28 messages read from 3 mailboxes: "), "{}", told.err);
}

#[test]
fn standard_input_is_a_mailbox() {
    let here = folder(&[]);
    let told = run_with_stdin(here.path(), &["check", "-"], daily().as_bytes());
    assert!(told.status == 0 && told.out.contains("daily-unconsented"), "{}", told.err);
    fails(here.path(), &["check", "-", "-"], &["only once"]);
}

#[test]
fn wrong_ledgers_end_the_run_before_any_mail_is_read() {
    let here = folder(&[
        ("a.mbox", daily().as_bytes()),
        ("head.csv", b"shop.example,*,granted,2026-01-01\n"),
        ("word.csv", b"sender,customer,event,date\nshop.example,*,maybe,2026-01-01\n"),
        ("date.csv", b"sender,customer,event,date\n\nshop.example,*,granted,2026-02-30\n"),
        ("undated.csv", b"sender,customer,event,date\nshop.example,*,withdrawn,\n"),
        ("nobody.csv", b"sender,customer,event,date\nshop.example,nobody,granted,\n"),
    ]);
    let check = |file: &str, words: &[&str]| {
        fails(here.path(), &["check", "a.mbox", "--consent", file, "-o", "r.csv"], words)
    };
    check("head.csv", &["`head.csv` line 1: has no header", "above it: sender,customer,event,date"]);
    check(
        "word.csv",
        &["`word.csv` line 2: unknown event `maybe`", "hint: write one of granted, subscribed"],
    );
    check("date.csv", &["`date.csv` line 3: `2026-02-30` is not a date"]);
    check("undated.csv", &["`undated.csv` line 2", "--consent-as-of"]);
    check("nobody.csv", &["`nobody` is not the address of a customer"]);
    check("missing.csv", &["`missing.csv`"]);
    assert!(!here.path().join("r.csv").exists());
}

#[test]
fn wrong_policies_rules_and_brands_point_at_their_line() {
    let here = folder(&[
        ("a.mbox", daily().as_bytes()),
        ("key.toml", b"[[rule]]\nverdict = \"x\"\nmax = 3\n"),
        ("days.toml", b"[[rule]]\nverdict = \"x\"\ndays = 30\nwindow = 28\n"),
        ("rules.toml", b"[[rule]]\nid = \"mine\"\nkind = \"advert\"\nwhy = \"x\"\n"),
        (
            "test.toml",
            b"[[rule]]\nid = \"mine\"\nkind = \"marketing\"\nwhy = \"x\"\nwhen.is = [\"unsubscribeable\"]\n",
        ),
        ("brands.toml", b"[[brand]]\nname = \"A\"\n"),
    ]);
    let check = |option: &str, file: &str, words: &[&str]| {
        fails(here.path(), &["check", "a.mbox", option, file], words)
    };
    check("--policy", "key.toml", &["`key.toml` line 3", "unknown field `max`"]);
    check("--policy", "days.toml", &["`days.toml` line 3: 30 days don't fit in a window of 28"]);
    check("--rules", "rules.toml", &["`rules.toml` line 3", "unknown variant `advert`"]);
    check("--rules", "test.toml", &["`test.toml` line 5", "did you mean unsubscribable"]);
    check("--brands", "brands.toml", &["`brands.toml` line 2"]);
}

#[test]
fn wrong_arguments_are_explained() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let check = |arguments: &[&str], words: &[&str]| {
        fails(here.path(), &[&["check", "a.mbox"], arguments].concat(), words)
    };
    check(&["--timezone", "Europe/Berln"], &["unknown time zone `Europe/Berln`", "Europe/Berlin"]);
    check(&["--since", "2026-02-30"], &["no such date"]);
    check(&["--since", "2026-02-01", "--until", "2026-01-01"], &["--since", "after --until"]);
    check(&["--owner", "robin"], &["`robin` is not an address"]);
    check(&["--delimiter", "ab"], &["tab"]);
    check(&["--threads", "0"], &["0"]);
    check(&["--max-age", "x"], &["write a whole number of days"]);
    check(&["--max-age", "-1"], &["write a whole number of days"]);
    for option in [
        &["--consent-sender", "x.example"][..],
        &["--consent-as-of", "2026-01-01"],
        &["--consent-dates", "dmy"],
        &["--skip-bad-rows"],
    ] {
        check(option, &[&format!("error: {}: is about a consent list", option[0]), "--consent FILE"]);
    }
    fails(
        here.path(),
        &["check"],
        &["error: `check`: <MAILBOX>... is missing", "write mailfatigue check [OPTIONS] <MAILBOX>..."],
    );
    fails(
        here.path(),
        &["explain", "a.mbox"],
        &["error: `explain`: --sender <NAME> is missing", "explain [OPTIONS] --sender <NAME> <MAILBOX>..."],
    );
    fails(here.path(), &["chekc", "a.mbox"], &["check"]);
}

#[test]
fn an_output_that_cannot_be_written_is_an_error_and_leaves_the_rest() {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("r.csv", OLD_REPORT.as_bytes())]);
    fails(here.path(), &["check", "a.mbox", "-o", "no/such/r.csv"], &["no/such/r.csv", "create the folder"]);
    fails(
        here.path(),
        &["check", "a.mbox", "-o", "r.csv", "--messages", "no/such/m.csv"],
        &["no/such/m.csv"],
    );
    assert_eq!(
        std::fs::read(here.path().join("r.csv")).expect("the report"),
        OLD_REPORT.as_bytes(),
        "neither is put in place"
    );
    std::fs::create_dir(here.path().join("folder")).expect("a folder");
    fails(here.path(), &["check", "a.mbox", "-o", "folder"], &["`folder`"]);
    let left: Vec<_> = std::fs::read_dir(here.path())
        .expect("a folder")
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter(|n| n.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "temporary files stay behind: {left:?}");
}

#[cfg(unix)]
#[test]
fn devices_and_links_stay_what_they_are() {
    use std::os::unix::fs::{MetadataExt, symlink};
    let here = folder(&[("a.mbox", daily().as_bytes()), ("real.csv", OLD_REPORT.as_bytes())]);
    symlink("real.csv", here.path().join("link.csv")).expect("a link");
    let before = std::fs::metadata("/dev/null").expect("a device").rdev();
    assert_eq!(run(here.path(), ["check", "a.mbox", "-o", "/dev/null"]).status, 0);
    assert_eq!(std::fs::metadata("/dev/null").expect("a device").rdev(), before);
    assert_eq!(run(here.path(), ["check", "a.mbox", "-o", "link.csv"]).status, 0);
    assert!(here.path().join("link.csv").is_symlink());
    assert!(
        std::fs::read_to_string(here.path().join("real.csv")).expect("the report").contains("shop.example")
    );
    let full = run(here.path(), ["check", "a.mbox", "-o", "/dev/full"]);
    if Path::new("/dev/full").exists() {
        assert!(full.status == 2 && full.err.contains("/dev/full"), "{}", full.err);
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let many: String =
        (0..4_000).map(|n| promotion(n % 28 + 1, &format!("S <a@s{n}.example>"), &format!("x{n}"))).collect();
    std::fs::write(here.path().join("many.mbox"), many).expect("a file");
    let mut child = common::program()
        .current_dir(here.path())
        .args(["check", "many.mbox", "-q"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn verbose_names_each_message_that_cannot_be_used() {
    let text = daily() + "From MAILER-DAEMON Sat Jan 31 08:00:00 2026\nSubject: nobody\n\n";
    let here = folder(&[("a.mbox", text.as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "-v"]);
    let expected = format!("skipped: `a.mbox` byte {}: it names no sender", daily().len());
    assert!(told.err.contains(&expected) && told.err.contains("1 unusable"), "{}", told.err);
}

#[test]
fn policies_and_rules_print_and_are_read_back() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let policy = run(here.path(), ["policy"]).out;
    std::fs::write(here.path().join("p.toml"), &policy).expect("a file");
    let plain = run(here.path(), ["check", "a.mbox"]).out;
    assert_eq!(run(here.path(), ["check", "a.mbox", "--policy", "p.toml"]).out, plain);
    let rules = run(here.path(), ["rules"]).out;
    assert!(rules.contains("[[rule]]") && rules.contains("why"));
    let own = "[[rule]]\nid = \"mine\"\nkind = \"transactional\"\nwhy = \"I like this shop\"\nwhen.field.from = \"shop\\\\.example\"\n";
    std::fs::write(here.path().join("r.toml"), own).expect("a file");
    let told = run(here.path(), ["check", "a.mbox", "--rules", "r.toml", "--all", "--messages", "m.csv"]);
    assert!(told.out.contains("not-marketing"), "{}", told.out);
    assert!(
        std::fs::read_to_string(here.path().join("m.csv"))
            .expect("the list")
            .contains(",transactional,mine,other,")
    );
}

#[test]
fn the_byte_order_mark_and_the_delimiter_are_as_asked() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "--bom", "--delimiter", ";"]);
    assert!(told.out.starts_with("\u{feff}flagged;verdict;"));
    assert!(
        run(here.path(), ["check", "a.mbox", "--delimiter", "tab"]).out.starts_with("flagged\tverdict\t")
    );
}

#[test]
fn excel_gets_the_csv_of_its_locale() {
    let two = promotion(1, "Shop <news@shop.example>", "a@shop.example")
        + &promotion(2, "Shop <news@shop.example>", "b@shop.example")
        + &promotion(5, "Shop <news@shop.example>", "c@shop.example")
        + &promotion(5, "Loom <news@loom.example>", "d@loom.example");
    let here = folder(&[("a.mbox", two.as_bytes())]);
    let plain = run(here.path(), ["check", "a.mbox"]).out;
    assert!(plain.contains(",0.75,"), "{plain}");
    for english in ["--excel", "--excel=en", "--excel=de-CH"] {
        assert_eq!(
            run(here.path(), ["check", "a.mbox", english]).out,
            format!("\u{feff}{plain}"),
            "{english}"
        );
    }
    for comma in ["--excel=de", "--excel=fr", "--excel=pt_BR"] {
        let told = run(here.path(), ["check", comma, "a.mbox", "--messages", "m.csv"]).out;
        assert!(told.starts_with("\u{feff}flagged;verdict;") && told.contains(";0,75;"), "{comma}: {told}");
        let messages = std::fs::read_to_string(here.path().join("m.csv")).expect("the list");
        assert!(messages.starts_with("\u{feff}sender;customer;"), "{messages}");
        std::fs::remove_file(here.path().join("m.csv")).expect("the list");
    }
    let own = run(here.path(), ["check", "a.mbox", "--excel=de", "--delimiter", "tab"]).out;
    assert!(own.starts_with("\u{feff}flagged\tverdict") && own.contains("\t0,75\t"), "{own}");
    fails(here.path(), &["check", "a.mbox", "--excel=klingon"], &["unknown locale"]);
    fails(here.path(), &["check", "a.mbox", "--excel", "de"], &["did you mean --excel=de?"]);
}

#[test]
fn names_are_in_the_order_in_which_they_are_shown() {
    let names = ["alpha", "'=quoted", "=sum", "+plus", "\u{200b}zeta", "é"];
    let mail: String =
        (0..).zip(names).map(|(at, from)| promotion(1, from, &format!("{at}@shop.example"))).collect();
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let report = run(here.path(), ["check", "a.mbox"]).out;
    let shown: Vec<&str> = report.lines().skip(1).filter_map(|row| row.split(',').nth(2)).collect();
    assert_eq!(shown, ["'+plus", "'=quoted", "'=sum", "alpha", "zeta", "é"]);
    let raw = run(here.path(), ["check", "a.mbox", "--raw"]).out;
    assert_eq!(
        raw.lines().skip(1).filter_map(|row| row.split(',').nth(2)).collect::<Vec<_>>(),
        ["+plus", "'=quoted", "=sum", "alpha", "\u{200b}zeta", "é"]
    );
}

#[test]
fn torture_is_read_or_refused_but_never_a_panic() {
    let promo = promotion(1, "Shop <news@shop.example>", "ok@shop.example");
    let nested: String = (0..10_000)
        .map(|n| format!("--b{n}\nContent-Type: multipart/mixed; boundary=b{}\n\n", n + 1))
        .collect();
    let deep = format!(
        "From a Thu Jan  1 08:00:00 2026\nFrom: a@b.example\nSubject: deep\nContent-Type: multipart/mixed; boundary=b0\n\n{nested}\n"
    );
    let long = format!(
        "From a Thu Jan  1 08:00:00 2026\nFrom: a@b.example\nX-Long: {}\nSubject: long\n\nbody\n\n",
        "x".repeat(200_000)
    );
    let here = folder(&[("t.mbox", format!("{promo}{deep}{long}{promo}").as_bytes())]);
    let told = run(here.path(), ["check", "t.mbox", "--all"]);
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.err.starts_with("4 messages read") && told.err.contains("1 duplicate"), "{}", told.err);
}
