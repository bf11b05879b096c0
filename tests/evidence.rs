//! What the mailbox itself proves about consent: what the owner wrote, and what a sender's notice says.

mod common;

use common::{folder, promotion, run};

const NEWS: &str = "Moss Lane <news@moss-lane.example>";

/// A letter of the owner's; `answers` is the Message-ID of the message that it answers.
fn letter(day: u32, to: &str, subject: &str, answers: &str, text: &str) -> String {
    let answers = if answers.is_empty() { String::new() } else { format!("In-Reply-To: <{answers}>\n") };
    format!(
        "From robin Sat Jan {day:2} 20:00:00 2026\nDate: {day} Jan 2026 20:00:00 +0000\nFrom: robin@home.example\n\
         To: {to}\nSubject: {subject}\nMessage-ID: <letter{day}@home.example>\n{answers}\n{text}\n\n"
    )
}

/// For each message of a sender in the mailbox, in order of time: its day and the state of consent.
fn states(mailbox: &str, from: &str) -> Vec<(String, String)> {
    let here = folder(&[("box.mbox", mailbox.as_bytes())]);
    let told = run(
        here.path(),
        ["check", "box.mbox", "--owner", "robin@home.example", "--timezone", "UTC", "--messages", "all.csv"],
    );
    assert_eq!(told.status, 0, "{}", told.err);
    let list = std::fs::read(here.path().join("all.csv")).expect("the list");
    let mut reader = csv::Reader::from_reader(&list[..]);
    let header = reader.headers().expect("a header").clone();
    let value = |row: &csv::StringRecord, name: &str| {
        let at = header.iter().position(|column| column == name).expect("the column");
        row[at].to_string()
    };
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let of_sender = rows.iter().filter(|row| value(row, "from").contains(from));
    of_sender.map(|row| (value(row, "day"), value(row, "consent"))).collect()
}

/// The first day on which the state is `withdrawn`.
fn withdrawn_from(mailbox: &str, from: &str) -> Option<String> {
    states(mailbox, from).into_iter().find(|(_, state)| state == "withdrawn").map(|(day, _)| day)
}

/// Mailings of 28 days from an address, with a letter among them.
fn mailings(from: &str, letter: &str) -> String {
    let mails = (1..=28).map(|day| promotion(day, from, &format!("m{day}@moss-lane.example")));
    mails.collect::<String>() + letter
}

#[test]
fn an_answer_that_asks_that_mail_stop_is_an_opt_out() {
    let wish = "Please take me off your mailing list.";
    let to_reply_address = letter(3, "team@moss-mail.example", "Re: Sale", "m3@moss-lane.example", wish);
    let without_reference = letter(3, "news@moss-lane.example", "Re: Sale: 20% off today only", "", wish);
    let of_ones_own_subject =
        letter(3, "news@moss-lane.example", "Remove me from the newsletter", "m2@moss-lane.example", "Robin");
    for letter in [to_reply_address, without_reference, of_ones_own_subject] {
        let mailbox = mailings(NEWS, &letter);
        assert_eq!(withdrawn_from(&mailbox, "news@").as_deref(), Some("2026-01-14"), "{letter}");
    }
}

#[test]
fn whatever_else_the_owner_writes_withdraws_nothing() {
    let stop = "Please stop sending me your newsletter.";
    for letter in [
        letter(
            3,
            "news@moss-lane.example",
            "Re: Sale",
            "m3@moss-lane.example",
            "Please cancel my fitting on Friday.",
        ),
        letter(3, "news@moss-lane.example", "Fwd: Sale", "m3@moss-lane.example", stop),
        letter(3, "news@moss-lane.example", "Hello", "", stop),
        letter(3, "robin@home.example", "Re: Sale", "m3@moss-lane.example", stop),
        letter(3, "ann@gmail.com, robin@home.example", "Re: Sale", "m3@moss-lane.example", stop),
        letter(
            3,
            "news@moss-lane.example",
            "Re: Sale",
            "m3@moss-lane.example",
            "When does this newsletter stop?",
        ),
        letter(3, "ann@friends.example", "Re: tea", "tea@friends.example", stop),
        letter(
            3,
            "news@moss-lane.example",
            "Re: Sale",
            "m3@moss-lane.example",
            &format!("Thanks!\n> {stop}"),
        ),
    ] {
        assert_eq!(withdrawn_from(&mailings(NEWS, &letter), "news@"), None, "{letter}");
    }
}

#[test]
fn an_opt_out_covers_the_address_that_it_answers() {
    let wish = "Please stop the newsletter.";
    let letter = letter(3, "news@moss-lane.example", "Re: Sale", "m3@moss-lane.example", wish);
    let others =
        (1..=28).map(|day| promotion(day, "Deals <deals@moss-lane.example>", &format!("d{day}@x.example")));
    let mailbox = mailings(NEWS, &letter) + &others.collect::<String>();
    assert_eq!(withdrawn_from(&mailbox, "news@").as_deref(), Some("2026-01-14"));
    assert_eq!(withdrawn_from(&mailbox, "deals@"), None);
}

#[test]
fn an_opt_out_covers_all_where_the_address_changes_with_each_mail() {
    let from = |day| format!("Moss Lane <news-{day}@moss-lane.example>");
    let mails = (1..=28).map(|day| promotion(day, &from(day), &format!("m{day}@moss-lane.example")));
    let wish = "Please stop the newsletter.";
    let letter = letter(3, "news-3@moss-lane.example", "Re: Sale", "m3@moss-lane.example", wish);
    let mailbox = mails.collect::<String>() + &letter;
    assert_eq!(withdrawn_from(&mailbox, "news-").as_deref(), Some("2026-01-14"));
}

#[test]
fn an_address_to_which_people_write_about_anything_takes_opt_outs_by_their_subject_or_words() {
    let mail_to = "<mailto:news@moss-lane.example?subject=leave>";
    let offers = |letter: &str| {
        mailings(NEWS, letter)
            .replace("List-Unsubscribe: <https", &format!("List-Unsubscribe: {mail_to}, <https"))
    };
    let question = offers(&letter(3, "news@moss-lane.example", "Where is my spade?", "", "It has not come."));
    assert_eq!(withdrawn_from(&question, "news@"), None);
    for (subject, text) in [("leave", "-"), ("Hello", "Please unsubscribe me from your newsletter.")] {
        let opt_out = offers(&letter(3, "news@moss-lane.example", subject, "", text));
        assert_eq!(withdrawn_from(&opt_out, "news@").as_deref(), Some("2026-01-14"), "{subject}");
    }
}

#[test]
fn a_notice_about_another_channel_is_no_opt_out_from_mail() {
    let notice = |text: &str| {
        promotion(3, NEWS, "notice@moss-lane.example")
            .replace("Sale: 20% off today only", "You have been unsubscribed")
            .split("\n\n")
            .next()
            .map(|header| format!("{header}\n\n{text}\n\n"))
            .unwrap_or_default()
    };
    let of_mail = mailings(NEWS, &notice("You will no longer receive our newsletter."));
    assert_eq!(withdrawn_from(&of_mail, "news@").as_deref(), Some("2026-01-14"));
    let of_texts = mailings(NEWS, &notice("You have been unsubscribed from text messages of Moss Lane."));
    assert_eq!(withdrawn_from(&of_texts, "news@"), None);
}
