//! A case without names of people.

use super::case::Case;
use super::context::LEFT_OUT;
use crate::fact::{GroupedBy, Name, Redaction, host_of_address};

impl Case {
    /// Leaves pseudonyms and hosts in place of names and addresses.
    pub fn redact(&mut self, redaction: &Redaction) {
        let is_organisation = matches!(self.grouped_by, GroupedBy::Domain | GroupedBy::Brand);
        let known = self.addresses.iter().chain([&self.customer]).map(Name::as_str).collect::<Vec<_>>();
        // People who write from domains of their own send no marketing.
        let is_firm = is_organisation && !self.received.is_empty();
        let shows = |name: &Name| is_firm && Redaction::shows_name(name, known.iter().copied());
        self.sender_name = self.sender_name.take().filter(shows);
        let mut hosts: Vec<Name> = Vec::new();
        for host in self.addresses.iter().map(|address| Name::from(host_of_address(address))) {
            if !host.is_empty() && !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        self.addresses = hosts.into();
        // A group's name, and that of all senders, name no person.
        let is_nobodys = is_organisation || matches!(self.grouped_by, GroupedBy::Group | GroupedBy::All);
        self.sender = redaction.sender(&self.sender, is_nobodys).into();
        self.customer = redaction.customer(&self.customer).into();
        let others = std::mem::take(&mut self.opts_out_at).into_iter();
        self.opts_out_at = others.filter(|other| !other.contains('@')).collect();
        let of_last = self.consent.as_mut().and_then(|consent| consent.by.as_deref_mut());
        for event in of_last.into_iter().chain(self.shown_by.as_deref_mut()) {
            event.source = LEFT_OUT.to_string();
        }
    }
}
