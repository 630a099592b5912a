//! How many rows a list returns at most.

/// A page size from 1 to 1,000. Every list of the store is read in pages: pass the last key of a page as `after` to
/// read the next; a page shorter than its limit is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    /// The largest page.
    pub const MAX: Self = Self(1_000);

    /// `rows`, brought into 1 to 1,000.
    pub fn new(rows: usize) -> Self {
        Self(u16::try_from(rows.clamp(1, 1_000)).unwrap_or(1_000))
    }

    /// The number of rows.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }

    /// The number as a statement takes it.
    pub(crate) fn rows(self) -> i64 {
        i64::from(self.0)
    }
}
