//! What a real browser makes of the pages. The browser is Debian's `chromium`, driven by node with what `npm ci` installs
//! in tests/page; where one of these is missing, it is left out.

mod common;

use common::pages::{TALK, YEAR, mailbox, promotion, root, works, year};
use common::{folder, run};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

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
#[ignore = "a measurement: cargo test --release --test browser -- --ignored --nocapture"]
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
