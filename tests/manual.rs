//! Help, manual pages and completions.

mod common;

use common::{fails_with, folder, run};

#[test]
fn completions_the_manual_and_help_are_written() {
    let here = folder(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run(here.path(), ["completions", shell]).out.contains("mailfatigue"));
    }
    assert!(run(here.path(), ["man"]).out.contains(".TH"));
    let help = run(here.path(), ["check", "--help"]);
    assert!(help.status == 0 && help.out.contains("--consent-as-of"));
    assert!(help.out.contains("--starter-ledger"));
    let help = run(here.path(), ["explain", "--help"]);
    assert!(help.status == 0 && help.out.contains("--sender") && help.out.contains("--consent-as-of"));
    assert_eq!(run(here.path(), ["--version"]).status, 0);
}

/// The pages that a manual page names.
fn pages_named(page: &str) -> Vec<String> {
    let words = page.split(|c: char| c.is_whitespace() || c == ',').map(|word| word.replace('\\', ""));
    words.filter_map(|word| word.strip_suffix("(1)").map(str::to_string)).collect()
}

#[test]
fn the_manual_has_a_page_for_each_command_and_names_no_other() {
    let here = folder(&[("note.txt", b"")]);
    let main = run(here.path(), ["man"]).out;
    assert_eq!(pages_named(&main), Vec::<String>::new(), "alone it has no other pages beside it");
    assert!(main.contains("mailfatigue check") && main.contains(".SH \"EXIT STATUS\""), "{main}");
    let explain = run(here.path(), ["man", "explain"]).out;
    assert!(explain.contains(".TH mailfatigue-explain 1") && explain.contains("sender"), "{explain}");
    fails_with(&run(here.path(), ["man", "frobnicate"]), &["`frobnicate`", "write one of check"]);
    for _ in 0..2 {
        let told = run(here.path(), ["man", "-o", "pages"]);
        assert_eq!((told.status, told.out.as_str(), told.err.as_str()), (0, "", ""));
    }
    let pages: Vec<String> = std::fs::read_dir(here.path().join("pages"))
        .expect("the folder")
        .map(|entry| entry.expect("a page").file_name().to_string_lossy().trim_end_matches(".1").to_string())
        .collect();
    for command in ["check", "explain", "formats", "policy", "rules", "completions", "man"] {
        assert!(pages.contains(&format!("mailfatigue-{command}")), "{pages:?}");
    }
    assert!(pages.contains(&"mailfatigue".to_string()) && !pages.iter().any(|page| page.contains("help")));
    for page in &pages {
        let text = std::fs::read_to_string(here.path().join(format!("pages/{page}.1"))).expect("a page");
        let named = pages_named(&text);
        assert!(!named.is_empty() && named.iter().all(|other| pages.contains(other)), "{page}: {named:?}");
    }
    std::fs::write(here.path().join("pages/mailfatigue.1"), "mine").expect("a file");
    fails_with(
        &run(here.path(), ["man", "-o", "pages"]),
        &["`pages/mailfatigue.1`", "not a page of this manual"],
    );
}

#[test]
fn every_exit_status_is_in_the_help_and_the_manual() {
    let here = folder(&[]);
    for text in [
        run(here.path(), ["--help"]).out,
        run(here.path(), ["check", "--help"]).out,
        run(here.path(), ["man"]).out,
    ] {
        for status in ["0 done", "1 done", "2 something could", "75 another run", "130 interrupted"] {
            assert!(text.replace('\n', " ").contains(status), "{status} is missing in:\n{text}");
        }
    }
}

#[test]
fn the_environment_is_in_the_help_and_the_manual_and_the_version_says_what_was_built() {
    let here = folder(&[]);
    for text in [run(here.path(), ["--help"]).out, run(here.path(), ["man"]).out] {
        for variable in ["MAILFATIGUE_CONFIG", "NO_COLOR", "CLICOLOR_FORCE", "TZ"] {
            assert!(text.replace('\\', "").contains(variable), "{variable} is missing in:\n{text}");
        }
    }
    assert!(run(here.path(), ["man"]).out.contains(".SH ENVIRONMENT"));
    let version = run(here.path(), ["--version"]).out;
    let built = format!("mailfatigue {} (", env!("CARGO_PKG_VERSION"));
    // `.ci/package` asks a release build for its commit.
    assert!(version.starts_with(&built), "{version}");
    assert!(cfg!(not(debug_assertions)) || version.contains("(debug build)"), "{version}");
}
