//! The public connectors: every declared operation is reached by the path that it declares, and the numbers stay what
//! they are.

use backshell_gateway::{CompiledVersion, RoutingProblem};
use backshell_package::{Limits, Operation, discover, read};
use http::{Method, Uri};
use std::collections::BTreeMap;
use std::fmt::Write;
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

/// The path of a call: the template with a value of its own for each variable, as an address carries it.
fn call_path(base_path: &str, template: &str) -> Option<String> {
    let mut path = base_path.trim_end_matches('/').to_owned();
    let mut rest = template;
    let mut number = 0;
    while let Some((before, after)) = rest.split_once('{') {
        let (_, behind) = after.split_once('}')?;
        number += 1;
        path.push_str(before);
        let _ = write!(path, "Value{number}%20of");
        rest = behind;
    }
    path.push_str(rest);
    // What no address can carry as a path ends it (`?`, `#`) or must be written otherwise (a blank).
    let uri: Uri = format!("/apim/connector/connection{}", path.replace(' ', "%20")).parse().ok()?;
    uri.path().strip_prefix("/apim/connector/connection").map(str::to_owned)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    packages: usize,
    unreadable: usize,
    operations: usize,
    reached: usize,
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn every_operation_is_reached_by_its_path() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: no corpus");
        return;
    };
    let mut counts = Counts::default();
    let mut lost: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for folder in discover(&corpus.join("connectors"), &Limits::default()).unwrap() {
        let read = read(&folder, &Limits::default()).unwrap();
        let package = &read.package;
        let version = CompiledVersion::of_package(package);
        let Some(definition) = &package.definition else {
            // Nothing of such a package can be called, and it is said why.
            assert!(read.has_errors(), "{}", package.name);
            assert_eq!(version.operation_count(), 0);
            counts.unreadable += 1;
            continue;
        };
        counts.packages += 1;
        assert_eq!(version.digest(), package.digest());
        let swagger = definition.swagger();
        let base_path = swagger.base_path().unwrap_or_default();
        let mut named = 0;
        for operation in swagger.operations() {
            counts.operations += 1;
            named += usize::from(operation.id().is_some_and(|id| !id.is_empty()));
            match reached(&version, operation, base_path) {
                Ok(()) => counts.reached += 1,
                Err(reason) => lost.entry(reason).or_default().push(format!(
                    "{}: {} {} ({})",
                    package.name,
                    operation.method().as_http(),
                    operation.path_template(),
                    operation.id().unwrap_or_default()
                )),
            }
        }
        assert_eq!(version.operation_count(), named, "{}", package.name);
        assert!(version.problems().is_empty(), "{}: {:?}", package.name, version.problems());
    }
    assert!(lost.is_empty(), "{counts:?} {lost:#?}");
    assert_eq!(counts, Counts { packages: 291, unreadable: 2, operations: 4_418, reached: 4_418 });
}

/// Whether both ways to write the operation's address lead to it, or why not.
fn reached(version: &CompiledVersion, operation: Operation<'_>, base_path: &str) -> Result<(), &'static str> {
    let id = operation.id().filter(|id| !id.is_empty()).ok_or("no operationId")?;
    let method = Method::from_bytes(operation.method().as_http().as_bytes()).map_err(|_| "no method")?;
    for base_path in ["", base_path] {
        let path = call_path(base_path, operation.path_template()).ok_or("no address")?;
        let found = version.find(&method, &path).map(|id| id.as_str().to_owned());
        match found {
            Some(found) if found == id => {}
            Some(other) => {
                let declared = version.problems().iter().any(|problem| {
                    matches!(problem, RoutingProblem::Shadowed { reached, shadowed } if *reached == other && shadowed == id)
                });
                return Err(if declared { "shadowed, and said so" } else { "another operation is reached" });
            }
            None => return Err("nothing is reached"),
        }
    }
    Ok(())
}
