//! The ways out that a message offers: `List-Unsubscribe` (RFC 2369) and its one-click form (RFC 8058).

use super::fields::{FieldName, Fields};
use super::sender::{domain_of, normal_domain};
use super::value::plain_text;
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
pub struct OptOutAddress {
    /// In lower case.
    pub address: String,
    /// As the `mailto` gives it, decoded; none where it gives none.
    pub subject: Option<String>,
}

/// What the header offers; `None`: no valid `List-Unsubscribe`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    /// The best of them.
    pub way_out: WayOut,
    /// The addresses among them.
    pub addresses: Vec<OptOutAddress>,
    /// The hosts of its links and addresses.
    pub hosts: Vec<String>,
}

/// Reads the first `List-Unsubscribe` field. It is valid where it holds at least one web or mail address:
/// encoded words are decoded and missing angle brackets forgiven, as real senders write both.
pub fn unsubscribe(fields: &Fields<'_>) -> Option<Unsubscribe> {
    let value = plain_text(fields.first(FieldName::LIST_UNSUBSCRIBE)?);
    let mut found = Found::default();
    let mut brackets = memchr::memchr_iter(b'<', value.as_bytes()).peekable();
    if brackets.peek().is_some() {
        while let Some(open) = brackets.next() {
            let inner = &value[open + 1..brackets.peek().copied().unwrap_or(value.len())];
            let end = memchr::memchr(b'>', inner.as_bytes()).unwrap_or(inner.len());
            found.take(&without_blanks(&inner[..end]));
        }
    } else {
        value.split([',', ' ']).for_each(|uri| found.take(&without_blanks(uri)));
    }
    let Found { web, https, addresses, hosts } = found;
    let post = fields.first(FieldName::LIST_UNSUBSCRIBE_POST);
    let one_click =
        || post.is_some_and(|raw| plain_text(raw).eq_ignore_ascii_case("List-Unsubscribe=One-Click"));
    let way_out = match (web, addresses.is_empty()) {
        _ if https && one_click() => WayOut::OneClick,
        (true, _) => WayOut::Link,
        (_, false) => WayOut::Mailto,
        _ => return None,
    };
    Some(Unsubscribe { way_out, addresses, hosts })
}

/// What the addresses of a field add up to.
#[derive(Default)]
struct Found {
    web: bool,
    https: bool,
    addresses: Vec<OptOutAddress>,
    hosts: Vec<String>,
}

impl Found {
    fn take(&mut self, uri: &str) {
        if let Some(rest) = after(uri, "mailto:") {
            let found = mailto(rest);
            self.hosts.extend(found.as_ref().and_then(|found| domain_of(&found.address)).map(normal_domain));
            self.addresses.extend(found);
        } else if let Some(rest) = after(uri, "https://").or_else(|| after(uri, "http://")) {
            self.web |= !rest.is_empty();
            self.https |= !rest.is_empty() && after(uri, "https:").is_some();
            self.hosts.extend(host_of(rest));
        }
    }
}

/// What stands behind a scheme, whatever its case.
fn after<'a>(uri: &'a str, scheme: &str) -> Option<&'a str> {
    let (start, rest) = uri.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// An address without the blanks of folding.
fn without_blanks(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return text.into();
    }
    text.split_whitespace().collect::<String>().into()
}

/// The host of a link, without its scheme, user and port.
fn host_of(rest: &str) -> Option<String> {
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = normal_domain(host.split(':').next().unwrap_or(host));
    (!host.is_empty()).then_some(host)
}

fn mailto(rest: &str) -> Option<OptOutAddress> {
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let address = percent_decoded(address).trim().to_lowercase();
    let (local, domain) = address.rsplit_once('@')?;
    if local.is_empty() || domain.is_empty() {
        return None;
    }
    let subject = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("subject"))
        .map(|(_, value)| percent_decoded(value).trim().to_string())
        .filter(|subject| !subject.is_empty());
    Some(OptOutAddress { address, subject })
}

/// `%41` becomes `A`; a percent sign that leads nowhere stays.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    if memchr::memchr(b'%', bytes).is_none() {
        return text.into();
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.filter(|_| *byte == b'%').and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned().into()
}

/// Whether an address answers nobody: its local part says so, in the languages of many senders.
pub fn is_no_reply(address: &str) -> bool {
    let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
    let word: String =
        local.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    [
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
    ]
    .iter()
    .any(|known| word.contains(known))
}

#[cfg(test)]
mod tests {
    use super::super::fields::{Spans, Vocabulary};
    use super::*;

    fn read(header: &str) -> Option<Unsubscribe> {
        let mut spans = Spans::default();
        unsubscribe(&spans.scan(&Vocabulary::default(), header.as_bytes()))
    }

    fn way_out(value: &str) -> Option<WayOut> {
        read(&format!("List-Unsubscribe: {value}\n")).map(|found| found.way_out)
    }

    #[test]
    fn the_best_way_out_is_found_in_every_spelling() {
        assert_eq!(way_out("<https://shop.example/u?x=1>, <mailto:u@shop.example>"), Some(WayOut::Link));
        assert_eq!(way_out("<mailto: u@shop.example?subject=out>"), Some(WayOut::Mailto));
        assert_eq!(way_out("https://shop.example/u"), Some(WayOut::Link));
        assert_eq!(
            way_out("=?us-ascii?Q?=3Cmailto=3Au=40shop=2Eexample=3E=2C_=3Chttps=3A=2F=2Fshop=2Eexample=3E?="),
            Some(WayOut::Link)
        );
        let post = "List-Unsubscribe: <https://shop.example/u>\nList-Unsubscribe-Post: ";
        assert_eq!(
            read(&format!("{post}List-Unsubscribe=One-Click \n")).map(|u| u.way_out),
            Some(WayOut::OneClick)
        );
        assert_eq!(
            read(&format!("{post}ListUnsubscribe=One-Click\n")).map(|u| u.way_out),
            Some(WayOut::Link)
        );
    }

    #[test]
    fn garbage_is_no_way_out() {
        for value in
            ["<x@shop.example>", "", "<>", "<mailto:>", "<https://>", "unsubscribe here", "<mailto:nobody>"]
        {
            assert_eq!(way_out(value), None, "{value}");
        }
    }

    #[test]
    fn hosts_are_those_of_links_and_addresses() {
        let found = read(
            "List-Unsubscribe: <https://x:y@U.Shop.example:443/p@q?a=b>, <mailto:u@mail.shop.test>, <http://a.example?u>\n",
        )
        .expect("valid");
        assert_eq!(found.hosts, ["u.shop.example", "mail.shop.test", "a.example"]);
    }

    #[test]
    fn opt_out_addresses_come_with_their_subject() {
        let found = read("List-Unsubscribe: <mailto:U+Tok@Shop.example?subject=unsubscribe%3A12&body=x>\n")
            .expect("valid");
        let expected =
            OptOutAddress { address: "u+tok@shop.example".into(), subject: Some("unsubscribe:12".into()) };
        assert_eq!(found.addresses, [expected]);
    }

    #[test]
    fn no_reply_addresses_are_known() {
        for address in [
            "noreply@a.example",
            "No-Reply@a.example",
            "shop.do-not-reply@a.example",
            "ne_pas_repondre@a.example",
        ] {
            assert!(is_no_reply(address), "{address}");
        }
        assert!(!is_no_reply("reply@a.example"));
    }
}
