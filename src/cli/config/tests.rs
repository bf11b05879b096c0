use super::*;
use crate::cli::config::without_mailboxes;

fn read(text: &str) -> Result<Config> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mailfatigue.toml");
    std::fs::write(&path, text).expect("a file");
    let program = without_mailboxes(ColorChoice::Never);
    Config::read(&path, "command line", program.find_subcommand("check").expect("check"))
}

#[test]
fn every_option_of_check_can_be_set() {
    let program = without_mailboxes(ColorChoice::Never);
    let check = program.find_subcommand("check").expect("check");
    let asks = ["help", "version", "config", "no-config", "print-config"];
    let mut count = 0;
    for option in
        check.get_arguments().filter(|option| option.get_long().is_none_or(|long| !asks.contains(&long)))
    {
        // A value of the wrong type is refused for its type, not for its key.
        let words = read(&format!("{} = 1.5\n", key(option))).expect_err("a wrong type").to_string();
        assert!(words.contains(&format!("`{}` must be", key(option))), "{words}");
        count += 1;
    }
    assert!(count > 25, "{count}");
    for key in asks {
        assert!(
            read(&format!("{key} = true\n")).expect_err("no setting").to_string().contains("unknown option")
        );
    }
}

#[test]
fn a_mistake_is_named_with_its_line_and_what_to_write() {
    for (text, what, hint) in [
        ("\nconsnt = [\"c.csv\"]\n", "line 2: unknown option `consnt`", "did you mean consent"),
        ("consent_as_of = \"2026-01-01\"\n", "line 1: unknown option", "did you mean consent-as-of"),
        ("[check]\nall = true\n", "line 1: unknown option `check`", "--print-config"),
        ("all = \"yes\"\n", "line 1: `all` must be true or false", "without quotes"),
        ("owner = \"a@b.example\"\n", "`owner` must be a list", "owner = [\"a@b.example\"]"),
        ("mailboxes = [1.5]\n", "`mailboxes` must be a list", "mailboxes = ["),
        ("since = [\"2026-01-01\"]\n", "`since` must be one text", "since = \"…\""),
        (
            "\n\nsince = \"2026-13-01\"\n",
            "line 3: `2026-13-01` can't be the value of `since`: no such date",
            "",
        ),
        ("threads = 0\n", "`0` can't be the value of `threads`", ""),
        ("max-age = -3\n", "`-3` can't be the value of `max-age`", ""),
        ("format = \"xml\"\n", "`xml` can't be the value of `format`", "write one of csv, json"),
        ("all = true\nall = false\n", "line 2: ", ""),
        ("timezone = Europe/Berlin\n", "line 1: ", "write timezone = \"Europe/Berlin\""),
    ] {
        let words = read(text).expect_err("a mistake").to_string();
        assert!(words.contains(what) && words.contains(hint), "{text}{words}");
    }
}

#[test]
fn values_become_the_words_of_a_command_line() {
    let config =
        read("all = true\nbom = false\nexcel = \"de\"\nmax-age = 3\nsince = 2026-01-31\n").expect("a config");
    let words: Vec<String> = config
        .entries
        .iter()
        .flat_map(|entry| &entry.words)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    assert_eq!(words, ["--all", "--excel=de", "--max-age=3", "--since=2026-01-31"]);
    let config = read("excel = true\nmailboxes = [\"a b\", \"/x\", \"-\"]\nconsent = [\"Shop=c.csv\"]\n")
        .expect("a config");
    let words: Vec<String> = config
        .entries
        .iter()
        .flat_map(|entry| &entry.words)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    assert_eq!(words[0], "--excel");
    assert!(words[1].starts_with('/') && words[1].ends_with("/a b"), "{words:?}");
    assert_eq!(&words[2..4], ["/x", "-"]);
    assert!(words[4].starts_with("--consent=Shop=/") && words[4].ends_with("/c.csv"), "{words:?}");
}
