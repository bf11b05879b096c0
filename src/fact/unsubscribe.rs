//! The ways out that a message offers: `List-Unsubscribe` (RFC 2369) and its one-click form (RFC 8058).

use crate::message::decode::{has_encoded_words, plain_text};
use crate::message::header::{FieldName, Fields};
use crate::message::template::{PathWords, ShapeHash};
use crate::text::scan;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// The best way out, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WayOut {
    /// One request without a further question (RFC 8058).
    OneClick,
    /// A link in the header.
    Link,
    /// An address in the header.
    Mailto,
    /// Only a phrase with a link in the text.
    Body,
    /// None.
    Absent,
}

impl WayOut {
    /// All of them, best first.
    pub const ALL: [Self; 5] = [Self::OneClick, Self::Link, Self::Mailto, Self::Body, Self::Absent];

    /// The word in the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::OneClick => "one-click",
            Self::Link => "link",
            Self::Mailto => "mailto",
            Self::Body => "body",
            Self::Absent => "none",
        }
    }
}

/// An opt-out address with the subject that it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOutAddress<'a> {
    /// In lower case.
    pub address: Cow<'a, str>,
    /// As the `mailto` gives it, decoded; none where it gives none.
    pub subject: Option<Cow<'a, str>>,
}

/// What the header offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe<'a> {
    /// The best way out.
    pub way_out: WayOut,
    /// The addresses among the ways out.
    pub addresses: Vec<OptOutAddress<'a>>,
    /// The hosts of its links and addresses, as written.
    pub hosts: Vec<&'a str>,
    /// Where it leads, without tokens: host and path of the first link, or else the domain of the first address.
    pub leads_to: u32,
}

/// The text of the `List-Unsubscribe` field, or of all of them: some programs write one for each address.
pub fn list_unsubscribe<'a>(fields: &Fields<'a>) -> Option<Cow<'a, str>> {
    let mut all = fields.all(FieldName::LIST_UNSUBSCRIBE).map(readable);
    let first = all.next()?;
    let Some(second) = all.next() else { return Some(first) };
    let in_brackets = |text: Cow<'_, str>| {
        if text.contains('<') {
            return text.into_owned();
        }
        separated(&text).map(|uri| format!("<{uri}>")).collect()
    };
    Some([first, second].into_iter().chain(all).map(in_brackets).collect::<String>().into())
}

/// A field's text: encoded words decoded, without the blanks of folding.
fn readable(raw: &[u8]) -> Cow<'_, str> {
    let text = match std::str::from_utf8(raw) {
        Ok(text) if !has_encoded_words(raw) => text.into(),
        _ => plain_text(raw),
    };
    // Where angle brackets tell addresses apart, no blank has a meaning; one that is folded must be made whole.
    let mut brackets = memchr::memchr_iter(b'<', text.as_bytes());
    let is_blank = |b: u8| !b.is_ascii_graphic();
    let folded = brackets.any(|open| any_byte(within_brackets(&text[open + 1..]), is_blank));
    if folded { text.split_whitespace().collect::<String>().into() } else { text }
}

/// Addresses without brackets, between commas and blanks.
fn separated(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|uri| !uri.is_empty())
}

/// Whether any byte is such. No early exit, so that the loop vectorizes.
fn any_byte(text: &str, is: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(false, |found, byte| found | is(byte))
}

/// What comes before the closing bracket, or the next opening one.
fn within_brackets(text: &str) -> &str {
    &text[..memchr::memchr2(b'<', b'>', text.as_bytes()).unwrap_or(text.len())]
}

/// Reads that text. It is valid where it contains at least one web or mail address: missing angle brackets are
/// forgiven, as real senders write both.
pub fn unsubscribe<'a>(text: &'a str, fields: &Fields<'_>) -> Option<Unsubscribe<'a>> {
    let mut found = FoundAddresses::default();
    let mut brackets = memchr::memchr_iter(b'<', text.as_bytes()).peekable();
    if brackets.peek().is_some() {
        brackets.for_each(|open| found.take(within_brackets(&text[open + 1..])));
    } else {
        separated(text).for_each(|uri| found.take(uri));
    }
    let leads_to = found.leads_to();
    let FoundAddresses { web, https, addresses, hosts, .. } = found;
    let one_click = || {
        let is_one_click = |raw| plain_text(raw).eq_ignore_ascii_case("List-Unsubscribe=One-Click");
        fields.all(FieldName::LIST_UNSUBSCRIBE_POST).any(is_one_click)
    };
    let way_out = match (web, addresses.is_empty()) {
        _ if https && one_click() => WayOut::OneClick,
        (true, _) => WayOut::Link,
        (_, false) => WayOut::Mailto,
        _ => return None,
    };
    Some(Unsubscribe { way_out, addresses, hosts, leads_to })
}

/// What the addresses of a field add up to.
#[derive(Default)]
struct FoundAddresses<'a> {
    web: bool,
    https: bool,
    addresses: Vec<OptOutAddress<'a>>,
    hosts: Vec<&'a str>,
    first_link: Option<&'a str>,
}

impl<'a> FoundAddresses<'a> {
    fn leads_to(&self) -> u32 {
        let mut shape = ShapeHash::default();
        if let Some(link) = self.first_link {
            shape.add_address(link, PathWords::Kept);
        } else if let Some(host) = self.hosts.first() {
            shape.add(b"@");
            shape.add_address(host, PathWords::Kept);
        }
        shape.hash()
    }

    fn take(&mut self, uri: &'a str) {
        if let Some(rest) = after(uri, "mailto:") {
            let found = mailto(rest);
            self.hosts.extend(found.as_ref().map(|(_, host)| *host));
            self.addresses.extend(found.map(|(address, _)| address));
        } else if let Some(rest) = after(uri, "https://").or_else(|| after(uri, "http://")) {
            self.web |= !rest.is_empty();
            self.https |= !rest.is_empty() && after(uri, "https:").is_some();
            self.hosts.extend(host_of(rest));
            self.first_link = self.first_link.or(Some(rest).filter(|rest| !rest.is_empty()));
        }
    }
}

/// The first web address and the first mail address of that text, for a person to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaysOut {
    /// As written.
    pub web: Option<Box<str>>,
    /// Decoded.
    pub mail: Option<Box<str>>,
    /// The subject that the mail is to have.
    pub subject: Option<Box<str>>,
}

impl WaysOut {
    /// What the text of the `List-Unsubscribe` fields gives; `None`: neither.
    pub fn of(text: &str) -> Option<Self> {
        let opened = memchr::memchr_iter(b'<', text.as_bytes());
        let mut uris: Vec<&str> = opened.map(|open| within_brackets(&text[open + 1..])).collect();
        if uris.is_empty() {
            uris = separated(text).collect();
        }
        let has_host = |scheme: &str, uri: &str| after(uri, scheme).is_some_and(|rest| !rest.is_empty());
        let web = uris.iter().find(|uri| has_host("https://", uri) || has_host("http://", uri));
        let mail = uris.iter().find_map(|uri| mailto(after(uri, "mailto:")?)).map(|(mail, _)| mail);
        let found = Self {
            web: web.map(|uri| (*uri).into()),
            subject: mail.as_ref().and_then(|mail| mail.subject.as_deref().map(Box::from)),
            mail: mail.map(|mail| mail.address.as_ref().into()),
        };
        (found.web.is_some() || found.mail.is_some()).then_some(found)
    }
}

/// What follows a scheme, whatever its case.
fn after<'a>(uri: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = uri.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// The host of a link, without its scheme, user and port.
fn host_of(rest: &str) -> Option<&str> {
    let authority = &rest[..scan::find([b'/', b'?', b'#', b'\\'], rest.as_bytes()).unwrap_or(rest.len())];
    let host = memchr::memrchr(b'@', authority.as_bytes()).map_or(authority, |at| &authority[at + 1..]);
    let (host, _) = cut_at(b':', host).unwrap_or((host, ""));
    (!host.is_empty()).then_some(host)
}

/// The address after `mailto:`, and its host as written.
fn mailto(rest: &str) -> Option<(OptOutAddress<'_>, &str)> {
    let (written, query) = cut_at(b'?', rest).unwrap_or((rest, ""));
    let address = lower_case(percent_decoded(written));
    let at = memchr::memrchr(b'@', address.as_bytes())?;
    if at == 0 || at + 1 == address.len() {
        return None;
    }
    let parameters = query.split('&').filter_map(|pair| cut_at(b'=', pair));
    let mut subjects = parameters.filter(|(name, _)| name.eq_ignore_ascii_case("subject"));
    let subject = subjects.next().map(|(_, value)| percent_decoded(value));
    let host = memchr::memrchr(b'@', written.as_bytes()).map_or(written, |at| &written[at + 1..]);
    Some((OptOutAddress { address, subject: subject.filter(|subject| !subject.trim().is_empty()) }, host))
}

/// What comes before and after the first such byte.
fn cut_at(byte: u8, text: &str) -> Option<(&str, &str)> {
    let at = memchr::memchr(byte, text.as_bytes())?;
    Some((&text[..at], &text[at + 1..]))
}

/// An address in lower case, without blanks around it.
fn lower_case(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_other = |b: u8| !b.is_ascii_graphic() | b.is_ascii_uppercase();
    if any_byte(&text, is_other) { text.trim().to_lowercase().into() } else { text }
}

/// `%41` becomes `A`; a percent sign without two hexadecimal digits stays.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// Local parts of no-reply addresses, without the signs between words.
const NO_REPLY: [&str; 18] = [
    "noreply",
    "donotreply",
    "dontreply",
    "noreplies",
    "noresponse",
    "nichtantworten",
    "keineantwort",
    "nepasrepondre",
    "noresponder",
    "noresponda",
    "nonrispondere",
    "naoresponda",
    "naoresponder",
    "nieodpowiadaj",
    "nietbeantwoorden",
    "bezodpowiedzi",
    "unattended",
    "noanswer",
];

/// Whether it is a no-reply address, by its local part, in the languages of many senders.
pub fn is_no_reply(address: &str) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let local = local.to_ascii_lowercase();
    let words: Vec<&str> =
        local.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    // `shopnoreply` and `do-not-reply` say so, `piano.reply` does not.
    let is_word = |known: &&str| words.iter().any(|word| word.contains(known));
    let are_words = |known: &&str| (0..words.len()).any(|first| words[first..].concat().starts_with(known));
    NO_REPLY.iter().any(|known| is_word(known) || are_words(known))
}

#[cfg(test)]
mod tests;
