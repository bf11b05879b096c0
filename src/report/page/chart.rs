//! The promotional load: how many mails came on each day, stacked by sender. Flagged senders lie at the bottom in one
//! colour, the others above in another; each sender has a shade.

use super::ReportPage;
use super::numbers::percent;
use super::words::{PageName, month};
use crate::judge::{Case, Share};
use crate::report::thousands;
use crate::time::Day;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many flagged senders, and how many others, have a shade of their own.
const NAMED: usize = 3;

/// The most bars that a page can show side by side: three years of days.
const BARS: i32 = 1_100;

/// The chart.
#[derive(Debug)]
pub struct Chart {
    /// From the bottom to the top.
    pub series: Vec<ChartSeries>,
    pub bars: i32,
    /// The height of the plot, in messages.
    pub top: u64,
    /// Lines across: place in percent from the top, and number.
    pub ticks: Vec<(String, String)>,
    /// Place in percent from the left and name; every second one where there is little room.
    pub months: Vec<(String, String, bool)>,
    /// `day`, or how many days a bar has.
    pub bar: &'static str,
    pub summary: String,
    /// The chart's numbers as text.
    pub by_month: Vec<ChartMonth>,
}

/// The bars of one sender, or of several together.
#[derive(Debug)]
pub struct ChartSeries {
    pub class: &'static str,
    pub name: PageName,
    pub flagged: bool,
    pub messages: String,
    pub share: String,
    pub path: String,
}

/// A month's numbers.
#[derive(Debug)]
pub struct ChartMonth {
    pub name: String,
    pub flagged: String,
    pub others: String,
    pub all: String,
}

/// A sender, or several, with the messages of each bar.
struct ChartLayer<'a> {
    cases: Vec<&'a Case>,
    flagged: bool,
    /// Its place among those of its colour; `None`: the rest together.
    shade: Option<usize>,
}

impl Chart {
    /// The chart of all marketing; `None` where there is none.
    pub fn of(page: &ReportPage<'_>) -> Option<Self> {
        let cases = page.content.cases;
        let first = cases.iter().filter_map(|case| case.first_day()).min()?;
        let last = cases.iter().filter_map(|case| case.last_day()).max()?;
        let days = last.number().saturating_sub(first.number()).saturating_add(1);
        let (size, bar) = [(1, "day"), (7, "week"), (28, "four weeks"), (364, "52 weeks")]
            .into_iter()
            .find(|(size, _)| days.div_euclid(*size) <= BARS)?;
        let bars = (days - 1).div_euclid(size) + 1;
        let layers = layers(page);
        let all = messages(page);
        let mut below = vec![0_u64; usize::try_from(bars).ok()?];
        let counts: Vec<Vec<u64>> =
            layers.iter().map(|layer| layer.counts(first, size, below.len())).collect();
        let most = (0..below.len()).map(|at| counts.iter().map(|of| of[at]).sum::<u64>()).max().unwrap_or(0);
        let step = step(most);
        let top = most.div_ceil(step).max(1) * step;
        let series =
            layers.iter().zip(&counts).map(|(layer, counts)| layer.series(counts, &mut below, top, page));
        Some(Self {
            series: series.collect(),
            bars,
            top,
            ticks: ticks(step, top),
            months: months(first, size, bars),
            bar,
            summary: format!(
                "{} promotional mails from {first} to {last}, at most {} in a {bar}.",
                thousands(all),
                thousands(most)
            ),
            by_month: by_month(cases, page),
        })
    }
}

/// The busiest flagged senders, the other flagged ones, then the same of the others.
fn layers<'a>(page: &ReportPage<'a>) -> Vec<ChartLayer<'a>> {
    let mut by_sender: BTreeMap<(Reverse<bool>, &str), Vec<&Case>> = BTreeMap::new();
    let policy = page.content.policy;
    let cases = page.content.cases;
    // A sender is flagged where any of its customers' pairs is.
    let is_flagged: std::collections::BTreeSet<&str> =
        cases.iter().filter(|case| case.is_flagged(policy)).map(|case| case.sender.as_str()).collect();
    for case in cases {
        let flagged = is_flagged.contains(case.sender.as_str());
        by_sender.entry((Reverse(flagged), &case.sender)).or_default().push(case);
    }
    let load = |cases: &[&Case]| cases.iter().map(|case| case.received.len()).sum::<usize>();
    let mut senders: Vec<_> = by_sender.into_iter().collect();
    senders.sort_by_key(|((flagged, name), cases)| (*flagged, Reverse(load(cases)), *name));
    let mut layers: Vec<ChartLayer<'_>> = Vec::new();
    for ((Reverse(flagged), _), cases) in senders {
        let before = layers.iter().filter(|layer| layer.flagged == flagged).count();
        match layers.last_mut().filter(|layer| layer.flagged == flagged && layer.shade.is_none()) {
            Some(rest) => rest.cases.extend(cases),
            None => layers.push(ChartLayer {
                cases,
                flagged,
                shade: Some(before).filter(|before| *before < NAMED),
            }),
        }
    }
    layers
}

impl ChartLayer<'_> {
    fn counts(&self, first: Day, size: i32, bars: usize) -> Vec<u64> {
        let mut counts = vec![0; bars];
        for message in self.cases.iter().flat_map(|case| &case.received) {
            let at = usize::try_from((message.day.number() - first.number()).div_euclid(size));
            if let Some(count) = at.ok().and_then(|at| counts.get_mut(at)) {
                *count += 1;
            }
        }
        counts
    }

    /// Draws the layer on what lies below.
    fn series(&self, counts: &[u64], below: &mut [u64], top: u64, page: &ReportPage<'_>) -> ChartSeries {
        const CLASSES: [[&str; NAMED + 1]; 2] = [["o1", "o2", "o3", "o4"], ["f1", "f2", "f3", "f4"]];
        let mut path = String::new();
        for (at, (count, below)) in counts.iter().zip(below).enumerate().filter(|(_, (count, _))| **count > 0)
        {
            let _ = write!(path, "M{at} {}v-{count}", top - *below);
            *below += count;
        }
        let messages: u64 = counts.iter().sum();
        let several = format!("{} others", self.cases.len());
        let first = self.cases.first().map(|case| PageName::of(case, &page.limits));
        let alone = self.shade.is_some() || self.cases.len() == 1;
        ChartSeries {
            class: CLASSES[usize::from(self.flagged)][self.shade.unwrap_or(NAMED).min(NAMED)],
            name: first.filter(|_| alone).unwrap_or(PageName { first: several, second: None }),
            flagged: self.flagged,
            messages: thousands(messages),
            share: percent(Share::of(messages, self::messages(page))),
            path,
        }
    }
}

/// All marketing.
fn messages(page: &ReportPage<'_>) -> u64 {
    page.content.cases.iter().map(|case| case.received.len() as u64).sum()
}

/// The distance of lines across: 1, 2 or 5 times a power of ten, so that there are at most five.
fn step(most: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if most <= step.saturating_mul(5) {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn ticks(step: u64, top: u64) -> Vec<(String, String)> {
    let steps = (0..=top / step.max(1)).map(|at| at * step);
    steps.map(|number| (in_percent(top - number, top), thousands(number))).collect()
}

/// Hundredths of a percent are finer than a screen.
fn in_percent(part: u64, whole: u64) -> String {
    let hundredths = part * 10_000 / whole.max(1);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

/// Where months begin: at most fourteen of them are named, or else years.
fn months(first: Day, size: i32, bars: i32) -> Vec<(String, String, bool)> {
    let days = bars * size;
    let begins = |pattern: &str| -> Vec<(i32, String)> {
        let named = (0..days).map(|at| (at, month(first.plus(at), pattern)));
        let mut before = month(first.plus(-1), pattern);
        named.filter(|(_, name)| std::mem::replace(&mut before, name.clone()) != *name).collect()
    };
    let months = if days <= 430 { begins("%b %Y") } else { begins("%Y") };
    // The first word is enough: the year is named at its beginning.
    let short = |at: usize, name: &str| match name.split_once(' ') {
        Some((month, year)) if at == 0 || month == "Jan" => format!("{month} {year}"),
        Some((month, _)) => month.to_string(),
        None => name.to_string(),
    };
    let place = |at: i32| in_percent(u64::from(at.unsigned_abs()), u64::from(days.unsigned_abs()));
    let last = days - days / 20;
    months
        .iter()
        .enumerate()
        .filter(|(_, (day, _))| *day < last)
        .map(|(at, (day, name))| (place(*day), short(at, name), at % 3 != 0))
        .collect()
}

fn by_month(cases: &[Case], page: &ReportPage<'_>) -> Vec<ChartMonth> {
    let mut months: BTreeMap<String, (Day, [u64; 2])> = BTreeMap::new();
    for case in cases {
        let flagged = usize::from(case.is_flagged(page.content.policy));
        for days in case.received.chunk_by(|left, right| left.day == right.day) {
            let Some(day) = days.first().map(|message| message.day) else { continue };
            let month = months.entry(month(day, "%Y-%m")).or_insert((day, [0, 0]));
            month.1[flagged] += days.len() as u64;
        }
    }
    let rows = months.into_values().map(|(day, [others, flagged])| ChartMonth {
        name: month(day, "%B %Y"),
        flagged: thousands(flagged),
        others: thousands(others),
        all: thousands(flagged + others),
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_across_have_round_numbers() {
        assert_eq!([0, 5, 6, 14, 26, 51, 1_234].map(step), [1, 1, 2, 5, 10, 20, 500]);
        assert_eq!(ticks(5, 15).len(), 4);
        assert_eq!(ticks(1, 1), [("100.00%".into(), "0".into()), ("0.00%".into(), "1".into())]);
    }

    #[test]
    fn months_are_named_where_they_begin() {
        let first = Day::parse("2025-12-20").expect("a date");
        let named = months(first, 1, 60);
        assert_eq!(
            named.iter().map(|(_, name, _)| name.as_str()).collect::<Vec<_>>(),
            ["Jan 2026", "Feb"],
            "December has begun already"
        );
        assert_eq!(named[0].0, "20.00%");
        assert_eq!(months(first, 7, 200).len(), 4, "years");
    }
}
