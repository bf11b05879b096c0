//! What the header and the container say of a message: copies, ways out, who verified it, under what folder it lies.

mod common;

use common::exports::put;
use common::{Run, folder, promotion, run};

const NEWS: &str = "Moss Lane <news@moss-lane.example>";

fn check(mailbox: &str) -> Run {
    let here = folder(&[("box.mbox", mailbox.as_bytes())]);
    run(here.path(), ["check", "box.mbox", "--timezone", "UTC"])
}

#[test]
fn mailings_under_one_message_id_are_no_copies_unless_their_dates_are_the_same() {
    let mailings: String = (1..=28).map(|day| promotion(day, NEWS, "letter@moss-lane.example")).collect();
    let told = check(&mailings);
    assert!(told.out.contains("daily-unconsented") && told.err.contains("28 marketing"), "{}", told.err);
    let told = check(&format!("{mailings}{mailings}"));
    assert!(told.err.contains("28 marketing, 28 duplicates"), "{}", told.err);
    let saved_anew = mailings.replace(" 07:59:00 +0000\nFrom", " 08:59:00 +0100\nFrom");
    assert!(check(&format!("{mailings}{saved_anew}")).err.contains("28 marketing, 28 duplicates"));
    let other = mailings.replace("robin@home.example", "kim@home.example");
    assert!(check(&format!("{mailings}{other}")).err.contains("56 marketing"));
}

#[test]
fn several_fields_of_one_receiver_and_several_ways_out_are_read_together() {
    let spread = "Authentication-Results: brand.mail-house.example; bimi=none\n\
        Authentication-Results: policy.mail-house.example; dmarc=pass header.from=moss-lane.example\n\
        List-Unsubscribe: <mailto:out@moss-lane.example>\nReceived: ";
    let mailbox = promotion(1, NEWS, "a@moss-lane.example").replacen("Received: ", spread, 1);
    let told = check(&mailbox);
    assert!(told.err.contains("1 marketing") && told.out.contains(",one-click,"), "{}{}", told.err, told.out);
    let foreign = mailbox.replace("policy.mail-house.example", "mx.elsewhere.example");
    assert!(check(&foreign).err.contains("1 spam or unverified"));
}

#[test]
fn mail_in_folders_of_other_languages_is_what_the_folder_says() {
    let here = tempfile::tempdir().expect("a folder");
    let folders = ["INBOX.Skr&AOQ-ppost", "[Google Mail].Correo no deseado", "INBOX.Papperskorgen", "Inkorg"];
    for (day, folder) in (1..).zip(folders) {
        let message = promotion(day, NEWS, &format!("f{day}@moss-lane.example"));
        let message = message.split_once('\n').expect("a separator").1;
        put(&here.path().join(format!("Mail/{folder}/cur/17672{day}5200.M1.host:2,S")), message);
    }
    let told = run(here.path(), ["check", "Mail", "--timezone", "UTC"]);
    assert!(told.err.contains("2 marketing") && told.err.contains("2 spam or unverified"), "{}", told.err);
}

#[test]
fn dates_that_leave_no_doubt_are_read() {
    for (number, date) in ["Sa., 3. Jan. 2026 07:59:00,5 +01", "Jan 3, 2026 7:59 AM", "2026-01-03T07:59:00Z"]
        .into_iter()
        .enumerate()
    {
        let mailing = promotion(3, NEWS, &format!("d{number}@moss-lane.example"));
        let dated = mailing.lines().filter(|line| !line.starts_with("Received: ")).map(|line| {
            let mine = if line.starts_with("From MAILER") { "From robin" } else { line };
            if mine.starts_with("Date: ") { format!("Date: {date}\n") } else { format!("{mine}\n") }
        });
        let message: String = dated.skip(1).collect();
        let here = folder(&[("one.eml", message.as_bytes())]);
        let told = run(here.path(), ["check", "one.eml", "--timezone", "UTC"]);
        assert!(told.out.contains(",2026-01-03,2026-01-03,"), "{date}: {}{}", told.err, told.out);
    }
}
