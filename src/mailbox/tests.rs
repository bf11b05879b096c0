//! Where messages begin and end, in every dialect, and for any size of blocks.

use super::*;
use proptest::prelude::*;

/// Keeps everything that it gets.
#[derive(Default, Debug, PartialEq, Eq)]
struct CollectingSink {
    messages: Vec<(u64, Vec<u8>, Option<Vec<u8>>)>,
    unusable: Vec<(u64, Unusable)>,
    remarks: Vec<Remark>,
}

impl Sink for CollectingSink {
    fn message(&mut self, message: RawMessage<'_>) -> BodyRequest {
        self.messages.push((message.offset, message.header.to_vec(), None));
        BodyRequest::Body
    }
    fn body(&mut self, body: &[u8]) {
        self.messages.last_mut().expect("a message before its body").2 = Some(body.to_vec());
    }
    fn unusable(&mut self, offset: u64, reason: Unusable) {
        self.unusable.push((offset, reason));
    }
    fn begin(&mut self) {}
    fn start_file(&mut self, _: &MailboxFile<'_>) {}
    fn remark(&mut self, remark: Remark) {
        self.remarks.push(remark);
    }
}

fn read_bytes(bytes: &[u8], block: usize) -> Result<CollectingSink> {
    let mut kept = CollectingSink::default();
    read_stream(bytes, Path::new("-"), Buffering { block, threads: 1 }, &mut kept)?;
    Ok(kept)
}

fn subjects(text: &str) -> Vec<String> {
    subjects_of(text.as_bytes())
}

fn subjects_of(bytes: &[u8]) -> Vec<String> {
    let kept = read_bytes(bytes, BLOCK).expect("a mailbox");
    for block in [1, 2, 3, 5, 7, 64] {
        assert_eq!(read_bytes(bytes, block).expect("a mailbox"), kept, "in blocks of {block}");
    }
    kept.messages
        .iter()
        .map(|(_, header, _)| {
            let header = String::from_utf8_lossy(header).replace('\r', "\n");
            let subject = header.lines().find_map(|line| line.strip_prefix("Subject: "));
            subject.unwrap_or("none").to_string()
        })
        .collect()
}

const SEPARATOR: &str = "From ann@shop.example Thu Jan  4 10:00:00 2024\n";

#[test]
fn messages_follow_each_other_in_every_line_end() {
    let text = format!("{SEPARATOR}Subject: one\n\nbody\n\n{SEPARATOR}Subject: two\n\nbody\n");
    for end in ["\n", "\r\n", "\r"] {
        assert_eq!(subjects(&text.replace('\n', end)), ["one", "two"], "{end:?}");
    }
}

#[test]
fn mixed_line_ends_are_read() {
    let crlf = SEPARATOR.replace('\n', "\r\n");
    let text = format!(
        "{crlf}Subject: one\r\nTo: a\n\nbody\n{SEPARATOR}Subject: two\r\n\r\nbody\r\n{SEPARATOR}Subject: three\n\r\nx"
    );
    assert_eq!(subjects(&text), ["one", "two", "three"]);
}

#[test]
fn a_byte_order_mark_and_blank_lines_may_come_first() {
    let text = format!("\u{feff}\n\r\n{SEPARATOR}Subject: one\n\nbody\n");
    assert_eq!(subjects(&text), ["one"]);
}

#[test]
fn whatever_comes_before_the_first_separator_costs_no_message() {
    let one = format!("{SEPARATOR}Subject: one\n\nbody\n");
    let two = format!("{one}\n{SEPARATOR}Subject: two\n\nbody\n");
    for (before, lost) in [
        ("\u{feff}", 0),
        ("\u{feff}\n", 0),
        ("\n\u{feff}", 0),
        ("\u{feff}\u{feff}", 0),
        ("\r\n\r\n", 0),
        (" \t", 0),
        ("\0\0\0\0\0\0\0\0\0", 1),
        ("\0\n", 1),
        ("\u{feff}Exported by Example Mail on Sunday\n", 1),
        ("Exported by Example Mail\r\nin two lines\r\n", 1),
        ("Exported by Example Mail\n\n", 1),
        ("\u{1}\u{1}\u{1}\u{1}\n", 1),
    ] {
        for (text, expected) in [(&one, &["one"] as &[&str]), (&two, &["one", "two"])] {
            for text in [format!("{before}{text}"), format!("{before}{}", text.replace('\n', "\r\n"))] {
                assert_eq!(subjects(&text), expected, "{text:?}");
                let kept = read_bytes(text.as_bytes(), BLOCK).expect("a mailbox");
                assert_eq!(kept.unusable.len(), lost, "{text:?}");
            }
        }
    }
}

#[test]
fn a_mailbox_that_lost_its_first_separator_still_has_all_its_messages() {
    let rest =
        format!("Subject: one\nTo: a\n\nbody\n\n{SEPARATOR}Subject: two\n\n\n{SEPARATOR}Subject: three\n\n");
    for before in [">From ann@shop.example Thu Jan  4 10:00:00 2024\n", "rom ann@shop.example\n"] {
        assert_eq!(subjects(&format!("{before}{rest}")), ["one", "two", "three"], "{before:?}");
    }
    // Without any trace of it, it may also be a mail that quotes others, so a note is reported.
    let remarks_of = |text: &str, name: &str| {
        let mut kept = CollectingSink::default();
        read_stream(text.as_bytes(), Path::new(name), Buffering::on(1), &mut kept).expect("a message");
        assert_eq!(kept.messages.len(), 1);
        kept.remarks
    };
    for before in ["", "\u{feff}", "X-Export: 1\n"] {
        let remarks = remarks_of(&format!("{before}{rest}"), "old");
        let [Remark::Note(note)] = remarks.as_slice() else {
            panic!("another remark");
        };
        assert!(note.to_string().contains("read as a single message"), "{note}");
    }
    assert!(remarks_of(&rest, "forwarded.eml").is_empty());
    assert!(remarks_of("Subject: one\n\nShe wrote:\n\nFrom here on\nNote: all is well\n", "old").is_empty());
}

#[test]
fn a_byte_order_mark_or_nuls_in_the_middle_hide_no_separator() {
    for between in ["\u{feff}", "\n\u{feff}", "\0\0\0\0\0\0\0", "\r\n\u{feff}"] {
        let text = format!("{SEPARATOR}Subject: one\n\nbody\n{between}{SEPARATOR}Subject: two\n\nbody\n");
        assert_eq!(subjects(&text), ["one", "two"], "{between:?}");
    }
    let inside = format!("{SEPARATOR}\u{feff}Subject: one\n\nbody\n");
    assert_eq!(subjects(&format!("{inside}\n{inside}")), ["one", "one"]);
}

#[test]
fn mail_in_utf_16_is_read_and_other_separators_are_named() {
    let text = format!("{SEPARATOR}Subject: one\n\nbody\n");
    let message = "Subject: one\nFrom: ann@shop.example\n\nbody\n".to_string();
    for text in [&text, &message] {
        for mark in ["", "\u{feff}", "\u{feff}\n"] {
            let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
            let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
            let widest = format!("{mark}{text}").chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            for bytes in [little, big, widest] {
                assert_eq!(subjects_of(&bytes), ["one"], "{text:?}");
            }
        }
    }
    let mmdf = "\u{1}\u{1}\u{1}\u{1}\nSubject: one\n\nbody\n\u{1}\u{1}\u{1}\u{1}\n".repeat(2);
    assert!(read_bytes(mmdf.as_bytes(), BLOCK).expect_err("MMDF").to_string().contains("MMDF"));
    let nuls = read_bytes(&[0; 9_000], BLOCK).expect_err("nothing").to_string();
    assert!(nuls.contains("contains no message"), "{nuls}");
}

#[test]
fn blank_lines_and_the_last_newline_may_be_missing() {
    let text =
        format!("{SEPARATOR}Subject: one\n\nbody\n{SEPARATOR}Subject: two\n{SEPARATOR}Subject: three\n\nend");
    assert_eq!(subjects(&text), ["one", "two", "three"]);
}

#[test]
fn a_mailbox_that_ends_in_the_middle_of_a_header_has_half_a_message() {
    for end in ["Subject: two\nFrom: ann@sh", "Subj"] {
        let text = format!("{SEPARATOR}Subject: one\n\nbody\n\n{SEPARATOR}{end}");
        let kept = read_bytes(text.as_bytes(), BLOCK).expect("a mailbox");
        assert_eq!((kept.messages.len(), kept.unusable.len()), (1, 1), "{end}");
    }
}

#[test]
fn body_lines_that_begin_with_from_stay_in_their_body() {
    let text = format!(
        "{SEPARATOR}Subject: one\n\nFrom here on\nFrom: quoted\n>From x Thu Jan  4 10:00:00 2024\n\nFrom the team\nNote: hi\n\n\
         From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: Ann <ann@shop.example>\nSubject: patch\n\n\
         {SEPARATOR}Subject: two\n\n"
    );
    assert_eq!(subjects(&text), ["one", "two"]);
}

#[test]
fn a_patch_with_a_name_separates_only_after_a_blank_line() {
    let patch = "From nobody Mon Sep 17 00:00:00 2001\nFrom: Ann <a@b.example>\nSubject: x\n\nbody\n";
    assert_eq!(subjects(&format!("{patch}\n{patch}")), ["x", "x"]);
    assert_eq!(subjects(&format!("{patch}{patch}")), ["x"]);
}

#[test]
fn a_file_of_patches_is_a_mailbox() {
    let patch = "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: Ann <a@b.example>\nSubject: x\n\nbody\n\n";
    assert_eq!(subjects(&patch.repeat(3)), ["x", "x", "x"]);
}

#[test]
fn a_content_length_that_is_right_protects_its_body() {
    let inner = format!("text\n{SEPARATOR}Subject: inner\n\nmore\n");
    let text = format!(
        "{SEPARATOR}Subject: one\nContent-Length: {}\n\n{inner}\n{SEPARATOR}Subject: two\n\n",
        inner.len()
    );
    assert_eq!(subjects(&text), ["one", "two"]);
}

#[test]
fn a_content_length_that_lies_is_ignored() {
    for length in [0, 3, 9, 60, 100_000, u64::MAX] {
        let text = format!(
            "{SEPARATOR}Subject: one\nContent-Length: {length}\n\ntext\n\n{SEPARATOR}Subject: two\n\nmore\n"
        );
        assert_eq!(subjects(&text), ["one", "two"], "{length}");
    }
}

#[test]
fn a_header_over_the_limit_is_skipped_and_the_next_message_read() {
    let long = "X-Long: 0123456789012345678901234567890123456789\n".repeat(HEADER_LIMIT / 48 + 1);
    let text = format!("{SEPARATOR}Subject: one\n{long}\nbody\n\n{SEPARATOR}Subject: two\n\n");
    let kept = read_bytes(text.as_bytes(), BLOCK).expect("a mailbox");
    assert_eq!(kept.unusable, [(0, Unusable::HeaderTooLong)]);
    assert_eq!(kept.messages.len(), 1);
    let one_line = format!(
        "{SEPARATOR}Subject: {}\n\nbody\n\n{SEPARATOR}Subject: two\n\n",
        "x".repeat(3 * HEADER_LIMIT)
    );
    let kept = read_bytes(one_line.as_bytes(), BLOCK).expect("a mailbox");
    assert_eq!((kept.unusable.len(), kept.messages.len()), (1, 1));
}

#[test]
fn a_message_without_header_is_counted() {
    let text = format!("{SEPARATOR}\nbody\n\n{SEPARATOR}Subject: two\n\n{}", SEPARATOR.trim_end());
    let kept = read_bytes(text.as_bytes(), BLOCK).expect("a mailbox");
    assert_eq!(kept.unusable.len() + kept.messages.len(), 3, "{kept:?}");
}

#[test]
fn a_single_mail_is_one_message_whatever_is_in_its_body() {
    let text = format!("Subject: one\nTo: a@b.example\n\n{SEPARATOR}Subject: inner\n\n");
    for end in ["\n", "\r\n", "\r"] {
        assert_eq!(subjects(&text.replace('\n', end)), ["one"], "{end:?}");
    }
}

#[test]
fn a_mailbox_that_lost_its_beginning_is_read_from_its_first_separator() {
    let text = format!("end of a body that was cut\n\n{SEPARATOR}Subject: two\n\nbody\n");
    let kept = read_bytes(text.as_bytes(), 16).expect("a mailbox");
    assert_eq!(kept.unusable, [(0, Unusable::NoSeparator)]);
    assert_eq!(kept.messages.len(), 1);
}

#[test]
fn empty_and_blank_files_hold_no_message_and_other_bytes_are_an_error() {
    for blank in ["", "\n", "\r\n \t\n", "\u{feff}", "\u{feff}\n\n"] {
        assert_eq!(read_bytes(blank.as_bytes(), 1).expect("empty"), CollectingSink::default(), "{blank:?}");
    }
    let error = read_bytes(b"\x7fELF\x02\x01\x01\0\0\0", 4).expect_err("binary").to_string();
    assert!(error.contains("contains no message"), "{error}");
}

#[test]
fn a_body_is_handed_on_up_to_its_limit() {
    let text = format!(
        "{SEPARATOR}Subject: one\n\n{}\n\n{SEPARATOR}Subject: two\n\nshort\n",
        "y".repeat(2 * BODY_LOOK)
    );
    let kept = read_bytes(text.as_bytes(), BLOCK).expect("a mailbox");
    let lengths: Vec<usize> =
        kept.messages.iter().map(|(_, _, body)| body.as_ref().map_or(0, Vec::len)).collect();
    assert_eq!(lengths, [BODY_LOOK, 6]);
}

/// Lines that matter to a splitter, in any order.
pub(crate) fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(SEPARATOR.trim_end().to_string()),
        Just("From - Thu Jan 04 10:00:00 2024".to_string()),
        Just("From ".to_string()),
        Just("From 1628424719502045299@xxx Tue Mar 19 09:13:51 +0000 2019".to_string()),
        Just(">From x".to_string()),
        Just("Subject: x".to_string()),
        "From: [a-c]@shop.example",
        "Content-Length: [0-9]{1,3}",
        Just(" folded".to_string()),
        Just(String::new()),
        Just(format!("\u{feff}{}", SEPARATOR.trim_end())),
        Just(format!("\0\0\0\0\0\0\0{}", SEPARATOR.trim_end())),
        Just("From the team".to_string()),
        "[ -~]{0,20}",
    ]
}

proptest! {
    #[test]
    fn block_size_changes_nothing(
        lines in proptest::collection::vec((line(), prop_oneof![Just("\n"), Just("\r\n"), Just("\r")]), 0..25),
        block in 1_usize..40,
    ) {
        let text: String = lines.iter().map(|(line, end)| format!("{line}{end}")).collect();
        let whole = read_bytes(text.as_bytes(), BLOCK);
        prop_assert_eq!(&read_bytes(text.as_bytes(), block), &whole);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), block in 1_usize..20) {
        let _ = read_bytes(&bytes, block);
    }
}
