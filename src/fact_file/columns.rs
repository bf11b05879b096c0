//! Columns of rows that were read, by their types.

use super::schema::{COLUMNS, ColumnId, IDS};
use crate::fact::NameTable;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{
    Array, BooleanArray, DictionaryArray, Int64Array, LargeStringArray, ListArray, RecordBatch, StringArray,
};
use arrow_schema::DataType;

/// Rows that were read.
pub(super) struct BatchColumns<'a> {
    batch: &'a RecordBatch,
    /// For each column of ours where it is in these rows; `None`: it was not read.
    places: Vec<Option<usize>>,
}

/// A column of texts. Other programs write the same texts in other ways.
pub(super) enum TextColumn<'a> {
    Absent,
    Plain(&'a StringArray),
    Long(&'a LargeStringArray),
    Dictionary(&'a DictionaryArray<Int32Type>, &'a StringArray),
}

/// A column of texts and what they mean.
pub(super) struct LookupColumn<'a, T> {
    texts: TextColumn<'a>,
    /// By the place of a text among those of the column, with the age in which it was found out.
    known: Vec<Option<(u32, T)>>,
    /// Meanings of an earlier age were forgotten.
    age: u32,
    /// Of the row before, where texts have no places.
    latest: Option<(&'a str, T)>,
}

/// A column of numbers.
pub(super) struct NumberColumn<'a>(Option<&'a Int64Array>);

/// A column of flags.
pub(super) struct FlagColumn<'a>(Option<&'a BooleanArray>);

/// A column of lists of numbers.
pub(super) struct NumberListColumn<'a>(Option<(&'a ListArray, &'a Int64Array)>);

/// The error is what is wrong with columns or rows, for an error about their file.
pub(super) type RowResult<T> = std::result::Result<T, String>;

impl<'a> BatchColumns<'a> {
    /// Finds our columns among those of some rows. `wanted` says which must be there.
    pub fn of(batch: &'a RecordBatch, wanted: impl Fn(ColumnId) -> bool) -> RowResult<Self> {
        let schema = batch.schema_ref();
        let places = IDS.iter().zip(COLUMNS).map(|(id, column)| match schema.index_of(column.name) {
            Ok(place) => Ok(Some(place)),
            Err(_) if wanted(*id) => Err(format!("has no column `{}`", column.name)),
            Err(_) => Ok(None),
        });
        Ok(Self { batch, places: places.collect::<RowResult<_>>()? })
    }

    fn array(&self, id: ColumnId) -> Option<&'a dyn Array> {
        let place = self.places.get(id as usize).copied().flatten()?;
        Some(self.batch.column(place).as_ref())
    }

    pub fn texts(&self, id: ColumnId) -> RowResult<TextColumn<'a>> {
        let Some(array) = self.array(id) else { return Ok(TextColumn::Absent) };
        match array.data_type() {
            DataType::Utf8 => Ok(TextColumn::Plain(array.as_string())),
            DataType::LargeUtf8 => Ok(TextColumn::Long(array.as_string())),
            DataType::Null => Ok(TextColumn::Absent),
            _ => {
                let dictionary = array.as_dictionary_opt::<Int32Type>();
                let found = dictionary.and_then(|them| Some((them, them.values().as_string_opt::<i32>()?)));
                found
                    .map(|(keys, values)| TextColumn::Dictionary(keys, values))
                    .ok_or_else(|| wrong(id, array))
            }
        }
    }

    pub fn meanings<T: Copy>(&self, id: ColumnId) -> RowResult<LookupColumn<'a, T>> {
        let texts = self.texts(id)?;
        Ok(LookupColumn { known: vec![None; texts.places()], age: 0, texts, latest: None })
    }

    pub fn numbers(&self, id: ColumnId) -> RowResult<NumberColumn<'a>> {
        let Some(array) = self.typed(id) else { return Ok(NumberColumn(None)) };
        array
            .as_primitive_opt::<Int64Type>()
            .map(|them| NumberColumn(Some(them)))
            .ok_or_else(|| wrong(id, array))
    }

    pub fn flags(&self, id: ColumnId) -> RowResult<FlagColumn<'a>> {
        let Some(array) = self.typed(id) else { return Ok(FlagColumn(None)) };
        array.as_boolean_opt().map(|them| FlagColumn(Some(them))).ok_or_else(|| wrong(id, array))
    }

    pub fn lists(&self, id: ColumnId) -> RowResult<NumberListColumn<'a>> {
        let Some(array) = self.typed(id) else { return Ok(NumberListColumn(None)) };
        let lists = array.as_list_opt::<i32>();
        let found = lists.and_then(|lists| Some((lists, lists.values().as_primitive_opt::<Int64Type>()?)));
        found.map(|them| NumberListColumn(Some(them))).ok_or_else(|| wrong(id, array))
    }

    /// A column; `None` where nothing in it has a value.
    fn typed(&self, id: ColumnId) -> Option<&'a dyn Array> {
        self.array(id).filter(|array| *array.data_type() != DataType::Null)
    }
}

fn wrong(id: ColumnId, array: &dyn Array) -> String {
    let column = COLUMNS[id as usize];
    format!("has a column `{}` of type {}, not {}", column.name, array.data_type(), column.data.word())
}

impl<'a> TextColumn<'a> {
    pub fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Self::Plain(them) => them.is_valid(row).then(|| them.value(row)),
            Self::Long(them) => them.is_valid(row).then(|| them.value(row)),
            Self::Dictionary(them, values) => {
                let key = them.key(row)?;
                values.is_valid(key).then(|| values.value(key))
            }
            Self::Absent => None,
        }
    }

    /// The place of a row's text among those of the column, where it has such places.
    pub fn place(&self, row: usize) -> Option<usize> {
        match self {
            Self::Dictionary(them, _) => them.key(row),
            _ => None,
        }
    }

    /// How many places there are.
    pub fn places(&self) -> usize {
        match self {
            Self::Dictionary(_, values) => values.len(),
            _ => 0,
        }
    }
}

impl<'a, T: Copy> LookupColumn<'a, T> {
    /// What the text of a row means; `find` finds out once for each text. `None`: there is no text, or it means nothing.
    pub fn get(&mut self, row: usize, find: impl FnOnce(&'a str) -> Option<T>) -> Option<T> {
        if let Some(place) = self.texts.place(row) {
            let known = self.known.get(place).copied().flatten().filter(|(age, _)| *age == self.age);
            return known.map(|(_, known)| known).or_else(|| {
                let found = find(self.texts.get(row)?)?;
                *self.known.get_mut(place)? = Some((self.age, found));
                Some(found)
            });
        }
        let text = self.texts.get(row)?;
        if let Some((_, known)) = self.latest.filter(|(latest, _)| *latest == text) {
            return Some(known);
        }
        let found = find(text)?;
        self.latest = Some((text, found));
        Some(found)
    }

    /// The meaning of a text that may be missing, but not mean nothing.
    pub fn optional(
        &mut self,
        row: usize,
        what: &str,
        find: impl FnOnce(&str) -> Option<T>,
    ) -> RowResult<Option<T>> {
        match self.get(row, find) {
            None => match self.texts.get(row) {
                Some(text) => Err(format!("has an unknown value in `{what}`: `{text}`")),
                None => Ok(None),
            },
            found => Ok(found),
        }
    }

    /// The meaning of a text that must be there.
    pub fn required(&mut self, row: usize, what: &str, find: impl FnOnce(&str) -> Option<T>) -> RowResult<T> {
        self.optional(row, what, find)?.ok_or_else(|| format!("has a row without a value in `{what}`"))
    }
}

impl<T: Copy + From<u32>> LookupColumn<'_, T> {
    /// Forgets the numbers of names: others follow.
    pub fn forget(&mut self) {
        self.age += 1;
        self.latest = None;
    }

    /// The number of a name.
    pub fn number(&mut self, row: usize, names: &mut NameTable) -> Option<T> {
        self.get(row, |text| Some(names.number(text)))
    }
}

impl NumberColumn<'_> {
    pub fn get(&self, row: usize) -> Option<i64> {
        self.0.filter(|them| them.is_valid(row)).map(|them| them.value(row))
    }
}

impl FlagColumn<'_> {
    pub fn get(&self, row: usize) -> Option<bool> {
        self.0.filter(|them| them.is_valid(row)).map(|them| them.value(row))
    }
}

impl<'a> NumberListColumn<'a> {
    /// The numbers of a row; none where the list is missing.
    pub fn get(&self, row: usize) -> &'a [i64] {
        let Some((lists, values)) = self.0.filter(|(lists, _)| lists.is_valid(row)) else { return &[] };
        let place = |at: usize| lists.value_offsets().get(at).and_then(|place| usize::try_from(*place).ok());
        let (Some(from), Some(to)) = (place(row), place(row + 1)) else { return &[] };
        values.values().get(from..to).unwrap_or_default()
    }
}
