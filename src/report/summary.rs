//! The summary: a few lines that account for every message and name the result.

mod changes;
mod closing;
mod consent_list;
mod load;
mod named;
mod nothing;
mod owner;
mod pressure;

pub use closing::ClosingLines;
pub use load::MailLoad;
pub use nothing::no_message;

use super::safe::visible;
use super::suggestions::suggestions;
use super::width::wrapped;
use crate::consent::ListMatches;
use crate::fact::Skip;
use crate::history::{Counted, Tally};
use crate::judge::Case;
use crate::policy::Policy;
use crate::since_last::Changes;
use crate::time::Day;
use std::collections::BTreeSet;
use std::fmt::Write;

/// How far the rest of a broken line is set in.
const INDENT: usize = 2;

/// The content of the summary.
#[derive(Debug, Clone, Copy)]
pub struct SummaryContent<'a> {
    /// How many mailboxes could be read.
    pub mailboxes: usize,
    /// How many files in folders and archives contain no mail.
    pub without_mail: u64,
    /// All messages, counted.
    pub tally: &'a Tally,
    /// Messages that can't be used.
    pub skips: &'a [Skip],
    /// Pairs with marketing mail, in the report's order.
    pub cases: &'a [Case],
    /// Rows of contact pressure, in the report's order.
    pub pressure: &'a [Case],
    /// The policy of the run.
    pub policy: &'a Policy,
    /// How the consent lists match the mail, where one was given.
    pub list: Option<&'a ListMatches>,
    /// The owner's addresses that no message names.
    pub unnamed_owners: &'a [&'a str],
    /// Whether any address of the owner was given.
    pub owner_given: bool,
    /// Senders that would be flagged if spam counted.
    pub flagged_in_spam: &'a [String],
    /// Senders that would be flagged if unverified mail counted.
    pub flagged_in_unverified: &'a [String],
    /// Bulk messages that stayed undecided.
    pub undecided_bulk: u64,
    /// What changed since the last run, where that was asked for.
    pub changes: Option<&'a Changes>,
    /// The day of asking.
    pub as_of: Option<Day>,
    /// What the last lines are made from.
    pub closing: ClosingLines<'a>,
}

/// The lines of the summary, each closed by a line end; broken where they are longer than `columns`, if that is given.
pub fn summary(content: &SummaryContent<'_>, columns: Option<usize>) -> String {
    broken(&lines(content), columns)
}

/// Only its warnings.
pub fn warnings(content: &SummaryContent<'_>, columns: Option<usize>) -> String {
    let of_the_list = content.list.map(|list| consent_list::warnings(list, content.closing.period));
    let fewer = content.changes.and_then(|changes| changes::fewer_messages(changes, content.tally));
    let lists = of_the_list.into_iter().flatten();
    let all = fewer.into_iter().chain(lists).chain(owner::unnamed(content.unnamed_owners));
    let lines: Vec<String> = all.map(|warning| warning.to_string()).collect();
    broken(&lines, columns)
}

fn broken(lines: &[String], columns: Option<usize>) -> String {
    // A warning's hint is a line of its own.
    let lines = lines.iter().flat_map(|line| line.lines());
    lines.map(|line| wrapped("", INDENT, line, columns.unwrap_or(usize::MAX))).collect()
}

fn lines(content: &SummaryContent<'_>) -> Vec<String> {
    let changes = content
        .changes
        .map(|changes| changes::lines(changes, content.cases, content.pressure, content.tally));
    let mut lines = changes.unwrap_or_default();
    lines.push(read_from(content.mailboxes, content.tally));
    if content.without_mail > 0 {
        let files = counted(content.without_mail, "other file", "other files");
        lines.push(format!("{files} in folders or archives: no mail in them (--verbose names them)"));
    }
    lines.push(match content.cases {
        [] => nothing::line(content.tally, content.skips),
        _ => flagged(content),
    });
    lines.extend(load(content));
    lines.extend(named::would_be(content.flagged_in_spam, "--include-spam"));
    lines.extend(named::would_be(content.flagged_in_unverified, "--include-unverified"));
    lines.extend(inferred(content));
    lines.extend(undecided(content));
    lines.extend(named::flagged(content.cases, content.policy));
    lines.extend(pressure::line(content.pressure, content.policy));
    let fewer = content.changes.and_then(|changes| changes::fewer_messages(changes, content.tally));
    lines.extend(fewer.map(|warning| warning.to_string()));
    lines.extend(
        content
            .list
            .map(|list| consent_list::lines(list, content.cases, content.closing.period))
            .into_iter()
            .flatten(),
    );
    lines.extend(owner::unnamed(content.unnamed_owners).map(|warning| warning.to_string()));
    if !content.owner_given {
        lines.extend(owner::one_person(content.cases));
    }
    lines.extend(suggestions(content.cases));
    lines.extend(content.closing.age());
    lines.push(content.closing.last());
    lines
}

/// How many messages say too little by themselves, but are like the rest of their stream.
fn inferred(content: &SummaryContent<'_>) -> Option<String> {
    let inferred: u64 = content.cases.iter().map(|case| u64::from(case.inferred_messages)).sum();
    let messages = counted(inferred, "marketing message was", "marketing messages were");
    (inferred > 0).then(|| {
        format!("{messages} inferred: too little by themselves, but like the decided mail of the same stream")
    })
}

/// Where many bulk messages stayed undecided, perhaps because of their language: as many as a fifth of those that count.
fn undecided(content: &SummaryContent<'_>) -> Option<String> {
    let undecided = content.undecided_bulk;
    let many = undecided >= 5 && undecided * 5 >= content.tally.of(Counted::Marketing);
    many.then(|| {
        let messages = counted(undecided, "bulk message", "bulk messages");
        format!("{messages} stayed undecided: too little in their words shows advertising, and they count as other mail")
    })
}

/// The parts that add up to the messages read; parts of 0 are left out.
pub fn parts(tally: &Tally) -> Vec<(u64, &'static str)> {
    let of = |counted| tally.of(counted);
    [
        (of(Counted::Marketing), "marketing"),
        (of(Counted::Other), "other"),
        (of(Counted::Own), "by the owner"),
        (of(Counted::Duplicate), "duplicates"),
        (of(Counted::Spam) + of(Counted::Unverified), "spam or unverified"),
        (of(Counted::Undated), "undated"),
        (of(Counted::Outside), "outside the period"),
        (of(Counted::NoMail), "drafts or chats"),
        (of(Counted::Unusable), "unusable"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .collect()
}

fn read_from(mailboxes: usize, tally: &Tally) -> String {
    let parts: Vec<String> = parts(tally)
        .into_iter()
        .map(|(count, words)| {
            let words = if count == 1 && words == "duplicates" { "duplicate" } else { words };
            format!("{} {words}", thousands(count))
        })
        .collect();
    let read = format!(
        "{} read from {}",
        counted(tally.sum(), "message", "messages"),
        counted(mailboxes as u64, "mailbox", "mailboxes")
    );
    if parts.is_empty() { read } else { format!("{read}: {}", parts.join(", ")) }
}

fn flagged(content: &SummaryContent<'_>) -> String {
    let flagged: Vec<&Case> = content.cases.iter().filter(|case| case.is_flagged(content.policy)).collect();
    let senders = |cases: &mut dyn Iterator<Item = &Case>| {
        cases.map(|case| case.sender.clone()).collect::<BTreeSet<_>>().len()
    };
    let mut line = format!(
        "{} of {} flagged ({} of {})",
        thousands(senders(&mut flagged.iter().copied()) as u64),
        counted(senders(&mut content.cases.iter()) as u64, "sender", "senders"),
        thousands(flagged.len() as u64),
        counted(content.cases.len() as u64, "sender-customer pair", "sender-customer pairs"),
    );
    let mut notes: Vec<String> = Vec::new();
    let by_verdict: Vec<String> = content
        .policy
        .rules
        .iter()
        .enumerate()
        .map(|(at, rule)| {
            (flagged.iter().filter(|case| case.verdict.rule == Some(at)).count(), rule.verdict.as_str())
        })
        .filter(|(count, _)| *count > 0)
        .map(|(count, verdict)| format!("{} {}", thousands(count as u64), in_words(verdict)))
        .collect();
    notes.extend((!by_verdict.is_empty()).then(|| by_verdict.join(", ")));
    notes.extend((content.list.is_none()).then(|| "no consent list was given".to_string()));
    if !notes.is_empty() {
        let _ = write!(line, ": {}", notes.join("; "));
    }
    line
}

/// The default verdicts in plain words; others as they are called.
fn in_words(verdict: &str) -> String {
    match verdict {
        "daily-unconsented" => "daily without consent on record".to_string(),
        "after-opt-out" => "after an opt-out".to_string(),
        other => visible(other).into_owned(),
    }
}

/// How much promotional mail in all, and how few send half of it; nothing where there are several customers.
fn load(content: &SummaryContent<'_>) -> Option<String> {
    let load = MailLoad::of(content.cases)?;
    Some(format!(
        "promotional load: {}.{} a day over {}, at most {} in a day ({}); {} half of it",
        thousands(u64::from(load.a_day.0 / 10)),
        load.a_day.0 % 10,
        counted(load.days, "day", "days"),
        thousands(load.most),
        load.busiest,
        match load.half {
            1 => "1 sender sends".to_string(),
            several => format!("{several} senders send"),
        },
    ))
}

fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { several })
}

/// `1234567` as `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_commas() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
