//! The summary's lines about consent lists: rows that matched mail and rows that did not, mail after their last day.

use super::{counted, thousands};
use crate::consent::{ListMatches, OverruledRows, UnmatchedRow};
use crate::error::Error;
use crate::judge::Case;
use crate::report::visible;
use crate::time::Day;

/// The lines about the lists.
pub fn lines(content: &ListMatches, cases: &[Case], period: Option<(Day, Day)>) -> Vec<String> {
    let mut lines = vec![format!(
        "{} of {} of the consent list matched mail",
        thousands(content.matched),
        counted(content.rows, "row", "rows")
    )];
    lines.extend(content.unmatched.iter().map(unmatched));
    let named = content.unmatched.len() as u64;
    let more = (content.rows - content.matched).saturating_sub(named);
    lines.extend(
        (more > 0).then(|| format!("  {} that matched none", counted(more, "more row", "more rows"))),
    );
    lines.extend(
        (more > 0 && content.about_unknown_customers > 0)
            .then(|| format!("  {} about customers without any mail", are(content.about_unknown_customers))),
    );
    lines.extend(without_row(content));
    lines.extend(overruled(&content.overruled));
    lines.extend(silent_rows(content.silent + content.without_customer, content.without_customer));
    lines.extend((content.bad > 0).then(|| {
        let rows = counted(content.bad, "row", "rows");
        format!(
            "{rows} of the consent list can't be used and {} left out (--skip-bad-rows)",
            was(content.bad)
        )
    }));
    lines.extend(after(content, cases));
    lines.extend(warnings(content, period).iter().map(ToString::to_string));
    lines
}

/// The warnings about the lists: rows after their last day, another year than the mail's.
pub fn warnings(content: &ListMatches, period: Option<(Day, Day)>) -> Vec<Error> {
    newer(content).into_iter().chain(another_year(content, period)).collect()
}

/// Customers of a sender in the lists that have no row there.
fn without_row(content: &ListMatches) -> Option<String> {
    let customers = counted(content.pairs, "customer", "customers");
    let (without, verb) =
        (thousands(content.pairs_without_row), if content.pairs_without_row == 1 { "has" } else { "have" });
    (content.pairs_without_row > 0).then(|| {
        format!("{without} of {customers} with mail from senders of the consent list {verb} no row (--unmatched lists them)")
    })
}

/// Rows that contradict a stricter one of the same instant.
fn overruled(overruled: &OverruledRows) -> Option<String> {
    let (row, by) = overruled.first.as_ref()?;
    Some(format!(
        "{} of the consent list {} overruled by a stricter row of the same instant, such as {} by {}",
        counted(overruled.rows, "row", "rows"),
        was(overruled.rows),
        visible(row),
        visible(by)
    ))
}

/// A list may begin this many days after the newest mail: an opt-out that was obeyed.
const AFTER_THE_MAIL: i32 = 183;

/// An export may end this many days before the oldest mail.
const BEFORE_THE_MAIL: i32 = 366;

/// A warning where the list seems to be that of another year than the mail.
fn another_year(content: &ListMatches, period: Option<(Day, Day)>) -> Option<Error> {
    let ((oldest, newest), (first, last)) = (content.dates?, period?);
    let what = if oldest > last.plus(AFTER_THE_MAIL) {
        format!("begins on {oldest}, long after the newest mail of {last}")
    } else if content.of_exports && newest.plus(BEFORE_THE_MAIL) < first {
        format!("ends on {newest}, over a year before the oldest mail of {first}")
    } else {
        return None;
    };
    let error = Error::new("--consent", format!("the consent list {what}"));
    Some(error.hint("see whether it is the list of the right year").as_warning())
}

/// `1 is`, `2 are`.
fn are(count: u64) -> String {
    format!("{} {}", thousands(count), if count == 1 { "is" } else { "are" })
}

/// A row that matched no message, and the likely intended one.
fn unmatched(row: &UnmatchedRow) -> String {
    let near = |near: &Option<String>| match near {
        Some(name) => format!("; did you mean {}?", visible(name)),
        None => String::new(),
    };
    let (sender, customer) = (visible(&row.sender), visible(&row.customer));
    let why = match (row.has_sender, row.has_customer) {
        (false, true) => format!("no mail from {sender}{}", near(&row.near_sender)),
        (true, false) => format!("no mail to {customer}{}", near(&row.near_customer)),
        (true, true) => format!("no mail from {sender} to {customer}"),
        (false, false) => format!(
            "no mail from {sender}{}, and none to {customer}{}",
            near(&row.near_sender),
            near(&row.near_customer)
        ),
    };
    format!("  {} matched none: {why}", visible(&row.source))
}

fn silent_rows(rows: u64, without_customer: u64) -> Option<String> {
    let (verb, all) = (if rows == 1 { "says" } else { "say" }, counted(rows, "row", "rows"));
    let blank = match without_customer {
        0 => String::new(),
        some => format!(" ({} without a customer)", thousands(some)),
    };
    (rows > 0).then(|| format!("{all} of the consent list {verb} nothing{blank} and {} left out", was(rows)))
}

fn was(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// Mail after the last day that the lists cover; and a warning where they know of later days.
fn after(content: &ListMatches, cases: &[Case]) -> Vec<String> {
    let Some(as_of) = content.as_of else { return Vec::new() };
    let late = cases.iter().flat_map(|case| &case.received).filter(|message| message.day > as_of).count();
    let mut lines = Vec::new();
    if late > 0 {
        lines.push(format!(
            "{} came after {as_of}, the last day that the consent list covers (--consent-as-of)",
            counted(late as u64, "promotional message", "promotional messages")
        ));
    }
    lines
}

/// A warning where the lists have later dates than the last day that they are declared to cover.
fn newer(content: &ListMatches) -> Option<Error> {
    let (as_of, (day, source)) = (content.as_of?, content.newer.as_ref()?);
    let what = format!("the consent list has newer rows, such as {day} in {}", visible(source));
    Some(Error::new(format!("--consent-as-of {as_of}"), what).as_warning())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_and_those_without_mail_named() {
        let row = UnmatchedRow {
            source: "list.csv:3".into(),
            sender: "shpo.example".into(),
            customer: "robbin@home.example".into(),
            has_sender: false,
            has_customer: false,
            near_sender: Some("shop.example".into()),
            near_customer: None,
        };
        let content = ListMatches {
            rows: 1_234,
            matched: 1_231,
            about_unknown_customers: 2,
            pairs: 40,
            pairs_without_row: 3,
            overruled: OverruledRows { rows: 1, first: Some(("list.csv:4".into(), "list.csv:9".into())) },
            dates: None,
            of_exports: true,
            unmatched: vec![row],
            silent: 1,
            without_customer: 2,
            bad: 1,
            as_of: Day::parse("2026-01-31"),
            newer: Day::parse("2026-02-01").map(|day| (day, "list.csv:9".to_string())),
        };
        assert_eq!(
            lines(&content, &[], None),
            [
                "1,231 of 1,234 rows of the consent list matched mail",
                "  list.csv:3 matched none: no mail from shpo.example; did you mean shop.example?, and none to \
                 robbin@home.example",
                "  2 more rows that matched none",
                "  2 are about customers without any mail",
                "3 of 40 customers with mail from senders of the consent list have no row (--unmatched lists them)",
                "1 row of the consent list was overruled by a stricter row of the same instant, such as list.csv:4 by \
                 list.csv:9",
                "3 rows of the consent list say nothing (2 without a customer) and were left out",
                "1 row of the consent list can't be used and was left out (--skip-bad-rows)",
                "warning: --consent-as-of 2026-01-31: the consent list has newer rows, such as 2026-02-01 in \
                 list.csv:9",
            ]
        );
    }

    #[test]
    fn a_list_of_another_year_is_a_warning() {
        let day = |text: &str| Day::parse(text).expect("a date");
        let warned = |dates: [&str; 2], of_exports| {
            let matches = ListMatches {
                dates: Some((day(dates[0]), day(dates[1]))),
                of_exports,
                ..ListMatches::default()
            };
            warnings(&matches, Some((day("2026-01-10"), day("2026-03-31")))).len()
        };
        assert_eq!(warned(["2024-01-01", "2025-01-08"], true), 1);
        assert_eq!(warned(["2024-01-01", "2025-01-09"], true), 0);
        assert_eq!(warned(["2024-01-01", "2024-02-01"], false), 0, "who agreed long ago still agrees");
        assert_eq!(warned(["2026-09-30", "2026-10-05"], false), 0, "an opt-out that was obeyed");
        assert_eq!(warned(["2026-10-01", "2026-10-05"], false), 1);
    }
}
