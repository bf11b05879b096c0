//! What the receiver found out about who really sent a message: `Authentication-Results` (RFC 8601).
//!
//! A forged mail must never be held against the brand whose name it carries.

use super::sender::Senders;
use crate::message::decode::lossy;
use crate::message::domain::{domain_of, normal_domain, registrable};
use crate::message::header::{FieldName, Fields};
use memchr::memmem::Finder;
use memchr::{memchr, memchr2_iter, memchr3};
use std::borrow::Cow;
use std::sync::LazyLock;

/// The receiver's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authenticity {
    /// It left none: old mail, some exports. Accepted.
    Unknown,
    /// The From domain sent it, or a platform that signs for its customers.
    Verified,
    /// Neither could be shown.
    Unverified,
}

/// Reads the receiver's results: the topmost field and all others of the same organisation. Some receivers write a field
/// for each method, each under a host name of its own.
pub fn authenticity(fields: &Fields<'_>, from_domain: Option<&str>, senders: &Senders) -> Authenticity {
    let mut server: Option<String> = None;
    let mut seen = Verification::default();
    if fields.first(FieldName::AUTHENTICATION_RESULTS).is_some_and(plainly_passes_dmarc) {
        return Authenticity::Verified;
    }
    for raw in fields.all(FieldName::AUTHENTICATION_RESULTS) {
        let text = without_blanks_around_equals(without_comments(lossy(raw)));
        let (id, results) = split_id(&text);
        if server.as_deref().is_some_and(|first| !same_receiver(first, id)) {
            continue;
        }
        // The domains need not be compared then.
        if results.split(';').any(passes_dmarc) {
            return Authenticity::Verified;
        }
        server.get_or_insert_with(|| id.to_string());
        for result in results.split(';') {
            seen.take(result, from_domain, senders);
        }
    }
    match server {
        None => Authenticity::Unknown,
        Some(_) if seen.verified() => Authenticity::Verified,
        Some(_) => Authenticity::Unverified,
    }
}

/// `dmarc = pass` as `dmarc=pass`: RFC 8601, 2.2 allows blanks there.
fn without_blanks_around_equals(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains(" =") && !text.contains("= ") {
        return text;
    }
    let mut parts: Vec<&str> = text.split('=').collect();
    let last = parts.len() - 1;
    for (place, part) in parts.iter_mut().enumerate() {
        *part = if place > 0 { part.trim_start() } else { part };
        *part = if place < last { part.trim_end() } else { part };
    }
    parts.join("=").into()
}

/// A result's method, without its version, and its outcome.
fn verdict(result: &str) -> Option<(&str, &str)> {
    let (method, outcome) = result.split_ascii_whitespace().next()?.split_once('=')?;
    Some((method.split('/').next().unwrap_or(method), outcome))
}

fn passes_dmarc(result: &str) -> bool {
    verdict(result).is_some_and(|(method, outcome)| {
        let passed = ["pass", "bestguesspass"].iter().any(|word| outcome.eq_ignore_ascii_case(word));
        passed && method.eq_ignore_ascii_case("dmarc")
    })
}

/// Whether a value says `; dmarc=pass` outside all comments, as nearly all that pass say it. `false` says nothing.
fn plainly_passes_dmarc(raw: &[u8]) -> bool {
    static RESULT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"dmarc=pass"));
    let Some(at) = RESULT.find(raw) else { return false };
    let (before, after) = (&raw[..at], raw.get(at + b"dmarc=pass".len()));
    let alone = before.trim_ascii_end().ends_with(b";")
        && after.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b'('));
    let mut brackets = memchr2_iter(b'(', b')', before);
    let depth =
        brackets.try_fold(
            0_usize,
            |depth, at| {
                if before[at] == b'(' { Some(depth + 1) } else { depth.checked_sub(1) }
            },
        );
    alone && depth == Some(0) && memchr(b'\\', before).is_none()
}

/// What the results add up to.
#[derive(Default)]
struct Verification {
    results: usize,
    temporary_errors: usize,
    dmarc_failed: bool,
    aligned: bool,
    platform: bool,
}

impl Verification {
    fn take(&mut self, result: &str, from_domain: Option<&str>, senders: &Senders) {
        let Some((method, outcome)) = verdict(result) else { return };
        let (method, outcome) = (method.to_ascii_lowercase(), outcome.to_ascii_lowercase());
        let words = result.split_ascii_whitespace().skip(1);
        if matches!(method.as_str(), "spf" | "dkim" | "dmarc") {
            self.results += 1;
            self.temporary_errors += usize::from(outcome == "temperror");
        }
        let property = |names: &[&str]| {
            let found = words.clone().filter_map(|word| word.split_once('='));
            let mut found =
                found.filter(|(name, _)| names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)));
            found.next().map(|(_, value)| domain(value))
        };
        let belongs = |domain: &str| from_domain.is_some_and(|from| senders.same_organisation(domain, from));
        match (method.as_str(), outcome.as_str()) {
            ("dmarc", "fail") => self.dmarc_failed = true,
            ("spf", "pass") => {
                self.aligned |=
                    property(&["smtp.mailfrom", "smtp.mail"]).is_some_and(|domain| belongs(&domain));
            }
            ("dkim", "pass") => {
                let signer = property(&["header.d"]).or_else(|| property(&["header.i"]));
                self.aligned |= signer.as_deref().is_some_and(belongs);
                self.platform |= signer.is_some_and(|domain| senders.is_sending_platform(&domain));
            }
            _ => {}
        }
    }

    fn verified(&self) -> bool {
        let nothing_but_temporary_errors = self.results > 0 && self.results == self.temporary_errors;
        self.aligned || (self.platform && !self.dmarc_failed) || nothing_but_temporary_errors
    }
}

/// The domain of `user@domain`, `@domain` or `domain`, perhaps quoted.
fn domain(value: &str) -> String {
    let value = value.trim_matches(['"', '<', '>', '\'']);
    normal_domain(domain_of(value).unwrap_or(value))
}

/// The authserv-id and the results after it. Microsoft writes none: its id is the empty text.
fn split_id(text: &str) -> (&str, &str) {
    let (head, results) = text.split_once(';').unwrap_or((text, ""));
    if head.contains('=') {
        return ("", text);
    }
    // What follows the id after a blank is the version of the field's grammar.
    (head.split_ascii_whitespace().next().unwrap_or(""), results)
}

/// Whether two authserv-ids are of one organisation. Some receivers write a job's number after a slash.
fn same_receiver(left: &str, right: &str) -> bool {
    let host = |id: &str| normal_domain(id.split('/').next().unwrap_or(id).trim_matches('"'));
    left.eq_ignore_ascii_case(right) || registrable(&host(left)) == registrable(&host(right))
}

/// RFC 5322 comments, which nest, each as a blank; one that is not closed takes the rest with it.
fn without_comments(text: Cow<'_, str>) -> Cow<'_, str> {
    if memchr(b'(', text.as_bytes()).is_none() {
        return text;
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = Some(&*text);
    while let Some(text) = rest {
        let open = memchr(b'(', text.as_bytes()).unwrap_or(text.len());
        kept.push_str(&text[..open]);
        kept.push(' ');
        rest = after_comment(text.get(open + 1..).unwrap_or(""));
    }
    kept.into()
}

/// What follows a comment, given what follows its opening bracket.
fn after_comment(comment: &str) -> Option<&str> {
    let bytes = comment.as_bytes();
    let mut depth = 1_usize;
    let mut at = 0;
    while let Some(found) = memchr3(b'(', b')', b'\\', bytes.get(at..)?) {
        at += found + 1;
        match bytes[at - 1] {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => at += 1,
        }
        if depth == 0 {
            return comment.get(at..);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::sender::Brands;
    use super::*;
    use crate::message::header::{Spans, Vocabulary};
    use Authenticity::{Unknown, Unverified, Verified};
    use proptest::prelude::*;

    fn judge(fields: &[&str]) -> Authenticity {
        let header: String =
            fields.iter().map(|value| format!("Authentication-Results: {value}\n")).collect();
        let mut spans = Spans::default();
        let fields = spans.scan(&Vocabulary::default(), header.as_bytes());
        authenticity(&fields, Some("news.shop.example"), &Senders::new(Brands::default()))
    }

    #[test]
    fn a_pass_for_the_from_organisation_verifies() {
        for value in [
            "mx.home.example; dmarc=pass (p=REJECT) header.from=shop.example",
            "mx.home.example; dmarc=bestguesspass action=none header.from=shop.example",
            "mx.home.example; spf = none; dmarc = pass header.from = shop.example",
            "mx.home.example; dkim= pass header.d =shop.example",
            "mx.home.example; spf=pass (home.example: domain of x@y designates 192.0.2.1) smtp.mailfrom=bounce@mail.shop.example",
            "mx.home.example; dkim=pass header.i=@shop.example header.s=x; dmarc=fail",
            "mx.home.example 1; dkim=pass header.d=\"shop.example\"",
            "mx.home.example; dmarc=none; dkim=pass header.d=sendgrid.net",
            "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=shop.example; dkim=none; dmarc=none",
            "mx.home.example; spf=temperror smtp.mailfrom=x.example; dkim=temperror; dmarc=temperror",
        ] {
            assert_eq!(judge(&[value]), Verified, "{value}");
        }
    }

    #[test]
    fn everything_else_does_not() {
        for value in [
            "mx.home.example; none",
            "mx.home.example",
            "mx.home.example; spf=pass smtp.mailfrom=stranger.example; dkim=pass header.d=stranger.example",
            "mx.home.example; dmarc=fail; dkim=pass header.d=sendgrid.net",
            "mx.home.example; spf=temperror; dkim=fail",
            "mx.home.example; dmarc=permerror",
            "mx.home.example; dkim=fail header.d=shop.example (dkim=pass header.d=shop.example)",
            "",
        ] {
            assert_eq!(judge(&[value]), Unverified, "{value}");
        }
        assert_eq!(judge(&[]), Unknown);
    }

    proptest! {
        #[test]
        fn what_passes_plainly_passes(value in "(dmarc=pass|dmarc=fail|;|; |\\(|\\)|\\\\| |x|mx.example|=|\n ){0,10}") {
            if plainly_passes_dmarc(value.as_bytes()) {
                let text = without_comments(value.as_str().into());
                prop_assert!(split_id(&text).1.split(';').any(passes_dmarc));
            }
        }
    }

    #[test]
    fn only_fields_of_the_topmost_server_are_read() {
        let mine = "mx.home.example; dmarc=fail";
        assert_eq!(judge(&[mine, "mx.evil.example; dmarc=pass"]), Unverified);
        assert_eq!(judge(&["mx.home.example; spf=none", "MX.home.example; dmarc=pass"]), Verified);
    }

    #[test]
    fn fields_of_one_organisation_are_read_together() {
        let for_each_method = [
            "bimi.post.example; bimi=none",
            "spf-check.post.example; spf=fail smtp.mailfrom=x@stranger.example",
            "signatures.eu.post.example/7781 1; dkim=pass header.d=shop.example",
        ];
        assert_eq!(judge(&for_each_method), Verified);
        assert_eq!(judge(&["a.post.example/1; spf=none", "a.post.example/2; dmarc=pass"]), Verified);
        assert_eq!(judge(&["a.post.example; spf=none", "post.example.evil.test; dmarc=pass"]), Unverified);
        assert_eq!(judge(&["a.co.uk; spf=none", "b.co.uk; dmarc=pass"]), Unverified);
        assert_eq!(judge(&["relay7; spf=none", "relay8; dmarc=pass"]), Unverified);
        assert_eq!(judge(&["spf=none", "dmarc=pass"]), Verified);
    }

    #[test]
    fn other_methods_do_not_hide_that_the_receiver_could_not_look() {
        let errors = ["a.post.example; arc=none", "b.post.example; spf=temperror; dmarc=temperror"];
        assert_eq!(judge(&errors), Verified);
        assert_eq!(judge(&["a.post.example; arc=none"]), Unverified);
    }
}
