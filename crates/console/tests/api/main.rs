//! The control listener as a client meets it: the real router over a database in memory, with a real vault, ledger and
//! permission, and a clock that stands still.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "in a test a panic is the verdict")]

mod access;
mod catalogue;
mod connections;
mod crossing_grants;
mod environments;
mod harness;
mod ledger;
mod ownership;
mod publication;
mod serving;
mod surface;
