//! An explanation as plain text, for a person at a terminal of 80 columns.

use super::calendar;
use super::points::weighed;
use super::wording::{counted, event_in_words, state_in_words};
use super::{
    ConsentHistory, ExplainedMessage, ExplainedRule, Explanation, InferredFrom, PeakWindow, RuleOutcome,
};
use crate::consent::EventKind;
use crate::report::thousands;
use crate::report::width::{shortened, width, wrapped};
use std::io::{self, Write};

/// The most columns of a line; a word that is longer has a line to itself.
const WIDTH: usize = 80;

/// Writes the explanations, one after the other.
pub fn write(mut out: impl Write, explanations: &[Explanation]) -> io::Result<()> {
    for (at, explanation) in explanations.iter().enumerate() {
        if at > 0 {
            writeln!(out, "\n{}\n", "=".repeat(WIDTH))?;
        }
        out.write_all(one(explanation).as_bytes())?;
    }
    Ok(())
}

fn one(explanation: &Explanation) -> String {
    let mut page = TextPage::default();
    let name = explanation.sender_name.as_ref().map_or(String::new(), |name| format!(" ({name})"));
    page.line(0, &format!("{}{name} to {}", explanation.sender, explanation.customer));
    verdict(&mut page, explanation);
    rules(&mut page, explanation);
    if explanation.senders.is_empty() {
        consent(&mut page, explanation);
    } else {
        page.heading("Senders");
        for part in &explanation.senders {
            page.item("- ", &format!("{}: {}", part.sender, counted(part.messages as u64, "message")));
        }
    }
    rhythm(&mut page, explanation);
    if !explanation.pressure.is_empty() {
        page.heading("Contact pressure: what came from several senders together");
        explanation.pressure.iter().for_each(|sentence| page.item("- ", sentence));
    }
    if !explanation.changes.is_empty() {
        page.heading("What would change the verdict");
        explanation.changes.iter().for_each(|sentence| page.item("- ", sentence));
    }
    messages(&mut page, explanation);
    page.text
}

fn verdict(page: &mut TextPage, explanation: &Explanation) {
    let flag = if explanation.flagged { "flagged" } else { "not flagged" };
    page.heading(&format!("Verdict: {} ({flag})", explanation.verdict.as_deref().unwrap_or("none")));
    page.line(2, &format!("{}.", explanation.reason));
    if let Some((day, rule)) = explanation.flagged_on.zip(explanation.flagged_by.as_ref()) {
        page.line(2, &format!("First to be flagged on {day}, by the rule {rule}."));
    }
    if let Some((as_of, active)) = explanation.as_of.zip(explanation.still_active) {
        page.line(
            2,
            &format!("Still so on {as_of}, the day of asking: {}.", if active { "yes" } else { "no" }),
        );
    }
}

fn rules(page: &mut TextPage, explanation: &Explanation) {
    page.heading("The rules of the policy; the first that holds decides");
    if explanation.marketing_messages == 0 {
        page.line(2, "There is no marketing mail to apply the rules to.");
        return;
    }
    let mut not_asked: Vec<&str> = Vec::new();
    for (at, rule) in explanation.rules.iter().enumerate() {
        let outcome = match rule.outcome {
            RuleOutcome::NotAsked => {
                not_asked.push(&rule.verdict);
                continue;
            }
            RuleOutcome::Decides => "holds, and decides".to_string(),
            RuleOutcome::HoldsToo => "holds too; a rule above it decides".to_string(),
            RuleOutcome::DoesNotHold => format!("does not hold: {}", rule.missing()),
        };
        page.item(&format!("{}. ", at + 1), &format!("{}: {outcome}", rule.verdict));
        page.labelled("asks for", &format!("{}.", rule.wish()));
        page.labelled("found", &format!("{}{}.", rule.finding(), held_on(rule)));
    }
    if !not_asked.is_empty() {
        page.line(2, &format!("Not asked any more: {}.", not_asked.join(", ")));
    }
}

fn held_on(rule: &ExplainedRule) -> String {
    rule.held_on.map_or(String::new(), |day| format!("; enough for the first time on {day}"))
}

fn consent(page: &mut TextPage, explanation: &Explanation) {
    page.heading("Consent on record");
    if !explanation.consent_list_given {
        page.line(2, "No consent list was given (--consent); this is what the mailbox itself shows.");
    }
    for record in &explanation.consent {
        on_record(page, record, explanation.consent.len() > 1);
    }
    let has = |event: EventKind| {
        explanation.consent.iter().flat_map(|record| &record.events).any(|happened| happened.event == event)
    };
    if has(EventKind::Withdrawn) {
        let grace = match (explanation.grace_days, explanation.grace_business_days) {
            (_, Some(days)) => counted(days, "business day"),
            (days, None) => counted(days.unwrap_or_default().unsigned_abs(), "day"),
        };
        page.line(2, &format!("The policy gives the sender {grace} of grace after an opt-out."));
    }
    match explanation.soft_opt_in_days {
        _ if !has(EventKind::Purchase) => {}
        0 => page.line(2, "By this policy a purchase is no consent."),
        days => {
            let time = counted(days.unsigned_abs(), "day");
            page.line(2, &format!("By this policy a purchase counts as consent for {time}."));
        }
    }
}

fn on_record(page: &mut TextPage, record: &ConsentHistory, several: bool) {
    if several {
        page.line(2, &format!("For mail from {}:", record.addresses.join(", ")));
    }
    page.line(2, if record.events.is_empty() { "Events: none" } else { "Events:" });
    for event in &record.events {
        let date = event.date.map_or("since always".to_string(), |day| day.to_string());
        let words = event_in_words(event.event);
        page.row(
            4,
            &format!("{date:12}  "),
            &format!("{} ({words}); source: {}", event.event.word(), event.source),
        );
    }
    page.line(2, "So the state was, at the end of each day:");
    for state in &record.states {
        let span = match (state.from, state.until) {
            (None, None) => "all the time".to_string(),
            (None, Some(until)) => format!("until {until}"),
            (Some(from), None) => format!("from {from} on"),
            (Some(from), Some(until)) => format!("{from} to {until}"),
        };
        page.row(
            4,
            &format!("{span:24}  "),
            &format!("{}: {}", state.state.word(), state_in_words(state.state)),
        );
    }
}

fn rhythm(page: &mut TextPage, explanation: &Explanation) {
    page.heading("Days with marketing");
    let rows = calendar::rows(&explanation.days);
    if rows.is_empty() {
        page.line(2, "None.");
        return;
    }
    let cadence = explanation.cadence.map_or(String::new(), |word| format!("; rhythm: {word}"));
    let messages = counted(explanation.marketing_messages as u64, "message");
    let days = counted(explanation.active_days as u64, "day");
    page.line(2, &format!("{messages} on {days}{cadence}"));
    let busiest = |window: &PeakWindow| {
        format!("{} ({} to {})", counted(window.days as u64, "day"), window.first, window.last)
    };
    if let Some(peak) = &explanation.peak {
        page.line(2, &format!("Most days in any 28: {}", busiest(peak)));
    }
    let unconsented = explanation.unconsented_peak.as_ref().map_or("none".to_string(), busiest);
    page.line(2, &format!("Of mail without consent on record: {unconsented}"));
    measures(explanation).iter().for_each(|measure| page.line(2, measure));
    page.text.push('\n');
    rows.iter().for_each(|row| page.as_is(2, row));
    page.text.push('\n');
    page.line(2, calendar::LEGEND);
    page.line(2, &format!("Days are civil days in {}.", explanation.timezone));
}

/// The amount of mail, in lines.
fn measures(explanation: &Explanation) -> Vec<String> {
    let pace = explanation.days_per_week.map(|pace| {
        match explanation.changed_on.zip(explanation.days_per_week_before) {
            Some((day, before)) => format!("Days a week: {pace} since {day}, {before} before"),
            None => format!("Days a week: {pace}, without a change of pace"),
        }
    });
    let a_year = explanation.messages_a_year.zip(explanation.as_of);
    let a_year = a_year.map(|(count, as_of)| {
        format!("Messages a year: {}, at the rate of the quarter up to {as_of}", thousands(count.into()))
    });
    let place = explanation
        .rank
        .zip(explanation.ranked)
        .map(|(rank, ranked)| format!("Place among the customer's senders of marketing: {rank} of {ranked}"));
    let unread = explanation.unread_run.map(|run| format!("Newest messages in a row never read: {run}"));
    [pace, a_year, place, unread].into_iter().flatten().collect()
}

/// What was not counted although it may be marketing.
fn undecided(explanation: &Explanation) -> String {
    let (do_offer, they) =
        if explanation.undecided_messages == 1 { ("offers", "it is") } else { ("offer", "they are") };
    let messages = counted(explanation.undecided_messages, "message");
    format!(
        "{messages} that {do_offer} a way out may be marketing, but nothing shows it: {they} not counted."
    )
}

fn messages(page: &mut TextPage, explanation: &Explanation) {
    let all = counted(explanation.messages.len() as u64, "message");
    page.heading(&match explanation.senders.is_empty() {
        true => format!("{all} of this sender to this customer in all, oldest first"),
        false => format!("{all} of these senders to this customer, oldest first"),
    });
    if explanation.inferred_messages > 0 {
        page.line(
            2,
            &format!(
                "{} inferred: too little by themselves, but like the rest of their stream.",
                counted(explanation.inferred_messages, "message")
            ),
        );
    }
    if explanation.undecided_messages > 0 {
        page.line(2, &undecided(explanation));
    }
    match explanation.mailboxes.as_slice() {
        // Redacted.
        paths if paths.iter().all(String::is_empty) => {}
        [only] => page.line(2, &format!("The bytes are places in {only}.")),
        several => {
            page.line(2, "The bytes are places in these files:");
            several.iter().enumerate().for_each(|(at, path)| page.item(&format!("{}. ", at + 1), path));
        }
    }
    page.text.push('\n');
    let several = explanation.mailboxes.len() > 1;
    explanation.messages.iter().for_each(|message| page.message(message, several));
}

/// Text as it grows, with line ends.
#[derive(Default)]
struct TextPage {
    text: String,
}

impl TextPage {
    fn as_is(&mut self, indent: usize, line: &str) {
        self.text.push_str(&" ".repeat(indent));
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn heading(&mut self, words: &str) {
        self.text.push('\n');
        self.line(0, words);
    }

    /// A paragraph, indented.
    fn line(&mut self, indent: usize, words: &str) {
        self.row(indent, "", words);
    }

    /// An entry of a list.
    fn item(&mut self, bullet: &str, words: &str) {
        self.row(2, bullet, words);
    }

    fn labelled(&mut self, label: &str, words: &str) {
        self.row(5, &format!("{:10}", format!("{label}:")), words);
    }

    /// A paragraph after a head; its further lines begin under its first word.
    fn row(&mut self, indent: usize, head: &str, words: &str) {
        let head = format!("{}{head}", " ".repeat(indent));
        self.text.push_str(&wrapped(&head, width(&head), words, WIDTH));
    }

    fn message(&mut self, message: &ExplainedMessage, several: bool) {
        let clock = message.time.as_deref().and_then(|time| time.get(11..16)).unwrap_or("     ");
        let day = message.day.map_or("undated   ".to_string(), |day| day.to_string());
        let head = format!("{day} {clock}  ");
        let subject = if message.subject.is_empty() { "(no subject)" } else { &message.subject };
        self.as_is(2, format!("{head}{}", shortened(subject, WIDTH - 2 - head.len())).trim_end());
        let kind = match (message.kind, &message.rule) {
            (Some(kind), Some(rule)) => format!("{kind} (rule {rule})"),
            _ => "no kind".to_string(),
        };
        let is_its_kind = message.kind == Some(message.counted_as);
        let counted =
            if is_its_kind { String::new() } else { format!(", counted as {}", message.counted_as) };
        let consent = message.consent.map_or(String::new(), |state| format!(", consent {state}"));
        let file = if several { format!("file\u{a0}{} ", message.mailbox) } else { String::new() };
        let place = format!(", {file}byte\u{a0}{}", message.offset);
        self.row(2, &" ".repeat(head.len()), &format!("{kind}{counted}{consent}{place}"));
        if let Some(from) = &message.inferred_from {
            self.row(2, &" ".repeat(head.len()), &inferred(from));
        }
        if !message.signs.is_empty() {
            self.row(2, &" ".repeat(head.len()), &weighed(&message.signs));
        }
    }
}

/// What a message was inferred from.
fn inferred(from: &InferredFrom) -> String {
    let alike = match (from.same_way_out, from.same_template) {
        (true, true) => "same way out, same template",
        (true, false) => "same way out",
        _ => "same template",
    };
    format!(
        "like {} of {} decided messages of this {}: {alike}; nothing of a deal in it",
        from.marketing, from.decided, from.stream
    )
}
