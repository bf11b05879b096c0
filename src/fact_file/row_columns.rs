//! The columns of rows that were read, and what a row says.

use super::columns::{
    BatchColumns, FlagColumn, LookupColumn, NumberColumn, NumberListColumn, RowResult, TextColumn,
};
use super::encode::{FLAGS, MAYBE_KNOWN};
use super::schema::{ColumnId, RowKind, TIMES};
use crate::fact::{
    AddressId, CustomerId, Evidence, Kind, ListId, MailboxId, NameId, OwnMailRecord, RuleId, SenderId,
    TimeCandidates, Traits, WayOut,
};

/// The columns of some rows.
pub(super) struct RowColumns<'a> {
    pub kind: LookupColumn<'a, RowKind>,
    pub customer: LookupColumn<'a, CustomerId>,
    pub sender: LookupColumn<'a, SenderId>,
    pub from: LookupColumn<'a, AddressId>,
    pub name: LookupColumn<'a, NameId>,
    pub list: LookupColumn<'a, ListId>,
    pub mailbox: LookupColumn<'a, MailboxId>,
    pub mailbox_hash: LookupColumn<'a, u64>,
    pub kind_of_message: LookupColumn<'a, Kind>,
    pub rule: LookupColumn<'a, RuleId>,
    pub way_out: LookupColumn<'a, WayOut>,
    pub evidence: LookupColumn<'a, Evidence>,
    pub from_text: TextColumn<'a>,
    pub mailbox_text: TextColumn<'a>,
    pub customer_text: TextColumn<'a>,
    pub signs: TextColumn<'a>,
    pub note: TextColumn<'a>,
    pub subject: TextColumn<'a>,
    pub message_id: TextColumn<'a>,
    pub ways_out: [TextColumn<'a>; 3],
    pub message: NumberColumn<'a>,
    pub recipients: NumberColumn<'a>,
    pub identity: NumberColumn<'a>,
    pub offset: NumberColumn<'a>,
    pub times: Vec<NumberColumn<'a>>,
    pub hashes: [NumberColumn<'a>; 3],
    pub flags: Vec<(FlagColumn<'a>, Traits)>,
    pub maybe_known: Vec<(FlagColumn<'a>, Traits, Traits)>,
    pub offers: [NumberListColumn<'a>; 3],
    pub written_to: NumberListColumn<'a>,
    pub written: [NumberColumn<'a>; 2],
    pub written_flags: [FlagColumn<'a>; 2],
    pub owners_named: NumberListColumn<'a>,
}

impl<'a> RowColumns<'a> {
    pub fn of(columns: &BatchColumns<'a>) -> RowResult<Self> {
        let number = |id| columns.numbers(id);
        let flags = FLAGS.iter().map(|(id, flag)| Ok((columns.flags(*id)?, *flag)));
        let maybe = MAYBE_KNOWN.iter().map(|(id, known, flag)| Ok((columns.flags(*id)?, *known, *flag)));
        Ok(Self {
            kind: columns.meanings(ColumnId::Row)?,
            customer: columns.meanings(ColumnId::Customer)?,
            sender: columns.meanings(ColumnId::Sender)?,
            from: columns.meanings(ColumnId::FromAddress)?,
            name: columns.meanings(ColumnId::FromName)?,
            list: columns.meanings(ColumnId::ListId)?,
            mailbox: columns.meanings(ColumnId::Mailbox)?,
            mailbox_hash: columns.meanings(ColumnId::Mailbox)?,
            kind_of_message: columns.meanings(ColumnId::Kind)?,
            rule: columns.meanings(ColumnId::Rule)?,
            way_out: columns.meanings(ColumnId::WayOut)?,
            evidence: columns.meanings(ColumnId::Evidence)?,
            from_text: columns.texts(ColumnId::FromAddress)?,
            mailbox_text: columns.texts(ColumnId::Mailbox)?,
            customer_text: columns.texts(ColumnId::Customer)?,
            signs: columns.texts(ColumnId::Signs)?,
            note: columns.texts(ColumnId::Note)?,
            subject: columns.texts(ColumnId::Subject)?,
            message_id: columns.texts(ColumnId::MessageId)?,
            ways_out: [
                columns.texts(ColumnId::Web)?,
                columns.texts(ColumnId::Mail)?,
                columns.texts(ColumnId::MailSubject)?,
            ],
            message: number(ColumnId::Message)?,
            recipients: number(ColumnId::Recipients)?,
            identity: number(ColumnId::Identity)?,
            offset: number(ColumnId::Offset)?,
            times: TIMES.iter().map(|id| number(*id)).collect::<RowResult<_>>()?,
            hashes: [number(ColumnId::LeadsTo)?, number(ColumnId::Template)?, number(ColumnId::Answers)?],
            flags: flags.collect::<RowResult<_>>()?,
            maybe_known: maybe.collect::<RowResult<_>>()?,
            offers: [
                columns.lists(ColumnId::OptOutAddresses)?,
                columns.lists(ColumnId::OptOutSubjects)?,
                columns.lists(ColumnId::OptOutDomains)?,
            ],
            written_to: columns.lists(ColumnId::WrittenTo)?,
            written: [number(ColumnId::WrittenSubject)?, number(ColumnId::WrittenAnswers)?],
            written_flags: [columns.flags(ColumnId::WrittenAsks)?, columns.flags(ColumnId::WrittenIsAnswer)?],
            owners_named: columns.lists(ColumnId::OwnersNamed)?,
        })
    }

    pub fn forget_names(&mut self) {
        self.customer.forget();
        self.sender.forget();
        self.from.forget();
        self.name.forget();
        self.list.forget();
        self.mailbox.forget();
    }

    pub fn times(&self, at: usize) -> TimeCandidates {
        TimeCandidates::in_order(|place| self.times.get(place)?.get(at))
    }

    pub fn traits(&self, at: usize) -> Traits {
        let mut traits = Traits::empty();
        for (flags, flag) in &self.flags {
            traits.set(*flag, flags.get(at) == Some(true));
        }
        for (flags, known, flag) in &self.maybe_known {
            let value = flags.get(at);
            traits.set(*known, value.is_some());
            traits.set(*flag, value == Some(true));
        }
        traits
    }

    pub fn offers(&self, at: usize) -> impl Iterator<Item = (u64, u64)> {
        let [addresses, subjects, _] = [0, 1, 2].map(|place| self.offers[place].get(at));
        let unsigned = |number: &i64| number.cast_unsigned();
        addresses.iter().map(unsigned).zip(subjects.iter().map(unsigned).chain(std::iter::repeat(0)))
    }

    pub fn domains(&self, at: usize) -> impl Iterator<Item = u64> {
        self.offers[2].get(at).iter().map(|number| number.cast_unsigned())
    }

    /// What the owner wrote, where the row says so.
    pub fn written(&self, at: usize) -> Option<OwnMailRecord> {
        let subject = self.written[0].get(at)?.cast_unsigned();
        Some(OwnMailRecord {
            writer: self.customer_text.get(at).unwrap_or_default().to_string(),
            to: self.written_to.get(at).iter().map(|number| number.cast_unsigned()).collect(),
            subject,
            asks: self.written_flags[0].get(at) == Some(true),
            answers: self.written[1].get(at).map(i64::cast_unsigned),
            is_answer: self.written_flags[1].get(at) == Some(true),
        })
    }

    /// The same for copies of one message.
    pub fn identity(&self, at: usize) -> RowResult<u64> {
        Ok(self.identity.get(at).ok_or_else(|| missing_value("identity"))?.cast_unsigned())
    }

    pub fn message_id(&self, at: usize) -> &'a str {
        self.message_id.get(at).unwrap_or_default()
    }
}

/// That a row has no value in a column.
pub(super) fn missing_value(column: &str) -> String {
    format!("has a message without a value in `{column}`")
}
