//! Lists of phrases while rules are compiled: their numbers, and where what they raise is sought.

use super::built_in;
use super::matcher::{Matcher, Raise, Region};
use super::rule_file::Text;
use crate::text::phrases::Phrases;
use std::collections::BTreeMap;

/// Where a phrase is sought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Where {
    pub subject: bool,
    /// The part of the body's text, if any.
    pub body: Option<Region>,
}

pub(super) const SUBJECT: Where = Where { subject: true, body: None };
pub(super) const BODY: Where = Where { subject: false, body: Some(Region::Whole) };
pub(super) const TEXT: Where = Where { subject: false, body: Some(Region::Said) };
pub(super) const TOP: Where = Where { subject: false, body: Some(Region::Top) };
pub(super) const NUMBERED: Where = Where { subject: false, body: Some(Region::Numbered) };
pub(super) const LINKS: Where = Where { subject: false, body: Some(Region::Links) };
pub(super) const ANYWHERE: Where = Where { subject: true, body: Some(Region::Whole) };
pub(super) const SAID: Where = Where { subject: true, body: Some(Region::Said) };

/// All lists of phrases: first the built-in ones.
pub(super) struct Lists {
    numbers: BTreeMap<Text, u32>,
    /// The phrases of a rules file, with their lists.
    own: Vec<(u32, Text)>,
    subject: Raises,
    body: Raises,
}

/// What each list raises.
type Raises = Vec<Vec<Raise>>;

impl Lists {
    /// The built-in ones; nothing asks for them yet.
    pub fn built_in() -> Self {
        let numbers = (0..).zip(built_in::LISTS).map(|(number, list)| (list.name.into(), number));
        let raises = vec![Vec::new(); built_in::LISTS.len()];
        Self { numbers: numbers.collect(), own: Vec::new(), subject: raises.clone(), body: raises }
    }

    /// The names of all lists that have one.
    pub fn names(&self) -> impl Iterator<Item = &Text> {
        self.numbers.keys()
    }

    /// The number of the list of that name.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Adds phrases to the list of that name, or begins it with them.
    pub fn extend(&mut self, name: Text, phrases: impl IntoIterator<Item = Text>) {
        let number = match self.number(&name) {
            Some(known) => known,
            None => self.begin(),
        };
        self.numbers.insert(name, number);
        self.own.extend(phrases.into_iter().map(|phrase| (number, phrase)));
    }

    /// The number of a new list without a name.
    pub fn unnamed(&mut self, phrases: &[Text]) -> u32 {
        let number = self.begin();
        self.own.extend(phrases.iter().map(|phrase| (number, phrase.clone())));
        number
    }

    fn begin(&mut self) -> u32 {
        self.subject.push(Vec::new());
        self.body.push(Vec::new());
        u32::try_from(self.subject.len() - 1).unwrap_or(u32::MAX)
    }

    /// From now on `times` phrases of that list raise that signal there.
    pub fn raise(&mut self, list: u32, place: Where, times: u8, signal: usize) {
        let in_subject = place.subject.then_some(Region::Whole);
        for (region, raises) in [(in_subject, &mut self.subject), (place.body, &mut self.body)] {
            if let (Some(region), Some(raised)) = (region, raises.get_mut(list as usize)) {
                raised.push(Raise { signal, region, times });
            }
        }
    }

    /// What finds phrases in subjects, and in bodies.
    pub fn matchers(self) -> (Matcher, Matcher) {
        let (subject, body) = (&built_in::IN_SUBJECT, &built_in::IN_BODY);
        let in_subject = added(&self.own, &self.subject, body, |list| list.in_subject);
        let in_body = added(&self.own, &self.body, subject, |list| list.in_body);
        let numbers = |names: &[&str]| names.iter().filter_map(|name| self.number(name)).collect::<Vec<_>>();
        let (footer, service) = (numbers(&FOOTERS), numbers(&SERVICE));
        let leaving = self.number(WAYS_OUT_BY_LINK);
        (
            Matcher::new(subject, in_subject, self.subject, Vec::new(), &[], None),
            Matcher::new(body, in_body, self.body, footer, &service, leaving),
        )
    }
}

/// Lists of phrases with which footers begin.
const FOOTERS: [&str; 2] = ["unsubscribe", "footer"];

/// The list of what is in addresses that lead out of a mailing.
pub(super) const WAYS_OUT_BY_LINK: &str = "leaving-links";

/// Lists of words with which links of service mail, and of footers, invite.
const SERVICE: [&str; 7] =
    ["unsubscribe", "footer", "service-words", "service-buttons", "service", "order", "account"];

/// The phrases that are sought beside the built-in ones of a place: a rules file's own, and the built-in ones of the
/// other place that it asks for here.
fn added(
    own: &[(u32, Text)],
    raises: &Raises,
    elsewhere: &Phrases,
    is_here: impl Fn(&built_in::List) -> bool,
) -> Option<Phrases> {
    let asked = |list: &u32| raises.get(*list as usize).is_some_and(|signals| !signals.is_empty());
    let foreign = (0..).zip(built_in::LISTS).filter(|(number, list)| asked(number) && !is_here(list));
    let foreign =
        foreign.flat_map(|(number, _)| elsewhere.of_list(number).map(move |phrase| (number, phrase)));
    let own = own.iter().filter(|(list, _)| asked(list)).map(|(list, phrase)| (*list, &**phrase));
    let mut all = own.chain(foreign).peekable();
    all.peek().is_some().then(|| Phrases::of(all))
}
