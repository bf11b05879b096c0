//! The rules, checked and compiled: every condition is a numbered signal, every phrase of every rule is found
//! in one pass.

use super::super::fields::{FieldName, Fields, Vocabulary};
use super::super::fold::fold;
use super::super::value::text;
use super::body::BodyText;
use super::signals::{MOST, Signals};
use super::tests_of_messages::{BODY_TESTS, HEADER_TESTS, Seen};
use super::written::{Names, WrittenConditions, WrittenRules};
use super::{Decision, Evidence, Kind, RuleId};
use crate::error::{Error, Result, nearest};
use aho_corasick::{AhoCorasick, MatchKind};
use regex::{Regex, RegexBuilder};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use toml::Spanned;

/// The built-in rules, as `mailfatigue rules` prints them.
pub const BUILT_IN_RULES: &str = include_str!("kinds.toml");

/// What the built-in rules are called in errors.
const BUILT_IN_NAME: &str = "the built-in rules";

/// The rule that decides where none does.
const NO_EVIDENCE: &str = "no-evidence";

/// The list of phrases that offer a way out.
const WAYS_OUT: &str = "unsubscribe";

/// A compiled table of rules: the user's first, then the built-in ones.
#[derive(Debug)]
pub struct Rules {
    rules: Vec<Rule>,
    /// Raised by the presence of a field.
    presence: HashMap<FieldName, Signals>,
    /// Raised by the value of a field.
    values: HashMap<FieldName, Vec<(Regex, usize)>>,
    /// Raised by a named test, in the order of the tables of tests.
    header_tests: Vec<Option<usize>>,
    body_tests: Vec<Option<usize>>,
    phrases: AhoCorasick,
    /// For each phrase, what it raises in a subject and in a body.
    raised_by: Vec<(Signals, Signals)>,
    /// What the body may still raise.
    body_signals: Signals,
    /// The signal of a phrase that offers a way out.
    way_out: usize,
}

#[derive(Debug)]
struct Rule {
    id: String,
    kind: Kind,
    why: String,
    evidence: Option<Evidence>,
    needs: Signals,
    /// None of these may be raised; the header answers all of them.
    forbids: Signals,
    hits: Vec<String>,
    misses: Vec<String>,
}

/// Whether the header was enough to decide.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome {
    /// It was.
    Decided(Decision),
    /// A rule that stands before any that holds asks for the body.
    Open(Open),
}

/// What is known while the body is awaited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    raised: Signals,
}

impl Rules {
    /// The built-in rules behind those of `user`; the fields that they need are added to the vocabulary.
    pub fn load(user: Option<&Path>, vocabulary: &mut Vocabulary) -> Result<Self> {
        let mut compiler = Compiler::new(vocabulary);
        let built_in: WrittenRules = parse(BUILT_IN_RULES, Path::new(BUILT_IN_NAME))?;
        let user_text = user.map(|path| {
            std::fs::read_to_string(path).map_err(|error| Error::io(path, "can't be read", &error))
        });
        if let (Some(path), Some(text)) = (user, user_text) {
            let text = text?;
            let written = parse(&text, path)?;
            compiler.lists(&built_in);
            compiler.lists(&written);
            compiler.rules(written, &text, path)?;
        } else {
            compiler.lists(&built_in);
        }
        compiler.rules(built_in, BUILT_IN_RULES, Path::new(BUILT_IN_NAME))?;
        compiler.finish()
    }

    /// The id of a rule.
    pub fn id(&self, rule: RuleId) -> &str {
        self.rules.get(usize::from(rule.0)).map_or("", |rule| &rule.id)
    }

    /// Why the rule decides as it does.
    pub fn why(&self, rule: RuleId) -> &str {
        self.rules.get(usize::from(rule.0)).map_or("", |rule| &rule.why)
    }

    /// The rules' own examples: id, messages that it decides, messages that it does not.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &[String], &[String])> {
        self.rules.iter().map(|rule| (rule.id.as_str(), rule.hits.as_slice(), rule.misses.as_slice()))
    }

    /// Judges a message by its header.
    pub(crate) fn judge_header(&self, fields: &Fields<'_>, folded_subject: &str, seen: &Seen) -> Outcome {
        let mut raised = Signals::default();
        for (name, raw) in fields.iter() {
            if let Some(signals) = self.presence.get(&name) {
                raised.raise_all(signals);
            }
            if let Some(expressions) = self.values.get(&name) {
                let value = text(raw);
                expressions
                    .iter()
                    .filter(|(expression, _)| expression.is_match(&value))
                    .for_each(|(_, number)| raised.raise(*number));
            }
        }
        for ((_, test), number) in HEADER_TESTS.iter().zip(&self.header_tests) {
            if let Some(number) = number.filter(|_| test(seen)) {
                raised.raise(number);
            }
        }
        for phrase in self.phrases_in(folded_subject) {
            raised.raise_all(&phrase.0);
        }
        self.first(raised, true)
    }

    /// Judges a message whose header left it open, by its body.
    pub(crate) fn judge_body(&self, open: Open, body: &BodyText) -> Decision {
        let mut raised = open.raised;
        for ((_, test), number) in BODY_TESTS.iter().zip(&self.body_tests) {
            if let Some(number) = number.filter(|_| test(body)) {
                raised.raise(number);
            }
        }
        for phrase in self.phrases_in(&body.folded) {
            raised.raise_all(&phrase.1);
        }
        match self.first(raised, false) {
            Outcome::Decided(decision) => decision,
            Outcome::Open(_) => self.no_evidence(),
        }
    }

    /// The first rule that holds; with `header_only`, unless one before it might hold once the body is read.
    fn first(&self, raised: Signals, header_only: bool) -> Outcome {
        for (number, rule) in self.rules.iter().enumerate().filter(|(_, rule)| !rule.forbids.meets(&raised)) {
            let missing = rule.needs.without(&raised);
            if missing.is_empty() {
                return Outcome::Decided(Decision {
                    kind: rule.kind,
                    rule: RuleId(u16::try_from(number).unwrap_or(u16::MAX)),
                    evidence: rule.evidence,
                });
            }
            if header_only && missing.without(&self.body_signals).is_empty() {
                return Outcome::Open(Open { raised });
            }
        }
        Outcome::Decided(self.no_evidence())
    }

    /// Whether a text holds a phrase that offers a way out.
    pub(crate) fn offers_way_out(&self, body: &BodyText) -> bool {
        self.phrases_in(&body.folded).any(|phrase| phrase.1.has(self.way_out))
    }

    /// The outcome for a message whose kind nobody asks for.
    pub(crate) fn undecided(&self) -> Outcome {
        Outcome::Decided(self.no_evidence())
    }

    /// What decides where no rule does.
    pub(crate) fn no_evidence(&self) -> Decision {
        let last = self.rules.len().saturating_sub(1);
        Decision {
            kind: Kind::Notification,
            rule: RuleId(u16::try_from(last).unwrap_or(u16::MAX)),
            evidence: None,
        }
    }

    /// The phrases that stand in a folded text as whole words.
    fn phrases_in<'a>(&'a self, folded: &'a str) -> impl Iterator<Item = &'a (Signals, Signals)> {
        let bytes = folded.as_bytes();
        let word = |at: Option<&u8>| at.is_some_and(|b| b.is_ascii_alphanumeric() || !b.is_ascii());
        self.phrases.find_overlapping_iter(folded).filter_map(move |found| {
            let before = found.start().checked_sub(1).and_then(|at| bytes.get(at));
            let starts = !word(before) || !word(bytes.get(found.start()));
            let ends = !word(bytes.get(found.end())) || !word(bytes.get(found.end().wrapping_sub(1)));
            (starts && ends).then(|| self.raised_by.get(found.pattern().as_usize())).flatten()
        })
    }
}

fn parse(text: &str, path: &Path) -> Result<WrittenRules> {
    toml::from_str(text).map_err(|error| Error::toml(path, text, &error))
}

/// Where a phrase is sought.
#[derive(Clone, Copy)]
struct Where {
    subject: bool,
    body: bool,
}

const SUBJECT: Where = Where { subject: true, body: false };
const BODY: Where = Where { subject: false, body: true };
const ANYWHERE: Where = Where { subject: true, body: true };

struct Compiler<'v> {
    vocabulary: &'v mut Vocabulary,
    phrase_lists: BTreeMap<String, Vec<String>>,
    field_lists: BTreeMap<String, Vec<String>>,
    rules: Vec<Rule>,
    presence: HashMap<FieldName, Signals>,
    values: HashMap<FieldName, Vec<(Regex, usize)>>,
    tests: HashMap<&'static str, usize>,
    phrases: BTreeMap<String, (Signals, Signals)>,
    /// The signal of a condition that several rules share.
    shared: HashMap<String, usize>,
    body_signals: Signals,
    next: usize,
}

impl<'v> Compiler<'v> {
    fn new(vocabulary: &'v mut Vocabulary) -> Self {
        Self {
            vocabulary,
            phrase_lists: BTreeMap::new(),
            field_lists: BTreeMap::new(),
            rules: Vec::new(),
            presence: HashMap::new(),
            values: HashMap::new(),
            tests: HashMap::new(),
            phrases: BTreeMap::new(),
            shared: HashMap::new(),
            body_signals: Signals::default(),
            next: 0,
        }
    }

    /// Takes in a file's named lists; a list of the same name is extended.
    fn lists(&mut self, written: &WrittenRules) {
        for (name, by_language) in &written.phrases {
            self.phrase_lists
                .entry(name.clone())
                .or_default()
                .extend(by_language.values().flatten().cloned());
        }
        for (name, fields) in &written.fields {
            self.field_lists.entry(name.clone()).or_default().extend(fields.iter().cloned());
        }
    }

    fn rules(&mut self, written: WrittenRules, text: &str, path: &Path) -> Result<()> {
        for rule in written.rule {
            let line = Error::line_of(text, rule.id.span().start);
            let id = rule.id.into_inner();
            if self.rules.iter().any(|known| known.id == id) {
                return Err(Error::file(path, format!("rule `{id}` is there twice"))
                    .at_line(line)
                    .hint("give it an id of its own"));
            }
            let at = |(offset, what): (Option<usize>, String)| {
                Error::file(path, what).at_line(offset.map_or(line, |offset| Error::line_of(text, offset)))
            };
            let needs = self.conditions(&rule.when, &id).map_err(at)?;
            let mut forbids = Signals::default();
            if let Some(names) = &rule.when.lacks {
                forbids.raise(self.presence_signal(names).map_err(at)?);
            }
            if self.next > MOST {
                return Err(Error::file(
                    path,
                    format!("too many conditions in all rules together (at most {MOST})"),
                )
                .at_line(line));
            }
            let (kind, why, evidence, hits, misses) =
                (rule.kind, rule.why, rule.evidence, rule.hits, rule.misses);
            self.rules.push(Rule { id, kind, why, evidence, needs, forbids, hits, misses });
        }
        Ok(())
    }

    /// The signals that a rule needs; an error comes with the offset at which it stands, where that is known.
    fn conditions(
        &mut self,
        when: &WrittenConditions,
        id: &str,
    ) -> std::result::Result<Signals, (Option<usize>, String)> {
        let mut needs = Signals::default();
        for names in [&when.has, &when.also_has].into_iter().flatten() {
            needs.raise(self.presence_signal(names)?);
        }
        for (field, expression) in &when.field {
            let regex =
                RegexBuilder::new(expression.get_ref()).case_insensitive(true).size_limit(1 << 20).build();
            let regex =
                regex.map_err(|error| (Some(expression.span().start), format!("rule `{id}`: {error}")))?;
            let (number, new) = self.signal(format!("field {field} {}", expression.get_ref()));
            needs.raise(number);
            if new {
                let name = self.vocabulary.add(field);
                self.values.entry(name).or_default().push((regex, number));
            }
        }
        let phrases = [
            (&when.subject, SUBJECT),
            (&when.also_subject, SUBJECT),
            (&when.body, BODY),
            (&when.also_body, BODY),
            (&when.anywhere, ANYWHERE),
        ];
        for (names, place) in
            phrases.into_iter().filter_map(|(names, place)| names.as_ref().map(|names| (names, place)))
        {
            needs.raise(self.phrase_signal(names, place)?);
        }
        for test in &when.is {
            needs.raise(self.test_signal(test)?);
        }
        Ok(needs)
    }

    /// The signal that one of these fields raises.
    fn presence_signal(
        &mut self,
        names: &Spanned<Names>,
    ) -> std::result::Result<usize, (Option<usize>, String)> {
        let fields = resolve(names, &self.field_lists, "list of fields")?;
        let (number, new) = self.signal(format!("has {fields:?}"));
        for field in fields.iter().filter(|_| new) {
            let name = self.vocabulary.add(field);
            self.presence.entry(name).or_default().raise(number);
        }
        Ok(number)
    }

    fn phrase_signal(
        &mut self,
        names: &Spanned<Names>,
        place: Where,
    ) -> std::result::Result<usize, (Option<usize>, String)> {
        let phrases = resolve(names, &self.phrase_lists, "list of phrases")?;
        let (number, new) = self.signal(format!("{}{} {phrases:?}", place.subject, place.body));
        // A phrase that may stand in either place is open until the body is read, unless the subject has it.
        if place.body {
            self.body_signals.raise(number);
        }
        for phrase in phrases.iter().filter(|_| new) {
            let raised = self.phrases.entry(fold(phrase)).or_default();
            if place.subject {
                raised.0.raise(number);
            }
            if place.body {
                raised.1.raise(number);
            }
        }
        Ok(number)
    }

    fn test_signal(&mut self, test: &Spanned<String>) -> std::result::Result<usize, (Option<usize>, String)> {
        let wanted = test.get_ref().as_str();
        let header = HEADER_TESTS.iter().map(|(name, _)| *name);
        let body = BODY_TESTS.iter().map(|(name, _)| *name);
        let Some(name) = header.clone().chain(body.clone()).find(|name| *name == wanted) else {
            let near = nearest(wanted, header.chain(body));
            return Err((
                Some(test.span().start),
                format!("`{wanted}` is no test; did you mean {}?", near.join(" or ")),
            ));
        };
        let (number, _) = self.signal(format!("is {name}"));
        self.tests.insert(name, number);
        if body.clone().any(|body| body == name) {
            self.body_signals.raise(number);
        }
        Ok(number)
    }

    /// The number of a condition, and whether it is new.
    fn signal(&mut self, condition: String) -> (usize, bool) {
        if let Some(number) = self.shared.get(&condition) {
            return (*number, false);
        }
        let number = self.next;
        self.next += 1;
        self.shared.insert(condition, number);
        (number, true)
    }

    fn finish(mut self) -> Result<Rules> {
        let ways_out = self.phrase_lists.get(WAYS_OUT).cloned().unwrap_or_default();
        let way_out = self.phrase_signal(&Spanned::new(0..0, Names::These(ways_out)), BODY).unwrap_or(MOST);
        self.rules.push(Rule {
            id: NO_EVIDENCE.to_string(),
            kind: Kind::Notification,
            why: "nothing shows what kind it is, and a wrongly flagged sender is worse than a missed one"
                .to_string(),
            evidence: None,
            needs: Signals::default(),
            forbids: Signals::default(),
            hits: Vec::new(),
            misses: Vec::new(),
        });
        self.phrases.retain(|phrase, _| !phrase.is_empty());
        let phrases = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(self.phrases.keys())
            .map_err(|error| Error::new("rules", format!("too many phrases: {error}")))?;
        let number = |name: &&str| self.tests.get(*name).copied();
        Ok(Rules {
            header_tests: HEADER_TESTS.iter().map(|(name, _)| number(name)).collect(),
            body_tests: BODY_TESTS.iter().map(|(name, _)| number(name)).collect(),
            rules: self.rules,
            presence: self.presence,
            values: self.values,
            phrases,
            raised_by: self.phrases.into_values().collect(),
            body_signals: self.body_signals,
            way_out,
        })
    }
}

/// The entries of a list, or of the list of that name.
fn resolve(
    names: &Spanned<Names>,
    lists: &BTreeMap<String, Vec<String>>,
    what: &str,
) -> std::result::Result<Vec<String>, (Option<usize>, String)> {
    match names.get_ref() {
        Names::These(entries) => Ok(entries.clone()),
        Names::Named(name) => lists.get(name).cloned().ok_or_else(|| {
            let near = nearest(name, lists.keys().map(String::as_str));
            let hint = if near.is_empty() {
                String::new()
            } else {
                format!("; did you mean {}?", near.join(" or "))
            };
            (Some(names.span().start), format!("there is no {what} called `{name}`{hint}"))
        }),
    }
}
