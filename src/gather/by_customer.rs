//! Reads facts that may come sorted by customer, and hands each customer's on before the next one's are read.

use super::gathered::Gathered;
use super::in_order::{InOrder, ThreadResult};
use super::step::{ProgressReader, Step};
use super::task::Task;
use crate::fact::{FactReader, Lens};
use crate::fact_file::OneCustomer;
use crate::mailbox::{self, BLOCK, Part, Remark, Sink, Survey};

/// Reads the only mailbox that there is. Where it has facts that are sorted by customer, `one_customer` is handed each
/// customer's, and the rest is returned; else everything is. False: it could not be read to its end, so that nothing that
/// was handed on counts.
pub fn gather_by_customer(
    survey: &Survey,
    lens: &Lens,
    progress: &(dyn Fn(Step) + Sync),
    one_customer: OneCustomer<'_>,
) -> (Gathered, bool) {
    let tasks = [Task::plain(&survey.sources, Part::Whole)];
    let mut order = InOrder::new(survey, (lens, None), &tasks, 1);
    let mut reader = FactReader::new(lens);
    let (mut given, mut is_whole) = (Vec::new(), true);
    for source in &survey.sources {
        reader.begin();
        let for_one: OneCustomer<'_> = &mut *one_customer;
        let (reader, one_customer) = (&mut reader, Some(for_one));
        let mut told = ProgressReader { reader, progress, lens, given: Vec::new(), one_customer };
        let bytes = |bytes| progress(Step::Bytes(bytes));
        match mailbox::read(source, &Part::Whole, BLOCK, &bytes, &mut told) {
            Ok(_) => given.append(&mut told.given),
            Err(error) => {
                is_whole = false;
                told.remark(Remark::Failed(error));
            }
        }
    }
    let (batch, names) = reader.take();
    order.take_in(ThreadResult {
        task: 0,
        thread: 0,
        batch,
        names,
        borders: Ok(None),
        given,
        is_fresh: true,
    });
    (order.complete(), is_whole)
}
