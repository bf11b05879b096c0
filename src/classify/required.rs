//! What text a value must contain for an expression to match: read off the expression as written.

use regex_syntax::ast::{
    AssertionKind, Ast, ClassPerlKind, ClassSet, ClassSetItem, Concat, RepetitionKind, RepetitionRange,
    parse::Parser,
};

/// Texts of which at least one is in every value that the expression matches, whatever the case of ASCII letters;
/// `None`: nothing is known.
pub fn required(pattern: &str) -> Option<Vec<String>> {
    needed(&Parser::new().parse(pattern).ok()?)
}

/// The signs, none of them a letter, at the start of each value that the expression matches, where that is
/// all that it asks for: `^\[`.
pub fn start(pattern: &str) -> Option<String> {
    if pattern.contains(|c: char| c.is_alphanumeric() || c.is_whitespace()) {
        return None;
    }
    let ast = Parser::new().parse(pattern).ok()?;
    let Ast::Concat(concat) = &ast else { return None };
    let (Ast::Assertion(begins), signs) = concat.asts.split_first()? else { return None };
    let sign = |ast: &Ast| match ast {
        Ast::Literal(literal) if literal.c.is_ascii_punctuation() => Some(literal.c),
        _ => None,
    };
    let at_the_start = matches!(begins.kind, AssertionKind::StartLine | AssertionKind::StartText);
    signs.iter().map(sign).collect::<Option<String>>().filter(|_| at_the_start)
}

/// A set of signs and digits: the bytes below 64 one by one, those beyond ASCII as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bytes {
    pub low: u64,
    pub beyond_ascii: bool,
}

impl Bytes {
    /// Those of a text.
    pub fn of(text: &str) -> Self {
        let low = text.bytes().fold(0, |low, byte| low | u64::from(byte < 64) << (byte % 64));
        Self { low, beyond_ascii: !text.is_ascii() }
    }

    /// Whether any byte is in both.
    pub fn meets(self, other: Self) -> bool {
        self.low & other.low != 0 || self.beyond_ascii && other.beyond_ascii
    }

    fn count(&self) -> u32 {
        self.low.count_ones() + u32::from(self.beyond_ascii)
    }
}

/// Signs and digits of which at least one is in every value that the expression matches; `None`: nothing is known.
pub fn required_bytes(pattern: &str) -> Option<Bytes> {
    needed_bytes(&Parser::new().parse(pattern).ok()?)
}

fn needed_bytes(ast: &Ast) -> Option<Bytes> {
    match ast {
        Ast::Literal(literal) => from_to(literal.c, literal.c),
        Ast::ClassPerl(class) if class.kind == ClassPerlKind::Digit && !class.negated => {
            Some(Bytes { beyond_ascii: true, ..from_to('0', '9')? })
        }
        Ast::ClassBracketed(class) if !class.negated => match &class.kind {
            ClassSet::Item(item) => of_class(item),
            ClassSet::BinaryOp(_) => None,
        },
        Ast::Group(group) => needed_bytes(&group.ast),
        Ast::Repetition(repetition) if at_least_once(&repetition.op.kind) => needed_bytes(&repetition.ast),
        Ast::Concat(concat) => concat.asts.iter().filter_map(needed_bytes).min_by_key(Bytes::count),
        Ast::Alternation(either) => all_of(either.asts.iter().map(needed_bytes)),
        _ => None,
    }
}

fn of_class(item: &ClassSetItem) -> Option<Bytes> {
    match item {
        ClassSetItem::Literal(literal) => from_to(literal.c, literal.c),
        ClassSetItem::Range(range) => from_to(range.start.c, range.end.c),
        ClassSetItem::Union(union) => all_of(union.items.iter().map(of_class)),
        _ => None,
    }
}

fn all_of(mut each: impl Iterator<Item = Option<Bytes>>) -> Option<Bytes> {
    each.try_fold(Bytes::default(), |all, one| {
        let one = one?;
        Some(Bytes { low: all.low | one.low, beyond_ascii: all.beyond_ascii | one.beyond_ascii })
    })
}

/// The bytes of these characters and those between; `None` where one of them is a blank or another byte of ASCII, or
/// passes for a letter of ASCII where case doesn't matter.
fn from_to(first: char, last: char) -> Option<Bytes> {
    let is_other = |c: char| c.is_whitespace() || matches!(c, '@'..='\u{7f}' | '\u{17f}' | '\u{212a}');
    if (first..=last).any(is_other) {
        return None;
    }
    let low = (first..=last).take_while(char::is_ascii).fold(0, |bits, c| bits | 1 << u32::from(c));
    Some(Bytes { low, beyond_ascii: !last.is_ascii() })
}

fn needed(ast: &Ast) -> Option<Vec<String>> {
    match ast {
        Ast::Literal(literal) => {
            let mut run = Run::default();
            run.push(literal.c).then_some(run)?.texts()
        }
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

/// Of several texts in a row, the most telling: the texts of which the shortest is longest, and then all are.
fn in_row(concat: &Concat) -> Option<Vec<String>> {
    let mut known: Vec<Vec<String>> = Vec::new();
    let mut run = Run::default();
    for ast in &concat.asts {
        let Ast::Literal(literal) = ast else {
            known.extend(std::mem::take(&mut run).texts());
            known.extend(needed(ast));
            continue;
        };
        // A letter that has no place in the run begins another one, where it has a place in any.
        if !run.push(literal.c) {
            known.extend(std::mem::take(&mut run).texts());
            run.push(literal.c);
        }
    }
    known.extend(run.texts());
    let mean = |texts: &[String]| texts.iter().map(String::len).sum::<usize>() / texts.len().max(1);
    known.into_iter().max_by_key(|texts| (texts.iter().map(String::len).min(), mean(texts)))
}

/// Letters in a row, in all the spellings that the searcher does not take for one.
#[derive(Default)]
struct Run(Vec<String>);

/// More spellings than this are not worth searching for.
const MOST_SPELLINGS: usize = 8;

impl Run {
    /// Adds a letter; not where there would be too many spellings, or they are not known.
    fn push(&mut self, letter: char) -> bool {
        let Some((lower, upper)) = spellings(letter) else { return false };
        if self.0.is_empty() {
            self.0.push(String::new());
        }
        if lower != upper {
            if self.0.len() * 2 > MOST_SPELLINGS {
                return false;
            }
            let others: Vec<String> = self.0.iter().map(|text| format!("{text}{upper}")).collect();
            self.0.iter_mut().for_each(|text| text.push(lower));
            self.0.extend(others);
        } else {
            self.0.iter_mut().for_each(|text| text.push(lower));
        }
        true
    }

    fn texts(self) -> Option<Vec<String>> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// A letter's spellings in lower and upper case; one of ASCII represents both. `None` for letters whose case is not
/// simple.
fn spellings(letter: char) -> Option<(char, char)> {
    if letter.is_ascii() {
        return Some((letter.to_ascii_lowercase(), letter.to_ascii_lowercase()));
    }
    let simple = ('à'..='ž').contains(&letter) && !matches!(letter, 'å' | 'ı' | 'ŉ' | 'ÿ' | '÷' | 'ĸ');
    let (mut lower, mut upper) = (letter.to_lowercase(), letter.to_uppercase());
    match (lower.next(), lower.next(), upper.next(), upper.next()) {
        (Some(lower), None, Some(upper), None) if simple && lower == letter => Some((lower, upper)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mere_start_is_told_from_more() {
        assert_eq!(start(r"^\["), Some("[".to_string()));
        for more in [r"\[", r"^\[a", "^a", r"^\[?", r"^(\[)", "^", r"$\[", r"^\[|x"] {
            assert_eq!(start(more).filter(|start| !start.is_empty()), None, "{more}");
        }
    }

    #[test]
    fn bytes_that_must_be_there_are_found() {
        for (pattern, one_of) in [
            (r"\?\s*$", "?"),
            (r"(…|\.\.\.)", ".…"),
            (r"(#\s?[0-9]+\b|\b(issue|n°)\s?[1-3])", "#123"),
            (r"[\x{1F300}-\x{1FAFF}\x{2764}]", "é"),
            (r"no\.?\d", "0123456789é"),
        ] {
            assert_eq!(required_bytes(pattern), Some(Bytes::of(one_of)), "{pattern}");
        }
        for any in ["a", r"\[", "[^!]", "!?", "[!a]", "!|a", r"\W", "ſ", r"[\x{100}-\x{200}]"] {
            assert_eq!(required_bytes(any), None, "{any}");
        }
    }

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
