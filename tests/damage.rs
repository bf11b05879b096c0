//! Exports cut short or changed at random are read as far as they go: no panic, numbers that add up, and the same
//! facts whatever the blocks in which they are read.

mod common;

use common::exports::{Mail, Quoting};
use common::exports::{bzip2, emlx, gzip, mbox, msg, tarred, xz, year_of_mail, zipped, zstd};
use mailfatigue::fact::{FactReader, ReadingSettings};
use mailfatigue::mailbox::{Buffering, Remark, Sink, read_file};
use proptest::prelude::*;
use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

static LENS: LazyLock<ReadingSettings> = LazyLock::new(|| ReadingSettings {
    with_details: true,
    ..ReadingSettings::plain(1_795_305_600).expect("the built-in rules")
});

static FORMS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mails = year_of_mail(12);
    let text = mbox(&mails, Quoting::Mboxrd);
    let crlf = text.replace('\n', "\r\n");
    let cl2 = mbox(&mails, Quoting::Mboxcl2);
    let texts: Vec<String> = mails.iter().map(Mail::text).collect();
    let tar = tarred(&[("Mail/a.mbox", text.as_bytes()), ("b.eml", texts[1].as_bytes())]);
    vec![
        text.clone().into_bytes(),
        crlf.into_bytes(),
        cl2.into_bytes(),
        texts[0].clone().into_bytes(),
        emlx(&texts[3], "<key>flags</key><integer>1</integer>"),
        msg(&mails[0]),
        gzip(text.as_bytes()),
        zstd(text.as_bytes()),
        xz(text.as_bytes()),
        bzip2(text.as_bytes()),
        gzip(&tar),
        tar,
        zipped(&[
            ("Mail/a.mbox", text.as_bytes()),
            ("b.eml", texts[1].as_bytes()),
            ("c.gz", &gzip(text.as_bytes())),
        ]),
    ]
});

/// The facts that the bytes give: time, sender and place of each message, and how many failures there were.
fn read(bytes: &[u8], buffering: Buffering) -> (Vec<String>, usize) {
    let mut reader = FactReader::new(&LENS);
    let size = bytes.len() as u64;
    if let Err(error) = read_file(Cursor::new(bytes), size, Path::new("export"), buffering, &mut reader) {
        reader.remark(Remark::Failed(error));
    }
    let batch = reader.take().batch;
    assert_eq!(batch.read as usize, batch.facts.len() + batch.skips.len());
    assert_eq!(batch.read as usize, batch.details.len());
    let facts = batch.facts.iter().map(|fact| {
        let detail = batch.details.get(fact.order as usize).expect("a detail");
        format!("{:?} {} {} {}", fact.time, detail.from, detail.offset, detail.subject)
    });
    let failures = batch.remarks.iter().filter(|remark| matches!(remark, Remark::Failed(_))).count();
    (facts.collect(), failures)
}

#[test]
fn what_comes_before_the_damage_is_read() {
    let text = mbox(&year_of_mail(12_000), Quoting::Mboxrd);
    let tar = tarred(&[("Mail/a.mbox", text.as_bytes()), ("b.eml", b"From: a@b.example\n\n")]);
    let zip = zipped(&[("a.eml", b"From: a@b.example\n\n"), ("a.mbox", text.as_bytes())]);
    let forms = [
        ("gzip", gzip(text.as_bytes())),
        ("zstd", zstd(text.as_bytes())),
        ("xz", xz(text.as_bytes())),
        ("bzip2", bzip2(text.as_bytes())),
        ("tar", tar.clone()),
        ("tar in gzip", gzip(&tar)),
    ];
    for (name, whole) in forms {
        let (messages, failures) = read(&whole[..whole.len() / 2], Buffering::on(2));
        assert!(messages.len() > 300 && messages.len() < 12_000, "{name}: {} messages", messages.len());
        assert_eq!(failures, 1, "{name}");
    }
    // A zip has its directory at its end; a byte that is changed in a member shows as damage of that member.
    let mut changed = zip;
    let at = changed.len() / 2;
    changed[at] ^= 0xFF;
    let (messages, failures) = read(&changed, Buffering::on(2));
    assert!(messages.len() > 300 && failures == 1, "zip: {} messages, {failures} failures", messages.len());
}

#[test]
fn undamaged_they_are_read_whole() {
    let messages: Vec<usize> =
        FORMS.iter().map(|form| read(form, Buffering { block: 512, threads: 1 }).0.len()).collect();
    assert_eq!(messages, [12, 12, 12, 1, 1, 1, 12, 12, 12, 12, 13, 13, 13]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").map_or(64, |n| n.parse().unwrap_or(64)), ..ProptestConfig::default() })]

    #[test]
    fn damage_is_survived_and_blocks_and_threads_change_nothing(
        form in 0_usize..13, cut in 0.0_f64..1.2, at in 0.0_f64..1.0, byte: u8, block in 1_usize..700, threads in 1_usize..3,
    ) {
        let mut bytes = FORMS[form].clone();
        let length = bytes.len() as f64;
        bytes.truncate((length * cut) as usize);
        if let Some(changed) = bytes.get_mut((length * at) as usize) {
            *changed = byte;
        }
        prop_assert_eq!(read(&bytes, Buffering { block, threads }), read(&bytes, Buffering::on(1)));
    }
}
