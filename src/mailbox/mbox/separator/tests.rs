//! Tests of `separator`.

use super::*;

fn judge(text: &str) -> Option<(SeparatorForm, Option<Seconds>)> {
    let setting = LineContext { after_blank: true, at_end: true, first: false };
    match recognise(text.as_bytes(), setting) {
        SeparatorCheck::Yes(line, _) => Some((line.form, line.time)),
        SeparatorCheck::No => None,
        SeparatorCheck::Unclear => panic!("unclear at the end: {text:?}"),
    }
}

#[test]
fn every_producers_form_is_a_separator() {
    for line in [
        "From ann@shop.example Thu Jan  4 10:00:00 2024",
        "From ann@shop.example  Thu Jan 04 10:00:00 2024",
        "From ann at shop.example Thu Jan 04 10:00:00 2024",
        "From MAILER-DAEMON Thu Jan 04 10:00:00 2024",
        "From ann@shop.example Thu Jan 04 10:00 2024",
        "From ann@shop.example Thu Jan 04 10:00:00 +0100 2024",
        "From ann@shop.example Thu Jan 04 10:00:00 2024 -0500",
        "From ann@shop.example Thu Jan 04 10:00:00 EST 2024",
        "From ann@shop.example Thu, 4 Jan 2024 10:00:00 +0000",
        "From - Thu Jan 04 10:00:00 2024",
        "From - Sun 24 Jan 2016 21:57:32",
        "From - ",
        "From ",
        "From 1628424719502045299@xxx Tue Mar 19 09:13:51 +0000 2019",
        "From 1844347792267117879@xxx",
        "From 1630926631156851975-0aec.mbox@xxx Tue Apr 16 12:00:40 2019",
        "From uucp Thu Jan  4 10:00:00 2024 remote from relay",
    ] {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("{line}{end}Subject: x{end}To: y{end}");
            assert!(judge(&text).is_some(), "{text:?}");
        }
    }
}

#[test]
fn prose_that_begins_with_from_is_none() {
    for text in [
        "From the team at Stride Outlet\nNote: shoes\n",
        "From \nThis could cause problems, if a reader splits here\n",
        "From \nNote: one colon is not enough\nprose again\n",
        "From now on: every day\nSubject: x\n",
        "From ann@shop.example Thu Jan  4 10:00:00 2024\nprose follows\n",
        "From ann@shop.example Thu Jan  4 10:00:00 2024 and so on\nSubject: x\n",
        "From: ann@shop.example\n",
    ] {
        assert_eq!(judge(text), None, "{text:?}");
    }
}

#[test]
fn takeouts_date_or_its_id_gives_the_time() {
    let dated = judge("From 1669160939957813740@xxx Thu Jun 11 00:38:38 +0000 2020\nA: b\n");
    let bare = judge("From 1669160939957813740@xxx\nA: b\n");
    assert_eq!(dated, Some((SeparatorForm::Takeout, Some(1_591_835_918))));
    assert_eq!(bare, dated);
}

#[test]
fn a_quoted_second_separator_is_skipped() {
    let text = b"From - Sat Apr 12 15:59:28 2025\n>From - Sat Apr 12 2025 15:59:28\nSubject: x\n";
    let setting = LineContext { after_blank: true, at_end: true, first: true };
    match recognise(text, setting) {
        SeparatorCheck::Yes(_, header) => assert!(text[header..].starts_with(b"Subject")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_cut_is_unclear_until_it_is_clear() {
    let text = b"From ann@shop.example Thu Jan  4 10:00:00 2024\r\n>From x\r\nSubject: x\r\nTo: y\r\n";
    let whole = recognise(text, LineContext { after_blank: true, at_end: true, first: false });
    for cut in 5..text.len() {
        let part = recognise(&text[..cut], LineContext { after_blank: true, at_end: false, first: false });
        assert!(part == SeparatorCheck::Unclear || part == whole, "cut at {cut}: {part:?}");
    }
}
