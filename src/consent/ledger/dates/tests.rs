//! Tests of `dates`.

use super::*;
use DateOrder::{DayFirst, MonthFirst};

fn read(cell: &str, order: DateOrderGuess) -> Result<String, String> {
    match date(cell, order) {
        Ok(ParsedDate::Day(day)) => Ok(day.to_string()),
        Ok(ParsedDate::Local(local)) => Ok(local.to_string()),
        Ok(ParsedDate::Instant(seconds)) => Ok(seconds.to_string()),
        Err(wrong) => Err(format!("{}; {}", wrong.what, wrong.hint)),
    }
}

#[test]
fn dates_that_leave_no_doubt_are_read_whatever_the_order() {
    for (cell, expected) in [
        ("2026-02-27", "2026-02-27"),
        ("2026-2-7", "2026-02-07"),
        ("2026/02/27", "2026-02-27"),
        ("2026. 2. 27.", "2026-02-27"),
        ("2026-02-27 14:30", "2026-02-27 14:30:00"),
        ("2026-02-27 14:30:15", "2026-02-27 14:30:15"),
        ("2026-02-27T14:30:15", "2026-02-27 14:30:15"),
        ("2026-02-27T14:30:15+01:00", "1772199015"),
        ("2026-02-27T13:30:15Z", "1772199015"),
        ("2026-02-27 13:30:15 UTC", "1772199015"),
        ("2026-02-27 14:30:15 +0100", "1772199015"),
        ("2026-02-27T14:30:15+0100", "1772199015"),
        ("2026-02-27T14:30:15.000+0100", "1772199015"),
        ("2026-02-27 14:30:15+01", "1772199015"),
        ("2026-02-27 08:30:15 -05:00", "1772199015"),
        ("2026-02-27 2:30:15 PM +01:00", "1772199015"),
        ("2026-02-27 13:30:15Z", "1772199015"),
        ("2026-02-27 14:30:15+01:00", "1772199015"),
        ("27-Feb-2026", "2026-02-27"),
        ("27. Februar 2026", "2026-02-27"),
        ("5. März 2026", "2026-03-05"),
        ("February 27, 2026", "2026-02-27"),
        ("03.03.2026", "2026-03-03"),
    ] {
        for order in
            [DateOrderGuess::Unknown, DateOrderGuess::Known(DayFirst), DateOrderGuess::Known(MonthFirst)]
        {
            assert_eq!(read(cell, order).as_deref(), Ok(expected), "{cell}");
        }
    }
}

#[test]
fn the_order_decides_where_the_year_comes_last() {
    for (cell, day_first, month_first) in [
        ("03.04.2026", "2026-04-03", "2026-03-04"),
        ("3/4/2026", "2026-04-03", "2026-03-04"),
        ("3-4-2026", "2026-04-03", "2026-03-04"),
        ("3. 4. 2026", "2026-04-03", "2026-03-04"),
        ("3/4/2026 2:30 PM", "2026-04-03 14:30:00", "2026-03-04 14:30:00"),
        ("3/4/2026, 14:30:00", "2026-04-03 14:30:00", "2026-03-04 14:30:00"),
    ] {
        assert_eq!(read(cell, DateOrderGuess::Known(DayFirst)).as_deref(), Ok(day_first), "{cell}");
        assert_eq!(read(cell, DateOrderGuess::Known(MonthFirst)).as_deref(), Ok(month_first), "{cell}");
        let message = read(cell, DateOrderGuess::Unknown).expect_err(cell);
        assert!(
            message.contains("can't be told apart") && message.contains("--consent-dates dmy"),
            "{message}"
        );
    }
    assert!(
        read("2/27/2026", DateOrderGuess::Known(DayFirst))
            .expect_err("no month 27")
            .contains("is not a date")
    );
    assert!(
        read("27.02.2026", DateOrderGuess::Contradictory).expect_err("in doubt").contains("--consent-dates")
    );
}

#[test]
fn the_whole_list_tells_the_order() {
    let order = |cells: &[&str]| DateOrderGuess::of(cells.iter().copied());
    assert_eq!(order(&["03.04.2026", "", "27.02.2026", "2026-01-31"]), DateOrderGuess::Known(DayFirst));
    assert_eq!(order(&["3/4/2026", "2/27/2026 14:30"]), DateOrderGuess::Known(MonthFirst));
    assert_eq!(order(&["3/4/2026", "12/12/2026", "31/31/2026", "27.02.26"]), DateOrderGuess::Unknown);
    assert_eq!(order(&["27/2/2026", "2/27/2026"]), DateOrderGuess::Contradictory);
}

#[test]
fn what_is_no_date_is_an_error_that_says_why() {
    for (cell, words) in [
        ("2026-02-30", "is not a date; write YYYY-MM-DD"),
        ("27.02.26", "a year of two digits"),
        ("2/27/26 10:00", "a year of two digits"),
        ("27-Feb-26", "a year of two digits"),
        ("0026-02-27", "a year of two digits"),
        ("46080", "is a number, not a date"),
        ("46080.5", "is a number, not a date"),
        ("yesterday", "is not a date"),
        ("2026-02-27 25:00", "is not a date"),
        ("2026-02-27x", "is not a date"),
        ("2026-02", "is not a date"),
        ("192.168.1.20261", "is not a date"),
    ] {
        let message = read(cell, DateOrderGuess::Known(DayFirst)).expect_err(cell);
        assert!(message.contains(words), "{cell}: {message}");
    }
}
