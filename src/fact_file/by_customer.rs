//! Facts that come sorted by customer: those of a customer are handed on when the next customer's begin, and let go.

use crate::fact::{Batch, Names, Skip};
use crate::mailbox::Remark;
use std::collections::{HashMap, HashSet};

/// In the metadata of facts, by what their rows are sorted: whoever sorts them says so.
pub const SORTED_BY: &str = "mailfatigue.sorted-by";

/// The value of that key that means something here.
pub const CUSTOMER: &str = "customer";

/// What is wrong with rows that are not sorted so.
const ALTHOUGH: &str = "although its metadata says that it is sorted by customer";

/// What to do about it.
pub(super) const SORT_THEM: &str = "sort its rows by customer, those without a customer first, or leave `mailfatigue.sorted-by` out of its metadata";

/// Whoever takes the facts of one customer.
pub type OneCustomer<'a> = &'a mut dyn FnMut(Batch, Names);

/// Whether facts with that metadata are sorted by customer.
pub(super) fn are_sorted(metadata: &HashMap<String, String>) -> bool {
    metadata.get(SORTED_BY).is_some_and(|by| by == CUSTOMER)
}

/// The customers of sorted facts, one after the other.
pub(super) struct Customers<'a> {
    /// `None`: everything is kept, and only the order is verified.
    hand_on: Option<OneCustomer<'a>>,
    at_hand: Option<String>,
    before: HashSet<String>,
    /// What belongs to no customer.
    rest: Batch,
    rest_names: Names,
    /// The addresses that the owner blocked: every customer's facts are given them.
    blocked: Vec<Remark>,
}

impl<'a> Customers<'a> {
    pub fn new(hand_on: Option<OneCustomer<'a>>) -> Self {
        Self {
            hand_on,
            at_hand: None,
            before: HashSet::new(),
            rest: Batch::default(),
            rest_names: Names::default(),
            blocked: Vec::new(),
        }
    }

    /// Turns to the customer of the next row. Whether that is another one than before; then everything in the batch was
    /// handed on.
    pub fn turn_to(
        &mut self,
        customer: &str,
        (batch, names): (&mut Batch, &mut Names),
    ) -> Result<bool, String> {
        if self.at_hand.as_deref() == Some(customer) {
            return Ok(false);
        }
        if self.before.contains(customer) {
            // Not which one: what is said of a redacted run names nobody.
            return Err(format!("has facts of one customer in two places, {ALTHOUGH}"));
        }
        let Some(before) = self.at_hand.replace(customer.to_string()) else { return Ok(false) };
        self.before.insert(before);
        self.pass_on(batch, names);
        Ok(true)
    }

    /// An error where addresses that the owner blocked come after customers whom they concern.
    pub fn may_block(&self) -> Result<(), String> {
        if self.before.is_empty() {
            return Ok(());
        }
        Err(format!("has a row `blocked` after rows of the first customer, {ALTHOUGH}"))
    }

    /// Hands the last customer on, and leaves in the batch what belongs to nobody.
    pub fn end(&mut self, batch: &mut Batch, names: &mut Names) {
        if self.hand_on.is_some() {
            self.pass_on(batch, names);
            *batch = std::mem::take(&mut self.rest);
            *names = std::mem::take(&mut self.rest_names);
        }
    }

    fn pass_on(&mut self, batch: &mut Batch, names: &mut Names) {
        let Some(hand_on) = &mut self.hand_on else { return };
        let (mut batch, names) = (std::mem::take(batch), std::mem::take(names));
        for skip in std::mem::take(&mut batch.skips) {
            let mailbox = self.rest_names.number(names.unredacted(skip.mailbox));
            self.rest.skips.push(Skip { mailbox, ..skip });
        }
        self.rest.read = self.rest.read.saturating_add(batch.read);
        self.rest.mailboxes = self.rest.mailboxes.saturating_add(batch.mailboxes);
        let is_blocked = |remark: &mut Remark| matches!(remark, Remark::Blocked(_));
        self.blocked.extend(batch.remarks.extract_if(.., is_blocked));
        self.rest.remarks.append(&mut batch.remarks);
        batch.remarks.clone_from(&self.blocked);
        hand_on(batch, names);
    }
}
