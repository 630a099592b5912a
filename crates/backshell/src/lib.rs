//! The binary's parts: configuration, a node put together, and the commands.
//!
//! `main.rs` reads the command line and hands over to one file per command in `commands/`. What is here besides them is
//! what several commands share; [`node`] is where every crate of the call pipeline meets. It is a library as well so that
//! the end-to-end tests and the benchmark can put a trial cell together in code, which no configuration can.

pub mod client;
pub mod commands;
pub mod config;
mod custody;
pub mod drift;
pub mod egress;
mod first_start;
pub mod identity;
pub mod keys;
pub mod node;
mod offline;
pub mod ports;
pub mod probing;
mod reach;
pub mod residency;
mod retention;
pub mod revocation;
mod rotation;
mod rounds;
pub mod sample;
pub mod slow_bars;
pub mod system;
pub mod terminal;
pub mod trial;
pub mod way_out;
mod whole_file;

// A call allocates on one thread and its ledger records are freed on another, which glibc's allocator answers with lock
// contention; this one is made for it. On Linux it takes glibc's place for the whole process, SQLite and ciphers included. Asked
// through Rust's interface it would be asked for an alignment each time, and beyond a kilobyte, or with an empty page, go a longer
// way to more memory than it needs.
#[cfg(target_os = "linux")]
use mimalloc as _;
#[cfg(not(target_os = "linux"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
