//! Rules as written turned into rules that are asked: every condition becomes a numbered signal, shared by all
//! rules that name it.

use super::Kind;
use super::built_in;
use super::patterns::Expression;
use super::phrase_lists::{ANYWHERE, BODY, LINKS, Lists, NUMBERED, SAID, SUBJECT, TEXT, TOP, Where};
use super::predicates::{BODY_TESTS, HEADER_TESTS};
use super::rule_file::{Names, Text, WrittenConditions, WrittenRule, WrittenRules, WrittenSign, texts};
use super::rules::{Asked, FieldMeaning, NAMES, Rule, Rules};
use super::signals::{MOST, Signals};
use super::signs::{Points, Sign, Signs, Source};
use crate::error::{Error, Result, suggest};
use crate::message::header::{FieldName, Vocabulary};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::OnceLock;
use toml::Spanned;

/// What the built-in rules are called in errors.
pub(super) const BUILT_IN_NAME: &str = "the built-in rules";

/// Lists of phrases that the program itself asks for.
const WAYS_OUT: &str = "unsubscribe";
const WAYS_OUT_BY_LINK: &str = "leaving-links";
const ADVERTISES: &str = "advertises";
const NUMBERS: [&str; 2] = ["order-number", "deal-number"];

/// The built-in rules behind those of a text with a name; the fields that they need are added to the vocabulary.
pub(super) fn compile(own: Option<(&str, &Path)>, vocabulary: &mut Vocabulary) -> Result<Rules> {
    let mut compiler = Compiler::new(vocabulary);
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

struct Compiler<'v> {
    vocabulary: &'v mut Vocabulary,
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

impl<'v> Compiler<'v> {
    fn new(vocabulary: &'v mut Vocabulary) -> Self {
        Self {
            vocabulary,
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
            let at = |wrong: Wrong| wrong.error(path, text, begins);
            let twice = self.rules.iter().any(|known| known.id == id);
            if twice || self.own && built_in::is_rule(&id) {
                let what = if twice { "is there twice" } else { "is a built-in one" };
                return Err(at(Wrong::new(format!("rule `{id}` {what}"))).hint("give it an id of its own"));
            }
            let (needs, forbids) = self.conditions(&rule.when, &id).map_err(at)?;
            self.room_is_left().map_err(at)?;
            let (kind, why, evidence, examples) =
                (rule.kind, rule.why, rule.evidence, (rule.hits, rule.misses));
            self.rules.push(Rule { id, kind, why, evidence, needs, forbids, examples });
        }
        Ok(())
    }

    /// Compiles signs behind those that are there.
    fn signs(
        &mut self,
        written: impl IntoIterator<Item = WrittenSign>,
        text: &str,
        path: &Path,
    ) -> Result<()> {
        for sign in written {
            let begins = sign.id.span().start;
            let id = sign.id.into_inner();
            let at = |wrong: Wrong| wrong.error(path, text, begins);
            if self.signs.iter().any(|known| known.id == id) || self.own && built_in::is_sign(&id) {
                return Err(
                    at(Wrong::new(format!("there is another sign `{id}`"))).hint("give it an id of its own")
                );
            }
            let source = source(&sign.when).ok_or_else(|| {
                at(Wrong::new(format!("sign `{id}` must look at one place: form, subject or text")))
                    .hint("split it into one sign for each place")
            })?;
            let (needs, forbids) = self.conditions(&sign.when, &id).map_err(at)?;
            self.room_is_left().map_err(at)?;
            let mut points = Points::default();
            sign.points.iter().for_each(|(kind, worth)| points[*kind as usize] = *worth);
            let (why, evidence, bulk) = (sign.why, sign.evidence, sign.bulk);
            let (fixed, several) = (sign.fixed, sign.several);
            self.signs.push(Sign { id, why, points, source, evidence, bulk, fixed, several, needs, forbids });
        }
        Ok(())
    }

    fn room_is_left(&self) -> std::result::Result<(), Wrong> {
        if self.next > MOST {
            let what = format!("too many conditions in all rules and signs together (at most {MOST})");
            return Err(Wrong::new(what));
        }
        Ok(())
    }

    /// The signals that a rule or a sign needs, and those that it forbids; an error comes with the offset at which it
    /// stands, where that is known.
    fn conditions(
        &mut self,
        when: &WrittenConditions,
        id: &str,
    ) -> std::result::Result<(Vec<usize>, Signals), Wrong> {
        let (mut needs, mut forbids) = (Signals::default(), Signals::default());
        for names in [&when.has, &when.also_has].into_iter().flatten() {
            needs.raise(self.presence_signal(names)?);
        }
        if let Some(names) = &when.lacks {
            forbids.raise(self.presence_signal(names)?);
        }
        for (field, expression) in &when.field {
            needs.raise(self.field_signal(field, expression, id)?);
        }
        let times = when.times.unwrap_or(1);
        let phrases = [
            (&when.subject, SUBJECT, if when.body.is_none() && when.text.is_none() { times } else { 1 }),
            (&when.also_subject, SUBJECT, 1),
            (&when.body, BODY, times),
            (&when.also_body, BODY, 1),
            (&when.text, TEXT, times),
            (&when.top, TOP, times),
            (&when.numbered, NUMBERED, 1),
            (&when.links, LINKS, 1),
            (&when.anywhere, ANYWHERE, 1),
        ];
        for (names, place, times) in phrases {
            if let Some(names) = names {
                needs.raise(self.phrase_signal(names, place, times)?);
            }
        }
        if let Some(names) = &when.without {
            forbids.raise(self.phrase_signal(names, SAID, 1)?);
        }
        for test in &when.is {
            needs.raise(self.test_signal(test)?);
        }
        Ok((needs.numbers().collect(), forbids))
    }

    /// The signal that a value of a field raises.
    fn field_signal(
        &mut self,
        field: &str,
        expression: &Spanned<String>,
        id: &str,
    ) -> std::result::Result<usize, Wrong> {
        let asked = Expression::new(expression.get_ref());
        if self.own {
            asked.check().map_err(|error| Wrong::at(expression, format!("rule `{id}`: {error}")))?;
        }
        let (number, new) = self.signal(format!("field {field} {}", expression.get_ref()));
        if new {
            let name = self.vocabulary.add(field);
            self.meaning_of(name).values.push(asked, number);
        }
        Ok(number)
    }

    /// The signal that one of these fields raises.
    fn presence_signal(&mut self, names: &Spanned<Names>) -> std::result::Result<usize, Wrong> {
        let fields = fields_of(names, &self.field_lists)?.to_vec();
        let (number, new) = self.signal(format!("has {:?}", names.get_ref()));
        for field in fields.iter().filter(|_| new) {
            let name = self.vocabulary.add(field);
            self.meaning_of(name).presence.raise(number);
        }
        Ok(number)
    }

    /// The signal that phrases of a list raise, or of several with `|` between their names.
    fn phrase_signal(
        &mut self,
        names: &Spanned<Names>,
        place: Where,
        times: u8,
    ) -> std::result::Result<usize, Wrong> {
        let lists = match names.get_ref() {
            Names::These(phrases) => vec![self.lists.unnamed(phrases)],
            Names::Named(several) => several
                .split('|')
                .map(|name| {
                    let known = self.lists.number(name.trim());
                    known.ok_or_else(|| unknown(names, "list of phrases", name.trim(), self.lists.names()))
                })
                .collect::<std::result::Result<Vec<_>, _>>()?,
        };
        Ok(self.list_signal(&lists, place, times))
    }

    fn list_signal(&mut self, lists: &[u32], place: Where, times: u8) -> usize {
        let (number, new) = self.signal(format!("{place:?} {lists:?} {times}"));
        // A phrase that may occur in either place is open until the body is read, unless the subject has it.
        if place.body.is_some() {
            self.body_signals.raise(number);
        }
        if new {
            lists.iter().for_each(|list| self.lists.raise(*list, place, times, number));
        }
        number
    }

    fn test_signal(&mut self, test: &Spanned<String>) -> std::result::Result<usize, Wrong> {
        let wanted = test.get_ref().as_str();
        let header = HEADER_TESTS.iter().map(|(name, _)| *name);
        let body = BODY_TESTS.iter().map(|(name, _)| *name);
        let Some(name) = header.clone().chain(body.clone()).find(|name| *name == wanted) else {
            let hint = suggest(wanted, header.chain(body));
            let hint = hint.unwrap_or_else(|| "the README lists all tests".to_string());
            return Err(Wrong { hint: Some(hint), ..Wrong::at(test, format!("unknown test `{wanted}`")) });
        };
        let (number, _) = self.signal(format!("is {name}"));
        self.tests.insert(name, number);
        if body.clone().any(|body| body == name) {
            self.body_signals.raise(number);
        }
        Ok(number)
    }

    fn meaning_of(&mut self, name: FieldName) -> &mut FieldMeaning {
        if self.fields.len() <= name.index() {
            self.fields.resize_with(name.index() + 1, || None);
        }
        self.fields[name.index()].get_or_insert_default()
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

    /// The signal of a list that the program itself asks for.
    fn asked_signal(&mut self, list: &str, place: Where) -> usize {
        self.lists.number(list).map_or(MOST, |list| self.list_signal(&[list], place, 1))
    }

    fn finish(mut self) -> Result<Rules> {
        let asked = Asked {
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

/// The one place that the conditions of a sign look at, if it is one.
fn source(when: &WrittenConditions) -> Option<Source> {
    let subject = when.subject.is_some()
        || when.also_subject.is_some()
        || (when.field.len() == 1 && when.field.contains_key("Subject"));
    let said = [&when.text, &when.top, &when.numbered].iter().any(|names| names.is_some());
    let in_fields = when.has.is_some() || when.also_has.is_some() || when.lacks.is_some();
    let form = in_fields
        || [&when.body, &when.also_body, &when.links].iter().any(|names| names.is_some())
        || (!when.field.is_empty() && !subject)
        || !when.is.is_empty();
    match (form, subject, said, &when.anywhere) {
        (true, false, false, None) => Some(Source::Form),
        (false, true, false, None) => Some(Source::Subject),
        (false, false, true, None) => Some(Source::Text),
        _ => None,
    }
}

/// A mistake in a rule.
struct Wrong {
    /// The offset of what is wrong, where that is known.
    offset: Option<usize>,
    what: String,
    hint: Option<String>,
}

impl Wrong {
    fn new(what: String) -> Self {
        Self { offset: None, what, hint: None }
    }

    fn at<T>(place: &Spanned<T>, what: String) -> Self {
        Self { offset: Some(place.span().start), what, hint: None }
    }

    /// The mistake as an error in a file; where its own place is not known, it is in the rule that begins there.
    fn error(self, path: &Path, text: &str, begins: usize) -> Error {
        let line = Error::line_of(text, self.offset.unwrap_or(begins));
        Error::file(path, self.what).at_line(line).hint_if(self.hint)
    }
}

/// The entries of a list, or of the list of that name.
fn fields_of<'a>(
    names: &'a Spanned<Names>,
    lists: &'a BTreeMap<Text, Vec<Text>>,
) -> std::result::Result<&'a [Text], Wrong> {
    match names.get_ref() {
        Names::These(entries) => Ok(entries),
        Names::Named(name) => lists
            .get(name.as_str())
            .map(Vec::as_slice)
            .ok_or_else(|| unknown(names, "list of fields", name, lists.keys())),
    }
}

fn unknown<'a>(
    names: &Spanned<Names>,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a Text>,
) -> Wrong {
    // Names with a blank are of lists that stand in built-in rules.
    let hint = suggest(name, known.map(|known| &**known).filter(|known| !known.contains(' ')));
    Wrong { hint, ..Wrong::at(names, format!("unknown {what} `{name}`")) }
}

#[cfg(test)]
mod tests;
