//! A consent list, a spreadsheet or an earlier report that was given as a mailbox.

use super::{delimited, encoding};
use crate::error::{Error, Result};
use crate::outputs::{CONSENT_LIST, OutputKind};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// Enough of a file to find the header of a list, in bytes.
const HEAD: u64 = 4_096;

/// An error where the file is a list, a spreadsheet or an output of the program. Other files, and those that can't be read, are left to the code that
/// reads mail.
pub fn refuse_as_mailbox(path: &Path) -> Result<()> {
    // A pipe must not even be opened, because closing it would end its writer.
    if !path.metadata().is_ok_and(|kind| kind.is_file()) {
        return Ok(());
    }
    let Ok(mut file) = File::open(path) else { return Ok(()) };
    let mut head = Vec::new();
    if file.by_ref().take(HEAD).read_to_end(&mut head).is_err() {
        return Ok(());
    }
    let refused = |what: &str, hint: String| Err(Error::file(path, what).hint(hint));
    if head.starts_with(b"PK\x03\x04") && OutputKind::of(&head).is_none() && file.rewind().is_ok() {
        return match spreadsheet(&head, file) {
            Some("xlsx") => refused(
                "is a spreadsheet (.xlsx), not a mailbox",
                format!("if it is a consent list, give it with --consent {}", path.display()),
            ),
            Some(kind) => refused(
                &format!("is a spreadsheet (.{kind}), not a mailbox"),
                "if it is a consent list, save it as .xlsx or as CSV and give that with --consent"
                    .to_string(),
            ),
            None => Ok(()),
        };
    }
    let is_list = delimited::begins_with_header(&encoding::decoded(&head, None).text);
    match if is_list { Some(&CONSENT_LIST) } else { OutputKind::of(&head).filter(|kind| !kind.is_mailbox()) }
    {
        Some(kind) => Err(kind.given_as_mailbox(path)),
        None => Ok(()),
    }
}

/// The format of spreadsheet that a zip archive is.
fn spreadsheet(head: &[u8], file: File) -> Option<&'static str> {
    const MARK: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
    if head.get(30..).is_some_and(|name| name.starts_with(MARK)) {
        return Some("ods");
    }
    // Mailboxes in archives may be large: only what names itself a document at its start is opened.
    let documents: [&[u8]; 4] = [b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/"];
    let is_document =
        head.get(30..).is_some_and(|name| documents.iter().any(|start| name.starts_with(start)));
    let archive = zip::ZipArchive::new(file).ok().filter(|_| is_document)?;
    archive.index_for_name("xl/workbook.xml").map(|_| "xlsx")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_told_from_mail_by_its_header() {
        for list in [
            "sender,customer,event,date\n",
            "\n\nDate;Event;Customer\nx",
            "sep=;\nsender;customer;event;date",
        ] {
            assert!(delimited::begins_with_header(list), "{list}");
        }
        for other in ["From a@x.example Thu Jan  1 00:00:00 2026\nDate: x\n", "date,event\n", "", "a,b,c,d\n"]
        {
            assert!(!delimited::begins_with_header(other), "{other}");
        }
    }
}
