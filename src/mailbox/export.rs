//! Files that exports have beside their mailboxes: Takeout's list of blocked addresses, Vault's count of messages,
//! Purview's list of items.

use super::Remark;
use super::mbox::read_buffer::ReadBuffer;
use super::origin::Origin;
use serde::Deserialize;
use std::io::{self, Read};

/// The longest such file that is read, in bytes.
const LONGEST: u64 = 4 * 1_024 * 1_024;

/// Takeout's list: `{"addresses": ["…"]}`. Other lists of addresses look the same, so the name counts too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlockList {
    addresses: Vec<String>,
}

/// The content of such a file; `None` for other files. A file that the user named must be mail.
pub fn remark<R: Read>(
    buffer: &mut ReadBuffer<R>,
    start: u64,
    origin: &Origin,
) -> io::Result<Option<Remark>> {
    let name = origin.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let blocked = name.ends_with(".json") && is_about_blocking(&name);
    let counts = name.ends_with("results-count.csv");
    let items = name.starts_with("items") && name.ends_with(".csv");
    if origin.named || !(blocked || counts || items) {
        return Ok(None);
    }
    while buffer.end() < LONGEST && buffer.more(start)? {}
    let bytes = buffer.from(start);
    Ok(if blocked {
        serde_json::from_slice(bytes).ok().map(|list: BlockList| Remark::Blocked(list.addresses))
    } else if items {
        items_of_mail(bytes).map(Remark::Promised)
    } else {
        Some(Remark::Promised(promised(bytes)))
    })
}

/// "Blocked addresses" in the languages of Takeout: Blockierte, bloquées, bloqueadas, bloccati, geblokkeerde, Zablokowane.
fn is_about_blocking(name: &str) -> bool {
    ["block", "blocc", "bloqu", "blok"].iter().any(|stem| name.contains(stem))
}

/// The sum of Vault's rows `account,messages`; a heading has no number and counts nothing.
fn promised(bytes: &[u8]) -> u64 {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let counts = rows.byte_records().flatten().filter_map(|row| {
        let count = std::str::from_utf8(row.get(1)?).ok()?.trim().to_string();
        count.parse::<u64>().ok()
    });
    counts.fold(0, u64::saturating_add)
}

/// The items of mail in Purview's list; `None`: it is another list. Of a very long one only the part that is read is counted.
fn items_of_mail(bytes: &[u8]) -> Option<u64> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = rows.headers().ok()?.clone();
    let column = |names: &[&str]| {
        header.iter().position(|name| names.iter().any(|known| name.trim().eq_ignore_ascii_case(known)))
    };
    let class = column(&["Item class", "Message class", "ItemClass"])?;
    column(&["Subject", "Subject or title", "Subject or Title", "Subject/Title"])?;
    let is_mail = |class: &str| class.to_ascii_lowercase().starts_with("ipm.note");
    let of_mail = rows.records().flatten().filter(|row| row.get(class).is_some_and(is_mail)).count();
    Some(of_mail as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vaults_counts_are_added_up() {
        assert_eq!(promised(b"Account,Count\nann@shop.example,53\nbob@shop.example,1\n"), 54);
        assert_eq!(promised(b"ann@shop.example,53"), 53);
        assert_eq!(promised(b"\xFF,\xFF\n,,\n"), 0);
    }

    #[test]
    fn purviews_items_of_mail_are_counted() {
        let list = "\u{feff}Item Identity,Subject or Title,Item Class,Size\n1,Sale,IPM.Note,5\n2,\"a\nb\",IPM.Note.SMIME,5\n\
                    3,Lunch,IPM.Appointment,5\n";
        assert_eq!(items_of_mail(list.as_bytes()), Some(2));
        assert_eq!(items_of_mail(b"Name,Price\nshoes,5\n"), None);
    }

    #[test]
    fn blocked_addresses_are_known_in_many_languages() {
        let names = [
            "Blocked addresses.json",
            "Blockierte Adressen.json",
            "Adresses bloquées.json",
            "Zablokowane adresy.json",
        ];
        assert!(names.iter().all(|name| is_about_blocking(&name.to_lowercase())));
        assert!(!is_about_blocking("forwarding addresses.json"));
    }
}
