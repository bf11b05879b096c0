//! The days of grace: how long after an opt-out mail does not count against the sender, in days or in business days.

use crate::time::Day;
use std::sync::Arc;

/// The time after an opt-out in which the sender may still write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grace {
    /// Up to that many days after it.
    Days(i32),
    /// By a count of business days.
    BusinessDays(Arc<BusinessDays>),
}

/// A count of business days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusinessDays {
    /// How many.
    pub count: u32,
    /// Holidays that are not on a weekend, sorted.
    pub holidays: Vec<Day>,
    /// How many days it takes at the longest, for years of which no holiday is known.
    pub longest_days: i32,
}

impl Grace {
    /// The last day of grace after an opt-out on that day.
    pub fn end(&self, opted_out: Day) -> Day {
        match self {
            Self::Days(days) => opted_out.plus(*days),
            Self::BusinessDays(business) => business.end(opted_out),
        }
    }

    /// How many days it is; `None`: they are business days.
    pub fn days(&self) -> Option<i32> {
        match self {
            Self::Days(days) => Some(*days),
            Self::BusinessDays(_) => None,
        }
    }

    /// How many business days it is; `None`: they are days.
    pub fn business_days(&self) -> Option<u32> {
        match self {
            Self::Days(_) => None,
            Self::BusinessDays(business) => Some(business.count),
        }
    }

    /// Days of an opt-out such that its grace ends on the day before `day`, or nearly so.
    pub fn starts_before(&self, day: Day) -> Vec<Day> {
        match self {
            Self::Days(days) => vec![day.plus(-1 - days)],
            Self::BusinessDays(business) => {
                (1..=business.at_most() + 1).map(|days| day.plus(-days)).collect()
            }
        }
    }
}

impl BusinessDays {
    /// Counted from the next business day on, with one day more: where the sender is, the days may end later. And where the
    /// sender is, the opt-out may have come on the next day already: from a Sunday on, that makes more than one day.
    fn end(&self, opted_out: Day) -> Day {
        let counted = self.nth_after(opted_out).plus(1).max(self.nth_after(opted_out.plus(1)));
        let is_known = |year: Option<i32>| year.is_some_and(|year| self.knows(year));
        let (first, last) = (year(opted_out), year(counted));
        if is_known(first) && is_known(last) {
            counted
        } else {
            counted.max(opted_out.plus(self.longest_days))
        }
    }

    /// The last of the business days after a day.
    fn nth_after(&self, day: Day) -> Day {
        let (mut day, mut left) = (day, self.count);
        while left > 0 {
            day = day.plus(1);
            if !day.is_weekend() && self.holidays.binary_search(&day).is_err() {
                left -= 1;
            }
        }
        day
    }

    /// Whether a holiday of the year is known.
    fn knows(&self, year_wanted: i32) -> bool {
        let from = self.holidays.partition_point(|holiday| year(*holiday) < Some(year_wanted));
        self.holidays.get(from).is_some_and(|holiday| year(*holiday) == Some(year_wanted))
    }

    /// No count takes more days than this: each week has five business days less its holidays.
    fn at_most(&self) -> i32 {
        let holidays = i32::try_from(self.holidays.len()).unwrap_or(i32::MAX);
        let count = i32::try_from(self.count).unwrap_or(i32::MAX);
        let weeks = count.saturating_add(holidays.min(60)) / 5 + 2;
        self.longest_days.max(weeks.saturating_mul(7))
    }
}

fn year(day: Day) -> Option<i32> {
    day.date().map(|date| chrono::Datelike::year(&date))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn business(count: u32, holidays: &[&str], longest_days: i32) -> Grace {
        let day = |text: &&str| Day::parse(text).expect("a date");
        let mut holidays: Vec<Day> = holidays.iter().map(day).collect();
        holidays.sort();
        Grace::BusinessDays(Arc::new(BusinessDays { count, holidays, longest_days }))
    }

    fn end(grace: &Grace, opted_out: &str) -> String {
        grace.end(Day::parse(opted_out).expect("a date")).to_string()
    }

    #[test]
    fn business_days_are_counted_from_the_next_one_with_one_day_more() {
        let ten = business(10, &["2025-12-25", "2026-01-01"], 19);
        // Friday to the Tuesday two weeks and a half later, and a day.
        assert_eq!(end(&ten, "2025-12-19"), "2026-01-07");
        assert_eq!(end(&ten, "2026-02-02"), "2026-02-17");
        let five = business(5, &["2026-04-03", "2026-04-06"], 15);
        assert_eq!(end(&five, "2026-04-02"), "2026-04-14", "over Easter");
        assert_eq!(end(&Grace::Days(10), "2026-02-02"), "2026-02-12");
        assert_eq!(end(&business(0, &["2026-01-01"], 0), "2026-02-02"), "2026-02-03");
    }

    #[test]
    fn on_a_sunday_it_may_be_monday_where_the_sender_is() {
        let ten = business(10, &["2026-01-01"], 0);
        assert_eq!([end(&ten, "2026-02-07"), end(&ten, "2026-02-08")], ["2026-02-21", "2026-02-23"]);
    }

    #[test]
    fn a_year_without_holidays_takes_the_longest_case() {
        let ten = business(10, &["2026-01-01", "2026-12-25"], 19);
        assert_eq!(end(&ten, "2025-06-02"), "2025-06-21");
        assert_eq!(end(&ten, "2026-12-28"), "2027-01-16", "it ends in a year without");
        assert_eq!(end(&ten, "2026-06-01"), "2026-06-16");
        assert_eq!(end(&business(10, &[], 0), "2026-06-01"), "2026-06-16", "no longest case was named");
    }

    const DAY: i64 = 86_400;

    /// The last second of the grace of a law, counted where the sender is: the slow and plain way.
    fn last_second_of_the_law(request: i64, count: u32, holidays: &[i32], sender_offset: i64) -> i64 {
        let mut date = (request + sender_offset).div_euclid(DAY);
        let mut counted = 0;
        while counted < count {
            date += 1;
            // 1970-01-01 was a Thursday.
            let is_weekend = matches!((date + 3).rem_euclid(7), 5 | 6);
            if !is_weekend && !holidays.iter().any(|holiday| i64::from(*holiday) == date) {
                counted += 1;
            }
        }
        (date + 1) * DAY - 1 - sender_offset
    }

    proptest! {
        #[test]
        fn no_grace_ends_before_the_last_moment_that_the_law_allows(
            request in 1_735_689_600_i64..1_798_761_600, // in 2025 and 2026
            count in 0_u32..15,
            more in proptest::collection::btree_set(20_089_i32..21_185, 0..60), // 2025 to 2027
            customer in -48_i64..=56, // quarters of an hour
            sender in -48_i64..=56,
        ) {
            // All zones but those on either side of the date line in the Pacific are within a day of each other.
            prop_assume!((customer - sender).abs() <= 96);
            let (customer, sender) = (customer * 900, sender * 900);
            // A holiday of each year is known.
            let holidays: Vec<i32> = more.into_iter().chain([20_089, 20_454, 20_819]).collect();
            let mut days: Vec<Day> = holidays.iter().map(|number| Day::from_number(*number)).collect();
            days.sort();
            let grace = Grace::BusinessDays(Arc::new(BusinessDays { count, holidays: days, longest_days: 0 }));
            let day_at = |second: i64| Day::from_number(i32::try_from((second + customer).div_euclid(DAY)).expect("a day"));
            let last = day_at(last_second_of_the_law(request, count, &holidays, sender));
            let end = grace.end(day_at(request));
            prop_assert!(end >= last, "{end} is before {last}");
        }

        #[test]
        fn an_opt_out_whose_grace_would_end_the_day_before_is_among_the_days_looked_at(
            day in 20_454_i32..20_819, count in 0_u32..15, longest_days in 0_i32..30,
            more in proptest::collection::btree_set(20_400_i32..20_900, 0..40),
        ) {
            let holidays = more.into_iter().map(Day::from_number).collect();
            let grace = Grace::BusinessDays(Arc::new(BusinessDays { count, holidays, longest_days }));
            let day = Day::from_number(day);
            let looked_at = grace.starts_before(day);
            for back in 1..120 {
                let opted_out = day.plus(-back);
                prop_assert!(looked_at.contains(&opted_out) || grace.end(opted_out) < day);
            }
        }
    }
}
