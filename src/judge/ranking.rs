//! A sender's place among all that send marketing to the same customer.

use super::{Case, Ranking, count};
use std::cmp::Reverse;

/// Gives each case with marketing its place among those of its customer: by most days in any 28, then by messages,
/// then by name.
pub fn rank(cases: &mut [Case]) {
    let judged: &[Case] = cases;
    let mut order: Vec<usize> = (0..judged.len()).filter(|at| !judged[*at].received.is_empty()).collect();
    order.sort_by_cached_key(|at| {
        let case = &judged[*at];
        let peak = case.active_days().peak().map_or(0, |peak| peak.days);
        (case.customer.as_str(), Reverse(peak), Reverse(case.received.len()), case.sender.as_str())
    });
    let places: Vec<(usize, Ranking)> = order
        .chunk_by(|left, right| judged[*left].customer == judged[*right].customer)
        .flat_map(|senders| {
            let ranked = count(senders);
            senders.iter().zip(1..).map(move |(at, rank)| (*at, Ranking { rank, ranked }))
        })
        .collect();
    for (at, place) in places {
        cases[at].place = Some(place);
    }
}
