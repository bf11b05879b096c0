//! Messages with one phrase in them: a phrase alone decides nothing, whatever carries it.

#![allow(dead_code, reason = "the tests and the fitting of signs each use a part of it")]

/// Fields that a provider or a platform writes on everything, and fields of campaigns.
pub const PROVIDERS: [&str; 5] = [
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

/// All phrases of the built-in lists that are sought in texts, in order.
pub fn phrases() -> Vec<String> {
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

/// A message with these fields, this subject and this text, above the usual footer.
pub fn message(fields: &str, subject: &str, text: &str) -> String {
    format!(
        "From: Oak <hello@oak.example>\nTo: robin@home.example\nSubject: {subject}\n\
         Date: Mon, 05 Jan 2026 10:00:00 +0000\nMessage-ID: <1@oak.example>\n{fields}\
         MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n\
         <p>Hello Robin,</p><p>{text}</p><p>Oak</p>{FOOTER}\n"
    )
}

/// Bulk mail that says next to nothing but the phrase, with the fields of each provider in turn.
pub fn bulk(provider: usize, phrase: &str) -> String {
    let text = format!("a few words about this: {phrase}. We write again next week.");
    message(PROVIDERS[provider % PROVIDERS.len()], "A note from Oak", &text)
}

/// Mail about what is the customer's own with the phrase in it: which notice, and the fields of which provider.
fn service(notice: usize, provider: usize, phrase: &str) -> String {
    let (subject, text) = SERVICE[notice % SERVICE.len()];
    message(PROVIDERS[provider % PROVIDERS.len()], subject, &text.replace("{}", &format!("{phrase}.")))
}

/// Bulk mail that says nothing, with the phrase for its subject.
pub fn as_subject(phrase: &str) -> String {
    format!(
        "From: Oak <hello@oak.example>\nTo: robin@home.example\nSubject: {phrase}\n\
         Date: Mon, 05 Jan 2026 10:00:00 +0000\nMessage-ID: <1@oak.example>\n\
         List-Unsubscribe: <https://oak.example/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n\
         MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n\
         <p>Hello Robin.</p><p><a href=\"https://oak.example/u\">Unsubscribe</a></p>\n"
    )
}

/// Such mail with one phrase: bulk mail of each provider, four of the notices, and the phrase as a subject.
pub fn messages(at: usize, phrase: &str) -> Vec<String> {
    let bulk = (0..PROVIDERS.len()).map(|provider| bulk(provider, phrase));
    let service = (0..4).map(|round| service_of(at, round, phrase));
    bulk.chain(service).chain([as_subject(phrase)]).collect()
}

/// One of four notices for a phrase: each notice comes with each provider.
pub fn service_of(at: usize, round: usize, phrase: &str) -> String {
    service(at + 5 * round, at / SERVICE.len() + round, phrase)
}
