//! From a comparison to what a pipeline decides by: who is hit, what is approved, and what is left.

#[expect(dead_code, reason = "other tests use other parts of it")]
mod common;

use backshell_diff::{Approvals, Callers, Outcome, approve, compare_with_all, json, text};
use backshell_diff::{EarlierVersion, Options, SuggestedVersion};
use backshell_model::Timestamp;
use common::{diff, package, shared};
use serde_json::Value;

/// 2026-01-01.
const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

fn definition(parameters: &str) -> String {
    format!(
        r#"{{ "swagger": "2.0", "info": {{ "title": "T", "version": "1.0" }}, "paths": {{ "/items": {{ "get": {{ "operationId": "GetItems",
            "parameters": [{parameters}], "responses": {{ "200": {{ "description": "" }} }} }} }} }} }}"#
    )
}

fn parameter(name: &str, required: bool) -> String {
    format!(r#"{{ "name": "{name}", "in": "query", "type": "string", "required": {required} }}"#)
}

/// `first` and `second` become required.
fn versions() -> (String, String) {
    let both = |required| definition(&format!("{}, {}", parameter("first", required), parameter("second", required)));
    (both(false), both(true))
}

#[expect(clippy::unwrap_used, reason = "a helper of tests fails like a test")]
fn approvals(keys: &str) -> Approvals {
    let text = format!("[[approval]]\n{keys}\nreason = \"r\"\napprover = \"a\"\nexpires = 2026-12-31\n");
    Approvals::parse("approvals.toml", &text).unwrap()
}

#[test]
fn one_fingerprint_approves_one_of_two_equal_changes() {
    let (old, new) = versions();
    let mut comparison = diff(&old, &new);
    let output: Value = serde_json::from_str(&json::render(&comparison, "0.1.0")).unwrap();
    let change = |index: usize, key: &str| output["changes"][index][key].as_str().unwrap().to_owned();
    assert_eq!(change(0, "place"), "GetItems/parameters/query/first/required");
    assert_ne!(change(0, "fingerprint"), change(1, "fingerprint"));

    let one = approvals(&format!("fingerprint = \"{}\"", change(0, "fingerprint")));
    approve(&mut comparison, &one, NOW);
    assert_eq!(comparison.notices, []);
    assert_eq!(comparison.unapproved(), Outcome::Breaking);
    let rest = approvals(&format!("check = \"{}\"\nplace = \"{}\"", change(1, "check"), change(1, "place")));
    approve(&mut comparison, &rest, NOW);
    assert_eq!(comparison.notices, []);
    // What is left is that the version stayed.
    assert_eq!(comparison.unapproved(), Outcome::Warning);
    assert_eq!((comparison.outcome, comparison.suggested_version), (Outcome::Breaking, SuggestedVersion::Major));
    assert!(text::render(&comparison).contains("breaking[parameter-became-required], approved: "));
}

#[test]
fn the_json_keeps_the_contract_with_everything_in_it() {
    let Some(schema) = shared("contracts/diff.schema.json") else { return };
    let schema = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let (old, new) = versions();
    let (older, old, new) = (
        package(&definition(r#"{ "name": "third", "in": "header", "type": "integer" }"#)),
        package(&old),
        package(&new),
    );
    let earlier = [(&old, "v2.json"), (&older, "v1.json")];
    let earlier = earlier.map(|(package, path)| EarlierVersion { package, path: Some(path) });
    let mut comparison = compare_with_all(&earlier, &new, &Options::default()).unwrap();
    let calls = r#"{"caller":"flow-17","operation":"GetItems","parameters":["first"]}
        {"caller":"app-3","operation":"GetItems","parameters":["first","second"]}"#;
    Callers::read("calls.jsonl", calls.as_bytes()).unwrap().mark(&mut comparison);
    approve(&mut comparison, &approvals("check = \"parameter-became-required\"\nplace = \"**/first/**\""), NOW);
    let output: Value = serde_json::from_str(&json::render(&comparison, "0.1.0")).unwrap();
    assert!(
        validator.is_valid(&output),
        "{:?}",
        validator.iter_errors(&output).map(|e| e.to_string()).collect::<Vec<_>>()
    );

    let found = |check: &str, place: &str| {
        let changes = output["changes"].as_array().unwrap();
        let is_it = |change: &&Value| change["check"] == check && change["place"].as_str().unwrap().contains(place);
        changes.iter().find(is_it).unwrap_or_else(|| panic!("{check} at {place}: {output:#}"))
    };
    let first = found("parameter-became-required", "first");
    assert_eq!((&first["approved"], &first["impact"]["callers"]), (&Value::from(true), &Value::from(0)));
    let second = found("parameter-became-required", "second");
    assert_eq!(second["approved"], false);
    assert_eq!(
        second["impact"],
        serde_json::json!({ "callers": 1, "of": 2, "exact": true, "by_omission": true, "names": ["flow-17"] })
    );
    assert_eq!(second["against"], serde_json::json!(["v2.json"]));
    assert_eq!(found("parameter-removed", "third")["against"], serde_json::json!(["v1.json"]));
    assert_eq!(output["summary"]["approved"], 1);
    assert_eq!(output["earlier"][1]["name"], "v1.json");
    let shown = text::render(&comparison);
    assert!(shown.contains("= impact: 1 of 2 callers leaves it out"), "{shown}");
}
