//! The keys of a policy about the time after an opt-out.

use super::validator::Validator;
use crate::consent::{BusinessDays, Grace};
use crate::error::Result;
use crate::time::Day;
use std::sync::Arc;
use toml::Spanned;

/// Days of grace where the policy says nothing.
const DEFAULT_GRACE: i32 = 10;

/// The keys as they are written.
pub struct WrittenGrace<'a> {
    /// Days after an opt-out.
    pub grace_days: Option<&'a Spanned<i64>>,
    /// Business days, in their place.
    pub grace_business_days: Option<&'a Spanned<i64>>,
    /// Holidays: days that are not business days.
    pub holidays: Option<&'a Spanned<Vec<Spanned<String>>>>,
    /// The longest case, for years of which no holiday is known.
    pub longest_days: Option<&'a Spanned<i64>>,
}

impl WrittenGrace<'_> {
    /// The time that they give.
    pub fn grace(&self, validator: &Validator<'_>) -> Result<Grace> {
        let Self { grace_days, grace_business_days, holidays, longest_days } = *self;
        let Some(count) = grace_business_days else {
            let stray = [
                ("holidays", holidays.map(Spanned::span)),
                ("longest_days", longest_days.map(Spanned::span)),
            ];
            if let Some((key, span)) = stray.into_iter().find_map(|(key, span)| Some((key, span?))) {
                return Err(validator
                    .error(span.start, format!("`{key}` is about `grace_business_days`, which is not given"))
                    .hint("write grace_business_days = …, or leave it out"));
            }
            let days = grace_days.map(|days| validator.number(days, "grace_days", 0)).transpose()?;
            return Ok(Grace::Days(days.unwrap_or(DEFAULT_GRACE)));
        };
        if let Some(days) = grace_days {
            return Err(validator
                .error(days.span().start, "`grace_days` and `grace_business_days` exclude each other")
                .hint("leave one of them out"));
        }
        let count: u32 = validator.number(count, "grace_business_days", 0)?;
        let longest = longest_days.map(|days| validator.number(days, "longest_days", 0)).transpose()?;
        let written = holidays.into_iter().flat_map(Spanned::get_ref);
        let holidays = written.map(|date| {
            Day::parse(date.get_ref()).ok_or_else(|| {
                validator
                    .error(date.span().start, format!("`{}` is not a date", date.get_ref()))
                    .hint("write YYYY-MM-DD, in quotes")
            })
        });
        let mut holidays: Vec<Day> = holidays.collect::<Result<_>>()?;
        holidays.sort_unstable();
        holidays.dedup();
        let longest_days: i32 = longest.unwrap_or_default();
        Ok(Grace::BusinessDays(Arc::new(BusinessDays { count, holidays, longest_days })))
    }
}
