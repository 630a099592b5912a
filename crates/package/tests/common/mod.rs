//! What the tests of this crate share.
#![allow(dead_code, unreachable_pub, clippy::allow_attributes, reason = "each test binary uses a part of this")]

use backshell_package::{Limits, ReadPackage, read_files};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The smallest properties file.
pub const PROPERTIES: &str = r##"{"properties":{"connectionParameters":{},"iconBrandColor":"#da3b01"}}"##;
/// The smallest definition.
pub const DEFINITION: &str = r#"{"swagger":"2.0","info":{"title":"T","version":"1"},"paths":{}}"#;

/// A package of these texts.
pub fn package(files: &[(&str, &str)]) -> ReadPackage {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(text.as_bytes()))).collect();
    read_files("test", files, &Limits::default())
}

/// The codes of everything that is wrong.
pub fn codes(read: &ReadPackage) -> Vec<&'static str> {
    read.problems.iter().map(|problem| problem.kind.code()).collect()
}

/// The folder of the corpus; `None` when it is not there and need not be.
#[expect(clippy::disallowed_methods, reason = "the corpus is outside the repository")]
#[expect(clippy::print_stderr, reason = "a test that was skipped must say so")]
pub fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("BACKSHELL_CORPUS").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no corpus at {}", folder.display());
    eprintln!("skipped: no corpus at {}", folder.display());
    None
}
