//! The report as one page that a browser opens, with pictures.
//!
//! The page is self-contained: styles and script are in it, and its Content-Security-Policy blocks everything else. Every
//! text from mail passes `words` and then the templates, which escape all text. Without the script
//! the page is complete; the script sorts and filters tables.

mod calendar;
mod card;
mod chart;
mod day_looks;
mod in_full;
mod numbers;
mod overview;
mod pressure;
mod table;
mod text_limits;
mod words;

use super::messages::MessageContext;
use super::summary::SummaryContent;
use crate::history::{History, Pair};
use crate::judge::{Case, JudgeContext};
use crate::policy::NOT_MARKETING;
use crate::time::Day;
use askama::Template;
use base64::Engine;
use calendar::CalendarFrame;
use card::Card;
use chart::Chart;
use day_looks::DayShapes;
use in_full::PairInFull;
use overview::Overview;
use pressure::PressureTable;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use table::SenderTable;
use text_limits::TextLimits;

pub use super::explain::Explanation;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The input of a page.
#[derive(Clone, Copy)]
pub struct ReportPage<'a> {
    /// The content of the summary; its cases are those with marketing.
    pub content: &'a SummaryContent<'a>,
    /// All rows of the report, in its order.
    pub cases: &'a [Case],
    /// The context in which the cases were judged.
    pub judging: &'a JudgeContext<'a>,
    /// Subjects and ways out.
    pub message_context: &'a MessageContext<'a>,
    /// Whether the rows are of several customers, so that each needs its customer's name.
    several_customers: bool,
    /// Limits on the texts about each sender.
    limits: TextLimits,
}

/// The page as it is written.
#[derive(Template)]
#[template(path = "page.html", config = "src/report/page/askama.toml")]
struct PageDocument<'a> {
    policy: String,
    style: &'static str,
    script: &'static str,
    title: &'static str,
    /// The top of a page about a mailbox; absent on that about one sender.
    overview: Option<Overview>,
    /// What all calendars share.
    frames: Vec<CalendarFrame>,
    shapes: DayShapes,
    cards: Vec<Card>,
    /// How many flagged senders have no card.
    without_card: usize,
    table: Option<SenderTable>,
    /// What came from several senders together, where the policy asks.
    pressure: Option<PressureTable>,
    chart: Option<Chart>,
    /// The pair of each card in full, on a page about one sender.
    in_full: Vec<PairInFull<'a>>,
    /// What was read, and when.
    about: PageScope,
}

/// What the page covers.
struct PageScope {
    read: Vec<String>,
    period: Option<(Day, Day)>,
    zone: String,
    list_given: bool,
    flags: bool,
    marketing: bool,
    shown_rows: usize,
    version: &'static str,
}

impl<'a> ReportPage<'a> {
    /// A page about a mailbox.
    pub fn new(
        content: &'a SummaryContent<'a>,
        cases: &'a [Case],
        judging: &'a JudgeContext<'a>,
        message_context: &'a MessageContext<'a>,
    ) -> Self {
        let first = cases.first().map(|case| &case.customer);
        let several_customers = cases.iter().any(|case| Some(&case.customer) != first);
        Self { content, cases, judging, message_context, several_customers, limits: TextLimits::MOST }
    }

    /// Writes the page about all senders.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        let senders = self.cases.iter().map(|case| case.sender.as_str()).collect::<HashSet<_>>().len();
        let mut page = *self;
        loop {
            let text = page.about_all_senders()?;
            match page.limits.after(text.len(), senders, self.cases.len()) {
                Some(limits) => page = Self { limits, ..page },
                None => return out.write_all(text.as_bytes()),
            }
        }
    }

    fn about_all_senders(&self) -> io::Result<String> {
        let flagged = self.cases.iter().filter(|case| case.is_flagged(self.content.policy));
        let count = flagged.clone().count();
        let document = PageDocument {
            overview: Some(Overview::of(self)),
            cards: self.cards(flagged.take(self.limits.cards)),
            without_card: count.saturating_sub(self.limits.cards),
            table: (!self.cases.is_empty()).then(|| SenderTable::of(self)),
            pressure: PressureTable::of(self),
            chart: Chart::of(self),
            ..self.document("Promotional mail, by mailfatigue")
        };
        document.render().map_err(io::Error::other)
    }

    /// Writes the page about one sender, with every message. The explanations are those of the cases.
    pub fn write_of_sender(&self, mut out: impl Write, explanations: &[Explanation]) -> io::Result<()> {
        let page = Self { limits: TextLimits::ONE_SENDER, ..*self };
        let pairs = self.cases.iter().zip(explanations);
        let document = PageDocument {
            cards: page.cards(self.cases.iter()),
            in_full: pairs
                .map(|(case, explanation)| PairInFull::of(explanation, self.customer_of(case)))
                .collect(),
            ..page.document("A sender, by mailfatigue")
        };
        document.write_into(&mut out)
    }

    fn document(&self, title: &'static str) -> PageDocument<'_> {
        let content = self.content;
        PageDocument {
            policy: policy(),
            style: STYLE,
            script: SCRIPT,
            title,
            overview: None,
            frames: self.last_day().map(calendar::frames).into_iter().flatten().collect(),
            shapes: DayShapes::new(),
            cards: Vec::new(),
            without_card: 0,
            table: None,
            pressure: None,
            chart: None,
            in_full: Vec::new(),
            about: PageScope {
                read: super::summary::parts(content.tally)
                    .into_iter()
                    .map(|(count, what)| format!("{} {what}", super::thousands(count)))
                    .collect(),
                period: content.closing.period,
                zone: content.closing.zone.name().to_string(),
                list_given: content.list.is_some(),
                flags: content.cases.iter().any(|case| case.is_flagged(content.policy)),
                marketing: !content.cases.is_empty(),
                shown_rows: table::SHOWN,
                version: env!("CARGO_PKG_VERSION"),
            },
        }
    }

    fn cards<'c>(&self, cases: impl Iterator<Item = &'c Case>) -> Vec<Card> {
        let pairs = pairs(self.judging.history);
        let card = |(case, number): (&Case, usize)| {
            let pair = pairs.get(&(case.sender.as_str(), case.customer.as_str()));
            Card::of(number, case, pair, self)
        };
        cases.zip(1..).map(card).collect()
    }

    /// The number of a case's card, by its place in the report: flagged cases come first.
    fn card_of(&self, case: &Case, at: usize) -> Option<usize> {
        (case.is_flagged(self.content.policy) && at < self.limits.cards).then_some(at + 1)
    }

    fn customer_of(&self, case: &Case) -> Option<String> {
        self.several_customers.then(|| words::cut(&case.customer, self.limits.name))
    }

    /// The verdict as the report has it.
    fn verdict_of(&self, case: &Case) -> &'a str {
        let rule = case.verdict.rule.and_then(|at| self.content.policy.rules.get(at));
        rule.map_or(if case.received.is_empty() { NOT_MARKETING } else { "" }, |rule| rule.verdict.as_str())
    }

    /// The day of asking: the last one that calendars show.
    fn last_day(&self) -> Option<Day> {
        self.content.as_of
    }
}

/// Each pair by the names of its sender and its customer.
fn pairs(history: &History) -> HashMap<(&str, &str), Pair<'_>> {
    let names = &history.names;
    let named = |pair: Pair<'_>| (names.text(pair.sender), names.text(pair.customer));
    history.pairs().map(|pair| (named(pair), pair)).collect()
}

/// The Content-Security-Policy: it allows the page's own style and script, by their hashes.
fn policy() -> String {
    let hash = |text: &str| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::PAGE_BEGINNING;

    #[test]
    fn templates_write_no_text_unescaped_but_style_and_script() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/page");
        let mut safe = Vec::new();
        for entry in std::fs::read_dir(folder).expect("the page's folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|end| end == "html") {
                let text = std::fs::read_to_string(&path).expect("a template");
                let marked = text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
                safe.extend(
                    marked.filter(|inside| inside.contains("safe")).map(str::trim).map(str::to_string),
                );
                assert!(!text.contains("style=\""), "the page's policy forbids it");
            }
        }
        assert_eq!(safe, ["style|safe", "script|safe"]);
    }

    #[test]
    fn style_and_script_stay_within_their_elements() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--") && !text.contains('\r'));
            assert!(!text.contains("http") && !text.contains("@import") && !text.contains("url("));
        }
    }

    #[test]
    fn the_template_begins_as_pages_are_recognised() {
        let template = include_str!("page.html");
        assert!(template.starts_with(PAGE_BEGINNING), "{}", &template[..80]);
    }
}
