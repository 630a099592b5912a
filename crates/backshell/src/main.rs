//! `backshell`: the protective shell around connectors.

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
