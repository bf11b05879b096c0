//! What `mail-parser` takes for a whole mailbox: its own iterator, every message parsed. For comparison only.

use mail_parser::MessageParser;
use mail_parser::mailbox::mbox::MessageIterator;
use std::fs::File;
use std::io::BufReader;

fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).unwrap_or_default();
    let parser = MessageParser::default();
    let messages = MessageIterator::new(BufReader::with_capacity(1 << 20, File::open(path)?));
    let read = messages.flatten().filter(|message| parser.parse(message.contents()).is_some()).count();
    std::process::exit(i32::from(read == 0));
}
