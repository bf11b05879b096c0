//! The built-in rules as a run reads them: as tables of the program, made of `rules/*.toml`, `signs.toml` and `phrases/*.toml` when the
//! program was built (`build.rs`), because reading their text would take most of a short run.
//!
//! Tests assert that the tables say what TOML makes of the text.

use super::required::Bytes;
use super::rule_file::{Names, Weighing, WrittenConditions, WrittenRule, WrittenSign};
use super::{Evidence, Kind};
use crate::text::phrases::{Hanger, Phrases};
use std::borrow::Cow::Borrowed;
use toml::Spanned;

// `LISTS`, `IN_SUBJECT`, `IN_BODY`, `FIELD_LISTS`, `EXPRESSIONS`, `RULES`, `WEIGHING` and `SIGNS`.
include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// A list of phrases. One written in a rule itself is named after the rule and the condition, with a blank between.
pub(super) struct List {
    pub name: &'static str,
    /// Whether its phrases are among those for subjects.
    pub in_subject: bool,
    /// Whether they are among those for bodies.
    pub in_body: bool,
}

/// A pattern, with the texts and the bytes of which one is in each value that it matches.
pub(super) type BuiltInExpression = (&'static str, Option<&'static [&'static str]>, Option<Bytes>);

/// A rule, without its examples.
struct BuiltInRule {
    id: &'static str,
    kind: Kind,
    why: &'static str,
    evidence: Option<Evidence>,
    /// The conditions by their keys; lists by their names.
    when: &'static [(&'static str, &'static str)],
}

/// A sign.
struct BuiltInSign {
    id: &'static str,
    why: &'static str,
    points: &'static [(Kind, i32)],
    evidence: Option<Evidence>,
    bulk: bool,
    several: bool,
    when: &'static [(&'static str, &'static str)],
}

/// Whether a sign has that id.
pub(super) fn is_sign(id: &str) -> bool {
    SIGNS.iter().any(|sign| sign.id == id)
}

/// The signs, in order.
pub(super) fn signs() -> impl Iterator<Item = WrittenSign> {
    SIGNS.iter().map(|sign| WrittenSign {
        id: written(sign.id.into()),
        why: sign.why.into(),
        points: sign.points.iter().copied().collect(),
        evidence: sign.evidence,
        bulk: sign.bulk,
        several: sign.several,
        when: conditions(sign.when),
    })
}

/// Whether a rule has that id.
pub(super) fn is_rule(id: &str) -> bool {
    RULES.iter().any(|rule| rule.id == id)
}

/// The rules, in order.
pub(super) fn rules() -> impl Iterator<Item = WrittenRule> {
    RULES.iter().map(|rule| WrittenRule {
        id: written(rule.id.into()),
        kind: rule.kind,
        why: rule.why.into(),
        evidence: rule.evidence,
        when: conditions(rule.when),
        hits: Vec::new(),
        misses: Vec::new(),
    })
}

fn conditions(all: &[(&str, &str)]) -> WrittenConditions {
    let mut when = WrittenConditions::default();
    for (key, value) in all {
        let named = || Some(written(Names::Named((*value).to_string())));
        match *key {
            "has" => when.has = named(),
            "also_has" => when.also_has = named(),
            "lacks" => when.lacks = named(),
            "subject" => when.subject = named(),
            "also_subject" => when.also_subject = named(),
            "body" => when.body = named(),
            "also_body" => when.also_body = named(),
            "anywhere" => when.anywhere = named(),
            "text" => when.text = named(),
            "top" => when.top = named(),
            "numbered" => when.numbered = named(),
            "links" => when.links = named(),
            "without" => when.without = named(),
            "times" => when.times = value.parse().ok(),
            "is" => when.is.push(written((*value).to_string())),
            field => {
                when.field.insert(field.to_string(), written((*value).to_string()));
            }
        }
    }
    when
}

/// As if written, at no place.
fn written<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

#[cfg(test)]
mod tests {
    use super::super::load::BUILT_IN_RULES;
    use super::super::rule_file::{Text, WrittenRules};
    use super::*;
    use crate::text::fold::fold;
    use std::collections::{BTreeMap, BTreeSet};

    /// The phrases of each list of the file, folded; those that rules write themselves under the names they get.
    fn lists_of(file: &WrittenRules) -> BTreeMap<String, Vec<String>> {
        let folded = |phrases: &mut dyn Iterator<Item = &Text>| -> Vec<String> {
            let mut folded: Vec<String> = phrases.map(|phrase| fold(phrase)).collect();
            folded.sort_unstable();
            folded
        };
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, list) in &file.phrases {
            lists.insert(name.to_string(), folded(&mut list.values().flatten()));
        }
        for (id, when) in conditions_of(file) {
            for (key, names) in places(when) {
                if let Names::These(phrases) = names.get_ref() {
                    lists.insert(format!("{id} {key}"), folded(&mut phrases.iter()));
                }
            }
        }
        lists
    }

    /// What each rule and each sign asks for, with its id.
    fn conditions_of(file: &WrittenRules) -> impl Iterator<Item = (&Text, &WrittenConditions)> {
        let rules = file.rule.iter().map(|rule| (rule.id.get_ref(), &rule.when));
        rules.chain(file.sign.iter().map(|sign| (sign.id.get_ref(), &sign.when)))
    }

    fn places(when: &WrittenConditions) -> impl Iterator<Item = (&'static str, &Spanned<Names>)> {
        let places = [
            ("subject", &when.subject),
            ("also_subject", &when.also_subject),
            ("body", &when.body),
            ("also_body", &when.also_body),
            ("anywhere", &when.anywhere),
            ("text", &when.text),
            ("top", &when.top),
            ("numbered", &when.numbered),
            ("links", &when.links),
            ("without", &when.without),
        ];
        places.into_iter().filter_map(|(key, names)| names.as_ref().map(|names| (key, names)))
    }

    fn file() -> WrittenRules {
        toml::from_str(BUILT_IN_RULES).expect("valid rules")
    }

    #[test]
    fn lists_hold_the_phrases_of_the_file() {
        let lists = lists_of(&file());
        assert!(lists.len() > 50 && lists.values().map(Vec::len).sum::<usize>() > 7_000);
        assert!(lists.keys().map(String::as_str).eq(LISTS.iter().map(|list| list.name)));
        for (number, (list, (name, phrases))) in (0..).zip(LISTS.iter().zip(&lists)) {
            assert!(list.in_subject || list.in_body, "{name}");
            for (is_here, here) in [(list.in_subject, &IN_SUBJECT), (list.in_body, &IN_BODY)] {
                let mut known: Vec<&str> = here.of_list(number).collect();
                known.sort_unstable();
                assert!(if is_here { known == *phrases } else { known.is_empty() }, "{name}: {known:?}");
            }
        }
    }

    #[test]
    fn phrases_are_indexed_as_a_run_indexes_them() {
        for built_in in [&IN_SUBJECT, &IN_BODY] {
            let listed = (0..built_in.phrases.len()).map(|at| (built_in.list(at), built_in.phrase(at)));
            assert_eq!(format!("{built_in:?}"), format!("{:?}", Phrases::of(listed)));
        }
    }

    #[test]
    fn each_list_is_indexed_where_a_rule_asks_for_it() {
        let mut asked: BTreeSet<String> =
            ["unsubscribe", "footer", "service-buttons", "advertises", "leaving-links"]
                .map(String::from)
                .into();
        for (id, when) in conditions_of(&file()) {
            for (key, names) in places(when) {
                let names = match names.get_ref() {
                    Names::Named(names) => names.split('|').map(|name| name.trim().to_string()).collect(),
                    Names::These(_) => vec![format!("{id} {key}")],
                };
                for name in names {
                    let list = LISTS.iter().find(|list| list.name == name).expect("a list");
                    assert!(
                        list.in_subject
                            || !matches!(key, "subject" | "also_subject" | "anywhere" | "without"),
                        "{name}"
                    );
                    assert!(list.in_body || key.ends_with("subject"), "{name}");
                    asked.insert(name);
                }
            }
        }
        let idle: Vec<&str> =
            LISTS.iter().map(|list| list.name).filter(|name| !asked.contains(*name)).collect();
        assert_eq!(idle, [""; 0], "lists that nothing asks for");
    }

    /// A sign that folds away leaves `0`, which is found in nearly every text.
    #[test]
    fn no_phrase_is_a_bare_number() {
        for phrases in [&IN_SUBJECT, &IN_BODY] {
            for at in 0..phrases.phrases.len() {
                let phrase = phrases.phrase(at);
                assert!(
                    phrase.contains(|c: char| !c.is_whitespace() && !"0.,-:".contains(c)) || phrase.len() > 2,
                    "`{phrase}`"
                );
            }
        }
    }

    #[test]
    fn rules_and_lists_of_fields_are_those_of_the_file() {
        let (mut file, mut lists) = (file(), Vec::new());
        for (name, fields) in &file.fields {
            lists.push((name.to_string(), fields.clone()));
        }
        for rule in &mut file.rule {
            assert!(!rule.hits.is_empty() && !rule.misses.is_empty());
            (rule.hits, rule.misses) = (Vec::new(), Vec::new());
            let (id, when) = (rule.id.get_ref().clone(), &mut rule.when);
            let keys = [
                ("has", &mut when.has),
                ("also_has", &mut when.also_has),
                ("lacks", &mut when.lacks),
                ("subject", &mut when.subject),
                ("also_subject", &mut when.also_subject),
                ("body", &mut when.body),
                ("also_body", &mut when.also_body),
                ("anywhere", &mut when.anywhere),
            ];
            for (number, (key, names)) in keys.into_iter().enumerate() {
                let Some(names) = names.as_mut().map(Spanned::get_mut) else { continue };
                if let Names::These(entries) = names {
                    if number < 3 {
                        lists.push((format!("{id} {key}"), std::mem::take(entries)));
                    }
                    *names = Names::Named(format!("{id} {key}"));
                }
            }
        }
        for sign in &file.sign {
            let (id, when) = (sign.id.get_ref(), &sign.when);
            for (key, names) in [("has", &when.has), ("also_has", &when.also_has), ("lacks", &when.lacks)] {
                if let Some(Names::These(fields)) = names.as_ref().map(Spanned::get_ref) {
                    lists.push((format!("{id} {key}"), fields.clone()));
                }
            }
        }
        lists.sort_unstable();
        let known = FIELD_LISTS.iter().map(|(name, fields)| {
            (name.to_string(), fields.iter().map(|field| Text::from(*field)).collect())
        });
        assert_eq!(lists, known.collect::<Vec<(String, Vec<Text>)>>());
        // Without their places in the file.
        let content = |rule: WrittenRule| {
            let whole = format!("{rule:?}");
            let parts = whole.split("span: ");
            parts
                .map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'))
                .collect::<String>()
        };
        let (written, known): (Vec<_>, Vec<_>) =
            (file.rule.into_iter().map(content).collect(), rules().map(content).collect());
        assert!(written.len() > 40);
        assert_eq!(written, known);
    }

    #[test]
    fn signs_are_those_of_the_file() {
        let file = file();
        assert!(file.sign.len() > 100 && file.weighing == Some(WEIGHING));
        for (written, known) in file.sign.iter().zip(signs()) {
            assert_eq!(written.id.get_ref(), known.id.get_ref());
            assert_eq!(
                (&written.points, &written.why, written.evidence),
                (&known.points, &known.why, known.evidence)
            );
            assert_eq!(
                places(&written.when).count(),
                places(&known.when).count(),
                "{}",
                written.id.get_ref()
            );
        }
        assert_eq!(file.sign.len(), SIGNS.len());
    }
}
