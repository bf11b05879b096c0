//! What is shown while mail is read.

use super::terminal::columns;
use crate::check::Plan;
use crate::gather::Step;
use crate::report::thousands;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use std::sync::atomic::{AtomicU64, Ordering};

/// From this width on, in columns, a bar has room beside the numbers.
const WIDE: usize = 76;

/// From this width on there is room for the numbers and the time left.
const MIDDLE: usize = 60;

/// How far reading has come, where somebody watches.
pub struct Progress {
    bar: ProgressBar,
    messages: AtomicU64,
    /// Whether the bytes are shown beside what is written here.
    has_bytes: bool,
}

impl Progress {
    /// A bar and the time left where it is known how much there is to be read and the terminal is wide enough; else the
    /// numbers alone.
    pub fn new(quiet: bool, plan: &Plan) -> Self {
        let total: Option<u64> = plan.survey.sources.iter().map(|source| source.size).sum();
        let columns = columns().filter(|_| !quiet);
        let template = match columns.filter(|_| total.is_some()) {
            Some(WIDE..) => "reading {wide_bar} {bytes}/{total_bytes}, {msg}, {eta} left",
            Some(MIDDLE..) => "{bytes}/{total_bytes}, {msg}, {eta} left",
            // It is cut where it does not fit.
            _ => "{wide_msg}",
        };
        let has_bytes = total.is_some() && columns.is_some_and(|columns| columns >= MIDDLE);
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = match (columns, total) {
            (None, _) => ProgressBar::hidden(),
            (_, Some(total)) => ProgressBar::new(total),
            (_, None) => ProgressBar::no_length(),
        };
        let this = Self { bar: bar.with_style(style), messages: AtomicU64::new(0), has_bytes };
        this.bar.set_message(this.numbers());
        this
    }

    /// Takes in a step of reading.
    pub fn step(&self, step: Step) {
        match step {
            Step::Message => {
                self.messages.fetch_add(1, Ordering::Relaxed);
            }
            Step::Bytes(bytes) if !self.bar.is_hidden() => {
                self.bar.inc(bytes);
                self.bar.set_message(self.numbers());
            }
            Step::Bytes(_) => {}
        }
    }

    /// Takes it off the terminal.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn numbers(&self) -> String {
        let messages = match self.messages.load(Ordering::Relaxed) {
            1 => "1 message".to_string(),
            messages => format!("{} messages", thousands(messages)),
        };
        match self.has_bytes {
            true => messages,
            false => format!("{}, {messages}", HumanBytes(self.bar.position())),
        }
    }
}
