//! The order of the modules: each imports only from those before it (see `lib.rs`).

use std::path::{Path, PathBuf};

/// From left to right. Modules of one step do not import each other, but for those that a comment names.
const ORDER: [&[&str]; 14] = [
    &["error"],
    &["text", "outputs"],
    &["time"],
    &["message"],
    &["mailbox"],
    &["classify"],
    &["fact"],
    &["gather"],
    &["history"],
    &["cadence", "consent"],
    &["policy"], // a policy names states of consent
    &["judge"],
    &["report"],
    &["check"],
];

fn step(module: &str) -> usize {
    ORDER.iter().position(|step| step.contains(&module)).unwrap_or(ORDER.len())
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("src") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn modules_import_leftwards_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in sources(&root) {
        let module = path.strip_prefix(&root).expect("below src").components().next().expect("a part");
        let module = module.as_os_str().to_string_lossy().trim_end_matches(".rs").to_string();
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        for line in text.lines() {
            for part in line.split("crate::").skip(1) {
                let imported: String = part.chars().take_while(|c| c.is_ascii_lowercase()).collect();
                seen += 1;
                let inside = imported == module;
                if !inside && step(&imported) >= step(&module) {
                    wrong.push(format!("{}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(seen > 30, "only {seen} imports found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
