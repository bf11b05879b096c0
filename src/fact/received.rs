//! When a message was received: the first source that can be believed.

use super::record::TimeCandidates;
use crate::mailbox::{FromLine, SeparatorForm};
use crate::message::decode::{has_encoded_words, text};
use crate::message::header::{FieldName, Fields};
use crate::time::{DAY, EARLIEST, Seconds, Time, parse_date};
use memchr::memrchr;

/// A message fetched or imported longer than this after its previous hop counts at that hop.
const LATE_IMPORT: Seconds = 3 * DAY;

/// The time of a message at a run that takes place at `now`; `None`: it is undated. In this order: the topmost
/// `Received` (or the one below, where the topmost is much later), the container's delivery time, `Date`, the
/// mbox separator.
pub fn received_at(
    fields: &Fields<'_>,
    from_line: Option<FromLine>,
    delivered: Option<Seconds>,
    now: Seconds,
) -> Option<Time> {
    let separator = from_line.and_then(|line| line.time).and_then(|time| Time::believed(time, now));
    let delivery = separator.filter(|_| from_line.is_some_and(|line| line.form == SeparatorForm::Takeout));
    let delivery = delivery.or_else(|| Time::believed(delivered?, now));
    last_hop(fields, now)
        .or(delivery)
        .or_else(|| {
            fields.first(FieldName::DATE).and_then(date_of).and_then(|date| Time::believed(date, now))
        })
        .or(separator)
}

/// All times among which [`received_at`] chooses.
pub fn candidates(
    fields: &Fields<'_>,
    from_line: Option<FromLine>,
    delivered: Option<Seconds>,
) -> TimeCandidates {
    let separator = from_line.and_then(|line| line.time);
    let takeouts = separator.filter(|time| {
        *time >= EARLIEST && from_line.is_some_and(|line| line.form == SeparatorForm::Takeout)
    });
    let (received, before_import) = hops(fields).map_or((None, None), |(top, below)| (Some(top), below));
    TimeCandidates {
        before_import,
        received,
        delivered: takeouts.or(delivered),
        date: fields.first(FieldName::DATE).and_then(date_of),
        separator,
    }
}

/// The date of a field, which some programs encode where a name in it is not ASCII.
fn date_of(raw: &[u8]) -> Option<Seconds> {
    parse_date(raw).or_else(|| has_encoded_words(raw).then(|| parse_date(text(raw).as_bytes())).flatten())
}

fn last_hop(fields: &Fields<'_>, now: Seconds) -> Option<Time> {
    let (top, below) = hops(fields)?;
    below.and_then(|below| Time::believed(below, now)).or_else(|| Time::believed(top, now))
}

/// The date of the topmost `Received` field and, where that is much later, of the one below it.
fn hops(fields: &Fields<'_>) -> Option<(Seconds, Option<Seconds>)> {
    let mut hops = fields.all(FieldName::RECEIVED);
    let top = hops.next().and_then(hop_date)?;
    let below = hops.next().and_then(hop_date).filter(|below| top.saturating_sub(*below) > LATE_IMPORT);
    Some((top, below))
}

/// The date of a `Received` field is after its last semicolon (RFC 5321 §4.4).
fn hop_date(raw: &[u8]) -> Option<Seconds> {
    parse_date(&raw[memrchr(b';', raw)? + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::header::{Spans, Vocabulary};

    /// 2026-11-22T00:00:00Z.
    const NOW: Seconds = 1_795_305_600;

    fn at(header: &str, from_line: Option<FromLine>) -> Option<String> {
        let mut spans = Spans::default();
        let vocabulary = Vocabulary::default();
        let fields = spans.scan(&vocabulary, header.as_bytes());
        let time = received_at(&fields, from_line, None, NOW);
        assert_eq!(candidates(&fields, from_line, None).believed(NOW), time, "{header}");
        let time = time?;
        Some(chrono::DateTime::from_timestamp(time.seconds(), 0)?.format("%Y-%m-%d %H:%M").to_string())
    }

    #[test]
    fn the_topmost_received_counts() {
        let header = "Received: by b with id 1; Tue, 3 Mar 2026 10:00:00 +0100\nReceived: by a; Tue, 3 Mar 2026 09:00:00 +0100\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n";
        assert_eq!(at(header, None).as_deref(), Some("2026-03-03 09:00"));
    }

    #[test]
    fn an_import_long_after_counts_at_the_hop_before() {
        let header = "Received: by new; Tue, 3 Mar 2026 10:00:00 +0000\nReceived: by old; Fri, 27 Feb 2026 09:59:59 +0000\n";
        assert_eq!(at(header, None).as_deref(), Some("2026-02-27 09:59"));
        let within = header.replace("27 Feb 2026 09:59:59", "28 Feb 2026 10:00:00");
        assert_eq!(at(&within, None).as_deref(), Some("2026-03-03 10:00"));
        let forged = header.replace("27 Feb 2026", "27 Feb 1970");
        assert_eq!(at(&forged, None).as_deref(), Some("2026-03-03 10:00"));
    }

    #[test]
    fn what_is_not_believed_gives_way_to_the_next_source() {
        let date = "Date: Mon, 2 Mar 2026 10:00:00 +0000\n";
        assert_eq!(
            at(&format!("Received: by b; Thu, 1 Jan 1970 00:00:00 +0000\n{date}"), None).as_deref(),
            Some("2026-03-02 10:00")
        );
        assert_eq!(
            at(&format!("Received: by b; Thu, 2 Jan 2098 00:00:00 +0000\n{date}"), None).as_deref(),
            Some("2026-03-02 10:00")
        );
        assert_eq!(
            at(&format!("Received: by b without a date\n{date}"), None).as_deref(),
            Some("2026-03-02 10:00")
        );
        assert_eq!(at("Date: Thu, 2 Jan 2098 00:00:00 +0000\n", None), None);
        assert_eq!(at("Subject: none\n", None), None);
    }

    #[test]
    fn takeouts_separator_comes_before_the_date_and_others_after_it() {
        let line = |form| Some(FromLine { form, time: Some(NOW - 5 * DAY) });
        let date = "Date: Mon, 2 Mar 2026 10:00:00 +0000\n";
        assert_eq!(at(date, line(SeparatorForm::Takeout)).as_deref(), Some("2026-11-17 00:00"));
        assert_eq!(at(date, line(SeparatorForm::Dated)).as_deref(), Some("2026-03-02 10:00"));
        assert_eq!(at("A: b\n", line(SeparatorForm::Dated)).as_deref(), Some("2026-11-17 00:00"));
    }
}
