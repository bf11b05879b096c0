//! What the summary says of consent lists: rows that matched no mail, days that they do not cover, whose mail it is.

mod common;

use common::lists::{HEADER, accepted, refused};
use common::{daily, folder, run};

#[test]
fn rows_that_matched_nothing_are_named_with_what_may_have_been_meant() {
    let rows = "shop.example,robin@home.example,granted,2025-01-01\n\
        shop.example,robbin@home.example,granted,2025-01-01\n\
        shpo.example,robin@home.example,granted,2025-01-01\n\
        faraway.example,*,granted,2025-01-01\n";
    let (_, said) = accepted(format!("{HEADER}{rows}").as_bytes(), &[]);
    for line in [
        "1 of 4 rows of the consent list matched mail\n",
        "  list.csv:3 matched none: no mail to robbin@home.example; did you mean robin@home.example?\n",
        "  list.csv:4 matched none: no mail from shpo.example; did you mean shop.example?\n",
        "  list.csv:5 matched none: no mail from faraway.example\n",
    ] {
        assert!(said.contains(line), "should say {line:?}, but says:\n{said}");
    }
    let many: String = (0..9).map(|n| format!("far{n}away.example,*,granted,\n")).collect();
    let (_, said) = accepted(format!("{HEADER}{many}").as_bytes(), &[]);
    assert!(said.contains("0 of 9 rows") && said.matches("matched none:").count() == 5, "{said}");
    assert!(said.contains("  4 more rows that matched none\n"), "{said}");
}

#[test]
fn mail_and_rows_after_the_lists_last_day_are_counted() {
    let list = format!("{HEADER}shop.example,*,granted,2025-01-01\nshop.example,*,purchase,2026-01-25\n");
    let (_, said) = accepted(list.as_bytes(), &["--consent-as-of", "2026-01-20"]);
    for words in [
        "8 promotional messages came after 2026-01-20, the last day that the consent list covers",
        "warning: --consent-as-of 2026-01-20: the consent list has newer rows, such as 2026-01-25 in list.csv:3",
    ] {
        assert!(said.contains(words), "{said}");
    }
    let (_, said) = accepted(list.as_bytes(), &["--consent-as-of", "2026-01-20", "-q"]);
    assert!(said.starts_with("warning: --consent-as-of") && said.lines().count() == 1, "{said}");
    let (_, said) = accepted(list.as_bytes(), &["--consent-as-of", "2026-01-28"]);
    assert!(!said.contains("warning:") && !said.contains("came after"), "{said}");
    let (_, said) = accepted(list.as_bytes(), &["--consent-as-of", "2026-01-28", "-q"]);
    assert_eq!(said, "");
    let words = ["--consent-as-of: 2199-01-01 is in the future", "at the latest today"];
    refused(list.as_bytes(), &["--consent-as-of", "2199-01-01"], &words);
}

#[test]
fn a_list_without_rows_is_a_warning() {
    let words = "warning: `list.csv`: has a header and no rows\n";
    for options in [&[][..], &["-q"], &["-q", "--consent-as-of", "2026-01-01"]] {
        let (_, said) = accepted(HEADER.as_bytes(), options);
        assert!(said.starts_with(words), "{said}");
    }
}

#[test]
fn tags_are_customers_of_their_own_where_that_is_asked_for() {
    let tagged = |tag: &str| {
        daily().replace("robin@home", &format!("robin+{tag}@home")).replace("<m", &format!("<{tag}m"))
    };
    let list = format!("{HEADER}shop.example,robin+01@home.example,granted,2025-01-01\n");
    let here =
        folder(&[("a.mbox", (tagged("01") + &tagged("02")).as_bytes()), ("list.csv", list.as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox", "--consent", "list.csv", "--keep-tags"]);
    assert!(
        told.out.contains("yes,daily-unconsented,shop.example,Shop,robin+02@home.example"),
        "{}",
        told.out
    );
    assert!(told.out.contains("no,daily-consented,shop.example,Shop,robin+01@home.example"), "{}", told.out);
    let together = run(here.path(), ["check", "a.mbox", "--consent", "list.csv"]);
    assert!(
        together.out.contains("no,daily-consented,shop.example,Shop,robin@home.example"),
        "{}",
        together.out
    );
}

#[test]
fn the_summary_says_what_owner_addresses_are_missing_or_misspelt() {
    let work = daily().replace("robin@home.example", "robin@work.example").replace("<m", "<w");
    let here = folder(&[("a.mbox", (daily() + &work).as_bytes())]);
    let told = run(here.path(), ["check", "a.mbox"]);
    let hint = "robin@home.example and robin@work.example look like one person's; to count them together: \
        --owner robin@home.example --owner robin@work.example\n";
    assert!(told.err.contains(hint), "{}", told.err);
    let told = run(
        here.path(),
        ["check", "a.mbox", "--owner", "robin@home.example", "--owner", "robin@wrok.example"],
    );
    assert!(told.err.contains("warning: --owner robin@wrok.example: no message names it"), "{}", told.err);
    assert!(!told.err.contains("look like one"), "{}", told.err);
    let told = run(here.path(), ["check", "a.mbox", "-q", "--owner", "robin@wrok.example"]);
    assert_eq!(
        told.err,
        "warning: --owner robin@wrok.example: no message names it\nhint: check its spelling\n"
    );
    let told = run(
        here.path(),
        ["check", "a.mbox", "--owner", "robin@home.example", "--owner", "robin@work.example"],
    );
    assert!(!told.err.contains("--owner"), "{}", told.err);
}
