//! Outlook's `.msg`: one message as properties in a compound file ([MS-OXMSG]). It is read as the mail that it was:
//! with the header that it came with, or, where it came with none (sent mail, drafts), with one from its properties.

use super::origin::Origin;
use super::{BODY_LOOK, HEADER_LIMIT, Remark, Sink, StoredState, read_message};
use crate::error::{Error, Result, caught};
use crate::time::Seconds;
use cfb::CompoundFile;
use std::fmt::Write as _;
use std::io::{self, Read, Seek, SeekFrom, Write as _};

/// What of a message in a stream is kept in memory, in bytes; the rest goes to a temporary file without a name.
const IN_MEMORY: usize = 8 * 1_024 * 1_024;

/// 100-nanosecond steps a second, and seconds from 1601 to 1970: [MS-DTYP] FILETIME.
const TICKS: i64 = 10_000_000;
const FROM_1601: i64 = 11_644_473_600;

/// Property ids of [MS-OXPROPS].
mod id {
    pub const MESSAGE_CLASS: u16 = 0x001A;
    pub const SUBJECT: u16 = 0x0037;
    pub const CLIENT_SUBMIT_TIME: u16 = 0x0039;
    pub const SENT_REPRESENTING_NAME: u16 = 0x0042;
    pub const SENT_REPRESENTING_ADDRESS: u16 = 0x0065;
    pub const TRANSPORT_HEADERS: u16 = 0x007D;
    pub const RECIPIENT_TYPE: u16 = 0x0C15;
    pub const SENDER_NAME: u16 = 0x0C1A;
    pub const SENDER_ADDRESS: u16 = 0x0C1F;
    pub const DELIVERY_TIME: u16 = 0x0E06;
    pub const MESSAGE_FLAGS: u16 = 0x0E07;
    pub const BODY: u16 = 0x1000;
    pub const HTML: u16 = 0x1013;
    pub const MESSAGE_ID: u16 = 0x1035;
    pub const EMAIL_ADDRESS: u16 = 0x3003;
    pub const SMTP_ADDRESS: u16 = 0x39FE;
    pub const SENDER_SMTP_ADDRESS: u16 = 0x5D01;
    pub const SENT_REPRESENTING_SMTP_ADDRESS: u16 = 0x5D02;
}

/// Bits of `PidTagMessageFlags`.
const READ: i64 = 0x01;
const UNSENT: i64 = 0x08;

/// A kind of recipient.
const TO: i64 = 1;

/// The most recipients that are read.
const MOST_RECIPIENTS: usize = 1_000;

/// Whether the bytes begin a compound file.
pub fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
}

/// Reads a message from a stream. It is stored first, because its parts are read out of order.
pub fn read_stream(mut bytes: impl Read, origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    let mut laid_down = tempfile::SpooledTempFile::new(IN_MEMORY);
    let copied = io::copy(&mut bytes, &mut laid_down).and_then(|_| {
        laid_down.flush()?;
        laid_down.seek(SeekFrom::Start(0))
    });
    copied.map_err(|error| Error::io(&origin.path, "can't be read", &error))?;
    read(laid_down, origin, sink)
}

/// Reads a message.
pub fn read<F: Read + Seek>(file: F, origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    // A damaged or hostile compound file may make its reader panic.
    let found = caught(|| mail(file)).unwrap_or_else(|| Err(io::ErrorKind::InvalidData.into()));
    match found {
        Ok(Some((stored_state, message))) => {
            origin.start_message(Some(stored_state), sink);
            read_message(&message, sink);
            Ok(())
        }
        Ok(None) if origin.named => Err(Error::file(&origin.path, "is an Outlook item, but no mail")),
        Ok(None) => {
            sink.remark(Remark::NoMail(origin.path.clone()));
            Ok(())
        }
        // Other programs' documents are compound files too.
        Err(_)
            if !origin.named
                && origin.path.extension().is_none_or(|ext| !ext.eq_ignore_ascii_case("msg")) =>
        {
            sink.remark(Remark::NoMail(origin.path.clone()));
            Ok(())
        }
        Err(error) => {
            Err(Error::file(&origin.path, format!("is not an Outlook message that can be read: {error}"))
                .hint("open it in Outlook and save it again, as .msg or .eml"))
        }
    }
}

/// The state and the text of the mail; `None`: it is a contact, an appointment, a note.
fn mail<F: Read + Seek>(file: F) -> io::Result<Option<(StoredState, Vec<u8>)>> {
    let mut item = OutlookItem::open(file)?;
    let class = item.text("", id::MESSAGE_CLASS).unwrap_or_default().to_ascii_lowercase();
    if !(class.starts_with("ipm.note") || class.starts_with("report.") || class.is_empty()) {
        return Ok(None);
    }
    let flags = item.number("", id::MESSAGE_FLAGS);
    let stored_state = StoredState {
        delivered: item.time("", id::DELIVERY_TIME),
        read: flags.map(|flags| flags & READ != 0),
        deleted: None,
        draft: flags.is_some_and(|flags| flags & UNSENT != 0),
        spam: false,
        sent: false,
    };
    let header = match item.text("", id::TRANSPORT_HEADERS) {
        Some(header) if header.contains(':') => header,
        _ => item.header(),
    };
    let html = item.bytes("", id::HTML, "0102", BODY_LOOK).map(text_of);
    let html = html.or_else(|| item.text("", id::HTML));
    let plain = item.text("", id::BODY);
    Ok(Some((stored_state, message(&header, html, plain))))
}

/// The header and a body that fits it. Where the header declares parts, the body becomes one of them.
fn message(header: &str, html: Option<String>, plain: Option<String>) -> Vec<u8> {
    let fields = fields(header);
    let boundary = fields.iter().find_map(|field| boundary(field));
    let (sort, body) = match (html, plain) {
        (Some(html), _) => ("text/html", html),
        (None, plain) => ("text/plain", plain.unwrap_or_default()),
    };
    let described = format!("Content-Type: {sort}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n");
    let mut text = String::new();
    let of_content = |field: &&&str| {
        boundary.is_some()
            || !has_name(field, "Content-Type") && !has_name(field, "Content-Transfer-Encoding")
    };
    for field in fields.iter().filter(of_content) {
        let _ = write!(text, "{field}\r\n");
    }
    if let Some(boundary) = boundary {
        let _ = write!(text, "\r\n--{boundary}\r\n");
    }
    let _ = write!(text, "{described}\r\n{body}");
    text.into_bytes()
}

/// The fields of a header with their folded lines, without Outlook's own heading.
fn fields(header: &str) -> Vec<&str> {
    let header = header.trim_end_matches('\0').trim_start();
    let mut fields = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in header.split_inclusive('\n') {
        if line.trim().is_empty() {
            break;
        }
        if at > start && !line.starts_with([' ', '\t']) {
            fields.push(header[start..at].trim_end());
            start = at;
        }
        at += line.len();
    }
    fields.push(header[start..at].trim_end());
    fields.retain(|field| field.split_once(':').is_some_and(|(name, _)| !name.contains(' ')));
    fields
}

fn has_name(field: &str, name: &str) -> bool {
    field.split_once(':').is_some_and(|(own, _)| own.eq_ignore_ascii_case(name))
}

/// The boundary of a multipart `Content-Type` field.
fn boundary(field: &str) -> Option<&str> {
    let at = field.to_ascii_lowercase().find("boundary=").filter(|_| has_name(field, "Content-Type"))?;
    let value = &field[at + "boundary=".len()..];
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => value.split([';', ' ', '\r', '\n', '\t']).next(),
    }
}

/// The properties of an item, by storage: "" is the item itself.
struct OutlookItem<F> {
    file: CompoundFile<F>,
}

impl<F: Read + Seek> OutlookItem<F> {
    fn open(file: F) -> io::Result<Self> {
        let file = CompoundFile::open(file)?;
        if file.exists("/__properties_version1.0") {
            return Ok(Self { file });
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "it has no properties of a message"))
    }

    fn bytes(&mut self, storage: &str, id: u16, sort: &str, most: usize) -> Option<Vec<u8>> {
        let stream = self.file.open_stream(format!("{storage}/__substg1.0_{id:04X}{sort}")).ok()?;
        let mut bytes = Vec::new();
        stream.take(most as u64).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// A text property: UTF-16, or bytes of an older program.
    fn text(&mut self, storage: &str, id: u16) -> Option<String> {
        const MOST: usize = 2 * HEADER_LIMIT;
        if let Some(wide) = self.bytes(storage, id, "001F", MOST) {
            let units = wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            return Some(
                char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
            );
        }
        self.bytes(storage, id, "001E", MOST).map(text_of)
    }

    /// A property of fixed size, from the table of 16-byte entries after a heading ([MS-OXMSG] §2.4).
    fn number(&mut self, storage: &str, id: u16) -> Option<i64> {
        let heading = if storage.is_empty() { 32 } else { 8 };
        let stream = self.file.open_stream(format!("{storage}/__properties_version1.0")).ok()?;
        let mut table = Vec::new();
        stream.take(HEADER_LIMIT as u64).read_to_end(&mut table).ok()?;
        let entry = table.get(heading..)?.chunks_exact(16).find(|entry| entry[2..4] == id.to_le_bytes())?;
        let value: [u8; 8] = entry[8..16].try_into().ok()?;
        let whole = i64::from_le_bytes(value);
        // A time fills eight bytes, a number four.
        Some(if entry[0] == 0x40 { whole } else { whole & 0xFFFF_FFFF })
    }

    fn time(&mut self, storage: &str, id: u16) -> Option<Seconds> {
        self.number(storage, id).map(|ticks| ticks / TICKS - FROM_1601)
    }

    /// A header from the properties.
    fn header(&mut self) -> String {
        let mut header = String::new();
        let mut field = |name: &str, value: Option<String>| {
            if let Some(value) = value.map(|value| one_line(&value)).filter(|value| !value.is_empty()) {
                let _ = write!(header, "{name}: {value}\r\n");
            }
        };
        let name = self.text("", id::SENDER_NAME).or_else(|| self.text("", id::SENT_REPRESENTING_NAME));
        let address = [
            id::SENDER_SMTP_ADDRESS,
            id::SENT_REPRESENTING_SMTP_ADDRESS,
            id::SENDER_ADDRESS,
            id::SENT_REPRESENTING_ADDRESS,
        ];
        let address =
            address.into_iter().find_map(|id| self.text("", id).filter(|address| address.contains('@')));
        field("From", address.map(|address| mailbox(name.as_deref(), &address)).or(name));
        field("To", Some(self.recipients()));
        field("Subject", self.text("", id::SUBJECT));
        field("Message-ID", self.text("", id::MESSAGE_ID));
        let sent =
            self.time("", id::CLIENT_SUBMIT_TIME).and_then(|time| chrono::DateTime::from_timestamp(time, 0));
        field("Date", sent.map(|time| time.to_rfc2822()));
        header
    }

    /// The recipients in To.
    fn recipients(&mut self) -> String {
        let entries = self.file.read_root_storage().map(|entry| format!("/{}", entry.name()));
        let storages = entries.filter(|name| name.starts_with("/__recip_version1.0_")).take(MOST_RECIPIENTS);
        let storages: Vec<String> = storages.collect();
        let addresses = storages.iter().filter_map(|storage| {
            self.number(storage, id::RECIPIENT_TYPE).filter(|sort| *sort == TO)?;
            let mut named = [id::SMTP_ADDRESS, id::EMAIL_ADDRESS].into_iter();
            named.find_map(|id| self.text(storage, id).filter(|address| address.contains('@')))
        });
        addresses.collect::<Vec<_>>().join(", ")
    }
}

/// Bytes as text: UTF-8, else Windows-1252, as older Western programs wrote it.
fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| match error.utf8_error().error_len() {
        // Cut within a letter.
        None => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        Some(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(error.as_bytes()).0.into_owned(),
    })
}

fn mailbox(name: Option<&str>, address: &str) -> String {
    match name.map(|name| name.replace(['"', '\\'], "")) {
        Some(name) if !name.trim().is_empty() && name != address => format!("\"{name}\" <{address}>"),
        _ => format!("<{address}>"),
    }
}

fn one_line(text: &str) -> String {
    text.trim_matches(|c: char| c == '\0' || c.is_whitespace()).replace(|c: char| c.is_control(), " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_in_the_letters_they_were_written_in() {
        assert_eq!(text_of("Grüße".into()), "Grüße");
        assert_eq!(text_of(b"Gr\xFC\xDFe".to_vec()), "Grüße");
        assert!(text_of(b"Gr\xC3\xBC\xC3".to_vec()).starts_with("Grü"));
    }
}
