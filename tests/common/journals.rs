//! Journal reports as mail servers write them, with invented mail in them.

#![allow(dead_code, reason = "not every test uses all of it")]

/// A separator of an mbox file.
pub const SEPARATOR: &str = "From MAILER-DAEMON Mon Jun  1 08:00:05 2026\n";

/// The address under which Exchange writes its reports.
pub const EXCHANGE: &str = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example";

/// An offer of a shop, the first, second … of June 2026.
pub fn offer(day: u32) -> String {
    format!(
        "Received: from mx.stride.example by mx.corp.example; {day} Jun 2026 08:00:00 +0000\n\
         From: Stride <news@stride.example>\nTo: ann@corp.example\nSubject: 30% off everything, ends tonight\n\
         Message-ID: <m{day}@stride.example>\nDate: {day} Jun 2026 08:00:00 +0000\n\
         List-Unsubscribe: <https://stride.example/u/abc>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n\
         Precedence: bulk\nContent-Type: text/html; charset=utf-8\n\n\
         <html><body><h1>30% off</h1><p>Save 30% on all shoes. <a href=\"https://stride.example/buy\">Shop now</a></p></body></html>\n"
    )
}

/// A journal report and its parts.
#[derive(Clone)]
pub struct Report {
    /// Fields that mark it.
    pub mark: &'static str,
    pub from: &'static str,
    pub boundary: &'static str,
    pub text: String,
    pub text_encoding: &'static str,
    pub message: Option<String>,
    pub media: &'static str,
    pub message_encoding: &'static str,
    /// Whether the last delimiter is there.
    pub is_closed: bool,
}

impl Report {
    /// A report of Exchange about an offer, with these lines about its recipients.
    pub fn to(recipients: &str) -> Self {
        let text =
            format!("Sender: news@stride.example\nSubject: x\nMessage-Id: <m1@stride.example>\n{recipients}");
        Self {
            mark: "X-MS-Journal-Report:\n",
            from: EXCHANGE,
            boundary: "part",
            text,
            text_encoding: "8bit",
            message: Some(offer(1)),
            media: "message/rfc822",
            message_encoding: "7bit",
            is_closed: true,
        }
    }

    /// As a message.
    pub fn eml(&self) -> String {
        let Self { mark, from, boundary, text, text_encoding, message, media, message_encoding, is_closed } =
            self;
        let message = message.as_ref().map_or_else(String::new, |message| {
            format!("--{boundary}\nContent-Type: {media}\nContent-Transfer-Encoding: {message_encoding}\n\n{message}\n")
        });
        let end = if *is_closed { format!("--{boundary}--\n") } else { String::new() };
        format!(
            "{mark}From: Microsoft Outlook <{from}>\nTo: journal@corp.example\nSubject: x\n\
             Message-ID: <r1@corp.example>\nDate: 1 Jun 2026 08:00:05 +0000\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed;\n boundary=\"{boundary}\"\n\n--{boundary}\n\
             Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {text_encoding}\n\n{text}\n{message}{end}"
        )
    }

    /// As a message of an mbox file.
    pub fn mbox(&self) -> String {
        format!("{SEPARATOR}{}\n", self.eml())
    }
}

/// A text in base64, in lines.
pub fn in_base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut coded = String::new();
    for (at, three) in text.as_bytes().chunks(3).enumerate() {
        let number = (0..3).fold(0_u32, |sum, at| sum << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        let letter = |at: usize| char::from(LETTERS[(number >> (18 - 6 * at)) as usize & 63]);
        coded.extend((0..4).map(|at| if at <= three.len() { letter(at) } else { '=' }));
        if at % 18 == 17 {
            coded.push('\n');
        }
    }
    coded
}
