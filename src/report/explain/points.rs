//! What the signs of a message add up to, in a line.

use super::ExplainedSign;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many signs are named of the kind that leads.
const NAMED: usize = 4;

/// The sums of points, the greatest first, and the signs that give the leading kind most or take most from it.
pub(super) fn weighed(signs: &[ExplainedSign]) -> String {
    let mut sums: BTreeMap<&str, i32> = BTreeMap::new();
    for (kind, points) in signs.iter().flat_map(|sign| &sign.points) {
        *sums.entry(kind).or_default() += points;
    }
    let mut sums: Vec<(&str, i32)> = sums.into_iter().collect();
    sums.sort_by_key(|(kind, sum)| (Reverse(*sum), *kind));
    let leader = sums.first().map_or("", |(kind, _)| kind);
    let mut parts: Vec<(i32, &str)> =
        signs.iter().filter_map(|sign| Some((*sign.points.get(leader)?, sign.id.as_str()))).collect();
    parts.sort_by_key(|(points, id)| (Reverse(points.abs()), *id));
    let mut named: Vec<String> =
        parts.iter().take(NAMED).map(|(points, id)| format!("{id}\u{a0}{points}")).collect();
    named.extend((parts.len() > NAMED).then(|| format!("{} more", parts.len() - NAMED)));
    let others = sums.iter().skip(1).map(|(kind, sum)| format!(", {kind}\u{a0}{sum}")).collect::<String>();
    format!(
        "points: {leader}\u{a0}{} ({}){others}",
        sums.first().map_or(0, |(_, sum)| *sum),
        named.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_against_a_kind_is_in_its_sum_and_named() {
        let sign = |id: &str, points: &[(&'static str, i32)]| ExplainedSign {
            id: id.to_string(),
            points: points.iter().copied().collect(),
        };
        let signs = [
            sign("price", &[("marketing", 20)]),
            sign("alert", &[("marketing", -13), ("notification", 5)]),
            sign("way-out", &[("marketing", 2)]),
        ];
        let line =
            "points: marketing\u{a0}9 (price\u{a0}20, alert\u{a0}-13, way-out\u{a0}2), notification\u{a0}5";
        assert_eq!(weighed(&signs), line);
    }
}
