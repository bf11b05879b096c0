//! What mailboxes hand to a reader.

use super::FactReader;
use crate::error::caught;
use crate::mailbox::{BodyRequest, MailboxFile, RawMessage, Remark, Sink, Unusable};

impl Sink for FactReader<'_> {
    fn begin(&mut self) {
        self.begun = Some(self.batch.mark());
    }

    fn start_file(&mut self, place: &MailboxFile<'_>) {
        self.batch.mailboxes = self.batch.mailboxes.saturating_add(1);
        self.place.mailbox = place.path.to_path_buf();
        self.mailbox_id = None;
        self.place.stored_state = place.stored_state;
        if self.place.folder != place.folder {
            self.place.folder = place.folder.to_path_buf();
            self.place.folder_state = self.settings.labels.folder_state(place.folder);
        }
    }

    fn remark(&mut self, remark: Remark) {
        if matches!(remark, Remark::Failed(_)) {
            self.batch.cut_back(&self.begun.unwrap_or_default());
            self.revokes |= self.begun.is_none();
            self.pending = None;
            self.report = None;
            // What was forgotten may come again.
            self.links.clear();
        }
        self.batch.remarks.push(remark);
    }

    fn message(&mut self, message: RawMessage<'_>) -> BodyRequest {
        // One message on which a parser panics is skipped and counted, and the run continues.
        let outcome = caught(|| self.read(message)).unwrap_or(Err(Unusable::Unreadable));
        outcome.unwrap_or_else(|reason| {
            self.skip(message.offset, reason);
            BodyRequest::Nothing
        })
    }

    fn body(&mut self, body: &[u8]) {
        let suspect = self.pending.as_mut().and_then(|pending| pending.waiting.suspect.take());
        if !suspect.is_some_and(|suspect| self.begin_report(suspect, body)) {
            self.ordinary_body(body);
        }
    }

    fn wants_rest(&self) -> bool {
        self.report.is_some()
    }

    fn rest(&mut self, piece: &[u8]) {
        self.feed_report(piece);
    }

    fn end(&mut self) {
        self.end_report();
    }

    fn unusable(&mut self, offset: u64, reason: Unusable) {
        self.skip(offset, reason);
    }
}
