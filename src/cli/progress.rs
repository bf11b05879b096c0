//! What is shown while mail is read.

use super::terminal::columns;
use crate::check::Plan;
use crate::gather::ReadProgress;
use crate::report::thousands;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use std::sync::atomic::{AtomicU64, Ordering};

/// From this width on, in columns, a bar fits beside the numbers.
const WIDE: usize = 76;

/// From this width on the numbers and the time left fit.
const MIDDLE: usize = 60;

/// From this width on all of them fit in short.
const NARROW: usize = 30;

/// The progress of reading, on a terminal.
pub struct Progress {
    bar: ProgressBar,
    messages: AtomicU64,
    /// What is written beside the bar.
    numbers: BarNumbers,
}

/// What is written beside the bar.
#[derive(Debug, Clone, Copy)]
enum BarNumbers {
    /// `12,345 messages`
    Messages,
    /// `12k msgs`
    MessagesInShort,
    /// `1.20 MiB, 12,345 messages`
    BytesAndMessages,
}

impl Progress {
    /// Bytes, messages and the time left where it is known how much there is to be read, with a bar where the terminal
    /// is wide enough; else bytes and messages.
    pub fn new(quiet: bool, plan: &Plan) -> Self {
        let total: Option<u64> = plan.survey.sources.iter().map(|source| source.size).sum();
        let columns = columns().filter(|_| !quiet);
        let (template, numbers) = match columns.filter(|_| total.is_some()) {
            Some(WIDE..) => {
                ("reading {wide_bar} {bytes}/{total_bytes}, {msg}, {eta} left", BarNumbers::Messages)
            }
            Some(MIDDLE..) => ("{bytes}/{total_bytes}, {msg}, {eta} left", BarNumbers::Messages),
            Some(NARROW..) => ("{bytes} {msg} {eta} left", BarNumbers::MessagesInShort),
            // It is cut where it does not fit.
            _ => ("{wide_msg}", BarNumbers::BytesAndMessages),
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = match (columns, total) {
            (None, _) => ProgressBar::hidden(),
            (_, Some(total)) => ProgressBar::new(total),
            (_, None) => ProgressBar::no_length(),
        };
        let this = Self { bar: bar.with_style(style), messages: AtomicU64::new(0), numbers };
        this.bar.set_message(this.message());
        this
    }

    /// Counts a step of reading.
    pub fn step(&self, step: ReadProgress) {
        match step {
            ReadProgress::Message => {
                self.messages.fetch_add(1, Ordering::Relaxed);
            }
            ReadProgress::Bytes(bytes) if !self.bar.is_hidden() => {
                self.bar.inc(bytes);
                self.bar.set_message(self.message());
            }
            ReadProgress::Bytes(_) => {}
        }
    }

    /// Clears it from the terminal.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn message(&self) -> String {
        let count = self.messages.load(Ordering::Relaxed);
        let messages = match count {
            1 => "1 message".to_string(),
            _ => format!("{} messages", thousands(count)),
        };
        match self.numbers {
            BarNumbers::Messages => messages,
            BarNumbers::MessagesInShort => in_short(count),
            BarNumbers::BytesAndMessages => format!("{}, {messages}", HumanBytes(self.bar.position())),
        }
    }
}

/// A number of messages in at most nine columns.
fn in_short(messages: u64) -> String {
    match messages {
        0..10_000 => format!("{messages} msgs"),
        10_000..1_000_000 => format!("{}k msgs", messages / 1_000),
        _ => format!("{}M msgs", messages / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_line_has_room_for_the_longest_numbers() {
        for messages in [0, 9_999, 10_000, 999_999, 1_000_000, 999_999_999] {
            let line = format!("{} {} 59m left", HumanBytes(1_073_741_823), in_short(messages));
            assert!(line.len() <= NARROW, "{line}");
        }
    }
}
