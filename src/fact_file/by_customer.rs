//! Facts that come sorted by customer: those of a customer are handed on when the next customer's begin, and let go.

use crate::fact::{Batch, NameTable, Skip};
use crate::mailbox::Remark;
use std::collections::{HashMap, HashSet};

/// The key in the metadata of facts that names the column by which rows are sorted. The program that sorts them sets it.
pub const SORTED_BY: &str = "mailfatigue.sorted-by";

/// The value of that key that means something here.
pub const CUSTOMER: &str = "customer";

/// What is wrong with rows that are not sorted so.
const ALTHOUGH: &str = "although its metadata says that it is sorted by customer";

/// What to do about it.
pub(super) const SORT_THEM: &str = "sort its rows by customer, those without a customer first, or leave `mailfatigue.sorted-by` out of its metadata";

/// Takes the facts of one customer.
pub type CustomerHandler<'a> = &'a mut dyn FnMut(Batch, NameTable);

/// Whether facts with that metadata are sorted by customer.
pub(super) fn are_sorted(metadata: &HashMap<String, String>) -> bool {
    metadata.get(SORTED_BY).is_some_and(|by| by == CUSTOMER)
}

/// The customers of sorted facts, one after the other.
pub(super) struct SortedCustomers<'a> {
    /// `None`: everything is kept, and only the order is verified.
    handler: Option<CustomerHandler<'a>>,
    current: Option<String>,
    finished: HashSet<String>,
    /// What belongs to no customer.
    rest: Batch,
    rest_names: NameTable,
    /// The addresses that the owner blocked: every customer's facts are given them.
    blocked: Vec<Remark>,
}

impl<'a> SortedCustomers<'a> {
    pub fn new(handler: Option<CustomerHandler<'a>>) -> Self {
        Self {
            handler,
            current: None,
            finished: HashSet::new(),
            rest: Batch::default(),
            rest_names: NameTable::default(),
            blocked: Vec::new(),
        }
    }

    /// Turns to the customer of the next row. Whether that is another one than before; then everything in the batch was
    /// handed on.
    pub fn start_customer(
        &mut self,
        customer: &str,
        (batch, names): (&mut Batch, &mut NameTable),
    ) -> Result<bool, String> {
        if self.current.as_deref() == Some(customer) {
            return Ok(false);
        }
        if self.finished.contains(customer) {
            // Without the name of the customer: errors of a redacted run must not name people.
            return Err(format!("has facts of one customer in two places, {ALTHOUGH}"));
        }
        let Some(before) = self.current.replace(customer.to_string()) else { return Ok(false) };
        self.finished.insert(before);
        self.finish_customer(batch, names);
        Ok(true)
    }

    /// An error where addresses that the owner blocked come after customers whom they concern.
    pub fn check_block_row(&self) -> Result<(), String> {
        if self.finished.is_empty() {
            return Ok(());
        }
        Err(format!("has a row `blocked` after rows of the first customer, {ALTHOUGH}"))
    }

    /// Hands the last customer on, and leaves in the batch what belongs to no customer.
    pub fn end(&mut self, batch: &mut Batch, names: &mut NameTable) {
        if self.handler.is_some() {
            self.finish_customer(batch, names);
            *batch = std::mem::take(&mut self.rest);
            *names = std::mem::take(&mut self.rest_names);
        }
    }

    fn finish_customer(&mut self, batch: &mut Batch, names: &mut NameTable) {
        let Some(handler) = &mut self.handler else { return };
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
        handler(batch, names);
    }
}
