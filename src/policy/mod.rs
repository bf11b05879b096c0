//! The policy: which pattern of mail gets which verdict. As written in TOML, then checked; only checked values
//! travel. `mailfatigue policy` prints the default, or a preset.

mod grace;
mod presets;
mod rule;
mod validator;

pub use presets::{PRESET, preset, preset_names};
pub use rule::{Across, NOT_MARKETING, PolicyRule};

use crate::consent::Grace;
use crate::error::{Error, Result};
use grace::WrittenGrace;
use rule::WrittenPolicyRule;
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;
use validator::Validator;

/// The default policy, as it is printed.
pub const DEFAULT_POLICY: &str = include_str!("default.toml");

/// A checked policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The time after an opt-out in which mail does not count against the sender.
    pub grace: Grace,
    /// Days for which a purchase counts as consent; 0: never.
    pub soft_opt_in_days: i32,
    /// Whether mail that belongs to a deal counts as marketing where it advertises as well.
    pub count_mixed: bool,
    /// The first rule that is met gives the verdict.
    pub rules: Vec<PolicyRule>,
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
    rule: Vec<WrittenPolicyRule>,
}

impl WrittenPolicy {
    fn grace(&self) -> WrittenGrace<'_> {
        WrittenGrace {
            grace_days: self.grace_days.as_ref(),
            grace_business_days: self.grace_business_days.as_ref(),
            holidays: self.holidays.as_ref(),
            longest_days: self.longest_days.as_ref(),
        }
    }
}

fn default_soft_opt_in() -> Spanned<i64> {
    Spanned::new(0..0, 0)
}

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
        let validator = Validator { text, path };
        let grace = written.grace().grace(&validator)?;
        if written.rule.is_empty() {
            return Err(Error::file(path, "a policy without any rule")
                .hint("see `mailfatigue policy` for the default"));
        }
        Ok(Self {
            grace,
            count_mixed: written.count_mixed,
            soft_opt_in_days: validator.number(&written.soft_opt_in_days, "soft_opt_in_days", 0)?,
            rules: written.rule.iter().map(|rule| rule.rule(&validator)).collect::<Result<_>>()?,
        })
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
            PolicyRule {
                verdict: "zu oft".into(),
                flag: false,
                consent: None,
                days: 1,
                messages: 3,
                window: Some(7),
                across: None,
                min_gap: None,
                must_be_zero: Vec::new(),
            }
        );
    }

    #[test]
    fn a_rule_may_be_about_some_customers_only() {
        let text = "[[rule]]\nverdict = \"x\"\nmust_be_zero = [\"Ann@home.example\", \"@seeds.example\"]\nmessages = 1\n";
        let policy = Policy::parse(text, Path::new("p")).expect("valid");
        let about = |customer| policy.rules[0].is_about(customer);
        assert!(about("ann@home.example") && about("x@seeds.example"));
        assert!(!about("bob@home.example") && !about("x@more.seeds.example") && !about("unknown"));
    }

    /// Policies, and what is said of each.
    const WRONG: &[(&str, &str)] = &[
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
        ("longest_days = 3\n", "line 1: `longest_days` is about `grace_business_days`, which is not given"),
        ("\nholidays = []\n", "line 2: `holidays` is about `grace_business_days`"),
        (
            "grace_business_days = 3\nholidays = [\"2026-01-01\",\n\"2026-13-01\"]\n[[rule]]\nverdict = \"x\"\ndays = 1\n",
            "line 3: `2026-13-01` is not a date\nhint: write YYYY-MM-DD",
        ),
        (
            "[[rule]]\nverdict = \"x\"\ndays = 1\nacross = \"groups\"\n",
            "line 4: unknown `across = \"groups\"`",
        ),
        ("[[rule]]\nverdict = \"x\"\nmin_gap_hours = 0\n", "line 3: `min_gap_hours = 0` is out of range"),
        ("[[rule]]\nverdict = \"x\"\nmust_be_zero = []\n", "line 3: `must_be_zero` names no customer"),
        (
            "[[rule]]\nverdict = \"x\"\nmust_be_zero = [\"seed\"]\n",
            "line 3: `seed` is neither an address nor @domain",
        ),
        (
            "[[rule]]\nverdict = \"x\"\nmust_be_zero = [\"@seeds.example\"]\nmessages = 3\n",
            "line 4: `messages` contradicts `must_be_zero`",
        ),
        (
            "[[rule]]\nverdict = \"x\"\nmust_be_zero = [\"@seeds.example\"]\nmin_gap_hours = 3\n",
            "line 4: `min_gap_hours` contradicts `must_be_zero`",
        ),
        ("[[rule]]\nverdict = \"x\"\nacross = \"all\"\n", "line 2: rule `x` asks for nothing"),
        ("", "a policy without any rule"),
        ("[[rule]\n", "line 1: "),
    ];

    #[test]
    fn what_is_wrong_points_at_its_line() {
        for (text, expected) in WRONG {
            assert!(error(text).contains(expected), "{}", error(text));
        }
    }
}
