//! Reading typed values out of a row. A value that does not read back is `Corrupt`, by the column's name alone.

use crate::error::StoreError;
use backshell_model::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, Type};
use std::str::FromStr;

/// Typed access to a row's columns.
pub(super) trait Columns {
    /// A value as the database knows it.
    fn value<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(&'r self, column: &'static str) -> Result<T, StoreError>;

    /// A text.
    fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.value(column)
    }

    /// A number that is never negative.
    fn count<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, StoreError> {
        T::try_from(self.value::<i64>(column)?).map_err(|_| StoreError::Corrupt(column))
    }

    /// A point in time.
    fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.value(column).map(Timestamp::from_micros)
    }

    /// A text that reads as a `T`.
    fn parsed<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.value::<&str>(column)?.parse().map_err(|_| StoreError::Corrupt(column))
    }

    /// A text that `read` takes.
    fn named<T, E>(&self, column: &'static str, read: impl Fn(&str) -> Result<T, E>) -> Result<T, StoreError> {
        read(self.value::<&str>(column)?).map_err(|_| StoreError::Corrupt(column))
    }

    /// A word that `read` knows.
    fn word<T>(&self, column: &'static str, read: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        read(self.value::<&str>(column)?).ok_or(StoreError::Corrupt(column))
    }

    /// 32 bytes.
    fn array(&self, column: &'static str) -> Result<[u8; 32], StoreError> {
        self.value::<&[u8]>(column)?.try_into().map_err(|_| StoreError::Corrupt(column))
    }
}

impl Columns for SqliteRow {
    fn value<'r, T: Decode<'r, Sqlite> + Type<Sqlite>>(&'r self, column: &'static str) -> Result<T, StoreError> {
        self.try_get(column).map_err(|_| StoreError::Corrupt(column))
    }
}

/// A count as the database keeps it.
pub(super) fn stored(count: u64) -> Result<i64, StoreError> {
    i64::try_from(count).map_err(|_| StoreError::Invalid("a number is larger than the database can keep"))
}
