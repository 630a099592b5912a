//! The ledger from outside: what callers may rely on, and what verification finds.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may fail the test")]

mod common;
mod group_commit;
mod retention;
mod sqlite;
mod verification;
