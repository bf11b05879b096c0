//! Rules as written turned into rules that are asked: every condition becomes a numbered signal, shared by all
//! rules that name it.

mod conditions;
mod mistake;

use super::Kind;
use super::built_in;
use super::phrase_lists::{BODY, LINKS, Lists, NUMBERED, WAYS_OUT_BY_LINK};
use super::predicates::{BODY_TESTS, HEADER_TESTS, SAID_TESTS};
use super::rule_file::{Text, WrittenConditions, WrittenRule, WrittenRules, WrittenSign, texts};
use super::rules::{FieldMeaning, OwnSignals, Rule, Rules};
use super::signals::{MOST, Signals};
use super::signs::{Points, SeenIn, Sign, Signs};
use super::unruled::NAMES;
use crate::error::{Error, Result};
use crate::message::header::Vocabulary;
use mistake::Mistake;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::OnceLock;

/// What the built-in rules are called in errors.
pub(super) const BUILT_IN_NAME: &str = "the built-in rules";

/// Lists of phrases that the program itself asks for.
const WAYS_OUT: &str = "unsubscribe";
const ADVERTISES: &str = "advertises";
const NUMBERS: [&str; 2] = ["order-number", "deal-number"];

/// The rules of a text with a name, then the built-in ones.
pub(super) fn compile(own: Option<(&str, &Path)>) -> Result<Rules> {
    let mut compiler = Compiler::new();
    if let Some((text, path)) = own {
        compiler.file(text, path)?;
    }
    compiler.own = false;
    compiler.rules(built_in::rules(), "", Path::new(BUILT_IN_NAME))?;
    compiler.signs(built_in::signs(), "", Path::new(BUILT_IN_NAME))?;
    compiler.finish()
}

/// A file of rules as it is written.
pub(super) fn parse(text: &str, path: &Path) -> Result<WrittenRules> {
    toml::from_str(text).map_err(|error| Error::toml(path, text, &error))
}

struct Compiler {
    /// The fields that the rules need, among others.
    vocabulary: Vocabulary,
    lists: Lists,
    field_lists: BTreeMap<Text, Vec<Text>>,
    rules: Vec<Rule>,
    signs: Vec<Sign>,
    /// By the fields' numbers.
    fields: Vec<Option<FieldMeaning>>,
    /// Whether the rules at hand are a file's own, which are checked; a test checks the built-in ones.
    own: bool,
    tests: HashMap<&'static str, usize>,
    /// The signal of a condition that several rules share.
    shared: HashMap<String, usize>,
    body_signals: Signals,
    next: usize,
}

impl Compiler {
    fn new() -> Self {
        Self {
            vocabulary: Vocabulary::default(),
            lists: Lists::built_in(),
            field_lists: built_in::FIELD_LISTS
                .iter()
                .map(|(name, fields)| ((*name).into(), texts(fields)))
                .collect(),
            rules: Vec::new(),
            signs: Vec::new(),
            fields: Vec::new(),
            own: true,
            tests: HashMap::new(),
            shared: HashMap::new(),
            body_signals: Signals::default(),
            next: 0,
        }
    }

    /// Takes in a file: its named lists, where one of the same name is extended, then its rules.
    fn file(&mut self, text: &str, path: &Path) -> Result<()> {
        let WrittenRules { phrases, fields, rule, weighing, sign } = parse(text, path)?;
        if weighing.is_some() {
            return Err(Error::file(
                path,
                "`[weighing]` can't be changed: the points of all signs are fitted to it",
            )
            .hint("give your signs more or fewer points"));
        }
        for (name, by_language) in phrases {
            self.lists.extend(name, by_language.into_values().flatten());
        }
        for (name, fields) in fields {
            self.field_lists.entry(name).or_default().extend(fields);
        }
        self.rules(rule, text, path)?;
        self.signs(sign, text, path)
    }

    fn rules(
        &mut self,
        written: impl IntoIterator<Item = WrittenRule>,
        text: &str,
        path: &Path,
    ) -> Result<()> {
        for rule in written {
            let begins = rule.id.span().start;
            let id = rule.id.into_inner();
            let at = |wrong: Mistake| wrong.error(path, text, begins);
            let twice = self.rules.iter().any(|known| known.id == id);
            if twice || self.own && built_in::is_rule(&id) {
                let what = if twice { "is there twice" } else { "is a built-in one" };
                return Err(at(Mistake::new(format!("rule `{id}` {what}"))).hint("give it an id of its own"));
            }
            let (needs, forbids) = self.conditions(&rule.when, &id).map_err(at)?;
            self.room_is_left().map_err(at)?;
            let (kind, why, evidence, examples) =
                (rule.kind, rule.why, rule.evidence, (rule.hits, rule.misses));
            self.rules.push(Rule { id, kind, why, evidence, needs, forbids, examples });
        }
        Ok(())
    }

    /// Compiles further signs after the existing ones.
    fn signs(
        &mut self,
        written: impl IntoIterator<Item = WrittenSign>,
        text: &str,
        path: &Path,
    ) -> Result<()> {
        for sign in written {
            let begins = sign.id.span().start;
            let id = sign.id.into_inner();
            let at = |wrong: Mistake| wrong.error(path, text, begins);
            if self.signs.iter().any(|known| known.id == id) || self.own && built_in::is_sign(&id) {
                return Err(at(Mistake::new(format!("there is another sign `{id}`")))
                    .hint("give it an id of its own"));
            }
            let source = source(&sign.when).ok_or_else(|| {
                at(Mistake::new(format!("sign `{id}` asks for words in more than one place")))
                    .hint("split it into one sign for each place")
            })?;
            let (needs, forbids) = self.conditions(&sign.when, &id).map_err(at)?;
            self.room_is_left().map_err(at)?;
            let mut points = Points::default();
            sign.points.iter().for_each(|(kind, worth)| points[*kind as usize] = *worth);
            let (why, evidence, bulk, several) = (sign.why, sign.evidence, sign.bulk, sign.several);
            self.signs.push(Sign { id, why, points, source, bulk, several, evidence, needs, forbids });
        }
        Ok(())
    }

    fn room_is_left(&self) -> std::result::Result<(), Mistake> {
        if self.next > MOST {
            let what = format!("too many conditions in all rules and signs together (at most {MOST})");
            return Err(Mistake::new(what));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Rules> {
        let asked = OwnSignals {
            way_out: self.asked_signal(WAYS_OUT, BODY),
            advertises: self.asked_signal(ADVERTISES, BODY),
            numbers: NUMBERS.map(|list| self.asked_signal(list, NUMBERED)),
        };
        if let Some(links) = self.lists.number(WAYS_OUT_BY_LINK) {
            self.lists.raise(links, LINKS, 1, asked.way_out);
        }
        let (in_subject, in_body) = self.lists.matchers();
        self.rules.extend(NAMES.map(|(id, why)| Rule {
            id: id.into(),
            kind: Kind::Notification,
            why: why.into(),
            evidence: None,
            needs: Vec::new(),
            forbids: Signals::default(),
            examples: (Vec::new(), Vec::new()),
        }));
        let number = |name: &&str| self.tests.get(*name).copied();
        Ok(Rules {
            header_tests: HEADER_TESTS.iter().map(|(name, _)| number(name)).collect(),
            body_tests: BODY_TESTS.iter().map(|(name, _)| number(name)).collect(),
            rules: self.rules,
            signs: Signs::new(self.signs, built_in::WEIGHING),
            vocabulary: self.vocabulary,
            fields: self.fields,
            in_subject,
            in_body,
            body_signals: self.body_signals,
            asked,
            built_in: OnceLock::new(),
            own_digest: None,
        })
    }
}

/// Where a sign is seen: in the subject or in the text where it asks for words there, not in both, else in the form. Its other
/// conditions (a field, a way out) only restrict which mail it applies to.
fn source(when: &WrittenConditions) -> Option<SeenIn> {
    let subject = when.subject.is_some() || when.also_subject.is_some() || when.field.contains_key("Subject");
    let says = |test: &toml::Spanned<String>| SAID_TESTS.contains(&test.get_ref().as_str());
    let said = [&when.text, &when.top, &when.numbered].iter().any(|names| names.is_some())
        || when.is.iter().any(says);
    match (subject, said, &when.anywhere) {
        (true, false, None) => Some(SeenIn::Subject),
        (false, true, None) => Some(SeenIn::Text),
        (false, false, None) => Some(SeenIn::Form),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
