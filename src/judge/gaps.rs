//! How close together messages came, in a window that slides over them.

use super::{ReceivedMessage, ShortestGap};
use crate::policy::PolicyRule;
use crate::time::Day;
use std::collections::VecDeque;

/// The times between messages that count for a rule; empty where the rule asks for none.
pub struct GapWindow {
    /// Each with the day of its first message, in time order.
    all: Vec<(Day, ShortestGap)>,
    /// How many of them have entered the window.
    entered: usize,
    /// Those in the window that are shorter than all later ones; the first is the shortest.
    shortest: VecDeque<(Day, ShortestGap)>,
}

impl GapWindow {
    /// The gaps between messages, which are in time order.
    pub fn of(rule: &PolicyRule, messages: &[ReceivedMessage]) -> Self {
        let mut this = Self { all: Vec::new(), entered: 0, shortest: VecDeque::new() };
        if rule.min_gap.is_some() {
            let mut before: Option<&ReceivedMessage> = None;
            for message in messages.iter().filter(|message| rule.counts(message.state)) {
                this.all.extend(before.map(|before| {
                    let seconds = message.at.saturating_sub(before.at);
                    (before.day, ShortestGap { seconds, day: message.day })
                }));
                before = Some(message);
            }
        }
        this
    }

    /// The shortest gap between messages from `first` to `last`, the earliest of equals. Neither day may be before that of
    /// the last call.
    pub fn shortest_gap(&mut self, first: Day, last: Day) -> Option<ShortestGap> {
        while let Some(gap) = self.all.get(self.entered).filter(|(_, gap)| gap.day <= last) {
            while self.shortest.back().is_some_and(|(_, back)| back.seconds > gap.1.seconds) {
                self.shortest.pop_back();
            }
            self.shortest.push_back(*gap);
            self.entered += 1;
        }
        while self.shortest.front().is_some_and(|(from, _)| *from < first) {
            self.shortest.pop_front();
        }
        self.shortest.front().map(|(_, gap)| *gap)
    }
}
