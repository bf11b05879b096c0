//! Archives: zip and tar. Members are read where they lie; nothing is written anywhere, so a path that climbs out
//! of its folder does no harm, but it is left out all the same.

use super::mbox::read_buffer::Buffering;
use super::origin::Origin;
use super::read_ahead::read_ahead;
use super::sidecar::{self, Sidecar};
use super::unpack::{IntactReader, UnpackBudget};
use super::{Remark, Sink};
use crate::error::{Error, Result};
use std::io::{self, BufReader, Read, Seek};
use std::path::{Component, Path, PathBuf};
use tar::EntryType;
use zip::ZipArchive;
use zip::result::ZipError;

/// Reads one member, of any format.
pub type ReadMember = fn(Box<dyn Read + '_>, &Origin, Buffering, &mut dyn Sink) -> Result<()>;

/// A tar header is one block of 512 bytes.
pub const TAR_HEADER: usize = 512;

/// Whether the bytes begin with a tar header: the sum over it is right (POSIX.1-1988, and older ones without a mark).
pub fn is_tar(bytes: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Some(header) = bytes.get(..TAR_HEADER) else { return false };
    let written = header[SUM].split(|byte| matches!(byte, 0 | b' ')).find(|digits| !digits.is_empty());
    let written = written.and_then(|digits| u32::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
    let sum =
        header.iter().enumerate().map(|(at, byte)| if SUM.contains(&at) { 32 } else { u32::from(*byte) });
    header[0] != 0 && written == Some(sum.sum())
}

/// Reads the members of a tar archive in their order, and the archive to its end: the compression may report only
/// there that something is wrong.
pub fn read_tar<R: Read>(
    bytes: R,
    origin: &Origin,
    buffering: Buffering,
    read: ReadMember,
    sink: &mut dyn Sink,
) -> Result<()> {
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries().map_err(|error| damaged(&origin.path, &error))? {
        sink.begin();
        let mut entry = entry.map_err(|error| damaged(&origin.path, &error))?;
        let name = entry.path().map_err(|error| damaged(&origin.path, &error))?.into_owned();
        match entry.header().entry_type() {
            EntryType::Directory | EntryType::XGlobalHeader => continue,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {}
            _ => {
                let why = "is a link or a device, which is not followed in an archive";
                sink.remark(Remark::Note(Error::file(&origin.path.join(&name), why)));
                continue;
            }
        }
        let size = entry.size();
        // Nothing can be found after a member that is not there to its end.
        match member(&mut entry, size, (&name, None), origin, (buffering, read), sink) {
            MemberEnd::Whole => {}
            MemberEnd::Refused => return Ok(()),
            MemberEnd::Damaged(error) => {
                sink.begin();
                return Err(error);
            }
        }
    }
    sink.begin();
    let rest = io::copy(&mut archive.into_inner(), &mut io::sink());
    rest.map(drop).map_err(|error| damaged(&origin.path, &error))
}

/// Reads the members of a zip archive of `size` bytes in the order of its directory.
pub fn read_zip<R: Read + Seek + Send>(
    bytes: R,
    size: u64,
    origin: &Origin,
    buffering: Buffering,
    read: ReadMember,
    sink: &mut dyn Sink,
) -> Result<()> {
    let mut archive =
        ZipArchive::new(BufReader::new(bytes)).map_err(|error| unzipped(&origin.path, error))?;
    let budget = UnpackBudget::of(size);
    for number in 0..archive.len() {
        sink.begin();
        let name = match archive.name_for_index(number) {
            Some(Ok(name)) => PathBuf::from(&*name),
            _ => PathBuf::from(format!("member {}", number + 1)),
        };
        if sidecar::messages_of(&name).any(|message| index_of(&archive, &message).is_some()) {
            continue;
        }
        let mut file = |path: &Path| member_bytes(&mut archive, path);
        if sidecar::are_labels(&name, || file(&name)) {
            continue;
        }
        let sidecar = Sidecar::of(&name, file);
        match archive.by_index(number) {
            Ok(entry) if entry.is_dir() => {}
            Ok(entry) if entry.is_symlink() => {
                let why = "is a link, which is not followed in an archive";
                sink.remark(Remark::Note(Error::file(&origin.path.join(&name), why)));
            }
            Ok(entry) => {
                let (size, packed) = (entry.size(), entry.compressed_size());
                let end = read_ahead(buffering.of_packed(packed), budget.bound(entry), |bytes| {
                    member(bytes, size, (&name, sidecar), origin, (buffering, read), sink)
                });
                if let MemberEnd::Damaged(error) = end {
                    sink.begin();
                    sink.remark(Remark::Failed(error));
                }
            }
            Err(error) => sink.remark(Remark::Failed(unzipped(&origin.path.join(&name), error))),
        }
    }
    sink.begin();
    Ok(())
}

fn index_of<R: Read + Seek>(archive: &ZipArchive<R>, name: &Path) -> Option<usize> {
    archive.index_for_name(name.to_str()?)
}

/// The content of a file beside a member.
fn member_bytes<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &Path) -> Option<Vec<u8>> {
    let number = index_of(archive, name)?;
    let mut bytes = Vec::new();
    archive.by_index(number).ok()?.take(sidecar::LONGEST).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// How far a member could be read.
enum MemberEnd {
    /// To its end.
    Whole,
    /// Not to its end, and what was read is good for nothing.
    Refused,
    /// Up to where it is damaged or cut short.
    Damaged(Error),
}

/// Reads a member of `size` bytes up to any damage; a file beside it may describe it.
fn member(
    bytes: impl Read,
    size: u64,
    (name, sidecar): (&Path, Option<Sidecar>),
    origin: &Origin,
    (buffering, read): (Buffering, ReadMember),
    sink: &mut dyn Sink,
) -> MemberEnd {
    let climbs = |part: Component<'_>| !matches!(part, Component::Normal(_) | Component::CurDir);
    if name.components().any(climbs) {
        let why = format!("its path `{}` leads out of the archive", name.display());
        sink.remark(Remark::Note(Error::file(&origin.path, why)));
        return MemberEnd::Whole;
    }
    let member = origin.member(name).with_sidecar(sidecar);
    let mut bytes = IntactReader::new(bytes);
    let read = {
        let bytes: Box<dyn Read + '_> = Box::new(&mut bytes);
        read(bytes, &member, buffering.of_unpacked(size), sink)
    };
    let (failure, end) = match (read, bytes.end()) {
        (_, Ok((_, Some(damage)))) => (None, MemberEnd::Damaged(damaged(&member.path, &damage))),
        (Err(error), Ok((count, None))) if count < size => (Some(error), MemberEnd::Refused),
        (Ok(()), Ok((count, None))) if count < size => {
            (None, MemberEnd::Damaged(damaged(&member.path, &io::ErrorKind::UnexpectedEof.into())))
        }
        (read, Ok(_)) => (read.err(), MemberEnd::Whole),
        (_, Err(error)) => (Some(damaged(&member.path, &error)), MemberEnd::Refused),
    };
    if let Some(error) = failure {
        sink.remark(Remark::Failed(error));
    }
    end
}

fn damaged(path: &Path, error: &io::Error) -> Error {
    Error::file(path, format!("the archive is damaged or cut short here: {error}"))
        .hint("download or copy it again; what is whole in it was read")
}

fn unzipped(path: &Path, error: ZipError) -> Error {
    match error {
        ZipError::Io(error) => Error::io(path, "can't be read", &error),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            Error::file(path, "is locked with a password").hint("unpack it yourself and give the folder")
        }
        ZipError::UnsupportedArchive(what) => Error::file(path, format!("can't be unpacked: {what}"))
            .hint("unpack it yourself and give the folder"),
        error => Error::file(path, format!("the archive is damaged or cut short: {error}"))
            .hint("download or copy it again"),
    }
}
