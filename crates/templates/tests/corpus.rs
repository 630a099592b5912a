//! The public connectors: every policy compiles or is a problem, and the numbers stay what they are.

use backshell_model::OperationId;
use backshell_package::{Limits, Operation, discover, read};
use backshell_templates::{ProblemKind, compile};
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

const EXPECTED: [&str; 3] = [
    "Connect Bridge: the definition's `host` and `basePath` canno",
    "Pixela: `@queryParamters` is no function; the functions are ",
    "Pixela: the connection parameter `graphID` is not declared; ",
];

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn public_connectors() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus");
        return;
    };
    let mut refused = BTreeMap::new();
    let mut wrong = Vec::new();
    for path in discover(&corpus.join("connectors"), &Limits::default()).unwrap() {
        let package = read(&path, &Limits::default()).unwrap().package;
        let set = compile(&package);
        for problem in set.problems().iter().filter(|problem| problem.kind == ProblemKind::Invalid) {
            wrong.push(format!("{}: {}", package.name, problem.message));
        }
        let operations = package.definition.iter().flat_map(|definition| definition.swagger().operations());
        for id in operations.filter_map(Operation::id) {
            let plan = set.operation(&OperationId::new(id)).unwrap();
            let answer = plan.refusal().map_or("usable", |refusal| refusal.reason);
            *refused.entry(answer).or_insert(0_usize) += 1;
        }
    }
    wrong.sort_unstable();
    let beginnings: Vec<String> = wrong.iter().map(|text| text.chars().take(60).collect()).collect();
    // Two misspellings and a host that is no host: mistakes of the connectors, each refusing only what it touches.
    assert_eq!(beginnings, EXPECTED, "{wrong:#?}");
    assert_eq!(refused.get("policy_invalid"), Some(&7), "{refused:?}");
    assert_eq!(refused.get("policy_unsupported"), Some(&24), "{refused:?}");
    assert!(refused.get("usable").is_some_and(|usable| *usable > 2_000), "{refused:?}");
}
