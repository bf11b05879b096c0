//! A page of messages' details, packed: numbers in groups of seven bits, texts after their lengths, all deflated.

use super::MailboxId;
use super::spill::{PackedBytes, Spill};
use super::unsubscribe::WaysOut;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use std::io::{Read, Write};

/// Where a message is and how a mail program shows it: kept only for the list of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// The mailbox.
    pub mailbox: MailboxId,
    /// Where the message begins, in bytes.
    pub offset: u64,
    /// Its subject, decoded.
    pub subject: String,
    /// Its From address.
    pub from: String,
    /// Its Message-ID.
    pub message_id: String,
    /// Where it says that it takes opt-outs, if that is kept.
    pub ways_out: Option<Box<WaysOut>>,
    /// The signs that were weighed, by their numbers; none where a rule decided.
    pub signs: Vec<u16>,
}

/// Messages, packed.
#[derive(Debug, Clone)]
pub(super) struct DetailPage {
    /// The number of its first message.
    pub first: usize,
    /// Their mailboxes; the packed messages have places in this list, so that a page can be renamed as it is.
    pub mailboxes: Vec<MailboxId>,
    /// How many messages there are.
    pub count: usize,
    /// The messages, deflated.
    pub packed: PackedBytes,
}

impl DetailPage {
    /// Packs messages, of which the first has that number.
    pub fn of(first: usize, messages: &[Detail], spill: &mut Spill) -> Self {
        let mut mailboxes: Vec<MailboxId> = Vec::new();
        let mut plain = Vec::new();
        for detail in messages {
            let known = mailboxes.iter().rposition(|mailbox| *mailbox == detail.mailbox);
            let place = known.unwrap_or_else(|| {
                mailboxes.push(detail.mailbox);
                mailboxes.len() - 1
            });
            write(detail, place, &mut plain);
        }
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
        // Writing to memory can't fail.
        let packed = packer.write_all(&plain).and_then(|()| packer.finish()).unwrap_or_default();
        Self { first, mailboxes, count: messages.len(), packed: spill.keep(packed) }
    }

    /// The messages; fewer than there are where they can't be read.
    pub fn messages(&self) -> Vec<Detail> {
        let mut plain = Vec::new();
        let Ok(packed) = self.packed.bytes() else { return Vec::new() };
        // What this program packed can be unpacked.
        let _ = DeflateDecoder::new(&packed[..]).read_to_end(&mut plain);
        let mut rest = &plain[..];
        std::iter::from_fn(|| read(&mut rest, &self.mailboxes)).collect()
    }
}

/// Writes a message: numbers in groups of seven bits, texts after their lengths.
fn write(detail: &Detail, mailbox: usize, to: &mut Vec<u8>) {
    number(mailbox as u64, to);
    number(detail.offset, to);
    [&detail.subject, &detail.from, &detail.message_id].into_iter().for_each(|given| text(given, to));
    let ways = detail.ways_out.as_deref();
    number(ways.is_some().into(), to);
    if let Some(WaysOut { web, mail, subject }) = ways {
        for way in [web, mail, subject] {
            number(way.is_some().into(), to);
            way.iter().for_each(|way| text(way, to));
        }
    }
    number(detail.signs.len() as u64, to);
    detail.signs.iter().for_each(|sign| number((*sign).into(), to));
}

fn number(mut value: u64, to: &mut Vec<u8>) {
    while value > 0x7F {
        to.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn text(value: &str, to: &mut Vec<u8>) {
    number(value.len() as u64, to);
    to.extend_from_slice(value.as_bytes());
}

fn read(from: &mut &[u8], mailboxes: &[MailboxId]) -> Option<Detail> {
    let mailbox = *mailboxes.get(usize::try_from(read_number(from)?).ok()?)?;
    let offset = read_number(from)?;
    let (subject, address, message_id) = (read_text(from)?, read_text(from)?, read_text(from)?);
    let ways_out = match read_number(from)? {
        0 => None,
        _ => {
            let mut way = || match read_number(from)? {
                0 => Some(None),
                _ => Some(Some(read_text(from)?.into_boxed_str())),
            };
            Some(Box::new(WaysOut { web: way()?, mail: way()?, subject: way()? }))
        }
    };
    let signs = (0..read_number(from)?).map(|_| u16::try_from(read_number(from)?).ok());
    let signs = signs.collect::<Option<_>>()?;
    Some(Detail { mailbox, offset, subject, from: address, message_id, ways_out, signs })
}

fn read_number(from: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = from.split_first()?;
        *from = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn read_text(from: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(read_number(from)?).ok()?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    String::from_utf8(text.to_vec()).ok()
}
