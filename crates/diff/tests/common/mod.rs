//! What the tests share.

use backshell_diff::{Comparison, Options, compare};
use backshell_package::{Limits, ReadPackage, read_files};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A package of a lone definition.
pub(crate) fn package(definition: &str) -> ReadPackage {
    let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().to_vec().into())];
    let mut read = read_files("example", files, &Limits::default());
    read.problems.clear();
    read
}

/// The comparison of two definitions.
pub(crate) fn diff(old: &str, new: &str) -> Comparison {
    compare(&package(old), &package(new), &Options::default())
}

/// The ids of the changes, sorted, each once. That the version stayed, as it does in most tests, is left out.
pub(crate) fn ids(comparison: &Comparison) -> Vec<&'static str> {
    let mut ids: Vec<_> = comparison.changes.iter().map(|change| change.check.id).collect();
    ids.retain(|id| *id != "version-unchanged-with-break");
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A path beside the repository that need not be there; in CI it must.
#[expect(clippy::disallowed_methods, reason = "the one place where these tests read the environment")]
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is not here", found.display());
    let _ = writeln!(std::io::stderr(), "skipped: {} is not here", found.display());
    None
}
