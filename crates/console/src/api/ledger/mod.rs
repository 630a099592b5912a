//! The ledger: the record of calls and administrative acts. Users stand in it as pseudonyms.

pub(crate) mod checkpoint;
pub(crate) mod entries;
pub(crate) mod erase;
