//! Rules and signs as written: TOML, checked for form. Unknown keys are errors.

use super::{Evidence, Kind};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use toml::Spanned;

/// Part of the program, or of a file.
pub(super) type Text = Cow<'static, str>;

/// Texts of the program as those of a file.
pub(super) fn texts(of: &[&'static str]) -> Vec<Text> {
    of.iter().map(|text| Text::from(*text)).collect()
}

/// A rules file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRules {
    /// Named lists of phrases, by language.
    #[serde(default)]
    pub phrases: BTreeMap<Text, BTreeMap<Text, Vec<Text>>>,
    /// Named lists of header fields.
    #[serde(default)]
    pub fields: BTreeMap<Text, Vec<Text>>,
    /// The rules, in order.
    #[serde(default)]
    pub rule: Vec<WrittenRule>,
    /// What the points of signs must reach; only the built-in file says so.
    pub weighing: Option<Weighing>,
    /// The signs.
    #[serde(default)]
    pub sign: Vec<WrittenSign>,
}

/// What the points of signs must reach for a kind to be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighing {
    /// The fewest points.
    pub threshold: i32,
    /// The fewest points more than any other kind has.
    pub margin: i32,
}

/// One sign.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSign {
    pub id: Spanned<Text>,
    pub why: Text,
    /// Points for each kind that the sign speaks for; for marketing also what counts against it, below zero.
    pub points: BTreeMap<Kind, i32>,
    pub evidence: Option<Evidence>,
    /// It shows bulk mail, which may be anything: such points count at most as much as all others.
    #[serde(default)]
    pub bulk: bool,
    /// It asks for several phrases of the text: then the text is a source beside the form.
    #[serde(default)]
    pub several: bool,
    pub when: WrittenConditions,
}

/// One rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenRule {
    pub id: Spanned<Text>,
    pub kind: Kind,
    pub why: Text,
    pub evidence: Option<Evidence>,
    #[serde(default)]
    pub when: WrittenConditions,
    /// Messages that this rule decides.
    #[serde(default)]
    pub hits: Vec<String>,
    /// Messages that it does not decide.
    #[serde(default)]
    pub misses: Vec<String>,
}

/// All of these must be met; a rule without any always applies.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenConditions {
    /// At least one of these fields is there.
    pub has: Option<Spanned<Names>>,
    /// And at least one of these.
    pub also_has: Option<Spanned<Names>>,
    /// None of these is there. Only fields can be denied: they are all known before the body is read.
    pub lacks: Option<Spanned<Names>>,
    /// A field of that name has a value that matches the expression.
    #[serde(default)]
    pub field: BTreeMap<String, Spanned<String>>,
    /// The subject contains one of these phrases.
    pub subject: Option<Spanned<Names>>,
    /// And one of these.
    pub also_subject: Option<Spanned<Names>>,
    /// The text of the body contains one of these phrases.
    pub body: Option<Spanned<Names>>,
    /// And one of these.
    pub also_body: Option<Spanned<Names>>,
    /// The subject or the body contains one of these phrases.
    pub anywhere: Option<Spanned<Names>>,
    /// The text of the body before its footer contains one of these phrases.
    pub text: Option<Spanned<Names>>,
    /// The beginning of that text does.
    pub top: Option<Spanned<Names>>,
    /// That text contains one of these phrases with a number right after it.
    pub numbered: Option<Spanned<Names>>,
    /// The address of a link contains one of these phrases.
    pub links: Option<Spanned<Names>>,
    /// How often the phrases asked for in the text must occur; default: once.
    pub times: Option<u8>,
    /// Neither the subject nor the text before the footer contains a phrase of this list.
    pub without: Option<Spanned<Names>>,
    /// Each of these named tests is met.
    #[serde(default)]
    pub is: Vec<Spanned<String>>,
}

/// The name of a list, or a list. (The span has to be outside: serde can't read one within an untagged enum.)
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Names {
    Named(String),
    These(Vec<Text>),
}
