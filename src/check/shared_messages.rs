//! Messages to several customers, where customers are judged one after the other: the summary counts such a message once,
//! so what each customer adds is taken out again, until all have come.

use super::Plan;
use super::totals::{JudgedTotals, undecided_bulk};
use crate::fact::SharedMessage;
use crate::history::{Counted, History};
use std::collections::HashMap;

/// The messages of which not all customers have come.
#[derive(Debug, Default)]
pub(super) struct SharedMessages(HashMap<u64, IncompleteMessage>);

/// What is known of such a message so far.
#[derive(Debug, Clone, Copy)]
struct IncompleteMessage {
    /// What it is counted under.
    counted: Counted,
    /// Whether it is bulk mail that stayed undecided.
    is_undecided: bool,
    /// How many customers are to come.
    to_come: u32,
}

impl SharedMessages {
    /// Counts the messages `shared` of a customer, whose history was taken in as a whole, with those of the customers before.
    pub fn add(
        &mut self,
        plan: &Plan,
        history: &History,
        shared: &[SharedMessage],
        judged: &mut JudgedTotals,
    ) {
        if shared.is_empty() {
            return;
        }
        let shared: HashMap<u32, &SharedMessage> =
            shared.iter().map(|message| (message.order, message)).collect();
        let undecided = undecided_bulk(plan, history);
        for (order, counted) in history.counted(&plan.scope) {
            let Some(message) = shared.get(&order) else { continue };
            let is_undecided = undecided.contains(&order);
            judged.tally.take_out(counted);
            judged.undecided_bulk -= u64::from(is_undecided);
            let new = IncompleteMessage { counted, is_undecided: false, to_come: message.customers };
            let pending = self.0.entry(message.key).or_insert(new);
            pending.counted = pending.counted.or_rather(counted);
            pending.is_undecided |= is_undecided;
            pending.to_come -= 1;
            if pending.to_come == 0 {
                pending.count(judged);
                self.0.remove(&message.key);
            }
        }
    }

    /// Counts those of which some customers never came, because their rows are elsewhere.
    pub fn complete(self, judged: &mut JudgedTotals) {
        self.0.values().for_each(|pending| pending.count(judged));
    }
}

impl IncompleteMessage {
    fn count(&self, judged: &mut JudgedTotals) {
        judged.tally.add(self.counted, 1);
        judged.undecided_bulk += u64::from(self.is_undecided);
    }
}
