//! Lists and groups that put an address of their own into From, and name the original one.
//!
//! Only a list or group of the owner's own, or one to which the message went, is believed: any other sender may write
//! the same fields to pass for somebody else.

use super::hosts::Hosts;
use super::relay::{address_of, is_author};
use crate::fact::customer::Owners;
use crate::message::address::{Address, addresses};
use crate::message::domain::{domain_of, normal_address, registrable};
use crate::message::header::{FieldName, Fields};
use crate::message::originator::originator;

/// Where Google Groups and Sympa keep the author.
const ORIGINALS: [FieldName; 2] = [FieldName::X_ORIGINAL_FROM, FieldName::X_ORIGINAL_SENDER];

/// Where the addresses are to which a message went, and that of the list.
const HOME: [FieldName; 7] = [
    FieldName::TO,
    FieldName::DELIVERED_TO,
    FieldName::LIST_POST,
    FieldName::CC,
    FieldName::X_ORIGINAL_TO,
    FieldName::ENVELOPE_TO,
    FieldName::X_ENVELOPE_TO,
];

/// Whether the message may be from a list or group that rewrites From.
pub(super) fn is_declared(fields: &Fields<'_>) -> bool {
    ORIGINALS.iter().any(|name| fields.first(*name).is_some())
        || (fields.first(FieldName::LIST_POST).is_some()
            && fields
                .first(FieldName::FROM)
                .is_some_and(|from| memchr::memmem::find(from, b" via ").is_some()))
}

/// Who wrote a message whose From the list or group rewrote.
pub(super) fn original(written: &Address, fields: &Fields<'_>, hosts: &Hosts) -> Option<Address> {
    let in_field = |name: &FieldName| {
        let found = originator(fields.first(*name)?);
        Some(Address { address: normal_address(&found.address), ..found })
    };
    // A platform's address for bounces does not identify the sender.
    let wrote = |found: &Address| {
        is_author(found, hosts) && !domain_of(&found.address).is_some_and(|domain| hosts.is_platform(domain))
    };
    let named = ORIGINALS.iter().filter_map(in_field).find(wrote);
    named.or_else(|| answers_go_to(written, fields).filter(|found| is_author(found, hosts)))
}

/// Mailman, where it writes `Ann via List` into From, keeps the author in Reply-To alone.
fn answers_go_to(written: &Address, fields: &Fields<'_>) -> Option<Address> {
    let via_list = written.name.as_deref().is_some_and(|name| name.contains(" via "));
    let reply = address_of(fields, FieldName::REPLY_TO)?;
    let others = registrable(domain_of(&reply.address)?) != registrable(domain_of(&written.address)?);
    (via_list && others && fields.first(FieldName::LIST_POST).is_some()).then_some(reply)
}

/// Whether a From address is of the domain to which the message went; of a provider's domain only where it is the very
/// address.
pub(super) fn is_at_home(written: &Address, fields: &Fields<'_>, owners: &Owners, hosts: &Hosts) -> bool {
    let Some(domain) = domain_of(&written.address) else { return false };
    let shared = hosts.is_shared(domain);
    let is_here = |address: &str| {
        let address = normal_address(address);
        if shared {
            return address == written.address;
        }
        domain_of(&address).is_some_and(|other| registrable(other) == registrable(domain))
    };
    let addresses = HOME.iter().flat_map(|name| fields.all(*name)).flat_map(addresses);
    owners.iter().any(is_here)
        || addresses.into_iter().any(|one| is_here(one.address.trim_start_matches("mailto:")))
}

#[cfg(test)]
mod tests {
    use crate::fact::ReadingSettings;

    fn sender(header: &str) -> Option<String> {
        let settings = ReadingSettings::plain(1_795_305_600).expect("valid rules");
        settings.sender_of(format!("{header}\nSubject: x\n\nx\n").as_bytes()).map(|found| found.name)
    }

    #[test]
    fn a_group_that_rewrites_from_says_whose_it_was() {
        let group = "From: \"'Fern Tools' via Sales\" <sales@my-firm.example>\nTo: sales@my-firm.example\n";
        for field in [
            "X-Original-From: Fern Tools <deals@fern-tools.example>",
            "X-Original-Sender: deals@fern-tools.example",
            "X-Original-From: Fern, Tools <deals@fern-tools.example>",
            "Reply-To: deals@fern-tools.example\nList-Post: <mailto:sales@my-firm.example>",
        ] {
            assert_eq!(sender(&format!("{group}{field}")).as_deref(), Some("fern-tools.example"), "{field}");
        }
        let google = "From: \"'Fern' via Club\" <club@googlegroups.com>\nTo: club@googlegroups.com\n\
            X-Original-Sender: deals@fern-tools.example";
        assert_eq!(sender(google).as_deref(), Some("fern-tools.example"));
    }

    #[test]
    fn a_stranger_that_writes_such_fields_stays_who_it_is() {
        for header in [
            "From: Deals <x@evil.example>\nTo: me@home.example\nX-Original-From: Bank <help@bank.example>",
            "From: \"Bank via Evil\" <x@evil.example>\nTo: me@home.example\nReply-To: help@bank.example\n\
                List-Post: <mailto:list@elsewhere.example>",
            "From: Deals <x@evil.example>\nTo: me@home.example\n\
                X-AnonAddy-Original-Sender: help@bank.example",
        ] {
            assert_eq!(sender(header).as_deref(), Some("evil.example"), "{header}");
        }
        let provider = "From: x@gmail.com\nTo: me@gmail.com\nX-Original-From: help@bank.example";
        assert_eq!(sender(provider).as_deref(), Some("x@gmail.com"));
    }

    #[test]
    fn a_relay_on_the_owners_own_domain_is_read_back() {
        let to = "To: toys@ann-alias.example\n";
        for from in [
            "From: \"Fern 'deals at fern-tools.example'\" <toys+deals=fern-tools.example@ann-alias.example>\n\
                X-AnonAddy-Original-Sender: deals@fern-tools.example",
            "From: Fern <deals_at_fern-tools_example_xk3fd@ann-alias.example>\n\
                X-SimpleLogin-Original-From: Fern <deals@fern-tools.example>",
            "From: Fern <x7k2@ann-alias.example>\n\
                X-AnonAddy-Original-From-Header: Fern <deals@fern-tools.example>",
        ] {
            assert_eq!(sender(&format!("{to}{from}")).as_deref(), Some("fern-tools.example"), "{from}");
        }
    }
}
