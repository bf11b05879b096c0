//! Loads rules: those of a file of the user's first, then the built-in ones.

use super::compile::{BUILT_IN_NAME, compile, parse};
use super::rules::{Example, Rule, Rules};
use crate::error::{Error, Result};
use crate::text::digest::sha256;
use std::path::Path;

/// The built-in rules, signs and phrases, as `mailfatigue rules` prints them.
pub const BUILT_IN_RULES: &str = include_str!(concat!(env!("OUT_DIR"), "/built_in.toml"));

impl Rules {
    /// The built-in rules after those of the file `own`.
    pub fn load(own: Option<&Path>) -> Result<Self> {
        let Some(path) = own else { return compile(None) };
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, "can't be read", &error))?;
        Self::parse(&text, path)
    }

    /// The built-in rules after those of the text of a file.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let rules = compile(Some((text, path)))?;
        Ok(Self { own_digest: Some(sha256(text.as_bytes())), ..rules })
    }

    /// The rules' own examples: id, messages that it decides, messages that it does not.
    pub fn examples(&self) -> impl Iterator<Item = (&str, &[String], &[String])> {
        let built_in = self.built_in.get_or_init(|| examples_of_the_built_in().unwrap_or_default());
        let of = move |rule: &'_ Rule| built_in.iter().find(|(id, ..)| *id == rule.id);
        self.rules.iter().map(move |rule| match of(rule) {
            Some((id, hits, misses)) => (&**id, hits.as_slice(), misses.as_slice()),
            None => (&*rule.id, rule.examples.0.as_slice(), rule.examples.1.as_slice()),
        })
    }
}

/// The messages that the built-in rules are tested with: the rule's id, its hits and its misses.
fn examples_of_the_built_in() -> Result<Vec<Example>> {
    let written = parse(BUILT_IN_RULES, Path::new(BUILT_IN_NAME))?;
    Ok(written.rule.into_iter().map(|rule| (rule.id.into_inner(), rule.hits, rule.misses)).collect())
}
