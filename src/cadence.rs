//! Days into rhythms: peak windows, streaks, gaps, changes of pace, and one word for it all. Pure.

mod pace;

pub use pace::{ChangeOfPace, Pace, Tenths};

use crate::time::Day;

/// The window that the industry's fatigue rules use, in days.
pub const WINDOW: i32 = 28;

/// Distinct days of some 28 that make a sender daily. Published tolerance ends at five to six mails a week, and
/// six a week, Monday to Saturday, is exactly 24 of 28.
pub const DAILY: usize = 24;

/// How often a sender writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// On at least 24 of some 28 days.
    Daily,
    /// On at least 18 of some 28 days' 20 weekdays, and on at most 2 of their 8 weekend days.
    Weekdays,
    /// Median gap of at most 4 days, over at least 8 active days.
    SeveralAWeek,
    /// At most 10, over at least 4.
    Weekly,
    /// At most 45, over at least 3.
    Monthly,
    /// Anything else.
    Occasional,
}

impl Cadence {
    /// The word in the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekdays => "weekdays",
            Self::SeveralAWeek => "several-a-week",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Occasional => "occasional",
        }
    }
}

/// Distinct days in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActiveDays(Vec<Day>);

/// The window with the most active days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peak {
    /// How many.
    pub days: usize,
    /// The first day with mail in the earliest such window.
    pub start: Day,
    /// The last.
    pub end: Day,
}

/// The longest run of consecutive days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// How many.
    pub days: usize,
    /// When it began; the earliest of equals.
    pub start: Day,
}

/// A number of days that may end in a half, counted in halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HalfDays(pub i64);

impl std::fmt::Display for HalfDays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 % 2 {
            0 => write!(f, "{}", self.0 / 2),
            _ => write!(f, "{}.5", self.0 / 2),
        }
    }
}

impl FromIterator<Day> for ActiveDays {
    fn from_iter<I: IntoIterator<Item = Day>>(days: I) -> Self {
        let mut days: Vec<Day> = days.into_iter().collect();
        days.sort_unstable();
        days.dedup();
        days.shrink_to_fit();
        Self(days)
    }
}

impl ActiveDays {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The first.
    pub fn first(&self) -> Option<Day> {
        self.0.first().copied()
    }

    /// The last.
    pub fn last(&self) -> Option<Day> {
        self.0.last().copied()
    }

    /// The 28 consecutive days with the most active ones. The earliest window that reaches the most is the one
    /// that ends on the active day at which that number is first reached.
    pub fn peak(&self) -> Option<Peak> {
        let mut best: Option<Peak> = None;
        let mut start = 0;
        for (end, last) in self.0.iter().enumerate() {
            while self.0[start].plus(WINDOW - 1) < *last {
                start += 1;
            }
            let days = end - start + 1;
            if best.is_none_or(|best| days > best.days) {
                best = Some(Peak { days, start: self.0[start], end: *last });
            }
        }
        best
    }

    /// How many of the 28 days that end with `last` there are.
    pub fn days_until(&self, last: Day) -> usize {
        let first = last.plus(1 - WINDOW);
        self.0.partition_point(|day| *day <= last) - self.0.partition_point(|day| *day < first)
    }

    /// The longest run of consecutive days.
    pub fn longest_streak(&self) -> Option<Streak> {
        let runs = self.0.chunk_by(|left, right| left.plus(1) == *right);
        runs.fold(None, |best: Option<Streak>, run| match best {
            Some(best) if run.len() <= best.days => Some(best),
            _ => Some(Streak { days: run.len(), start: *run.first()? }),
        })
    }

    /// The median number of days between consecutive active days; `None` under two of them.
    pub fn median_gap(&self) -> Option<HalfDays> {
        let mut gaps: Vec<i64> =
            self.0.windows(2).map(|pair| i64::from(pair[1].number()) - i64::from(pair[0].number())).collect();
        gaps.sort_unstable();
        let middle = gaps.len() / 2;
        let upper = gaps.get(middle)?;
        let lower = if gaps.len().is_multiple_of(2) { gaps.get(middle.checked_sub(1)?)? } else { upper };
        Some(HalfDays(lower + upper))
    }

    /// One word for the rhythm.
    pub fn cadence(&self) -> Cadence {
        if self.peak().is_some_and(|peak| peak.days >= DAILY) {
            return Cadence::Daily;
        }
        if self.keeps_to_weekdays() {
            return Cadence::Weekdays;
        }
        let gap = self.median_gap();
        let gap_within = |days: i64| gap.is_some_and(|gap| gap <= HalfDays(2 * days));
        match self.count() {
            active if active >= 8 && gap_within(4) => Cadence::SeveralAWeek,
            active if active >= 4 && gap_within(10) => Cadence::Weekly,
            active if active >= 3 && gap_within(45) => Cadence::Monthly,
            _ => Cadence::Occasional,
        }
    }

    /// Whether some 28 days contain at least 18 active weekdays and at most 2 active weekend days. Every window
    /// between the first and the last active day is tried, since one with less weekend may begin on an idle day.
    fn keeps_to_weekdays(&self) -> bool {
        let weekdays = self.0.iter().filter(|day| !day.is_weekend()).count();
        let (Some(first), Some(last)) = (self.first(), self.last()) else { return false };
        if weekdays < 18 {
            return false;
        }
        let (mut from, mut to) = (0, 0);
        let (mut busy, mut weekend) = (0_usize, 0_usize);
        let mut start = first.plus(1 - WINDOW);
        while start <= last {
            let end = start.plus(WINDOW - 1);
            while let Some(day) = self.0.get(to).filter(|day| **day <= end) {
                *(if day.is_weekend() { &mut weekend } else { &mut busy }) += 1;
                to += 1;
            }
            while let Some(day) = self.0.get(from).filter(|day| **day < start) {
                *(if day.is_weekend() { &mut weekend } else { &mut busy }) -= 1;
                from += 1;
            }
            if busy >= 18 && weekend <= 2 {
                return true;
            }
            // Nothing changes before the next day comes in or the next one goes out.
            let comes = self.0.get(to).map(|day| day.plus(1 - WINDOW));
            let goes = self.0.get(from).map(|day| day.plus(1));
            match [comes, goes].into_iter().flatten().min() {
                Some(next) => start = next.max(start.plus(1)),
                None => return false,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn days(numbers: impl IntoIterator<Item = i32>) -> ActiveDays {
        numbers.into_iter().map(Day::from_number).collect()
    }

    #[test]
    fn twenty_four_of_twenty_eight_days_are_daily_and_twenty_three_are_not() {
        assert_eq!(days(0..24).cadence(), Cadence::Daily);
        assert_eq!(days((0..23).chain([28])).cadence(), Cadence::SeveralAWeek);
        assert_eq!(days((0..27).filter(|day| day % 7 != 3)).cadence(), Cadence::SeveralAWeek);
        assert_eq!(days((0..28).filter(|day| day % 7 != 3)).cadence(), Cadence::Daily);
    }

    #[test]
    fn a_sender_that_rests_at_weekends_keeps_to_weekdays() {
        // Day 4 is Monday, 1970-01-05.
        let weekdays = days((4..32).filter(|day| !Day::from_number(*day).is_weekend()));
        assert_eq!((weekdays.count(), weekdays.cadence()), (20, Cadence::Weekdays));
    }

    #[test]
    fn slower_rhythms_have_their_words() {
        assert_eq!(days((0..10).map(|n| n * 7)).cadence(), Cadence::Weekly);
        assert_eq!(days((0..3).map(|n| n * 30)).cadence(), Cadence::Monthly);
        assert_eq!(days([0, 100]).cadence(), Cadence::Occasional);
        assert_eq!(days([]).cadence(), Cadence::Occasional);
    }

    #[test]
    fn the_earliest_window_and_streak_are_named() {
        let twice = days([0, 1, 2, 100, 101, 102]);
        let day = Day::from_number;
        assert_eq!(twice.peak(), Some(Peak { days: 3, start: day(0), end: day(2) }));
        assert_eq!(twice.longest_streak(), Some(Streak { days: 3, start: day(0) }));
        assert_eq!(days([]).peak(), None);
    }

    #[test]
    fn the_median_gap_shows_a_half_only_where_there_is_one() {
        let gap = |numbers: &[i32]| days(numbers.iter().copied()).median_gap().map(|gap| gap.to_string());
        assert_eq!(gap(&[0]), None);
        assert_eq!(gap(&[0, 1]).as_deref(), Some("1"));
        assert_eq!(gap(&[0, 2, 5]).as_deref(), Some("2.5"));
        assert_eq!(gap(&[0, 2, 5, 6]).as_deref(), Some("2"));
    }

    /// Every window, counted afresh.
    fn peak_by_force(days: &ActiveDays) -> Option<Peak> {
        let (first, last) = (days.first()?, days.last()?);
        let windows = (first.number() - WINDOW + 1..=last.number()).map(|start| {
            let inside: Vec<Day> = days
                .0
                .iter()
                .copied()
                .filter(|d| d.number() >= start && d.number() < start + WINDOW)
                .collect();
            inside
        });
        let mut best: Option<Vec<Day>> = None;
        for window in windows {
            if best.as_ref().is_none_or(|best| window.len() > best.len()) {
                best = Some(window);
            }
        }
        best.and_then(|best| Some(Peak { days: best.len(), start: *best.first()?, end: *best.last()? }))
    }

    fn weekdays_by_force(days: &ActiveDays) -> bool {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return false };
        (first.number() - WINDOW + 1..=last.number()).any(|start| {
            let inside = days.0.iter().filter(|d| d.number() >= start && d.number() < start + WINDOW);
            let (weekend, busy): (Vec<&Day>, Vec<&Day>) = inside.partition(|day| day.is_weekend());
            busy.len() >= 18 && weekend.len() <= 2
        })
    }

    proptest! {
        #[test]
        fn the_sliding_window_agrees_with_counting_every_window(numbers in proptest::collection::vec(0_i32..120, 0..60)) {
            let days = days(numbers);
            prop_assert_eq!(days.peak(), peak_by_force(&days));
        }

        #[test]
        fn weekday_windows_agree_with_counting_every_window(
            weekdays in proptest::collection::vec(any::<bool>(), 60), weekends in proptest::collection::vec(0_u8..6, 60)
        ) {
            let chosen = (0..60_i32).filter(|n| {
                let at = usize::try_from(*n).expect("small");
                if Day::from_number(*n).is_weekend() { weekends[at] == 0 } else { weekdays[at] || weekends[at] > 0 }
            });
            let days = days(chosen);
            prop_assert_eq!(days.keeps_to_weekdays(), weekdays_by_force(&days));
        }

        #[test]
        fn another_day_never_lowers_the_peak(numbers in proptest::collection::vec(0_i32..90, 1..40), one in 0_i32..90) {
            let before = days(numbers.iter().copied()).peak().map(|peak| peak.days);
            let after = days(numbers.into_iter().chain([one])).peak().map(|peak| peak.days);
            prop_assert!(after >= before);
        }
    }
}
