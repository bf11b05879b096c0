//! One rule of a policy: as written, then checked.

use super::validator::Validator;
use crate::consent::ConsentState;
use crate::error::{Result, suggest};
use serde::Deserialize;
use toml::Spanned;

/// The verdict of a pair without any marketing message. No rule may use it.
pub const NOT_MARKETING: &str = "not-marketing";

/// One rule. It is met when some window has enough days and messages, and messages close enough together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRule {
    /// The word in the report.
    pub verdict: String,
    /// Whether the verdict is a flag.
    pub flag: bool,
    /// The states in which the messages that count were received; `None`: in all.
    pub consent: Option<Vec<ConsentState>>,
    /// Distinct days with messages, at least.
    pub days: u32,
    /// Messages, at least.
    pub messages: u32,
    /// In some run of this many consecutive days; `None`: in the whole period.
    pub window: Option<i32>,
    /// Over which senders it counts; `None`: one at a time.
    pub across: Option<Across>,
    /// Two messages must have come closer together than this, in seconds; `None`: any.
    pub min_gap: Option<u32>,
    /// The customers (addresses, or `@domain`) that it is about, in lower case; none: all.
    pub must_be_zero: Vec<String>,
}

/// Over which senders a rule counts what one customer got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Across {
    /// All brands of one group.
    BrandGroup,
    /// All senders.
    All,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPolicyRule {
    verdict: Spanned<String>,
    #[serde(default)]
    flag: bool,
    consent: Option<Spanned<Vec<Spanned<String>>>>,
    days: Option<Spanned<i64>>,
    messages: Option<Spanned<i64>>,
    window: Option<Spanned<i64>>,
    across: Option<Spanned<String>>,
    min_gap_hours: Option<Spanned<i64>>,
    must_be_zero: Option<Spanned<Vec<Spanned<String>>>>,
}

/// Seconds in an hour.
const HOUR: u32 = 3_600;

impl PolicyRule {
    /// Whether the rule is about that customer.
    pub fn is_about(&self, customer: &str) -> bool {
        let is_meant = |entry: &String| match entry.strip_prefix('@') {
            Some(domain) => customer.rsplit_once('@').is_some_and(|(_, of)| of == domain),
            None => entry == customer,
        };
        self.must_be_zero.is_empty() || self.must_be_zero.iter().any(is_meant)
    }
}

impl WrittenPolicyRule {
    /// The rule, if it is valid.
    pub fn rule(&self, validator: &Validator<'_>) -> Result<PolicyRule> {
        let verdict = self.verdict(validator)?;
        let must_be_zero = self.customers(validator)?;
        self.asks_for_something(validator, verdict)?;
        let number = |written: &Option<Spanned<i64>>, name| {
            written.as_ref().map(|written| validator.number::<u32>(written, name, 1)).transpose()
        };
        let (days, messages) = (number(&self.days, "days")?, number(&self.messages, "messages")?);
        let gap = number(&self.min_gap_hours, "min_gap_hours")?;
        let window: Option<i32> =
            self.window.as_ref().map(|window| validator.number(window, "window", 1)).transpose()?;
        if let (Some(days), Some(window), Some(written)) = (days, window, &self.days)
            && i64::from(days) > i64::from(window)
        {
            let what = format!("{days} days don't fit in a window of {window}");
            return Err(validator.error(written.span().start, what).hint("make `days` at most `window`"));
        }
        Ok(PolicyRule {
            verdict: verdict.to_string(),
            flag: self.flag,
            consent: self.consent.as_ref().map(|states| consent(states, validator)).transpose()?,
            days: days.unwrap_or(1),
            messages: messages.unwrap_or(1),
            window,
            across: self.across.as_ref().map(|across| across_of(across, validator)).transpose()?,
            min_gap: gap.map(|hours| hours.saturating_mul(HOUR)),
            must_be_zero,
        })
    }

    fn verdict(&self, validator: &Validator<'_>) -> Result<&str> {
        let (verdict, at) = (self.verdict.get_ref().trim(), self.verdict.span().start);
        if verdict.is_empty() || verdict.chars().any(char::is_control) {
            return Err(validator.error(at, "a rule needs a verdict of visible characters"));
        }
        if verdict == NOT_MARKETING {
            let error = validator.error(at, format!("`{NOT_MARKETING}` is the verdict without any rule"));
            return Err(error.hint("choose another name"));
        }
        Ok(verdict)
    }

    /// A rule asks for days, messages or a gap; or for nothing at all to some customers.
    fn asks_for_something(&self, validator: &Validator<'_>, verdict: &str) -> Result<()> {
        let at = self.verdict.span().start;
        if self.must_be_zero.is_none() {
            let asks = self.days.is_some() || self.messages.is_some() || self.min_gap_hours.is_some();
            let hint = "give it `days`, `messages`, `min_gap_hours` or `must_be_zero`";
            let nothing = || validator.error(at, format!("rule `{verdict}` asks for nothing")).hint(hint);
            return if asks { Ok(()) } else { Err(nothing()) };
        }
        // One day or message is what it asks for anyway.
        let more = |written: &Option<Spanned<i64>>| {
            written.as_ref().filter(|number| *number.get_ref() != 1).map(Spanned::span)
        };
        let contradicting = [
            ("days", more(&self.days)),
            ("messages", more(&self.messages)),
            ("window", self.window.as_ref().map(Spanned::span)),
            ("min_gap_hours", self.min_gap_hours.as_ref().map(Spanned::span)),
        ];
        match contradicting.into_iter().find_map(|(key, span)| Some((key, span?))) {
            Some((key, span)) => {
                let what = format!("`{key}` contradicts `must_be_zero`, which any message breaks");
                Err(validator.error(span.start, what).hint("leave it out, or make it a rule of its own"))
            }
            None => Ok(()),
        }
    }

    /// The customers of `must_be_zero`.
    fn customers(&self, validator: &Validator<'_>) -> Result<Vec<String>> {
        let Some(written) = &self.must_be_zero else { return Ok(Vec::new()) };
        if written.get_ref().is_empty() {
            let error = validator.error(written.span().start, "`must_be_zero` names no customer");
            return Err(error.hint("write addresses, or @domain for all customers of a domain"));
        }
        let customers = written.get_ref().iter().map(|entry| {
            let customer = entry.get_ref().trim().to_lowercase();
            let parts = customer.split_once('@').filter(|(_, domain)| !domain.is_empty());
            let is_valid = parts.is_some_and(|(_, domain)| !domain.contains('@'))
                && !customer.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';'));
            if is_valid {
                return Ok(customer);
            }
            let what = format!("`{}` is neither an address nor @domain", entry.get_ref());
            Err(validator.error(entry.span().start, what).hint("write seed@example.com or @example.com"))
        });
        customers.collect()
    }
}

fn across_of(written: &Spanned<String>, validator: &Validator<'_>) -> Result<Across> {
    match written.get_ref().as_str() {
        "brand-group" => Ok(Across::BrandGroup),
        "all" => Ok(Across::All),
        other => {
            let hint = suggest(other, ["brand-group", "all"].into_iter());
            Err(validator
                .error(written.span().start, format!("unknown `across = \"{other}\"`"))
                .hint(hint.unwrap_or_else(|| "write \"brand-group\" or \"all\"".to_string())))
        }
    }
}

fn consent(written: &Spanned<Vec<Spanned<String>>>, validator: &Validator<'_>) -> Result<Vec<ConsentState>> {
    if written.get_ref().is_empty() {
        let error = validator.error(written.span().start, "`consent` names no state");
        return Err(error.hint("leave it out to count messages in all states"));
    }
    let states = written.get_ref().iter().map(|word| {
        ConsentState::ALL.into_iter().find(|state| state.word() == word.get_ref()).ok_or_else(|| {
            let known = ConsentState::ALL.map(ConsentState::word);
            let hint = suggest(word.get_ref(), known.into_iter());
            let hint = hint.unwrap_or_else(|| format!("write one of {}", known.join(", ")));
            validator
                .error(word.span().start, format!("unknown consent state `{}`", word.get_ref()))
                .hint(hint)
        })
    });
    states.collect()
}
