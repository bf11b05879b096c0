//! Facts as files: rows for other programs, and for this one to judge without the mail.
//!
//! Messages become rows ([`RowWriter`]), rows become a batch again ([`read`]); a Parquet file and an
//! Arrow stream are two containers of the same rows. Whatever depends on the run that judges (its day, its zone, its
//! period) is decided when rows are read: a row has all times that a message names, not the believed one.

mod by_customer;
mod cells;
mod columns;
mod decode;
mod encode;
mod given;
mod keep;
mod newest;
mod parquet;
mod read;
mod row;
mod schema;
mod shape;
mod stream;
mod writer;

pub use crate::outputs::FACTS_MARK as MADE_BY;
pub use by_customer::{CUSTOMER, OneCustomer, SORTED_BY};
pub use encode::Messages;
pub use given::Given;
pub use keep::Keep;
pub use newest::newest_by_customer;
pub use parquet::ParquetRows;
pub use read::read;
pub use schema::{COLUMNS, Column, Data, ROWS, RowKind};
pub use shape::Shape;
pub use stream::StreamRows;
pub use writer::{Counts, Out, RowWriter, schema_of};

/// The version of the schema: it changes with every change of a column, or of what a hash or a rule's id means.
pub const SCHEMA: &str = "1";
