//! A single message, without separators.

use super::mbox::header::header;
use super::mbox::read_buffer::ReadBuffer;
use super::{BODY_LOOK, RawMessage, Sink, Unusable, Want};
use std::io::{self, Read};

/// Reads the source as one message that begins at `start`, without separators; tells where its body begins.
pub fn read_single<R: Read>(buffer: &mut ReadBuffer<R>, start: u64, sink: &mut dyn Sink) -> io::Result<u64> {
    let Some(header) = header(buffer, start, Vec::new(), |_, _| Ok(None))? else {
        sink.unusable(start, Unusable::HeaderTooLong);
        return Ok(start);
    };
    let message = RawMessage {
        offset: start,
        header: buffer.slice(start, header.end),
        from_line: None,
        fields: &header.fields,
    };
    if let Want::Body = sink.message(message) {
        let enough = header.body.saturating_add(BODY_LOOK as u64);
        while buffer.end() < enough && buffer.more(header.body)? {}
        sink.body(buffer.slice(header.body, enough));
    }
    Ok(header.body)
}
