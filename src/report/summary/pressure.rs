//! Contact pressure: customers who got more from several senders together than the policy allows.

use super::named::{amount, few};
use super::{counted, thousands};
use crate::judge::Case;
use crate::policy::Policy;
use crate::report::visible;

/// How many of the rows are flagged, and the worst of them; nothing where the policy has no such rules.
pub fn line(rows: &[Case], policy: &Policy) -> Option<String> {
    let flagged: Vec<&Case> = rows.iter().filter(|case| case.is_flagged(policy)).collect();
    let entries: Vec<String> = flagged.iter().map(|case| entry(case, policy)).collect();
    let named = if entries.is_empty() { String::new() } else { format!(": {}", few(&entries)) };
    let plural = if rows.len() == 1 { "" } else { "s" };
    (!rows.is_empty()).then(|| {
        format!(
            "contact pressure: {} of {} row{plural} over several senders flagged{named}",
            thousands(flagged.len() as u64),
            thousands(rows.len() as u64)
        )
    })
}

fn entry(case: &Case, policy: &Policy) -> String {
    let rule = case.verdict.rule.and_then(|at| policy.rules.get(at));
    let found = rule.zip(case.verdict.shown).map_or(String::new(), |(rule, stretch)| match rule.window {
        Some(window) if rule.days == 1 && rule.min_gap.is_none() => {
            format!("{} in {window} days", counted(u64::from(stretch.messages), "message", "messages"))
        }
        _ => amount(rule, stretch),
    });
    format!("{} to {} ({found})", visible(&case.sender), visible(&case.customer))
}
