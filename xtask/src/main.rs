//! Chores of the repository, in Rust: `cargo xtask tidy` checks it, `cargo xtask gen` writes what follows from the rule
//! files, `cargo xtask new` writes the skeleton of a rule.
//!
//! What this crate does not do: it is no part of the product, and nothing depends on it.
//!
//! Start reading at [`tidy`]: its table says who may depend on whom.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore reports on the terminal")]

mod r#gen;
mod new;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

commands:
  tidy           check dependency directions, ARCHITECTURE.md and the house rules
  gen [--check]  write module lists and pages from the rule files; with --check only say whether they are fresh,
                 with --lists write the module lists alone
  new KIND NAME  write the skeleton of a rule";

fn main() -> ExitCode {
    let args = std::env::args().skip(1).collect::<Vec<_>>();
    let outcome = match args.split_first() {
        Some((command, rest)) if command == "tidy" => tidy::run(rest),
        Some((command, rest)) if command == "gen" => r#gen::run(rest),
        Some((command, rest)) if command == "new" => new::run(rest),
        _ => Err(anyhow::anyhow!("{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
