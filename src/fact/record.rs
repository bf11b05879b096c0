//! What a facts file needs of a message beside its [`Fact`](super::Fact): everything that depends on the day of the run, so
//! that it is decided when the file is read.

use super::Evidence;
use crate::time::{Seconds, Time};

/// The record of a message, where a run asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageRecord {
    /// When it may have been received.
    pub times: TimeCandidates,
    /// What it proves about consent if it has a time.
    pub evidence: Option<Evidence>,
    /// The opt-out addresses that it names and the subjects that these ask for, hashed; subject 0: none.
    pub offers: Vec<(u64, u64)>,
    /// The other senders' domains at which it takes opt-outs, hashed.
    pub domains: Vec<u64>,
    /// What the owner wrote, where it is the owner's.
    pub written: Option<OwnMailRecord>,
    /// Which `--owner` addresses it names, by their places on the command line.
    pub owners_named: Vec<u64>,
    /// Whether its program writes its state into it.
    pub has_state: bool,
    /// How many bytes of body it claims to have.
    pub claimed: Option<u64>,
}

/// The times that a message names, in the order in which they are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeCandidates {
    /// Of the hop below the topmost one, where the message was imported long after it.
    pub before_import: Option<Seconds>,
    /// Of the topmost hop.
    pub received: Option<Seconds>,
    /// Of delivery, by the container.
    pub delivered: Option<Seconds>,
    /// Of the `Date` field.
    pub date: Option<Seconds>,
    /// Of the mbox separator.
    pub separator: Option<Seconds>,
}

/// What the owner wrote: [`OwnMail`](super::OwnMail) without what the message says anyway.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnMailRecord {
    /// As whom.
    pub writer: String,
    /// To which addresses, hashed.
    pub to: Vec<u64>,
    /// Its subject, hashed.
    pub subject: u64,
    /// Whether it asks that mail stop.
    pub asks: bool,
    /// The Message-ID, hashed, of the message that it answers.
    pub answers: Option<u64>,
    /// Whether it is an answer that names no message.
    pub is_answer: bool,
}

impl TimeCandidates {
    /// Those that are found by their places in that order.
    pub fn in_order(time: impl FnMut(usize) -> Option<Seconds>) -> Self {
        let [before_import, received, delivered, date, separator] = [0, 1, 2, 3, 4].map(time);
        Self { before_import, received, delivered, date, separator }
    }

    /// The first that can be believed at a run that takes place at `now`.
    pub fn believed(&self, now: Seconds) -> Option<Time> {
        let Self { before_import, received, delivered, date, separator } = *self;
        let in_order = [before_import, received, delivered, date, separator];
        in_order.into_iter().flatten().find_map(|seconds| Time::believed(seconds, now))
    }
}
