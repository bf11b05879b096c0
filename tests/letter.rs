//! Letters to senders: what they say in each state of consent and language, and where they go.

mod common;

use common::outputs::{refused, shell, works};
use common::{OLD_REPORT, daily, folder, promotion, run};
use std::fs;
use std::path::Path;

const LANGUAGES: [&str; 8] = ["en", "de", "fr", "es", "it", "nl", "pt", "pl"];

fn letter(folder: &Path, more: &[&str]) -> String {
    let told = run(folder, [&["letter", "a.mbox", "--sender", "shop.example", "-q"], more].concat());
    assert_eq!((told.status, told.err.as_str()), (0, ""), "{more:?}");
    told.out
}

/// The letters to the senders of two bundled mailboxes, in all languages. `UPDATE_FIXTURES=1 cargo test --test letter`
/// writes them anew; then somebody who knows the language is to read them.
#[test]
fn every_letter_is_as_its_fixture_has_it() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let update = std::env::var_os("UPDATE_FIXTURES").is_some();
    for (mailbox, sender, name) in [
        ("a-shop-mails-every-day-though-no-box-was-ticked", "stride-outlet.example", "no-consent"),
        ("an-opt-out-by-mail-counts-after-ten-days-of-grace", "oak-toys.example", "after-an-opt-out"),
    ] {
        for language in LANGUAGES {
            let mailbox = format!("cases/{mailbox}.mbox");
            let arguments = [
                "letter",
                &mailbox,
                "-q",
                "--owner",
                "robin@home.example",
                "--sender",
                sender,
                "--timezone",
                "UTC",
                "--language",
                language,
            ];
            let told = run(&fixtures, arguments);
            assert_eq!((told.status, told.err.as_str()), (0, ""));
            let text = told.out.replace(env!("CARGO_PKG_VERSION"), "VERSION");
            let file = fixtures.join(format!("letters/{name}.{language}.txt"));
            if update {
                fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
                fs::write(&file, &text).expect("a fixture");
            }
            let expected = fs::read_to_string(&file).unwrap_or_default();
            assert_eq!(text, expected, "{} is out of date", file.display());
        }
    }
}

/// A letter as one line, so that its breaks do not matter.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The letter where the consent list has these rows about the shop.
fn with_list(rows: &str, more: &[&str]) -> String {
    let list = format!("sender,customer,event,date\n{rows}");
    let here = folder(&[("a.mbox", daily().as_bytes()), ("list.csv", list.as_bytes())]);
    flat(&letter(here.path(), &[&["--consent", "list.csv"], more].concat()))
}

#[test]
fn a_letter_says_who_wrote_when_and_how_often_and_what_is_wished() {
    let here = folder(&[(
        "a.mbox",
        (daily() + &promotion(3, "Shop <hi@shop.example>", "x@shop.example")).as_bytes(),
    )]);
    let text = letter(here.path(), &["--language", "en"]);
    assert_eq!(text, letter(here.path(), &[]), "English unless another language is asked for");
    assert!(text.starts_with("Advertising to robin@home.example\n\nDear Sir or Madam,\n\n"), "{text}");
    for words in [
        "I received 29 advertising messages from you (Shop, shop.example) at robin@home.example from 1 January 2026 \
         to 28 January 2026, spread over 28 days.",
        "I find no record of having agreed to this advertising.",
        "Please stop sending advertising to this address, and confirm to me that it has stopped.",
        "If you hold a record of my agreement, please tell me when and in what way I gave it.",
        "Yours faithfully, robin@home.example",
        "Days are those of the time zone UTC",
        "Sender addresses in my mailbox: news@shop.example, hi@shop.example",
        "Days with advertising January 2026: 1, 2, 3 (2), 4, 5,",
    ] {
        assert!(flat(&text).contains(words), "{words} is not in:\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 76), "{text}");
}

#[test]
fn what_is_on_record_decides_what_is_said_and_asked() {
    let question = "If you hold a record of my agreement";
    for (rows, said, asks) in [
        (
            "shop.example,*,not ticked,2025-12-27\n",
            "I did not agree to advertising on 27 December 2025.",
            true,
        ),
        ("shop.example,*,not ticked,\n", "I did not agree to advertising.", true),
        (
            "shop.example,*,unsubscribed,2026-01-05\n",
            "I unsubscribed on 5 January 2026. Since then 23 more messages have come.",
            true,
        ),
        ("shop.example,*,unsubscribed,2026-01-20\n", "I unsubscribed on 20 January 2026. Since then", true),
        (
            "shop.example,*,granted,2025-12-01\nshop.example,*,unsubscribed,2026-01-20\n",
            "I unsubscribed on 20 January 2026. Please stop",
            false,
        ),
        (
            "shop.example,*,granted,2025-12-01\n",
            "I agreed to your mailings on 1 December 2025. I hereby withdraw that agreement.",
            false,
        ),
        (
            "shop.example,*,order,2025-12-24\n",
            "My records show a purchase from you on 24 December 2025. I find",
            true,
        ),
    ] {
        let text = with_list(rows, &[]);
        if rows.contains("2026-01-20") && !rows.contains("granted") {
            // Within the days of grace an opt-out without consent before it leaves the state as it was.
            let words = "I find no record of having agreed to this advertising. According to my records, I unsubscribed on \
                         20 January 2026. Please stop";
            assert!(text.contains(words) && text.contains(question), "{text}");
            continue;
        }
        assert!(text.contains(said), "{rows} {said}:\n{text}");
        assert_eq!(text.contains(question), asks, "{rows}:\n{text}");
    }
}

#[test]
fn every_language_fills_in_every_fact_in_every_state() {
    for language in LANGUAGES {
        for rows in [
            "other.example,*,granted,2025-12-01\n",
            "shop.example,*,not ticked,2025-12-27\n",
            "shop.example,*,unsubscribed,2026-01-05\n",
            "shop.example,*,granted,2025-12-01\n",
            "shop.example,*,granted,2025-12-01\nshop.example,*,unsubscribed,2026-01-20\n",
            "shop.example,*,order,2025-12-24\n",
        ] {
            let text = with_list(rows, &["--language", language]);
            assert!(
                !text.contains(['{', '}']) && !text.contains(" ,") && !text.contains(".."),
                "{language}: {text}"
            );
            for fact in ["Shop, shop.example", "robin@home.example", "28", "2026", "news@shop.example", "UTC"]
            {
                assert!(text.contains(fact), "{fact} in {language}: {text}");
            }
        }
    }
}

#[test]
fn one_message_is_spoken_of_as_one() {
    let here = folder(&[("a.mbox", promotion(1, "Shop <news@shop.example>", "a@shop.example").as_bytes())]);
    for (language, words) in [
        (
            "en",
            "I received an advertising message from you (Shop, shop.example) at robin@home.example on 1 January 2026.",
        ),
        (
            "de",
            "ich habe an robin@home.example eine Werbe-E-Mail von Ihnen (Shop, shop.example) erhalten, und zwar am 1. Januar 2026.",
        ),
        (
            "fr",
            "J'ai reçu à robin@home.example un message publicitaire de votre part (Shop, shop.example), le 1er janvier 2026.",
        ),
        (
            "es",
            "He recibido en robin@home.example un mensaje publicitario de ustedes (Shop, shop.example), el 1 de enero de 2026.",
        ),
        (
            "it",
            "ho ricevuto a robin@home.example un messaggio pubblicitario da parte vostra (Shop, shop.example), in data 1º gennaio 2026.",
        ),
        (
            "nl",
            "Ik heb op robin@home.example één reclamebericht van u (Shop, shop.example) ontvangen, op 1 januari 2026.",
        ),
        (
            "pt",
            "Recebi uma mensagem publicitária da sua empresa (Shop, shop.example), enviada para robin@home.example em 1 de janeiro de 2026.",
        ),
        (
            "pl",
            "na adres robin@home.example przyszła jedna wiadomość reklamowa od Państwa (Shop, shop.example), 1 stycznia 2026 roku.",
        ),
    ] {
        let text = flat(&letter(here.path(), &["--language", language]));
        assert!(text.contains(words), "{language}: {text}");
    }
}

#[test]
fn text_of_the_sender_is_one_harmless_line_and_fills_in_nothing() {
    let name = "=?utf-8?Q?Shop_=7Baddress=7D=0D=0ABcc:_x=1B[31m=E2=80=AE?=";
    let mail = promotion(1, &format!("{name} <news@shop.example>"), "a@shop.example");
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let text = letter(here.path(), &[]);
    assert!(flat(&text).contains("(Shop {address}Bcc: x[31m, shop.example)"), "{text:?}");
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
}

#[test]
fn a_sender_without_marketing_and_an_unknown_one_are_errors() {
    let friend = "From a Thu Jan  1 08:00:00 2026\nFrom: Kim <kim@home.example>\nTo: robin@home.example\n\
                  Date: Thu, 1 Jan 2026 08:00:00 +0000\nSubject: Sunday\n\nSee you on Sunday.\n\n";
    let here = folder(&[("a.mbox", (daily() + friend).as_bytes())]);
    refused(here.path(), &["letter", "a.mbox", "--sender", "kim"], &["--sender kim: sent no marketing mail"]);
    refused(here.path(), &["letter", "a.mbox", "--sender", "nobody"], &["no sender named `nobody`"]);
    refused(here.path(), &["letter", "a.mbox"], &["--sender <NAME>|--all-flagged", "missing"]);
    refused(
        here.path(),
        &["letter", "a.mbox", "--all-flagged"],
        &["needs a folder", "write --output FOLDER"],
    );
    refused(
        here.path(),
        &["letter", "a.mbox", "--all-flagged", "-o", "a.mbox"],
        &["`a.mbox`", "is not a folder", "write --output FOLDER"],
    );
    let told = run(here.path(), ["letter", "a.mbox", "--sender", "shop", "--language", "xx"]);
    assert!(told.status == 2 && told.err.contains("en, de, fr, es, it, nl, pt, pl"), "{}", told.err);
}

#[test]
fn each_customer_writes_a_letter_of_its_own() {
    let kim = daily().replace("robin@home.example", "kim@home.example").replace("<m", "<k");
    let here = folder(&[("a.mbox", (daily() + &kim).as_bytes())]);
    let both = letter(here.path(), &[]);
    assert_eq!(both.matches("Dear Sir or Madam").count(), 2);
    let one = letter(here.path(), &["--customer", "kim@home.example"]);
    assert!(both.contains(&one) && one.matches("Dear Sir or Madam").count() == 1);
    works(here.path(), &["letter", "a.mbox", "-q", "--all-flagged", "-o", "letters"]);
    for (customer, name) in [
        ("kim", "letter-shop.example-kim@home.example.txt"),
        ("robin", "letter-shop.example-robin@home.example.txt"),
    ] {
        let text = fs::read_to_string(here.path().join("letters").join(name)).expect("a letter");
        assert!(text.starts_with(&format!("Advertising to {customer}@home.example\n")), "{text}");
    }
}

#[test]
fn letters_to_all_flagged_senders_replace_earlier_ones_and_nothing_else() {
    let mail = daily() + &promotion(3, "Rare <hi@rare.example>", "a@rare.example");
    let here = folder(&[("a.mbox", mail.as_bytes())]);
    let check = ["letter", ".", "--all-flagged", "--output", "new/letters", "--language"];
    for language in LANGUAGES {
        let told = run(here.path(), [&check as &[&str], &[language]].concat());
        assert_eq!(
            (told.status, told.err.as_str()),
            (0, "1 letter written into new/letters\n"),
            "{language}"
        );
        let there: Vec<_> = fs::read_dir(here.path().join("new/letters")).expect("a folder").collect();
        assert_eq!(there.len(), 1, "only the flagged sender");
    }
    let file = here.path().join("new/letters/letter-shop.example.txt");
    fs::write(&file, "my own words\n").expect("a file");
    let again = [&check as &[&str], &["en"]].concat();
    let mine = [&again as &[&str], &["--force"]].concat();
    refused(
        here.path(),
        &["letter", "a.mbox", "--all-flagged", "-o", "new/letters"],
        &["is not a letter", "--force"],
    );
    works(here.path(), &[&mine[..1], &["a.mbox"], &mine[2..]].concat());
    fs::write(&file, OLD_REPORT).expect("a file");
    refused(
        here.path(),
        &["letter", "a.mbox", "--sender", "shop", "-o", "new/letters/letter-shop.example.txt"],
        &["is a report"],
    );
    let told =
        run(here.path(), ["letter", "a.mbox", "--all-flagged", "-o", "new/letters", "--until", "2026-01-02"]);
    assert_eq!((told.status, told.err.as_str()), (0, "no sender is flagged, so no letter was written\n"));
}

#[test]
fn a_letter_goes_into_a_file_whole_or_not_at_all() {
    let here = folder(&[("a.mbox", daily().as_bytes())]);
    let check = ["letter", "a.mbox", "-q", "--sender", "shop.example", "-o"];
    works(here.path(), &[&check as &[&str], &["l.txt"]].concat());
    assert_eq!(fs::read_to_string(here.path().join("l.txt")).expect("the letter"), letter(here.path(), &[]));
    refused(here.path(), &[&check as &[&str], &["a.mbox"]].concat(), &["is also a mailbox that is read"]);
    refused(
        here.path(),
        &[&check as &[&str], &["l.csv"]].concat(),
        &["a letter is written as plain text", "--output l.txt"],
    );
    refused(here.path(), &[&check as &[&str], &["no/l.txt"]].concat(), &["no folder `no`"]);
    fs::create_dir(here.path().join("d")).expect("a folder");
    refused(
        here.path(),
        &[&check as &[&str], &["d"]].concat(),
        &["is a folder", "write --output d/letter.txt"],
    );
    refused(here.path(), &["check", "l.txt"], &["is a letter of this program, not a mailbox"]);
    #[cfg(target_os = "linux")]
    {
        let told = shell(here.path(), "\"$mailfatigue\" letter a.mbox -q --sender shop.example > /dev/full");
        assert_eq!(told.status, 2, "{}", told.err);
        let line = "trap '' XFSZ; ulimit -f 0; exec \"$mailfatigue\" letter a.mbox --all-flagged -o letters";
        let told = shell(here.path(), line);
        assert!(told.status == 2 && told.err.contains("can't be written"), "{}", told.err);
        assert_eq!(fs::read_dir(here.path().join("letters")).expect("a folder").count(), 0);
    }
}
