//! What is hidden on standard error where outputs are redacted. All lines there pass this, also errors from before
//! any mail is read.

use crate::policy::PRESET;
use crate::report::visible;
use std::cmp::Reverse;
use std::path::Path;

/// What standard error does not show: the inputs' paths, and local parts of addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenNames {
    /// Paths as they were given, each with what is shown in its place; the longest first.
    paths: Vec<(String, String)>,
}

impl HiddenNames {
    /// The inputs' paths become `mailbox 1`, `consent list 1` and so on, in the order of the command line.
    pub fn of(files: &[(&str, &Path)]) -> Self {
        let mut paths: Vec<(String, String)> = Vec::new();
        let mut before = ("", 0);
        for &(what, path) in files {
            before = if before.0 == what { (what, before.1 + 1) } else { (what, 1) };
            // As lines show it, without control characters.
            let text = visible(&path.to_string_lossy()).into_owned();
            if text != "-" {
                paths.push((text, format!("{what} {}", before.1)));
            }
        }
        paths.sort_by_key(|(path, _)| Reverse(path.len()));
        Self { paths }
    }

    /// A path of the command line as it is shown; an output's is not shown at all.
    pub fn path(&self, path: &str) -> String {
        if path == "-" || path.starts_with(PRESET) {
            return path.to_string();
        }
        let known = self.paths.iter().find(|(known, _)| known == path);
        known.map_or_else(|| "…".to_string(), |(_, shown)| shown.clone())
    }

    /// A line as it is shown.
    pub fn line(&self, line: &str) -> String {
        let odd = self.paths.iter().filter(|(path, _)| path.contains('`'));
        let line = odd.fold(line.to_string(), |line, (path, shown)| line.replace(path.as_str(), shown));
        // Other paths are in backticks; what follows a path of the command line is below it.
        let parts: Vec<String> = line.split('`').map(|part| self.part(part)).collect();
        without_local_parts(&parts.join("`"))
    }

    fn part(&self, part: &str) -> String {
        let below = self.paths.iter().find_map(|(path, shown)| {
            let rest = part.strip_prefix(path.as_str())?;
            let is_whole = rest.is_empty() || path.ends_with('/') || rest.starts_with(['/', '\\', ':']);
            is_whole.then(|| shown.clone())
        });
        // Elsewhere, such as in `FILE:LINE`, only what can't be a word.
        below.unwrap_or_else(|| {
            let names =
                self.paths.iter().filter(|(path, _)| path.contains(['.', '/', '\\']) && path.len() > 2);
            names.fold(part.to_string(), |text, (path, shown)| text.replace(path.as_str(), shown))
        })
    }
}

/// `…@shop.example` of `news@shop.example`.
fn without_local_parts(line: &str) -> String {
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_{|}~.-".contains(c);
    let mut parts = line.split('@').peekable();
    let mut shown = String::new();
    while let Some(part) = parts.next() {
        match parts.peek() {
            Some(_) => {
                let kept = part.trim_end_matches(is_local);
                shown.push_str(kept);
                shown.push_str(if kept.len() < part.len() { "…@" } else { "@" });
            }
            None => shown.push_str(part),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_error_shows_neither_paths_nor_local_parts() {
        let paths = [
            ("/home/robin/mail.mbox", "mailbox 1"),
            ("/home/robin", "mailbox 2"),
            ("robin`s.mbox", "mailbox 4"),
            ("a", "mailbox 3"),
        ];
        let hidden =
            HiddenNames { paths: paths.map(|(path, shown)| (path.to_string(), shown.to_string())).to_vec() };
        for (line, shown) in [
            ("error: `/home/robin/mail.mbox`: is empty", "error: `mailbox 1`: is empty"),
            ("no mail: `/home/robin/sub/x.txt`", "no mail: `mailbox 2`"),
            ("a row of /home/robin/mail.mbox:7", "a row of mailbox 1:7"),
            ("error: `a`: a disk is full", "error: `mailbox 3`: a disk is full"),
            ("error: `robin`s.mbox`: is empty", "error: `mailbox 4`: is empty"),
            ("did you mean kim.smith@mail.example?", "did you mean …@mail.example?"),
            ("write --owner @home.example", "write --owner @home.example"),
        ] {
            assert_eq!(hidden.line(line), shown);
        }
    }
}
