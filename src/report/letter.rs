//! A letter to a sender, to copy: since when and how often it wrote, what is on record, the wish that it stop, the list
//! of days. It states what the mailbox and the consent list show, and never that a law was broken.

mod sentences;

pub use sentences::Language;

use super::safe::visible;
use super::width::{shortened, wrapped};
use crate::cadence::WINDOW;
use crate::consent::ConsentState;
use crate::error::Result;
use crate::judge::{Case, ReceivedMessage};
use crate::time::{Day, Zone};
use sentences::{Sentences, fill};

/// How wide a letter is: mail programs quote such lines without breaking them.
const COLUMNS: usize = 76;

/// The most columns of a display name: it is the sender's own text.
const NAME: usize = 60;

/// The letter of a pair, whose days are those of `zone`; `None` where no marketing came.
pub fn letter(case: &Case, zone: &Zone, language: Language) -> Result<Option<String>> {
    let sentences = Sentences::of(language)?;
    let ends = case.first_day().zip(case.last_day());
    Ok(ends.map(|ends| Letter { case, zone, sentences, ends }.text()))
}

/// What a letter is written from.
struct Letter<'a> {
    case: &'a Case,
    zone: &'a Zone,
    sentences: Sentences,
    /// The first and the last day with marketing.
    ends: (Day, Day),
}

impl Letter<'_> {
    fn text(&self) -> String {
        let words = &self.sentences;
        let address = self.address().unwrap_or_else(|| words.my_address.clone());
        let mut paragraphs = vec![words.salutation.clone(), self.received(&address)];
        paragraphs.extend(Some(self.record()).filter(|record| !record.is_empty()));
        paragraphs.push(self.wish());
        // In one line, however long: by it an earlier letter is recognised.
        let mut text = fill(&words.subject, &[("address", &address)]) + "\n\n";
        text.extend(paragraphs.iter().map(|words| wrapped("", 0, words, COLUMNS) + "\n"));
        text += &wrapped("", 0, &words.closing, COLUMNS);
        text.extend(self.address().map(|address| address + "\n"));
        text + "\n\n" + &self.appendix()
    }

    /// The customer, where the mailbox says who that is.
    fn address(&self) -> Option<String> {
        let address = visible(&self.case.customer);
        address.contains('@').then(|| address.into_owned())
    }

    /// The sender as the privacy desk knows it: display name and domain.
    fn sender(&self) -> String {
        let sender = visible(&self.case.sender);
        let name = self.case.sender_name.as_deref().map(|name| shortened(visible(name).trim(), NAME));
        match name.filter(|name| !name.is_empty() && *name != *sender) {
            Some(name) => format!("{name}, {sender}"),
            None => sender.into_owned(),
        }
    }

    /// How much came, and how often.
    fn received(&self, address: &str) -> String {
        let (words, messages) = (&self.sentences, self.case.received.len() as u64);
        let days = self.case.active_days().count() as u64;
        let spread = match days {
            1 => String::new(),
            several => fill(&words.spread, &[("n", &words.dates.number(several))]),
        };
        let values = [
            ("n", &words.dates.number(messages)),
            ("sender", &self.sender()),
            ("address", &address.to_string()),
            ("span", &words.dates.span(self.ends)),
            ("spread", &spread),
        ];
        let values = values.map(|(name, value)| (name, value.as_str()));
        let mut paragraph = fill(words.received.of(messages), &values);
        // In so short a time the sentence before says it all.
        let long = self.ends.1.number() - self.ends.0.number() >= WINDOW;
        if let Some(peak) = self.case.active_days().peak().filter(|peak| long && peak.days > 1) {
            let days = words.dates.number(peak.days as u64);
            let span = words.dates.span((peak.start, peak.end));
            paragraph = paragraph + " " + &fill(&words.peak, &[("n", &days), ("span", &span)]);
        }
        paragraph
    }

    /// What is on record about consent; empty where nothing is.
    fn record(&self) -> String {
        let (words, case) = (&self.sentences, self.case);
        let dated = |sentence: &str, day: Option<Day>| {
            let on = day.map_or(String::new(), |day| format!(" {}", words.dates.on(day)));
            fill(sentence, &[("on", &on)])
        };
        let event = case.consent.as_ref().and_then(|consent| consent.by.as_ref()?.day);
        let bought = case.customer_since.map(|day| dated(&words.record.purchase, Some(day)));
        let state = case.consent.as_ref().map(|consent| consent.state);
        let opted_out = case.opted_out_on.map(|day| dated(&words.record.opted_out, Some(day)));
        let sentences = match state {
            Some(ConsentState::None) => vec![bought, Some(words.record.none.clone()), opted_out],
            Some(ConsentState::Refused) => vec![bought, Some(dated(&words.record.refused, event)), opted_out],
            Some(ConsentState::Withdrawn) => {
                let after = Some(self.after_opt_out()).filter(|after| *after > 0);
                let after = after
                    .map(|after| fill(words.after_opt_out.of(after), &[("n", &words.dates.number(after))]));
                vec![Some(dated(&words.record.opted_out, case.opted_out_on)), after]
            }
            Some(ConsentState::Grace) => vec![opted_out],
            Some(ConsentState::Granted | ConsentState::Claimed) => {
                vec![Some(dated(&words.record.agreed, event))]
            }
            Some(ConsentState::SoftOptIn | ConsentState::NotYetKnown) | None => vec![bought],
        };
        sentences.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Messages that came later than the opt-out and without consent, the days of grace included.
    fn after_opt_out(&self) -> u64 {
        let late = |message: &&ReceivedMessage| match self.case.opted_out_on {
            Some(day) => {
                message.day > day && (message.state.is_unconsented() || message.state == ConsentState::Grace)
            }
            None => message.state == ConsentState::Withdrawn,
        };
        self.case.received.iter().filter(late).count() as u64
    }

    /// The wish and, where the sender is to answer for its records, the question about them.
    fn wish(&self) -> String {
        let state = self.case.consent.as_ref().map(|consent| consent.state);
        match state {
            Some(ConsentState::Granted | ConsentState::Claimed | ConsentState::Grace) => {
                self.sentences.wish.clone()
            }
            _ => format!("{} {}", self.sentences.wish, self.sentences.question),
        }
    }

    /// What the days are counted by, the sender's addresses, and the days by month.
    fn appendix(&self) -> String {
        let words = &self.sentences;
        let version = env!("CARGO_PKG_VERSION");
        let note = fill(&words.note, &[("zone", self.zone.name()), ("version", version)]);
        let addresses: Vec<_> = self.case.addresses.iter().take(10).map(|address| visible(address)).collect();
        let sentence = words.addresses.of(addresses.len() as u64);
        let mut text = wrapped("", 0, &note, COLUMNS);
        text += &wrapped("", 4, &fill(sentence, &[("addresses", &addresses.join(", "))]), COLUMNS);
        text = text + "\n" + &wrapped("", 0, &words.days_heading, COLUMNS);
        for (heading, days) in self.months() {
            let days: Vec<String> = days.into_iter().map(|day| day.replace(' ', "\u{a0}")).collect();
            text += &wrapped("", 4, &format!("{heading} {}", days.join(", ")), COLUMNS);
        }
        text
    }

    /// Each month with its days, and how many messages a day brought where it were several.
    fn months(&self) -> Vec<(String, Vec<String>)> {
        let dates = &self.sentences.dates;
        let mut months: Vec<(String, Vec<String>)> = Vec::new();
        for messages in self.case.received.chunk_by(|left, right| left.day == right.day) {
            let Some(first) = messages.first() else { continue };
            let heading = dates.month(first.day);
            let day = match messages.len() {
                1 => dates.day_in_list(first.day),
                several => format!("{} ({several})", dates.day_in_list(first.day)),
            };
            match months.last_mut().filter(|(month, _)| *month == heading) {
                Some((_, days)) => days.push(day),
                None => months.push((heading, vec![day])),
            }
        }
        months
    }
}

#[cfg(test)]
mod tests;
