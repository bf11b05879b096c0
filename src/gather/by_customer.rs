//! Reads facts that may come sorted by customer, and hands each customer's on before the next one's are read.

use super::gathered::Gathered;
use super::in_order::{Collect, End, InOrder, ThreadResult};
use super::step::{ProgressReader, Step};
use super::task::Task;
use crate::fact::{FactReader, Lens, Piece};
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
    let mut order = InOrder::new(survey, lens, Collect::Everything, &tasks, 1);
    let mut reader = FactReader::new(lens);
    let (mut given, mut is_whole) = (Vec::new(), true);
    for source in &survey.sources {
        reader.begin();
        let for_one: OneCustomer<'_> = &mut *one_customer;
        let (reader, one_customer) = (&mut reader, Some(for_one));
        let (given_here, hand_on) = (Vec::new(), None);
        let mut told = ProgressReader { reader, progress, lens, given: given_here, one_customer, hand_on };
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
    let piece = Piece { batch, names, ..Piece::default() };
    let end = End { borders: Ok(None), given, is_fresh: true };
    order.take_in(ThreadResult { thread: 0, piece, end: Some(end) });
    (order.complete(), is_whole)
}
