//! Consent lists as people give them: what is read, what is refused and in which words. After every error all files are
//! as they were.

mod common;

use common::lists::{HEADER, accepted, is_granted, refused};
use common::workbook::workbook;
use common::{OLD_MESSAGES, OLD_REPORT, daily, folder, run, run_with_stdin};

#[test]
fn cells_that_can_match_nothing_are_errors_with_their_line() {
    for (row, words) in [
        (
            "https://shop.example/,*,granted,",
            "line 2: `https://shop.example/` is a web address, not a sender",
        ),
        ("www.shop.example,*,granted,", "line 2: `www.shop.example` is a web site"),
        ("Stride Outlet,*,granted,", "line 2: `Stride Outlet` is a display name"),
        ("\"a.example, b.example\",*,granted,", "line 2: `a.example, b.example` names several senders"),
        ("shop.example,robin,granted,", "line 2: `robin` is not the address of a customer"),
        ("shop.example,Robin <robin@home.example>,granted,", "write only the address: robin@home.example"),
        ("shop.example,*,granted,2199-01-01", "line 2: `2199-01-01` is in the future"),
        ("shop.example,*,granted,2199-01-01T00:00:00Z", "is in the future"),
        ("shop.example,*,granted,27.02.26", "line 2: `27.02.26` has a year of two digits"),
        ("shop.example,*,may\x1b[31mbe,", "line 2: unknown event `may[31mbe`"),
    ] {
        refused(format!("{HEADER}{row}\n").as_bytes(), &[], &[words, "hint: "]);
    }
}

#[test]
fn all_that_is_wrong_with_a_row_is_said_at_once() {
    let row = "http://shop.example,robin,maybe,27.02.26\n";
    let words = [
        "line 2: unknown event `maybe`; `http://shop.example` is a web address, not a sender; `robin` is not the \
         address of a customer; `27.02.26` has a year of two digits",
        "hint: write one of granted",
        "; write shop.example; write an address, or * for every customer; write the year with four digits",
    ];
    refused(format!("{HEADER}{row}").as_bytes(), &[], &words);
    refused(
        format!("{HEADER}{row}{row}").as_bytes(),
        &[],
        &["line 3: unknown event", "purchase; write shop.example;"],
    );
}

#[test]
fn dates_with_the_day_or_month_first_are_read_where_that_is_certain() {
    let rows = |date: &str, other: &str| {
        format!("{HEADER}shop.example,*,granted,{date}\nother.example,*,granted,{other}\n")
    };
    is_granted(rows("03.01.2025", "27.02.2025"), &[]);
    is_granted(rows("1/3/2025", "2/27/2025"), &[]);
    is_granted(rows("03.04.2025", ""), &["--consent-dates", "dmy"]);
    let doubt = rows("03.04.2025", "");
    refused(
        doubt.as_bytes(),
        &[],
        &["line 2", "can't be told apart", "--consent-dates dmy or --consent-dates mdy"],
    );
    let both = rows("27/02/2025", "2/27/2025");
    refused(both.as_bytes(), &[], &["2 rows can't be used", "line 2", "line 3", "--consent-dates"]);
    refused(both.as_bytes(), &["--consent-dates", "dmy"], &["line 3: `2/27/2025` is not a date"]);
    refused(both.as_bytes(), &["--consent-dates", "ymd"], &["possible values: dmy, mdy"]);
}

#[test]
fn the_first_twenty_bad_rows_are_listed_and_can_be_left_out() {
    let bad: String = (0..25).map(|n| format!("s{n}.example,*,maybe,\n")).collect();
    let list = format!("{HEADER}shop.example,*,granted,2025-01-01\n{bad}");
    let words = [
        "25 rows can't be used; the first 20:",
        "line 22: unknown event `maybe`; write granted, refused",
        "--skip-bad-rows",
    ];
    refused(list.as_bytes(), &[], &words);
    let (row, said) = accepted(list.as_bytes(), &["--skip-bad-rows"]);
    assert!(row.starts_with("no,daily-consented"), "{row}");
    assert!(
        said.starts_with("warning: `list.csv`: 25 rows left out; the first 20:\n  line 3: unknown event"),
        "{said}"
    );
    assert!(said.contains("25 rows of the consent list can't be used and were left out"), "{said}");
    let (_, quiet) = accepted(list.as_bytes(), &["--skip-bad-rows", "-q"]);
    assert!(said.starts_with(&quiet) && quiet.starts_with("warning:"), "{quiet}");
    assert_eq!(quiet.lines().count(), 21, "{quiet}");
}

#[test]
fn files_that_are_no_list_are_named_as_what_they_are() {
    refused(daily().as_bytes(), &[], &["`list.csv`: is a mailbox, not a consent list", "without --consent"]);
    refused(b"", &[], &["is empty", "sender,customer,event,date"]);
    refused(b"\n \n", &[], &["is empty"]);
    refused(b"\x1F\x8B\x08\0\0\0", &[], &["is compressed", "unpack it"]);
    refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", &[], &["old format (.xls)", ".xlsx"]);
    refused(b"PK\x03\x04rest", &[], &["can't be read as a workbook", "save the list as .xlsx or as CSV"]);
    refused(b"\x7FELF\0\0\0\x01", &[], &["neither text nor a workbook"]);
    refused(b"sender,customer,event,date\nshop.example,\"robin\nx,y,z\n", &[], &["line 2: a quotation mark"]);
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "--consent", "."]);
    assert!(told.status == 2 && told.err.contains("is a folder, not a consent list"), "{}", told.err);
}

#[test]
fn a_list_given_as_a_mailbox_is_named_as_one() {
    let list = format!("{HEADER}shop.example,*,granted,2025-01-01\n");
    let xlsx = workbook(&[&[]], false);
    let here = folder(&[("a.mbox", daily().as_bytes()), ("list.csv", list.as_bytes()), ("list.xlsx", &xlsx)]);
    for (mailboxes, words) in [
        (&["list.csv"][..], ["`list.csv`: is a consent list, not a mailbox", "--consent list.csv"]),
        (&["a.mbox", "list.csv"], ["`list.csv`: is a consent list, not a mailbox", "--consent list.csv"]),
        (
            &["a.mbox", "list.xlsx"],
            ["`list.xlsx`: is a spreadsheet (.xlsx), not a mailbox", "--consent list.xlsx"],
        ),
    ] {
        let told = run(here.path(), [&["check", "-o", "r.csv"], mailboxes].concat());
        assert!(told.status == 2 && words.iter().all(|word| told.err.contains(word)), "{}", told.err);
        assert!(!here.path().join("r.csv").exists());
    }
    // In a folder it is one of the files without mail.
    assert_eq!(run(here.path(), ["check", ".", "--consent", "list.csv", "-q", "-o", "/dev/null"]).status, 0);
}

#[test]
fn an_output_of_the_program_given_as_a_mailbox_or_a_list_is_named_as_one() {
    let list = format!("{HEADER}shop.example,*,granted,2025-01-01\n");
    let xlsx = workbook(&[&[]], false);
    for (file, name, as_list) in [
        (OLD_REPORT.as_bytes(), "is a report of this program", true),
        (OLD_MESSAGES.as_bytes(), "is a list of messages of this program", true),
        (list.as_bytes(), "is a consent list", false),
        (&xlsx, "is a ", false),
    ] {
        let here = folder(&[("a.mbox", daily().as_bytes()), ("old.csv", file)]);
        let told = run(here.path(), ["check", "a.mbox", "old.csv", "-o", "r.csv"]);
        let words = format!("error: `old.csv`: {name}");
        assert!(told.status == 2 && told.err.starts_with(&words), "{}", told.err);
        assert!(told.err.contains("not a mailbox") && !here.path().join("r.csv").exists(), "{}", told.err);
        let told = run_with_stdin(here.path(), &["check", "-"], file);
        let words = format!("error: standard input: {name}");
        assert!(told.status == 2 && told.err.starts_with(&words), "{}", told.err);
        assert!(told.err.contains("not a mailbox"), "{}", told.err);
        if as_list {
            refused(file, &[], &[name, "not a consent list", "--starter-ledger"]);
        }
    }
}

#[test]
fn a_list_without_its_header_is_read_once_the_hint_is_obeyed() {
    let rows = "shop.example,robin@home.example,granted,2025-01-01\n";
    refused(rows.as_bytes(), &[], &["line 1: has no header", "above it: sender,customer,event,date\n"]);
    is_granted(format!("{HEADER}{rows}"), &[]);
}

#[test]
fn another_systems_header_is_read_once_the_hint_is_obeyed() {
    let rows = "robin@home.example,Robin,subscribed,2025-01-01 10:00:00\n";
    let exported = format!("Email Address,First Name,Status,OPTIN_TIME\n{rows}");
    refused(
        exported.as_bytes(),
        &[],
        &[
            "lacks the columns `sender`, `customer`, `event` and `date`",
            "found: `Email Address`, `First Name`, `Status`, `OPTIN_TIME`",
            "rename `Email Address` to customer, `Status` to event and `OPTIN_TIME` to date",
            "--consent-sender",
        ],
    );
    is_granted(format!("customer,First Name,event,date\n{rows}"), &["--consent-sender", "shop.example"]);
}

#[test]
fn every_encoding_and_delimiter_gives_the_same_report() {
    let text = format!("{}shop.example,*,opt-in,2025-01-01,Grüße\n", HEADER.replace("date", "date,note"));
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let western: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    for list in [
        text.clone().into_bytes(),
        format!("\u{feff}{text}").into_bytes(),
        wide(&text),
        wide(&format!("\u{feff}{text}")),
        western,
        text.replace(',', ";").into_bytes(),
        text.replace(',', "\t").into_bytes(),
        text.replace(',', "|").into_bytes(),
        format!("sep=;\r\n{}", text.replace(',', ";").replace('\n', "\r\n")).into_bytes(),
        // What a spreadsheet adds: blank columns and rows, an apostrophe before what must stay text, quotes.
        text.replace('\n', ",,,\n,,,,,,\n").replace("2025-01-01", "'2025-01-01").into_bytes(),
        text.replace("shop.example", "\"shop.example\"").into_bytes(),
    ] {
        is_granted(list, &[]);
    }
}

#[test]
fn a_list_with_senders_needs_no_name_for_them() {
    let list = format!("{HEADER}shop.example,*,granted,2025-01-01\n");
    let words = ["has a column `sender` of its own", "give it alone: --consent list.csv"];
    refused(list.as_bytes(), &["--consent-sender", "shop.example"], &words);
    refused(list.as_bytes(), &["--consent", "shop.example=list.csv"], &words);
}

#[test]
fn words_of_spreadsheets_are_events() {
    for word in ["yes", "TRUE", "Wahr", "y", "1", "optin", "Opt-In", "subscribe", "'yes"] {
        is_granted(format!("{HEADER}shop.example,*,{word},2025-01-01\n"), &[]);
    }
    for (word, state) in
        [("0", "refused"), ("FALSE", "refused"), ("unsubscribe", "withdrawn"), ("optout", "withdrawn")]
    {
        let (row, _) = accepted(format!("{HEADER}shop.example,*,{word},2025-01-01\n").as_bytes(), &[]);
        assert!(
            row.starts_with("yes,daily-unconsented") && row.contains(&format!(",{state},2025-01-01,")),
            "{row}"
        );
    }
    let (_, said) = accepted(
        format!("{HEADER}shop.example,*,non-subscribed,\nshop.example,,granted,2025-01-01\n").as_bytes(),
        &[],
    );
    assert!(said.contains("2 rows of the consent list say nothing (1 without a customer)"), "{said}");
}

#[test]
fn customers_may_be_hashes_of_addresses() {
    // Of robin@home.example: MD5, and SHA-256.
    for hash in [
        "CF37276089D6036A8E62F025474A60C4",
        "c267036b987e260884772e47d4e2b638327a2598fc93536fe4d9fca781c43022",
    ] {
        let list = format!("{HEADER}shop.example,{hash},granted,2025-01-01\n");
        is_granted(&list, &[]);
        is_granted(&list, &["--owner", "ann@home.example", "--owner", "Robin@home.example"]);
        let (_, said) = accepted(list.replace(hash, &hash.replace(['c', 'C'], "d")).as_bytes(), &[]);
        assert!(
            said.contains("0 of 1 row of the consent list matched mail\n  list.csv:2 matched none"),
            "{said}"
        );
    }
}

#[test]
fn a_named_list_is_about_one_sender_and_a_file_of_that_name_wins() {
    let list = "customer,event,date\n*,granted,2025-01-01\n";
    let here = folder(&[
        ("a.mbox", daily().as_bytes()),
        ("list.csv", list.as_bytes()),
        ("x=list.csv", format!("{HEADER}shop.example,*,granted,2025-01-01\n").as_bytes()),
        ("full.csv", format!("{HEADER}shop.example,*,granted,2025-01-01\n").as_bytes()),
    ]);
    for options in [
        &["--consent", "shop.example=list.csv"][..],
        &["--consent", "list.csv", "--consent-sender", "Shop.Example"],
        &["--consent", "x=list.csv"],
        &["--consent", "other.example=list.csv", "--consent", "list.csv", "--consent-sender", "shop.example"],
    ] {
        let told = run(here.path(), [&["check", "a.mbox"], options].concat());
        assert!(told.status == 0 && told.out.contains("no,daily-consented"), "{options:?}: {}", told.err);
    }
    for (options, words) in [
        (&["--consent", "full.csv", "--consent-sender", "shop.example"][..], "beside --consent-sender"),
        (&["--consent", "shop.example=full.csv"], "beside --consent NAME=FILE"),
        (
            &["--consent", "list.csv", "--consent-sender", "https://shop.example"],
            "--consent-sender: `https://shop.example` is a web address",
        ),
        (&["--consent", "Shop=list.csv"], "--consent NAME=FILE: `Shop` is a display name"),
        (&["--consent", "shop.example=no.csv"], "`no.csv`: can't be read"),
        (&["--consent-as-of", "2026-01-01"], "--consent"),
        (&["--consent-sender", "shop.example"], "--consent"),
        (&["--skip-bad-rows"], "--consent"),
        (&["--consent-dates", "dmy"], "--consent"),
    ] {
        let told = run(here.path(), [&["check", "a.mbox"], options].concat());
        assert!(told.status == 2 && told.err.contains(words), "{options:?}: {}", told.err);
    }
}

#[test]
fn standard_input_is_a_list_where_something_comes() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let list = format!("{HEADER}shop.example,*,granted,2025-01-01\n");
    let told = run_with_stdin(here.path(), &["check", "a.mbox", "--consent", "-"], list.as_bytes());
    assert!(told.status == 0 && told.out.contains("no,daily-consented"), "{}", told.err);
    assert!(told.out.contains(",standard input:2,"), "{}", told.out);
    let told = run_with_stdin(here.path(), &["check", "a.mbox", "--consent", "-"], b"");
    assert!(
        told.status == 2 && told.err.contains("error: standard input: is empty: no consent list came"),
        "{}",
        told.err
    );
    for both in
        [&["check", "-", "--consent", "-"][..], &["check", "a.mbox", "--consent", "-", "--consent", "x=-"]]
    {
        let told = run_with_stdin(here.path(), both, list.as_bytes());
        assert!(told.status == 2 && told.err.contains("only once"), "{}", told.err);
    }
}

#[cfg(unix)]
#[test]
fn mailboxes_and_lists_may_be_pipes() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let list = format!("{HEADER}shop.example,*,granted,2025-01-01\n");
    std::fs::write(here.path().join("list.csv"), list).expect("a file");
    let command = "mkfifo mail list; cat a.mbox > mail & cat list.csv > list & \
        exec \"$0\" check mail --consent list";
    let told = std::process::Command::new("sh")
        .current_dir(here.path())
        .args(["-c", command, env!("CARGO_BIN_EXE_mailfatigue")])
        .output()
        .expect("a run");
    let said = String::from_utf8_lossy(&told.stderr);
    assert!(String::from_utf8_lossy(&told.stdout).contains("no,daily-consented"), "{said}");
    assert!(said.starts_with("28 messages read"), "{said}");
}

#[test]
fn a_reason_names_the_event_of_the_days_that_it_shows() {
    let later = common::promotion(31, "Shop <news@shop.example>", "m31@shop.example");
    let mailbox = daily() + &later;
    for (rows, words) in [
        (
            "shop.example,*,refused,2025-12-01\nshop.example,*,granted,2026-01-30\n",
            "although consent was refused (since 2025-12-01, list.csv:2)",
        ),
        (
            "shop.example,*,withdrawn,2025-12-01\nshop.example,*,granted,2026-01-30\n",
            "after the opt-out of 2025-12-01",
        ),
        (
            "shop.example,*,granted,2025-12-01\nshop.example,*,granted,2026-01-30\n",
            "with consent on record (since 2025-12-01, list.csv:2)",
        ),
    ] {
        let list = format!("{HEADER}{rows}");
        let here = folder(&[("box.mbox", mailbox.as_bytes()), ("list.csv", list.as_bytes())]);
        let told = run(here.path(), ["check", "box.mbox", "--timezone", "UTC", "--consent", "list.csv"]);
        let reason = format!("promotional mail on 28 of 28 days (2026-01-01 to 2026-01-28) {words}");
        assert!(told.out.contains(&reason), "{reason}: {}", told.out);
    }
}
