//! The built-in rules as a run reads them, which it does each time it starts: without the messages that the rules are
//! tested with, and with the lists of phrases, most of the rest, read by a reader that knows just their form.
//!
//! Tests assert that both are what TOML makes of them.

use super::written::{PhraseLists, Text};
use memchr::memmem;

/// The lists of phrases, and all else but examples as TOML.
pub(super) fn read(rules: &'static str) -> (PhraseLists, String) {
    // The lists stand in one piece, before those of fields.
    let (phrases, rest) = rules.split_at(rules.find("\n[fields]").unwrap_or(0));
    (phrase_lists(phrases), without_examples(rest))
}

/// Reads tables `[phrases.NAME]` of lists `LANGUAGE = ["…", "…"]`, whose strings hold neither quotes nor escapes.
fn phrase_lists(text: &'static str) -> PhraseLists {
    let mut lists = PhraseLists::new();
    let mut list = None;
    let mut language: Text = "".into();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix("[phrases.").and_then(|rest| rest.strip_suffix(']')) {
            list = Some(lists.entry(name.into()).or_default());
            continue;
        }
        if let Some((name, _)) = line.split_once(" = [") {
            language = name.into();
        }
        let Some(list) = &mut list else { continue };
        let phrases = line.split('"').skip(1).step_by(2).map(Text::from);
        list.entry(language.clone()).or_default().extend(phrases);
    }
    lists
}

/// The rules without the messages that each is tested with. These stand in lists from a line `hits = ['''` or
/// `misses = ['''` to a line `''']`.
fn without_examples(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = ["\nhits = ['''", "\nmisses = ['''"]
        .iter()
        .filter_map(|list| memmem::find(rest.as_bytes(), list.as_bytes()))
        .min()
    {
        kept.push_str(&rest[..begin]);
        rest = rest[begin..].split_once("\n''']").map_or("", |(_, rest)| rest);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::super::rules::BUILT_IN_RULES;
    use super::super::written::{WrittenRule, WrittenRules};
    use super::*;

    #[test]
    fn rules_are_read_as_toml_reads_them() {
        let whole: WrittenRules = toml::from_str(BUILT_IN_RULES).expect("valid rules");
        let (phrases, text) = read(BUILT_IN_RULES);
        let short: WrittenRules = toml::from_str(&text).expect("valid rules");
        assert!(whole.phrases.len() > 30 && whole.phrases == phrases && short.phrases.is_empty());
        assert_eq!(whole.fields, short.fields);
        assert!(whole.rule.iter().all(|rule| !rule.hits.is_empty() && !rule.misses.is_empty()));
        assert!(short.rule.iter().all(|rule| rule.hits.is_empty() && rule.misses.is_empty()));
        let told = |rule: &WrittenRule| {
            // But for the places at which things stand.
            let told = format!("{:?} {:?} {} {:?}", rule.id, rule.kind, rule.why, rule.when);
            let parts = told
                .split("span: ")
                .map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
            parts.collect::<String>()
        };
        assert!(whole.rule.iter().map(told).eq(short.rule.iter().map(told)));
    }
}
