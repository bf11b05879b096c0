//! Runs over a month of daily mail with a consent list.

use super::{OLD_REPORT, daily, folder, run, tree};

pub const HEADER: &str = "sender,customer,event,date\n";

/// Runs `check` with a list of this content and asserts that it is refused in these words, and nothing is touched.
pub fn refused(list: &[u8], options: &[&str], words: &[&str]) {
    let here =
        folder(&[("a.mbox", daily().as_bytes()), ("list.csv", list), ("r.csv", OLD_REPORT.as_bytes())]);
    let before = tree(here.path());
    let told =
        run(here.path(), [&["check", "a.mbox", "-o", "r.csv", "--consent", "list.csv"], options].concat());
    assert_eq!(told.status, 2, "{options:?}: {}", told.err);
    for word in words {
        assert!(told.err.contains(word), "should say {word:?}, but says:\n{}", told.err);
    }
    assert!(!told.err.contains('\u{1b}'), "{}", told.err);
    assert_eq!(tree(here.path()), before, "a file was touched");
}

/// Runs `check` with a list of this content: the report's row and what was said.
pub fn accepted(list: &[u8], options: &[&str]) -> (String, String) {
    let here = folder(&[("a.mbox", daily().as_bytes()), ("list.csv", list)]);
    let told = run(here.path(), [&["check", "a.mbox", "--consent", "list.csv"], options].concat());
    assert_eq!(told.status, 0, "{}", told.err);
    (told.out.lines().nth(1).unwrap_or_default().to_string(), told.err)
}

pub fn is_granted(list: impl AsRef<[u8]>, options: &[&str]) {
    let (row, said) = accepted(list.as_ref(), options);
    assert!(row.starts_with("no,daily-consented"), "{row}\n{said}");
}
