//! Dates as mail writes them, in two steps: everything that the standards allow (`standard`), then other forms that are
//! unambiguous (`loose`). A separator of an mbox file may not be written loosely, because text can look like one.

mod calendar;
mod loose;
mod month_names;
mod standard;
mod tokens;
mod zone_offset;

pub use calendar::MONTHS;
pub use standard::parse_tokens;

use super::Seconds;
use tokens::Tokens;

/// The instant that a date field's value names, in seconds since 1970. Comments are skipped, the weekday is
/// not believed, a missing zone is UTC.
pub fn parse_date(value: &[u8]) -> Option<Seconds> {
    let mut tokens = Tokens::default();
    tokens.split(value);
    standard::parse_tokens(tokens.as_slice()).or_else(|| loose::parse(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> Option<Seconds> {
        Some(chrono::DateTime::parse_from_rfc3339(text).expect("RFC 3339").timestamp())
    }

    #[test]
    fn every_form_in_use_is_read() {
        let cases = [
            ("Thu, 9 Nov 2002 22:33:52 +0100", "2002-11-09T22:33:52+01:00"),
            ("9 Nov 2002 22:33 GMT", "2002-11-09T22:33:00Z"),
            ("Thu,9 Nov 2002 2:33:52 -0800 (PST)", "2002-11-09T02:33:52-08:00"),
            ("Sat (day of rest), 9 Nov 02 22:33:52 EST", "2002-11-09T22:33:52-05:00"),
            ("09-Nov-2002 22:33:52 +0000", "2002-11-09T22:33:52Z"),
            ("Tue Mar 19 09:13:51 +0000 2019", "2019-03-19T09:13:51Z"),
            ("Tue Mar 19 09:13:51 2019 +0530", "2019-03-19T09:13:51+05:30"),
            ("Tue Mar 19 09:13:51 CEST 2019", "2019-03-19T09:13:51+02:00"),
            ("Wed Sep  7 22:25:40 2008", "2008-09-07T22:25:40Z"),
            ("Sun 24 Jan 2016 21:57:32", "2016-01-24T21:57:32Z"),
            ("2026-03-31T12:00:00.25Z", "2026-03-31T12:00:00Z"),
            ("2026-03-31 12:00:00 +0200", "2026-03-31T12:00:00+02:00"),
            ("Mon, 31 Dec 2012 23:59:60 +0000", "2012-12-31T23:59:59Z"),
            ("Mon, 31 Dec 2012 10:00:00 PM", "2012-12-31T22:00:00Z"),
            ("Fri, 21 Nov 1997 09:55:06 Z", "1997-11-21T09:55:06Z"),
            ("Fri, 21 Nov 1997 09:55:06 UT", "1997-11-21T09:55:06Z"),
            ("Fri, 21 November 1997 09:55:06 GMT+0200", "1997-11-21T07:55:06Z"),
        ];
        for (written, meant) in cases {
            assert_eq!(parse_date(written.as_bytes()), utc(meant), "{written}");
        }
    }

    #[test]
    fn what_is_no_date_gives_none() {
        for wrong in [
            "",
            "yesterday",
            "31 Feb 2020 10:00:00 +0000",
            "1 Jan 2020",
            "1 Jan 2020 25:00:00 +0000",
            "1 Jan 2020 24:00:00 +0000",
            "1 Jan 2020 10:00:00 +9999",
            "1 Jan 2020 10:00:00 +0000 and more text",
            "0 Jan 2020 10:00:00 +0000",
            "1 Foo 2020 10:00:00 +0000",
            "999999999999 Jan 2020 10:00:00",
            "a b c d e f g h i j k l m n o p",
        ] {
            assert_eq!(parse_date(wrong.as_bytes()), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_chrono_writes(seconds in 0_i64..4_000_000_000, minutes in -720_i32..=840) {
            let offset = chrono::FixedOffset::east_opt(minutes * 60).expect("in range");
            let date = chrono::DateTime::from_timestamp(seconds, 0).expect("in range").with_timezone(&offset);
            prop_assert_eq!(parse_date(date.to_rfc2822().as_bytes()), Some(seconds));
            prop_assert_eq!(parse_date(date.to_rfc3339().as_bytes()), Some(seconds));
        }

        #[test]
        fn agrees_with_mail_parser_on_the_common_form(seconds in 0_i64..4_000_000_000, hours in -12_i32..=14) {
            let offset = chrono::FixedOffset::east_opt(hours * 3600).expect("in range");
            let date = chrono::DateTime::from_timestamp(seconds, 0).expect("in range").with_timezone(&offset);
            let text = format!("{}\r\n", date.format("%a, %d %b %Y %H:%M:%S %z"));
            let theirs = mail_parser::parsers::MessageStream::new(text.as_bytes()).parse_date();
            prop_assert_eq!(parse_date(text.as_bytes()), theirs.into_datetime().map(|d| d.to_timestamp()));
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse_date(&bytes);
        }
    }
}
