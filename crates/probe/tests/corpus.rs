//! The public connectors: hosts are found and judged without a network, without a crash.

#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]

use backshell_package::{Limits, discover, read};
use backshell_probe::hosts::{Purpose, Target, endpoints};
use backshell_probe::measure::{Lists, siblings, unmeasured};
use backshell_probe::{State, verify};
use backshell_testkit::MockClock;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "tests find the corpus and know CI by the environment")]
fn environment(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// The folder of connectors; `None` where it is absent outside CI.
fn connectors() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = environment("BACKSHELL_CORPUS").map_or(beside, PathBuf::from).join("connectors");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(environment("CI").is_none(), "the corpus is missing in CI: {}", folder.display());
    // Not by a macro: what these print is shown of tests that fail only.
    let _ = writeln!(std::io::stderr(), "SKIPPED every_connector_is_judged_offline: no corpus at {}", folder.display());
    None
}

#[test]
#[expect(clippy::print_stdout, reason = "the counts are what this test is run for by hand")]
fn every_connector_is_judged_offline() {
    let Some(folder) = connectors() else { return };
    let clock = MockClock::at(1_800_000_000);
    let (mut packages, mut kinds, mut failed) = (0, BTreeMap::<&str, usize>::new(), BTreeMap::<String, usize>::new());
    for path in discover(&folder, &Limits::default()).unwrap() {
        packages += 1;
        let read = read(&path, &Limits::default()).unwrap();
        let endpoints = endpoints(&read.package, Some(&path.display().to_string()));
        let siblings = siblings(&endpoints);
        let facts: Vec<_> = endpoints
            .iter()
            .map(|endpoint| unmeasured(endpoint, &siblings, &clock, &Lists::default(), "offline"))
            .collect();
        for endpoint in &endpoints {
            assert!(!endpoint.uses.is_empty() && !endpoint.shown.contains('\u{e000}'), "{endpoint:?}");
            let kind = match endpoint.target {
                Target::Host(_) => "host",
                Target::Pattern { .. } => "pattern",
                Target::Given(_) => "given",
                Target::OpenEnd => "open end",
                Target::Unusable { .. } => "unusable",
            };
            *kinds.entry(kind).or_default() += 1;
            for one in &endpoint.uses {
                // A finding has a place in a file that exists.
                assert!(one.place.start.line >= 1 && Path::new(&*one.place.file).is_file(), "{:?}", one.place);
                assert!(one.purpose != Purpose::Given);
            }
        }
        let verification = verify(&facts);
        for outcome in &verification.bars {
            // Nothing was measured: only what the package says itself can pass or fail.
            let is_static = matches!(&*outcome.id, "EV-01" | "EV-02" | "EV-24");
            assert!(is_static || outcome.state == State::NotMeasured, "{outcome:?}");
            if outcome.state == State::Fail {
                *failed.entry(outcome.id.to_string()).or_default() += 1;
            }
        }
    }
    println!("{packages} packages; hosts: {kinds:?}; failed: {failed:?}");
    assert!(packages > 250, "{packages}");
    // Each kind but open ends occurs among them, or the reading of templates has gone wrong.
    assert_eq!(kinds.keys().copied().collect::<Vec<_>>(), ["given", "host", "pattern", "unusable"]);
}
