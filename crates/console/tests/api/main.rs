//! The control listener as a client meets it: the real router over a database in memory, with a real vault, ledger and
//! permission, and a clock that stands still.

mod access;
mod catalogue;
mod connections;
mod environments;
mod harness;
mod ledger;
mod surface;
