//! `backshell`: the protective shell around connectors.

use anstream::eprintln;
use backshell::commands::{self, Cli};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    match commands::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            report(&error);
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stderr, reason = "the place where errors reach people")]
fn report(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}
