//! A single message, without separators.

use super::mbox;
use super::mbox::header::header;
use super::mbox::read_buffer::ReadBuffer;
use super::{BODY_LOOK, BodyRequest, RawMessage, Sink, Unusable};
use std::io::{self, Read};

/// The result of reading a single message.
pub struct SingleMessage {
    /// The offset of the bytes that were not searched yet.
    pub unread: u64,
    /// Whether an unambiguous separator is in the bytes that were read and discarded.
    pub has_separator: bool,
}

/// Reads the source as one message that begins at `start`, without separators.
pub fn read_single<R: Read>(
    buffer: &mut ReadBuffer<R>,
    start: u64,
    sink: &mut dyn Sink,
) -> io::Result<SingleMessage> {
    let Some(header) = header(buffer, start, Vec::new(), |_, _| Ok(None))? else {
        sink.unusable(start, Unusable::HeaderTooLong);
        return Ok(SingleMessage { unread: start, has_separator: false });
    };
    let message = RawMessage {
        offset: start,
        header: buffer.slice(start, header.end),
        from_line: None,
        fields: &header.fields,
    };
    let mut single = SingleMessage { unread: header.body, has_separator: false };
    if let BodyRequest::Body = sink.message(message) {
        let enough = header.body.saturating_add(BODY_LOOK as u64);
        while buffer.end() < enough && buffer.more(header.body)? {}
        sink.body(buffer.slice(header.body, enough));
        if sink.wants_rest() {
            let enough = enough.min(buffer.end());
            single.has_separator = mbox::deliver_rest(buffer, header.body, enough, sink)?;
            single.unread = buffer.end();
        }
    }
    Ok(single)
}
