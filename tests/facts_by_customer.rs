//! Facts that say that they are sorted by customer are judged one customer at a time: the same bytes as when all are read
//! first, and an error where they are not sorted so.

mod common;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow_schema::Schema;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use common::{fails_with, folder, run, run_with_stdin};
use mailfatigue::check::{Plan, PlanBuilder, check_each};
use mailfatigue::fact_file::{CUSTOMER, ParquetRowWriter, SORTED_BY, StreamRowWriter};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What a mail of the test varies.
#[derive(Debug, Clone)]
struct Sent {
    customer: u32,
    shop: u32,
    day: u32,
    kind: u32,
    place: u32,
}

/// One to be put into a mailbox; copies, mail without a date and mail that can't be used are among them.
fn text(sent: &Sent, number: usize) -> String {
    let Sent { customer, shop, day, kind, .. } = sent;
    let customer = format!("seed{customer}@company.example");
    let (subject, body) = match kind {
        0 => ("Your order 4711 is on its way", "Order number 4711 was sent."),
        1 => ("A few words", "What happened this week."),
        _ => ("Sale: 20% off today only", "Everything is on sale, 20% off. Shop now, last chance."),
    };
    let date = if *kind == 2 { String::new() } else { format!("Date: {day} Jan 2026 07:59:00 +0000\n") };
    // Some shops take opt-outs at another one's domain.
    let desk = if *shop == 0 { 1 } else { *shop };
    let id = if *kind == 3 { format!("copy.{shop}") } else { format!("{number}.{shop}") };
    if *kind == 4 {
        return format!("From MAILER-DAEMON Sat Jan {day:2} 08:00:00 2026\nX-Nothing: here\n\n{body}\n\n");
    }
    let verified = if *kind == 5 { "fail" } else { "pass" };
    // An archive by blind copy has mail to several customers.
    let several =
        [0, 1, 2].map(|more| format!("seed{}@company.example", (sent.customer + more) % 5)).join(", ");
    let envelope = if matches!(kind, 6 | 7) { format!("X-Envelope-To: {several}\n") } else { String::new() };
    format!(
        "From MAILER-DAEMON Sat Jan {day:2} 08:00:00 2026\n\
         {envelope}Delivered-To: {customer}\n\
         Authentication-Results: mx.example; dmarc={verified} header.from=shop{shop}.example\n\
         {date}From: Offers <news@shop{shop}.example>\n\
         To: {customer}\n\
         Subject: {subject}\n\
         Message-ID: <{id}@shop{shop}.example>\n\
         List-Unsubscribe: <mailto:leave@shop{desk}.example>, <https://shop{desk}.example/u>\n\
         Precedence: bulk\n\
         \n\
         {body} https://shop{shop}.example/\n\n"
    )
}

/// What a customer wrote.
fn own(sent: &Sent, number: usize) -> String {
    let Sent { customer, shop, day, .. } = sent;
    format!(
        "From seed{customer}@company.example Sat Jan {day:2} 20:00:00 2026\n\
         Date: {day} Jan 2026 20:00:00 +0000\n\
         From: seed{customer}@company.example\n\
         To: leave@shop{shop}.example\n\
         Subject: off\n\
         Message-ID: <off{number}@company.example>\n\
         \n\
         off\n\n"
    )
}

fn mailboxes(here: &Path, all: &[Sent]) {
    std::fs::create_dir(here.join("Mail")).expect("a folder");
    for (place, name) in (0..).zip(["Inbox", "Spam", "Sent"]) {
        let of_place = all.iter().enumerate().filter(|(_, sent)| sent.place == place);
        let text: String = of_place
            .map(|(number, sent)| if place == 2 { own(sent, number) } else { text(sent, number) })
            .collect();
        if !text.is_empty() {
            std::fs::write(here.join("Mail").join(name), text).expect("a mailbox");
        }
    }
}

/// All rows of a file, those about no customer first, then by customer.
fn sorted(file: &Path) -> RecordBatch {
    let file = std::fs::File::open(file).expect("the facts");
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    let schema = Arc::clone(builder.schema());
    let batches: Vec<RecordBatch> =
        builder.build().expect("a reader").map(|batch| batch.expect("rows")).collect();
    let all = concat_batches(&batches[0].schema(), &batches).expect("one batch");
    let all = RecordBatch::try_new(schema, all.columns().to_vec()).expect("the same rows");
    let customers = all.column(all.schema().index_of("customer").expect("a column")).as_string::<i32>();
    let mut places: Vec<u32> = (0..).take(all.num_rows()).collect();
    places
        .sort_by_key(|row| (customers.is_valid(*row as usize).then(|| customers.value(*row as usize)), *row));
    take_record_batch(&all, &UInt32Array::from(places)).expect("sorted")
}

/// The same rows, which say that they are sorted by customer.
fn marked(rows: &RecordBatch) -> RecordBatch {
    let schema = rows.schema();
    let mut metadata = schema.metadata().clone();
    metadata.insert(SORTED_BY.to_string(), CUSTOMER.to_string());
    let schema = Schema::new_with_metadata(schema.fields().clone(), metadata);
    RecordBatch::try_new(Arc::new(schema), rows.columns().to_vec()).expect("the same rows")
}

fn pieces(rows: &RecordBatch, length: usize) -> impl Iterator<Item = RecordBatch> {
    (0..rows.num_rows()).step_by(length).map(move |from| rows.slice(from, length.min(rows.num_rows() - from)))
}

fn stream(rows: &RecordBatch, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = StreamRowWriter::new(&mut bytes, &rows.schema()).expect("begun");
    pieces(rows, length).for_each(|piece| out.add(&piece).expect("written"));
    out.end().expect("ended");
    bytes
}

fn parquet(rows: &RecordBatch, length: usize, file: &Path) {
    let mut out =
        ParquetRowWriter::new(std::fs::File::create(file).expect("a file"), &rows.schema()).expect("begun");
    pieces(rows, length).for_each(|piece| out.add(&piece).expect("written"));
    out.end().expect("ended");
}

/// Status, report, what was said, list of messages.
type Said = (i32, String, String, String);

fn judged(here: &Path, input: Result<&[u8], &str>, options: &[&str]) -> Said {
    let list = here.join("list.csv");
    let _ = std::fs::remove_file(&list);
    let arguments =
        [&["check", input.err().unwrap_or("-"), "-v", "--messages", "list.csv"][..], options].concat();
    let told = match input {
        Ok(bytes) => run_with_stdin(here, &arguments, bytes),
        Err(_) => run(here, &arguments),
    };
    (told.status, told.out, told.err, std::fs::read_to_string(&list).unwrap_or_default())
}

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

/// Three customers with five days of mail each.
fn company(here: &Path) -> RecordBatch {
    let mail = |customer, day| Sent { customer, shop: 0, day, kind: 9, place: 0 };
    let all: Vec<Sent> = (0..3).flat_map(|customer| (1..6).map(move |day| mail(customer, day))).collect();
    mailboxes(here, &all);
    assert_eq!(run(here, ["facts", "-q", "-o", "all.parquet", "Mail"]).status, 0);
    sorted(&here.join("all.parquet"))
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

/// The rows of a file of facts, with numbers of messages that no other file's have.
fn numbered_apart(rows: &RecordBatch, file: i64) -> RecordBatch {
    let message = rows.schema().index_of("message").expect("a column");
    let numbers = rows.column(message).as_primitive::<Int64Type>();
    let mut columns = rows.columns().to_vec();
    columns[message] = Arc::new(numbers.unary::<_, Int64Type>(|number| number + (file << 40)));
    RecordBatch::try_new(rows.schema(), columns).expect("the same rows")
}

#[test]
fn rows_of_several_files_are_joined_by_messages_with_numbers_of_their_own() {
    let here = folder(&[]);
    let here = here.path();
    // A mailbox of one name each day, with one message.
    let days = (1..6).map(|day| {
        let mail = Sent { customer: 0, shop: day % 2, day, kind: 9, place: 0 };
        std::fs::write(here.join("today.mbox"), text(&mail, day as usize)).expect("a mailbox");
        let name = format!("{day}.parquet");
        assert_eq!(run(here, ["facts", "-q", "-o", &name, "today.mbox"]).status, 0);
        numbered_apart(&sorted(&here.join(name)), day.into())
    });
    let days: Vec<RecordBatch> = days.collect();
    let joined = concat_batches(&days[0].schema(), &days).expect("one batch");
    let customers = joined.column(joined.schema().index_of("customer").expect("a column"));
    let (of_nobody, of_customer): (Vec<u32>, Vec<u32>) =
        (0..).take(joined.num_rows()).partition(|row| customers.is_null(*row as usize));
    let by_customer = UInt32Array::from([of_nobody, of_customer].concat());
    let joined = take_record_batch(&joined, &by_customer).expect("sorted");
    let options = ["--timezone", "UTC", "--as-of", "2026-01-28", "--all"];
    let told = judged(here, Ok(&stream(&marked(&joined), 3)), &options);
    let files: Vec<String> = (1..6).map(|day| format!("{day}.parquet")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let expected = judged(here, Err(files[0]), &[&files[1..], &options].concat());
    assert_eq!((told.0, &told.1, &told.3), (0, &expected.1, &expected.3), "{}", told.2);
    assert_eq!(told.3.lines().count(), 6, "{}", told.3);
}

#[test]
fn what_somebody_wrote_is_no_mail_where_none_came() {
    let here = folder(&[]);
    let wrote = Sent { customer: 0, shop: 1, day: 3, kind: 0, place: 2 };
    mailboxes(here.path(), &[wrote]);
    assert_eq!(run(here.path(), ["facts", "-q", "-o", "all.parquet", "Mail"]).status, 0);
    let rows = sorted(&here.path().join("all.parquet"));
    let kinds = rows.column(rows.schema().index_of("row").expect("a column")).as_string::<i32>();
    let written: Vec<u32> =
        (0..).zip(kinds).filter(|(_, kind)| *kind == Some("written")).map(|(at, _)| at).collect();
    let written = take_record_batch(&rows, &UInt32Array::from(written)).expect("what was written");
    assert_eq!(written.num_rows(), 1);
    let told =
        run_with_stdin(here.path(), &["check", "-", "--as-of", "2026-01-28"], &stream(&marked(&written), 1));
    fails_with(&told, &["error: standard input: has no message"]);
}

#[test]
fn a_stream_that_ends_midway_counts_for_nothing() {
    let here = folder(&[]);
    let bytes = stream(&marked(&company(here.path())), 3);
    for step in 1..12 {
        let cut = &bytes[..bytes.len() * step / 12];
        let (status, report, said, list) = judged(here.path(), Ok(cut), &["--as-of", "2026-01-28"]);
        assert_eq!((status, report.as_str(), list.as_str()), (2, "", ""), "cut at {}: {said}", cut.len());
        assert!(said.contains("hint:") && !said.contains("panicked"), "{said}");
    }
}

#[test]
fn each_customer_is_one_whoever_comes_first() {
    let here = folder(&[]);
    let rows = company(here.path());
    let customers: BTreeSet<&str> = rows
        .column(rows.schema().index_of("customer").expect("a column"))
        .as_string::<i32>()
        .iter()
        .flatten()
        .collect();
    assert_eq!(customers.len(), 3);
    let mut places: Vec<u32> = (0..).take(rows.num_rows()).collect();
    places.reverse();
    let backwards = take_record_batch(&rows, &UInt32Array::from(places)).expect("reversed");
    let options = ["--timezone", "UTC", "--as-of", "2026-01-28", "--all"];
    let told = judged(here.path(), Ok(&stream(&marked(&backwards), 5)), &options);
    let expected = judged(here.path(), Ok(&stream(&rows, 5)), &options);
    assert_eq!((told.0, &told.1), (0, &expected.1), "{}", told.2);
}
