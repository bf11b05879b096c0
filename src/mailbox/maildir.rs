//! Maildir: what the name of a file says of the message in it, and what the name of a folder says in letters.

use super::StoredState;
use crate::time::Seconds;
use std::path::Path;

/// What comes between the unique part of a name and the flags. A colon in the specification; other programs and
/// other file systems write something else.
const FLAGS_FOLLOW: [&str; 7] = [":2,", ";2,", "!2,", "_2,", "-2,", "+2,", "%3A2,"];

/// The marks of a message in a Maildir: its flags (`S` seen, `T` trashed, `D` draft) and the time of delivery, with
/// which the name begins. None where the file lies in no `cur` or `new`.
pub fn stored_state(path: &Path) -> StoredState {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    if folder != "cur" && folder != "new" {
        return StoredState::default();
    }
    let (unique, flags) = split(&name);
    let delivered = delivery(unique);
    match flags {
        Some(flags) => StoredState {
            delivered,
            read: Some(flags.contains('S')),
            deleted: Some(flags.contains('T')),
            draft: flags.contains('D'),
            spam: false,
            sent: false,
        },
        // What no mail program has looked at yet is unread.
        None if folder == "new" && delivered.is_some() => {
            StoredState { delivered, read: Some(false), ..StoredState::default() }
        }
        None => StoredState { delivered, ..StoredState::default() },
    }
}

/// Whether a program that delivers to Maildirs, or one that reads them, gave the file its name: then it is a message,
/// whatever it contains.
pub fn is_message(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    if folder != "cur" && folder != "new" {
        return false;
    }
    is_message_name(&path.file_name().unwrap_or_default().to_string_lossy())
}

/// The same of a file's name alone, in such a folder.
pub fn is_message_name(name: &str) -> bool {
    delivery(name).is_some() || split(name).1.is_some()
}

/// The unique part of a name and the flags after it. What a program adds after a further comma is its own.
fn split(name: &str) -> (&str, Option<&str>) {
    let ends = FLAGS_FOLLOW.iter().filter_map(|mark| name.rfind(mark).map(|at| (at, at + mark.len())));
    let Some((at, flags)) = ends.max() else { return (name, None) };
    let flags = name[flags..].split(',').next().unwrap_or("");
    if flags.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        (&name[..at], Some(flags))
    } else {
        (name, None)
    }
}

/// The seconds since 1970 with which a name of the form `seconds.unique.host` begins.
fn delivery(unique: &str) -> Option<Seconds> {
    let mut parts = unique.splitn(3, '.');
    let (seconds, _, _) = (parts.next()?, parts.next()?, parts.next()?);
    let plausible = (9..=10).contains(&seconds.len()) && seconds.bytes().all(|byte| byte.is_ascii_digit());
    if plausible { seconds.parse().ok() } else { None }
}

/// A folder's name in letters, where it is written in modified UTF-7 (RFC 3501 §5.1.3): `Entw&APw-rfe` is `Entwürfe`.
/// Anything else stays as it is.
pub fn folder_name(written: &str) -> String {
    decoded(written).unwrap_or_else(|| written.to_string())
}

fn decoded(written: &str) -> Option<String> {
    let mut name = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('&') {
        let (coded, further) = after.split_once('-')?;
        name.push_str(before);
        name.push_str(&if coded.is_empty() { "&".to_string() } else { utf_16(coded)? });
        rest = further;
    }
    name.push_str(rest);
    Some(name)
}

/// Letters from modified base64 over UTF-16, most significant byte first.
fn utf_16(coded: &str) -> Option<String> {
    let mut units = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in coded.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b',' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0x3F_FFFF;
        count += 6;
        if count >= 16 {
            count -= 16;
            units.push(u16::try_from(bits >> count & 0xFFFF).ok()?);
        }
    }
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> StoredState {
        stored_state(Path::new(path))
    }

    #[test]
    fn flags_are_read_in_every_spelling() {
        for mark in FLAGS_FOLLOW {
            let seen = of(&format!("Maildir/cur/1586168216.M509P32.host,S=1293,W=1323{mark}RS"));
            assert_eq!((seen.read, seen.deleted), (Some(true), Some(false)), "{mark}");
            assert_eq!(seen.delivered, Some(1_586_168_216), "{mark}");
        }
        assert_eq!(of("Maildir/cur/1586168216.M509.host:2,ST").deleted, Some(true));
        assert!(of("Maildir/cur/1586168216.M509.host:2,DS").draft);
        assert_eq!(of("Maildir/cur/1586168216.M509.host:2,").read, Some(false));
        assert_eq!(of("Maildir/cur/1586168216.M509.host:2,Sa,foreign").read, Some(true));
    }

    #[test]
    fn what_the_name_does_not_say_is_not_known() {
        assert_eq!(of("Maildir/new/1586168216.M509.host").read, Some(false));
        assert_eq!(of("Maildir/cur/1586168216.M509.host").read, None);
        assert_eq!(of("Mail/cur/1377617385000.eml"), StoredState::default());
        assert_eq!(of("Mail/inbox/1586168216.M509.host:2,S"), StoredState::default());
        assert_eq!(of("Maildir/cur/msg,S=12,W=2,x=1"), StoredState::default());
    }

    #[test]
    fn folder_names_are_read_in_letters() {
        assert_eq!(folder_name("Entw&APw-rfe"), "Entwürfe");
        assert_eq!(folder_name("&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-"), "Отправленные");
        assert_eq!(folder_name("Shoes &- Co"), "Shoes & Co");
        assert_eq!(folder_name("R&D"), "R&D");
        assert_eq!(folder_name("broken &!!-"), "broken &!!-");
    }
}
