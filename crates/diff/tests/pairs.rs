//! Real updates of real connectors: pairs of versions that lie beside the repository.
//!
//! `corpus_pairs.tsv` says what the comparison makes of each, so that a change of a check shows its reach in the diff.
//! `BACKSHELL_BLESS=1 cargo test -p backshell-diff --test pairs` writes it anew.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod common;

use backshell_diff::{Comparison, Options, Outcome, Verdict, compare, json};
use backshell_package::{Limits, read};
use common::diff;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus_pairs.tsv");

/// The most values of a definition whose references were replaced.
const MOST_VALUES: usize = 100_000;

/// A pair of versions.
struct Pair {
    name: String,
    old: PathBuf,
    new: PathBuf,
}

impl Pair {
    fn texts(&self) -> [String; 2] {
        [&self.old, &self.new].map(|path| fs::read_to_string(path).unwrap())
    }
}

/// The pairs, or `None` (with a message) where the corpus is not beside the repository.
fn pairs() -> Option<Vec<Pair>> {
    let folders = fs::read_dir(corpus()?.join("pairs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pairs: Vec<Pair> = folders
        .filter(|path| path.is_dir())
        .map(|path| Pair {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            old: path.join("old.swagger.json"),
            new: path.join("new.swagger.json"),
        })
        .collect();
    pairs.sort_by(|one, two| one.name.cmp(&two.name));
    assert!(pairs.len() >= 120, "only {} pairs were found", pairs.len());
    Some(pairs)
}

#[test]
fn verdicts_are_those_of_the_table() {
    let Some(pairs) = pairs() else { return };
    let mut table = String::from("pair\tverdict\tsuggested_version\tbreaking\twarning\tcompatible\tbreaking_checks\n");
    for pair in pairs {
        let [old, new] = [&pair.old, &pair.new].map(|path| read(path, &Limits::default()).unwrap());
        let comparison = compare(&old, &new, &Options::default());
        let (summary, mut checks) = (comparison.summary(), BTreeMap::new());
        for change in comparison.changes.iter().filter(|change| change.verdict == Verdict::Breaking) {
            *checks.entry(change.check.id).or_insert(0_usize) += 1;
        }
        let checks: Vec<String> = checks.into_iter().map(|(check, count)| format!("{check}={count}")).collect();
        let _ = writeln!(
            table,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}",
            pair.name,
            comparison.outcome.as_str(),
            comparison.suggested_version.as_str(),
            summary.breaking,
            summary.warning,
            summary.compatible,
            checks.join(",")
        );
    }
    if bless() {
        fs::write(TABLE, table).unwrap();
        return;
    }
    let committed = fs::read_to_string(TABLE).unwrap_or_default();
    assert_eq!(table, committed, "run with BACKSHELL_BLESS=1 to accept the new verdicts");
}

#[test]
fn every_change_can_be_told_from_every_other() {
    let Some(pairs) = pairs() else { return };
    let mut failures = String::new();
    for pair in pairs {
        let [old, new] = pair.texts();
        let comparison = diff(&old, &new);
        let mut prints: HashMap<&str, String> = HashMap::new();
        for change in &comparison.changes {
            let shown = format!("{} at {}: {}", change.check.id, change.locus, change.message);
            if let Some(other) = prints.insert(&change.fingerprint, shown.clone()) {
                let _ = writeln!(failures, "{}: {other}\n    and {shown}", pair.name);
            }
            if change.old.is_none() && change.new.is_none() {
                let _ = writeln!(failures, "{}: {shown} has no place", pair.name);
            }
        }
        assert_eq!(
            json::render(&comparison, "0"),
            json::render(&diff(&old, &new), "0"),
            "{}: not the same twice",
            pair.name
        );
    }
    assert!(failures.is_empty(), "changes with one fingerprint:\n{failures}");
}

#[test]
fn a_version_written_otherwise_is_the_same() {
    each_version(|pair, text, value, failures| {
        for (what, written) in [
            ("itself", format!("{text}\n")),
            ("itself in one line", value.to_string()),
            ("itself with sorted keys, indented", serde_json::to_string_pretty(value).unwrap()),
            ("itself with its keys in reverse", reversed(value)),
            ("itself with everything escaped", escaped(value)),
        ] {
            expect_nothing(pair, what, &diff(text, &written), failures);
        }
        true
    });
}

#[test]
fn names_of_definitions_do_not_matter() {
    each_version(|pair, text, value, failures| {
        let Some(renamed) = renamed(value) else { return false };
        expect_nothing(pair, "itself with other names of definitions", &diff(text, &renamed.to_string()), failures);
        true
    });
}

#[test]
fn where_a_schema_is_written_does_not_matter() {
    each_version(|pair, text, value, failures| {
        let Some(inlined) = inlined(value).map(|inlined| inlined.to_string()) else { return false };
        expect_nothing(pair, "itself with its references replaced", &diff(text, &inlined), failures);
        expect_nothing(pair, "itself with references in place of copies", &diff(&inlined, text), failures);
        true
    });
}

#[test]
fn verdicts_do_not_depend_on_how_the_new_version_is_written() {
    let Some(pairs) = pairs() else { return };
    let mut failures = String::new();
    for pair in pairs {
        let [old, new] = pair.texts();
        let value: Value = serde_json::from_str(new.trim_start_matches('\u{feff}')).unwrap();
        let plain = diff(&old, &new);
        let keys = |comparison: &Comparison| {
            let keys = comparison.changes.iter();
            let keys = keys.map(|change| (change.check.id, change.verdict.as_str(), change.fingerprint.clone()));
            keys.collect::<BTreeSet<_>>()
        };
        let renamed = renamed(&value).map(|renamed| renamed.to_string());
        let others = [("keys in reverse", Some(reversed(&value))), ("other names of definitions", renamed)];
        for (what, written) in others {
            let Some(written) = written else { continue };
            let (one, two) = (keys(&plain), keys(&diff(&old, &written)));
            if one != two {
                let (gone, more) = (one.difference(&two).collect::<Vec<_>>(), two.difference(&one).collect::<Vec<_>>());
                let _ = writeln!(failures, "{}, {what}: without {gone:?}, with {more:?}", pair.name);
            }
        }
        // What one cause is, and so which changes are listed, may depend on what is shared; the verdict may not.
        if let Some(inlined) = inlined(&value) {
            let other = diff(&old, &inlined.to_string());
            if other.outcome != plain.outcome {
                let (one, two) = (plain.outcome.as_str(), other.outcome.as_str());
                let _ = writeln!(failures, "{}, references replaced: {two} instead of {one}", pair.name);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Calls `judge` with each version of each pair: what it is called, its text, and its value. Answers whether there was
/// something to judge; for few of them there is not.
fn each_version(judge: impl Fn(&str, &str, &Value, &mut String) -> bool) {
    let Some(pairs) = pairs() else { return };
    let (mut failures, mut judged) = (String::new(), 0);
    for pair in pairs {
        for (which, text) in ["old", "new"].into_iter().zip(pair.texts()) {
            let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
            judged += usize::from(judge(&format!("{}, {which} version", pair.name), &text, &value, &mut failures));
        }
    }
    assert!(judged > 200, "only {judged} versions were judged");
    assert!(failures.is_empty(), "{failures}");
}

fn expect_nothing(version: &str, what: &str, comparison: &Comparison, failures: &mut String) {
    if comparison.outcome == Outcome::Identical {
        return;
    }
    let _ = writeln!(failures, "{version} and {what}: {}", comparison.outcome.as_str());
    for change in comparison.changes.iter().take(5) {
        let place = change.old.as_ref().or(change.new.as_ref()).map(|place| place.pointer.as_str());
        let _ = writeln!(failures, "    {} {}: {}", change.check.id, place.unwrap_or_default(), change.message);
    }
}

/// The value with the members of each object in reverse order of their names. Lists keep their order, which means something.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|one, two| two.0.cmp(one.0));
            let members =
                sorted.into_iter().map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), reversed(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(",")),
        scalar => scalar.to_string(),
    }
}

/// The value with every character of every text as an escape.
fn escaped(value: &Value) -> String {
    let text = |text: &str| {
        let units = text.encode_utf16().fold(String::new(), |mut out, unit| {
            let _ = write!(out, "\\u{unit:04x}");
            out
        });
        format!("\"{units}\"")
    };
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{}:{}", text(key), escaped(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(" , "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(escaped).collect::<Vec<_>>().join(" , ")),
        Value::String(content) => text(content),
        scalar => scalar.to_string(),
    }
}

/// The definition with another name for each of its definitions, parameters and responses; `None` where the names mean
/// something (they are the values of a discriminator).
fn renamed(value: &Value) -> Option<Value> {
    if value.to_string().contains("\"discriminator\":") {
        return None;
    }
    let mut value = value.clone();
    for section in ["definitions", "parameters", "responses"] {
        let Some(members) = value.get_mut(section).and_then(Value::as_object_mut) else { continue };
        let taken = std::mem::take(members);
        *members = taken.into_iter().map(|(name, value)| (format!("{name}Too"), value)).collect();
    }
    each_reference(&mut value, &|reference| *reference += "Too");
    Some(value)
}

/// Calls `act` with each reference to a named thing.
fn each_reference(value: &mut Value, act: &impl Fn(&mut String)) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(text) if key == "$ref" && is_named(text) => act(text),
                    value => each_reference(value, act),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_reference(item, act)),
        _ => {}
    }
}

fn is_named(reference: &str) -> bool {
    let parts: Vec<&str> = reference.split('/').collect();
    matches!(parts.as_slice(), ["#", "definitions" | "parameters" | "responses", _])
}

/// The definition with every reference replaced by what it refers to; circles keep one. `None` where it would be huge.
fn inlined(value: &Value) -> Option<Value> {
    let mut inliner = Inliner { root: value, left: MOST_VALUES, open: Vec::new() };
    let mut out = value.clone();
    // In place, since the definitions themselves may stay as they are.
    let paths = inliner.copy(value.get("paths")?)?;
    out.as_object_mut()?.insert("paths".to_owned(), paths);
    Some(out)
}

struct Inliner<'v> {
    root: &'v Value,
    left: usize,
    open: Vec<&'v str>,
}

impl<'v> Inliner<'v> {
    fn copy(&mut self, value: &'v Value) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        Some(match value {
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str).filter(|text| is_named(text));
                if let (Some(reference), 1) = (reference, members.len())
                    && !self.open.contains(&reference)
                    && let Some(target) = self.root.pointer(reference.trim_start_matches('#'))
                {
                    self.open.push(reference);
                    let copied = self.copy(target);
                    self.open.pop();
                    return copied;
                }
                let mut copied = Map::new();
                for (key, value) in members {
                    copied.insert(key.clone(), self.copy(value)?);
                }
                Value::Object(copied)
            }
            Value::Array(items) => Value::Array(items.iter().map(|item| self.copy(item)).collect::<Option<_>>()?),
            scalar => scalar.clone(),
        })
    }
}

/// The corpus, or `None` (with a message) where it is not beside the repository.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let path = variable("BACKSHELL_CORPUS").map_or(beside, PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    assert!(variable("CI").is_none(), "{} is not here", path.display());
    let _ = writeln!(std::io::stderr(), "skipped: {} is not here", path.display());
    None
}

fn bless() -> bool {
    variable("BACKSHELL_BLESS").is_some()
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is and what to do")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}
