//! Tests of the reader of loosely written dates.

use super::super::parse_date;
use super::*;
use proptest::prelude::*;

fn read(value: &[u8]) -> Option<String> {
    let date = chrono::DateTime::from_timestamp(parse_date(value)?, 0)?;
    Some(date.format("%Y-%m-%d %H:%M:%S").to_string())
}

fn assert_all(values: &[&str], expected: &str) {
    for value in values {
        assert_eq!(read(value.as_bytes()).as_deref(), Some(expected), "{value}");
    }
}

#[test]
fn fractions_and_short_zones_are_read() {
    assert_all(
        &[
            "Fri, 17 Apr 2026 08:30:00.5 +0000",
            "Fri, 17 Apr 2026 10:30:00.000000 +02",
            "17 Apr 2026 10:30:00,25 +2",
            "Fri, 17 Apr 2026 10:30:00 UTC+2",
            "Fri, 17 Apr 2026 10:30:00 UTC+02:00",
            "Fri, 17 Apr 2026 03:30:00 GMT-5 (EST)",
            "17 Apr 2026 14:00:00 +530",
            "Fri, 17 Apr 2026 08:30:00.1",
        ],
        "2026-04-17 08:30:00",
    );
}

#[test]
fn other_languages_are_read() {
    assert_all(
        &[
            "Fr, 17 Apr 2026 08:30:00 +0000",
            "Freitag, 17. April 2026 um 10:30 Uhr MESZ",
            "ven., 17 avr. 2026 10:30:00 +0200",
            "vendredi 17 avril 2026 à 10h30 +0200",
            "viernes, 17 de abril de 2026 8:30",
            "ven, 17 apr 2026 08:30:00 +0000",
            "sex., 17 de abr. de 2026 às 08:30",
            "vrijdag 17 april 2026 08:30",
            "pt., 17 kwi 2026 08:30:00 +0000",
            "piątek, 17 kwietnia 2026 r. 08:30",
            "fre 17 apr. 2026 08:30:00 +0000",
            "Пт, 17 апр 2026 08:30:00 +0000",
            "2026年4月17日 08:30",
        ],
        "2026-04-17 08:30:00",
    );
    assert_all(
        &["mar., 4 août 2026 10:00:00 +0000", "mar, 4 ago 2026 10:00:00 +0000", "Di, 4. Aug. 26 10:00"],
        "2026-08-04 10:00:00",
    );
    assert_eq!(read(b"Sa., 14. M\xE4rz 2026 09:00:00 +0000").as_deref(), Some("2026-03-14 09:00:00"));
    assert_eq!(read("mar., 10 mar. 2026 09:00".as_bytes()).as_deref(), Some("2026-03-10 09:00:00"));
}

#[test]
fn other_orders_are_read() {
    assert_all(
        &[
            "April 17, 2026 8:30 AM",
            "Fri, Apr 17, 2026 at 8:30 a.m.",
            "Apr 17th 2026 08:30:00 GMT",
            "Fri Apr 17 2026 10:30:00 GMT+0200 (Central European Summer Time)",
            "17-Apr-26 08:30:00",
            "17/Apr/2026:08:30:00 +0000",
            "17.04.2026 08:30",
            "17.4.26, 08:30:00",
            "4/17/2026 8:30:00 AM",
            "17/04/2026 08:30",
            "2026/04/17 08:30:00",
            "20260417T083000Z",
            "20260417083000",
            "2026-04-17 08:30:00.123 +0000 UTC",
            "2026-04-17T10:30+02",
            "2026-04-17T08:30:00.123456789Z",
        ],
        "2026-04-17 08:30:00",
    );
    assert_all(&["4/4/2026 10:00 PM"], "2026-04-04 22:00:00");
}

#[test]
fn what_could_be_two_dates_is_none() {
    for value in [
        "3/4/2026 10:00:00",
        "03-04-26 10:00",
        "26/03/25 10:00",
        "17 April 2026",
        "May or June 3 2026 10:00",
        "3 may 4 jun 2026 10:00",
        "31.02.2026 10:00",
        "17 Apr 2026 25:00",
        "17 Apr 2026 10:00 and so on",
        "due 17 Apr 2026 10:00 to 18 Apr 2026 11:00",
        "1772528400",
        "10:00",
    ] {
        assert_eq!(read(value.as_bytes()), None, "{value}");
    }
}

proptest! {
    #[test]
    fn never_panics(text in "[0-9 :./,+()Zamph月年A-é-]{0,60}") {
        parse(text.as_bytes());
    }
}
