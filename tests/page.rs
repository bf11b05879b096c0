//! What the page says, and where it is written.

mod common;

use common::outputs::{INPUTS, OUTPUTS, all_inputs, refused};
use common::pages::{TALK, mailbox, promotion, root, works, year};
use common::{folder, run};

#[test]
fn the_numbers_of_the_page_are_those_of_the_report() {
    let here = tempfile::tempdir().expect("a folder");
    let (page, report) = (here.path().join("page.html"), here.path().join("report.csv"));
    year(&page.to_string_lossy(), &report.to_string_lossy());
    let page = std::fs::read_to_string(page).expect("the page");
    let table =
        page.split("id=\"senders\"").nth(1).and_then(|rest| rest.split("</table>").next()).expect("a table");
    let mut rows = csv::Reader::from_path(report).expect("the report");
    let header = rows.headers().expect("a header").clone();
    let mut count = 0;
    for row in rows.records().map(|row| row.expect("a row")) {
        let cell = |name: &str| &row[header.iter().position(|column| column == name).expect("a column")];
        let shown = table.split("<tr").find(|shown| shown.contains(cell("sender"))).expect("its row");
        for name in ["days_per_week", "messages_a_year", "marketing_messages", "last_message"] {
            assert!(shown.contains(&format!(">{}", cell(name))), "{name} {}: {shown}", cell(name));
        }
        assert_eq!(shown.contains("class=flagged"), cell("flagged") == "yes");
        if cell("flagged") == "yes" {
            let reason = format!(">P{}.</p>", cell("reason").trim_start_matches('p'));
            assert!(
                page.contains(&reason) || page.contains(&format!(">{}.</p>", cell("reason"))),
                "{reason}"
            );
        }
        count += 1;
    }
    assert_eq!(count, 10);
    for said in ["3 of 10 senders of promotional mail are flagged", "956 of 1,1", "2026-05-18 to 2026-06-14"]
    {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn the_readme_has_the_command_and_small_pictures() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let command =
        readme.split("<!-- page command -->").nth(1).and_then(|rest| rest.lines().nth(2)).expect("a command");
    let arguments = command.trim_start_matches("cargo run --release -- ").to_string();
    let here = tempfile::tempdir().expect("a folder");
    let name = |name: &str| here.path().join(name).to_string_lossy().into_owned();
    let arguments = arguments.replace("report.csv", &name("a.csv")).replace("page.html", &name("a.html"));
    works(&arguments.split(' ').collect::<Vec<_>>());
    year(&name("b.html"), &name("b.csv"));
    let read = |name: &str| std::fs::read(here.path().join(name)).expect("a page");
    assert!(read("a.html") == read("b.html"), "the command makes the page that is tested");
    let pictures: Vec<&str> = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let pictures: Vec<&str> = pictures.into_iter().filter(|name| name.ends_with(".png")).collect();
    assert_eq!(pictures.len(), 3);
    for picture in pictures {
        let size = std::fs::metadata(root().join(picture)).expect("a picture").len();
        assert!(size < 150_000, "{picture}: {size} bytes");
    }
}

#[test]
fn the_same_mailbox_gives_the_same_page() {
    let here = tempfile::tempdir().expect("a folder");
    let name = |name: &str| here.path().join(name).to_string_lossy().into_owned();
    year(&name("a.html"), &name("a.csv"));
    year(&name("b.html"), &name("a.csv"));
    let read = |name: &str| std::fs::read(here.path().join(name)).expect("a page");
    assert!(read("a.html") == read("b.html"));
}

#[test]
fn a_page_never_says_that_somebody_broke_a_law() {
    let here = tempfile::tempdir().expect("a folder");
    let page = here.path().join("page.html");
    year(&page.to_string_lossy(), "/dev/null");
    let page = std::fs::read_to_string(page).expect("the page");
    let said = page.replace("it does not say that anybody broke a law", "").to_lowercase();
    for word in ["law", "illegal", "unlawful", "gdpr", "violat", "spammer", "offence"] {
        assert!(!said.contains(word), "{word}");
    }
}

#[test]
fn a_mailbox_without_marketing_gives_a_kind_page() {
    let here = folder(&[("talk.mbox", TALK.as_bytes())]);
    let told = run(here.path(), ["check", "talk.mbox", "-o", "r.csv", "--html", "page.html"]);
    assert_eq!(told.status, 0, "{}", told.err);
    let page = std::fs::read_to_string(here.path().join("page.html")).expect("the page");
    assert!(page.contains("No promotional mail was found.") && page.contains("Enjoy the quiet."));
    assert!(page.contains("1 other"));
}

#[test]
fn five_hundred_senders_are_less_than_two_megabytes() {
    let here = folder(&[("mail.mbox", mailbox(500, 0).as_bytes())]);
    let told = run(here.path(), ["check", "mail.mbox", "-o", "r.csv", "--html", "page.html"]);
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.err.contains("500 of 500 senders flagged"), "{}", told.err);
    let size = std::fs::metadata(here.path().join("page.html")).expect("the page").len();
    assert!(size < 2_000_000, "{size} bytes");
}

#[test]
fn five_hundred_senders_are_less_than_two_megabytes_whatever_they_send() {
    let hostile = "<&>'\"".repeat(600);
    let mut mailbox = String::new();
    for sender in 0..500 {
        let label = "long".repeat(14);
        let domain = format!("{label}.{label}.{label}-{sender}.example");
        let fields = format!(
            "List-Unsubscribe: <https://{domain}/leave?{}>,\n <mailto:{}@{domain}?subject={}>\n",
            "&".repeat(3_000),
            "&".repeat(1_500),
            "&".repeat(1_500)
        );
        // Opted out, and in again, and out.
        for mail in 0..30 {
            let last = mail > 26;
            let subject = if last { format!("{mail}{hostile}") } else { "20% off".to_string() };
            let name = format!("\"{}\"", "<&'>".repeat(100));
            let day = mail * 3 + sender % 3;
            let fields = if last { &fields } else { "List-Unsubscribe: <mailto:leave@shop.example>\n" };
            mailbox += &promotion(day, &name, &format!("news@{domain}"), &subject, fields);
        }
    }
    let mut list = "sender,customer,event,date\n".to_string();
    for (event, month) in (1..=3).flat_map(|month| [("granted", month), ("withdrawn", month)]) {
        let day = if event == "granted" { 5 } else { 17 };
        list += &format!("*,robin@home.example,{event},2026-0{month}-{day:02}\n");
    }
    let here = folder(&[("mail.mbox", mailbox.as_bytes()), ("list.csv", list.as_bytes())]);
    let arguments = ["check", "mail.mbox", "--consent", "list.csv", "-o", "r.csv", "--html", "page.html"];
    let told = run(here.path(), arguments);
    assert_eq!(told.status, 0, "{}", told.err);
    assert!(told.err.contains("500 of 500 senders flagged"), "{}", told.err);
    let page = std::fs::read_to_string(here.path().join("page.html")).expect("the page");
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert_eq!(page.matches("<article").count(), 500, "each has its card");
    assert!(page.contains("The address is too long for this page."));
}

#[test]
fn a_page_is_replaced_by_a_page_and_by_nothing_else() {
    let here =
        folder(&[("mail.mbox", common::daily().as_bytes()), ("mine.html", b"<!DOCTYPE html>\n<p>mine")]);
    let check = |more: &[&str]| run(here.path(), [&["check", "mail.mbox", "-q"], more].concat());
    for _ in 0..2 {
        assert_eq!(check(&["-o", "r.csv", "--html", "p.html"]).status, 0);
    }
    let explain = ["explain", "mail.mbox", "--sender", "shop", "--html", "p.html"];
    assert_eq!(run(here.path(), explain).status, 0, "the page of a sender is a page as well");
    common::fails_with(
        &check(&["-o", "r.csv", "--html", "mine.html"]),
        &["--html `mine.html`", "is not a page of this program"],
    );
    common::fails_with(&check(&["-o", "p.html"]), &["ends like the name of HTML", "write --html p.html"]);
    common::fails_with(&check(&["-o", "r.csv", "--html", "r.csv"]), &["is the file into which"]);
    common::fails_with(
        &check(&["-o", "r.csv", "--html", "."]),
        &["is a folder", "write --html ./report.html"],
    );
    common::fails_with(&check(&["-o", "r.csv", "--html", "p.csv"]), &["ends like the name of CSV"]);
    common::fails_with(
        &check(&["-o", "r.csv", "--html", "mail.mbox", "--force"]),
        &["is also a mailbox that is read"],
    );
    // In a folder that is read it is no mail.
    let told = run(here.path(), ["check", ".", "-o", "r.csv", "--html", "p.html"]);
    assert_eq!(told.status, 0, "{}", told.err);
    let told = run(here.path(), ["check", "p.html"]);
    common::fails_with(&told, &["is a page of this program, not a mailbox"]);
}

#[test]
fn a_page_is_never_written_over_an_input_or_another_output() {
    let (here, run_of_all) = all_inputs();
    for input in INPUTS {
        let arguments = [&run_of_all as &[&str], &["-o", "r.csv", "--force", "--html", input]].concat();
        refused(here.path(), &arguments, &["--html", "is also a", "that is read"]);
    }
    for output in OUTPUTS {
        let arguments = [&run_of_all as &[&str], &["--html", "out", output, "./out", "--force"]].concat();
        refused(here.path(), &arguments, &["is the file into which", "--html", output]);
    }
    let alone = [&run_of_all as &[&str], &["--html", "-"]].concat();
    refused(here.path(), &alone, &["--html -", "a report goes there too", "write --html report.html"]);
}

#[cfg(unix)]
#[test]
fn where_a_page_does_not_fit_on_the_disk_nothing_is_replaced() {
    let here = folder(&[("a.mbox", mailbox(30, 0).as_bytes()), ("r.csv", common::OLD_REPORT.as_bytes())]);
    let before = common::tree(here.path());
    // The system refuses longer files, as a full disk would.
    for blocks in [40, 1] {
        let line = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$mailfatigue\" check a.mbox -o r.csv --html r.html"
        );
        let told = common::outputs::shell(here.path(), &line);
        assert_eq!(told.status, 2, "{blocks}: {}", told.err);
        assert!(told.err.contains("can't be written") && !told.err.contains("panicked"), "{}", told.err);
        assert!(common::tree(here.path()) == before, "{blocks}");
    }
}

#[test]
fn a_run_that_fails_leaves_the_old_page() {
    let here = folder(&[("mail.mbox", common::daily().as_bytes()), ("empty.mbox", b"")]);
    assert_eq!(run(here.path(), ["check", "mail.mbox", "-q", "-o", "r.csv", "--html", "p.html"]).status, 0);
    let before = common::tree(here.path());
    assert_eq!(run(here.path(), ["check", "empty.mbox", "-q", "-o", "r.csv", "--html", "p.html"]).status, 2);
    assert!(common::tree(here.path()) == before);
}
