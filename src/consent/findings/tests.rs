//! Tests of `evidence`.

use super::*;
use crate::history::invented::{CUSTOMER, InventedMailbox, day, zone};
use crate::time::Day;

const SHOP: &str = "shop.example";
const NEWS: &str = "news@shop.example";
const HELP: &str = "help@shop.example";
/// A subject, hashed.
const ASKED_FOR: u64 = 7 << 32;

/// What is found for mail of the shop from an address, on a list: word and day of each event.
fn found(history: &History, from: &str, list: Option<ListId>) -> Vec<(&'static str, Day)> {
    let id = |name: &str| history.facts().iter().find(|fact| history.names.text(fact.from) == name);
    let of_shop = id(NEWS).expect("an offer");
    let from = id(from).expect("mail from there").from;
    let findings = Findings::of(history, &zone());
    let events = findings.events_for((of_shop.sender, of_shop.customer), from, list);
    assert_eq!(history.names.text(of_shop.customer), CUSTOMER);
    events.iter().map(|event| (event.kind.word(), event.day.expect("a day"))).collect()
}

fn shop() -> InventedMailbox {
    let mut mailbox = InventedMailbox::default();
    for day in 0..4 {
        mailbox.offer(SHOP, NEWS, day);
        mailbox.offer(SHOP, HELP, day);
    }
    mailbox
}

#[test]
fn a_purchase_covers_all_mail_of_the_sender() {
    let mut mailbox = shop();
    mailbox.proof(Evidence::Purchase, SHOP, "orders@shop.example", 2);
    let history = mailbox.history();
    assert_eq!(found(&history, NEWS, None), [("purchase", day(2))]);
    assert_eq!(found(&history, HELP, None), [("purchase", day(2))]);
}

#[test]
fn a_confirmation_counts_within_fourteen_days_of_its_request() {
    for (confirmed, expected) in [(14, vec![("claimed", day(14))]), (15, vec![])] {
        let mut mailbox = shop();
        mailbox.proof(Evidence::ConfirmRequest, SHOP, NEWS, 0);
        mailbox.proof(Evidence::Confirmed, SHOP, NEWS, confirmed);
        assert_eq!(found(&mailbox.history(), NEWS, None), expected);
    }
    let mut mailbox = shop();
    mailbox.proof(Evidence::ConfirmRequest, SHOP, NEWS, 3);
    mailbox.proof(Evidence::Confirmed, SHOP, NEWS, 2);
    mailbox.proof(Evidence::ConfirmRequest, "other.example", "a@other.example", 1);
    assert_eq!(found(&mailbox.history(), NEWS, None), []);
}

#[test]
fn a_goodbye_covers_the_address_that_it_came_from() {
    let mut mailbox = shop();
    mailbox.proof(Evidence::Unsubscribed, SHOP, NEWS, 3);
    let history = mailbox.history();
    assert_eq!(found(&history, NEWS, None), [("withdrawn", day(3))]);
    assert_eq!(found(&history, HELP, None), []);
}

#[test]
fn a_goodbye_covers_everything_where_addresses_change_with_each_mail() {
    let mut mailbox = InventedMailbox::default();
    mailbox.offer(SHOP, NEWS, 0);
    mailbox.offer(SHOP, "b@shop.example", 1);
    mailbox.offer(SHOP, HELP, 2);
    mailbox.proof(Evidence::Unsubscribed, SHOP, NEWS, 3);
    assert_eq!(found(&mailbox.history(), HELP, None), [("withdrawn", day(3))]);
}

#[test]
fn mail_to_the_address_for_opting_out_withdraws_from_its_list() {
    let mut mailbox = InventedMailbox::default();
    let (list, other) = (mailbox.list("news.shop.example"), mailbox.list("club.shop.example"));
    for day in 0..8 {
        mailbox.offer(SHOP, NEWS, day).list = if day < 4 { list } else { other };
    }
    mailbox.opt_out_address(NEWS, "leave@shop.example", 0);
    mailbox.own("leave@shop.example", 9, false);
    let history = mailbox.history();
    assert_eq!(found(&history, NEWS, list), [("withdrawn", day(9))]);
    assert_eq!(found(&history, NEWS, other), []);
}

#[test]
fn an_address_for_opting_out_that_several_senders_name_needs_the_subject() {
    let at_platform = "leave@platform.example";
    let withdrawn = || vec![("withdrawn", day(9))];
    for (other, subject, asks, expected) in [
        (ASKED_FOR << 1, 0, false, vec![]),
        (ASKED_FOR << 1, 0, true, vec![]),
        (ASKED_FOR << 1, ASKED_FOR, false, withdrawn()),
        (ASKED_FOR, ASKED_FOR, false, vec![]),
    ] {
        let mut mailbox = shop();
        mailbox.offer("other.example", "a@other.example", 0);
        mailbox.opt_out_address(NEWS, at_platform, ASKED_FOR);
        mailbox.opt_out_address("a@other.example", at_platform, other);
        let own = mailbox.own(at_platform, 9, asks);
        own.subject = subject;
        assert_eq!(found(&mailbox.history(), NEWS, None), expected, "subject {subject}, asks {asks}");
    }
}

#[test]
fn an_address_from_which_the_sender_writes_needs_a_wish() {
    for (asks, expected) in [(false, vec![]), (true, vec![("withdrawn", day(9))])] {
        let mut mailbox = shop();
        mailbox.opt_out_address(NEWS, HELP, 0);
        mailbox.own(HELP, 9, asks);
        assert_eq!(found(&mailbox.history(), NEWS, None), expected, "asks {asks}");
    }
}

#[test]
fn own_words_withdraw_from_what_they_answer() {
    let mut mailbox = shop();
    mailbox.own(NEWS, 9, true);
    let history = mailbox.history();
    assert_eq!(found(&history, NEWS, None), [("withdrawn", day(9))]);
    assert_eq!(found(&history, HELP, None), []);
    let mut mailbox = shop();
    mailbox.own("stranger@else.example", 9, true);
    assert_eq!(found(&mailbox.history(), NEWS, None), []);
    let mut mailbox = shop();
    mailbox.own(NEWS, -1, true);
    assert_eq!(found(&mailbox.history(), NEWS, None), [], "nothing came before it");
}

#[test]
fn own_words_about_an_unverified_message_are_no_withdrawal_from_the_brand() {
    let mut mailbox = InventedMailbox::default();
    mailbox.offer(SHOP, NEWS, 0).traits = Traits::UNVERIFIED;
    mailbox.own(NEWS, 9, true);
    assert_eq!(found(&mailbox.history(), NEWS, None), []);
}

#[test]
fn a_copy_of_a_message_proves_nothing_new() {
    let goodbye = |mailbox: &mut InventedMailbox, day| {
        let order = mailbox.offer(SHOP, HELP, day);
        order.identity = 99;
        mailbox.proof(Evidence::Unsubscribed, SHOP, HELP, day).identity = 99;
    };
    let mut mailbox = shop();
    goodbye(&mut mailbox, 9);
    goodbye(&mut mailbox, 6);
    assert_eq!(found(&mailbox.history(), HELP, None), [("withdrawn", day(6))]);
    let mut mailbox = shop();
    mailbox.own(NEWS, 9, false).identity = 99;
    mailbox.own(NEWS, 6, true).identity = 99;
    assert_eq!(found(&mailbox.history(), NEWS, None), [("withdrawn", day(6))]);
}
