//! Words as a shell reads them, to be copied out of a hint.

/// A word in quotes, where a shell would read it otherwise without.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_string()
    } else if word.contains(['"', '$', '`', '\\', '!']) {
        format!("'{}'", word.replace('\'', r"'\''"))
    } else {
        format!("\"{word}\"")
    }
}

/// Words as one line.
pub fn command_line(words: impl Iterator<Item = String>) -> String {
    words.map(|word| quoted(&word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_there_where_a_shell_needs_them() {
        for (word, expected) in [
            ("a.mbox", "a.mbox"),
            ("All mail.mbox", "\"All mail.mbox\""),
            ("Robin's mail", "\"Robin's mail\""),
            ("a$b", "'a$b'"),
            ("it's $5", r"'it'\''s $5'"),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
