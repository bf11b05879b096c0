//! Facts that say that they are sorted by customer are judged one customer at a time: the same bytes as when all are read
//! first, and an error where they are not sorted so.

mod common;

#[cfg(target_os = "linux")]
use arrow_array::Int64Array;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow_select::take::take_record_batch;
use common::sorted_facts::{Said, Sent, company, judged, mailboxes, marked, parquet, sorted, stream};
#[cfg(target_os = "linux")]
use common::{OLD_REPORT, Run, program};
use common::{fails_with, folder, run, run_with_stdin};
use mailfatigue::check::{Plan, PlanBuilder, check_each};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;
#[cfg(target_os = "linux")]
use std::{io::Write, process::Stdio, time::Duration};

/// The same with everything else that can be written of customers one by one.
fn judged_with_lists(here: &Path, input: Result<&[u8], &str>, options: &[&str]) -> (Said, String) {
    let lists = ["--senders", "senders.csv", "--streams", "streams.csv", "--evidence", "evidence"];
    let said = judged(here, input, &[options, &lists].concat());
    let in_folder =
        ["report.csv", "messages.csv", "senders.csv", "streams.csv", "summary.txt", "not-read.txt"];
    let written = ["senders.csv", "streams.csv"].map(|name| here.join(name)).into_iter();
    let written = written.chain(in_folder.map(|name| here.join("evidence").join(name)));
    (said, written.map(|path| std::fs::read_to_string(path).unwrap_or_default()).collect())
}

const POLICY: &str = "[[rule]]\nverdict = \"often\"\nflag = true\ndays = 3\nwindow = 28\nconsent = [\"none\", \"withdrawn\"]\n\
                      [[rule]]\nverdict = \"pressed\"\nflag = true\nacross = \"all\"\ndays = 6\nwindow = 28\n";

const CONSENT: &str = "sender,customer,event,date\n*,seed1@company.example,granted,2026-01-01\n\
                       shop0.example,seed2@company.example,refused,\nshop2.example,seed9@company.exampel,granted,\n";

fn sent() -> impl Strategy<Value = Sent> {
    let place = prop_oneof![8 => Just(0_u32), 2 => Just(1_u32), 1 => Just(2_u32)];
    (0..5_u32, 0..3_u32, 1..28_u32, 0..12_u32, place).prop_map(|(customer, shop, day, kind, place)| Sent {
        customer,
        shop,
        day,
        kind,
        place,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").map_or(24, |n| n.parse().unwrap_or(24)), ..ProptestConfig::default() })]

    #[test]
    fn one_customer_at_a_time_gives_the_bytes_of_all_together(
        all in proptest::collection::vec(sent(), 1..90), length in 1_usize..40, everything: bool, period: bool,
    ) {
        let here = folder(&[("policy.toml", POLICY.as_bytes()), ("consent.csv", CONSENT.as_bytes())]);
        let here = here.path();
        mailboxes(here, &all);
        let facts = run(here, ["facts", "-q", "-o", "all.parquet", "Mail"]);
        prop_assume!(facts.status == 0);
        let rows = sorted(&here.join("all.parquet"));
        let mut options = vec!["--timezone", "Europe/London", "--policy", "policy.toml", "--consent", "consent.csv"];
        options.extend(everything.then_some("--all"));
        if period {
            options.extend(["--since", "2026-01-05", "--until", "2026-01-20"]);
        }
        // Without the mark, and with an output that needs everything, all is read first.
        let with_day = [&options[..], &["--as-of", "2026-01-25"]].concat();
        let expected = judged_with_lists(here, Ok(&stream(&rows, length)), &with_day);
        let html = [&with_day[..], &["--html", "page.html"]].concat();
        let together = judged_with_lists(here, Ok(&stream(&marked(&rows), length)), &html);
        prop_assert_eq!(&together, &expected);
        let (apart, lists) = judged_with_lists(here, Ok(&stream(&marked(&rows), length)), &with_day);
        prop_assert_eq!((&apart, &lists), (&expected.0, &expected.1));
        // A message to several customers counts once, as in the mailboxes themselves.
        let mailboxes = judged(here, Err("Mail"), &with_day);
        prop_assert_eq!((apart.0, apart.1, apart.2), (mailboxes.0, mailboxes.1, mailboxes.2));
        // A file can be read twice, to find the day of asking.
        parquet(&rows, length, &here.join("rows.parquet"));
        let expected = judged_with_lists(here, Err("rows.parquet"), &options);
        parquet(&marked(&rows), length, &here.join("rows.parquet"));
        prop_assert_eq!(judged_with_lists(here, Err("rows.parquet"), &options), expected);
    }
}

#[test]
fn a_customer_that_comes_twice_is_an_error_and_nothing_is_written() {
    let here = folder(&[("report.csv", common::OLD_REPORT.as_bytes())]);
    let rows = company(here.path());
    let customers = rows.column(rows.schema().index_of("customer").expect("a column")).as_string::<i32>();
    let last = (0..rows.num_rows()).rposition(|row| customers.is_valid(row)).expect("a customer");
    let first = (0..rows.num_rows()).position(|row| customers.is_valid(row)).expect("a customer");
    let mut places: Vec<u32> = (0..).take(rows.num_rows()).collect();
    places.swap(first, last);
    let mixed = take_record_batch(&rows, &UInt32Array::from(places)).expect("mixed up");
    for options in [&["--as-of", "2026-01-28"][..], &["--as-of", "2026-01-28", "--html", "page.html"], &[]] {
        let arguments = [&["check", "-", "-o", "report.csv"][..], options].concat();
        let told = run_with_stdin(here.path(), &arguments, &stream(&marked(&mixed), 4));
        fails_with(
            &told,
            &["standard input", "one customer in two places", "hint: sort its rows by customer"],
        );
        let report = std::fs::read_to_string(here.path().join("report.csv")).expect("the report");
        assert_eq!(report, common::OLD_REPORT, "it is as it was");
        let without =
            run_with_stdin(here.path(), &[&["check", "-"][..], options].concat(), &stream(&mixed, 4));
        assert_eq!(without.status, 0, "they need not be sorted where nobody says so: {}", without.err);
    }
}

#[test]
fn each_customer_is_judged_and_let_go_before_the_next() {
    let here = folder(&[]);
    let file = here.path().join("rows.parquet");
    parquet(&marked(&company(here.path())), 4, &file);
    let plan = |by_customer| {
        let plan = PlanBuilder { by_customer, with_details: true, ..Plan::builder([&file], 1_795_305_600) };
        plan.build().expect("a plan")
    };
    let mut messages = Vec::new();
    let outcome = check_each(&plan(true), &|_| (), &mut |judging, details| {
        messages.push((judging.history.facts().len(), details.len()));
        Ok(())
    });
    let outcome = outcome.expect("judged");
    assert_eq!(messages, [(5, 5); 3]);
    assert_eq!((outcome.history.facts().len(), outcome.cases.len(), outcome.tally.sum()), (0, 3, 15));
    let together = check_each(&plan(false), &|_| (), &mut |_, _| panic!("they are judged together"));
    assert_eq!(together.expect("judged").history.facts().len(), 15);
}

#[test]
fn an_address_that_was_blocked_comes_before_the_customers() {
    let here = folder(&[]);
    let rows = company(here.path());
    let mut columns = rows.columns().to_vec();
    // The row about the mailbox, which is about no customer, becomes one about a blocked address.
    let place = |name| rows.schema().index_of(name).expect("a column");
    let with = |name, row, text: &str| -> ArrayRef {
        let cells = rows.column(place(name)).as_string::<i32>().iter().enumerate();
        Arc::new(StringArray::from_iter(cells.map(|(at, cell)| if at == row { Some(text) } else { cell })))
    };
    columns[place("row")] = with("row", 0, "blocked");
    columns[place("from_address")] = with("from_address", 0, "news@shop0.example");
    let rows = marked(&RecordBatch::try_new(rows.schema(), columns).expect("rows"));
    let options = ["--as-of", "2026-01-28"];
    let told = judged(here.path(), Ok(&stream(&rows, 7)), &options);
    assert_eq!(
        told,
        judged(here.path(), Ok(&stream(&rows, 7)), &[&options[..], &["--html", "page.html"]].concat())
    );
    assert!(told.1.contains("blocked"), "{}", told.1);
    let mut places: Vec<u32> = (1..).take(rows.num_rows() - 1).collect();
    places.push(0);
    let last = take_record_batch(&rows, &UInt32Array::from(places)).expect("moved");
    let told = run_with_stdin(here.path(), &["check", "-", "--as-of", "2026-01-28"], &stream(&last, 7));
    fails_with(&told, &["a row `blocked` after rows of the first customer", "hint: sort"]);
}

/// A customer with so many long subjects that the first page of them goes to a temporary file; two more follow.
#[cfg(target_os = "linux")]
fn long_subjects(here: &Path) -> RecordBatch {
    let rows = company(here);
    let place = |name| rows.schema().index_of(name).expect("a column");
    let customers = rows.column(place("customer")).as_string::<i32>();
    let first =
        (0..customers.len() as u32).find(|row| customers.is_valid(*row as usize)).expect("a customer");
    let places = (0..first).chain([first; 300]).chain(first + 1..rows.num_rows() as u32);
    let rows = take_record_batch(&rows, &UInt32Array::from_iter_values(places)).expect("repeated");
    let mut random = 1_u64;
    let mut letter = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (random >> 58) as u8)
    };
    let subjects = (0..rows.num_rows()).map(|row| {
        let is_long = (first as usize..first as usize + 300).contains(&row);
        is_long.then(|| (0..100_000).map(|_| letter()).collect::<String>())
    });
    let numbers = (0..rows.num_rows() as i64).map(|row| row - i64::from(first));
    let mut columns = rows.columns().to_vec();
    columns[place("subject")] = Arc::new(StringArray::from_iter(subjects));
    columns[place("message")] =
        Arc::new(Int64Array::from_iter(numbers.map(|number| (number >= 0).then_some(number))));
    marked(&RecordBatch::try_new(rows.schema(), columns).expect("rows"))
}

/// Runs the program with its input, whose last bytes come when its temporary file was cut.
#[cfg(target_os = "linux")]
fn run_with_cut_file(here: &Path, options: &[&str], input: &[u8]) -> Run {
    let mut run = program();
    run.current_dir(here).args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = run.spawn().expect("the program starts");
    let (first, last) = input.split_at(input.len() - 1_000);
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(first).expect("written");
    let open_files = format!("/proc/{}/fd", child.id());
    // It has no name any more, so that only the process can show it.
    let is_temporary = |file: &std::path::PathBuf| {
        let name = std::fs::read_link(file).unwrap_or_default();
        name.to_string_lossy().ends_with(" (deleted)") && std::fs::metadata(file).is_ok_and(|it| it.len() > 0)
    };
    let cut = (0..6_000).find_map(|_| {
        let files = std::fs::read_dir(&open_files).expect("its open files");
        let file = files.map(|file| file.expect("a file").path()).find(is_temporary);
        std::thread::sleep(Duration::from_millis(10));
        file
    });
    let file = std::fs::File::options().write(true).open(cut.expect("a temporary file")).expect("opened");
    file.set_len(3).expect("cut");
    stdin.write_all(last).expect("written");
    drop(stdin);
    common::told(child.wait_with_output().expect("the program ends"))
}

#[cfg(target_os = "linux")]
#[test]
fn texts_that_can_not_be_read_again_are_an_error_and_nothing_is_written() {
    let here = folder(&[("report.csv", OLD_REPORT.as_bytes())]);
    let input = stream(&long_subjects(here.path()), 50);
    let lists = ["--messages", "list.csv", "--streams", "streams.csv"];
    let line = [&["check", "-", "-o", "report.csv", "--as-of", "2026-01-28"][..], &lists].concat();
    // One customer after the other, then all together.
    for options in [&[][..], &["--html", "page.html"]] {
        let told = run_with_cut_file(here.path(), &[&line[..], options].concat(), &input);
        fails_with(
            &told,
            &["error: temporary files: what was kept there of the messages can't be read again", "TMPDIR"],
        );
        let report = std::fs::read_to_string(here.path().join("report.csv")).expect("the report");
        assert_eq!(report, OLD_REPORT, "it is as it was");
        assert!(!here.path().join("list.csv").exists(), "{options:?}");
    }
    let told = run_with_stdin(here.path(), &[&line[..], &["--force"]].concat(), &input);
    assert_eq!(told.status, 0, "{}", told.err);
    let list = std::fs::metadata(here.path().join("list.csv")).expect("the list");
    assert!(list.len() > 100_000, "what nobody cut is read again");
}
