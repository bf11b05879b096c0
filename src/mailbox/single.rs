//! A single message, without separators.

use super::header::header;
use super::window::Window;
use super::{BODY_LOOK, RawMessage, Sink, Unusable, Want};
use std::io::{self, Read};

/// Reads the source as one message that begins at `start`, without separators; tells where its body begins.
pub fn read_single<R: Read>(window: &mut Window<R>, start: u64, sink: &mut dyn Sink) -> io::Result<u64> {
    let Some(header) = header(window, start, Vec::new(), |_, _| Ok(None))? else {
        sink.unusable(start, Unusable::HeaderTooLong);
        return Ok(start);
    };
    let message = RawMessage {
        offset: start,
        header: window.slice(start, header.end),
        from_line: None,
        fields: &header.fields,
    };
    if let Want::Body = sink.message(message) {
        let enough = header.body.saturating_add(BODY_LOOK as u64);
        while window.end() < enough && window.more(header.body)? {}
        sink.body(window.slice(header.body, enough));
    }
    Ok(header.body)
}
