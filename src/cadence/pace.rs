//! How many days a week a sender writes, and since when: the change of pace.
//!
//! Weeks are counted from the first message on, so that a sender with fixed weekdays has the same number in each. The
//! likeliest split of the weeks into two is a change only where chance hardly explains it, however many splits were
//! tried: senders who write at a steady pace show none.

use super::{ActiveDays, WINDOW};
use crate::time::Day;
use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

/// Days in a block.
const BLOCK: usize = 7;

/// The fewest blocks on either side of a change.
const LEAST: usize = 4;

/// The most changes that are looked for.
const MOST_CHANGES: usize = 3;

/// How likely chance alone may be at a change, divided by the number of splits that were tried.
const CHANCE: f64 = 0.001;

/// How much likelier than the table seen another one may seem to be without being so, as a part: what rounding can
/// make of two equal numbers.
const EQUAL: f64 = 1e-9;

/// How far apart rounding can put the likelihoods of two equal splits, as a part of their greatest term.
const ROUNDING: f64 = 1e-12;

/// x · ln x of whole numbers. With a logarithm for each in place of the table, judging takes a fifth longer. 2^14 days are
/// 44 years: longer than there is mail that is believed.
static X_LN_X: LazyLock<Vec<f64>> = LazyLock::new(|| (0..1 << 14).map(x_ln_x).collect());

/// A number with one decimal, counted in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenths(pub u32);

impl Tenths {
    /// So many tenths; the most that there can be where they are more.
    pub fn rounded(tenths: u64) -> Self {
        Self(u32::try_from(tenths).unwrap_or(u32::MAX))
    }

    /// A part of a whole, rounded half up. `whole` is at least 1.
    fn of(part: usize, whole: usize) -> Self {
        Self::rounded((part * 20 + whole) as u64 / (whole * 2).max(1) as u64)
    }
}

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// How many days a week a sender writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Active days a week: since the last change, or, without one, over all days, at least 28.
    pub days_per_week: Tenths,
    /// The last change; `None`: the pace was always the same.
    pub change: Option<ChangeOfPace>,
}

/// Since when the pace is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeOfPace {
    /// The first active day at the new pace.
    pub on: Day,
    /// Active days a week before: since the change before this one, or from the first message on.
    pub before: Tenths,
}

impl ActiveDays {
    /// How many days a week there are, with the last change; `None` without active days.
    pub fn pace(&self) -> Option<Pace> {
        let (first, last) = (self.first()?, self.last()?);
        let days = usize::try_from(i64::from(last.number()) - i64::from(first.number()) + 1).ok()?;
        let changed =
            DayBlocks::of(&self.0, first, days / BLOCK).last_change().and_then(|(before, after)| {
                let start = first.plus(i32::try_from(after.start * BLOCK).ok()?);
                // A message after the last whole block is there in any case.
                let on = *self.0.get(self.0.partition_point(|day| *day < start))?;
                Some(Pace {
                    days_per_week: after.days_per_week(),
                    change: Some(ChangeOfPace { on, before: before.days_per_week() }),
                })
            });
        let weeks_of_all = days.max(WINDOW.unsigned_abs() as usize);
        let steady = Pace { days_per_week: Tenths::of(self.count() * BLOCK, weeks_of_all), change: None };
        Some(changed.unwrap_or(steady))
    }
}

/// Active days in whole blocks: for each border between blocks, how many there are before it.
struct DayBlocks(Vec<usize>);

/// Blocks in a row with one pace.
#[derive(Debug, Clone, Copy)]
struct PaceSegment {
    /// Its first block.
    start: usize,
    /// How many there are.
    blocks: usize,
    /// Active days in them.
    active: usize,
}

impl PaceSegment {
    fn days(self) -> usize {
        self.blocks * BLOCK
    }

    fn days_per_week(self) -> Tenths {
        Tenths::of(self.active, self.blocks)
    }
}

impl DayBlocks {
    fn of(days: &[Day], first: Day, blocks: usize) -> Self {
        let mut before = vec![0; blocks + 1];
        for day in days {
            let block = usize::try_from(day.number().saturating_sub(first.number())).map(|day| day / BLOCK);
            // What comes after the last whole block has no place here.
            if let Some(sum) = block.ok().and_then(|block| before.get_mut(block + 1)) {
                *sum += 1;
            }
        }
        let mut sum = 0;
        for active in &mut before {
            sum += *active;
            *active = sum;
        }
        Self(before)
    }

    fn segment(&self, blocks: Range<usize>) -> PaceSegment {
        let before = |border: usize| self.0.get(border).copied().unwrap_or_default();
        let active = before(blocks.end) - before(blocks.start);
        PaceSegment { start: blocks.start, blocks: blocks.len(), active }
    }

    /// The segments before and after the last change.
    fn last_change(&self) -> Option<(PaceSegment, PaceSegment)> {
        let end = self.0.len() - 1;
        let changes = self.changes(end);
        let last = *changes.last()?;
        let before = changes.iter().rev().nth(1).copied().unwrap_or(0);
        Some((self.segment(before..last), self.segment(last..end)))
    }

    /// The blocks that begin with another pace, in order. Each part is looked at again, breadth first, the earlier
    /// first.
    fn changes(&self, end: usize) -> Vec<usize> {
        let mut changes = Vec::new();
        let mut waiting = VecDeque::new();
        waiting.push_back(0..end);
        while changes.len() < MOST_CHANGES {
            let Some(part) = waiting.pop_front() else { break };
            if let Some(change) = self.change(part.clone()) {
                changes.push(change);
                waiting.extend([part.start..change, change..part.end]);
            }
        }
        changes.sort_unstable();
        changes
    }

    /// The block that begins with another pace. Only the best split is tested.
    fn change(&self, part: Range<usize>) -> Option<usize> {
        if part.len() < 2 * LEAST {
            return None;
        }
        let splits = part.len() + 1 - 2 * LEAST;
        let at = self.best_split(part.clone())?;
        let (before, after) = (self.segment(part.start..at), self.segment(at..part.end));
        let twofold =
            |more: PaceSegment, less: PaceSegment| more.active * less.blocks >= 2 * less.active * more.blocks;
        let differs = twofold(before, after) || twofold(after, before);
        (differs && chance(before, after) < CHANCE / splits as f64).then_some(at)
    }

    /// The split with the greatest binomial likelihood ratio; of equals the earliest. What the segment has as a whole
    /// is the same for all splits and left out.
    fn best_split(&self, part: Range<usize>) -> Option<usize> {
        let table = X_LN_X.as_slice();
        let x_ln_x = |x: usize| table.get(x).copied().unwrap_or_else(|| x_ln_x(x));
        let log_likelihood = |segment: PaceSegment| {
            let (active, days) = (segment.active, segment.days());
            x_ln_x(active) + x_ln_x(days - active) - x_ln_x(days)
        };
        let rounding = x_ln_x(part.len() * BLOCK) * ROUNDING;
        let mut best: Option<(f64, usize)> = None;
        for at in part.start + LEAST..=part.end.checked_sub(LEAST)? {
            let (before, after) = (self.segment(part.start..at), self.segment(at..part.end));
            let likelihood = log_likelihood(before) + log_likelihood(after);
            if best.is_none_or(|(most, _)| likelihood > most + rounding) {
                best = Some((likelihood, at));
            }
        }
        best.map(|(_, at)| at)
    }
}

fn x_ln_x(x: usize) -> f64 {
    if x == 0 { 0.0 } else { x as f64 * (x as f64).ln() }
}

/// Fisher's exact test, two-sided: how likely chance alone gives active and inactive days as seen, or any no likelier.
/// Each table's likelihood is calculated from its neighbour's and relative to the one found. Where that is too unlikely to
/// be the measure of the others, their sum is infinite and the result 0.
fn chance(before: PaceSegment, after: PaceSegment) -> f64 {
    let (days_before, days_after) = (before.days(), after.days());
    let active = before.active + after.active;
    let (fewest, most) = (active.saturating_sub(days_after), active.min(days_before));
    // By how much the table with one more active day before is likelier than that with `x`.
    let step = |x: usize| {
        let up = (days_before - x) as f64 * (active - x) as f64;
        let down = (x + 1) as f64 * (days_after + x + 1 - active) as f64;
        up / down
    };
    let (mut all, mut no_likelier) = (1.0, 1.0);
    let mut count = |likelihood: f64| {
        all += likelihood;
        no_likelier += if likelihood <= 1.0 + EQUAL { likelihood } else { 0.0 };
    };
    let mut likelihood = 1.0;
    for x in before.active..most {
        likelihood *= step(x);
        count(likelihood);
    }
    likelihood = 1.0;
    for x in (fewest..before.active).rev() {
        likelihood /= step(x);
        count(likelihood);
    }
    no_likelier / all
}

#[cfg(test)]
mod tests;
