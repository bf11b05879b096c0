//! What the report says about a pair, from facts put together by hand.

use super::super::invented::JudgedMailbox;
use super::*;
use crate::fact::Evidence;
use crate::history::invented::{InventedMailbox, day};

const SHOP: &str = "shop.example";
const NEWS: &str = "news@shop.example";
const CLUB: &str = "club@shop.example";

fn daily(days: std::ops::Range<i64>) -> InventedMailbox {
    let mut mailbox = InventedMailbox::default();
    for day in days {
        mailbox.offer(SHOP, NEWS, day);
    }
    mailbox
}

#[test]
fn each_message_is_counted_once_and_by_its_place() {
    let mut mailbox = daily(0..5);
    mailbox.offer(SHOP, NEWS, 5).traits = Traits::SPAM;
    mailbox.offer(SHOP, NEWS, 6).traits = Traits::UNVERIFIED;
    mailbox.offer(SHOP, NEWS, 7).kind = crate::fact::Kind::Transactional;
    mailbox.offer(SHOP, NEWS, 8).time = None;
    let case = JudgedMailbox::of(mailbox, day(8)).case(SHOP);
    assert_eq!((case.received.len(), case.other_messages, case.spam_messages), (5, 1, 1));
    assert_eq!((case.first_day(), case.last_day()), (Some(day(0)), Some(day(4))));
}

#[test]
fn a_pair_without_marketing_has_no_rhythm_and_no_consent() {
    let mut mailbox = InventedMailbox::default();
    mailbox.offer(SHOP, NEWS, 0).kind = crate::fact::Kind::Notification;
    let judged = JudgedMailbox::of(mailbox, day(8));
    let case = judged.case(SHOP);
    assert_eq!((case.verdict.rule, case.cadence, &case.consent), (None, None, &None));
    assert_eq!((case.way_out, case.no_reply, case.opted_out_on), (None, None, None));
    assert_eq!((case.other_messages, case.messages_a_year), (1, Some(0)));
}

#[test]
fn mail_after_an_opt_out_is_judged_for_the_address_that_it_concerns() {
    let mut mailbox = daily(0..4);
    for day in 0..40 {
        mailbox.offer(SHOP, CLUB, day);
    }
    mailbox.proof(Evidence::Unsubscribed, SHOP, NEWS, 3);
    let judged = JudgedMailbox::of(mailbox, day(40));
    let case = judged.case(SHOP);
    assert_eq!(case.in_state(ConsentState::Withdrawn), 0, "the club is another stream");
    assert_eq!(case.opted_out_on, Some(day(3)));
    assert_eq!(judged.verdict(SHOP), "daily-unconsented");

    let mut mailbox = daily(0..4);
    mailbox.proof(Evidence::Unsubscribed, SHOP, NEWS, 3);
    mailbox.offer(SHOP, NEWS, 20);
    mailbox.offer(SHOP, NEWS, 21);
    let judged = JudgedMailbox::of(mailbox, day(40));
    assert_eq!(judged.case(SHOP).in_state(ConsentState::Withdrawn), 2, "after the days of grace");
    assert_eq!(judged.verdict(SHOP), "after-opt-out");
}

#[test]
fn consent_is_that_at_the_last_message() {
    let mut mailbox = daily(0..6);
    mailbox.proof(Evidence::ConfirmRequest, SHOP, NEWS, 2);
    mailbox.proof(Evidence::Confirmed, SHOP, NEWS, 3);
    let case = JudgedMailbox::of(mailbox, day(6)).case(SHOP);
    let consent = case.consent.clone().expect("marketing");
    assert_eq!(
        (consent.state, consent.by.and_then(|event| event.day)),
        (ConsentState::Claimed, Some(day(3)))
    );
    assert_eq!(case.unconsented_messages(), 3, "those before the confirmation");
}

#[test]
fn the_first_purchase_makes_a_customer_whatever_address_it_came_from() {
    let mut mailbox = daily(3..6);
    mailbox.proof(Evidence::Purchase, SHOP, "orders@shop.example", 2);
    mailbox.proof(Evidence::Purchase, SHOP, "orders@shop.example", 1);
    assert_eq!(JudgedMailbox::of(mailbox, day(6)).case(SHOP).customer_since, Some(day(1)));
}

#[test]
fn shares_are_of_the_messages_whose_state_is_known() {
    let mut mailbox = daily(0..2);
    for (day, read) in [(2, true), (3, false), (4, false)] {
        let traits = Traits::READ_KNOWN.with(Traits::READ, read);
        mailbox.offer(SHOP, NEWS, day).traits = traits;
    }
    mailbox.offer("other.example", "a@other.example", 4);
    let judged = JudgedMailbox::of(mailbox, day(4));
    let case = judged.case(SHOP);
    assert_eq!(case.unread, Share { part: 2, whole: 3 });
    assert_eq!(case.deleted, Share { part: 0, whole: 0 });
    assert_eq!(case.load, Share { part: 5, whole: 6 });
    assert_eq!(case.unread_run, Some(2));
}

#[test]
fn a_way_out_under_another_senders_domain_is_named_unless_it_is_a_platform() {
    let mut mailbox = daily(0..2);
    mailbox.offer("parent.example", "a@parent.example", 0);
    mailbox.opt_out_link(SHOP, "parent.example");
    mailbox.opt_out_link(SHOP, "stranger.example");
    mailbox.opt_out_link(SHOP, "sendgrid.net");
    assert_eq!(*JudgedMailbox::of(mailbox, day(4)).case(SHOP).opts_out_at, ["parent.example"]);
}

#[test]
fn the_busiest_day_and_the_last_way_out_are_told() {
    let mut mailbox = daily(0..3);
    mailbox.offer(SHOP, NEWS, 1);
    mailbox.offer(SHOP, NEWS, 4).way_out = WayOut::Mailto;
    let case = JudgedMailbox::of(mailbox, day(4)).case(SHOP);
    assert_eq!((case.most_on_a_day(), case.way_out, case.no_reply), (2, Some(WayOut::Mailto), Some(false)));
}

#[test]
fn a_million_cases_take_little_memory() {
    let (case, message) = (std::mem::size_of::<Case>(), std::mem::size_of::<ReceivedMessage>());
    assert!(case <= 304 && message <= 12, "{case} and {message} bytes");
}
