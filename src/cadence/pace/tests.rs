//! The change of pace against known histories, chance, and a slow account of its definition.

use super::*;
use proptest::prelude::*;

fn days(numbers: impl IntoIterator<Item = i32>) -> ActiveDays {
    numbers.into_iter().map(Day::from_number).collect()
}

/// Days a week, the day of the change, days a week before.
fn pace(numbers: impl IntoIterator<Item = i32>) -> (String, Option<(i32, String)>) {
    let pace = days(numbers).pace().expect("days");
    let change = pace.change.map(|change| (change.on.number(), change.before.to_string()));
    (pace.days_per_week.to_string(), change)
}

/// One block for each number, with that many active days at its beginning.
fn blocks(active: impl IntoIterator<Item = i32>) -> Vec<i32> {
    let blocks = (0..).zip(active);
    blocks.flat_map(|(block, active)| (0..active).map(move |day| block * 7 + day)).collect()
}

fn repeated(runs: &[(i32, usize)]) -> Vec<i32> {
    blocks(runs.iter().flat_map(|(active, blocks)| std::iter::repeat_n(*active, *blocks)))
}

#[test]
fn without_a_change_days_a_week_are_rounded_half_up_and_over_four_weeks_at_least() {
    assert_eq!(pace(0..28), ("7.0".to_string(), None));
    assert_eq!(pace([0, 1]), ("0.5".to_string(), None));
    assert_eq!(pace([0]), ("0.3".to_string(), None));
    assert_eq!(pace((0..10).map(|n| n * 7)), ("1.1".to_string(), None));
    // 7 · 3 ÷ 28 = 0.75.
    assert_eq!(pace([0, 1, 2]), ("0.8".to_string(), None));
    assert_eq!(days([]).pace(), None);
}

#[test]
fn a_weekly_sender_who_turns_daily_shows_since_when() {
    let weekly = repeated(&[(1, 12), (7, 12)]);
    assert_eq!(pace(weekly), ("7.0".to_string(), Some((84, "1.0".to_string()))));
    // One more day in twelve weeks is 1.08 a week; a day off in the four weeks after is 6.75.
    let words = blocks([1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 7, 7, 6, 7]).into_iter().chain([111]);
    assert_eq!(pace(words), ("6.8".to_string(), Some((84, "1.1".to_string()))));
}

#[test]
fn a_sender_who_slows_down_shows_it_too() {
    let slower = repeated(&[(6, 10), (1, 10)]).into_iter().chain([139]);
    assert_eq!(pace(slower), ("1.1".to_string(), Some((70, "6.0".to_string()))));
}

#[test]
fn a_part_of_a_block_at_the_end_is_left_out() {
    // Six days after the last whole block change nothing.
    let whole = repeated(&[(1, 12), (6, 12)]).into_iter().chain([167]);
    let more = repeated(&[(1, 12), (6, 12)]).into_iter().chain([167]).chain(168..174);
    assert_eq!(pace(whole).1, pace(more).1);
}

#[test]
fn a_change_has_four_blocks_on_either_side() {
    let turned = |after| repeated(&[(1, 12), (7, after)]);
    assert_eq!(pace(turned(4)).1.map(|(on, _)| on), Some(84));
    // With three at the end the best split takes in a week of the slow pace.
    assert_eq!(pace(turned(3)).1.map(|(on, _)| on), Some(77));
    // Fewer than eight blocks show none, however different they are.
    assert_eq!(pace(repeated(&[(1, 3), (7, 4)])).1, None);
    assert_eq!(pace(repeated(&[(0, 4), (7, 4)]).into_iter().chain([0])).1.map(|(on, _)| on), Some(28));
}

#[test]
fn a_change_is_twofold_at_least() {
    // 400 weeks with 3 days and 400 with 5 differ by more than chance, but less than twofold.
    assert_eq!(pace(repeated(&[(3, 400), (5, 400)])).1, None);
    assert_eq!(
        pace(repeated(&[(3, 400), (6, 400)]).into_iter().chain([5599])).1.map(|(on, _)| on),
        Some(2800)
    );
}

#[test]
fn a_change_is_none_that_chance_explains() {
    // 4 of 28 days, then 10 of 28: p = 0.12 where 0.001 is asked for.
    assert_eq!(pace(blocks([1, 1, 1, 1, 3, 3, 2, 2]).into_iter().chain([55])).1, None);
}

#[test]
fn the_last_of_several_changes_counts_against_the_one_before() {
    let twice = repeated(&[(1, 20), (3, 20), (7, 20)]);
    assert_eq!(pace(twice), ("7.0".to_string(), Some((40 * 7, "3.0".to_string()))));
}

#[test]
fn only_the_best_split_is_tested() {
    // From the first change on it is 7 days a week, or 2 for a time; neither end of that time is a twofold change.
    let paused = repeated(&[(1, 20), (7, 20), (2, 20), (7, 20)]);
    assert_eq!(pace(paused), ("5.3".to_string(), Some((20 * 7, "1.0".to_string()))));
}

#[test]
fn three_changes_are_looked_for_breadth_first() {
    // Five paces, each at least twice the one before. The change at 180 is found first, then one on either side of
    // it; that makes three, and the one at 60 is not looked for.
    let now_and_then = [1, 0, 0, 0].into_iter().cycle().take(60);
    let slow_paces = std::iter::once(1).chain(std::iter::repeat_n(0, 59)).chain(now_and_then);
    let days = days(blocks(slow_paces.chain([1; 60]).chain([3; 60]).chain([7; 10])));
    let changes = |days: &ActiveDays| DayBlocks::of(&days.0, days.0[0], 250).changes(250);
    assert_eq!(DayBlocks::of(&days.0, days.0[0], 250).change(0..250), Some(180));
    assert_eq!(changes(&days), [120, 180, 240]);
    assert_eq!(changes(&days), slow::changes(&slow::counts(&days)));
}

#[test]
fn a_change_to_nothing_is_dated_by_the_message_after_it() {
    // Ten blocks without mail, and one message in the part of a block at the end.
    let silent = repeated(&[(7, 20), (0, 10)]).into_iter().chain([212]);
    assert_eq!(pace(silent), ("0.0".to_string(), Some((212, "7.0".to_string()))));
}

#[test]
fn chance_is_fishers_exact_test() {
    let segment = |active, blocks| PaceSegment { start: 0, blocks, active };
    let p = |left, right| format!("{:.6e}", chance(left, right));
    // 1 of 28 and 13 of 28: 28 · C(28,13) ÷ C(56,14), twice, and what lies beyond.
    assert_eq!(p(segment(4, 4), segment(4, 4)), "1.000000e0");
    assert_eq!(p(segment(0, 4), segment(28, 4)), format!("{:.6e}", slow::chance((0, 28), (28, 28))));
    assert_eq!(p(segment(1, 4), segment(13, 4)), format!("{:.6e}", slow::chance((1, 28), (13, 28))));
    assert_eq!(p(segment(0, 9), segment(0, 7)), "1.000000e0");
    // So unlikely that the others are beyond measure.
    assert_eq!(chance(segment(0, 300), segment(2_100, 300)), 0.0);
}

/// Steps that no calendar knows, the same in each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, of: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % of
    }
}

#[test]
fn steady_senders_show_no_change() {
    let mut chance = Chance(7);
    let mut changes = 0;
    for sender in 0..3_000_u64 {
        let (percent, weeks) = (3 + sender % 95, 8 + sender % 150);
        let active = (0..7 * weeks as i32).filter(|_| chance.below(100) < percent).collect::<Vec<_>>();
        changes += usize::from(days(active).pace().is_some_and(|pace| pace.change.is_some()));
    }
    // The best of all splits is tested as if each had been: fewer than one sender in a thousand is wrong.
    assert!(changes <= 3, "{changes} of 3,000");
}

#[test]
fn senders_with_fixed_weekdays_show_no_change() {
    for weekdays in 1..128 {
        let active = (0..700).filter(|day| weekdays >> (day % 7) & 1 == 1);
        assert_eq!(pace(active).1, None, "{weekdays:b}");
    }
}

/// The definition, word by word.
mod slow {
    use super::super::{ActiveDays, Day};

    /// Active days in whole 7-day blocks from the first message on.
    pub fn counts(days: &ActiveDays) -> Vec<u128> {
        let (first, last) = (days.0[0].number(), days.0[days.0.len() - 1].number());
        let starts = (first..).step_by(7).take_while(|start| start + 6 <= last);
        let active = |start: i32| (start..start + 7).filter(|day| days.0.contains(&Day::from_number(*day)));
        starts.map(|start| active(start).count() as u128).collect()
    }

    fn table(blocks: &[u128]) -> (u128, u128) {
        (blocks.iter().sum(), blocks.len() as u128 * 7)
    }

    /// The borders of all changes, in order.
    pub fn changes(blocks: &[u128]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut level = vec![(0, blocks.len())];
        while !level.is_empty() {
            let mut below = Vec::new();
            for (start, end) in level {
                let Some(at) = change(&blocks[start..end]).map(|at| start + at) else { continue };
                if found.len() < 3 {
                    found.push(at);
                    below.extend([(start, at), (at, end)]);
                }
            }
            level = below;
        }
        found.sort_unstable();
        found
    }

    fn change(blocks: &[u128]) -> Option<usize> {
        let splits: Vec<usize> = (4..blocks.len()).filter(|at| blocks.len() - at >= 4).collect();
        let mut best: Option<(usize, f64)> = None;
        for at in &splits {
            let ratio = ratio(table(&blocks[..*at]), table(&blocks[*at..]));
            if best.is_none_or(|(_, most)| ratio > most + 1e-9) {
                best = Some((*at, ratio));
            }
        }
        let (at, _) = best?;
        let (before, after) = (table(&blocks[..at]), table(&blocks[at..]));
        let (left, right) = (before.0 * after.1, after.0 * before.1);
        let is_twofold = left >= 2 * right || right >= 2 * left;
        (is_twofold && chance(before, after) < 0.001 / splits.len() as f64).then_some(at)
    }

    /// The logarithm of the binomial likelihood ratio.
    fn ratio(before: (u128, u128), after: (u128, u128)) -> f64 {
        let likelihood = |(active, days): (u128, u128)| {
            let term = |part: u128| match part {
                0 => 0.0,
                part => part as f64 * (part as f64 / days as f64).ln(),
            };
            term(active) + term(days - active)
        };
        likelihood(before) + likelihood(after) - likelihood((before.0 + after.0, before.1 + after.1))
    }

    /// Fisher's exact test: exact integers where they have room, logarithms of factorials where not.
    pub fn chance(before: (u128, u128), after: (u128, u128)) -> f64 {
        let (active, days) = (before.0 + after.0, before.1 + after.1);
        let ways = (0..=active).filter(|x| *x <= before.1 && active - x <= after.1);
        if days <= 112 {
            let weight = |x: u128| choose(before.1, x) * choose(after.1, active - x);
            let no_likelier = ways.filter(|x| weight(*x) <= weight(before.0)).map(weight).sum::<u128>();
            return no_likelier as f64 / choose(days, active) as f64;
        }
        let weight = |x: u128| log_choose(before.1, x) + log_choose(after.1, active - x);
        let seen = weight(before.0);
        let no_likelier = ways.map(weight).filter(|weight| *weight <= seen + 1e-9);
        no_likelier.map(|weight| (weight - log_choose(days, active)).exp()).sum()
    }

    fn choose(n: u128, k: u128) -> u128 {
        (0..k).fold(1, |ways, x| ways * (n - x) / (x + 1))
    }

    fn log_choose(n: u128, k: u128) -> f64 {
        let log_factorial = |n: u128| (1..=n).map(|x| (x as f64).ln()).sum::<f64>();
        log_factorial(n) - log_factorial(k) - log_factorial(n - k)
    }
}

/// Runs of some days, each with a pace of its own, and the throw of each day.
fn histories(longest: usize) -> impl Strategy<Value = Vec<i32>> {
    let run = (1..longest, prop_oneof![Just(0_u64), 5_u64..30, 0_u64..=100, Just(100)]);
    (proptest::collection::vec(run, 1..6), any::<u64>()).prop_map(|(runs, seed)| {
        let mut chance = Chance(seed);
        let percents = runs.iter().flat_map(|(days, percent)| std::iter::repeat_n(*percent, *days));
        (0..).zip(percents).filter(|(_, percent)| chance.below(100) < *percent).map(|(day, _)| day).collect()
    })
}

fn agrees(numbers: &[i32]) -> std::result::Result<(), TestCaseError> {
    let days = days(numbers.iter().copied());
    let Some(first) = days.first() else { return Ok(()) };
    let counts = slow::counts(&days);
    let changes = slow::changes(&counts);
    let pace = days.pace().expect("days");
    let rate = |blocks: &[u128]| {
        (blocks.iter().sum::<u128>() as f64 / blocks.len() as f64 * 10.0 + 0.5 + 1e-9).floor()
    };
    let Some(last) = changes.last().copied() else {
        prop_assert_eq!(pace.change, None);
        return Ok(());
    };
    let start = if changes.len() > 1 { changes[changes.len() - 2] } else { 0 };
    let change = pace.change;
    prop_assert!(change.is_some(), "no change, not one at {:?} of {:?}", changes, counts);
    let change = change.expect("a change");
    let on = days.0.iter().find(|day| day.number() >= first.number() + 7 * last as i32);
    prop_assert_eq!(Some(&change.on), on);
    prop_assert_eq!(change.before.0 as f64, rate(&counts[start..last]));
    prop_assert_eq!(pace.days_per_week.0 as f64, rate(&counts[last..]));
    Ok(())
}

proptest! {
    #[test]
    fn a_change_agrees_with_its_definition(numbers in histories(60)) {
        agrees(&numbers)?;
    }

    #[test]
    fn a_change_of_a_short_history_agrees_with_whole_numbers(numbers in histories(24)) {
        agrees(&numbers)?;
    }

    #[test]
    fn chance_agrees_with_whole_numbers(left in 4_usize..8, right in 4_usize..8, first in 0_usize..50, second in 0_usize..50) {
        let segment = |blocks: usize, active: usize| PaceSegment { start: 0, blocks, active: active.min(blocks * 7) };
        let (before, after) = (segment(left, first), segment(right, second));
        let wide = |segment: PaceSegment| (segment.active as u128, segment.days() as u128);
        let (ours, slow) = (chance(before, after), slow::chance(wide(before), wide(after)));
        prop_assert!((ours - slow).abs() <= slow * 1e-9, "{} for {}", ours, slow);
    }
}
