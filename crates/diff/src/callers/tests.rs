use super::*;
use crate::{Options, compare};
use backshell_package::{Limits, ReadPackage, read_files};

fn package(definition: &str) -> ReadPackage {
    let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().to_vec().into())];
    read_files("example", files, &Limits::default())
}

fn callers(lines: &str) -> Callers {
    Callers::read("callers.jsonl", lines.as_bytes()).unwrap()
}

/// A definition of `SetItem` (parameters and the body's properties), of `GetItem`, which returns the same item, and of
/// `PutItems`, which takes a list of them.
fn definition(parameters: &str, item: &str) -> String {
    format!(
        r##"{{ "swagger": "2.0", "info": {{ "title": "T", "version": "1.0" }}, "paths": {{ "/items": {{
            "put": {{ "operationId": "SetItem", "parameters": [{parameters}
                {{ "name": "item", "in": "body", "schema": {{ "$ref": "#/definitions/Item" }} }}], "responses": {{ "200": {{ "description": "" }} }} }},
            "post": {{ "operationId": "TryItems", "parameters": [{{ "name": "items", "in": "body", "schema": {{ "type": "array", "items": {{ "$ref": "#/definitions/Item" }} }} }}],
                "responses": {{ "200": {{ "description": "" }} }} }},
            "get": {{ "operationId": "GetItem", "responses": {{ "200": {{ "description": "", "schema": {{ "$ref": "#/definitions/Item" }} }} }} }} }} }},
            "definitions": {{ "Item": {{ "type": "object", {item} }} }} }}"##
    )
}

/// What each check says of the callers.
fn impacts(old: &str, new: &str, lines: &str) -> Vec<(&'static str, String)> {
    let mut comparison = compare(&package(old), &package(new), &Options::default());
    callers(lines).mark(&mut comparison);
    let marked =
        comparison.changes.iter().filter_map(|change| Some((change.check.id, change.impact.as_ref()?.to_string())));
    marked.collect()
}

const ITEM: &str = r#""properties": { "size": { "type": "string" }, "type": { "type": "string" }, "box": { "type": "object", "properties": { "width": { "type": "string" } } } }"#;

const LINES: &str = r#"{"caller":"a","operation":"SetItem","parameters":["limit","body/size","body/type"]}
{"caller":"b","operation":"SetItem","parameters":["body/box/width"]}
{"caller":"c","operation":"SetItem","parameters":["body/box"]}
{"caller":"a","operation":"SetItem","parameters":["limit"]}

{"caller":"d","operation":"GetItem","parameters":[],"more":{"x":1}}
{"caller":"e","operation":"SetItem"}
"#;

#[test]
fn parameters_that_go_hit_who_sets_them() {
    let limit = r#"{ "name": "limit", "in": "query", "type": "string" },"#;
    let (old, new) = (definition(limit, ITEM), definition("", ITEM));
    assert_eq!(impacts(&old, &new, LINES), [("parameter-removed", "up to 2 of 5 callers use it".to_owned())]);
    let known = LINES.replace(r#"{"caller":"e","operation":"SetItem"}"#, "");
    assert_eq!(impacts(&old, &new, &known), [("parameter-removed", "1 of 4 callers uses it".to_owned())]);
}

#[test]
fn parameters_that_become_required_hit_who_leaves_them_out() {
    let limit = r#"{ "name": "limit", "in": "query", "type": "string" },"#;
    let required = r#"{ "name": "limit", "in": "query", "type": "string", "required": true },"#;
    let known = LINES.replace(r#"{"caller":"e","operation":"SetItem"}"#, "");
    let found = impacts(&definition(limit, ITEM), &definition(required, ITEM), &known);
    assert_eq!(found, [("parameter-became-required", "2 of 4 callers leave it out".to_owned())]);
    let found = impacts(&definition("", ITEM), &definition(required, ITEM), &known);
    let all = [("parameter-required-added", "2 of 4 callers leave it out".to_owned())];
    assert_eq!(found, all, "who sets it already has nothing to change");
}

#[test]
fn fields_of_the_body_are_found_by_their_path() {
    let known = LINES.replace(r#"{"caller":"e","operation":"SetItem"}"#, "");
    let one = |item: &str| {
        let found = impacts(&definition("", ITEM), &definition("", item), &known);
        found.into_iter().filter(|(id, _)| id.starts_with("request-")).collect::<Vec<_>>()
    };
    let narrowed = ITEM.replace(r#""size": { "type": "string" }"#, r#""size": { "type": "integer" }"#);
    assert_eq!(one(&narrowed), [("request-property-type-narrowed", "1 of 4 callers uses it".to_owned())]);
    let removed = ITEM.replace(r#""type": { "type": "string" }, "#, "");
    assert_eq!(one(&removed), [("request-property-removed", "1 of 4 callers uses it".to_owned())]);
    // Whoever gives the box as a whole may give a width.
    let width = ITEM.replace(r#""width": { "type": "string" }"#, r#""width": { "type": "boolean" }"#);
    assert_eq!(one(&width), [("request-property-type-narrowed", "up to 2 of 4 callers use it".to_owned())]);
    // A width is demanded of those who give a box; that it is one of them is not known.
    let required = ITEM.replace(r#""box": { "#, r#""box": { "required": ["width"], "#);
    assert_eq!(one(&required), [("request-property-became-required", "up to 1 of 4 callers leaves it out".to_owned())]);
    let demanded = ITEM.to_owned() + r#", "required": ["size"]"#;
    assert_eq!(one(&demanded), [("request-property-became-required", "3 of 4 callers leave it out".to_owned())]);
}

#[test]
fn answers_are_read_by_nobody_knows_whom() {
    let removed = ITEM.replace(r#""type": { "type": "string" }, "#, "");
    let found = impacts(&definition("", ITEM), &definition("", &removed), LINES);
    assert!(found.contains(&("response-property-removed", "up to 1 of 5 callers uses it".to_owned())), "{found:?}");
}

#[test]
fn operations_of_a_shared_definition_are_looked_at_where_they_have_it() {
    let lines = r#"{"caller":"a","operation":"SetItem","parameters":["body/size"]}
        {"caller":"b","operation":"TryItems","parameters":["body/0/box"]}
        {"caller":"c","operation":"TryItems","parameters":[]}
        {"caller":"d","operation":"TryItems","parameters":["body/size"]}"#;
    let removed = ITEM.replace(r#""size": { "type": "string" }, "#, "");
    let found = impacts(&definition("", ITEM), &definition("", &removed), lines);
    assert!(found.contains(&("request-property-removed", "2 of 4 callers use it".to_owned())), "{found:?}");
}

#[test]
fn an_operation_that_goes_hits_all_its_callers() {
    let old = definition("", ITEM);
    let new = old.replace(
        r#""get": { "operationId": "GetItem""#,
        r#""patch": { "operationId": "Other", "x-ms-visibility": "internal""#,
    );
    let found = impacts(&old, &new, LINES);
    assert!(found.contains(&("operation-removed", "1 of 5 callers uses it".to_owned())), "{found:?}");
    assert!(callers("").is_empty());
    let found = impacts(&old, &new, "");
    assert!(found.contains(&("operation-removed", "none of 0 callers uses it".to_owned())), "{found:?}");
}

#[test]
fn places_and_paths_are_compared_by_parts() {
    for (place, used, expected) in [
        ("a/b", "a/b", Relation::Within),
        ("a/b", "a/b/c", Relation::Within),
        ("a/b", "a", Relation::Around),
        ("a/b", "", Relation::Around),
        ("a/b", "a/bc", Relation::None),
        ("a/[]/b", "a/b", Relation::Within),
        ("a/[]/b", "a/0/b", Relation::Within),
        ("a/[]/b", "a/[]/b", Relation::Within),
        ("a/[]/b", "a", Relation::Around),
        ("a/[]", "a", Relation::Within),
        ("a/{}/b", "a/x/b", Relation::Within),
        ("a/{}/b", "a/x", Relation::Around),
        ("", "a", Relation::Within),
    ] {
        let parts = |text: &'static str| text.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>();
        assert_eq!(relation(&parts(place), &parts(used)), expected, "{place} and {used}");
    }
}

#[test]
fn mistakes_are_told_with_their_line() {
    for (lines, expected) in [
        ("{\"caller\":\"a\",\"operation\":\"X\"}\n{\"caller\":\"a\"}", "x:2:14: missing field `operation`"),
        ("\n\n[1]", "x:3:"),
        ("{\"caller\":\"a\",\"operation\":\"X\",\"parameters\":\"id\"}", "x:1:47: invalid type: string \"id\""),
        ("{\"caller\":\"\",\"operation\":\"X\"}", "x:1:1: `caller` or `operation` is empty"),
        ("{\"caller\":\"a\",\"caller\":\"b\",\"operation\":\"X\"}", "duplicate field `caller`"),
        ("\u{feff}{\"caller\":", "x:1:"),
    ] {
        let error = Callers::read("x", lines.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(callers("\u{feff}{\"caller\":\"a\\u0062\",\"operation\":\"X\"}\r\n").names, ["ab"]);
}

#[test]
fn too_much_is_refused() {
    let long = format!("{{\"caller\":\"{}\",\"operation\":\"X\"}}", "a".repeat(1 << 20));
    assert!(Callers::read("x", long.as_bytes()).unwrap_err().to_string().contains("the line has more than"));
    let line = format!("{{\"caller\":\"{}\",\"operation\":\"X\"}}\n", "a".repeat(1 << 19));
    let endless = std::iter::repeat_n(line.as_bytes(), 200).flatten().copied().collect::<Vec<u8>>();
    assert!(Callers::read("x", endless.as_slice()).unwrap_err().to_string().contains("the file has more than"));
}

#[test]
fn names_are_of_the_first_only() {
    let lines: String =
        (0..50).map(|index| format!("{{\"caller\":\"c{index}\",\"operation\":\"GetItem\"}}\n")).collect();
    let old = definition("", ITEM);
    let new = old.replace(
        r#""get": { "operationId": "GetItem""#,
        r#""patch": { "operationId": "Other", "x-ms-visibility": "internal""#,
    );
    let mut comparison = compare(&package(&old), &package(&new), &Options::default());
    callers(&lines).mark(&mut comparison);
    let impact = comparison.changes.iter().find_map(|change| change.impact.clone()).unwrap();
    assert_eq!((impact.callers, impact.of, impact.names.len()), (50, 50, MOST_NAMES));
    assert_eq!(impact.names.first().map(String::as_str), Some("c0"));
}

#[test]
fn what_no_earlier_version_has_is_told() {
    let old = package(&definition(r#"{ "name": "limit", "in": "query", "type": "string" },"#, ITEM));
    let unknown = |line: &str| callers(line).unknown(&[&old]).map(|notice| notice.message);
    for known in [
        r#"{"caller":"a","operation":"SetItem","parameters":["limit","body","body/size","body/box/width"]}"#,
        r#"{"caller":"a","operation":"TryItems","parameters":["body/0/size","body/[]/box","body/size"]}"#,
        r#"{"caller":"a","operation":"GetItem"}"#,
    ] {
        assert_eq!(unknown(known), None, "{known}");
    }
    for (line, named) in [
        (r#"{"caller":"a","operation":"SetItems"}"#, "`SetItems`"),
        (r#"{"caller":"a","operation":"SetItem","parameters":["limt"]}"#, "`limt` of `SetItem`"),
        (r#"{"caller":"a","operation":"SetItem","parameters":["body/siez"]}"#, "`body/siez` of `SetItem`"),
        (r#"{"caller":"a","operation":"TryItems","parameters":["body/0/siez"]}"#, "`body/0/siez` of `TryItems`"),
        (r#"{"caller":"a","operation":"GetItem","parameters":["body/size"]}"#, "`body/size` of `GetItem`"),
    ] {
        let told = unknown(line).unwrap_or_default();
        assert!(told.ends_with(named), "{line}: {told}");
    }
}

#[test]
fn names_with_slashes_are_compared_as_the_format_writes_them() {
    let with = |name: &str| ITEM.replace("\"size\"", &format!("\"{name}\""));
    let (old, new) =
        (definition("", &with("a/b")), definition("", &with("a/b").replace(r#""a/b": { "type": "string" }, "#, "")));
    let lines = r#"{"caller":"a","operation":"SetItem","parameters":["body/a~1b"]}
        {"caller":"b","operation":"SetItem","parameters":["body/a/b"]}"#;
    let found = impacts(&old, &new, lines);
    assert!(found.contains(&("request-property-removed", "1 of 2 callers uses it".to_owned())), "{found:?}");
}

#[test]
fn columns_are_those_of_the_line() {
    for (line, column) in [("   {\"caller\": 7}", 15), ("\u{feff}{\"caller\": 7}", 15), ("{\"caller\": 7}", 12)] {
        let error = Callers::read("c", line.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("c:1:{column}: ")), "{line}: {error}");
    }
}
