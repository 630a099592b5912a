//! The public connectors: how many prove themselves how.

use backshell_auth::{AuthPlan, AuthProblem};
use backshell_package::{Limits, discover, read};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "the corpus lies outside the repository, and the environment says where")]
fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("BACKSHELL_CORPUS").map(PathBuf::from);
    let path = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"));
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", path.display());
    None
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn public_connectors() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus");
        return;
    };
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut undecided = Vec::new();
    for path in discover(&corpus.join("connectors"), &Limits::default()).unwrap() {
        let package = read(&path, &Limits::default()).unwrap().package;
        match AuthPlan::compile(&package) {
            Ok(plan) => {
                *kinds.entry(plan.kind().as_str()).or_default() += 1;
                for problem in plan.problems() {
                    let AuthProblem::Unbound { scheme, .. } = problem else { panic!("{problem}") };
                    undecided.push(format!("{}: {scheme}", package.name));
                }
            }
            Err(AuthProblem::UnsupportedKind(_)) => *kinds.entry("unsupported").or_default() += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(kinds, BTreeMap::from([("api_key", 149), ("basic", 18), ("none", 61), ("unsupported", 65)]));
    // Packages with a key scheme and no secure parameter that could be meant.
    assert_eq!(undecided, ["Gravity Forms Professional: secretKey", "gofileroom: API Key"]);
}
