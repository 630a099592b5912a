//! `backshell`: the protective shell around connectors. Reads the command line, runs one command, and turns its outcome
//! into an exit status: 0 nothing at error level, 1 something is, 2 the command could not do its work.
//!
//! What this file does not do: anything else. Start reading at `commands/mod.rs`, the list of commands; `node.rs` is where
//! a server is put together.

use backshell::commands::{self, Cli};
use backshell::terminal;
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            terminal::remark(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}
