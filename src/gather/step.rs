//! How far reading has come, reported while it goes on.

use crate::error::Result;
use crate::fact::{FactReader, Lens, Piece};
use crate::fact_file::{self, Given, Keep, OneCustomer};
use crate::mailbox::{FactsFile, Place, RawMessage, Remark, Sink, Unusable, Want};

/// So many messages of one file go together at most, where what is read is handed on: about 5 MB.
const TOGETHER: u32 = 4_096;

/// Whoever takes what was read of a file before its end.
pub(super) type HandOn<'a> = &'a mut dyn FnMut(Piece);

/// A step of reading, reported while reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many bytes came.
    Bytes(u64),
    /// A message came.
    Message,
}

/// A reader that tells of each message.
pub(super) struct ProgressReader<'a, 'l> {
    /// The reader.
    pub(super) reader: &'a mut FactReader<'l>,
    /// What is reported.
    pub(super) progress: &'a (dyn Fn(Step) + Sync),
    /// How mail is looked at.
    pub(super) lens: &'l Lens,
    /// The mailboxes that facts were made from.
    pub(super) given: Vec<Given>,
    /// Who takes facts that come sorted by customer.
    pub(super) one_customer: Option<OneCustomer<'a>>,
    /// Who takes what was read as soon as it is much.
    pub(super) hand_on: Option<HandOn<'a>>,
}

impl ProgressReader<'_, '_> {
    fn hand_on_much(&mut self) {
        if let Some(hand_on) = &mut self.hand_on
            && self.reader.messages() >= TOGETHER
        {
            hand_on(self.reader.take_piece());
        }
    }
}

impl Sink for ProgressReader<'_, '_> {
    fn begin(&mut self) {
        self.reader.begin();
    }

    fn turn_to(&mut self, place: &Place<'_>) {
        self.reader.turn_to(place);
    }

    fn message(&mut self, message: RawMessage<'_>) -> Want {
        (self.progress)(Step::Message);
        self.hand_on_much();
        self.reader.message(message)
    }

    fn body(&mut self, body: &[u8]) {
        self.reader.body(body);
    }

    fn wants_rest(&self) -> bool {
        self.reader.wants_rest()
    }

    fn rest(&mut self, piece: &[u8]) {
        self.reader.rest(piece);
    }

    fn end(&mut self) {
        self.reader.end();
    }

    fn unusable(&mut self, offset: u64, reason: Unusable) {
        (self.progress)(Step::Message);
        self.hand_on_much();
        self.reader.unusable(offset, reason);
    }

    fn remark(&mut self, remark: Remark) {
        self.reader.remark(remark);
    }

    fn facts(&mut self, file: FactsFile<'_>) -> Result<()> {
        let rows = |count| (0..count).for_each(|_| (self.progress)(Step::Message));
        self.reader.turn_to_facts();
        let keep = Keep::of(self.lens);
        let store = self.reader.store();
        let one_customer: Option<OneCustomer<'_>> = match &mut self.one_customer {
            Some(one_customer) => Some(&mut **one_customer),
            None => None,
        };
        self.given.extend(fact_file::read(file, (self.lens, keep), store, one_customer, &rows)?);
        Ok(())
    }
}
