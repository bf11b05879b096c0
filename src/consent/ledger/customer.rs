//! The customer of a row: an address, a hash of one, or `*`.

use super::cells::{ANY, RowError, shown};
use super::sender::{is_domain, is_local_part};
use crate::fact::Owners;
use md5::{Digest, Md5};
use sha2::Sha256;

const FORM: &str = "write an address, or * for every customer";

/// The customer as it is looked up: any address of the owner is the owner.
pub fn customer_key(cell: &str, owners: &Owners) -> Result<String, RowError> {
    if cell == ANY {
        return Ok(ANY.to_string());
    }
    if is_digest(cell) {
        let digest = cell.to_ascii_lowercase();
        let owner = owners.addresses().find(|address| digests(address).contains(&digest));
        return Ok(owner.and_then(|_| owners.name()).map_or(digest, str::to_string));
    }
    let address = owners.canonical(cell);
    let is_address =
        address.rsplit_once('@').is_some_and(|(local, domain)| is_local_part(local) && is_domain(domain));
    if is_address && !address.starts_with("mailto:") {
        return Ok(owners.customer(&address).to_string());
    }
    let (what, hint) = match bracketed(cell) {
        Some(address) => ("is not an address alone", format!("write only the address: {}", shown(address))),
        None if cell.matches('@').count() > 1 => {
            ("names several customers", "write a row for each of them".into())
        }
        None => ("is not the address of a customer", FORM.to_string()),
    };
    Err(RowError::new(format!("`{}` {what}", shown(cell)), hint))
}

/// The address in `Robin <robin@home.example>` and in `mailto:robin@home.example`.
fn bracketed(cell: &str) -> Option<&str> {
    let inside = cell.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address);
    inside.or_else(|| cell.strip_prefix("mailto:")).filter(|address| address.contains('@'))
}

/// The MD5 or SHA-256 of an address, as suppression lists have it: 32 or 64 hexadecimal digits.
pub fn is_digest(cell: &str) -> bool {
    matches!(cell.len(), 32 | 64) && cell.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Both hashes of an address in lower case.
pub fn digests(address: &str) -> [String; 2] {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [hex(&Md5::digest(address)), hex(&Sha256::digest(address))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(cell: &str) -> Result<String, String> {
        let owners = ["ann@home.example", "ann@work.example"].map(str::to_string);
        let owners = Owners::new(&owners, false).expect("valid");
        customer_key(cell, &owners).map_err(|wrong| format!("{}; {}", wrong.what, wrong.hint))
    }

    #[test]
    fn addresses_hashes_and_everybody_are_customers() {
        for (cell, expected) in [
            ("Robin+tag@Home.example", "robin@home.example"),
            ("ANN@work.example", "ann@home.example"),
            ("*", "*"),
            // Of ann@work.example, and of robin@home.example.
            ("0F6AEF01AA3C7A7F5D1BBE5DDFBDA2C4", "0f6aef01aa3c7a7f5d1bbe5ddfbda2c4"),
        ] {
            assert_eq!(key(cell).as_deref(), Ok(expected), "{cell}");
        }
        for digest in digests("ann@work.example") {
            assert_eq!(key(&digest.to_uppercase()).as_deref(), Ok("ann@home.example"));
        }
        // RFC 1321 and FIPS 180-4 give these for the empty text.
        assert_eq!(digests("")[0], "d41d8cd98f00b204e9800998ecf8427e");
        assert!(digests("")[1].starts_with("e3b0c44298fc1c149afbf4c8996fb924"));
    }

    #[test]
    fn what_is_no_address_is_an_error_that_says_what_to_write() {
        for (cell, what, hint) in [
            ("nobody", "is not the address of a customer", "write an address"),
            ("@home.example", "is not the address of a customer", "write an address"),
            ("robin@", "is not the address of a customer", "write an address"),
            (
                "Robin <robin@home.example>",
                "is not an address alone",
                "write only the address: robin@home.example",
            ),
            ("mailto:robin@home.example", "is not an address alone", "robin@home.example"),
            ("a@x.example; b@x.example", "names several customers", "a row for each"),
            ("0f6aef01aa3c7a7f", "is not the address of a customer", "write an address"),
        ] {
            let message = key(cell).expect_err(cell);
            assert!(message.contains(what) && message.contains(hint), "{cell}: {message}");
        }
    }
}
