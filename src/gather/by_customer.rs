//! Reads facts that may come sorted by customer, and hands each customer's on before the next one's are read.

use super::gathered::Gathered;
use super::read_progress::{ProgressReader, ReadProgress};
use super::result_order::{Collector, ResultOrder, TaskEnd, ThreadResult};
use super::task::Task;
use crate::fact::{FactReader, ReadingSettings};
use crate::fact_file::CustomerHandler;
use crate::mailbox::{self, Buffering, Remark, Sink, SourcePart, Survey};

/// Reads the only mailbox that there is. Where it has facts that are sorted by customer, `one_customer` is handed each
/// customer's, and the rest is returned; else everything is. False: it could not be read to its end, so that nothing that
/// was handed on counts.
pub fn gather_by_customer(
    survey: &Survey,
    settings: &ReadingSettings,
    progress: &(dyn Fn(ReadProgress) + Sync),
    one_customer: CustomerHandler<'_>,
) -> (Gathered, bool) {
    let tasks = [Task::plain(&survey.sources, SourcePart::Whole)];
    let mut order = ResultOrder::new(survey, settings, Collector::Everything, &tasks);
    let mut reader = FactReader::new(settings);
    let (mut given, mut is_whole) = (Vec::new(), true);
    for source in &survey.sources {
        reader.begin();
        let for_one: CustomerHandler<'_> = &mut *one_customer;
        let (reader, one_customer) = (&mut reader, Some(for_one));
        let (given_here, on_piece) = (Vec::new(), None);
        let mut reader =
            ProgressReader { reader, progress, settings, given: given_here, one_customer, on_piece };
        let bytes = |bytes| progress(ReadProgress::Bytes(bytes));
        match mailbox::read(source, &SourcePart::Whole, Buffering::on(1), &bytes, &mut reader) {
            Ok(_) => given.append(&mut reader.given),
            Err(error) => {
                is_whole = false;
                reader.remark(Remark::Failed(error));
            }
        }
    }
    let end = TaskEnd { borders: Ok(None), given, is_fresh: true };
    order.add(ThreadResult { piece: reader.take(), end: Some(end) });
    (order.complete(), is_whole)
}
