//! The top of the page: the answer in one sentence, four numbers, and which senders to leave first.

use super::words::{PageName, counted, verdict, way_out};
use super::{ReportPage, numbers::percent};
use crate::cadence::WINDOW;
use crate::fact::WayOut;
use crate::history::Counted;
use crate::judge::{Case, Share};
use crate::report::summary::MailLoad;
use crate::report::thousands;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// How many senders the list of those to leave first has.
const FIRST: usize = 10;

/// The answer and the four numbers.
#[derive(Debug)]
pub struct Overview {
    pub answer: PageAnswer,
    pub numbers: Vec<KeyFigure>,
    pub leave: Vec<SenderToLeave>,
    /// How many mails leaving all of these saves.
    pub saved: String,
}

/// A sentence with, at most, one name in it.
#[derive(Debug, Default)]
pub struct PageAnswer {
    pub before: String,
    pub name: Option<String>,
    pub after: String,
}

/// One of the four numbers.
#[derive(Debug)]
pub struct KeyFigure {
    pub value: String,
    pub what: &'static str,
    /// What it is a part of, or from when to when.
    pub of: String,
}

/// A sender to leave.
#[derive(Debug)]
pub struct SenderToLeave {
    pub name: PageName,
    pub customer: Option<String>,
    /// The number of its card, where it has one.
    pub card: Option<usize>,
    pub flagged: bool,
    pub verdict: String,
    pub way_out: &'static str,
    pub a_year: String,
    /// Its bar, in percent of the longest.
    pub bar: u64,
}

impl Overview {
    pub fn of(page: &ReportPage<'_>) -> Self {
        let leave = leave(page);
        let saved: u64 = leave.iter().map(|(case, _)| a_year(case)).sum();
        let all: u64 = page.content.cases.iter().map(a_year).sum();
        let most = leave.iter().map(|(case, _)| a_year(case)).max().unwrap_or(0).max(1);
        Self {
            answer: answer(page),
            numbers: numbers(page),
            saved: format!("about {} of {} mails a year", thousands(saved), thousands(all)),
            leave: leave.into_iter().map(|(case, card)| SenderToLeave::of(case, card, most, page)).collect(),
        }
    }
}

fn a_year(case: &Case) -> u64 {
    case.messages_a_year.unwrap_or(0).into()
}

/// Flagged senders first, then the busiest ones, until the list is full; in the order of what leaving them saves. Each
/// with the number of its card.
fn leave<'a>(page: &ReportPage<'a>) -> Vec<(&'a Case, Option<usize>)> {
    let policy = page.content.policy;
    let mut cases: Vec<(&Case, Option<usize>)> =
        page.content.cases.iter().zip(0..).map(|(case, at)| (case, page.card_of(case, at))).collect();
    cases.retain(|(case, _)| a_year(case) > 0);
    cases.sort_by_key(|(case, _)| (Reverse(case.is_flagged(policy)), Reverse(a_year(case))));
    cases.truncate(FIRST);
    cases.sort_by_key(|(case, _)| Reverse(a_year(case)));
    cases
}

impl SenderToLeave {
    fn of(case: &Case, card: Option<usize>, most: u64, page: &ReportPage<'_>) -> Self {
        Self {
            name: PageName::of(case, &page.limits),
            customer: page.customer_of(case),
            card,
            flagged: case.is_flagged(page.content.policy),
            verdict: verdict(page.verdict_of(case)),
            way_out: case.way_out.map_or("", |way| way_out(WayOut::word(way))),
            a_year: thousands(a_year(case)),
            bar: a_year(case) * 100 / most,
        }
    }
}

/// How many different senders there are.
fn senders<'a>(cases: impl Iterator<Item = &'a Case>) -> u64 {
    cases.map(|case| case.sender.as_str()).collect::<BTreeSet<_>>().len() as u64
}

fn answer(page: &ReportPage<'_>) -> PageAnswer {
    let (cases, policy) = (page.content.cases, page.content.policy);
    let flagged: Vec<&Case> = cases.iter().filter(|case| case.is_flagged(policy)).collect();
    let all = counted(senders(cases.iter()), "sender of promotional mail", "senders of promotional mail");
    let plain = |before: String| PageAnswer { before, ..PageAnswer::default() };
    match (cases.len(), flagged.as_slice()) {
        (0, _) => plain("No promotional mail was found.".to_string()),
        (1, []) => plain("The one sender of promotional mail is not flagged.".to_string()),
        (_, []) => plain(format!("None of {all} is flagged.")),
        (_, [only]) => PageAnswer {
            before: format!("1 of {all} is flagged: "),
            name: Some(PageName::of(only, &page.limits).first),
            after: format!(" {}.", deed(page.verdict_of(only), 1)),
        },
        (_, several) => {
            let by_verdict = policy.rules.iter().filter_map(|rule| {
                let of_rule = several.iter().filter(|case| page.verdict_of(case) == rule.verdict);
                let count = senders(of_rule.copied());
                (count > 0).then(|| format!("{} {}", thousands(count), deed(&rule.verdict, count)))
            });
            let deeds: Vec<String> = by_verdict.collect();
            let count = senders(several.iter().copied());
            let are = if count == 1 { "is" } else { "are" };
            plain(format!("{} of {all} {are} flagged: {}.", thousands(count), deeds.join(", ")))
        }
    }
}

/// What senders with that verdict did, by the records.
fn deed(rule: &str, senders: u64) -> String {
    match (rule, senders) {
        ("daily-unconsented", 1) => "sends mail daily without consent on record".to_string(),
        ("daily-unconsented", _) => "send mail daily without consent on record".to_string(),
        ("after-opt-out", _) => "went on after an opt-out".to_string(),
        (other, _) => format!("by the rule “{}”", verdict(other)),
    }
}

fn numbers(page: &ReportPage<'_>) -> Vec<KeyFigure> {
    let content = page.content;
    let flagged: Vec<&Case> = content.cases.iter().filter(|case| case.is_flagged(content.policy)).collect();
    let count = senders(flagged.iter().copied());
    let load = MailLoad::over(content.cases);
    let (marketing, other) = (content.tally.of(Counted::Marketing), content.tally.of(Counted::Other));
    vec![
        KeyFigure {
            value: thousands(count),
            what: if count == 1 { "flagged sender" } else { "flagged senders" },
            of: format!("of {}", thousands(senders(content.cases.iter()))),
        },
        recent(page, &flagged),
        KeyFigure {
            value: load.map_or("0".to_string(), |load| load.a_day.to_string()),
            what: "promotional mails a day",
            of: load.map_or(String::new(), |load| format!("over {}", counted(load.days, "day", "days"))),
        },
        KeyFigure {
            value: percent(Share::of(marketing, marketing + other)),
            what: "of all mail is promotional",
            of: format!("{} of {}", thousands(marketing), thousands(marketing + other)),
        },
    ]
}

/// The flagged senders' mails in the last 28 days.
fn recent(page: &ReportPage<'_>, flagged: &[&Case]) -> KeyFigure {
    let span = page.last_day().map(|last| (last.plus(1 - WINDOW), last));
    let inside = |case: &&Case| {
        let days = case.received.iter().map(|message| message.day);
        days.filter(|day| span.is_some_and(|(first, last)| (first..=last).contains(day))).count() as u64
    };
    KeyFigure {
        value: thousands(flagged.iter().map(inside).sum()),
        what: if flagged.len() == 1 { "mails from it in 28 days" } else { "mails from them in 28 days" },
        of: span.map_or(String::new(), |(first, last)| format!("{first} to {last}")),
    }
}
