//! What must hold for any bytes: the targets of the fuzzer, and of the test that replays what it kept.

#![allow(dead_code, reason = "each target uses one of them")]

use mailfatigue::consent::{Ledger, LedgerContext, LedgerOptions, ListFile};
use mailfatigue::fact::{Brands, FactReader, Owners, ReadingSettings, Rules};
use mailfatigue::mailbox::{
    BodyRequest, Buffering, MailboxFile, RawMessage, Remark, Sink, Unusable, read_file, read_message,
    read_stream,
};
use mailfatigue::policy::Policy;
use mailfatigue::time::Zone;
use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

/// 2026-11-22T00:00:00Z.
const NOW: i64 = 1_795_305_600;

static LENS: LazyLock<ReadingSettings> = LazyLock::new(|| ReadingSettings {
    with_details: true,
    ..ReadingSettings::plain(NOW).expect("the built-in rules")
});
static ZONE: LazyLock<Zone> = LazyLock::new(|| Zone::named("Europe/Berlin").expect("a zone"));

/// Keeps where messages begin and how long their headers are.
#[derive(Default, PartialEq, Debug)]
struct Kept {
    messages: Vec<(u64, usize, Option<usize>)>,
    unusable: Vec<(u64, Unusable)>,
}

impl Sink for Kept {
    fn begin(&mut self) {}
    fn start_file(&mut self, _: &MailboxFile<'_>) {}
    fn message(&mut self, message: RawMessage<'_>) -> BodyRequest {
        self.messages.push((message.offset, message.header.len(), None));
        BodyRequest::Body
    }
    fn body(&mut self, body: &[u8]) {
        self.messages.last_mut().expect("a message before its body").2 = Some(body.len());
    }
    fn unusable(&mut self, offset: u64, reason: Unusable) {
        self.unusable.push((offset, reason));
    }
    fn remark(&mut self, _: Remark) {}
}

/// An mbox gives the same messages whatever the blocks in which it is read, in the order in which they stand there.
pub fn mbox(bytes: &[u8]) {
    let text =
        [b"From ann@shop.example Thu Jan  4 10:00:00 2024\nFrom: ann@shop.example\n".as_slice(), bytes]
            .concat();
    let read = |buffering| {
        let mut kept = Kept::default();
        let read = read_stream(text.as_slice(), Path::new("fuzzed"), buffering, &mut kept);
        assert!(read.is_ok(), "{read:?}");
        kept
    };
    let kept = read(Buffering::on(1));
    assert_eq!(kept, read(Buffering { block: 1 + bytes.len() % 61, threads: 1 }));
    assert!(kept.messages.windows(2).all(|pair| pair[0].0 < pair[1].0));
    assert!(kept.messages.iter().all(|message| message.0 < text.len() as u64));
}

/// A header gives one fact or one reason why not, the same each time.
pub fn header(bytes: &[u8]) {
    message(bytes);
}

/// So does a body behind a header that leaves everything open.
pub fn body(bytes: &[u8]) {
    let head: &[u8] = match bytes.first().map(|first| first % 4) {
        Some(0) => b"Content-Type: text/html\r\n",
        Some(1) => {
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        }
        Some(2) => b"Content-Type: multipart/alternative; boundary=x\r\n",
        _ => b"Content-Type: text/html; charset=windows-1252\r\nContent-Transfer-Encoding: base64\r\n",
    };
    let open = b"From: News <news@shop.example>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n";
    message(&[open, head, b"\r\n", bytes].concat());
}

fn message(bytes: &[u8]) {
    let read = || {
        let mut reader = FactReader::new(&LENS);
        read_message(bytes, &mut reader);
        let batch = reader.take().batch;
        (batch.facts, batch.skips)
    };
    let (facts, skips) = read();
    // A journal report gives a fact for each recipient, all of one message.
    assert_eq!(usize::from(!facts.is_empty()) + skips.len(), 1);
    assert!(facts.iter().all(|fact| fact.order == 0));
    assert_eq!((facts, skips), read());
}

/// Whatever comes as a stream (compressed, tar, emlx, msg, text) is read or refused; the numbers add up.
pub fn stream(bytes: &[u8]) {
    let mut reader = FactReader::new(&LENS);
    if let Err(error) = read_stream(bytes, Path::new("fuzzed"), Buffering::on(2), &mut reader) {
        reader.remark(Remark::Failed(error));
    }
    adds_up(reader);
}

/// So is whatever comes as a file (zip, msg).
pub fn file(bytes: &[u8]) {
    let mut reader = FactReader::new(&LENS);
    let size = bytes.len() as u64;
    if let Err(error) =
        read_file(Cursor::new(bytes), size, Path::new("fuzzed"), Buffering::on(2), &mut reader)
    {
        reader.remark(Remark::Failed(error));
    }
    adds_up(reader);
}

fn adds_up(mut reader: FactReader<'_>) {
    let batch = reader.take().batch;
    assert_eq!(batch.read as usize, batch.facts.len() + batch.skips.len());
    assert_eq!(batch.read as usize, batch.details.len());
    for remark in &batch.remarks {
        if let Remark::Failed(error) | Remark::Note(error) = remark {
            assert!(error.to_string().starts_with("error: `fuzzed"), "{error}");
        }
    }
}

/// A consent list is read, or refused with a reason that names it.
pub fn ledger(bytes: &[u8]) {
    let list = ListFile { path: "fuzzed".into(), sender: None };
    let reading = LedgerContext { zone: &ZONE, owners: &Owners::default(), senders: &LENS.senders, now: NOW };
    let read = Ledger::default().add(&list, bytes, &LedgerOptions::default(), &reading);
    if let Err(error) = read {
        assert!(error.to_string().starts_with("error: `fuzzed`"), "{error}");
    }
}

/// So is a policy.
pub fn policy(bytes: &[u8]) {
    if let Err(error) = Policy::parse(&String::from_utf8_lossy(bytes), Path::new("fuzzed")) {
        assert!(error.to_string().starts_with("error: `fuzzed`"), "{error}");
    }
}

/// So is a file of rules; and mail of any kind can be read with what was accepted.
pub fn rules(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Rules::parse(&text, Path::new("fuzzed")) {
        Err(error) => assert!(error.to_string().starts_with("error: `fuzzed`"), "{error}"),
        Ok(rules) => {
            let plain = ReadingSettings {
                with_details: true,
                ..ReadingSettings::plain(NOW).expect("the built-in rules")
            };
            let settings = ReadingSettings { rules, ..plain };
            let mut reader = FactReader::new(&settings);
            for message in MAIL {
                read_message(message.as_bytes(), &mut reader);
            }
            adds_up(reader);
        }
    }
}

/// An offer, an order, and an answer of a person.
const MAIL: [&str; 3] = [
    "From: Shop <news@shop.example>\nTo: me@home.example\nSubject: Sale! 20% off shoes\n\
     List-Unsubscribe: <https://shop.example/u>\n\nUnsubscribe: https://shop.example/u\n",
    "From: Shop <order@shop.example>\nTo: me@home.example\nSubject: Your order 4711-0815\n\nIt has shipped. a b c\n",
    "From: Jonas <jonas@mail.example>\nTo: me@home.example\nSubject: Re: x\nIn-Reply-To: <1@home.example>\n\nYes\n",
];

/// So is a file of brands.
pub fn brands(bytes: &[u8]) {
    if let Err(error) = Brands::parse(&String::from_utf8_lossy(bytes), Path::new("fuzzed")) {
        assert!(error.to_string().starts_with("error: `fuzzed`"), "{error}");
    }
}
