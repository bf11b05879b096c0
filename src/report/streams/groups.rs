//! Counted messages in groups that no stream divides: of one sender, list, From address and template. Which of these makes the
//! stream is known only when all messages have come.

use crate::fact::{AddressId, Fact, Kind, ListId, NameTable, SenderId, Traits, WayOut};
use crate::history::Counted;
use crate::judge::JudgeContext;
use crate::report::messages::MessageContext;
use crate::time::{Day, Time};
use indexmap::IndexMap;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Marks in [`Groups::groups_by_pair`] the first group of a customer's mail from a sender.
const FIRST: u32 = 1 << 31;

/// What the messages of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct GroupKey {
    pub sender: SenderId,
    pub list: Option<ListId>,
    pub from: AddressId,
    /// Hashed; 0: none.
    pub template: u32,
}

/// Messages, counted.
#[derive(Debug, Clone, Default)]
pub(super) struct StreamCounts {
    pub messages: u64,
    kinds: [u64; Kind::ALL.len()],
    pub first: Option<Day>,
    pub last: Option<Day>,
    pub mixed: u64,
    pub inferred: u64,
    pub undecided: u64,
    newest: Option<NewestMessage>,
}

/// The newest message: of several at one time the one with the smallest subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct NewestMessage {
    time: Time,
    subject: Reverse<String>,
    way_out: WayOut,
}

/// All groups, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: IndexMap<GroupKey, StreamCounts>,
    /// The groups of each customer's mail from each sender, one customer after the other: 4 bytes each.
    groups_by_pair: Vec<u32>,
}

/// The newest messages of the groups among those that are taken in: their times, numbers and ways out.
type AtNewest = HashMap<usize, (Time, Vec<(u32, WayOut)>)>;

impl Groups {
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&GroupKey, &StreamCounts)> {
        self.groups.iter()
    }

    /// Takes in all messages that were read, or those of one customer, whose names are renumbered.
    pub fn take_in(
        &mut self,
        judging: &JudgeContext<'_>,
        message_context: &MessageContext<'_>,
        mut renumbered: Option<&mut NameTable>,
    ) {
        let mut newest = AtNewest::new();
        for pair in judging.history.pairs() {
            let begin = self.groups_by_pair.len();
            let mut latest: Option<(GroupKey, usize)> = None;
            for fact in pair.facts {
                let counted = judging.scope.counted_as(fact);
                if !matches!(counted, Counted::Marketing | Counted::Other) {
                    continue;
                }
                let key = GroupKey::of(fact);
                let group = match latest {
                    Some((known, group)) if known == key => group,
                    _ => self.group(key, judging, renumbered.as_deref_mut()),
                };
                if latest.is_none_or(|(_, known)| known != group) {
                    self.groups_by_pair.extend(u32::try_from(group));
                }
                latest = Some((key, group));
                self.groups[group].take(fact, counted, judging);
                note_newest(&mut newest, group, fact);
            }
            self.end_of_pair(begin);
        }
        self.look_up_subjects(newest, message_context);
    }

    /// The place of a group.
    fn group(
        &mut self,
        key: GroupKey,
        judging: &JudgeContext<'_>,
        renumbered: Option<&mut NameTable>,
    ) -> usize {
        let key = renumbered.map_or(key, |names| key.renumbered(&judging.history.names, names));
        let entry = self.groups.entry(key);
        let place = entry.index();
        entry.or_default();
        place
    }

    /// Leaves of the groups of a pair each once, and marks the first.
    fn end_of_pair(&mut self, begin: usize) {
        let mut groups = self.groups_by_pair.split_off(begin);
        groups.sort_unstable();
        groups.dedup();
        if let Some(first) = groups.first_mut() {
            *first |= FIRST;
        }
        self.groups_by_pair.append(&mut groups);
    }

    /// Looks up the subjects of the newest messages, in the order of the details, which are packed.
    fn look_up_subjects(&mut self, newest: AtNewest, message_context: &MessageContext<'_>) {
        let of_group = |(group, (time, messages)): (usize, (Time, Vec<(u32, WayOut)>))| {
            messages.into_iter().map(move |(order, way_out)| (order, way_out, group, time))
        };
        let mut messages: Vec<_> = newest.into_iter().flat_map(of_group).collect();
        messages.sort_unstable_by_key(|(order, ..)| *order);
        for (order, way_out, group, time) in messages {
            let detail = message_context.details.get(order as usize);
            let subject = Reverse(detail.map(|detail| detail.subject).unwrap_or_default());
            let counts = &mut self.groups[group];
            counts.newest = counts.newest.take().max(Some(NewestMessage { time, subject, way_out }));
        }
    }

    /// For each customer and each row with mail to that customer, the row. Rows are given by group.
    pub fn customers_of_rows(&self, row_of_group: &[usize], rows: usize) -> impl Iterator<Item = usize> {
        let mut latest = vec![0_usize; rows];
        let mut pair = 0;
        self.groups_by_pair.iter().filter_map(move |entry| {
            pair += usize::from(entry & FIRST != 0);
            let row = *row_of_group.get((entry & !FIRST) as usize)?;
            (std::mem::replace(latest.get_mut(row)?, pair) != pair).then_some(row)
        })
    }
}

/// Takes note of a message that is the newest of its group so far.
fn note_newest(newest: &mut AtNewest, group: usize, fact: &Fact) {
    let Some(time) = fact.time else { return };
    let (latest, messages) = newest.entry(group).or_insert_with(|| (time, Vec::new()));
    if time > *latest {
        *latest = time;
        messages.clear();
    }
    if time == *latest {
        messages.push((fact.order, fact.way_out));
    }
}

impl GroupKey {
    fn of(fact: &Fact) -> Self {
        let Fact { sender, list, from, template, .. } = *fact;
        Self { sender, list, from, template }
    }

    /// The same with the numbers of other names.
    fn renumbered(self, from: &NameTable, to: &mut NameTable) -> Self {
        Self {
            sender: to.number(from.unredacted(self.sender)),
            list: self.list.map(|list| to.number(from.unredacted(list))),
            from: to.number(from.unredacted(self.from)),
            template: self.template,
        }
    }
}

impl StreamCounts {
    pub fn of_kind(&self, kind: Kind) -> u64 {
        self.kinds[kind as usize]
    }

    pub fn newest_subject(&self) -> &str {
        self.newest.as_ref().map_or("", |newest| &newest.subject.0)
    }

    pub fn newest_way_out(&self) -> Option<WayOut> {
        self.newest.as_ref().map(|newest| newest.way_out)
    }

    fn take(&mut self, fact: &Fact, counted: Counted, judging: &JudgeContext<'_>) {
        self.messages += 1;
        let kind = if counted == Counted::Marketing { Kind::Marketing } else { fact.kind };
        self.kinds[kind as usize] += 1;
        self.mixed += u64::from(fact.traits.contains(Traits::MIXED));
        self.inferred += u64::from(judging.rules.is_inferred(fact.rule));
        let undecided = fact.way_out != WayOut::Absent && judging.rules.is_undecided(fact.rule);
        self.undecided += u64::from(undecided);
        let day = fact.time.map(|time| judging.scope.zone.day(time));
        self.span(day, day);
    }

    /// Adds those of another group.
    pub fn add(&mut self, other: &Self) {
        self.messages += other.messages;
        self.kinds.iter_mut().zip(other.kinds).for_each(|(count, more)| *count += more);
        self.mixed += other.mixed;
        self.inferred += other.inferred;
        self.undecided += other.undecided;
        self.span(other.first, other.last);
        if other.newest > self.newest {
            self.newest.clone_from(&other.newest);
        }
    }

    fn span(&mut self, first: Option<Day>, last: Option<Day>) {
        self.first = [self.first, first].into_iter().flatten().min();
        self.last = self.last.max(last);
    }
}
