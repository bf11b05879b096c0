//! The progress of reading.

use crate::error::Result;
use crate::fact::{FactReader, MessagePiece, ReadingSettings};
use crate::fact_file::{self, CustomerHandler, KeepOptions, MailboxCounts};
use crate::mailbox::{
    BodyRequest, FactsFile, MailboxFile, MboxStream, RawMessage, Remark, Sink, StreamPart, Unusable,
};
use std::io;

/// So many messages of one file go together at most, or so many and a part of a stream, where what is read is handed on:
/// about 5 MB.
const TOGETHER: u32 = 4_096;

/// Takes what was read of a file before its end.
pub(super) type PieceHandler<'a> = &'a mut dyn FnMut(MessagePiece);

/// A step of reading, reported at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadProgress {
    /// So many bytes came.
    Bytes(u64),
    /// A message came.
    Message,
}

/// A reader that reports each message.
pub(super) struct ProgressReader<'a, 'l> {
    /// The reader.
    pub(super) reader: &'a mut FactReader<'l>,
    /// What is reported.
    pub(super) progress: &'a (dyn Fn(ReadProgress) + Sync),
    /// How mail is looked at.
    pub(super) settings: &'l ReadingSettings,
    /// The mailboxes that facts were made from.
    pub(super) given: Vec<MailboxCounts>,
    /// Who takes facts that come sorted by customer.
    pub(super) one_customer: Option<CustomerHandler<'a>>,
    /// Who takes what was read as soon as it is much.
    pub(super) on_piece: Option<PieceHandler<'a>>,
}

impl ProgressReader<'_, '_> {
    fn flush_long_piece(&mut self) {
        if let Some(on_piece) = &mut self.on_piece
            && self.reader.messages() >= TOGETHER
        {
            on_piece(self.reader.take());
        }
    }
}

impl Sink for ProgressReader<'_, '_> {
    fn begin(&mut self) {
        self.reader.begin();
    }

    fn start_file(&mut self, place: &MailboxFile<'_>) {
        self.reader.start_file(place);
    }

    fn message(&mut self, message: RawMessage<'_>) -> BodyRequest {
        (self.progress)(ReadProgress::Message);
        self.flush_long_piece();
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

    fn stream(&mut self, stream: MboxStream<'_>) -> Option<io::Result<()>> {
        let (progress, settings, place) = (self.progress, self.settings, self.reader.place().clone());
        let read = |part: &mut StreamPart| {
            let mut reader = FactReader::at(place.clone(), settings);
            let (given, one_customer, on_piece) = (Vec::new(), None, None);
            let mut sink =
                ProgressReader { reader: &mut reader, progress, settings, given, one_customer, on_piece };
            (part.read(&mut sink), reader.take())
        };
        let join = |part| {
            self.reader.join(part);
            self.flush_long_piece();
        };
        Some(stream.read(read, join))
    }

    fn unusable(&mut self, offset: u64, reason: Unusable) {
        (self.progress)(ReadProgress::Message);
        self.flush_long_piece();
        self.reader.unusable(offset, reason);
    }

    fn remark(&mut self, remark: Remark) {
        self.reader.remark(remark);
    }

    fn facts(&mut self, file: FactsFile<'_>) -> Result<()> {
        let rows = |count| (0..count).for_each(|_| (self.progress)(ReadProgress::Message));
        self.reader.start_facts();
        let keep = KeepOptions::of(self.settings);
        let store = self.reader.store();
        let one_customer: Option<CustomerHandler<'_>> = match &mut self.one_customer {
            Some(one_customer) => Some(&mut **one_customer),
            None => None,
        };
        self.given.extend(fact_file::read(file, (self.settings, keep), store, one_customer, &rows)?);
        Ok(())
    }
}
