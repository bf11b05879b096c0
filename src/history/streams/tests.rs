//! Each condition of the three steps, with a stream that meets all others.

use super::talk::answered;
use super::*;
use crate::fact::{RuleId, SenderId, WayOut, hash, short_hash};
use crate::time::{DAY, Time};

const RULES: StreamRules = StreamRules {
    talk: RuleId(1),
    answered: RuleId(2),
    deals: RuleId(3),
    like: RuleId(4),
    weighed: RuleId(5),
    undecided: RuleId(6),
};

/// A rule that is certain.
const CERTAIN: RuleId = RuleId(0);

const START: i64 = 1_767_225_600; // 2026-01-01

fn on(day: i64) -> Option<Time> {
    Time::believed(START + day * DAY + 36_000, START + 1_000 * DAY)
}

/// A shop's mail of that day, marketing by itself.
fn offer(day: i64) -> Fact {
    Fact {
        identity: day.cast_unsigned() + 1,
        message_id: day.cast_unsigned() + 1,
        order: u32::try_from(day).expect("a day"),
        time: on(day),
        sender: SenderId::from(0),
        customer: CustomerId::from(0),
        from: AddressId::from(0),
        name: None,
        list: None,
        rule: RULES.weighed,
        kind: Kind::Marketing,
        way_out: WayOut::Link,
        leads_to: 7,
        template: 9,
        answers: 0,
        traits: Traits::default(),
    }
}

/// A shop's mail of that day that says nothing.
fn little(day: i64) -> Fact {
    let traits = Traits::default().with(Traits::LEANS_TO_MARKETING, true);
    Fact { rule: RULES.undecided, kind: Kind::Notification, traits, ..offer(day) }
}

/// A certain deal with its number.
fn deal(day: i64) -> Fact {
    let traits = Traits::default().with(Traits::NUMBERED, true);
    Fact { rule: CERTAIN, kind: Kind::Transactional, traits, ..offer(day) }
}

fn reader(answered: Answered) -> StreamReader {
    StreamReader { rules: RULES, zone: Zone::named("UTC").expect("a zone"), answered }
}

/// The days of the messages that are inferred.
fn inferred(mut facts: Vec<Fact>) -> Vec<u32> {
    facts.sort_by_key(|fact| fact.time);
    let reader = reader(Answered::new());
    reader.decide(&mut facts);
    let found: Vec<u32> =
        facts.iter().filter(|fact| fact.rule == RULES.like).map(|fact| fact.order).collect();
    assert!(facts.iter().filter(|fact| fact.rule == RULES.like).all(|fact| fact.kind == Kind::Marketing));
    let again: Vec<u32> = reader.inferred(&facts).iter().map(|(at, _)| facts[*at].order).collect();
    assert_eq!(again, found, "the grounds are the same once they are applied");
    found
}

/// Three offers, one mail that says little, and more.
fn with(more: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
    let mut facts = vec![offer(0), offer(1), offer(2), little(3)];
    facts.extend(more);
    facts
}

#[test]
fn mail_that_says_little_is_like_the_offers_around_it() {
    assert_eq!(inferred(with([])), [3]);
}

#[test]
fn three_offers_on_three_days_are_needed() {
    assert_eq!(inferred(vec![offer(0), offer(1), little(3)]), [0; 0]);
    let twice = Fact { identity: 99, ..offer(1) };
    assert_eq!(inferred(vec![offer(0), offer(1), twice, little(3)]), [0; 0]);
    let undated = Fact { time: None, ..offer(2) };
    assert_eq!(inferred(vec![offer(0), offer(1), undated, little(3)]), [0; 0]);
}

#[test]
fn nine_in_ten_decided_messages_are_offers() {
    let offers = || (0..9).map(offer);
    assert_eq!(inferred(offers().chain([little(20), deal(10)]).collect()), [20]);
    assert_eq!(inferred(offers().chain([little(20), deal(10), deal(11)]).collect()), [0; 0]);
    let confirmed = |day| Fact { traits: Traits::default().with(Traits::SUBSCRIPTION, true), ..deal(day) };
    assert_eq!(inferred(offers().chain([little(20), confirmed(10), confirmed(11)]).collect()), [20]);
}

#[test]
fn a_third_of_the_stream_is_offers() {
    let noise = |day| Fact { traits: Traits::default(), ..little(day) };
    assert_eq!(inferred(with((4..9).map(noise))), [3]);
    assert_eq!(inferred(with((4..10).map(noise))), [0; 0]);
}

#[test]
fn way_out_or_template_is_that_of_an_offer_within_four_weeks() {
    let unlike = |fact: Fact| Fact { leads_to: 1, template: 2, ..fact };
    assert_eq!(inferred(with([unlike(little(4))])), [3]);
    assert_eq!(inferred(with([Fact { leads_to: 1, ..little(4) }])), [3, 4]);
    assert_eq!(inferred(with([Fact { template: 1, ..little(4) }])), [3, 4]);
    assert_eq!(inferred(with([Fact { template: 0, leads_to: 0, ..little(4) }])), [3]);
    assert_eq!(inferred(with([little(30), little(31)])), [3, 30]);
    // What was inferred is nothing to infer from.
    assert_eq!(inferred(with([little(30), little(40), little(50)])), [3, 30]);
}

#[test]
fn nothing_is_inferred_that_leans_elsewhere_or_bears_a_mark() {
    let with_traits = |traits| Fact { traits, ..little(4) };
    assert_eq!(inferred(with([with_traits(Traits::default())])), [3]);
    let marked = little(4).traits.with(Traits::MARKED, true);
    assert_eq!(inferred(with([with_traits(marked)])), [3]);
    let spam = little(4).traits.with(Traits::SPAM, true);
    assert_eq!(inferred(with([with_traits(spam)])), [3]);
    let unverified = little(4).traits.with(Traits::UNVERIFIED, true);
    assert_eq!(inferred(with([with_traits(unverified)])), [3]);
}

#[test]
fn nothing_is_inferred_from_an_address_that_the_owner_answered() {
    let facts = with([]);
    let answered: Answered = [(AddressId::from(0), CustomerId::from(0))].into();
    assert_eq!(reader(answered).inferred(&facts), []);
}

#[test]
fn a_key_is_shared_by_three_messages() {
    // A list of its own for each mail: the From address is the key.
    let on_list = |fact: Fact| Fact { list: Some(ListId::from(fact.order)), ..fact };
    assert_eq!(inferred(with([]).into_iter().map(on_list).collect()), [3]);
    // An address of its own for each mail, too: the template is.
    let alone = |fact: Fact| Fact { from: AddressId::from(fact.order), ..on_list(fact) };
    assert_eq!(inferred(with([]).into_iter().map(alone).collect()), [3]);
    let no_template = |fact: Fact| Fact { template: 0, ..alone(fact) };
    assert_eq!(inferred(with([]).into_iter().map(no_template).collect()), [0; 0]);
    // Offers on one list say nothing about mail on another.
    let lists = |fact: Fact| Fact { list: Some(ListId::from(u32::from(fact.order > 2))), ..fact };
    assert_eq!(inferred(with([little(4), little(5)]).into_iter().map(lists).collect()), [0; 0]);
}

#[test]
fn an_offer_among_deals_with_numbers_belongs_to_them() {
    let mut facts: Vec<Fact> = (0..9).map(deal).chain([offer(10)]).collect();
    reader(Answered::new()).decide(&mut facts);
    let last = facts.last().expect("ten facts");
    assert_eq!((last.kind, last.rule), (Kind::Transactional, RULES.deals));
    assert!(last.traits.contains(Traits::MIXED));
    let certain = Fact { rule: CERTAIN, ..offer(10) };
    for facts in [(0..8).map(deal).chain([offer(10)]).collect(), (0..9).map(deal).chain([certain]).collect()]
    {
        let mut facts: Vec<Fact> = facts;
        reader(Answered::new()).decide(&mut facts);
        assert_eq!(facts.last().map(|fact| fact.kind), Some(Kind::Marketing));
    }
}

/// A message to the list, by that author, that answers the message of that day.
fn post(day: i64, author: u32, answers: Option<u64>) -> Fact {
    let list = Some(ListId::from(0));
    let answers = answers.map_or(0, short_hash);
    Fact {
        from: AddressId::from(author),
        sender: SenderId::from(author),
        list,
        answers,
        message_id: hash(&[&day.to_le_bytes()]),
        ..offer(day)
    }
}

fn id(day: i64) -> u64 {
    hash(&[&day.to_le_bytes()])
}

#[test]
fn several_authors_who_answer_each_other_talk() {
    let kinds = |mut facts: Vec<Fact>| {
        reader(Answered::new()).recognise_talk(&mut facts);
        facts.iter().filter(|fact| fact.kind == Kind::Discussion).count()
    };
    assert_eq!(kinds(vec![post(0, 0, None), post(1, 1, Some(id(0))), post(2, 0, Some(id(1)))]), 3);
    assert_eq!(kinds(vec![post(0, 0, None), post(1, 1, None)]), 0, "nobody answers");
    assert_eq!(kinds(vec![post(0, 0, None), post(1, 0, Some(id(0)))]), 0, "one author");
    assert_eq!(kinds(vec![post(0, 0, None), post(1, 1, Some(id(99)))]), 0, "an answer to nobody on the list");
    let mut announcements: Vec<Fact> = (0..20).map(|day| post(day, 0, None)).collect();
    announcements.push(post(20, 1, Some(id(0))));
    assert_eq!(kinds(announcements), 0, "one answer among twenty announcements");
}

#[test]
fn whom_the_owner_answers_writes_as_a_person_unless_mail_offers_a_way_out() {
    let mail = |answers, asks| OwnMail {
        writer: CustomerId::from(0),
        identity: 1,
        time: on(5).expect("a time"),
        to: vec![],
        subject: 0,
        asks,
        answers,
        is_answer: false,
        message_id: String::new(),
    };
    let kinds = |own: &[OwnMail], way_out| {
        let mut facts = vec![Fact { way_out, ..offer(0) }, Fact { way_out, ..little(1) }];
        let names = NameTable::default();
        StreamReader::new(&facts.clone(), own, &names, RULES, Zone::named("UTC").expect("a zone"))
            .recognise_talk(&mut facts);
        facts.iter().map(|fact| fact.kind).collect::<Vec<_>>()
    };
    let answer = [mail(Some(1), false)];
    assert_eq!(kinds(&answer, WayOut::Absent), [Kind::Personal; 2]);
    assert_eq!(kinds(&answer, WayOut::Body), [Kind::Marketing, Kind::Notification]);
    assert_eq!(kinds(&[mail(Some(1), true)], WayOut::Absent), [Kind::Marketing, Kind::Notification]);
    assert_eq!(kinds(&[mail(None, false)], WayOut::Absent), [Kind::Marketing, Kind::Notification]);
}

#[test]
fn an_answer_that_names_no_message_goes_to_its_address() {
    let mut names = NameTable::default();
    let shop = names.number("news@shop.example");
    names.number::<AddressId>("other@shop.example");
    let mail = OwnMail {
        writer: CustomerId::from(0),
        identity: 1,
        time: on(5).expect("a time"),
        to: vec![hash(&[b"news@shop.example"])],
        subject: 0,
        asks: false,
        answers: None,
        is_answer: true,
        message_id: String::new(),
    };
    let facts = [Fact { from: shop, ..offer(4) }];
    assert_eq!(answered(&facts, &[mail], &names), [(shop, CustomerId::from(0))].into());
}
