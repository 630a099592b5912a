//! All packages of the public corpus.

mod common;

use backshell_package::{Limits, Package, Response, discover, read};
use std::collections::BTreeMap;

/// Sums over the corpus, so that a view that loses something shows it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    packages: usize,
    operations: usize,
    parameters: usize,
    schemas: usize,
    connection_parameters: usize,
    sets: usize,
    policies: usize,
}

fn add(sums: &mut Sums, package: &Package) {
    sums.packages += 1;
    if let Some(definition) = &package.definition {
        for operation in definition.swagger().operations() {
            assert!(operation.id().is_some(), "{}: {}", package.name, operation.path_template());
            sums.operations += 1;
            let parameters = operation.effective_parameters();
            sums.parameters += parameters.len();
            let bodies = parameters.iter().filter_map(|parameter| parameter.schema());
            let schemas = bodies.chain(operation.responses().into_iter().filter_map(Response::schema));
            sums.schemas += schemas.map(|schema| schema.reachable().len()).sum::<usize>();
        }
    }
    if let Some(properties) = &package.properties {
        sums.connection_parameters += properties.connection_parameters().len();
        sums.sets += properties.parameter_sets().len();
        sums.policies += properties.policies().len();
    }
}

#[test]
fn every_package_is_read() {
    let Some(corpus) = common::corpus() else { return };
    let limits = Limits::default();
    let found = discover(&corpus.join("connectors"), &limits).unwrap();
    assert_eq!(found.len(), 293);
    let mut sums = Sums::default();
    let mut problems: BTreeMap<&str, usize> = BTreeMap::new();
    for path in &found {
        let read = read(path, &limits).unwrap();
        for problem in &read.problems {
            assert!(!problem.kind.is_refusal(), "{}: {problem}", path.display());
            *problems.entry(problem.kind.code()).or_default() += 1;
        }
        add(&mut sums, &read.package);
    }
    let expected =
        [("duplicate-key", 14), ("missing-comma", 1), ("missing-definition", 1), ("not-utf8", 2), ("unclosed", 1)];
    assert_eq!(problems, BTreeMap::from(expected));
    // All but the schemas were counted by a program of another kind as well.
    let expected = Sums {
        packages: 293,
        operations: 4_418,
        parameters: 10_567,
        schemas: 107_473,
        connection_parameters: 372,
        sets: 7,
        policies: 256,
    };
    assert_eq!(sums, expected);
}

#[test]
fn every_broken_file_is_read_as_a_problem() {
    let Some(corpus) = common::corpus() else { return };
    let limits = Limits::default();
    let found = discover(&corpus.join("broken"), &limits).unwrap();
    assert_eq!(found.len(), 21);
    for path in found {
        let read = read(&path, &limits).unwrap();
        assert!(!read.problems.is_empty(), "{}", path.display());
        let place = read.problems[0].place("x");
        assert!(place.excerpt.is_some() && place.pointer.is_empty(), "{}", path.display());
    }
}
