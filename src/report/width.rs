//! Text in the columns of a terminal: how wide it is, cut to a width, broken into lines.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// How many columns a terminal gives the text.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text, with an ellipsis where it is wider than that many columns.
pub fn shortened(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_string();
    }
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let fits = |end: &usize| text.get(..*end).is_some_and(|start| width(start) < columns);
    let end = ends.take_while(fits).last().unwrap_or(0);
    let kept = text.get(..end).unwrap_or_default();
    if columns == 0 { String::new() } else { format!("{kept}…") }
}

/// A paragraph in lines of at most that many columns, each with its line end. The first begins with `head`, the
/// others with `margin` blanks. A word that is wider than a line keeps a line to itself; no-break spaces keep words
/// together and come out as plain ones.
pub fn wrapped(head: &str, margin: usize, words: &str, columns: usize) -> String {
    let margin = " ".repeat(margin);
    let options = Options::new(columns)
        .initial_indent(head)
        .subsequent_indent(&margin)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(words, options).replace('\u{a0}', " ") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_broken_under_their_first_word() {
        let text = wrapped("  1. ", 5, &"word ".repeat(20), 80);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 2 && lines[1].starts_with("     word"), "{lines:?}");
        assert!(lines.iter().all(|line| line.len() <= 80));
        assert_eq!(wrapped("", 0, "a b\u{a0}c longer-than-that d", 6), "a b c\nlonger-than-that\nd\n");
    }

    #[test]
    fn wide_signs_count_twice_and_combining_ones_not_at_all() {
        assert_eq!(shortened("Sale 日本語", 11), "Sale 日本語");
        assert_eq!(shortened("Sale 日本語", 10), "Sale 日本…");
        assert_eq!(shortened("Sale", 4), "Sale");
        assert_eq!(shortened("Cafe\u{301} X", 6), "Cafe\u{301} X");
        assert_eq!(shortened("Cafe\u{301} X", 5), "Cafe\u{301}…");
        assert_eq!((shortened("日本", 1), shortened("日本", 0)), ("…".to_string(), String::new()));
    }
}
