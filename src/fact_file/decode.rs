//! Rows as a batch of facts.

use super::by_customer::{SORT_THEM, SortedCustomers};
use super::columns::{BatchColumns, RowResult, TextColumn};
use super::row_columns::{RowColumns, missing_value};
use super::schema::{ColumnId, RowKind};
use super::{KeepOptions, MADE_BY, MailboxCounts};
use crate::error::Error;
use crate::fact::{
    Batch, ConsentSign, Detail, Evidence, Fact, Kind, MessageRecord, NameTable, OptOutLink, OptOutOffer,
    OwnMail, OwnMailRecord, ReadingSettings, SharedMessage, Skip, TimeCandidates, Traits, WayOut, WaysOut,
    hash,
};
use crate::mailbox::{Remark, Unusable};
use crate::time::Time;
use arrow_array::RecordBatch;
use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

/// What to do about rows that `facts` did not write so.
const GIVE_FACTS: &str = "give what `mailfatigue facts` wrote, with all its columns";

/// Where rows go, and what is known of those before.
pub(super) struct RowDecoder<'l, 'b> {
    settings: &'l ReadingSettings,
    keep: KeepOptions,
    batch: &'b mut Batch,
    names: &'b mut NameTable,
    /// The message of the row before: its mailbox (hashed: its name is kept only where it is shown), and its number there.
    message: Option<(u64, i64)>,
    links: HashSet<OptOutLink>,
    /// Where rows are sorted by customer.
    pub customers: Option<SortedCustomers<'b>>,
    /// The mailboxes that the facts were made from.
    pub mailboxes: Vec<MailboxCounts>,
    /// The owner's addresses that messages name, by their places.
    pub owners_named: BTreeSet<u64>,
    /// Where rows are wrong, what to do about it.
    pub hint: &'static str,
}

/// Whether a column is needed for what a run keeps.
pub(super) fn is_needed(id: ColumnId, keep: KeepOptions) -> bool {
    match id {
        ColumnId::Subject => keep.details,
        ColumnId::Web | ColumnId::Mail | ColumnId::MailSubject => keep.details && keep.ways_out,
        ColumnId::Signs => keep.details && keep.signs,
        ColumnId::Mailbox | ColumnId::Offset => keep.details || keep.places,
        // It follows from the From address and the brands.
        ColumnId::GroupedBy => false,
        _ => true,
    }
}

impl<'l, 'b> RowDecoder<'l, 'b> {
    pub fn new(
        settings: &'l ReadingSettings,
        keep: KeepOptions,
        (batch, names): (&'b mut Batch, &'b mut NameTable),
    ) -> Self {
        Self {
            settings,
            keep,
            batch,
            names,
            message: None,
            links: HashSet::new(),
            customers: None,
            mailboxes: Vec::new(),
            owners_named: BTreeSet::new(),
            hint: GIVE_FACTS,
        }
    }

    /// Takes in some rows.
    pub fn add_rows(&mut self, rows: &RecordBatch) -> RowResult<()> {
        let keep = self.keep;
        let columns = BatchColumns::of(rows, |id| is_needed(id, keep) && !keep.from_cache)?;
        let mut row = RowColumns::of(&columns)?;
        let made_by = columns.texts(ColumnId::MadeBy)?;
        self.batch.facts.reserve(rows.num_rows());
        (0..rows.num_rows()).try_for_each(|at| {
            if made_by.get(at) != Some(MADE_BY) {
                return Err(format!("has a row ({at}) that `made_by` does not call `{MADE_BY}`"));
            }
            self.row(&mut row, at)
        })
    }

    /// Ends reading.
    pub fn end(&mut self) {
        if let Some(customers) = &mut self.customers {
            customers.end(self.batch, self.names);
        }
    }

    /// Turns to the customer of a row, where rows are sorted by customer. The next customer's messages are others, with
    /// names of their own.
    fn start_customer(&mut self, row: &mut RowColumns<'_>, at: usize) -> RowResult<()> {
        let (Some(customers), Some(customer)) = (&mut self.customers, row.customer_text.get(at)) else {
            return Ok(());
        };
        let turned = customers.start_customer(customer, (self.batch, self.names));
        if turned.inspect_err(|_| self.hint = SORT_THEM)? {
            self.message = None;
            self.links.clear();
            row.forget_names();
        }
        Ok(())
    }

    fn row(&mut self, row: &mut RowColumns<'_>, at: usize) -> RowResult<()> {
        let kind = row.kind.required(at, "row", RowKind::with_word)?;
        if matches!(kind, RowKind::Message | RowKind::Written) {
            self.start_customer(row, at)?;
        }
        match kind {
            RowKind::Message => return self.message(row, at),
            RowKind::Written => return self.written(row, at),
            RowKind::Unusable => return self.unusable(row, at),
            RowKind::Mailbox => {
                let given = serde_json::from_str(row.note.get(at).unwrap_or_default());
                self.mailboxes.push(given.map_err(|_| "has a damaged row `mailbox`".to_string())?);
            }
            RowKind::Blocked => {
                let check_block_row =
                    self.customers.as_ref().map_or(Ok(()), SortedCustomers::check_block_row);
                check_block_row.inspect_err(|_| self.hint = SORT_THEM)?;
                let address = row.from_text.get(at).unwrap_or_default().to_string();
                self.batch.remarks.push(Remark::Blocked(vec![address]));
            }
            RowKind::NoMail => {
                let path = PathBuf::from(row.mailbox_text.get(at).unwrap_or_default());
                self.batch.remarks.push(Remark::NoMail(path));
            }
            RowKind::Noted | RowKind::Failed => {
                let error: Error = serde_json::from_str(row.note.get(at).unwrap_or_default())
                    .map_err(|_| format!("has a damaged row `{}`", kind.word()))?;
                let is_note = kind == RowKind::Noted;
                self.batch.remarks.push(if is_note { Remark::Note(error) } else { Remark::Failed(error) });
            }
        }
        Ok(())
    }

    /// The number of the message in a row: another one than in the row before where its mailbox or its number there is.
    fn order(&mut self, row: &mut RowColumns<'_>, at: usize) -> (u32, bool) {
        let mailbox = row.mailbox_hash.get(at, |path| Some(hash(&[path.as_bytes()])));
        let message = Some((mailbox.unwrap_or(0), row.message.get(at).unwrap_or(-1)));
        let is_new = message != self.message;
        self.message = message;
        if is_new {
            self.batch.read = self.batch.read.saturating_add(1);
        }
        (self.batch.read.saturating_sub(1), is_new)
    }

    fn message(&mut self, row: &mut RowColumns<'_>, at: usize) -> RowResult<()> {
        let (order, is_new) = self.order(row, at);
        let names = &mut *self.names;
        let rules = &self.settings.rules;
        let [leads_to, template, answers] = [0, 1, 2]
            .map(|place| row.hashes[place].get(at).and_then(|hash| u32::try_from(hash).ok()).unwrap_or(0));
        let id = row.message_id(at);
        let times = row.times(at);
        let fact = Fact {
            identity: row.identity(at)?,
            message_id: if id.is_empty() { 0 } else { hash(&[without_brackets(id).as_bytes()]) },
            order,
            time: times.believed(self.settings.now),
            sender: row.sender.number(at, names).ok_or_else(|| missing_value("sender"))?,
            customer: row.customer.number(at, names).ok_or_else(|| missing_value("customer"))?,
            from: row.from.number(at, names).ok_or_else(|| missing_value("from_address"))?,
            name: row.name.number(at, names),
            list: row.list.number(at, names),
            rule: row.rule.required(at, "rule", |id| rules.with_id(id))?,
            kind: row
                .kind_of_message
                .required(at, "kind", |word| Kind::ALL.into_iter().find(|kind| kind.word() == word))?,
            way_out: row.way_out.required(at, "unsubscribe", |word| {
                WayOut::ALL.into_iter().find(|way_out| way_out.word() == word)
            })?,
            leads_to,
            template,
            answers,
            traits: row.traits(at),
        };
        let evidence = |word: &str| Evidence::ALL.into_iter().find(|evidence| evidence.word() == word);
        let evidence = row.evidence.optional(at, "evidence", evidence)?;
        self.add_notes(row, at, &fact, evidence);
        if is_new {
            let offers = row.offers(at).map(|(address, subject)| OptOutOffer::of(address, subject, order));
            self.batch.offers.extend(offers);
            self.add_details(row, at, times, evidence);
            self.add_shared(row, at, &fact);
        }
        self.batch.facts.push(fact);
        Ok(())
    }

    /// Notes a message to several customers, whose rows may come apart: it is known again by its mailbox, its number there
    /// and its own hash.
    fn add_shared(&mut self, row: &RowColumns<'_>, at: usize, fact: &Fact) {
        let all = row.recipients.get(at).and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
        if all > 1 && !self.keep.from_cache {
            let (mailbox, number) = self.message.unwrap_or_default();
            let parts = [mailbox.to_le_bytes(), number.to_le_bytes(), fact.identity.to_le_bytes()];
            let key = hash(&parts.each_ref().map(<[u8; 8]>::as_slice));
            self.batch.shared.push(SharedMessage { order: fact.order, key, customers: all });
        }
    }

    /// What goes beside a fact: evidence, ways out, the owner's own mail.
    fn add_notes(&mut self, row: &RowColumns<'_>, at: usize, fact: &Fact, evidence: Option<Evidence>) {
        let Fact { identity, sender, .. } = *fact;
        if let Some((evidence, time)) = evidence.zip(fact.time) {
            let message_id = row.message_id(at).to_string();
            self.batch.signs.push(ConsentSign::of(fact, evidence, time, message_id));
        }
        if !fact.traits.contains(Traits::SPAM) {
            for domain in row.domains(at) {
                let link = OptOutLink { sender, domain };
                if self.links.insert(link) {
                    self.batch.links.push(link);
                }
            }
        }
        for owner in row.owners_named.get(at) {
            self.owners_named.insert(owner.cast_unsigned());
        }
        if let (Some(written), Some(time)) = (row.written(at), fact.time) {
            self.add_own_mail(written, (identity, time), row.message_id(at));
        }
    }

    fn add_own_mail(&mut self, written: OwnMailRecord, (identity, time): (u64, Time), message_id: &str) {
        let OwnMailRecord { writer, to, subject, asks, answers, is_answer } = written;
        let (writer, message_id) = (self.names.number(&writer), message_id.to_string());
        let own = OwnMail { writer, identity, time, to, subject, asks, answers, is_answer, message_id };
        self.batch.own.push(own);
    }

    fn written(&mut self, row: &RowColumns<'_>, at: usize) -> RowResult<()> {
        let Some(written) = row.written(at) else { return Ok(()) };
        if self.keep.records
            && let Some(record) = self.batch.records.last_mut()
        {
            record.written = Some(written.clone());
        }
        if let Some(time) = row.times(at).believed(self.settings.now) {
            self.add_own_mail(written, (row.identity(at)?, time), row.message_id(at));
        }
        Ok(())
    }

    /// Keeps what the run wants to know of a message besides its facts.
    fn add_details(
        &mut self,
        row: &mut RowColumns<'_>,
        at: usize,
        times: TimeCandidates,
        evidence: Option<Evidence>,
    ) {
        let settings = self.settings;
        if self.keep.records {
            self.batch.records.push(MessageRecord {
                times,
                evidence,
                offers: row.offers(at).collect(),
                domains: row.domains(at).collect(),
                written: row.written(at),
                owners_named: row.owners_named.get(at).iter().map(|place| place.cast_unsigned()).collect(),
                ..MessageRecord::default()
            });
        }
        if self.keep.details {
            let text = |texts: &TextColumn<'_>| texts.get(at).unwrap_or_default().to_string();
            let [web, mail, subject] = [0, 1, 2].map(|place| row.ways_out[place].get(at).map(Box::from));
            let ways_out = WaysOut { web, mail, subject };
            let any = ways_out.web.is_some() || ways_out.mail.is_some();
            let named = row.signs.get(at).unwrap_or_default().split_whitespace();
            let detail = Detail {
                mailbox: row.mailbox.number(at, self.names).unwrap_or_else(|| self.names.number("")),
                offset: row.offset.get(at).unwrap_or(0).cast_unsigned(),
                subject: text(&row.subject),
                from: text(&row.from_text),
                message_id: text(&row.message_id),
                ways_out: any.then(|| Box::new(ways_out)),
                signs: named.filter_map(|id| settings.rules.sign_with_id(id)).collect(),
            };
            self.batch.details.push(detail);
        }
    }

    fn unusable(&mut self, row: &mut RowColumns<'_>, at: usize) -> RowResult<()> {
        self.order(row, at);
        let mailbox = row.mailbox.number(at, self.names).unwrap_or_else(|| self.names.number(""));
        let offset = row.offset.get(at).unwrap_or(0).cast_unsigned();
        let why = row.note.get(at).unwrap_or_default();
        let reason = Unusable::ALL.into_iter().find(|reason| reason.why() == why);
        let reason =
            reason.ok_or_else(|| "has a message that can't be used for an unknown reason".to_string())?;
        self.batch.skips.push(Skip { mailbox, offset, reason });
        if self.keep.records {
            self.batch.records.push(MessageRecord::default());
        }
        if self.keep.details {
            let (subject, from, message_id, ways_out, signs) = Default::default();
            self.batch.details.push(Detail { mailbox, offset, subject, from, message_id, ways_out, signs });
        }
        Ok(())
    }
}

fn without_brackets(id: &str) -> &str {
    id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id)
}
