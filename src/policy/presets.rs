//! Policies ready to use: figures of laws and of mailbox providers, each value with its source in a comment of its file.

use crate::error::{Error, Result};

/// What names a preset where a policy's file is expected.
pub const PRESET: &str = "preset:";

/// The presets: a name, and the text of its file.
const PRESETS: [(&str, &str); 8] = [
    ("us", include_str!("presets/us.toml")),
    ("ca", include_str!("presets/ca.toml")),
    ("au", include_str!("presets/au.toml")),
    ("uk", include_str!("presets/uk.toml")),
    ("eu", include_str!("presets/eu.toml")),
    ("de", include_str!("presets/de.toml")),
    ("provider", include_str!("presets/provider.toml")),
    ("strict", include_str!("presets/strict.toml")),
];

/// The names of the presets.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

/// The text of a preset.
pub fn preset(name: &str) -> Result<&'static str> {
    PRESETS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text).ok_or_else(|| {
        let all = preset_names().collect::<Vec<_>>().join(", ");
        Error::new("--policy", format!("unknown preset `{name}`")).hint(format!("write one of {all}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::Grace;
    use crate::policy::Policy;
    use crate::time::Day;
    use chrono::{Datelike, NaiveDate, Weekday};
    use std::path::Path;

    fn policy(name: &str) -> Policy {
        Policy::parse(preset(name).expect("a preset"), Path::new(name)).expect("valid")
    }

    #[test]
    fn every_preset_is_valid_and_names_its_sources() {
        for name in preset_names() {
            let policy = policy(name);
            let most = policy.rules.first().map(|rule| rule.days);
            assert_eq!(most, Some(if name == "strict" { 20 } else { 24 }), "{name}");
            assert_eq!(policy.count_mixed, matches!(name, "de" | "strict"), "{name}");
        }
        for name in ["uk", "eu", "de", "provider"] {
            assert_eq!(policy(name).grace, Grace::Days(2), "{name}");
        }
        assert_eq!(policy("strict").grace, Grace::Days(0));
        let error = preset("usa").expect_err("unknown").to_string();
        assert!(
            error.contains("unknown preset `usa`") && error.contains("write one of us, ca, au"),
            "{error}"
        );
    }

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a date")
    }

    fn nth(year: i32, month: u32, weekday: Weekday, n: u8) -> NaiveDate {
        NaiveDate::from_weekday_of_month_opt(year, month, weekday, n).expect("a date")
    }

    /// The federal holidays of the United States (5 U.S.C. 6103), as observed: a Saturday's on Friday, a Sunday's on Monday.
    fn federal(year: i32) -> Vec<NaiveDate> {
        let fixed =
            [(year, 1, 1), (year, 6, 19), (year, 7, 4), (year, 11, 11), (year, 12, 25), (year + 1, 1, 1)];
        let observed =
            fixed.map(|(year, month, day)| date(year, month, day)).map(|day| match day.weekday() {
                Weekday::Sat => day.pred_opt().expect("a day"),
                Weekday::Sun => day.succ_opt().expect("a day"),
                _ => day,
            });
        let last_monday_of_may =
            (25..=31).map(|day| date(year, 5, day)).find(|day| day.weekday() == Weekday::Mon);
        let moving = [
            nth(year, 1, Weekday::Mon, 3),
            nth(year, 2, Weekday::Mon, 3),
            last_monday_of_may.expect("a Monday"),
            nth(year, 9, Weekday::Mon, 1),
            nth(year, 10, Weekday::Mon, 2),
            nth(year, 11, Weekday::Thu, 4),
        ];
        let mut all: Vec<NaiveDate> =
            observed.into_iter().chain(moving).filter(|day| day.year() == year).collect();
        all.sort();
        all
    }

    #[test]
    fn the_holidays_of_the_united_states_are_those_of_the_statute() {
        let Grace::BusinessDays(business) = policy("us").grace else { panic!("business days") };
        let written: Vec<String> = business.holidays.iter().map(Day::to_string).collect();
        let reckoned: Vec<String> = (2024..=2030).flat_map(federal).map(|day| day.to_string()).collect();
        assert_eq!(written, reckoned);
    }

    #[test]
    fn the_longest_case_of_the_united_states_is_none_too_short() {
        let Grace::BusinessDays(business) = policy("us").grace else { panic!("business days") };
        let holidays: Vec<NaiveDate> = (1995..=2060).flat_map(federal).collect();
        let mut day = date(1996, 1, 1);
        while day < date(2059, 12, 1) {
            let (mut last, mut left) = (day, 10);
            while left > 0 {
                last = last.succ_opt().expect("a day");
                let is_weekend = matches!(last.weekday(), Weekday::Sat | Weekday::Sun);
                left -= u32::from(!is_weekend && holidays.binary_search(&last).is_err());
            }
            // And a day for zones.
            assert!((last - day).num_days() < i64::from(business.longest_days), "{day}");
            assert!(policy_end(&business, day) >= last, "{day}");
            day = day.succ_opt().expect("a day");
        }
    }

    fn policy_end(business: &std::sync::Arc<crate::consent::BusinessDays>, day: NaiveDate) -> NaiveDate {
        Grace::BusinessDays(business.clone()).end(Day::from_date(day)).date().expect("a date")
    }

    #[test]
    fn no_listed_year_takes_longer_than_the_longest_case() {
        for name in ["us", "ca", "au"] {
            let Grace::BusinessDays(business) = policy(name).grace else { panic!("business days") };
            let mut day = date(2024, 1, 1);
            while day < date(2030, 12, 1) {
                let days = (policy_end(&business, day) - day).num_days();
                assert!(days <= i64::from(business.longest_days), "{name}, {day}: {days}");
                day = day.succ_opt().expect("a day");
            }
        }
    }
}
