//! Builds rows: cells by column, missing ones filled with nulls.

use super::schema::{COLUMNS, ColumnId, ColumnType};
use arrow_array::builder::{ArrayBuilder, BooleanBuilder, Int64Builder, ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use std::sync::Arc;

enum ColumnBuilder {
    Text(StringBuilder),
    Number(Int64Builder),
    Flag(BooleanBuilder),
    Numbers(ListBuilder<Int64Builder>),
}

/// Rows that are being built.
pub(super) struct RowBuilder {
    builders: Vec<ColumnBuilder>,
    rows: usize,
}

impl RowBuilder {
    pub fn new() -> Self {
        let builders = COLUMNS.iter().map(|column| match column.data {
            ColumnType::Text | ColumnType::Name => ColumnBuilder::Text(StringBuilder::new()),
            ColumnType::Number => ColumnBuilder::Number(Int64Builder::new()),
            ColumnType::Flag => ColumnBuilder::Flag(BooleanBuilder::new()),
            ColumnType::Numbers => ColumnBuilder::Numbers(ListBuilder::new(Int64Builder::new())),
        });
        Self { builders: builders.collect(), rows: 0 }
    }

    /// How many rows are complete.
    pub fn complete(&self) -> usize {
        self.rows
    }

    pub fn text(&mut self, id: ColumnId, text: &str) {
        if let Some(ColumnBuilder::Text(builder)) = self.builders.get_mut(id as usize) {
            builder.append_value(text);
        }
    }

    /// A text that is missing where it is empty.
    pub fn text_if_any(&mut self, id: ColumnId, text: &str) {
        if !text.is_empty() {
            self.text(id, text);
        }
    }

    pub fn number(&mut self, id: ColumnId, number: i64) {
        if let Some(ColumnBuilder::Number(builder)) = self.builders.get_mut(id as usize) {
            builder.append_value(number);
        }
    }

    /// A number that may be missing.
    pub fn number_if_any(&mut self, id: ColumnId, number: Option<i64>) {
        if let Some(number) = number {
            self.number(id, number);
        }
    }

    pub fn flag(&mut self, id: ColumnId, flag: bool) {
        if let Some(ColumnBuilder::Flag(builder)) = self.builders.get_mut(id as usize) {
            builder.append_value(flag);
        }
    }

    /// A list that is missing where it is empty.
    pub fn numbers_if_any(&mut self, id: ColumnId, numbers: impl Iterator<Item = u64>) {
        let mut numbers = numbers.peekable();
        if let (Some(ColumnBuilder::Numbers(builder)), true) =
            (self.builders.get_mut(id as usize), numbers.peek().is_some())
        {
            numbers.for_each(|number| builder.values().append_value(number.cast_signed()));
            builder.append(true);
        }
    }

    /// Ends a row: cells that were not set are null.
    pub fn end_row(&mut self) {
        self.rows += 1;
        for builder in &mut self.builders {
            match builder {
                ColumnBuilder::Text(builder) if builder.len() < self.rows => builder.append_null(),
                ColumnBuilder::Number(builder) if builder.len() < self.rows => builder.append_null(),
                ColumnBuilder::Flag(builder) if builder.len() < self.rows => builder.append_null(),
                ColumnBuilder::Numbers(builder) if builder.len() < self.rows => builder.append_null(),
                _ => {}
            }
        }
    }

    /// All complete rows; none are left.
    pub fn take(&mut self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let arrays = self.builders.iter_mut().map(|builder| -> ArrayRef {
            match builder {
                ColumnBuilder::Text(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Number(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Flag(builder) => Arc::new(builder.finish()),
                ColumnBuilder::Numbers(builder) => Arc::new(builder.finish()),
            }
        });
        RecordBatch::try_new(Arc::clone(schema), arrays.collect())
    }
}
