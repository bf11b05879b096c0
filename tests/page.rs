//! The page: what it says, and what a real browser makes of it. The browser is Debian's `chromium`, driven by node with
//! what `npm ci` installs in tests/page; where one of these is missing, only the browser's part is left out.

mod common;

use common::outputs::{INPUTS, OUTPUTS, all_inputs, refused};
use common::{folder, run};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

const YEAR: &str = "fixtures/page/a-year-of-promotional-mail.mbox";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs in the project's folder, so that the fixture has its short name.
fn works(arguments: &[&str]) {
    let told = run(root(), arguments);
    assert_eq!(told.status, 0, "{arguments:?}: {}", told.err);
}

fn year(page: &str, report: &str) {
    works(&[
        "check",
        YEAR,
        "--owner",
        "robin@home.example",
        "--timezone",
        "Europe/London",
        "-o",
        report,
        "--html",
        page,
    ]);
}

/// A promotional mail of the `day`th day of 2026.
fn promotion(day: u64, name: &str, address: &str, subject: &str, fields: &str) -> String {
    let date = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day") + chrono::Days::new(day);
    let (asctime, written) = (date.format("%a %b %e"), date.format("%a, %d %b %Y"));
    format!(
        "From MAILER-DAEMON {asctime} 08:00:00 2026\nDelivered-To: robin@home.example\nDate: {written} 08:00:00 +0000\n\
         From: {name} <{address}>\nTo: robin@home.example\nSubject: {subject}\nPrecedence: bulk\n{fields}\n\
         Today only: 20% off everything. Shop now and save EUR 10.\n\n"
    )
}

/// `daily` senders on 25 days in a row, and others on one day.
fn mailbox(daily: u64, others: u64) -> String {
    let mut mailbox = String::new();
    for sender in 0..daily + others {
        let address = format!("news@shop-{sender}.example");
        let fields =
            format!("List-Unsubscribe: <https://shop-{sender}.example/leave?key=0123456789abcdef{sender}>\n");
        for day in 0..if sender < daily { 25 } else { 1 } {
            let subject = format!("Sale {sender}: 20% off, day {day}");
            mailbox += &promotion(day, &format!("Shop number {sender}"), &address, &subject, &fields);
        }
    }
    mailbox
}

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
        assert_eq!(shown.contains("class=\"flagged\""), cell("flagged") == "yes");
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

const TALK: &str = "From MAILER-DAEMON Thu Jan  1 08:00:00 2026\nDate: Thu, 1 Jan 2026 08:00:00 +0000\n\
    From: Ann Example <ann@friends.example>\nTo: robin@home.example\nSubject: Re: Sunday\nIn-Reply-To: <a@home.example>\n\nSee you!\n\n";

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

/// What a mail may try: each calls `hit`, asks for something elsewhere, or ends what it is in.
const ATTEMPTS: [&str; 36] = [
    "<script>hit()</script>",
    "\"><script>hit()</script>",
    "'><img src=x onerror=hit()>",
    "\" onmouseover=\"hit()",
    "' onfocus='hit()' autofocus='",
    "</title><script>hit()</script>",
    "</style><script>hit()</script>",
    "</script><script>hit()</script>",
    "</textarea><svg/onload=hit()>",
    "--><script>hit()</script><!--",
    "<svg><script>hit()</script></svg>",
    "<svg onload=hit()><use href=data:image/svg+xml,hit()>",
    "<a href=javascript:hit()>x</a>",
    "javascript:hit()",
    "data:text/html,<script>hit()</script>",
    "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<iframe src=javascript:parent.hit()>",
    "<meta http-equiv=refresh content='0;url=https://x.example/hit()'>",
    "<base href=https://x.example/hit()/>",
    "<link rel=stylesheet href=https://x.example/hit()>",
    "<style>*{background:url(https://x.example/hit())}</style>",
    "<img src=https://x.example/hit()>",
    "<form action=https://x.example/hit()><input type=submit autofocus>",
    "<details open ontoggle=hit()>",
    "<input onfocus=hit() autofocus>",
    "<video src=x onerror=hit()></video>",
    "<object data=javascript:hit()></object>",
    "<embed src=javascript:hit()>",
    "<body onload=hit()>",
    "<marquee onstart=hit()>",
    "<math><mtext><table><mglyph><style><img src=x onerror=hit()>",
    "&lt;script&gt;hit()&lt;/script&gt;",
    "&#60;script&#62;hit()&#60;/script&#62;",
    "{{hit()}}${hit()}<%= hit() %>{% hit() %}",
    "+ADw-script+AD4-hit()+ADw-/script+AD4-",
    "\u{ff1c}script\u{ff1e}hit()\u{202e}<plaintext>",
];

/// Mail in which every field that the page shows makes every attempt, plain and encoded.
fn hostile() -> String {
    use base64::Engine;
    let encoded =
        |text: &str| format!("=?utf-8?B?{}?=", base64::engine::general_purpose::STANDARD.encode(text));
    let mut mailbox = String::new();
    for (at, attempt) in ATTEMPTS.iter().enumerate() {
        let quoted = attempt.replace('\\', "").replace('"', "\\\"");
        let uri = attempt.replace(['<', '>', ' '], "");
        let fields = format!(
            "Message-ID: <{uri}@{at}>\nList-Id: {quoted} <list.shop-{at}.example>\n\
             List-Unsubscribe: <https://shop-{at}.example/{uri}>, <mailto:{uri}@shop-{at}.example?subject={uri}>\n"
        );
        for (kind, form) in [("plain", attempt.to_string()), ("encoded", encoded(attempt))] {
            for day in 0..12 {
                let name = if kind == "plain" { format!("\"{quoted}\"") } else { encoded(attempt) };
                let address = format!("{kind}@shop-{at}-{kind}.example");
                mailbox += &promotion(day, &name, &address, &format!("20% off {day} {form}"), &fields);
            }
        }
        mailbox += &promotion(1, "x", &format!("\"{quoted}\"@quoted-{at}.example"), attempt, &fields);
        let other = format!("Delivered-To: {uri}@other.example\nX-Original-To: {uri}@other.example\n");
        mailbox += &promotion(2, "x", &format!("x@to-{at}.example"), attempt, &(other + &fields));
    }
    // One sender with all of them, for the page about it.
    for (day, attempt) in (0..).zip(ATTEMPTS.iter().cycle().take(1_050)) {
        mailbox +=
            &promotion(day % 100, "All", "all@everything.example", &format!("{day}: 20% off {attempt}"), "");
    }
    mailbox
}

const POLICY: &str = "[[rule]]\nverdict = \"<script>hit()</script>\"\nflag = true\nmessages = 1\n";

/// Writes the pages that the browser opens.
fn pages(here: &Path) {
    let path = |name: &str| here.join(name).to_string_lossy().into_owned();
    year(&path("year.html"), &path("year.csv"));
    works(&[
        "explain",
        YEAR,
        "--sender",
        "quill",
        "--owner",
        "robin@home.example",
        "--timezone",
        "Europe/London",
        "--html",
        &path("sender.html"),
    ]);
    let list = "<img src=x onerror=hit()>.csv";
    for (name, text) in [
        ("talk.mbox", TALK.to_string()),
        ("many.mbox", mailbox(60, 540)),
        ("<img src=x onerror=hit()>.mbox", hostile()),
        ("policy.toml", POLICY.to_string()),
        (list, "sender,customer,event,date\n*,*,refused,2025-01-01\n".to_string()),
    ] {
        std::fs::write(here.join(name), text).expect("a file");
    }
    let here_works = |arguments: &[&str]| {
        let told = run(here, arguments);
        assert_eq!(told.status, 0, "{arguments:?}: {}", told.err);
    };
    here_works(&["check", "talk.mbox", "-o", "calm.csv", "--html", "calm.html"]);
    here_works(&["check", "many.mbox", "-o", "many.csv", "--html", "many.html"]);
    let common = ["<img src=x onerror=hit()>.mbox", "--policy", "policy.toml", "--consent", list];
    here_works(&[&["check"], &common[..], &["-o", "hostile.csv", "--html", "hostile.html"]].concat());
    let one = ["--sender", "everything.example", "--html", "hostile-sender.html"];
    here_works(&[&["explain"], &common[..], &one].concat());
}

/// Why there is no browser to be driven; `None`: there is one.
fn without_browser() -> Option<&'static str> {
    let works = |program: &str| {
        Command::new(program).arg("--version").output().is_ok_and(|told| told.status.success())
    };
    let chromium = std::env::var("CHROMIUM").unwrap_or("/usr/bin/chromium".to_string());
    match () {
        () if !works("node") => Some("node is not installed"),
        () if !Path::new(&chromium).exists() => Some("chromium is not installed"),
        () if !root().join("tests/page/node_modules/playwright-core").exists() => {
            Some("`npm ci` was not run in tests/page")
        }
        () => None,
    }
}

fn node(script: &str, folder: &Path) -> (bool, String) {
    let ran = Command::new("node").arg(root().join("tests/page").join(script)).arg(folder).output();
    let ran = ran.expect("node starts");
    let mut told = String::from_utf8_lossy(&ran.stdout).into_owned();
    let _ = write!(told, "{}", String::from_utf8_lossy(&ran.stderr));
    (ran.status.success(), told)
}

#[test]
fn a_real_browser_shows_the_pages_quietly_and_strangers_texts_do_nothing() {
    if let Some(why) = without_browser() {
        eprintln!("skipped: {why}; the page was not opened in a browser");
        return;
    }
    // The pictures stay, to be looked at.
    let here = Path::new(env!("CARGO_TARGET_TMPDIR")).join("page");
    let _ = std::fs::remove_dir_all(&here);
    std::fs::create_dir_all(&here).expect("a folder");
    pages(&here);
    let (quiet, told) = node("check.mjs", &here);
    println!("{told}");
    assert!(quiet, "{told}");
}

#[test]
#[ignore = "a measurement: cargo test --release --test page -- --ignored --nocapture"]
fn the_times_of_a_page_with_five_thousand_senders() {
    let here = folder(&[("mail.mbox", mailbox(500, 4_500).as_bytes())]);
    let began = std::time::Instant::now();
    let told = run(here.path(), ["check", "mail.mbox", "-o", "r.csv", "--html", "page.html"]);
    assert_eq!(told.status, 0, "{}", told.err);
    let size = std::fs::metadata(here.path().join("page.html")).expect("the page").len();
    println!("{size} bytes, written with the report in {:.1} s", began.elapsed().as_secs_f64());
    let (_, told) = node("times.mjs", &here.path().join("page.html"));
    println!("{told}");
}
