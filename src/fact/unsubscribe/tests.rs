//! Ways out as senders write them.

use super::*;
use crate::message::domain::normal_domain;
use crate::message::header::{Spans, Vocabulary};

/// The best way out, the addresses and their subjects, the hosts.
type FoundWaysOut = (WayOut, Vec<(String, Option<String>)>, Vec<String>);

fn read(header: &str) -> Option<FoundWaysOut> {
    let mut spans = Spans::default();
    let fields = spans.scan(&Vocabulary::default(), header.as_bytes());
    let text = list_unsubscribe(&fields)?;
    let found = unsubscribe(&text, &fields)?;
    let owned =
        |one: &OptOutAddress<'_>| (one.address.to_string(), one.subject.as_ref().map(|s| s.to_string()));
    let hosts = found.hosts.iter().map(|host| normal_domain(host)).collect();
    Some((found.way_out, found.addresses.iter().map(owned).collect(), hosts))
}

fn way_out(value: &str) -> Option<WayOut> {
    read(&format!("List-Unsubscribe: {value}\n")).map(|(way_out, ..)| way_out)
}

#[test]
fn addresses_to_copy_are_the_first_of_each_sort() {
    let of = |text: &str| {
        let found = WaysOut::of(text)?;
        let owned = |text: Option<Box<str>>| text.map(String::from).unwrap_or_default();
        Some([owned(found.web), owned(found.mail), owned(found.subject)])
    };
    let both = "<mailto:U@shop.example?subject=out%20now>, <https://shop.example/u?x=1>, <https://b.example>";
    assert_eq!(of(both), Some(["https://shop.example/u?x=1", "u@shop.example", "out now"].map(String::from)));
    assert_eq!(of("http://shop.example/u"), Some(["http://shop.example/u", "", ""].map(String::from)));
    assert_eq!([of(""), of("<https://>, <javascript:alert(1)>, <mailto:>")], [None, None]);
}

#[test]
fn the_best_way_out_is_found_in_every_spelling() {
    assert_eq!(way_out("<https://shop.example/u?x=1>, <mailto:u@shop.example>"), Some(WayOut::Link));
    assert_eq!(way_out("<mailto: u@shop.example?subject=out>"), Some(WayOut::Mailto));
    assert_eq!(way_out("https://shop.example/u"), Some(WayOut::Link));
    assert_eq!(
        way_out("=?us-ascii?Q?=3Cmailto=3Au=40shop=2Eexample=3E=2C_=3Chttps=3A=2F=2Fshop=2Eexample=3E?="),
        Some(WayOut::Link)
    );
    let post = "List-Unsubscribe: <https://shop.example/u>\nList-Unsubscribe-Post: ";
    assert_eq!(
        read(&format!("{post}List-Unsubscribe=One-Click \n")).map(|(way_out, ..)| way_out),
        Some(WayOut::OneClick)
    );
    assert_eq!(
        read(&format!("{post}ListUnsubscribe=One-Click\n")).map(|(way_out, ..)| way_out),
        Some(WayOut::Link)
    );
}

#[test]
fn several_fields_are_read_together() {
    let fields = "List-Unsubscribe: <mailto:out@shop.example?subject=stop>\nSubject: x\n\
        List-Unsubscribe: https://shop.example/out, http://shop.example/old\n\
        List-Unsubscribe: <https://other.example/\n out>\n";
    let (way_out, addresses, hosts) = read(fields).expect("valid");
    assert_eq!((way_out, addresses.len()), (WayOut::Link, 1));
    assert_eq!(hosts, ["shop.example", "shop.example", "shop.example", "other.example"]);
    let posted = format!("{fields}List-Unsubscribe-Post: List-Unsubscribe=One-Click\n");
    assert_eq!(read(&posted).map(|(way_out, ..)| way_out), Some(WayOut::OneClick));
    let damaged = "List-Unsubscribe: none\nList-Unsubscribe: <mailto:out@shop.example>\n";
    assert_eq!(read(damaged).map(|(way_out, ..)| way_out), Some(WayOut::Mailto));
}

#[test]
fn only_two_hexadecimal_digits_are_an_encoded_byte() {
    for (written, decoded) in
        [("a%41b", "aAb"), ("a%+1b", "a%+1b"), ("100%", "100%"), ("%C3%BC", "ü"), ("%FF", "\u{fffd}")]
    {
        assert_eq!(percent_decoded(written), decoded, "{written}");
    }
}

#[test]
fn garbage_is_no_way_out() {
    for value in
        ["<x@shop.example>", "", "<>", "<mailto:>", "<https://>", "unsubscribe here", "<mailto:nobody>"]
    {
        assert_eq!(way_out(value), None, "{value}");
    }
}

#[test]
fn hosts_are_those_of_links_and_addresses() {
    let (.., hosts) = read(
        "List-Unsubscribe: <https://x:y@U.Shop.example:443/p@q?a=b>, <mailto:u@mail.shop.test>, <http://a.example?u>\n",
    )
    .expect("valid");
    assert_eq!(hosts, ["u.shop.example", "mail.shop.test", "a.example"]);
}

#[test]
fn opt_out_addresses_come_with_their_subject() {
    let (_, addresses, _) =
        read("List-Unsubscribe: <mailto:U+Tok@Shop.example?subject=unsubscribe%3A12&body=x>\n")
            .expect("valid");
    assert_eq!(addresses, [("u+tok@shop.example".to_string(), Some("unsubscribe:12".to_string()))]);
}

#[test]
fn no_reply_addresses_are_known() {
    for address in [
        "noreply@a.example",
        "No-Reply@a.example",
        "shop.do-not-reply@a.example",
        "ne_pas_repondre@a.example",
        "shopnoreply@a.example",
        "service.no-reply.2@a.example",
    ] {
        assert!(is_no_reply(address), "{address}");
    }
    for address in ["reply@a.example", "piano.reply@a.example", "casino-replies@a.example"] {
        assert!(!is_no_reply(address), "{address}");
    }
}
