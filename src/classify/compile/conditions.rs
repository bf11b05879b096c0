//! Conditions as written turned into numbered signals: equal ones share a number.

use super::Compiler;
use super::mistake::{Mistake, unknown};
use crate::classify::patterns::Expression;
use crate::classify::phrase_lists::{ANYWHERE, BODY, LINKS, NUMBERED, SAID, SUBJECT, TEXT, TOP, Where};
use crate::classify::predicates::{BODY_TESTS, HEADER_TESTS};
use crate::classify::rule_file::{Names, Text, WrittenConditions};
use crate::classify::rules::FieldMeaning;
use crate::classify::signals::{MOST, Signals};
use crate::error::suggest;
use crate::message::header::FieldName;
use std::collections::BTreeMap;
use toml::Spanned;

type Result<T> = std::result::Result<T, Mistake>;

impl Compiler {
    /// The signals that a rule or a sign needs, and those that it forbids; an error comes with its offset in the
    /// text, where that is known.
    pub(super) fn conditions(&mut self, when: &WrittenConditions, id: &str) -> Result<(Vec<usize>, Signals)> {
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
    fn field_signal(&mut self, field: &str, expression: &Spanned<String>, id: &str) -> Result<usize> {
        let asked = Expression::new(expression.get_ref());
        if self.own {
            asked.check().map_err(|error| Mistake::at(expression, format!("rule `{id}`: {error}")))?;
        }
        let (number, new) = self.signal(format!("field {field} {}", expression.get_ref()));
        if new {
            let name = self.vocabulary.add(field);
            self.meaning_of(name).values.push(asked, number);
        }
        Ok(number)
    }

    /// The signal that one of these fields raises.
    fn presence_signal(&mut self, names: &Spanned<Names>) -> Result<usize> {
        let fields = fields_of(names, &self.field_lists)?.to_vec();
        let (number, new) = self.signal(format!("has {:?}", names.get_ref()));
        for field in fields.iter().filter(|_| new) {
            let name = self.vocabulary.add(field);
            self.meaning_of(name).presence.raise(number);
        }
        Ok(number)
    }

    /// The signal that phrases of a list raise, or of several with `|` between their names.
    fn phrase_signal(&mut self, names: &Spanned<Names>, place: Where, times: u8) -> Result<usize> {
        let lists = match names.get_ref() {
            Names::These(phrases) => vec![self.lists.unnamed(phrases)],
            Names::Named(several) => several
                .split('|')
                .map(|name| {
                    let known = self.lists.number(name.trim());
                    known.ok_or_else(|| unknown(names, "list of phrases", name.trim(), self.lists.names()))
                })
                .collect::<Result<Vec<_>>>()?,
        };
        Ok(self.list_signal(&lists, place, times))
    }

    pub(super) fn list_signal(&mut self, lists: &[u32], place: Where, times: u8) -> usize {
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

    fn test_signal(&mut self, test: &Spanned<String>) -> Result<usize> {
        let wanted = test.get_ref().as_str();
        let header = HEADER_TESTS.iter().map(|(name, _)| *name);
        let body = BODY_TESTS.iter().map(|(name, _)| *name);
        let Some(name) = header.clone().chain(body.clone()).find(|name| *name == wanted) else {
            let hint = suggest(wanted, header.chain(body));
            let hint = hint.unwrap_or_else(|| "the README lists all tests".to_string());
            return Err(Mistake {
                hint: Some(hint),
                ..Mistake::at(test, format!("unknown test `{wanted}`"))
            });
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
    pub(super) fn asked_signal(&mut self, list: &str, place: Where) -> usize {
        self.lists.number(list).map_or(MOST, |list| self.list_signal(&[list], place, 1))
    }
}

/// The entries of a list, or of the list of that name.
fn fields_of<'a>(names: &'a Spanned<Names>, lists: &'a BTreeMap<Text, Vec<Text>>) -> Result<&'a [Text]> {
    match names.get_ref() {
        Names::These(entries) => Ok(entries),
        Names::Named(name) => lists
            .get(name.as_str())
            .map(Vec::as_slice)
            .ok_or_else(|| unknown(names, "list of fields", name, lists.keys())),
    }
}
