//! Makes untrusted text harmless: for spreadsheets, which run cells as formulas, and for terminals.

use std::borrow::Cow;

/// A text cell that a spreadsheet shows and never runs: control, bidi and zero-width characters are removed,
/// then a cell that begins like a formula gets an apostrophe (CWE-1236).
pub fn cell(text: &str) -> Cow<'_, str> {
    let visible = visible(text);
    let first = visible.chars().find(|c| !c.is_whitespace());
    match first {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') => format!("'{visible}").into(),
        _ => visible,
    }
}

/// Text without control, bidi and zero-width characters: what a terminal or a spreadsheet can show on one line.
pub fn visible(text: &str) -> Cow<'_, str> {
    // Nearly every text, and the report is sorted by such.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.into();
    }
    if text.chars().any(is_hidden) {
        text.chars().filter(|c| !is_hidden(*c)).collect::<String>().into()
    } else {
        text.into()
    }
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_after_blanks_and_hidden_characters() {
        for (text, safe) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("  +1", "'  +1"),
            ("\u{a0}-1", "'\u{a0}-1"),
            ("\t=1", "'=1"),
            ("\u{200b}@x", "'@x"),
            ("＝1+1", "'＝1+1"),
            ("\u{202e}gnp.exe", "gnp.exe"),
            ("a\r\nb\u{1b}[31m", "ab[31m"),
            ("plain = text", "plain = text"),
            ("", ""),
        ] {
            assert_eq!(cell(text), safe, "{text:?}");
        }
    }
}
