//! The forms of output, one file each. A renderer writes to what it is given; where somebody wants a text instead, there is
//! `render` beside `write`.

pub mod github;
pub mod json;
pub mod markdown;
mod part;
pub mod sarif;
mod sequence;
pub mod text;

pub use part::Part;
pub use sequence::{Running, Sequence};

use crate::Severity;
use std::io;

/// What outputs say about a rule beside its findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its id.
    pub id: String,
    /// How much its findings weigh, unless something else was set.
    pub severity: Severity,
    /// What it reports, in one sentence.
    pub short: String,
    /// What it reports.
    pub full: String,
    /// Why, and what to do, as plain text.
    pub help: String,
    /// Its page, in Markdown.
    pub page: String,
    /// What it is about, in words for filters.
    pub tags: Vec<String>,
}

/// A path without `./` in front: services attach what is found to paths as they stand in the repository.
fn from_here(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) =
        path.strip_prefix("./").map(|rest| rest.trim_start_matches('/')).filter(|rest| !rest.is_empty())
    {
        path = rest;
    }
    path
}

/// What `write` writes, as a text.
fn to_string(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    // A vector takes everything, and renderers write UTF-8 only.
    let _ = write(&mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_with_their_first_part() {
        for (path, expected) in [
            ("./a/b.json", "a/b.json"),
            ("././a", "a"),
            (".//a", "a"),
            ("a/./b", "a/./b"),
            ("../a", "../a"),
            (".a/b", ".a/b"),
            ("/a", "/a"),
            ("./", "./"),
            (".", "."),
        ] {
            assert_eq!(from_here(path), expected, "{path}");
        }
    }
}
