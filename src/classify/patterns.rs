//! The expressions with which rules match the values of one header field.
//!
//! Most values match none, so a value is first searched, in one pass, for the texts that the expressions can't do
//! without (else a run took a tenth longer over mixed mail and a seventh over small messages); and an expression that no
//! value needs is never compiled.

use super::built_in;
use super::required::{Bytes, required, required_bytes, start};
use super::rule_file::{Text, texts};
use super::signals::Signals;
use regex_automata::meta::{BuildError, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;
use std::sync::OnceLock;

/// An expression, compiled when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Expression {
    pattern: String,
    /// The signs that it asks for at the start, where it asks for nothing else.
    start: Option<String>,
    /// Texts of which one is in every value that it matches; `None`: nothing is known.
    required: Option<Vec<Text>>,
    /// Signs and digits of which one is in every such value.
    bytes: Option<Bytes>,
    /// For values of ASCII alone: it says the same of them, and is compiled so much faster that a run over one
    /// message takes a tenth less.
    ascii: OnceLock<Option<Regex>>,
    any: OnceLock<Option<Regex>>,
}

/// The most that an expression may take, compiled, in bytes.
const SIZE: usize = 1 << 20;

impl Expression {
    /// Of that pattern, whatever the case of letters.
    pub fn new(pattern: &str) -> Self {
        // What was read off a built-in expression is known.
        let (required, bytes) = match built_in::EXPRESSIONS.iter().find(|(known, ..)| *known == pattern) {
            Some((_, known, bytes)) => (known.map(texts), *bytes),
            None => {
                let required = required(pattern).map(|read| read.into_iter().map(Text::from).collect());
                (required, required_bytes(pattern))
            }
        };
        Self { pattern: pattern.to_string(), start: start(pattern), required, bytes, ..Self::default() }
    }

    /// Why it can't be read, if so.
    pub fn check(&self) -> Result<(), String> {
        self.any.set(Some(compile(&self.pattern, true)?)).or(Ok(()))
    }

    /// The form for values of ASCII alone, in which letters beyond it match nothing.
    fn for_ascii(&self) -> Option<&Regex> {
        let compile = || {
            // Case folding takes these letters for `s` and `k`.
            if self.pattern.contains(['\u{17f}', '\u{212a}']) {
                return None;
            }
            compile(&self.pattern.replace(|c: char| !c.is_ascii(), r"\xFF"), false).ok()
        };
        self.ascii.get_or_init(compile).as_ref()
    }

    /// Whether it matches a value, whose bytes these are.
    fn is_match(&self, value: &str, bytes: Bytes) -> bool {
        if self.bytes.is_some_and(|needed| !needed.meets(bytes)) {
            return false;
        }
        if let Some(start) = &self.start {
            return value.starts_with(start);
        }
        match (!bytes.beyond_ascii).then(|| self.for_ascii()).flatten() {
            Some(regex) => regex.is_match(value),
            None => self.matches_any(value),
        }
    }

    fn matches_any(&self, value: &str) -> bool {
        let compile = || compile(&self.pattern, true).ok();
        self.any.get_or_init(compile).as_ref().is_some_and(|regex| regex.is_match(value))
    }
}

fn compile(pattern: &str, unicode: bool) -> Result<Regex, String> {
    let syntax = syntax::Config::new().case_insensitive(true).unicode(unicode).utf8(unicode);
    // What a value must contain was looked for already; to look again costs more than half of the compilation.
    let limits = Regex::config().auto_prefilter(false).nfa_size_limit(Some(SIZE)).utf8_empty(unicode);
    let limits = limits.which_captures(WhichCaptures::None);
    Regex::builder().syntax(syntax).configure(limits).build(pattern).map_err(|error| reason(&error))
}

fn reason(error: &BuildError) -> String {
    match (error.syntax_error(), error.size_limit()) {
        (Some(error), _) => error.to_string(),
        (_, Some(limit)) => format!("it takes more than {limit} bytes when compiled"),
        _ => error.to_string(),
    }
}

/// All expressions for one field, each with the signal that it raises.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    all: Vec<(Expression, usize)>,
    clues: OnceLock<Clues>,
}

/// Which expressions a text calls for.
#[derive(Debug, Default)]
struct Clues {
    /// The texts that are searched, with how they begin and the expressions that they call for; in the order of the
    /// beginnings.
    texts: Vec<(usize, Vec<u8>, ExpressionSet)>,
    /// Expressions that need no text that is known.
    always: ExpressionSet,
    /// By which three letters the texts begin, as bits: in most places of most values stand none of these.
    beginnings: Vec<u64>,
    /// How many beginnings there are before each 64 bits.
    before: Vec<usize>,
    /// Where the texts of each beginning begin; they end where the next ones begin.
    places: Vec<usize>,
}

/// A set of expressions by their place, as bits; those past the last bit are always asked.
type ExpressionSet = u128;

impl Expressions {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Adds an expression that raises a signal.
    pub fn push(&mut self, expression: Expression, signal: usize) {
        self.all.push((expression, signal));
        self.clues = OnceLock::new();
    }

    /// What the expressions raise that match a value.
    pub fn raised_by(&self, value: &str) -> Signals {
        let asked = self.clues.get_or_init(|| Clues::of(&self.all)).in_value(value);
        let mut raised = Signals::default();
        if asked == 0 && self.all.len() <= ExpressionSet::BITS as usize {
            return raised;
        }
        let bytes = Bytes::of(value);
        for (place, (expression, signal)) in self.all.iter().enumerate() {
            if (place >= ExpressionSet::BITS as usize || asked >> place & 1 == 1)
                && expression.is_match(value, bytes)
            {
                raised.raise(*signal);
            }
        }
        raised
    }
}

impl Clues {
    fn of(all: &[(Expression, usize)]) -> Self {
        let mut this = Self { beginnings: vec![0; 1 << 9], ..Self::default() };
        for (place, (expression, _)) in all.iter().enumerate().take(ExpressionSet::BITS as usize) {
            // A single letter, unless it is rare, is in most values.
            let tells = |text: &Text| text.len() > 1 || matches!(&**text, "j" | "q" | "x" | "z");
            match expression.required.as_ref().filter(|texts| texts.iter().all(tells)) {
                None => this.always |= 1 << place,
                Some(needed) => needed.iter().for_each(|text| this.search(text.as_bytes(), 1 << place)),
            }
        }
        this.texts.sort_unstable();
        let begins = |at: &usize| *at == 0 || this.texts[*at - 1].0 != this.texts[*at].0;
        this.places = (0..this.texts.len()).filter(begins).chain([this.texts.len()]).collect();
        let count =
            |sum: &mut usize, bits: &u64| Some(std::mem::replace(sum, *sum + bits.count_ones() as usize));
        this.before = this.beginnings.iter().scan(0, count).collect();
        this
    }

    fn search(&mut self, text: &[u8], calls_for: ExpressionSet) {
        let known = &text[..text.len().min(3)];
        // A third letter that is not there may be any.
        let free = 5 * (3 - known.len());
        let first = three(known) << free;
        for beginning in first..first + (1 << free) {
            self.beginnings[beginning / 64] |= 1 << (beginning % 64);
            self.texts.push((beginning, text.to_vec(), calls_for));
        }
    }

    fn in_value(&self, value: &str) -> ExpressionSet {
        if self.texts.is_empty() {
            return self.always;
        }
        // The two letters beyond ASCII that an expression takes for ASCII ones, `s` and `k`.
        if !value.is_ascii() && value.contains(['\u{17f}', '\u{212a}']) {
            return ExpressionSet::MAX;
        }
        let (mut asked, mut last) = (self.always, 0);
        // A text shorter than three letters may be at the very end.
        value.bytes().chain([0, 0]).enumerate().for_each(|(end, byte)| {
            last = (last << 5 | usize::from(byte & 31)) & 0x7FFF;
            if self.beginnings[last / 64] >> (last % 64) & 1 == 1 && end >= 2 {
                asked |= self.called_for(last, &value.as_bytes()[end - 2..]);
            }
        });
        asked
    }

    /// What the texts call for that begin so, and with which `value` begins.
    fn called_for(&self, beginning: usize, value: &[u8]) -> ExpressionSet {
        let (word, bit) = (beginning / 64, beginning % 64);
        let number = self.before[word] + (self.beginnings[word] & ((1 << bit) - 1)).count_ones() as usize;
        let same = &self.texts[self.places[number]..self.places[number + 1]];
        let is_beginning =
            |text: &[u8]| value.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text));
        same.iter()
            .filter(|(_, text, _)| is_beginning(text))
            .fold(0, |asked, (.., calls_for)| asked | calls_for)
    }
}

/// Letters as a number, whatever their case: five bits each.
fn three(letters: &[u8]) -> usize {
    letters.iter().fold(0, |sum, letter| sum << 5 | usize::from(letter & 31))
}

#[cfg(test)]
impl Expressions {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Why one of them can't be read, if so.
    pub fn check(&self) -> Result<(), String> {
        self.all.iter().try_for_each(|(expression, _)| expression.check())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_is_matched_as_the_whole_expression_says() {
        for (pattern, value) in [
            (r"^\s*\p{Lu}\p{Ll}+,\s|,\s\p{Lu}\p{Ll}+\s?[?!.]?$", "Robin, can you"),
            (r"(?-i)\b[A-Z]{4,}\b", "Größe: ALLES"),
            (r"[\x{1F300}-\x{1FAFF}]", "\u{1F600} hello"),
            (r"\?\s*$", "Größer?"),
            (r"(…|\.\.\.)", "and..."),
        ] {
            let expression = Expression::new(pattern);
            let whole = regex_automata::meta::Regex::builder()
                .syntax(syntax::Config::new().case_insensitive(true))
                .build(pattern)
                .expect("an expression");
            assert!(whole.is_match(value), "{pattern}");
            assert!(expression.is_match(value, Bytes::of(value)), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn clues_miss_no_match(
            value in "(\\PC{0,6}|[a-z<>@._-]{0,8}|news|letter|welcome |danke für |MERCI POUR VOTRE|réservation|dzię|ſale|alert: |@|\\[){0,6}"
        ) {
            let rules = super::super::Rules::load(None).expect("valid rules");
            for expressions in rules.fields.iter().flatten().map(|field| &field.values) {
                let mut expected = Signals::default();
                let matching = expressions.all.iter().filter(|(expression, _)| expression.matches_any(&value));
                matching.for_each(|(_, signal)| expected.raise(*signal));
                prop_assert_eq!(expressions.raised_by(&value), expected);
            }
        }
    }
}
