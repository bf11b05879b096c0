//! Journals by blind copy (Postfix `always_bcc`, dual delivery): the message itself is in the archive's mailbox, and the
//! receiver wrote the recipients of its envelope into fields above its own `Received`.
//!
//! Below it, they may be a sender's. Mail in an owner's mailbox is the owner's, regardless of these fields.

use crate::fact::customer::Owners;
use crate::message::address::{addresses, bare_address};
use crate::message::header::{FieldName, Fields};

const RECIPIENTS: [FieldName; 6] = [
    FieldName::X_ENVELOPE_TO,
    FieldName::X_ORIGINAL_TO,
    FieldName::X_RCPT_TO,
    FieldName::X_ENVELOPE_RECIPIENT,
    FieldName::X_ENVELOPE_RECIPIENTS,
    FieldName::X_GM_ORIGINAL_TO,
];

/// The recipients of a message that is an archive's copy, canonical; none where it is mail like any other.
pub(in crate::fact) fn recipients(fields: &Fields<'_>, owners: &Owners) -> Vec<String> {
    if RECIPIENTS.into_iter().all(|name| fields.first(name).is_none()) {
        return Vec::new();
    }
    let archive = archive(fields).map(|address| owners.canonical(&address));
    let mut found: Vec<String> = Vec::new();
    let above = fields.iter().take_while(|(name, _)| *name != FieldName::RECEIVED);
    for (_, value) in above.filter(|(name, _)| RECIPIENTS.contains(name)) {
        let named = addresses(value).into_iter().filter(|one| one.address.contains('@'));
        for address in named.map(|one| owners.canonical(&one.address)) {
            if Some(&address) != archive.as_ref() && !found.contains(&address) {
                found.push(address);
            }
        }
    }
    let is_owners = found.iter().chain(archive.as_ref()).any(|address| owners.contains(address));
    let is_copy = match (found.len(), &archive) {
        (0, _) => false,
        // An alias delivers to an address that the sender never wrote, too; but then no archive's copy is lost.
        (1, Some(archive)) => !is_addressed(fields, archive, owners),
        (1, None) => {
            fields.first(FieldName::X_ORIGINAL_TO).or(fields.first(FieldName::X_ENVELOPE_TO)).is_none()
        }
        _ => true,
    };
    if is_copy && !is_owners { found } else { Vec::new() }
}

/// The mailbox that the copy was delivered to.
fn archive(fields: &Fields<'_>) -> Option<String> {
    let value = fields.first(FieldName::DELIVERED_TO).or(fields.first(FieldName::ENVELOPE_TO))?;
    bare_address(value).map(str::to_string)
}

fn is_addressed(fields: &Fields<'_>, address: &str, owners: &Owners) -> bool {
    let letterhead = [FieldName::TO, FieldName::CC].into_iter().flat_map(|name| fields.all(name));
    letterhead.flat_map(addresses).any(|one| owners.canonical(&one.address) == address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::header::{Spans, Vocabulary};

    fn found(header: &str, owners: &[&str]) -> Vec<String> {
        let owners: Vec<String> = owners.iter().map(|owner| owner.to_string()).collect();
        let owners = Owners::new(&owners, false).expect("owners");
        let mut spans = Spans::default();
        recipients(&spans.scan(&Vocabulary::default(), header.as_bytes()), &owners)
    }

    #[test]
    fn an_archives_copy_is_everybodys_on_its_envelope() {
        let copy = "Delivered-To: archive@corp.example\nX-Envelope-To: ann@corp.example,\n bob@corp.example\n\
                    X-Envelope-To: Ann+x@corp.example\nReceived: by mx\nTo: list@corp.example\n";
        assert_eq!(found(copy, &[]), ["ann@corp.example", "bob@corp.example"]);
        let single = "X-Original-To: archive@corp.example\nDelivered-To: archive@corp.example\n\
                      X-RCPT-TO: ann@corp.example\nReceived: by mx\nTo: ann@corp.example\n";
        assert_eq!(found(single, &[]), ["ann@corp.example"]);
    }

    #[test]
    fn mail_like_any_other_is_no_archives_copy() {
        let below =
            "Delivered-To: ann@corp.example\nReceived: by mx\nX-Envelope-To: x@a.example, y@a.example\n";
        assert_eq!(found(below, &[]), [""; 0]);
        let usual = "X-Original-To: ann@corp.example\nDelivered-To: ann@corp.example\nReceived: by mx\n";
        assert_eq!(found(usual, &[]), [""; 0]);
        let of_the_owner =
            "Delivered-To: ann@home.example\nX-Envelope-To: a@x.example, b@x.example\nReceived: by mx\n";
        assert_eq!(found(of_the_owner, &["ann@home.example"]), [""; 0]);
    }
}
