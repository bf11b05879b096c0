//! The compiled rules and signs, and how a message is judged by them.

use super::body::BodyText;
use super::matcher::{FoldedText, Matcher};
use super::patterns::Expressions;
use super::predicates::{BODY_TESTS, HEADER_TESTS, Seen};
use super::rule_file::{Text, Weighing};
use super::signals::Signals;
use super::signs::{Sign, Signs};
use super::{Decision, Evidence, Kind, RuleId};
use crate::message::decode::plain_text;
use crate::message::header::{FieldName, Fields, Vocabulary};
use std::sync::OnceLock;

/// Compiled rules, the user's first, then the built-in ones; and the signs that are weighed where none decides.
#[derive(Debug)]
pub struct Rules {
    pub(super) rules: Vec<Rule>,
    pub(super) signs: Signs,
    /// The names of the fields that the rules need, among others.
    pub(super) vocabulary: Vocabulary,
    /// What fields mean, by their numbers; `None`: nothing.
    pub(super) fields: Vec<Option<FieldMeaning>>,
    /// Raised by a named test, in the order of the tables of tests.
    pub(super) header_tests: Vec<Option<usize>>,
    pub(super) body_tests: Vec<Option<usize>>,
    pub(super) in_subject: Matcher,
    pub(super) in_body: Matcher,
    /// What the body may still raise.
    pub(super) body_signals: Signals,
    pub(super) asked: OwnSignals,
    /// The built-in rules' own examples.
    pub(super) built_in: OnceLock<Vec<Example>>,
    /// The text of the user's file, hashed (SHA-256, in hexadecimal digits); `None`: no file.
    pub(super) own_digest: Option<String>,
}

/// A rule's id, messages that it decides, and messages that it does not.
pub(super) type Example = (Text, Vec<String>, Vec<String>);

/// The signals of lists of phrases that the program itself asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnSignals {
    /// The text offers a way out.
    pub way_out: usize,
    /// The text of a deal advertises as well.
    pub advertises: usize,
    /// The text names a deal by its number.
    pub numbers: [usize; 2],
}

/// What a field raises.
#[derive(Debug, Default)]
pub(super) struct FieldMeaning {
    /// By being there.
    pub(super) presence: Signals,
    /// By its value.
    pub(super) values: Expressions,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) id: Text,
    pub(super) kind: Kind,
    pub(super) why: Text,
    pub(super) evidence: Option<Evidence>,
    /// The signals that it needs.
    pub(super) needs: Vec<usize>,
    /// None of these may be raised.
    pub(super) forbids: Signals,
    /// Hits and misses of a rule of the user's; those of the built-in ones are read when they are asked for.
    pub(super) examples: (Vec<String>, Vec<String>),
}

/// Whether the header was enough to decide.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HeaderVerdict {
    /// It was.
    Decided(Decision),
    /// The body is needed.
    Open(Open),
}

/// A decoded subject, and what its phrases raise.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Heard<'a> {
    text: &'a str,
    raised: Signals,
}

/// What the header raised of a message whose body is awaited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    raised: Signals,
}

impl Rules {
    /// The names of the fields that headers are read for.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The id of a rule.
    pub fn id(&self, rule: RuleId) -> &str {
        self.rules.get(usize::from(rule.0)).map_or("", |rule| &rule.id)
    }

    /// The number of the rule with that id; the user's comes first.
    pub fn with_id(&self, id: &str) -> Option<RuleId> {
        let place = self.rules.iter().position(|rule| *rule.id == *id)?;
        u16::try_from(place).ok().map(RuleId)
    }

    /// The text of the user's file of rules, hashed (SHA-256, in hexadecimal digits); `None`: no file.
    pub fn own_digest(&self) -> Option<&str> {
        self.own_digest.as_deref()
    }

    /// Why the rule decides as it does.
    pub fn why(&self, rule: RuleId) -> &str {
        self.rules.get(usize::from(rule.0)).map_or("", |rule| &rule.why)
    }

    /// The sign with that number.
    pub fn sign(&self, number: u16) -> Option<&Sign> {
        self.signs.all.get(usize::from(number))
    }

    /// The number of the sign with that name.
    pub fn sign_with_id(&self, id: &str) -> Option<u16> {
        let place = self.signs.all.iter().position(|sign| *sign.id == *id)?;
        u16::try_from(place).ok()
    }

    /// All signs, in the order of the table.
    pub fn signs(&self) -> &[Sign] {
        &self.signs.all
    }

    /// What the points of signs must reach.
    pub fn weighing(&self) -> Weighing {
        self.signs.weighing
    }

    /// Judges a message by its header.
    pub(crate) fn judge_header(&self, fields: &Fields<'_>, subject: Heard<'_>, seen: &Seen) -> HeaderVerdict {
        let mut raised = subject.raised;
        let mut last = None;
        for (name, raw) in fields.iter() {
            let Some(meaning) = self.meaning(name) else { continue };
            raised.raise_all(&meaning.presence);
            if !meaning.values.is_empty() {
                let is_first_subject = name == FieldName::SUBJECT && last != Some(name);
                last = Some(name);
                let value = if is_first_subject { subject.text.into() } else { plain_text(raw) };
                raised.raise_all(&meaning.values.raised_by(&value));
            }
        }
        for ((_, test), number) in HEADER_TESTS.iter().zip(&self.header_tests) {
            if let Some(number) = number.filter(|_| test(seen)) {
                raised.raise(number);
            }
        }
        self.first(&raised, true).unwrap_or(HeaderVerdict::Open(Open { raised }))
    }

    fn meaning(&self, name: FieldName) -> Option<&FieldMeaning> {
        self.fields.get(name.index())?.as_ref()
    }

    /// Folds a subject, and finds its phrases.
    pub(crate) fn hear_subject<'a>(&self, text: &'a str, folded: &mut FoldedText) -> Heard<'a> {
        folded.clear();
        self.in_subject.add(text, folded);
        Heard { text, raised: self.in_subject.raised_in(folded) }
    }

    /// Reads a body under the MIME fields of its header, part by part, until it is clear what the message is.
    pub(crate) fn read_body(
        &self,
        mime: &[u8],
        body: &[u8],
        open: Option<Open>,
        seek_way_out: bool,
        text: &mut FoldedText,
    ) -> BodyText {
        let is_enough = |body: &BodyText| {
            let way_out = body.raised.has(self.asked.way_out);
            // Where there is a page, it is not plain text.
            let so_far = BodyText { has_way_out: way_out, is_html: true, ..*body };
            (way_out && body.has_link || !seek_way_out)
                && open.is_some_and(|open| {
                    self.signs.weigh(&self.raised(open, &so_far)).is_sure(self.signs.weighing)
                })
        };
        let mut body = BodyText::of(mime, body, &self.in_body, text, &is_enough);
        body.has_way_out = body.raised.has(self.asked.way_out);
        body
    }

    /// Judges a message whose header left it open, by its body.
    pub(crate) fn judge_body(&self, open: Open, body: &BodyText) -> Decision {
        let raised = self.raised(open, body);
        if let Some(HeaderVerdict::Decided(decision)) = self.first(&raised, false) {
            return decision;
        }
        let (kind, evidence) = self.signs.weigh(&raised).decides(self.signs.weighing);
        match kind {
            Some(kind) => Decision { kind, evidence, rule: self.weighed() },
            None => Decision { evidence, ..self.no_evidence() },
        }
    }

    /// Whether the points of the signs of a message lean to marketing.
    pub(crate) fn leans_to_marketing(&self, open: Open, body: &BodyText) -> bool {
        self.signs.weigh(&self.raised(open, body)).leans_to_marketing(self.signs.weighing)
    }

    /// Whether a text names a deal by its number.
    pub(crate) fn names_a_deal(&self, body: &BodyText) -> bool {
        self.asked.numbers.iter().any(|signal| body.raised.has(*signal))
    }

    /// The numbers of the signs of a message.
    pub(crate) fn signs_in(&self, open: Open, body: &BodyText) -> Vec<u16> {
        let raised = self.raised(open, body);
        let signs = self.signs.of(&raised).filter_map(|(number, _)| u16::try_from(number).ok());
        let mut signs: Vec<u16> = signs.collect();
        signs.sort_unstable();
        signs
    }

    fn raised(&self, open: Open, body: &BodyText) -> Signals {
        let mut raised = open.raised;
        for ((_, test), number) in BODY_TESTS.iter().zip(&self.body_tests) {
            if let Some(number) = number.filter(|_| test(body)) {
                raised.raise(number);
            }
        }
        raised.raise_all(&body.raised);
        raised
    }

    /// The first rule that holds; with `header_only`, unless it or one before it depends on the body.
    fn first(&self, raised: &Signals, header_only: bool) -> Option<HeaderVerdict> {
        for (number, rule) in self.ordered().iter().enumerate() {
            let is_missing = |need: &usize| !raised.has(*need);
            let may_come = |need: &usize| header_only && self.body_signals.has(*need);
            if rule.needs.iter().any(|need| is_missing(need) && !may_come(need)) || rule.forbids.meets(raised)
            {
                continue;
            }
            let depends = header_only && rule.forbids.meets(&self.body_signals);
            if depends || rule.needs.iter().any(is_missing) {
                return Some(HeaderVerdict::Open(Open { raised: *raised }));
            }
            return Some(HeaderVerdict::Decided(Decision {
                kind: rule.kind,
                rule: RuleId(u16::try_from(number).unwrap_or(u16::MAX)),
                evidence: rule.evidence,
            }));
        }
        None
    }

    /// Whether a text contains a phrase that offers a way out.
    pub(crate) fn offers_way_out(&self, body: &BodyText) -> bool {
        body.has_way_out
    }

    /// Whether a text that belongs to a deal advertises as well.
    pub(crate) fn advertises(&self, body: &BodyText) -> bool {
        body.raised.has(self.asked.advertises)
    }

    /// The same of a subject.
    pub(crate) fn subject_advertises(&self, subject: &str, text: &mut FoldedText) -> bool {
        self.words(subject, text).has(self.asked.advertises)
    }

    /// What words raise that are compared with the phrases for bodies.
    fn words(&self, words: &str, text: &mut FoldedText) -> Signals {
        text.clear();
        self.in_body.add(words, text);
        self.in_body.raised_in(text)
    }

    /// The outcome for a message whose kind nobody asks for.
    pub(crate) fn undecided(&self) -> HeaderVerdict {
        HeaderVerdict::Decided(self.no_evidence())
    }

    /// What applies until the body is read, and what it is awaited for.
    pub(crate) fn so_far(&self, outcome: HeaderVerdict) -> (Decision, Option<Open>) {
        match outcome {
            HeaderVerdict::Decided(decision) => (decision, None),
            HeaderVerdict::Open(open) => (self.no_evidence(), Some(open)),
        }
    }
}
