//! Pairs of versions: a connector and a mutation of it, or two connectors from one input. No crash, no hang, no silence where
//! a limit was hit; both directions end, the same pair gives the same changes, a version compared with itself gives none, and
//! every place is in its file.

#![no_main]

use backshell_diff::{Comparison, Options, Outcome, compare, json};
use backshell_package::{Limits, ReadPackage, read_files};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

/// Between the two versions of one input.
const SEPARATOR: &[u8] = b"\n\x00\n";

fuzz_target!(|bytes: &[u8]| {
    let at = bytes.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
    let (old, new) = match at {
        Some(at) => (bytes[..at].to_vec(), bytes[at + SEPARATOR.len()..].to_vec()),
        None => {
            let seed = bytes.iter().fold(bytes.len() as u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(*byte)));
            (bytes.to_vec(), backshell_fuzz::mutate(bytes, seed, usize::MAX).unwrap_or_default())
        }
    };
    let (old, new) = (version(&old), version(&new));
    let options = Options { list_silent: true, ..Options::default() };
    for (one, two) in [(&old, &new), (&new, &old)] {
        let comparison = compare(&one.read, &two.read, &options);
        check(&comparison, one, two);
        assert_eq!(json::render(&comparison, ""), json::render(&compare(&one.read, &two.read, &options), ""));
    }
    let mut text = old.text.clone();
    text.push(b' ');
    let again = version(&text);
    let comparison = compare(&old.read, &again.read, &Options::default());
    let is_undecided = comparison.changes.iter().all(|change| change.check.id == "undecided");
    assert!(is_undecided || comparison.outcome == Outcome::Unreadable, "{}", json::render(&comparison, ""));
});

/// One version, read from a text that is a definition or an `apiProperties.json`.
struct Version {
    text: Vec<u8>,
    read: ReadPackage,
}

fn version(text: &[u8]) -> Version {
    let name = if backshell_fuzz::looks_like_properties(text) { "apiProperties.json" } else { "apiDefinition.swagger.json" };
    let read = read_files("fuzzed", vec![(name.to_owned(), text.into())], &Limits::default());
    Version { text: text.to_vec(), read }
}

fn check(comparison: &Comparison, old: &Version, new: &Version) {
    let lines = |version: &Version| 1 + version.text.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    for change in &comparison.changes {
        assert!(change.old.is_some() || change.new.is_some(), "{} stands nowhere", change.check.id);
        assert!(!change.message.is_empty() && !change.fingerprint.is_empty());
        for (place, version) in [(&change.old, old), (&change.new, new)] {
            let line = place.as_ref().map_or(1, |place| place.start.line as usize);
            assert!((1..=lines(version)).contains(&line), "{} is at line {line}", change.check.id);
        }
    }
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    if seed.is_multiple_of(2) {
        return fuzzer_mutate(data, size, max_size);
    }
    let Some(text) = data.get(..size) else { return fuzzer_mutate(data, size, max_size) };
    let at = text.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
    let mutated = match at {
        // One of the two versions is changed.
        Some(at) => {
            let (old, new) = (&text[..at], &text[at + SEPARATOR.len()..]);
            let is_old = seed & 2 == 0;
            backshell_fuzz::mutate(if is_old { old } else { new }, seed, max_size).map(|changed| {
                let (old, new) = if is_old { (&changed[..], new) } else { (old, &changed[..]) };
                [old, SEPARATOR, new].concat()
            })
        }
        // A second version is made of the first.
        None => backshell_fuzz::mutate(text, seed, max_size).map(|changed| [text, SEPARATOR, &changed].concat()),
    };
    match mutated.filter(|mutated| mutated.len() <= max_size) {
        Some(mutated) => {
            data[..mutated.len()].copy_from_slice(&mutated);
            mutated.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});
