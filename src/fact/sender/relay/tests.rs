//! Addresses that relays rewrote, and what is read back of them.

use super::super::{Brands, Senders};
use super::*;
use crate::fact::Owners;
use crate::message::header::Spans;

#[test]
fn the_built_in_relays_are_read_and_name_well_known_fields() {
    let written: WrittenRelays = toml::from_str(BUILT_IN).expect("relays.toml");
    let mut vocabulary = Vocabulary::default();
    let fresh = vocabulary.add("x-never-heard-of");
    assert!(written.relay.len() > 5);
    for name in written.relay.iter().flat_map(|relay| relay.headers.iter().chain(&relay.envelope)) {
        assert!(vocabulary.add(name) < fresh, "`{name}` is not among the well-known fields");
    }
}

fn original(from: &str, fields: &str) -> Option<String> {
    let mut spans = Spans::default();
    let fields = spans.scan(&Vocabulary::default(), fields.as_bytes());
    let mut written = addresses(from.as_bytes()).into_iter().next().expect("an address");
    written.address = normal_address(&written.address);
    let senders = Senders::new(Brands::default());
    senders.original(&written, &fields, &Owners::default()).map(|found| found.address)
}

fn assert_all(cases: &[(&str, &str, Option<&str>)]) {
    for (from, fields, expected) in cases {
        assert_eq!(original(from, fields).as_deref(), *expected, "{from} {fields}");
    }
}

#[test]
fn rewritten_addresses_are_read_back() {
    assert_all(&[
        ("brand_at_shop_example_xyz@privaterelay.appleid.com", "", Some("brand@shop.example")),
        (
            "no-reply_at_mail_shop_co_uk_7yg6vq9kfp_2a60b2b4@privaterelay.appleid.com",
            "",
            Some("no-reply@mail.shop.co.uk"),
        ),
        ("Ann <ann_at_shop_example_ydmks@simplelogin.co>", "", Some("ann@shop.example")),
        ("news_at_mail.shop.example_duckman@duck.com", "", Some("news@mail.shop.example")),
        ("me+news=shop.example@robin.anonaddy.com", "", Some("news@shop.example")),
        ("me+b+x=y=shop.example@addy.io", "", Some("b+x=y@shop.example")),
        ("\"news@shop.example [via Relay]\" <m4sk@mozmail.com>", "", Some("news@shop.example")),
        ("\"Shop <news@shop.example> [via Relay]\" <m4sk@robin.mozmail.com>", "", Some("news@shop.example")),
        (
            "\"bank@bank.example <news@shop.example> [via Relay]\" <m@mozmail.com>",
            "",
            Some("news@shop.example"),
        ),
        ("x_at_bank.example_y_at_shop.example_robin@duck.com", "", Some("x_at_bank.example_y@shop.example")),
    ]);
}

#[test]
fn display_names_and_masks_name_the_author() {
    assert_all(&[
        (
            "\"Moss 'post@moss.example' via 33Mail\" <sender@mailer3.33mail.com>",
            "",
            Some("post@moss.example"),
        ),
        ("\"a@bank.example 'post@moss.example' via 33Mail\" <s@33mail.com>", "", Some("post@moss.example")),
        ("\"Moss [post@moss.example]\" <x7k2@burnermail.io>", "", Some("post@moss.example")),
        ("\"Moss (post at moss.example)\" <x7k2@opayq.com>", "", Some("post@moss.example")),
        ("\"post(a)moss.example\" <x7k2@cloaked.id>", "", Some("post@moss.example")),
        ("\"Moss via 33Mail\" <sender@mailer1.33mail.com>", "", None),
        ("\"Moss 'post@moss...' via 33Mail\" <sender@mailer1.33mail.com>", "", None),
        ("+toys+ann+a1b2.post#moss.example@spamgourmet.com", "", Some("post@moss.example")),
    ]);
}

#[test]
fn what_is_cut_or_ambiguous_names_nobody() {
    assert_all(&[
        ("x7k2m9pq4d@privaterelay.appleid.com", "", None),
        ("brand_at_shop_nosuffix7_x7k2@privaterelay.appleid.com", "", None),
        ("brand_at_com_xyz@privaterelay.appleid.com", "", None),
        ("ann_b_at_gmail_com_xyz@simplelogin.co", "", None),
        ("annb_at_gmail_com_xyz@simplelogin.co", "", Some("annb@gmail.com")),
        ("newsletter_at_a-rather-long-name-of-a-big-shp_co_abcde@simplelogin.co", "", None),
        ("\"news@a-very-long-nam... [via Relay]\" <m@mozmail.com>", "", None),
        ("Shop <m@mozmail.com>", "", None),
        ("me@duck.com", "", None),
        ("news_at_shop_example_xyz@other.example", "", None),
        ("news_at_mozmail.com_me@duck.com", "", None),
    ]);
}

#[test]
fn fields_name_the_author_where_the_address_does_not() {
    let simple = "X-SimpleLogin-Original-From: Shop <News@Shop.example>\n";
    let envelope = |address: &str| format!("X-SimpleLogin-Envelope-From: {address}\n");
    assert_all(&[
        ("abc@simplelogin.co", simple, Some("news@shop.example")),
        ("abc@simplelogin.co", &envelope("bounce@mail.shop.example"), Some("bounce@mail.shop.example")),
        ("abc@simplelogin.co", &envelope("b1@sendgrid.net"), None),
        ("abc@passmail.net", simple, Some("news@shop.example")),
        ("m@mozmail.com", "Resent-From: news@shop.example\n", Some("news@shop.example")),
        ("a@anonaddy.me", "X-AnonAddy-Original-Sender: news@shop.example\n", Some("news@shop.example")),
        ("a@anonaddy.me", "X-AnonAddy-Original-From-Header: Shop <a@shop.example>\n", Some("a@shop.example")),
        ("me@duck.com", "Duck-Original-From: \"Shop\" <news@shop.example>\n", Some("news@shop.example")),
        ("ann@other.example", simple, None),
        (
            "a_b_at_shop_example_xyz@simplelogin.co",
            "X-SimpleLogin-Original-From: a.b@shop.example\n",
            Some("a.b@shop.example"),
        ),
        // A field that the sender may have smuggled in does not beat the address.
        (
            "news_at_evil.example_me@duck.com",
            "Duck-Original-From: news@bank.example\n",
            Some("news@evil.example"),
        ),
    ]);
}
