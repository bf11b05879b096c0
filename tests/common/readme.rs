//! The README and its parts.

use std::path::Path;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of the README.
pub fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).expect("README.md")
}

/// The content of the fenced block below a mark.
pub fn block<'a>(readme: &'a str, mark: &str) -> &'a str {
    let below =
        readme.split_once(&format!("<!-- {mark} -->\n```")).unwrap_or_else(|| panic!("no `{mark}`")).1;
    below.split_once('\n').and_then(|(_, rest)| rest.split_once("```")).expect("a block").0
}
