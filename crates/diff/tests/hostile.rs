//! Pairs that are made to be much: more changes, operations or parameters than anybody writes. They end soon, with bounded
//! memory, and what does not fit never makes a break look like none.

#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]

#[expect(dead_code, reason = "other tests use other parts of it")]
mod common;

use backshell_diff::{Comparison, Outcome, Verdict};
use common::{diff, ids};
use std::time::{Duration, Instant};

/// How many changes are kept of each kind.
const MOST_CHANGES: usize = 10_000;

fn definition(paths: &str, more: &str) -> String {
    format!(r#"{{ "swagger": "2.0", "info": {{ "title": "T", "version": "1" }}, "paths": {{ {paths} }}{more} }}"#)
}

/// Each number through `entry`, separated by commas.
fn list(count: usize, entry: impl Fn(usize) -> String) -> String {
    (0..count).map(entry).collect::<Vec<_>>().join(", ")
}

/// Far above what it takes, even unoptimised on a busy machine, and far below what it would take if it grew with the square.
fn soon(old: &str, new: &str) -> Comparison {
    let started = Instant::now();
    let comparison = diff(old, new);
    assert!(started.elapsed() < Duration::from_secs(40), "{:?}", started.elapsed());
    comparison
}

#[test]
fn many_properties_that_a_new_branch_demands_break() {
    let body = |branch: &str| {
        let properties = list(MOST_CHANGES, |number| format!(r#""p{number}": {{ "type": "string" }}"#));
        definition(
            &format!(
                r#""/a": {{ "post": {{ "operationId": "A", "responses": {{}}, "parameters": [{{ "name": "b", "in": "body",
                    "schema": {{ "allOf": [{{ "type": "object", "properties": {{ {properties} }} }}{branch}] }} }}] }} }}"#
            ),
            "",
        )
    };
    let required = list(MOST_CHANGES, |number| format!(r#""p{number}""#));
    let comparison = soon(&body(""), &body(&format!(r#", {{ "required": [{required}] }}"#)));
    assert_eq!(comparison.outcome, Outcome::Breaking);
    assert!(ids(&comparison).contains(&"request-allof-branch-added"), "{:?}", ids(&comparison));
}

#[test]
fn many_warnings_leave_room_for_a_break() {
    let shared = |required: &str| {
        let parameters = list(MOST_CHANGES, |number| {
            format!(
                r#""p{number}": {{ "name": "p{number}", "in": "query", "type": "string", "default": "a"{required} }}"#
            )
        });
        format!(r#", "parameters": {{ {parameters} }}"#)
    };
    let paths = |own: &str| {
        let references = list(MOST_CHANGES, |number| format!(r##"{{ "$ref": "#/parameters/p{number}" }}"##));
        let operation = |name: &str, own: &str| {
            format!(
                r#""/{name}": {{ "get": {{ "operationId": "{name}", "responses": {{}}, "parameters": [{references}{own}] }} }}"#
            )
        };
        [operation("A", own), operation("B", "")].join(", ")
    };
    let gone = r#", { "name": "gone", "in": "query", "type": "string" }"#;
    let old = definition(&paths(gone), &shared(""));
    let new = definition(&paths(""), &shared(r#", "required": true"#));
    let comparison = soon(&old, &new);
    assert_eq!(comparison.outcome, Outcome::Breaking);
}

#[test]
fn many_changes_of_what_many_operations_share_fit_into_memory() {
    const MANY: usize = 2_000;
    let version = |properties: &str| {
        let paths = list(MANY, |number| {
            format!(
                r##""/p{number}": {{ "get": {{ "operationId": "Op{number}", "responses": {{ "200": {{ "description": "",
                    "schema": {{ "$ref": "#/definitions/D" }} }} }} }} }}"##
            )
        });
        definition(
            &paths,
            &format!(r#", "definitions": {{ "D": {{ "type": "object", "properties": {{ {properties} }} }} }}"#),
        )
    };
    let properties = list(MANY, |number| format!(r#""p{number}": {{ "type": "string" }}"#));
    let comparison = soon(&version(&properties), &version(""));
    assert_eq!(comparison.outcome, Outcome::Breaking);
    let listed: usize = comparison.changes.iter().map(|change| change.operations.len()).sum();
    assert!(listed < 400_000, "{listed} of {}", MANY * MANY);
    let cut =
        comparison.changes.iter().find(|change| change.check.id == "undecided").expect("what is not listed is told");
    assert_eq!(cut.verdict, Verdict::Breaking, "approvals of what is listed must not excuse the rest");
}

#[test]
fn many_operations_that_are_renamed_or_moved_end_soon() {
    const MANY: usize = 8_000;
    let version = |id: &str, path: &str, more: &str| {
        let operation = |number: usize| {
            format!(
                r#""/{path}{number}": {{ "x-team": "{more}", "get": {{ "operationId": "{id}{number}", "responses": {{}} }} }}"#
            )
        };
        definition(&list(MANY, operation), "")
    };
    let old = version("Get", "items", "one");
    for (new, expected) in [
        (version("Read", "items", "one"), "operation-id-renamed"),
        (version("Get", "things", "one"), "path-static-segment-changed"),
        (version("Get", "items", "two"), "unknown-extension-changed"),
    ] {
        let comparison = soon(&old, &new);
        assert!(ids(&comparison).contains(&expected), "{expected}: {:?}", ids(&comparison));
    }
}

#[test]
fn many_inputs_of_dynamic_calls_end_soon() {
    const MANY: usize = 3_000;
    let version = |word: &str| {
        let demanded = list(MANY, |number| {
            format!(r#"{{ "name": "p{number}", "in": "query", "type": "string", "required": true }}"#)
        });
        let calls = list(40, |number| {
            format!(
                r#"{{ "name": "c{number}", "in": "query", "type": "string", "description": "{word}",
                    "x-ms-dynamic-values": {{ "operationId": "List", "value-path": "id" }} }}"#
            )
        });
        definition(
            &format!(
                r#""/l": {{ "get": {{ "operationId": "List", "responses": {{}}, "parameters": [{demanded}] }} }},
                    "/a": {{ "get": {{ "operationId": "A", "responses": {{}}, "parameters": [{calls}] }} }}"#
            ),
            "",
        )
    };
    let comparison = soon(&version("one"), &version("two"));
    assert_eq!(comparison.outcome, Outcome::Compatible);
}
