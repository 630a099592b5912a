//! `backshell`: the protective shell around connectors. Reads the command line, runs one command, and turns its outcome
//! into an exit status: 0 nothing at error level, 1 something is, 2 the command could not do its work.
//!
//! What this file does not do: anything else. Start reading at `commands/mod.rs`, the list of commands; `node.rs` is where
//! a server is put together.

use backshell::commands::{self, Cli};
use backshell::{processor, terminal};
use clap::Parser;
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    if !processor::suffices() {
        // Nobody is left to be told when standard error is closed.
        drop(std::io::stderr().write_all(processor::ADVICE.as_bytes()));
        return ExitCode::from(2);
    }
    run()
}

/// The command. Apart from `main`, so that no instruction of it comes before the question.
#[inline(never)]
fn run() -> ExitCode {
    match commands::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            terminal::remark(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}
