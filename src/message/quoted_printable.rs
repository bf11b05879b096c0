//! Quoted-printable as bytes, copied in runs: byte by byte it took longer than everything else that is read of a body.

use crate::text::scan;

/// Quoted-printable decoded (RFC 2045 §6.7), line ends as LF; `None` where it is not well-formed.
pub(crate) fn quoted_printable(coded: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(coded.len());
    // Blanks before a line end that are written as they are do not count.
    let mut after_escape = 0;
    let mut rest = coded;
    while let Some(at) = scan::find([b'=', b'\n'], rest) {
        text.extend_from_slice(&rest[..at]);
        rest = match &rest[at..] {
            [b'=', high, low, behind @ ..] if high.is_ascii_hexdigit() => {
                text.push(hex(*high)? << 4 | hex(*low)?);
                after_escape = text.len();
                behind
            }
            [b'=', behind @ ..] => {
                let end = scan::find([b'\n'], behind)?;
                let blank = behind[..end].strip_suffix(b"\r").unwrap_or(&behind[..end]);
                if !blank.iter().all(|b| matches!(b, b' ' | b'\t')) {
                    return None;
                }
                after_escape = text.len();
                &behind[end + 1..]
            }
            line_end => {
                let kept = text[after_escape..].trim_ascii_end().len();
                text.truncate(after_escape + kept);
                text.push(b'\n');
                after_escape = text.len();
                &line_end[1..]
            }
        };
    }
    text.extend_from_slice(rest.strip_suffix(b"\r").unwrap_or(rest));
    Some(text)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn quoted_printable_reads_as_mail_parser_reads_it(
            coded in "(=[0-9A-Fa-f]{2}|=\r?\n|= \r?\n|=|\r?\n| |\t|[a-z]{1,3}){0,12}"
        ) {
            let theirs = mail_parser::decoders::quoted_printable::quoted_printable_decode(coded.as_bytes());
            let plain = |text: Vec<u8>| String::from_utf8_lossy(&text).replace('\r', "");
            if let Some(ours) = quoted_printable(coded.as_bytes()) {
                prop_assert_eq!(Some(plain(ours)), theirs.map(plain));
            }
        }
    }
}
