//! Facts as files: rows for other programs, and for this one to judge without the mail.
//!
//! Messages become rows ([`RowWriter`]), rows become a batch again ([`read`]); a Parquet file and an
//! Arrow stream are two containers of the same rows. Whatever depends on the run that judges (its day, its zone, its
//! period) is decided when rows are read: a row has all times that a message names, not the believed one.

mod by_customer;
mod columns;
mod decode;
mod encode;
mod keep_options;
mod mailbox_counts;
mod newest;
mod parquet;
mod read;
mod row_builder;
mod row_columns;
mod schema;
mod settings;
mod stream;
mod writer;

pub use crate::outputs::FACTS_MARK as MADE_BY;
pub use by_customer::{CUSTOMER, CustomerHandler, SORTED_BY};
pub use encode::MessageBatch;
pub use keep_options::KeepOptions;
pub use mailbox_counts::MailboxCounts;
pub use newest::newest_by_customer;
pub use parquet::{ParquetRowWriter, QuickRowWriter};
pub use read::{read, read_rows};
pub use schema::{COLUMNS, ColumnType, FactColumn, ROWS, RowKind};
pub use settings::FactSettings;
pub use stream::StreamRowWriter;
pub use writer::{RowCounts, RowSink, RowWriter, schema_of};

/// The version of the schema: it changes with every change of a column, or of what a hash or a rule's id means.
pub const SCHEMA: &str = "1";
