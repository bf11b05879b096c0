//! The card of one sender: verdict and reason, calendar, how to leave, subjects, the letter.

use super::calendar::Calendar;
use super::words::{PageName, cut, verdict, whole};
use super::{ReportPage, numbers::percent};
use crate::fact::{Detail, Fact, WayOut, WaysOut};
use crate::history::{Counted, Pair};
use crate::judge::Case;
use crate::report::reason::reason;
use crate::report::thousands;
use crate::report::{Language, letter};
use std::collections::HashSet;

/// How many subjects are shown.
const SUBJECTS: usize = 3;

/// How many cards have a letter.
const LETTERS: usize = 20;

/// A card.
#[derive(Debug)]
pub struct Card {
    /// Its number on the page, from 1.
    pub number: usize,
    pub name: PageName,
    pub customer: Option<String>,
    pub flagged: bool,
    pub verdict: String,
    pub reason: String,
    /// A few numbers, each with what it is.
    pub facts: Vec<(String, &'static str)>,
    pub calendar: Option<Calendar>,
    /// How to unsubscribe, in a sentence, and the addresses for it.
    pub leave: &'static str,
    pub web: Option<String>,
    pub mail: Option<String>,
    pub mail_subject: Option<String>,
    /// Whether the address is left out because it is longer than this page allows.
    pub has_longer_address: bool,
    pub no_reply: bool,
    /// Day and subject of the newest messages, without repetitions.
    pub subjects: Vec<(String, String)>,
    /// A letter to copy.
    pub letter: Option<String>,
    /// Whether the letter is left out because it is longer than this page allows.
    pub has_longer_letter: bool,
}

impl Card {
    /// The card of a case. `pair` has its messages.
    pub fn of(number: usize, case: &Case, pair: Option<&Pair<'_>>, page: &ReportPage<'_>) -> Self {
        let newest = newest(pair, page).next();
        let ways_out = newest.as_ref().and_then(|(_, detail)| detail.ways_out.as_deref());
        let limits = &page.limits;
        let mut has_longer_address = false;
        let mut part = |of: fn(&WaysOut) -> Option<&str>| {
            let text = ways_out.and_then(of)?;
            let fits = whole(text, limits.address);
            has_longer_address |= fits.is_none();
            fits
        };
        let web = part(|ways| ways.web.as_deref());
        let mail = part(|ways| ways.mail.as_deref());
        let mail_subject = part(|ways| ways.subject.as_deref()).filter(|_| mail.is_some());
        // The sender identifies the customer by the subject.
        let has_subject = ways_out.is_some_and(|ways| ways.subject.is_some());
        let mail = mail.filter(|_| has_subject == mail_subject.is_some());
        let letter = (number <= LETTERS).then(|| letter_of(case, page)).flatten();
        let has_letter = letter.is_some();
        let letter = letter.filter(|letter| letter.len() <= limits.letter);
        let shown_until = page.last_day().or_else(|| case.last_day());
        Self {
            number,
            name: PageName::of(case, limits),
            customer: page.customer_of(case),
            flagged: case.is_flagged(page.content.policy),
            verdict: verdict(page.verdict_of(case)),
            reason: sentence(&reason(case, page.content.policy, page.content.list.is_some()), limits.reason),
            facts: facts(case),
            calendar: shown_until.filter(|_| !case.received.is_empty()).map(|last| Calendar::of(case, last)),
            leave: leave(case.way_out),
            web,
            mail,
            mail_subject,
            has_longer_address,
            no_reply: case.no_reply == Some(true),
            subjects: subjects(pair, page),
            has_longer_letter: has_letter && letter.is_none(),
            letter,
        }
    }
}

/// The letter that `letter` writes, in English.
fn letter_of(case: &Case, page: &ReportPage<'_>) -> Option<String> {
    letter(case, &page.judging.scope.zone, Language::English).ok().flatten()
}

/// The sentence of the report, as the page's sentences are: with a capital and a full stop.
fn sentence(reason: &str, most: usize) -> String {
    let mut letters = reason.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{}.", cut(&(first + letters.as_str()), most))
}

fn facts(case: &Case) -> Vec<(String, &'static str)> {
    let mut facts = Vec::new();
    facts.extend(case.trend.map(|trend| (trend.word().to_string(), "since the last run")));
    facts.extend(case.pace.map(|pace| (pace.days_per_week.to_string(), "days a week")));
    facts.extend(case.messages_a_year.map(|count| (thousands(count.into()), "mails a year at this pace")));
    facts.push((percent(case.load), "of all promotional mail"));
    if case.unread.whole > 0 {
        facts.push((percent(case.unread), "never read"));
    }
    facts
}

fn leave(way_out: Option<WayOut>) -> &'static str {
    match way_out {
        Some(WayOut::OneClick) => {
            "With one click: mail programs show an “Unsubscribe” button beside the sender’s name. The address it uses:"
        }
        Some(WayOut::Link) => "By a link that its mails name. Copy it, and look at it before you open it:",
        Some(WayOut::Mailto) => "By a mail to this address:",
        Some(WayOut::Body) => "By a link in the text of its mails: look at the end of the newest one.",
        Some(WayOut::Absent) | None => "No way out was found in its newest mail. Write to the sender.",
    }
}

/// The marketing messages of a pair, the newest first; each is looked up when it is asked for.
fn newest<'a>(pair: Option<&Pair<'a>>, page: &ReportPage<'a>) -> impl Iterator<Item = (&'a Fact, Detail)> {
    let facts = pair.map_or(&[][..], |pair| pair.facts).iter().rev();
    let marketing = facts.filter(|fact| page.judging.scope.counted_as(fact) == Counted::Marketing);
    marketing.filter_map(|fact| Some((fact, page.message_context.details.get(fact.order as usize)?)))
}

fn subjects(pair: Option<&Pair<'_>>, page: &ReportPage<'_>) -> Vec<(String, String)> {
    if page.judging.history.names.are_redacted() {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let new = newest(pair, page).filter(|(_, detail)| seen.insert(detail.subject.clone()));
    let shown = new.take(SUBJECTS).map(|(fact, detail)| {
        let day = fact.time.map_or(String::new(), |time| page.judging.scope.zone.day(time).to_string());
        let subject = cut(&detail.subject, page.limits.line);
        (day, if subject.trim().is_empty() { "(no subject)".to_string() } else { subject })
    });
    shown.collect()
}
