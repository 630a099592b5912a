//! Every rule on mutated connectors: no crash, no hang, the same findings twice, and every finding at a place that is in
//! its file. Half of the mutations keep the JSON whole and change its structure; the others change bytes.

#![no_main]

use backshell_lint::Options;
use backshell_package::{Limits, read_files};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use std::sync::Arc;

fuzz_target!(|bytes: &[u8]| {
    let name = if backshell_fuzz::looks_like_properties(bytes) { "apiProperties.json" } else { "apiDefinition.swagger.json" };
    let read = read_files("fuzzed", vec![(name.to_owned(), bytes.into())], &Limits::default());
    let options = Options::default();
    let findings = backshell_lint::check(&read, &options);
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    for finding in &findings {
        let line = usize::try_from(finding.place.start.line).unwrap_or(usize::MAX);
        assert!(line <= lines + bytes.iter().filter(|byte| **byte == b'\r').count(), "{} is at line {line}", finding.rule);
    }
    assert_eq!(findings, backshell_lint::check(&read, &options));
    drop(Arc::new(read));
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed.is_multiple_of(2) {
        return fuzzer_mutate(data, size, max_size);
    }
    match data.get(..size).and_then(|text| backshell_fuzz::mutate(text, seed, max_size)) {
        Some(mutated) => {
            data[..mutated.len()].copy_from_slice(&mutated);
            mutated.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});
