//! "Did you mean": the known names nearest to an unknown one.

use strsim::levenshtein;

/// Of `known`, the names nearest to `wanted`, at most three.
pub fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let mut scored: Vec<(usize, &str)> = known
        .map(|name| {
            let lower = name.to_lowercase();
            let part = lower.rsplit('/').next().unwrap_or(&lower);
            (levenshtein(&wanted, &lower).min(levenshtein(&wanted, part)), name)
        })
        .filter(|(distance, _)| *distance <= wanted.chars().count() / 3 + 1)
        .collect();
    scored.sort();
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

/// A "did you mean" hint with the nearest of the known names; `None` where none is near.
pub fn suggest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    did_you_mean(&nearest(wanted, known))
}

/// A "did you mean" hint with these names; `None` without names.
pub fn did_you_mean(names: &[impl AsRef<str>]) -> Option<String> {
    let (last, others) = names.split_last()?;
    let others: Vec<&str> = others.iter().map(AsRef::as_ref).collect();
    let joined = if others.is_empty() { String::new() } else { others.join(", ") + " or " };
    Some(format!("did you mean {joined}{}?", last.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_its_neighbours() {
        let zones = ["Europe/Berlin", "Europe/Dublin", "Asia/Tokyo"];
        assert_eq!(nearest("Europe/Berln", zones.into_iter()), ["Europe/Berlin", "Europe/Dublin"]);
        assert_eq!(nearest("berlin", zones.into_iter())[0], "Europe/Berlin");
        assert!(nearest("qqqqqq", zones.into_iter()).is_empty());
    }

    #[test]
    fn a_hint_asks_for_what_was_meant() {
        let asked = |names: &[&str]| did_you_mean(names);
        assert_eq!(asked(&[]), None);
        assert_eq!(asked(&["a"]).as_deref(), Some("did you mean a?"));
        assert_eq!(asked(&["a", "b", "c"]).as_deref(), Some("did you mean a, b or c?"));
        assert_eq!(
            suggest("refuse", ["granted", "refused"].into_iter()).as_deref(),
            Some("did you mean refused?")
        );
    }
}
