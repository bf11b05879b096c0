//! Policy presets on the command line.

mod common;

use common::{daily, fails_with, folder, run};
use mailfatigue::policy::preset_names;

#[test]
fn a_preset_is_printed_and_the_printed_one_judges_the_same() {
    let list = "sender,customer,event,date\nshop.example,*,granted,2025-12-01\nshop.example,*,withdrawn,2026-01-03\n";
    let here = folder(&[("a.mbox", daily().as_bytes()), ("list.csv", list.as_bytes())]);
    for name in preset_names() {
        let printed = run(here.path(), ["policy", name]);
        assert_eq!((printed.status, printed.err.as_str()), (0, ""), "{name}");
        let file = here.path().join("own.toml");
        std::fs::write(&file, &printed.out).expect("a policy");
        let checked = |policy: &str| {
            run(
                here.path(),
                ["check", "a.mbox", "--consent", "list.csv", "--timezone", "UTC", "--policy", policy],
            )
        };
        let (own, preset) = (checked("own.toml"), checked(&format!("preset:{name}")));
        assert_eq!((own.status, &own.out), (0, &preset.out), "{name}: {}{}", own.err, preset.err);
    }
}

#[test]
fn grace_is_counted_as_the_preset_says() {
    let list = "sender,customer,event,date\nshop.example,*,granted,2025-12-01\nshop.example,*,withdrawn,2026-01-03\n";
    let here = folder(&[("a.mbox", daily().as_bytes()), ("list.csv", list.as_bytes())]);
    // Of mails on 1 to 28 January, those after a Saturday's opt-out and its grace.
    for (policy, after) in [
        ("preset:strict", 25), // from 4 January on
        ("preset:uk", 23),     // to 5 January
        ("preset:au", 18),     // five business days to Friday, and a day
        ("preset:us", 11),     // ten to Friday the week after, and a day
        ("preset:ca", 11),
    ] {
        let told = run(
            here.path(),
            [
                "check",
                "a.mbox",
                "--consent",
                "list.csv",
                "--timezone",
                "UTC",
                "--policy",
                policy,
                "--format",
                "json",
            ],
        );
        assert!(told.out.contains(&format!("\"messages_after_opt_out\":{after},")), "{policy}: {}", told.out);
    }
    let why = run(
        here.path(),
        ["explain", "a.mbox", "--sender", "shop.example", "--consent", "list.csv", "--policy", "preset:au"],
    );
    assert!(
        why.out.contains("The policy gives the sender 5 business days of grace after an opt-out."),
        "{}",
        why.out
    );
}

#[test]
fn an_unknown_preset_is_an_error_with_the_known_ones() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "--policy", "preset:usa"]);
    fails_with(&told, &["unknown preset `usa`", "write one of us, ca, au"]);
    let told = run(here.path(), ["policy", "france"]);
    fails_with(&told, &["france", "provider"]);
}

#[test]
fn a_preset_may_stand_in_the_config_file() {
    let config = "mailboxes = [\"a.mbox\"]\npolicy = \"preset:strict\"\ncount-mixed = false\n";
    let here = folder(&[("a.mbox", daily().as_bytes()), ("c.toml", config.as_bytes())]);
    let told = run(here.path(), ["check", "--config", "c.toml"]);
    assert!(told.status == 0 && told.out.contains("yes,daily-unconsented"), "{}{}", told.out, told.err);
}
