//! Facts and remarks as rows.

use super::row_builder::RowBuilder;
use super::schema::{ColumnId, RowKind};
use super::{MADE_BY, MailboxCounts};
use crate::fact::{
    AddressId, Batch, Detail, Fact, GroupedBy, MessageRecord, NameTable, OwnMailRecord, ReadingSettings,
    Skip, TimeCandidates, Traits, WayOut, WaysOut, host_of_address,
};
use crate::mailbox::Remark;
use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

/// Messages that become rows.
#[derive(Debug, Clone)]
pub struct MessageBatch<'a> {
    /// Facts, with details and records of all messages.
    pub batch: &'a Batch,
    /// Their names; redacted where the rows are.
    pub names: &'a NameTable,
    /// Which messages, by their order.
    pub orders: Range<u32>,
}

/// Makes rows.
pub(super) struct RowEncoder<'a> {
    pub rows: RowBuilder,
    settings: &'a ReadingSettings,
    /// Whether what comes is redacted: then nothing else names people either.
    redacted: bool,
    /// How the sender of each From address was found, of the messages at hand.
    groups: HashMap<AddressId, GroupedBy>,
}

impl<'a> RowEncoder<'a> {
    pub fn new(settings: &'a ReadingSettings, redacted: bool) -> Self {
        Self { rows: RowBuilder::new(), settings, redacted, groups: HashMap::new() }
    }

    /// Starts messages with a name table of their own.
    pub fn start_batch(&mut self) {
        self.groups.clear();
    }

    fn begin(&mut self, kind: RowKind) {
        self.rows.text(ColumnId::MadeBy, MADE_BY);
        self.rows.text(ColumnId::Row, kind.word());
    }

    /// The facts of a message with that number, one for each of its customers.
    pub fn message(&mut self, from: &MessageBatch<'_>, facts: &[Fact], number: u32) {
        for (place, fact) in facts.iter().enumerate() {
            // What the owner wrote is written once, whatever the number of its recipients.
            self.fact_of_message(from, (fact, number), (place == 0, facts.len()));
        }
    }

    fn fact_of_message(
        &mut self,
        from: &MessageBatch<'_>,
        (fact, number): (&Fact, u32),
        (is_first, recipients): (bool, usize),
    ) {
        let at = fact.order as usize;
        let (Some(record), Some(detail)) = (from.batch.records.get(at), from.batch.details.get(at)) else {
            return;
        };
        let names = from.names;
        let customer = names.text(fact.customer);
        self.begin(RowKind::Message);
        self.rows.text(ColumnId::Customer, customer);
        self.rows.number(ColumnId::Message, number.into());
        let recipients = i64::try_from(recipients).ok().filter(|several| *several > 1);
        self.rows.number_if_any(ColumnId::Recipients, recipients);
        self.fact(fact, names);
        self.times(&record.times);
        self.traits(fact.traits);
        self.evidence(record);
        self.detail(&detail, names);
        let written = record.written.as_ref().filter(|_| is_first);
        if let Some(written) = written.filter(|written| written.writer == customer) {
            self.written(written);
        }
        self.rows.end_row();
        if let Some(written) = written.filter(|written| written.writer != customer) {
            self.begin(RowKind::Written);
            self.rows.text(ColumnId::Customer, &written.writer);
            self.rows.number(ColumnId::Message, number.into());
            self.identity(fact);
            self.rows.text_if_any(ColumnId::Mailbox, names.text(detail.mailbox));
            self.rows.text_if_any(ColumnId::MessageId, &detail.message_id);
            self.times(&record.times);
            self.written(written);
            self.rows.end_row();
        }
    }

    fn identity(&mut self, fact: &Fact) {
        let identity = Some(fact.identity.cast_signed()).filter(|hash| *hash != 0);
        self.rows.number_if_any(ColumnId::Identity, identity);
    }

    fn fact(&mut self, fact: &Fact, names: &NameTable) {
        self.identity(fact);
        let Fact { sender, customer: _, from, name, list, rule, kind, .. } = *fact;
        let Fact { way_out, leads_to, template, answers, .. } = *fact;
        // These are in other columns: identity, the Message-ID, its number, the times, the traits.
        let Fact { identity: _, message_id: _, order: _, time: _, traits: _, .. } = *fact;
        let settings = self.settings;
        let group = || settings.senders.organisation(names.unredacted(from)).grouped_by;
        let group = self.groups.entry(from).or_insert_with(group);
        let rows = &mut self.rows;
        rows.text(ColumnId::Sender, names.text(sender));
        rows.text(ColumnId::GroupedBy, group.word());
        rows.text(ColumnId::FromAddress, names.text(from));
        if let Some(name) = name {
            rows.text_if_any(ColumnId::FromName, names.text(name));
        }
        if let Some(list) = list {
            rows.text_if_any(ColumnId::ListId, names.text(list));
        }
        rows.text(ColumnId::Kind, kind.word());
        rows.text(ColumnId::Rule, settings.rules.id(rule));
        rows.text(ColumnId::WayOut, WayOut::word(way_out));
        for (id, hash) in
            [(ColumnId::LeadsTo, leads_to), (ColumnId::Template, template), (ColumnId::Answers, answers)]
        {
            rows.number_if_any(id, Some(i64::from(hash)).filter(|hash| *hash != 0));
        }
    }

    fn times(&mut self, times: &TimeCandidates) {
        let TimeCandidates { before_import, received, delivered, date, separator } = *times;
        let cells = [
            (ColumnId::BeforeImport, before_import),
            (ColumnId::Received, received),
            (ColumnId::Delivered, delivered),
            (ColumnId::Date, date),
            (ColumnId::Separator, separator),
        ];
        cells.into_iter().for_each(|(id, time)| self.rows.number_if_any(id, time));
    }

    fn traits(&mut self, traits: Traits) {
        for (id, flag) in FLAGS {
            self.rows.flag(*id, traits.contains(*flag));
        }
        for (id, known, flag) in MAYBE_KNOWN {
            if traits.contains(*known) {
                self.rows.flag(*id, traits.contains(*flag));
            }
        }
    }

    fn evidence(&mut self, record: &MessageRecord) {
        if let Some(evidence) = record.evidence {
            self.rows.text(ColumnId::Evidence, evidence.word());
        }
        let offers = &record.offers;
        self.rows.numbers_if_any(ColumnId::OptOutAddresses, offers.iter().map(|(address, _)| *address));
        self.rows.numbers_if_any(ColumnId::OptOutSubjects, offers.iter().map(|(_, subject)| *subject));
        self.rows.numbers_if_any(ColumnId::OptOutDomains, record.domains.iter().copied());
        self.rows.numbers_if_any(ColumnId::OwnersNamed, record.owners_named.iter().copied());
    }

    fn written(&mut self, written: &OwnMailRecord) {
        let OwnMailRecord { writer: _, to, subject, asks, answers, is_answer } = written;
        self.rows.numbers_if_any(ColumnId::WrittenTo, to.iter().copied());
        self.rows.number(ColumnId::WrittenSubject, subject.cast_signed());
        self.rows.flag(ColumnId::WrittenAsks, *asks);
        self.rows.number_if_any(ColumnId::WrittenAnswers, answers.map(u64::cast_signed));
        self.rows.flag(ColumnId::WrittenIsAnswer, *is_answer);
    }

    fn detail(&mut self, detail: &Detail, names: &NameTable) {
        // The From address is a fact's, too.
        let Detail { mailbox, offset, subject, from: _, message_id, ways_out, signs } = detail;
        let rows = &mut self.rows;
        rows.text_if_any(ColumnId::Mailbox, names.text(*mailbox));
        rows.number(ColumnId::Offset, offset.cast_signed());
        rows.text_if_any(ColumnId::Subject, subject);
        rows.text_if_any(ColumnId::MessageId, message_id);
        if let Some(WaysOut { web, mail, subject }) = ways_out.as_deref() {
            let texts = [(ColumnId::Web, web), (ColumnId::Mail, mail), (ColumnId::MailSubject, subject)];
            for (id, text) in texts {
                if let Some(text) = text {
                    rows.text(id, text);
                }
            }
        }
        let signs = signs.iter().filter_map(|number| self.settings.rules.sign(*number)).map(|sign| &*sign.id);
        let signs: Vec<&str> = signs.collect();
        rows.text_if_any(ColumnId::Signs, &signs.join(" "));
    }

    /// A message that can't be used, with its number.
    pub fn unusable(&mut self, names: &NameTable, (skip, number): (&Skip, u32)) {
        self.begin(RowKind::Unusable);
        self.rows.number(ColumnId::Message, number.into());
        self.rows.text_if_any(ColumnId::Mailbox, names.text(skip.mailbox));
        self.rows.number(ColumnId::Offset, skip.offset.cast_signed());
        self.rows.text(ColumnId::Note, skip.reason.why());
        self.rows.end_row();
    }

    /// A mailbox as it was named.
    pub fn mailbox(&mut self, given: &MailboxCounts) -> io::Result<()> {
        let path = if self.redacted { PathBuf::new() } else { given.path.clone() };
        let given = MailboxCounts { path, ..given.clone() };
        let text = serde_json::to_string(&given).map_err(io::Error::other)?;
        self.begin(RowKind::Mailbox);
        self.rows.text_if_any(ColumnId::Mailbox, &given.path.to_string_lossy());
        self.rows.text(ColumnId::Note, &text);
        self.rows.end_row();
        Ok(())
    }

    /// Something else than a message.
    pub fn remark(&mut self, remark: &Remark) {
        let redacted = self.redacted;
        let error = |kind, error| (kind, serde_json::to_string(error).unwrap_or_default());
        match remark {
            Remark::Blocked(addresses) => {
                for address in addresses {
                    self.begin(RowKind::Blocked);
                    let shown = if redacted { &host_of_address(address) } else { address };
                    self.rows.text(ColumnId::FromAddress, shown);
                    self.rows.end_row();
                }
                return;
            }
            // It is among what the mailbox gave.
            Remark::Promised(_) => return,
            Remark::NoMail(path) => {
                self.begin(RowKind::NoMail);
                if !redacted {
                    self.rows.text(ColumnId::Mailbox, &path.to_string_lossy());
                }
            }
            Remark::Note(what) | Remark::Failed(what) => {
                let is_note = matches!(remark, Remark::Note(_));
                let (kind, text) = error(if is_note { RowKind::Noted } else { RowKind::Failed }, what);
                self.begin(kind);
                if !redacted {
                    self.rows.text(ColumnId::Note, &text);
                }
            }
        }
        self.rows.end_row();
    }
}

/// Columns of flags that are always known.
pub(super) const FLAGS: &[(ColumnId, Traits)] = &[
    (ColumnId::Own, Traits::OWN),
    (ColumnId::Draft, Traits::NO_MAIL),
    (ColumnId::Spam, Traits::SPAM),
    (ColumnId::Unverified, Traits::UNVERIFIED),
    (ColumnId::NoReply, Traits::NO_REPLY),
    (ColumnId::Reply, Traits::REPLY),
    (ColumnId::Mixed, Traits::MIXED),
    (ColumnId::Leans, Traits::LEANS_TO_MARKETING),
    (ColumnId::Marked, Traits::MARKED),
    (ColumnId::Numbered, Traits::NUMBERED),
    (ColumnId::Subscription, Traits::SUBSCRIPTION),
];

/// Columns of flags that an export may say nothing about: the flag that it does, and what it says.
pub(super) const MAYBE_KNOWN: &[(ColumnId, Traits, Traits)] = &[
    (ColumnId::Read, Traits::READ_KNOWN, Traits::READ),
    (ColumnId::Deleted, Traits::DELETED_KNOWN, Traits::DELETED),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trait_has_a_column() {
        let flags = FLAGS.iter().map(|(_, flag)| *flag);
        let maybe = MAYBE_KNOWN.iter().map(|(_, known, flag)| *known | *flag);
        assert_eq!(flags.chain(maybe).collect::<Traits>(), Traits::all());
    }
}
