//! `cargo xtask tidy`: what the compiler and clippy cannot say about the repository as a whole.

mod architecture;
mod directions;
mod sources;

use anyhow::{Context as _, Result, bail, ensure};
use std::fmt;
use std::path::{Path, PathBuf};

/// A crate of the workspace and its place in the layers.
struct Crate {
    /// Its folder below `crates`; the package is `backshell-<name>`, the binary `backshell`.
    name: &'static str,
    /// The layer; `None` for development only.
    layer: Option<u8>,
    /// The crates of ours that it may depend on.
    may_use: &'static [&'static str],
}

const fn place(layer: u8, name: &'static str, may_use: &'static [&'static str]) -> Crate {
    Crate { name, layer: Some(layer), may_use }
}

/// Who may depend on whom. The picture in ARCHITECTURE.md shows the same.
#[rustfmt::skip]
const CRATES: [Crate; 22] = [
    // 0 foundation
    place(0, "model",      &[]),
    place(0, "source",     &[]),
    place(0, "findings",   &["model", "source"]),
    // 1 reader
    place(1, "package",    &["model", "source", "findings"]),
    // 2 decisions: a proof is handed from permission to boundary to auth
    place(2, "lint",       &["model", "source", "findings", "package"]),
    place(2, "diff",       &["model", "source", "findings", "package"]),
    place(2, "permission", &["model"]),
    place(2, "boundary",   &["model", "permission"]),
    place(2, "auth",       &["model", "source", "package", "boundary"]),
    place(2, "templates",  &["model", "source", "package", "permission"]),
    // 3 adapters
    place(3, "vault",      &["model", "boundary", "auth"]),
    place(3, "store",      &["model"]),
    place(3, "ledger",     &["model", "boundary", "store"]),
    place(3, "upstream",   &["model", "boundary", "auth", "ledger"]),
    place(3, "mock",       &["model", "source", "package"]),
    place(3, "probe",      &["model", "source", "findings", "package", "boundary", "templates", "upstream"]),
    // 4 pipelines: neither knows the other
    place(4, "certify",    &["model", "source", "findings", "package", "lint", "diff", "probe"]),
    place(4, "gateway",    &["model", "source", "package", "permission", "boundary", "auth", "templates", "vault", "store",
                             "ledger", "upstream"]),
    place(4, "records",    &["model", "boundary", "store", "ledger"]),
    // 5 edges; the console never sees the vault: signing in goes through the gateway
    place(5, "console",    &["model", "source", "findings", "package", "lint", "permission", "boundary", "auth",
                             "templates", "store", "ledger", "probe", "certify", "gateway", "records"]),
    place(5, "backshell",  &["model", "source", "findings", "package", "lint", "diff", "permission", "boundary", "auth",
                             "templates", "vault", "store", "ledger", "upstream", "mock", "probe", "certify", "gateway", "records",
                             "console"]),
    // development
    Crate { name: "testkit", layer: None, may_use: &["model"] },
];

/// One thing that is not as it should be.
struct Problem {
    place: String,
    message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// The problems found so far.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, place: impl fmt::Display, message: impl Into<String>) {
        self.0.push(Problem { place: place.to_string(), message: message.into() });
    }
}

/// Runs every check; an error when one of them finds something.
pub(crate) fn run(args: &[String]) -> Result<()> {
    ensure!(args.is_empty(), "`cargo xtask tidy` takes no arguments");
    let root = crate::r#gen::root()?;
    let mut problems = Problems::default();
    directions::check(&root, &mut problems)?;
    architecture::check(&read(&root.join("ARCHITECTURE.md"))?, &mut problems);
    changelog(&root, &mut problems)?;
    let lengths = sources::check(&root, &mut problems)?;
    print_lengths(lengths);
    for problem in &problems.0 {
        eprintln!("{problem}");
    }
    match problems.0.len() {
        0 => Ok(()),
        1 => bail!("tidy: 1 problem"),
        count => bail!("tidy: {count} problems"),
    }
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
}

fn changelog(root: &Path, problems: &mut Problems) -> Result<()> {
    if !read(&root.join("CHANGELOG.md"))?.lines().any(|line| line.starts_with("## ")) {
        problems.add("CHANGELOG.md", "there is no section; begin one with `## Unreleased`");
    }
    Ok(())
}

/// Lengths are shown, never enforced: a long file is a question ("is this two things?"), not a mistake.
fn print_lengths(mut files: Vec<(usize, PathBuf)>) {
    files.sort();
    let at = |percent: usize| files.get(files.len().saturating_sub(1) * percent / 100).map_or(0, |(lines, _)| *lines);
    println!("{} Rust files: median {} lines, 90th percentile {}", files.len(), at(50), at(90));
    for (lines, path) in files.iter().rev().take(3) {
        println!("  {lines:>5} {}", path.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_leads_downwards() {
        for (index, of) in CRATES.iter().enumerate() {
            for used in of.may_use {
                let below = CRATES.iter().position(|candidate| candidate.name == *used);
                let below = below.unwrap_or_else(|| panic!("`{used}` is no crate"));
                let (used, layer) = (&CRATES[below], of.layer.unwrap_or(u8::MAX));
                assert!(below < index, "`{}` stands above `{}`: the table has a cycle", used.name, of.name);
                assert!(used.layer.is_some_and(|used| used <= layer), "{} -> {}", of.name, used.name);
            }
        }
    }

    #[test]
    fn what_must_never_meet_does_not_meet() {
        let may = |name: &str, used: &str| {
            CRATES.iter().find(|of| of.name == name).is_some_and(|of| of.may_use.contains(&used))
        };
        assert!(!may("console", "vault"));
        assert!(!may("gateway", "certify"));
        assert!(!may("certify", "gateway"));
        assert!(!may("certify", "vault"));
        assert!(!may("gateway", "lint"));
    }
}
