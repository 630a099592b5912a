//! A break is acceptable without anybody's approval when it lives in a new operation of the same family, beside the older
//! one, and that is untouched. The comparison yields that by itself: the older operation does not differ.

#[expect(dead_code, reason = "other tests use other parts of it")]
mod common;

use backshell_diff::{Comparison, Outcome, Verdict};
use common::{diff, ids};

/// A connector with these paths and the definition `Item`.
fn connector(paths: &str, item: &str) -> String {
    format!(
        r#"{{ "swagger": "2.0", "info": {{ "title": "T", "version": "1.0" }}, "paths": {{ {paths} }},
            "definitions": {{ "Item": {{ "type": "object", "properties": {{ {item} }} }} }} }}"#
    )
}

/// A path with the operation of one revision.
fn revision(path: &str, id: &str, revision: u32, parameters: &str) -> String {
    format!(
        r##""{path}": {{ "get": {{ "operationId": "{id}", "x-ms-api-annotation": {{ "family": "GetItems", "revision": {revision} }},
            "parameters": [{parameters}], "responses": {{ "200": {{ "description": "", "schema": {{ "$ref": "#/definitions/Item" }} }} }} }} }}"##
    )
}

const NAME: &str = r#""name": { "type": "string" }"#;
const OPTIONAL: &str = r#"{ "name": "filter", "in": "query", "type": "string" }"#;
const REQUIRED: &str = r#"{ "name": "filter", "in": "query", "type": "string", "required": true }"#;

fn breaking(comparison: &Comparison) -> Vec<&'static str> {
    let breaking = comparison.changes.iter().filter(|change| change.verdict == Verdict::Breaking);
    breaking.map(|change| change.check.id).collect()
}

#[test]
fn a_break_in_a_new_revision_beside_the_old_one_breaks_nothing() {
    let old = connector(&revision("/items", "GetItems", 1, OPTIONAL), NAME);
    let both = [revision("/items", "GetItems", 1, OPTIONAL), revision("/v2/items", "GetItems_V2", 2, REQUIRED)];
    let comparison = diff(&old, &connector(&both.join(", "), NAME));
    assert_eq!(ids(&comparison), ["revision-added-beside"]);
    assert_eq!((comparison.outcome, comparison.unapproved()), (Outcome::Compatible, Outcome::Compatible));
}

#[test]
fn the_same_break_in_place_breaks() {
    let old = connector(&revision("/items", "GetItems", 1, OPTIONAL), NAME);
    for (id, number) in [("GetItems", 1), ("GetItems", 2), ("GetItems_V2", 2)] {
        let comparison = diff(&old, &connector(&revision("/items", id, number, REQUIRED), NAME));
        assert_eq!(comparison.unapproved(), Outcome::Breaking, "{id}");
    }
}

#[test]
fn an_old_operation_that_is_touched_breaks_though_a_new_revision_is_beside_it() {
    let old = connector(&revision("/items", "GetItems", 1, OPTIONAL), NAME);
    let new = revision("/v2/items", "GetItems_V2", 2, REQUIRED);
    let touched = [revision("/items", "GetItems", 1, REQUIRED), new.clone()];
    assert_eq!(breaking(&diff(&old, &connector(&touched.join(", "), NAME))), ["parameter-became-required"]);
    let moved = [revision("/v1/items", "GetItems", 1, OPTIONAL), revision("/items", "GetItems_V2", 2, REQUIRED)];
    assert_eq!(diff(&old, &connector(&moved.join(", "), NAME)).outcome, Outcome::Breaking);
    // Touched through what both revisions share.
    let shared = [revision("/items", "GetItems", 1, OPTIONAL), new.clone()];
    let comparison = diff(&old, &connector(&shared.join(", "), r#""title": { "type": "integer" }"#));
    assert_eq!(breaking(&comparison), ["response-property-removed"]);
    assert_eq!(
        comparison.changes.first().map(|change| change.operations.as_slice()),
        Some(["GetItems".to_owned()].as_slice())
    );
    assert_eq!(diff(&old, &connector(&new, NAME)).outcome, Outcome::Breaking, "gone");
}
