//! The newest message of a file of facts, found before they are judged: a Parquet file can be read twice, and two of its
//! columns in a hundredth of the time.

use super::by_customer::are_sorted;
use super::columns::{BatchColumns, NumberColumn};
use super::parquet::{metadata, rows};
use super::schema::{ColumnId, RowKind, TIMES};
use crate::error::caught;
use crate::fact::TimeCandidates;
use crate::time::{Seconds, Time};
use arrow_array::RecordBatch;
use std::fs::File;
use std::path::Path;

/// The time of the newest message in a Parquet file of facts that is sorted by customer, for a run at `now`; inside,
/// `None`: no message is dated. `None`: it is another file, or damaged, which is reported when it is read.
pub fn newest_by_customer(path: &Path, now: Seconds) -> Option<Option<Time>> {
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    let file = File::open(path).ok()?;
    caught(|| {
        let (loaded, pairs) = metadata(&file).ok()?;
        if !are_sorted(&pairs) {
            return None;
        }
        let wanted = |id| id == ColumnId::Row || TIMES.contains(&id);
        let mut newest = None;
        for batch in rows(file, &loaded, None, wanted).ok()? {
            newest = newest.max(newest_of(&batch.ok()?, now)?);
        }
        Some(newest)
    })
    .flatten()
}

fn newest_of(batch: &RecordBatch, now: Seconds) -> Option<Option<Time>> {
    let columns = BatchColumns::of(batch, |_| false).ok()?;
    let kinds = columns.texts(ColumnId::Row).ok()?;
    let times: Vec<NumberColumn<'_>> =
        TIMES.iter().map(|id| columns.numbers(*id).ok()).collect::<Option<_>>()?;
    let is_message = |row: &usize| kinds.get(*row) == Some(RowKind::Message.word());
    let believed = |row| TimeCandidates::in_order(|place| times.get(place)?.get(row)).believed(now);
    Some((0..batch.num_rows()).filter(is_message).filter_map(believed).max())
}
