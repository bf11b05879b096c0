//! A phrase alone decides nothing: each phrase of the lists, alone in the text of mail that is not about it.

use mailfatigue::fact::{Kind, Lens};

/// 2026-11-22T00:00:00Z.
const NOW: i64 = 1_795_305_600;

/// Fields that a provider or a platform writes on everything, and fields of campaigns.
const PROVIDERS: [&str; 5] = [
    "X-SES-Outgoing: 2026.01.05-192.0.2.7\nFeedback-ID: ::1.eu-west-1.abc=:AmazonSES\n",
    "X-Kmail-Account: Ab12Cd\nList-Unsubscribe: <https://oak.example/u>\n\
     List-Unsubscribe-Post: List-Unsubscribe=One-Click\n",
    "X-MC-User: 1f2e3d\nX-Campaign: 4c5b6a\nX-Mailer: Mailchimp Mailer - **CID4c5b6a**\n\
     Feedback-ID: 7:7.4:us1:mc\nList-ID: <abc.list-id.mcsv.net>\nList-Unsubscribe: <https://oak.example/u>\n\
     List-Unsubscribe-Post: List-Unsubscribe=One-Click\n",
    "X-PM-Message-Stream: outbound\nX-PM-Message-Id: 1-2\n",
    "",
];

/// Mail about what is the customer's own: the subject, and a text with room for one more sentence.
const SERVICE: [(&str, &str); 20] = [
    (
        "Oops",
        "We tried to charge your card ending in 4417, and the bank said no. {} Please update your card before Friday so that your plan goes on.",
    ),
    (
        "Good news, Robin",
        "Your refund of 24.90 EUR was sent to your bank today. {} It may take three working days to arrive.",
    ),
    (
        "It's on its way",
        "We have handed your parcel to the carrier. {} You can follow it with the number 3SABCD0012.",
    ),
    (
        "Your order 20417",
        "Thank you for your order 20417. {} We write again when it leaves our warehouse. Total: 58.20 EUR.",
    ),
    (
        "Receipt for your payment",
        "You paid 12.00 USD to Oak with your card ending in 0071. {} Keep this receipt for your records.",
    ),
    (
        "Your statement is ready",
        "The statement of your account for September is ready. {} Sign in to read it.",
    ),
    (
        "New sign-in to your account",
        "Somebody signed in to your account from a new device in Leeds. {} If that was you, there is nothing to do.",
    ),
    (
        "Reset your password",
        "You asked for a new password. {} The link works for one hour. If you did not ask for it, ignore this message.",
    ),
    (
        "See you on Thursday",
        "This is a reminder of your appointment on Thursday at 9:40 with Dr. Moss. {} Call us if you can't come.",
    ),
    ("Your invoice", "Invoice 2026-0113 over 118.00 EUR is attached. {} It is due within 14 days."),
    (
        "Your booking is confirmed",
        "We look forward to your stay from 12 to 14 May, booking 88120. {} Check-in is from three o'clock.",
    ),
    (
        "Balance below your limit",
        "The balance of your account ending in 204 is below the limit that you set. {} It was 31.77 EUR at 9:12.",
    ),
    (
        "We changed our terms",
        "From 1 March new terms of use apply to your account. {} If you do not agree, you may close it before then.",
    ),
    (
        "A new answer to your question",
        "Somebody answered the question that you asked in the forum. {} Follow the link to read the answer.",
    ),
    (
        "Your request 5512",
        "We have received your request 5512 and will answer within two working days. {} Please keep the number in the subject.",
    ),
    (
        "Thank you",
        "We have received your return and checked it. {} The amount goes back to the card that you paid with.",
    ),
    (
        "Planned maintenance",
        "On Sunday from 2 to 4 the service will not be available while we replace a server. {} You need not do anything.",
    ),
    (
        "Ihre Rechnung",
        "Ihre Rechnung für Januar liegt in Ihrem Kundenkonto bereit. {} Der Betrag von 39,90 EUR wird am 15. abgebucht.",
    ),
    (
        "Votre colis arrive",
        "Votre colis sera livré demain entre 9 h et 12 h. {} Le numéro de suivi est le 8R0041122.",
    ),
    (
        "Tu cita",
        "Te recordamos tu cita del martes a las 10:30 en el centro de salud. {} Si no puedes venir, avísanos.",
    ),
];

/// The usual footer of bulk mail.
const FOOTER: &str = "<p>Oak Ltd, 14 Quarry Road, Millbrook<br>You get this mail because you have an account with us.<br>\
    <a href=\"https://oak.example/u\">Unsubscribe</a> | <a href=\"https://oak.example/p\">Preferences</a> | \
    <a href=\"https://oak.example/v\">View in browser</a></p>";

fn phrases() -> Vec<String> {
    let table: toml::Table = mailfatigue::fact::BUILT_IN_RULES.parse().expect("TOML");
    let lists = table["phrases"].as_table().expect("lists").iter();
    // Phrases of addresses are sought in links alone.
    let in_texts = lists.filter(|(name, _)| !name.ends_with("-links")).map(|(_, list)| list);
    let texts = in_texts.flat_map(|list| list.as_table().expect("languages").values());
    let phrases = texts.flat_map(|list| list.as_array().expect("phrases")).filter_map(toml::Value::as_str);
    let mut all: Vec<String> = phrases.map(str::to_string).collect();
    all.sort();
    all.dedup();
    all
}

fn message(fields: &str, subject: &str, text: &str) -> String {
    format!(
        "From: Oak <hello@oak.example>\nTo: robin@home.example\nSubject: {subject}\n\
         Date: Mon, 05 Jan 2026 10:00:00 +0000\nMessage-ID: <1@oak.example>\n{fields}\
         MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n\
         <p>Hello Robin,</p><p>{text}</p><p>Oak</p>{FOOTER}\n"
    )
}

/// The phrases by which a message becomes marketing.
fn turned(lens: &Lens, phrases: &[String], of: impl Fn(usize, &str) -> String) -> Vec<String> {
    let is_marketing =
        |message: &str| lens.classify(message.as_bytes()).is_some_and(|(kind, _)| kind == Kind::Marketing);
    let turned = phrases.iter().enumerate().map(|(at, phrase)| (phrase, of(at, phrase)));
    turned.filter(|(_, message)| is_marketing(message)).map(|(phrase, _)| phrase.clone()).collect()
}

#[test]
fn no_phrase_in_the_text_of_bulk_mail_makes_marketing_alone() {
    let (lens, phrases) = (Lens::plain(NOW).expect("the rules"), phrases());
    assert!(phrases.len() > 5_000);
    for fields in PROVIDERS {
        let text = |phrase: &str| format!("a few words about this: {phrase}. We write again next week.");
        let wrong = turned(&lens, &phrases, |_, phrase| message(fields, "A note from Oak", &text(phrase)));
        assert!(wrong.is_empty(), "{} under\n{fields}: {wrong:?}", wrong.len());
    }
}

#[test]
fn no_phrase_in_the_text_of_service_mail_makes_marketing() {
    let (lens, phrases) = (Lens::plain(NOW).expect("the rules"), phrases());
    let mut all = Vec::new();
    // Each phrase in four of the notices, each notice with each provider.
    for round in 0..4 {
        let wrong = turned(&lens, &phrases, |at, phrase| {
            let (subject, text) = SERVICE[(at + 5 * round) % SERVICE.len()];
            let fields = PROVIDERS[(at / SERVICE.len() + round) % PROVIDERS.len()];
            message(fields, subject, &text.replace("{}", &format!("{phrase}.")))
        });
        all.extend(wrong);
    }
    assert!(all.is_empty(), "{}: {all:?}", all.len());
}

#[test]
fn no_phrase_of_service_mail_turns_a_campaign() {
    let (lens, mut phrases) = (Lens::plain(NOW).expect("the rules"), phrases());
    // A deal's own number is no phrase.
    phrases.retain(|phrase| !phrase.contains(|c: char| c.is_ascii_digit()));
    let text = "<a href=\"https://oak.example/a\"><img src=\"https://oak.example/1.jpg\"></a> Our winter coats are here, \
        and until Sunday they are 20% off. Shop now and get free shipping on orders over $60. {} \
        <a href=\"https://oak.example/b\"><img src=\"https://oak.example/2.jpg\"></a> Wool coat $120 $96 \
        <a href=\"https://oak.example/c\"><img src=\"https://oak.example/3.jpg\"></a> Down jacket $150 $120";
    let of = |_: usize, phrase: &str| {
        message(PROVIDERS[2], "Winter coats are 20% off", &text.replace("{}", &format!("{phrase}.")))
    };
    let still: std::collections::HashSet<String> = turned(&lens, &phrases, of).into_iter().collect();
    let lost: Vec<&String> = phrases.iter().filter(|phrase| !still.contains(*phrase)).collect();
    assert!(lost.is_empty(), "{}: {lost:?}", lost.len());
}
