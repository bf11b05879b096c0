//! Facts that another program split by customer and sorted, as Spark does: each stream judged by itself, all give the rows
//! of the whole.

mod common;

use arrow_array::cast::AsArray;
use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use common::{folder, run, run_with_stdin};
use mailfatigue::fact_file::StreamRowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// A day's mail of one sender to one customer.
fn mail(day: u32, sender: &str, customer: &str, more: &str) -> String {
    format!(
        "From MAILER-DAEMON Sat Jan {day:2} 08:00:00 2026\n\
         Delivered-To: {customer}\n\
         Received: from mta.example by mx.example for <{customer}>; {day} Jan 2026 08:00:00 +0000\n\
         Date: {day} Jan 2026 07:59:00 +0000\n\
         From: Offers <news@{sender}>\n\
         To: {customer}\n\
         Subject: Sale: 20% off today only\n\
         Message-ID: <{day}.{customer}@{sender}>\n\
         {more}Precedence: bulk\n\
         \n\
         Everything is on sale, 20% off. Shop now: https://{sender}/\n\
         Unsubscribe: https://{sender}/u\n\n"
    )
}

/// What a customer wrote, in a folder of sent mail.
fn sent(day: u32, customer: &str, to: &str) -> String {
    format!(
        "From {customer} Sat Jan {day:2} 20:00:00 2026\n\
         Date: {day} Jan 2026 20:00:00 +0000\n\
         From: {customer}\n\
         To: {to}\n\
         Subject: off\n\
         Message-ID: <off{day}.{customer}>\n\
         \n\
         off\n\n"
    )
}

/// Ten customers of five shops. The first two shops share an address for opt-outs in mail to one customer only; some
/// customers write to it, some blocked a shop.
fn company(here: &Path) {
    let (mut inbox, mut own) = (String::new(), String::new());
    for number in 0..10 {
        let customer = format!("seed{number}@company.example");
        for day in 1..=28 {
            for shop in 0..5 {
                if (number + shop) % 4 == 3 || (shop == 1 && number != 7) {
                    continue;
                }
                let desk = if shop < 2 {
                    "leave@desk.example".to_string()
                } else {
                    format!("leave@shop{shop}.example")
                };
                let more = format!("List-Unsubscribe: <mailto:{desk}>\n");
                inbox += &mail(day, &format!("shop{shop}.example"), &customer, &more);
            }
        }
        if number % 3 == 1 {
            own += &sent(5, &customer, "leave@desk.example");
            own += &sent(6, &customer, "leave@shop2.example");
        }
    }
    let _ = writeln!(inbox);
    std::fs::create_dir(here.join("Mail")).expect("a folder");
    std::fs::write(here.join("Mail/Inbox"), inbox).expect("a mailbox");
    std::fs::write(here.join("Mail/Sent"), own).expect("a mailbox");
}

/// All rows of a file.
fn rows(file: &Path) -> RecordBatch {
    let file = std::fs::File::open(file).expect("the facts");
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    // The batches leave the file's metadata out.
    let schema = Arc::clone(builder.schema());
    let batches: Vec<RecordBatch> =
        builder.build().expect("a reader").map(|batch| batch.expect("rows")).collect();
    let all = concat_batches(&batches[0].schema(), &batches).expect("one batch");
    RecordBatch::try_new(schema, all.columns().to_vec()).expect("the same rows")
}

/// The rows of some customers, sorted by customer.
fn stream(all: &RecordBatch, belongs: impl Fn(&str) -> bool) -> Vec<u8> {
    let place = all.schema().index_of("customer").expect("a column");
    let customers = all.column(place).as_string::<i32>();
    let mut wanted: Vec<(&str, u32)> =
        (0..).zip(customers).filter_map(|(row, customer)| Some((customer?, row))).collect();
    wanted.retain(|(customer, _)| belongs(customer));
    wanted.sort_unstable();
    let places = UInt32Array::from(wanted.iter().map(|(_, row)| *row).collect::<Vec<_>>());
    let mut bytes = Vec::new();
    let mut out = StreamRowWriter::new(&mut bytes, &all.schema()).expect("begun");
    let sorted = take_record_batch(all, &places).expect("sorted");
    for from in (0..sorted.num_rows()).step_by(100) {
        out.add(&sorted.slice(from, 100.min(sorted.num_rows() - from))).expect("written");
    }
    out.end().expect("ended");
    bytes
}

#[test]
fn facts_split_by_customer_and_sorted_give_the_rows_of_the_whole() {
    let here = folder(&[]);
    company(here.path());
    let options = ["--timezone", "UTC", "--as-of", "2026-01-28", "--all"];
    let whole = run(here.path(), ["check", "Mail"].iter().chain(&options));
    assert_eq!(whole.status, 0, "{}", whole.err);
    let lines = |text: &str| -> Vec<String> { text.lines().skip(1).map(str::to_string).collect() };
    let mut expected = lines(&whole.out);
    assert!(whole.out.contains("withdrawn"), "opt-outs count: {}", whole.out);
    let told = run(here.path(), ["facts", "-q", "-o", "all.parquet", "Mail"]);
    assert_eq!(told.status, 0, "{}", told.err);
    let all = rows(&here.path().join("all.parquet"));
    let part = |customer: &str| customer.bytes().map(usize::from).sum::<usize>() % 4;
    let mut parts = Vec::new();
    for number in 0..4 {
        let bytes = stream(&all, |customer| part(customer) == number);
        let told = run_with_stdin(here.path(), &[&["check", "-"][..], &options].concat(), &bytes);
        assert_eq!(told.status, 0, "{}", told.err);
        parts.extend(lines(&told.out));
    }
    parts.sort();
    expected.sort();
    assert_eq!(parts, expected);
}
