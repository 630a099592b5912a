use super::*;
use backshell_package::{Limits, read_files};

/// `GetItem` with these properties in its answer.
fn package(version: &str, properties: &str) -> ReadPackage {
    let definition = format!(
        r#"{{ "swagger": "2.0", "info": {{ "title": "T", "version": "{version}" }}, "paths": {{ "/items": {{ "get": {{ "operationId": "GetItem",
            "responses": {{ "200": {{ "description": "", "schema": {{ "type": "object", "properties": {{ {properties} }} }} }} }} }} }} }} }}"#
    );
    let files = vec![("apiDefinition.swagger.json".to_owned(), definition.into_bytes().into())];
    let mut read = read_files("example", files, &Limits::default());
    read.problems.clear();
    read
}

fn earlier<'p>(versions: &[(&'p ReadPackage, &'p str)]) -> Vec<EarlierVersion<'p>> {
    versions.iter().map(|(package, path)| EarlierVersion { package, path: Some(path) }).collect()
}

const ID: &str = r#""id": { "type": "string" }"#;

#[test]
fn what_was_taken_away_and_put_back_otherwise_is_seen_from_further_back() {
    let size = |kind: &str| format!(r#"{ID}, "size": {{ "type": "{kind}" }}"#);
    let (one, two, three) = (package("1.0", &size("string")), package("2.0", ID), package("3.0", &size("integer")));
    let last = compare_with_all(&earlier(&[(&two, "v2.json")]), &three, &Options::default()).unwrap();
    assert_eq!(last.outcome, Outcome::Compatible);
    assert_eq!(last.changes[0].against, [0_usize; 0]);
    let all = compare_with_all(&earlier(&[(&two, "v2.json"), (&one, "v1.json")]), &three, &Options::default()).unwrap();
    assert_eq!(all.outcome, Outcome::Breaking);
    assert_eq!(all.suggested_version, SuggestedVersion::Major);
    let breaking = &all.changes[0];
    assert_eq!(breaking.check.id, "response-property-type-changed");
    assert_eq!(breaking.against, [1]);
    assert!(breaking.message.ends_with(" (against `v1.json`)"), "{}", breaking.message);
    assert_eq!(breaking.old.as_ref().map(|place| &*place.file), Some("v1.json/apiDefinition.swagger.json"));
    let added = all.changes.iter().find(|change| change.check.id == "response-property-added").unwrap();
    assert_eq!((added.against.as_slice(), added.message.contains("against")), ([0].as_slice(), false));
    let versions: Vec<_> = all.earlier.iter().map(|earlier| earlier.version.as_deref()).collect();
    assert_eq!((versions.as_slice(), all.new_version.as_deref()), ([Some("2.0"), Some("1.0")].as_slice(), Some("3.0")));
    let json = crate::json::render(&all, "0.1.0");
    assert!(json.contains(r#""against": ["#) && json.contains(r#""earlier": ["#), "{json}");
}

#[test]
fn what_every_version_shows_is_told_once() {
    let old = package("1.0", &format!(r#"{ID}, "size": {{ "type": "string" }}"#));
    let again = package("1.1", &format!(r#"{ID}, "size": {{ "type": "string" }}"#));
    let new = package("2.0", ID);
    let alone = compare_with_all(&earlier(&[(&old, "a")]), &new, &Options::default()).unwrap();
    let all = compare_with_all(&earlier(&[(&old, "a"), (&again, "b")]), &new, &Options::default()).unwrap();
    let prints = |comparison: &Comparison| {
        comparison
            .changes
            .iter()
            .filter(|change| change.verdict == Verdict::Breaking)
            .map(|change| change.fingerprint.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(prints(&alone), prints(&all));
    let removed = all.changes.iter().find(|change| change.check.id == "response-property-removed").unwrap();
    assert!(removed.against.is_empty() && !removed.message.contains("against"), "{removed:?}");
}

#[test]
fn nothing_is_compared_where_a_version_cannot_be_read() {
    let (good, new) = (package("1.0", ID), package("2.0", ""));
    let files = vec![("apiDefinition.swagger.json".to_owned(), b"{".to_vec().into())];
    let bad = read_files("bad", files, &Limits::default());
    let all = compare_with_all(&earlier(&[(&good, "a"), (&bad, "b")]), &new, &Options::default()).unwrap();
    assert_eq!(all.outcome, Outcome::Unreadable);
    assert!(all.changes.is_empty() && !all.findings.is_empty());
}

#[test]
fn the_number_of_versions_is_limited() {
    let (old, new) = (package("1.0", ID), package("2.0", ID));
    let many = vec![EarlierVersion { package: &old, path: None }; MOST_VERSIONS + 1];
    assert_eq!(compare_with_all(&many, &new, &Options::default()).unwrap_err(), TooManyVersions(MOST_VERSIONS + 1));
    let most = vec![EarlierVersion { package: &old, path: None }; MOST_VERSIONS];
    assert!(compare_with_all(&most, &new, &Options::default()).is_ok());
    let none = compare_with_all(&[], &new, &Options::default()).unwrap();
    assert_eq!(none.outcome, Outcome::Identical);
}
