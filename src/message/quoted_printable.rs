//! Quoted-printable as bytes, copied in runs: byte by byte it took longer than everything else that is read of a body.

use crate::text::scan;

/// Quoted-printable decoded (RFC 2045 section 6.7), line ends as LF. Anything that is not an escape is text.
pub(crate) fn quoted_printable(coded: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(coded.len());
    // Blanks before a line end that are written as they are do not count.
    let mut after_escape = 0;
    let mut rest = coded;
    while let Some(at) = scan::find([b'=', b'\n'], rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if coded[coded.len() - rest.len() - 1] == b'\n' {
            let kept = text[after_escape..].trim_ascii_end().len();
            text.truncate(after_escape + kept);
            text.push(b'\n');
        } else {
            rest = escape(rest, &mut text);
        }
        after_escape = text.len();
    }
    text.extend_from_slice(rest.strip_suffix(b"\r").unwrap_or(rest));
    text
}

/// Decodes what comes after an equals sign; returns what comes after that.
fn escape<'a>(coded: &'a [u8], text: &mut Vec<u8>) -> &'a [u8] {
    if let [high, low, after @ ..] = coded
        && let (Some(high), Some(low)) = (hex(*high), hex(*low))
    {
        text.push(high << 4 | low);
        return after;
    }
    // A line end may be hidden, with blanks before it.
    let end = scan::find([b'\n'], coded).unwrap_or(coded.len());
    if coded[..end].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
        return coded.get(end + 1..).unwrap_or_default();
    }
    text.push(b'=');
    coded
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
            coded in "(=[0-9A-Fa-f]{2}|=\r?\n|= \r?\n|\r?\n| |\t|[a-z]{1,3}){0,12}"
        ) {
            let theirs = mail_parser::decoders::quoted_printable::quoted_printable_decode(coded.as_bytes());
            let plain = |text: Vec<u8>| String::from_utf8_lossy(&text).replace('\r', "");
            prop_assert_eq!(Some(plain(quoted_printable(coded.as_bytes()))), theirs.map(plain));
        }
    }
}
