//! What became of the consent lists: rows that matched mail and rows that did not, mail after their last day.

use super::{counted, thousands};
use crate::consent::{ListAccount, Unmatched};
use crate::error::Error;
use crate::judge::Case;
use crate::report::visible;

/// The lines about the lists.
pub fn lines(account: &ListAccount, cases: &[Case]) -> Vec<String> {
    let mut lines = vec![format!(
        "{} of {} of the consent list matched mail",
        thousands(account.matched),
        counted(account.rows, "row", "rows")
    )];
    lines.extend(account.unmatched.iter().map(unmatched));
    let named = account.unmatched.len() as u64;
    let more = (account.rows - account.matched).saturating_sub(named);
    lines.extend(
        (more > 0).then(|| format!("  {} that matched none", counted(more, "more row", "more rows"))),
    );
    lines.extend(said_nothing(account.silent + account.without_customer, account.without_customer));
    lines.extend((account.bad > 0).then(|| {
        let rows = counted(account.bad, "row", "rows");
        format!(
            "{rows} of the consent list can't be used and {} left out (--skip-bad-rows)",
            was(account.bad)
        )
    }));
    lines.extend(after(account, cases));
    lines
}

/// A row that matched no message, and what may have been meant.
fn unmatched(row: &Unmatched) -> String {
    let near = |near: &Option<String>| match near {
        Some(name) => format!("; did you mean {}?", visible(name)),
        None => String::new(),
    };
    let (sender, customer) = (visible(&row.sender), visible(&row.customer));
    let why = match (row.sender_is_there, row.customer_is_there) {
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

fn said_nothing(rows: u64, without_customer: u64) -> Option<String> {
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
fn after(account: &ListAccount, cases: &[Case]) -> Vec<String> {
    let Some(as_of) = account.as_of else { return Vec::new() };
    let late = cases.iter().flat_map(|case| &case.received).filter(|message| message.day > as_of).count();
    let mut lines = Vec::new();
    if late > 0 {
        lines.push(format!(
            "{} came after {as_of}, the last day that the consent list covers (--consent-as-of)",
            counted(late as u64, "promotional message", "promotional messages")
        ));
    }
    lines.extend(newer(account).map(|warning| warning.to_string()));
    lines
}

/// A warning where the lists know of later days than the last that they are said to cover.
pub fn newer(account: &ListAccount) -> Option<Error> {
    let (as_of, (day, source)) = (account.as_of?, account.newer.as_ref()?);
    let what = format!("the consent list has newer rows, such as {day} in {}", visible(source));
    Some(Error::new(format!("--consent-as-of {as_of}"), what).as_warning())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_and_those_without_mail_named() {
        let row = Unmatched {
            source: "list.csv:3".into(),
            sender: "shpo.example".into(),
            customer: "robbin@home.example".into(),
            sender_is_there: false,
            customer_is_there: false,
            near_sender: Some("shop.example".into()),
            near_customer: None,
        };
        let account = ListAccount {
            rows: 1_234,
            matched: 1_231,
            unmatched: vec![row],
            silent: 1,
            without_customer: 2,
            bad: 1,
            as_of: Day::parse("2026-01-31"),
            newer: Day::parse("2026-02-01").map(|day| (day, "list.csv:9".to_string())),
        };
        assert_eq!(
            lines(&account, &[]),
            [
                "1,231 of 1,234 rows of the consent list matched mail",
                "  list.csv:3 matched none: no mail from shpo.example; did you mean shop.example?, and none to \
                 robbin@home.example",
                "  2 more rows that matched none",
                "3 rows of the consent list say nothing (2 without a customer) and were left out",
                "1 row of the consent list can't be used and was left out (--skip-bad-rows)",
                "warning: --consent-as-of 2026-01-31: the consent list has newer rows, such as 2026-02-01 in \
                 list.csv:9",
            ]
        );
    }

    use crate::time::Day;
}
