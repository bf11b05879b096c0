//! Tests of `customer`.

use super::*;
use crate::fact::field_cache::FieldCache;
use crate::message::header::{Spans, Vocabulary};

/// To whom a message was delivered, as its fact says.
fn delivered_to(fields: &Fields<'_>, owners: &Owners) -> String {
    FieldCache::default().customer(fields, owners).to_string()
}

fn customer(header: &str, owners: &[&str]) -> String {
    let owners: Vec<String> = owners.iter().map(|owner| (*owner).to_string()).collect();
    let mut spans = Spans::default();
    delivered_to(
        &spans.scan(&Vocabulary::default(), header.as_bytes()),
        &Owners::new(&owners, false).expect("valid"),
    )
}

#[test]
fn the_first_source_that_names_an_address_wins() {
    let all = "X-Original-To: Me+shop@Home.example\nReceived: from a by b for <d@home.example>; Thu\nDelivered-To: b@home.example\nEnvelope-To: c@home.example\nTo: e@home.example\n";
    assert_eq!(customer(all, &[]), "me@home.example");
    let below = all.replace("X-Original-To", "X-Other");
    assert_eq!(customer(&below, &[]), "b@home.example");
    assert_eq!(customer(&below.replace("Delivered-To", "X-Other"), &[]), "c@home.example");
    let received = "Received: from x (HELO y) by b (for <no@x.example>)\n for <d@home.example>; Thu\nTo: e@home.example\n";
    assert_eq!(customer(received, &[]), "d@home.example");
    let by_way_of = "Received: from x by b for <@relay.example:d@home.example.>; Thu\n";
    assert_eq!(customer(by_way_of, &[]), "d@home.example");
    assert_eq!(customer("Delivered-To: d@home.example.\n", &[]), "d@home.example");
    assert_eq!(customer("To: Ann <E@home.example>\n", &[]), "e@home.example");
    assert_eq!(customer("To: a@home.example, b@home.example\n", &[]), "unknown");
    assert_eq!(customer("To: undisclosed-recipients:;\n", &[]), "unknown");
}

#[test]
fn a_prefix_of_the_mail_server_is_no_part_of_the_address() {
    let prefixed = "Delivered-To: 8-robin@home.example\n";
    for field in [
        "To: Robin <Robin@home.example>",
        "Cc: x@a.example, robin@home.example",
        "Received: by a for <robin@home.example>; Thu",
        "Envelope-To: robin@home.example",
    ] {
        assert_eq!(customer(&format!("{prefixed}{field}\n"), &[]), "robin@home.example", "{field}");
    }
    let by_domain = "Delivered-To: home.example-robin@home.example\nTo: robin@home.example\n";
    assert_eq!(customer(by_domain, &[]), "robin@home.example");
    let others = [
        "To: 8-robin@home.example, robin@home.example",
        "To: robin@other.example",
        "To: jrobin@home.example",
    ];
    for field in others {
        assert_eq!(customer(&format!("{prefixed}{field}\n"), &[]), "8-robin@home.example", "{field}");
    }
    let hyphened = "Delivered-To: anna-lee@home.example\nTo: anna-lee@home.example\n";
    assert_eq!(customer(hyphened, &[]), "anna-lee@home.example");
}

#[test]
fn an_original_to_below_the_first_received_is_not_believed() {
    let header = "Received: by b; Thu\nX-Original-To: other@home.example\nTo: e@home.example\n";
    assert_eq!(customer(header, &[]), "e@home.example");
}

#[test]
fn every_owner_address_is_the_first_one() {
    let owners = ["ann@home.example", "Ann@work.example", "@ann.example"];
    for to in ["ann@work.example", "ann+x@home.example", "any@ann.example"] {
        assert_eq!(customer(&format!("Delivered-To: {to}\n"), &owners), "ann@home.example");
    }
    assert_eq!(customer("Delivered-To: bob@home.example\n", &owners), "bob@home.example");
    assert_eq!(customer("To: a@x.example, b@x.example\n", &owners), "ann@home.example");
}

#[test]
fn tags_are_kept_where_that_is_asked_for() {
    let owners = |keep| Owners::new(&["Ann+1@home.example".to_string()], keep).expect("valid");
    assert_eq!(owners(false).name(), Some("ann@home.example"));
    assert_eq!(owners(true).name(), Some("ann+1@home.example"));
    let mut spans = Spans::default();
    let vocabulary = Vocabulary::default();
    let fields = spans.scan(&vocabulary, b"Delivered-To: Seed+01@home.example\n");
    assert_eq!(delivered_to(&fields, &owners(true)), "seed+01@home.example");
}

#[test]
fn an_owner_that_no_message_names_is_found_out() {
    let given = ["ann@home.example", "ann@hoem.example", "@ann.example", "ann@work.example"];
    let owners = Owners::new(&given.map(str::to_string), false).expect("valid");
    let note = |header: &str| {
        let mut spans = Spans::default();
        owners.note_named(&spans.scan(&Vocabulary::default(), header.as_bytes()));
    };
    note("Delivered-To: Ann+tag@HOME.example\nTo: b@ann.example.org\n");
    assert_eq!(
        owners.unnamed().collect::<Vec<_>>(),
        ["ann@hoem.example", "@ann.example", "ann@work.example"]
    );
    note("To: Shop <a@shop.example>, x@ann.example\n");
    note("Received: from a by b for <ann@work.example>; Thu\nTo: y@x.example\n");
    assert_eq!(owners.unnamed().collect::<Vec<_>>(), ["ann@hoem.example"]);
}

#[test]
fn a_word_that_is_no_address_is_no_owner() {
    assert!(Owners::new(&["ann".to_string()], false).is_err());
    assert!(Owners::new(&["ann@".to_string()], false).is_err());
}
