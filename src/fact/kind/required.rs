//! What text a value must hold for an expression to match: read off the expression as written.

use regex_syntax::ast::{Ast, Concat, RepetitionKind, RepetitionRange, parse::Parser};

/// Texts of which at least one stands in every value that the expression matches, whatever the case of ASCII letters;
/// `None`: nothing is known.
pub(super) fn required(pattern: &str) -> Option<Vec<String>> {
    needed(&Parser::new().parse(pattern).ok()?)
}

fn needed(ast: &Ast) -> Option<Vec<String>> {
    match ast {
        Ast::Literal(literal) => Run::default().with(literal.c)?.texts(),
        Ast::Group(group) => needed(&group.ast),
        Ast::Concat(concat) => in_row(concat),
        Ast::Alternation(either) => {
            let each: Option<Vec<Vec<String>>> = either.asts.iter().map(needed).collect();
            Some(each?.into_iter().flatten().collect())
        }
        Ast::Repetition(repetition) if at_least_once(&repetition.op.kind) => needed(&repetition.ast),
        _ => None,
    }
}

fn at_least_once(kind: &RepetitionKind) -> bool {
    match kind {
        RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => false,
        RepetitionKind::OneOrMore => true,
        RepetitionKind::Range(
            RepetitionRange::Exactly(least)
            | RepetitionRange::AtLeast(least)
            | RepetitionRange::Bounded(least, _),
        ) => *least > 0,
    }
}

/// Of all that stands in a row, what says most: the texts of which the shortest is longest.
fn in_row(concat: &Concat) -> Option<Vec<String>> {
    let mut known: Vec<Vec<String>> = Vec::new();
    let mut run = Run::default();
    for ast in &concat.asts {
        let longer = match ast {
            Ast::Literal(literal) => run.with(literal.c),
            _ => None,
        };
        if let Some(longer) = longer {
            run = longer;
            continue;
        }
        known.extend(std::mem::take(&mut run).texts());
        match ast {
            // A letter that has no place in the run begins another one, where it has a place in any.
            Ast::Literal(literal) => run = run.with(literal.c).unwrap_or_default(),
            other => known.extend(needed(other)),
        }
    }
    known.extend(run.texts());
    known.into_iter().max_by_key(|texts| texts.iter().map(String::len).min())
}

/// Letters in a row, in all the spellings that the searcher does not take for one.
#[derive(Default)]
struct Run(Vec<String>);

/// More spellings than this are not worth searching for.
const MOST_SPELLINGS: usize = 8;

impl Run {
    /// The run with one more letter; `None` where it would have too many spellings, or they are not known.
    fn with(&self, letter: char) -> Option<Self> {
        let spellings = spellings(letter)?;
        let begun = if self.0.is_empty() { vec![String::new()] } else { self.0.clone() };
        let longer = begun.iter().flat_map(|text| spellings.iter().map(move |c| format!("{text}{c}")));
        let longer: Vec<String> = longer.collect();
        (longer.len() <= MOST_SPELLINGS).then_some(Self(longer))
    }

    fn texts(self) -> Option<Vec<String>> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// A letter's spellings in both cases; one of ASCII stands for both. `None` for letters whose case is not simple.
fn spellings(letter: char) -> Option<Vec<char>> {
    if letter.is_ascii() {
        return Some(vec![letter.to_ascii_lowercase()]);
    }
    let simple = ('à'..='ž').contains(&letter) && !matches!(letter, 'å' | 'ı' | 'ŉ' | 'ÿ' | '÷' | 'ĸ');
    let (mut lower, mut upper) = (letter.to_lowercase(), letter.to_uppercase());
    match (lower.next(), lower.next(), upper.next(), upper.next()) {
        (Some(lower), None, Some(upper), None) if simple && lower == letter => Some(vec![lower, upper]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_text_that_must_be_there_is_found() {
        let cases: [(&str, Option<&[&str]>); 9] = [
            ("multipart/report", Some(&["multipart/report"])),
            (r"^\s*auto-replied", Some(&["auto-replied"])),
            ("(?x) a\\ b | c+ d", Some(&["a b", "d"])),
            ("x?(news|infos?)@", Some(&["news", "info"])),
            ("für", Some(&["für", "fÜr"])),
            ("a{0,3}b{2}", Some(&["b"])),
            (r"\w+", None),
            ("news|.*", None),
            ("grr(ü|oo)n", Some(&["grr"])),
        ];
        for (pattern, expected) in cases {
            let found = required(pattern);
            let found: Option<Vec<&str>> =
                found.as_ref().map(|texts| texts.iter().map(String::as_str).collect());
            assert_eq!(found.as_deref(), expected, "{pattern}");
        }
    }
}
