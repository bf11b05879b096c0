//! From bytes to facts: where messages end, what headers say, what kind they are.
//!
//! `cargo bench --bench reading`; whole programs side by side: `benches/mailboxes.py time`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mailfatigue::fact::{FactReader, ReadingSettings};
use mailfatigue::mailbox::{
    BodyRequest, Buffering, MailboxFile, RawMessage, Remark, Sink, SourcePart, Unusable, read, survey,
};
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;

/// 2026-11-22T00:00:00Z.
const NOW: i64 = 1_795_305_600;
const MESSAGES: u64 = 2_000;

/// Counts messages and looks at none.
struct Count(u64);

impl Sink for Count {
    fn message(&mut self, _: RawMessage<'_>) -> BodyRequest {
        self.0 += 1;
        BodyRequest::Nothing
    }

    fn body(&mut self, _: &[u8]) {}

    fn unusable(&mut self, _: u64, _: Unusable) {}

    fn begin(&mut self) {}

    fn start_file(&mut self, _: &MailboxFile<'_>) {}

    fn remark(&mut self, _: Remark) {}
}

/// A message of some sender; what differs from mail to mail differs here.
fn message(number: u64, subject: &str, body: &str) -> String {
    let mut text = String::new();
    let shop = number % 300;
    let _ = write!(
        text,
        "From {number}@xxx Sat Jan 03 10:{:02}:00 +0000 2026\r\nDelivered-To: robin@home.example\r\n\
         Received: from mta.shop{shop}.example by mx.home.example with ESMTPS id {:x};\r\n        Sat, 03 Jan 2026 10:{:02}:00 +0000 (UTC)\r\n\
         Authentication-Results: mx.home.example;\r\n       dkim=pass header.d=shop{shop}.example header.b={number:08x};\r\n       dmarc=pass header.from=shop{shop}.example\r\n\
         List-Unsubscribe: <https://shop{shop}.example/u/{number:016x}>,\r\n <mailto:leave-{number:x}@shop{shop}.example>\r\n\
         List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nFrom: Shop {shop} <news@shop{shop}.example>\r\nTo: robin@home.example\r\n\
         Message-ID: <{number:x}@shop{shop}.example>\r\nSubject: {subject} {number}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}\r\n\r\n",
        number % 60,
        number * 7919,
        number % 60,
    );
    text
}

fn mailbox(subject: &str, body: &str) -> (tempfile::NamedTempFile, u64) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let text: String = (0..MESSAGES).map(|number| message(number, subject, body)).collect();
    file.write_all(text.as_bytes()).expect("written");
    (file, text.len() as u64)
}

fn splitting(c: &mut Criterion) {
    let (file, size) = mailbox("20% off", &"<p>All lamps for less.</p>\r\n".repeat(2_000));
    let source = &survey(&[file.path().to_path_buf()]).sources[0];
    let mut group = c.benchmark_group("splitting");
    group.throughput(Throughput::Bytes(size));
    group.bench_function("messages of 55 KB", |b| {
        b.iter(|| {
            let mut count = Count(0);
            read(source, &SourcePart::Whole, Buffering::on(1), &|_| {}, &mut count).expect("read");
            assert_eq!(count.0, MESSAGES);
        });
    });
    group.finish();
}

fn facts(c: &mut Criterion) {
    let settings = ReadingSettings::plain(NOW).expect("valid rules");
    let mut group = c.benchmark_group("facts");
    group.throughput(Throughput::Elements(MESSAGES));
    let page = "<p>All lamps for less, and how we make them. <a href=\"https://shop.example/u\">Unsubscribe</a></p>\r\n";
    for (name, subject, body) in [
        ("of headers alone", "20% off lamps", page),
        ("with a look at a page of 10 KB", "The letter", &page.repeat(100)),
    ] {
        let (file, _) = mailbox(subject, body);
        let source = &survey(&[file.path().to_path_buf()]).sources[0];
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut reader = FactReader::new(&settings);
                read(source, &SourcePart::Whole, Buffering::on(1), &|_| {}, &mut reader).expect("read");
                black_box(reader.take().batch.facts.len())
            });
        });
    }
    group.finish();
}

fn classification(c: &mut Criterion) {
    let settings = ReadingSettings::plain(NOW).expect("valid rules");
    let mail = message(1, "Your order 4711-0815", "<p>Thank you. It is on its way.</p>");
    let mail = mail.split_once("\r\n").expect("a separator").1.to_string();
    c.bench_function("the kind of a single message", |b| {
        b.iter(|| black_box(settings.classify(mail.as_bytes())))
    });
    c.bench_function("rules made ready", |b| {
        b.iter(|| black_box(ReadingSettings::plain(NOW).expect("valid rules")))
    });
}

criterion_group!(benches, splitting, facts, classification);
criterion_main!(benches);
