//! Values that recur in thousands of messages, read once: to whom, on which list, under which labels.

use super::Name;
use super::batch::hash;
use super::customer::{Owners, UNKNOWN, address, by_letterhead, hops, stated, without_prefix};
use super::settings::ReadingSettings;
use super::state::MailState;
use super::unsubscribe::is_no_reply;
use crate::message::address::addresses;
use crate::message::decode::{bracketed, plain_text};
use crate::message::domain::{normal_domain, registrable};
use crate::message::header::{FieldName, Fields};
use crate::text::cache::Meanings;

/// Caches of such values. What caches bring is measured in `text/cache.rs`.
#[derive(Debug)]
pub struct FieldCache {
    customers: Meanings<Option<Name>>,
    letterheads: Meanings<Name>,
    lists: Meanings<Option<Name>>,
    labels: Meanings<MailState>,
    replies: Meanings<Option<bool>>,
    hosts: Meanings<u64>,
}

impl Default for FieldCache {
    fn default() -> Self {
        Self {
            customers: Meanings::new(10),
            letterheads: Meanings::new(10),
            lists: Meanings::new(11),
            labels: Meanings::new(10),
            replies: Meanings::new(11),
            hosts: Meanings::new(11),
        }
    }
}

impl FieldCache {
    /// To whom a message was delivered: the first source that names an address.
    pub fn customer(&mut self, fields: &Fields<'_>, owners: &Owners) -> Name {
        for raw in stated(fields).map(|raw| without_prefix(raw, fields)).chain(hops(fields)) {
            let named = || Some(owners.customer(&address(raw, owners)?).into());
            if let Some(customer) = self.customers.meaning(raw, named) {
                return customer;
            }
        }
        let by_letterhead = || by_letterhead(fields, owners).as_deref().unwrap_or(UNKNOWN).into();
        let mut to = fields.all(FieldName::TO);
        match (to.next(), to.next()) {
            (Some(only), None) => self.letterheads.meaning(only, by_letterhead),
            _ => by_letterhead(),
        }
    }

    /// The list of a message.
    pub fn list(&mut self, fields: &Fields<'_>) -> Option<Name> {
        let raw = fields.first(FieldName::LIST_ID)?;
        self.lists.meaning(raw, || {
            let id = plain_text(bracketed(raw)).to_lowercase();
            (!id.is_empty()).then(|| id.into())
        })
    }

    /// The state by Gmail's labels.
    pub fn labels(&mut self, raw: &[u8], settings: &ReadingSettings) -> MailState {
        self.labels.meaning(raw, || settings.labels.gmail(raw))
    }

    /// Whether answers go to a no-reply address; `None` where no address is named for answers.
    pub fn has_no_reply_address(&mut self, fields: &Fields<'_>) -> Option<bool> {
        let raw = fields.first(FieldName::REPLY_TO)?;
        self.replies.meaning(raw, || {
            let first = addresses(raw).into_iter().next();
            first.map(|mailbox| is_no_reply(&mailbox.address))
        })
    }

    /// The registrable domain of a host as written, hashed.
    pub fn domain(&mut self, host: &str) -> u64 {
        self.hosts.meaning(host.as_bytes(), || hash(&[registrable(&normal_domain(host)).as_bytes()]))
    }
}
