//! The author of a message.

use super::Name;
use super::batch::hash;
use super::settings::ReadingSettings;
use super::unsubscribe::is_no_reply;
use crate::mailbox::Unusable;
use crate::message::address::Address;
use crate::message::domain::{domain_of, normal_address};
use crate::message::header::{FieldName, Fields};
use crate::message::originator::originator;
use crate::text::cache::Meanings;
use std::sync::Arc;

/// What a From value means.
#[derive(Debug, Clone)]
pub struct Author {
    /// The organisation.
    pub sender: Name,
    /// Its name, hashed.
    pub sender_hash: u64,
    /// The address, and the name beside it.
    pub address: Name,
    pub name: Option<Name>,
    /// The domain in the field; a relay's where one forwarded the message.
    pub domain: Option<Arc<str>>,
    /// Whether it is the owner.
    pub owner: bool,
    /// Whether the address is a mail provider's.
    pub free_mail: bool,
    /// Whether it is a no-reply address.
    pub no_reply: bool,
}

/// What the From values seen so far mean: they recur thousands of times. By names, not by their numbers, which are other
/// ones in each piece.
#[derive(Debug)]
pub struct Authors(Meanings<Author>);

impl Default for Authors {
    fn default() -> Self {
        Self(Meanings::new(12))
    }
}

impl Authors {
    /// The author by the first From field; where that has no address, by the Sender field.
    pub fn author(&mut self, fields: &Fields<'_>, settings: &ReadingSettings) -> Result<Author, Unusable> {
        let named = [FieldName::FROM, FieldName::SENDER].into_iter().filter_map(|name| fields.first(name));
        for raw in named.filter(|raw| !raw.is_empty()) {
            let may_be_rewritten = settings.senders.may_be_rewritten(fields);
            if let Some(known) = self.0.known(raw).filter(|_| !may_be_rewritten) {
                return Ok(known.clone());
            }
            let Some(written) = written(raw) else { continue };
            // Other fields may name who wrote: such a value means nothing by itself.
            if may_be_rewritten || settings.senders.is_relayed(&written.address) {
                let original = settings.senders.original(&written, fields, &settings.owners);
                return Ok(read(&written, original.as_ref(), settings));
            }
            let author = read(&written, None, settings);
            self.0.note(raw, author.clone());
            return Ok(author);
        }
        Err(Unusable::NoFrom)
    }
}

/// What an author means: who wrote is the `original` that a relay names; what the receiver could verify, and who
/// the owner is, goes by the address in the field, because a relay vouches only for itself.
fn read(written: &Address, original: Option<&Address>, settings: &ReadingSettings) -> Author {
    let author = original.unwrap_or(written);
    let organisation = settings.senders.organisation(&author.address);
    let name = author.name.as_ref().or(written.name.as_ref());
    Author {
        sender_hash: hash(&[organisation.name.as_bytes()]),
        sender: organisation.name.into(),
        address: author.address.as_str().into(),
        name: name.map(|name| name.as_str().into()),
        domain: domain_of(&written.address).map(Into::into),
        // A relay under the owner's own domain writes for others.
        owner: [Some(written), original]
            .into_iter()
            .flatten()
            .all(|one| settings.owners.contains(&settings.owners.canonical(&one.address))),
        free_mail: domain_of(&author.address).is_some_and(|domain| settings.senders.is_free_mail(domain)),
        no_reply: is_no_reply(&author.address),
    }
}

/// The first address of a From value, or all of its text where it has none; `None` where it is empty.
fn written(raw: &[u8]) -> Option<Address> {
    let written = originator(raw);
    let address = normal_address(&written.address);
    let named = !address.is_empty() && address != "<>";
    named.then(|| Address { name: written.name.filter(|name| !name.is_empty()), address })
}
