//! Facts by customer as other programs put them together: rows of several files, cut streams, customers in any order.

mod common;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch, UInt32Array};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use common::sorted_facts::{Sent, company, judged, mailboxes, marked, sorted, stream, text};
use common::{fails_with, folder, run, run_with_stdin};
use std::collections::BTreeSet;
use std::sync::Arc;

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
