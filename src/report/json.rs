//! The report as one JSON object, for programs. `report.schema.json` describes it.

use super::cell::{Cell, Decimal};
use super::columns::{CellContext, ReportRow};
use super::safe;
use super::summary::{MailLoad, SummaryContent};
use crate::cadence::Tenths;
use crate::history::Counted;
use crate::judge::{Case, Trend};
use crate::outputs::JSON_BEGINNING;
use crate::policy::NOT_MARKETING;
use crate::since_last::{Changes, reported};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Writes the report: the summary, then a row on each line. With `raw` text is left as it is in the mail; else control,
/// bidi and zero-width characters are removed from it.
pub fn write(
    mut out: impl Write,
    raw: bool,
    rows: &[&Case],
    context: &CellContext<'_>,
    content: &SummaryContent<'_>,
) -> io::Result<()> {
    let cases: Vec<&Case> = rows.iter().copied().filter(|case| case.of_senders.is_none()).collect();
    let cases = cases.as_slice();
    let summary = serde_json::to_string(&JsonSummary { content, cases, raw })?;
    // The beginning is what an earlier report is recognised by.
    write!(out, "{JSON_BEGINNING}{},\n\"rows\":[", summary.strip_prefix('{').unwrap_or_default())?;
    for (at, case) in rows.iter().enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, &JsonRow { case, context, raw })?;
    }
    out.write_all(b"\n]}\n")
}

/// A row of the report: the columns' names and values.
struct JsonRow<'a> {
    case: &'a Case,
    context: &'a CellContext<'a>,
    raw: bool,
}

impl Serialize for JsonRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let row = ReportRow::of(self.case);
        for column in self.context.columns() {
            map.serialize_entry(column.name, &JsonCell(&column.value(&row, self.context), self.raw))?;
        }
        map.end()
    }
}

/// A cell, and whether its text is left as it is.
struct JsonCell<'a>(&'a Cell, bool);

impl Serialize for JsonCell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Blank => serializer.serialize_none(),
            Cell::Whole(number) => serializer.serialize_u64(*number),
            Cell::Decimal(number) | Cell::Share(number) => decimal(*number, serializer),
            cell if self.1 => serializer.serialize_str(&cell.plain()),
            cell => serializer.serialize_str(&cell.visible()),
        }
    }
}

fn decimal<S: Serializer>(number: Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    match number.places {
        0 => serializer.serialize_u64(number.hundredths / 100),
        _ => serializer.serialize_f64(number.value()),
    }
}

/// What the summary says, without its first keys, which are written by hand.
struct JsonSummary<'a> {
    content: &'a SummaryContent<'a>,
    /// All pairs of the report.
    cases: &'a [&'a Case],
    raw: bool,
}

impl JsonSummary<'_> {
    fn text(&self, text: &str) -> String {
        if self.raw { text.to_string() } else { safe::visible(text).into_owned() }
    }

    fn texts<'b>(&self, texts: impl IntoIterator<Item = &'b str>) -> Vec<String> {
        texts.into_iter().map(|text| self.text(text)).collect()
    }

    /// Every message under exactly one word.
    fn messages(&self) -> BTreeMap<&'static str, u64> {
        let tally = self.content.tally;
        let counts = Counted::ALL.into_iter().map(|counted| (counted.word(), tally.of(counted)));
        counts.chain([("read", tally.sum())]).collect()
    }

    /// How many pairs have each verdict.
    fn verdicts(&self) -> BTreeMap<String, u64> {
        let mut verdicts = BTreeMap::new();
        for case in self.cases {
            let rule = case.verdict.rule.and_then(|at| self.content.policy.rules.get(at));
            let verdict = match rule {
                Some(rule) => self.text(&rule.verdict),
                None if case.received.is_empty() => NOT_MARKETING.to_string(),
                None => continue,
            };
            *verdicts.entry(verdict).or_default() += 1;
        }
        verdicts
    }
}

impl Serialize for JsonSummary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let SummaryContent { cases, closing, .. } = self.content;
        let flagged = || cases.iter().filter(|case| case.is_flagged(self.content.policy));
        let senders = |cases: &mut dyn Iterator<Item = &Case>| {
            cases.map(|case| case.sender.as_str()).collect::<BTreeSet<_>>().len()
        };
        let day = |day: crate::time::Day| day.to_string();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", env!("CARGO_PKG_VERSION"))?;
        map.serialize_entry("timezone", closing.zone.name())?;
        map.serialize_entry("first_day", &closing.period.map(|(first, _)| day(first)))?;
        map.serialize_entry("last_day", &closing.period.map(|(_, last)| day(last)))?;
        map.serialize_entry("newest_message", &closing.newest.map(day))?;
        map.serialize_entry("as_of", &self.content.as_of.map(day))?;
        map.serialize_entry("mailboxes", &self.content.mailboxes)?;
        map.serialize_entry("messages", &self.messages())?;
        map.serialize_entry("senders", &senders(&mut cases.iter()))?;
        map.serialize_entry("flagged_senders", &senders(&mut flagged()))?;
        map.serialize_entry("pairs", &cases.len())?;
        map.serialize_entry("flagged_pairs", &flagged().count())?;
        map.serialize_entry("verdicts", &self.verdicts())?;
        map.serialize_entry("load", &MailLoad::of(cases))?;
        let names = |senders: &[String]| self.texts(senders.iter().map(String::as_str));
        map.serialize_entry("flagged_with_spam", &names(self.content.flagged_in_spam))?;
        map.serialize_entry("flagged_with_unverified", &names(self.content.flagged_in_unverified))?;
        map.serialize_entry("undecided_bulk_messages", &self.content.undecided_bulk)?;
        let list =
            self.content.list.map(|list| BTreeMap::from([("rows", list.rows), ("matched", list.matched)]));
        map.serialize_entry("consent_list", &list)?;
        if let Some(changes) = self.content.changes {
            map.serialize_entry("since_last", &JsonChanges { changes, summary: self })?;
        }
        map.serialize_entry("unnamed_owners", &self.texts(self.content.unnamed_owners.iter().copied()))?;
        map.end()
    }
}

/// How the run compares with the last one.
struct JsonChanges<'a> {
    changes: &'a Changes,
    summary: &'a JsonSummary<'a>,
}

impl Serialize for JsonChanges<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { changes, summary } = self;
        let last = changes.before.and_then(|before| before.as_of);
        let gone = changes.gone.iter().map(|(sender, customer)| {
            BTreeMap::from([("sender", summary.text(reported(sender))), ("customer", summary.text(customer))])
        });
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("first_run", &changes.before.is_none())?;
        map.serialize_entry("last_as_of", &last.map(|day| day.to_string()))?;
        for trend in [Trend::New, Trend::Worse, Trend::Ongoing, Trend::Better] {
            let rows = summary.content.cases.iter().chain(summary.content.pressure);
            let pairs = rows.filter(|case| case.trend == Some(trend));
            map.serialize_entry(trend.word(), &pairs.count())?;
        }
        map.serialize_entry("gone", &gone.collect::<Vec<_>>())?;
        map.end()
    }
}

impl Serialize for MailLoad {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Tenths(tenths) = self.a_day;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("messages_a_day", &JsonCell(&Cell::from(Tenths(tenths)), true))?;
        map.serialize_entry("days", &self.days)?;
        map.serialize_entry("most_in_a_day", &self.most)?;
        map.serialize_entry("busiest_day", &self.busiest.to_string())?;
        map.serialize_entry("senders_of_half", &self.half)?;
        map.end()
    }
}
