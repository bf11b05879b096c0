//! Outlook's mailbox files, `.pst` and `.ost`: read through `readpst`, where it is installed. Libraries that read them
//! lose messages.
//!
//! `readpst` writes the messages into a temporary folder that only the user can read, and which is removed on every way
//! out; no shell is asked.

use super::mbox::read_buffer::{BLOCK, ReadBuffer};
use super::origin::Origin;
use super::single::read_single;
use super::{Remark, Sink};
use crate::error::{Error, Result};
use crate::outputs::{keep_no_longer, private_folder, run_to_its_end};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::{Command, Stdio};
use walkdir::WalkDir;

/// How to get `readpst`.
const INSTALL: &str = "install `readpst` (Debian, Ubuntu: apt install pst-utils; Fedora: dnf install libpst; macOS: brew \
                       install libpst), or export the mail from Outlook as .msg files";

/// Whether the bytes begin such a file.
pub fn begins(bytes: &[u8]) -> bool {
    bytes.starts_with(b"!BDN")
}

/// Reads such a file.
pub fn read(origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    let failed = |error: &io::Error| Error::io(&origin.path, "can't be unpacked", error);
    let folder = private_folder(None).map_err(|error| failed(&error))?;
    let read = unpack(&origin.path, folder.path()).and_then(|()| messages(folder.path(), origin, sink));
    keep_no_longer(folder.path());
    read
}

/// Without items in the trash being left out (`-D`), mail only (`-te`), each message a file (`-e`).
fn unpack(file: &Path, folder: &Path) -> Result<()> {
    let file = std::path::absolute(file).map_err(|error| Error::io(file, "can't be found", &error))?;
    let mut command = Command::new("readpst");
    // Jobs at once (`-j`) give two messages one name now and then, and one of them is lost: one run in 240 with the
    // processor busy.
    command.args(["-q", "-j", "0", "-e", "-D", "-te", "-o"]).arg(folder).arg(&file).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match run_to_its_end(&mut command) {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Error::file(&file, "is an Outlook mailbox that `readpst` can't read")
            .hint("repair it with Outlook's SCANPST, or export the mail from Outlook as .msg files")),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(Error::file(&file, "is an Outlook mailbox (.pst or .ost), and `readpst` is not installed")
                .hint(INSTALL))
        }
        Err(error) => Err(Error::io(&file, "can't be unpacked by `readpst`", &error)),
    }
}

/// Reads the messages that were unpacked, in the order of their names.
fn messages(folder: &Path, origin: &Origin, sink: &mut dyn Sink) -> Result<()> {
    let mut count = 0_u64;
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| Error::io(&origin.path, "can't be read", &error.into()))?;
        let Ok(inside) = entry.path().strip_prefix(folder) else { continue };
        if !entry.file_type().is_file() || inside.extension().is_none_or(|ending| ending != "eml") {
            continue;
        }
        let failed = |error: io::Error| Error::io(&origin.path, "can't be read", &error);
        let mut buffer = ReadBuffer::new(File::open(entry.path()).map_err(failed)?, 0, BLOCK);
        origin.member(inside).start_message(None, sink);
        read_single(&mut buffer, 0, sink).map_err(failed)?;
        count += 1;
    }
    if count == 0 && origin.named {
        origin.start_mailbox(sink);
    } else if count == 0 {
        sink.remark(Remark::NoMail(origin.path.clone()));
    }
    Ok(())
}
