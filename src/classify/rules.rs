//! The rules, checked and compiled: every condition is a numbered signal, every phrase of every rule is found
//! in one pass.

use super::body::BodyText;
use super::cache::Memo;
use super::compile::{compile, examples};
use super::matcher::{Ear, Sought};
use super::patterns::Expressions;
use super::predicates::{BODY_TESTS, HEADER_TESTS, Seen};
use super::rule_file::Text;
use super::signals::Signals;
use super::{Decision, Evidence, Kind, RuleId};
use crate::error::{Error, Result};
use crate::message::header::{FieldName, Fields, Vocabulary};
use std::path::Path;
use std::rc::Rc;
use std::sync::OnceLock;

/// The built-in rules, as `mailfatigue rules` prints them.
pub const BUILT_IN_RULES: &str = include_str!("kinds.toml");

/// A compiled table of rules: the user's first, then the built-in ones.
#[derive(Debug)]
pub struct Rules {
    pub(super) rules: Vec<Rule>,
    /// What fields mean, by their numbers; `None`: nothing.
    pub(super) fields: Vec<Option<FieldMeaning>>,
    /// Raised by a named test, in the order of the tables of tests.
    pub(super) header_tests: Vec<Option<usize>>,
    pub(super) body_tests: Vec<Option<usize>>,
    pub(super) in_subject: Sought,
    pub(super) in_body: Sought,
    /// What the body may still raise.
    pub(super) body_signals: Signals,
    pub(super) asked: Asked,
    /// The built-in rules' own examples.
    pub(super) built_in: OnceLock<Vec<Example>>,
}

/// A rule's id, messages that it decides, and messages that it does not.
pub(super) type Example = (Text, Vec<String>, Vec<String>);

/// The signals of lists of phrases that the program itself asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// The text offers a way out.
    pub way_out: usize,
    /// The text of a deal advertises as well.
    pub advertises: usize,
}

/// What a field raises.
#[derive(Debug, Default)]
pub(super) struct FieldMeaning {
    /// By being there.
    pub(super) presence: Signals,
    /// By its value.
    pub(super) values: Expressions,
    /// All that its value may raise.
    pub(super) possible: Signals,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: Text,
    pub(super) kind: Kind,
    pub(super) why: Text,
    pub(super) evidence: Option<Evidence>,
    /// The signals that it needs.
    pub(super) needs: Vec<usize>,
    /// None of these may be raised; the header answers all of them.
    pub(super) forbids: Signals,
    /// Hits and misses of a rule of the user's; those of the built-in ones are read when they are asked for.
    pub(super) examples: (Vec<String>, Vec<String>),
}

/// Whether the header was enough to decide.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outcome {
    /// It was.
    Decided(Decision),
    /// A rule that stands before any that holds asks for the body.
    Open(Open),
}

/// A decoded subject, and what its phrases raise.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Heard<'a> {
    text: &'a str,
    raised: Signals,
}

/// What is known while the body is awaited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    raised: Signals,
}

impl Rules {
    /// The built-in rules behind those of the file `own`; the fields that they need are added to the vocabulary.
    pub fn load(own: Option<&Path>, vocabulary: &mut Vocabulary) -> Result<Self> {
        let Some(path) = own else { return compile(None, vocabulary) };
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "can't be read", &error))?;
        Self::parse(&text, path, vocabulary)
    }

    /// The built-in rules behind those of the text of a file.
    pub fn parse(text: &str, path: &Path, vocabulary: &mut Vocabulary) -> Result<Self> {
        compile(Some((text, path)), vocabulary)
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
        let built_in = self.built_in.get_or_init(|| examples().unwrap_or_default());
        let of = move |rule: &'_ Rule| built_in.iter().find(|(id, ..)| *id == rule.id);
        self.rules.iter().map(move |rule| match of(rule) {
            Some((id, hits, misses)) => (&**id, hits.as_slice(), misses.as_slice()),
            None => (&*rule.id, rule.examples.0.as_slice(), rule.examples.1.as_slice()),
        })
    }

    /// Judges a message by its header.
    pub(crate) fn judge_header(
        &self,
        fields: &Fields<'_>,
        subject: Heard<'_>,
        seen: &Seen,
        memo: &mut Memo,
    ) -> Outcome {
        let (mut raised, mut possible) = (subject.raised, Signals::default());
        for (name, _) in fields.iter() {
            if let Some(meaning) = self.meaning(name) {
                raised.raise_all(&meaning.presence);
                possible.raise_all(&meaning.possible);
            }
        }
        for ((_, test), number) in HEADER_TESTS.iter().zip(&self.header_tests) {
            if let Some(number) = number.filter(|_| test(seen)) {
                raised.raise(number);
            }
        }
        let shown = [raised.bytes(), possible.bytes()];
        for name in memo.asked.meaning(shown.as_flattened(), || self.asked_of(&raised, &possible)).iter() {
            let Some(meaning) = self.meaning(*name) else { continue };
            for (place, raw) in fields.all(*name).enumerate() {
                let decoded = (place == 0 && *name == FieldName::SUBJECT).then_some(subject.text);
                raised.raise_all(&memo.signals(*name, raw, decoded, &meaning.values));
            }
        }
        memo.outcomes.meaning(&raised.bytes(), || self.first(raised, true))
    }

    /// The fields whose values may matter where all else in the header raised that: those of rules that lack nothing
    /// but what a value that is there or the body may still raise.
    fn asked_of(&self, raised: &Signals, possible: &Signals) -> Rc<[FieldName]> {
        let mut wanted = Signals::default();
        for rule in self.rules.iter().filter(|rule| !rule.forbids.meets(raised)) {
            let missing = || rule.needs.iter().copied().filter(|need| !raised.has(*need));
            if missing().all(|need| possible.has(need) || self.body_signals.has(need)) {
                missing().for_each(|need| wanted.raise(need));
                if missing().next().is_none() {
                    break;
                }
            }
        }
        let fields = (0..).map(FieldName::from).zip(&self.fields);
        let asked = |meaning: &FieldMeaning| meaning.possible.meets(&wanted);
        fields.filter(|(_, meaning)| meaning.as_ref().is_some_and(asked)).map(|(name, _)| name).collect()
    }

    fn meaning(&self, name: FieldName) -> Option<&FieldMeaning> {
        self.fields.get(name.index())?.as_ref()
    }

    /// Folds a subject, and hears what it raises.
    pub(crate) fn hear_subject<'a>(&self, text: &'a str, ear: &mut Ear) -> Heard<'a> {
        ear.clear();
        self.in_subject.hear(text, ear);
        Heard { text, raised: self.in_subject.raised_in(ear) }
    }

    /// Reads the beginning of a body under the MIME fields of its header.
    pub(crate) fn read_body(&self, mime: &[u8], body: &[u8], ear: &mut Ear) -> BodyText {
        BodyText::of(mime, body, &self.in_body, ear)
    }

    /// Judges a message whose header left it open, by its body.
    pub(crate) fn judge_body(&self, open: Open, body: &BodyText, memo: &mut Memo) -> Decision {
        let mut raised = open.raised;
        for ((_, test), number) in BODY_TESTS.iter().zip(&self.body_tests) {
            if let Some(number) = number.filter(|_| test(body)) {
                raised.raise(number);
            }
        }
        raised.raise_all(&body.raised);
        memo.decisions.meaning(&raised.bytes(), || match self.first(raised, false) {
            Outcome::Decided(decision) => decision,
            Outcome::Open(_) => self.no_evidence(),
        })
    }

    /// The first rule that holds; with `header_only`, unless one before it might hold once the body is read.
    fn first(&self, raised: Signals, header_only: bool) -> Outcome {
        let may_come = |number: usize| header_only && self.body_signals.has(number);
        for (number, rule) in self.rules.iter().enumerate() {
            let mut missing = rule.needs.iter().filter(|need| !raised.has(**need)).peekable();
            if missing.peek().is_none() && !rule.forbids.meets(&raised) {
                return Outcome::Decided(Decision {
                    kind: rule.kind,
                    rule: RuleId(u16::try_from(number).unwrap_or(u16::MAX)),
                    evidence: rule.evidence,
                });
            }
            if missing.all(|need| may_come(*need)) && !rule.forbids.meets(&raised) {
                return Outcome::Open(Open { raised });
            }
        }
        Outcome::Decided(self.no_evidence())
    }

    /// Whether a text holds a phrase that offers a way out.
    pub(crate) fn offers_way_out(&self, body: &BodyText) -> bool {
        body.raised.has(self.asked.way_out)
    }

    /// Whether a text that belongs to a deal advertises as well.
    pub(crate) fn advertises(&self, body: &BodyText) -> bool {
        body.raised.has(self.asked.advertises)
    }

    /// The same of a subject.
    pub(crate) fn subject_advertises(&self, subject: &str, ear: &mut Ear) -> bool {
        self.words(subject, ear).has(self.asked.advertises)
    }

    /// What words raise that are held against the phrases for bodies.
    fn words(&self, words: &str, ear: &mut Ear) -> Signals {
        ear.clear();
        self.in_body.hear(words, ear);
        self.in_body.raised_in(ear)
    }

    /// The outcome for a message whose kind nobody asks for.
    pub(crate) fn undecided(&self) -> Outcome {
        Outcome::Decided(self.no_evidence())
    }

    /// What holds until the body is read, and what it is awaited for.
    pub(crate) fn so_far(&self, outcome: Outcome) -> (Decision, Option<Open>) {
        match outcome {
            Outcome::Decided(decision) => (decision, None),
            Outcome::Open(open) => (self.no_evidence(), Some(open)),
        }
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
}
