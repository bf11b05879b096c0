//! The file of a list: its format, and the table in it.

use super::encoding::DecodedText;
use super::table::ListTable;
use super::{delimited, encoding, workbook};
use crate::error::{Error, Result, STANDARD_INPUT};
use crate::outputs::OutputKind;
use csv::StringRecord;
use encoding_rs::Encoding;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

/// Enough of a file to distinguish a mailbox from a list, in bytes.
const HEAD: usize = 4_096;

/// The table in the bytes of a file. Of a workbook, the first sheet whose first row is the header. `charset` is the
/// encoding of bytes that are not UTF-8 or UTF-16.
pub fn table(
    bytes: &[u8],
    name: &Path,
    charset: Option<&'static Encoding>,
    is_header: &dyn Fn(&StringRecord) -> bool,
) -> Result<ListTable> {
    refuse_other_files(bytes, name)?;
    if bytes.starts_with(b"PK") {
        let rows = workbook::rows(bytes, is_header).map_err(|what| {
            Error::file(name, what).hint("save the list as .xlsx or as CSV, and give that file")
        })?;
        return not_empty(ListTable { rows, delimiter: ',', remark: None }, name);
    }
    let DecodedText { text, mixed } = encoding::decoded(bytes, charset);
    if text.contains('\0') {
        return Err(Error::file(name, "is neither text nor a workbook")
            .hint("save the list as .xlsx or as CSV, and give that file"));
    }
    let remark = mixed.map(|line| {
        let charset = charset.unwrap_or(encoding::OTHERWISE).name();
        let what = format!("mixes encodings: other lines are UTF-8, this one was read as {charset}");
        Error::file(name, what).at_line(line).hint("see whether it was put together from several exports")
    });
    not_empty(ListTable { remark, ..delimited::table(&text, name)? }, name)
}

fn not_empty(table: ListTable, name: &Path) -> Result<ListTable> {
    if table.rows.is_empty() { Err(empty(name)) } else { Ok(table) }
}

/// The bytes of a list. A mailbox, which may be large, is refused by its first bytes.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        return read_standard_input();
    }
    let failed = |error: io::Error| Error::io(path, "can't be read", &error);
    if path.is_dir() {
        return Err(Error::file(path, "is a folder, not a consent list").hint("give the file of the list"));
    }
    let mut file = File::open(path).map_err(|error| match path.starts_with("~") {
        true => failed(error)
            .hint("the shell puts your home folder in the place of `~` only at the start of a word"),
        false => failed(error),
    })?;
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD as u64).read_to_end(&mut bytes).map_err(failed)?;
    refuse_other_files(&bytes, path)?;
    file.read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn read_standard_input() -> Result<Vec<u8>> {
    let name = Path::new(STANDARD_INPUT);
    let hint = "write the list to it: cat list.csv | mailfatigue check MAILBOX --consent -";
    let mut input = io::stdin().lock();
    if input.is_terminal() {
        return Err(Error::file(name, "is a terminal, not a consent list").hint(hint));
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|error| Error::io(name, "can't be read", &error))?;
    if bytes.trim_ascii().is_empty() {
        return Err(Error::file(name, "is empty: no consent list came").hint(hint));
    }
    Ok(bytes)
}

fn empty(name: &Path) -> Error {
    Error::file(name, "is empty: no header, no rows").hint(
        "a list begins with the line sender,customer,event,date; --starter-ledger writes one to fill in",
    )
}

/// Files that are given by mistake, each with what to do instead.
fn refuse_other_files(bytes: &[u8], name: &Path) -> Result<()> {
    let refused = |what: &str, hint: &str| Err(Error::file(name, what).hint(hint));
    match bytes {
        _ if is_mailbox(bytes) => refused(
            "is a mailbox, not a consent list",
            "give it without --consent: mailfatigue check MAILBOX",
        ),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => refused(
            "is a workbook of an old format (.xls), which is not read",
            "save the list as .xlsx or as CSV, and give that file",
        ),
        [0x1F, 0x8B, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..] | [b'B', b'Z', b'h', ..] | [0xFD, b'7', b'z', ..] => {
            refused("is compressed", "unpack it, and give the list itself")
        }
        _ => match OutputKind::of(bytes).filter(|kind| kind.replaceable) {
            Some(kind) => refused(
                &format!("is {} of this program, not a consent list", kind.one),
                "give your own list; --starter-ledger writes one to fill in",
            ),
            None => Ok(()),
        },
    }
}

/// Whether the first line is an mbox separator, or the first two are header fields.
fn is_mailbox(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let mut lines = text.split(|byte| *byte == b'\n');
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let continued = second.starts_with(b" ") || second.starts_with(b"\t");
    first.starts_with(b"From ") || (is_field(first) && (continued || is_field(second)))
}

/// A field name, a colon and a blank (RFC 5322 section 2.2, as all mail programs write it).
fn is_field(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return false };
    let (name, value) = (line.get(..colon).unwrap_or_default(), line.get(colon + 1..).unwrap_or_default());
    let blank = value.trim_ascii().is_empty() || value.starts_with(b" ") || value.starts_with(b"\t");
    (1..=40).contains(&name.len())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && blank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_told_from_a_list() {
        for mail in [
            "From ann@x.example Thu Jan  1 00:00:00 2026\n",
            "\n\nReceived: by mx\n for robin",
            "X-Own: 1\r\nSubject: x\r\n",
        ] {
            assert!(is_mailbox(mail.as_bytes()), "{mail}");
        }
        for list in [
            "sender,customer,event,date\n",
            "from,to,event\n",
            "date,customer\n",
            "subject;x\n",
            "sender: a,b\nx,y\n",
        ] {
            assert!(!is_mailbox(list.as_bytes()), "{list}");
        }
    }
}
