//! Pages of lists: `limit` and `after` go in, `items` and `next` come out.

use crate::extract::page_size;
use crate::problem::Problem;
use backshell_store::Limit;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which part of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many entries at most, 1 to 1000; 100 when left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 1024)]
    pub(crate) after: Option<String>,
}

impl PageQuery {
    /// How many entries are wanted.
    pub(crate) fn size(&self) -> Result<usize, Problem> {
        page_size(self.limit)
    }
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The entries.
    pub(crate) items: Vec<T>,
    /// What to send as `after` to get the next part; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// A page out of rows that the store returned for `limit`; `key` names a row's place in the list.
    pub(crate) fn of<R>(rows: Vec<R>, limit: Limit, key: impl Fn(&R) -> String, mut show: impl FnMut(R) -> T) -> Self {
        Self::filtered(rows, limit, key, |row| Some(show(row)))
    }

    /// As [`Page::of`], without the rows for which `show` returns nothing.
    pub(crate) fn filtered<R>(
        rows: Vec<R>,
        limit: Limit,
        key: impl Fn(&R) -> String,
        show: impl FnMut(R) -> Option<T>,
    ) -> Self {
        let next = if rows.len() < limit.get() { None } else { rows.last().map(key) };
        Self { items: rows.into_iter().filter_map(show).collect(), next }
    }
}
