//! The policy: which pattern of mail gets which verdict. As written in TOML, then checked; only checked values
//! travel. `mailfatigue policy` prints the default, or a preset.

mod presets;

pub use presets::{PRESET, preset, preset_names};

use crate::consent::{BusinessDays, Grace, State};
use crate::error::{Error, Result, suggest};
use crate::time::Day;
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;

/// The default policy, as it is printed.
pub const DEFAULT_POLICY: &str = include_str!("default.toml");

/// The verdict of a pair without any marketing message. No rule may use it.
pub const NOT_MARKETING: &str = "not-marketing";

/// A checked policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The time after an opt-out in which mail is not held against the sender.
    pub grace: Grace,
    /// Days for which a purchase counts as consent; 0: never.
    pub soft_opt_in_days: i32,
    /// Whether mail that belongs to a deal counts as marketing where it advertises as well.
    pub count_mixed: bool,
    /// The first rule that holds gives the verdict.
    pub rules: Vec<Rule>,
}

/// One rule. It holds when some window has enough days and enough messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The word in the report.
    pub verdict: String,
    /// Whether the verdict is a flag.
    pub flag: bool,
    /// The states in which the messages that count were received; `None`: in all.
    pub consent: Option<Vec<State>>,
    /// Distinct days with messages, at least.
    pub days: u32,
    /// Messages, at least.
    pub messages: u32,
    /// In some run of this many consecutive days; `None`: in the whole period.
    pub window: Option<i32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPolicy {
    grace_days: Option<Spanned<i64>>,
    grace_business_days: Option<Spanned<i64>>,
    holidays: Option<Spanned<Vec<Spanned<String>>>>,
    longest_days: Option<Spanned<i64>>,
    #[serde(default = "default_soft_opt_in")]
    soft_opt_in_days: Spanned<i64>,
    #[serde(default)]
    count_mixed: bool,
    #[serde(default)]
    rule: Vec<WrittenRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    verdict: Spanned<String>,
    #[serde(default)]
    flag: bool,
    consent: Option<Spanned<Vec<Spanned<String>>>>,
    days: Option<Spanned<i64>>,
    messages: Option<Spanned<i64>>,
    window: Option<Spanned<i64>>,
}

fn default_soft_opt_in() -> Spanned<i64> {
    Spanned::new(0..0, 0)
}

/// Days of grace where the policy says nothing.
const DEFAULT_GRACE: i32 = 10;

/// The longest window or time that a policy may name, in days: a hundred years.
const MOST_DAYS: i64 = 36_525;

impl Policy {
    /// The built-in policy.
    pub fn built_in() -> Result<Self> {
        Self::parse(DEFAULT_POLICY, Path::new("the default policy"))
    }

    /// Reads a policy file, or a preset where the path is `preset:NAME`. Errors name file and line.
    pub fn read(path: &Path) -> Result<Self> {
        if let Some(name) = path.to_str().and_then(|path| path.strip_prefix(PRESET)) {
            return Self::parse(preset(name)?, path);
        }
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "can't be read", &error))?;
        Self::parse(&text, path)
    }

    /// Reads a policy that lies in memory, under the name of its file.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let written: WrittenPolicy = toml::from_str(text).map_err(|error| Error::toml(path, text, &error))?;
        let check = Validator { text, path };
        let grace = check.grace(&written)?;
        if written.rule.is_empty() {
            return Err(Error::file(path, "a policy without any rule")
                .hint("see `mailfatigue policy` for the default"));
        }
        Ok(Self {
            grace,
            count_mixed: written.count_mixed,
            soft_opt_in_days: check.number(&written.soft_opt_in_days, "soft_opt_in_days", 0)?,
            rules: written.rule.iter().map(|rule| check.rule(rule)).collect::<Result<_>>()?,
        })
    }
}

/// Turns what is written into what is valid, or says where it is not.
struct Validator<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Validator<'_> {
    fn error(&self, offset: usize, what: impl Into<String>) -> Error {
        Error::file(self.path, what).at_line(Error::line_of(self.text, offset))
    }

    fn number<T: TryFrom<i64>>(&self, written: &Spanned<i64>, name: &str, least: i64) -> Result<T> {
        let value = *written.get_ref();
        let valid = Some(value)
            .filter(|value| (least..=MOST_DAYS).contains(value))
            .and_then(|value| T::try_from(value).ok());
        valid.ok_or_else(|| {
            self.error(written.span().start, format!("`{name} = {value}` is out of range"))
                .hint(format!("write a number from {least} to {MOST_DAYS}"))
        })
    }

    fn grace(&self, written: &WrittenPolicy) -> Result<Grace> {
        let WrittenPolicy { grace_days, grace_business_days, holidays, longest_days, .. } = written;
        let Some(count) = grace_business_days else {
            let stray = [
                ("holidays", holidays.as_ref().map(Spanned::span)),
                ("longest_days", longest_days.as_ref().map(Spanned::span)),
            ];
            if let Some((key, span)) = stray.into_iter().find_map(|(key, span)| Some((key, span?))) {
                return Err(self
                    .error(span.start, format!("`{key}` is about `grace_business_days`, which is not given"))
                    .hint("write grace_business_days = …, or leave it out"));
            }
            let days = grace_days.as_ref().map(|days| self.number(days, "grace_days", 0)).transpose()?;
            return Ok(Grace::Days(days.unwrap_or(DEFAULT_GRACE)));
        };
        if let Some(days) = grace_days {
            return Err(self
                .error(days.span().start, "`grace_days` and `grace_business_days` exclude each other")
                .hint("leave one of them out"));
        }
        let count: u32 = self.number(count, "grace_business_days", 0)?;
        let longest = longest_days.as_ref().map(|days| self.number(days, "longest_days", 0)).transpose()?;
        let written = holidays.iter().flat_map(Spanned::get_ref);
        let holidays = written.map(|date| {
            Day::parse(date.get_ref()).ok_or_else(|| {
                self.error(date.span().start, format!("`{}` is not a date", date.get_ref()))
                    .hint("write YYYY-MM-DD, in quotes")
            })
        });
        let mut holidays: Vec<Day> = holidays.collect::<Result<_>>()?;
        holidays.sort_unstable();
        holidays.dedup();
        let longest_days: i32 = longest.unwrap_or_default();
        Ok(Grace::BusinessDays(Arc::new(BusinessDays { count, holidays, longest_days })))
    }

    fn rule(&self, written: &WrittenRule) -> Result<Rule> {
        let verdict = written.verdict.get_ref().trim();
        let at = written.verdict.span().start;
        if verdict.is_empty() || verdict.chars().any(char::is_control) {
            return Err(self.error(at, "a rule needs a verdict of visible characters"));
        }
        if verdict == NOT_MARKETING {
            return Err(self
                .error(at, format!("`{NOT_MARKETING}` is the verdict without any rule"))
                .hint("choose another name"));
        }
        if written.days.is_none() && written.messages.is_none() {
            return Err(self
                .error(at, format!("rule `{verdict}` asks for nothing"))
                .hint("give it `days`, `messages`, or both"));
        }
        let days: Option<u32> = written.days.as_ref().map(|days| self.number(days, "days", 1)).transpose()?;
        let messages: Option<u32> =
            written.messages.as_ref().map(|messages| self.number(messages, "messages", 1)).transpose()?;
        let window: Option<i32> =
            written.window.as_ref().map(|window| self.number(window, "window", 1)).transpose()?;
        if let (Some(days), Some(window), Some(written)) = (days, window, &written.days)
            && i64::from(days) > i64::from(window)
        {
            let what = format!("{days} days don't fit in a window of {window}");
            return Err(self.error(written.span().start, what).hint("make `days` at most `window`"));
        }
        let consent = written.consent.as_ref().map(|states| self.states(states)).transpose()?;
        let (days, messages) = (days.unwrap_or(1), messages.unwrap_or(1));
        Ok(Rule { verdict: verdict.to_string(), flag: written.flag, consent, days, messages, window })
    }

    fn states(&self, written: &Spanned<Vec<Spanned<String>>>) -> Result<Vec<State>> {
        if written.get_ref().is_empty() {
            return Err(self
                .error(written.span().start, "`consent` names no state")
                .hint("leave it out to count messages in all states"));
        }
        let states = written.get_ref().iter().map(|word| {
            State::ALL.into_iter().find(|state| state.word() == word.get_ref()).ok_or_else(|| {
                let known = State::ALL.map(State::word);
                let hint = suggest(word.get_ref(), known.into_iter());
                let hint = hint.unwrap_or_else(|| format!("write one of {}", known.join(", ")));
                self.error(word.span().start, format!("unknown consent state `{}`", word.get_ref()))
                    .hint(hint)
            })
        });
        states.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Policy::parse(text, Path::new("policy.toml")).expect_err("invalid").to_string()
    }

    #[test]
    fn the_default_policy_is_valid() {
        let policy = Policy::built_in().expect("valid");
        let verdicts: Vec<&str> = policy.rules.iter().map(|rule| rule.verdict.as_str()).collect();
        assert_eq!(
            verdicts,
            ["daily-unconsented", "after-opt-out", "daily-consented", "unconsented", "consented"]
        );
        assert_eq!((policy.grace, policy.soft_opt_in_days), (Grace::Days(10), 0));
    }

    #[test]
    fn own_verdicts_are_allowed() {
        let policy =
            Policy::parse("[[rule]]\nverdict = \"zu oft\"\nmessages = 3\nwindow = 7\n", Path::new("p"))
                .expect("valid");
        assert_eq!(
            policy.rules[0],
            Rule {
                verdict: "zu oft".into(),
                flag: false,
                consent: None,
                days: 1,
                messages: 3,
                window: Some(7)
            }
        );
    }

    #[test]
    fn what_is_wrong_points_at_its_line() {
        for (text, expected) in [
            (
                "[[rule]]\nverdict = \"x\"\ndays = 30\nwindow = 28\n",
                "`policy.toml` line 3: 30 days don't fit in a window of 28",
            ),
            ("[[rule]]\nverdict = \"x\"\nmax_per_weak = 3\n", "line 3: unknown field `max_per_weak`"),
            ("grace = 3\n", "line 1: unknown field `grace`"),
            ("[[rule]]\nverdict = \"x\"\n", "line 2: rule `x` asks for nothing"),
            ("[[rule]]\n", "line 1: missing field `verdict`"),
            ("[[rule]]\nverdict = \"x\"\ndays = 0\n", "line 3: `days = 0` is out of range"),
            (
                "grace_days = -1\n[[rule]]\nverdict = \"x\"\ndays = 1\n",
                "line 1: `grace_days = -1` is out of range",
            ),
            (
                "[[rule]]\nverdict = \"x\"\ndays = 1\nconsent = [\"refuse\"]\n",
                "line 4: unknown consent state `refuse`\nhint: did you mean refused?",
            ),
            ("[[rule]]\nverdict = \"x\"\ndays = 1\nconsent = []\n", "line 4: `consent` names no state"),
            (
                "[[rule]]\nverdict = \"not-marketing\"\ndays = 1\n",
                "line 2: `not-marketing` is the verdict without any rule",
            ),
            (
                "grace_days = 2\ngrace_business_days = 3\n",
                "line 1: `grace_days` and `grace_business_days` exclude each other",
            ),
            (
                "longest_days = 3\n",
                "line 1: `longest_days` is about `grace_business_days`, which is not given",
            ),
            ("\nholidays = []\n", "line 2: `holidays` is about `grace_business_days`"),
            (
                "grace_business_days = 3\nholidays = [\"2026-01-01\",\n\"2026-13-01\"]\n[[rule]]\nverdict = \"x\"\ndays = 1\n",
                "line 3: `2026-13-01` is not a date\nhint: write YYYY-MM-DD",
            ),
            ("", "a policy without any rule"),
            ("[[rule]\n", "line 1: "),
        ] {
            assert!(error(text).contains(expected), "{}", error(text));
        }
    }
}
