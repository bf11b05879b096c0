//! What exports lay beside their mailboxes: Takeout's list of blocked addresses, Vault's count of messages.

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

/// What the file says beside the mail, where it is such a file; what the user named must be mail.
pub fn remark<R: Read>(
    buffer: &mut ReadBuffer<R>,
    start: u64,
    origin: &Origin,
) -> io::Result<Option<Remark>> {
    let name = origin.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let blocked = name.ends_with(".json") && is_about_blocking(&name);
    let counts = name.ends_with("results-count.csv");
    if origin.named || !(blocked || counts) {
        return Ok(None);
    }
    while buffer.end() < LONGEST && buffer.more(start)? {}
    let bytes = buffer.from(start);
    Ok(if blocked {
        serde_json::from_slice(bytes).ok().map(|list: BlockList| Remark::Blocked(list.addresses))
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
