//! Facts of invented mail to several customers, sorted by customer.

use super::{run, run_with_stdin};
use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, UInt32Array};
use arrow_schema::Schema;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;
use mailfatigue::fact_file::{CUSTOMER, ParquetRowWriter, SORTED_BY, StreamRowWriter};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::path::Path;
use std::sync::Arc;

/// What a mail of the test varies.
#[derive(Debug, Clone)]
pub struct Sent {
    pub customer: u32,
    pub shop: u32,
    pub day: u32,
    pub kind: u32,
    pub place: u32,
}

/// One to be put into a mailbox; copies, mail without a date and mail that can't be used are among them.
pub fn text(sent: &Sent, number: usize) -> String {
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
pub fn own(sent: &Sent, number: usize) -> String {
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

pub fn mailboxes(here: &Path, all: &[Sent]) {
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
pub fn sorted(file: &Path) -> RecordBatch {
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
pub fn marked(rows: &RecordBatch) -> RecordBatch {
    let schema = rows.schema();
    let mut metadata = schema.metadata().clone();
    metadata.insert(SORTED_BY.to_string(), CUSTOMER.to_string());
    let schema = Schema::new_with_metadata(schema.fields().clone(), metadata);
    RecordBatch::try_new(Arc::new(schema), rows.columns().to_vec()).expect("the same rows")
}

pub fn pieces(rows: &RecordBatch, length: usize) -> impl Iterator<Item = RecordBatch> {
    (0..rows.num_rows()).step_by(length).map(move |from| rows.slice(from, length.min(rows.num_rows() - from)))
}

pub fn stream(rows: &RecordBatch, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = StreamRowWriter::new(&mut bytes, &rows.schema()).expect("begun");
    pieces(rows, length).for_each(|piece| out.add(&piece).expect("written"));
    out.end().expect("ended");
    bytes
}

pub fn parquet(rows: &RecordBatch, length: usize, file: &Path) {
    let mut out =
        ParquetRowWriter::new(std::fs::File::create(file).expect("a file"), &rows.schema()).expect("begun");
    pieces(rows, length).for_each(|piece| out.add(&piece).expect("written"));
    out.end().expect("ended");
}

/// Status, report, what was said, list of messages.
pub type Said = (i32, String, String, String);

pub fn judged(here: &Path, input: Result<&[u8], &str>, options: &[&str]) -> Said {
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

/// Three customers with five days of mail each.
pub fn company(here: &Path) -> RecordBatch {
    let mail = |customer, day| Sent { customer, shop: 0, day, kind: 9, place: 0 };
    let all: Vec<Sent> = (0..3).flat_map(|customer| (1..6).map(move |day| mail(customer, day))).collect();
    mailboxes(here, &all);
    assert_eq!(run(here, ["facts", "-q", "-o", "all.parquet", "Mail"]).status, 0);
    sorted(&here.join("all.parquet"))
}
