//! Users, as far as Backshell keeps anything about them by itself: the names they have in the ledger.

pub(crate) mod delete_pseudonym;
