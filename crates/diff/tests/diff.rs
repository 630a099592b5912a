//! The comparison as a whole: the contract of its output, its table, its limits, and what must not matter to it.

mod common;

use backshell_diff::{Outcome, Verdict, checks, json, text};
use common::{diff, ids, shared};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

const OLD: &str = r##"{ "swagger": "2.0", "info": { "title": "Items", "version": "1.2" }, "paths": {
  "/items": { "get": { "operationId": "ListItems", "responses": { "200": { "description": "", "schema":
      { "type": "array", "items": { "$ref": "#/definitions/Item" } } } } } },
  "/items/{id}": { "get": { "operationId": "GetItem", "parameters": [{ "$ref": "#/parameters/Id" }],
      "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Item" } } } } } },
  "parameters": { "Id": { "name": "id", "in": "path", "required": true, "type": "string" } },
  "definitions": { "Item": { "type": "object", "properties": { "id": { "type": "string" }, "size": { "type": "integer" },
      "parent": { "$ref": "#/definitions/Item" } } } } }"##;

#[test]
fn the_json_keeps_the_contract() {
    let Some(schema) = shared("contracts/diff.schema.json") else { return };
    let schema = serde_json::from_slice(&std::fs::read(schema).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let removed = OLD.replace(r#""size": { "type": "integer" },"#, "");
    for new in [OLD, &format!("{OLD}\n"), &removed, "{", r#"{"openapi":"3.0.0"}"#, "[]"] {
        let comparison = diff(OLD, new);
        let output = serde_json::from_str(&json::render(&comparison, "0.1.0")).unwrap();
        assert!(
            validator.is_valid(&output),
            "{:?}",
            validator.iter_errors(&output).map(|e| e.to_string()).collect::<Vec<_>>()
        );
        let line = json::render_line(&comparison, "0.1.0", &json::Pair { number: 7, old: "a", new: "b" });
        assert_eq!(line.lines().count(), 1);
        assert!(validator.is_valid(&serde_json::from_str(&line).unwrap()), "{line}");
    }
}

#[test]
fn one_cause_in_a_shared_definition_is_one_change() {
    let new = OLD.replace(r#""size": { "type": "integer" },"#, "").replace("1.2", "2.0");
    let comparison = diff(OLD, &new);
    assert_eq!(ids(&comparison), ["response-property-removed"]);
    let [change] = comparison.changes.as_slice() else { panic!("{:?}", comparison.changes) };
    assert_eq!(change.operations, ["GetItem", "ListItems"]);
    assert_eq!(change.old.as_ref().unwrap().pointer, "/definitions/Item/properties/size");
    assert!(change.new.is_none());
    assert_eq!(comparison.outcome, Outcome::Breaking);
    let shown = text::render(&comparison);
    assert!(shown.contains("GetItem, ListItems") && shown.contains("suggested version: major"), "{shown}");
}

#[test]
fn unrelated_edits_keep_the_fingerprint() {
    let removed = |text: &str| text.replace(r#""size": { "type": "integer" },"#, "");
    let one = diff(OLD, &removed(OLD));
    let renamed = OLD.replace("definitions/Item", "definitions/Thing").replace(r#""Item":"#, r#""Thing":"#);
    let other = renamed.replace(r#""title": "Items""#, r#""title": "Items", "description": "More""#);
    let two = diff(OLD, &removed(&other));
    let print = |comparison: &backshell_diff::Comparison| {
        comparison
            .changes
            .iter()
            .find(|change| change.check.id == "response-property-removed")
            .map(|change| change.fingerprint.clone())
    };
    assert!(print(&one).is_some());
    assert_eq!(print(&one), print(&two));
}

#[test]
fn spelling_and_definitions_do_not_matter() {
    let renamed = OLD.replace("definitions/Item", "definitions/Thing").replace(r#""Item":"#, r#""Thing":"#);
    let inlined = OLD.replace(
        r##"[{ "$ref": "#/parameters/Id" }]"##,
        r#"[{ "type": "string", "required": true, "in": "path", "name": "id" }]"#,
    );
    let wrapped = OLD.replace(
        r##""schema": { "$ref": "#/definitions/Item" }"##,
        r##""schema": { "allOf": [{ "$ref": "#/definitions/Item" }] }"##,
    );
    for new in [renamed, inlined, wrapped, OLD.replace(' ', "\n"), OLD.replace("integer", "int\\u0065ger")] {
        let comparison = diff(OLD, &new);
        assert_eq!(comparison.outcome, Outcome::Identical, "{new}: {:?}", comparison.changes);
    }
}

/// A definition of `levels` schemas, each reaching the next one twice, the last one of `kind`.
fn doubling(levels: usize, form: &str, kind: &str) -> String {
    let mut definitions = String::new();
    for level in 0..levels {
        let next = format!(r##"{{ "$ref": "#/definitions/D{}" }}"##, level + 1);
        let content = match form {
            "allOf" => format!(r#""allOf": [{next}, {next}]"#),
            _ => format!(r#""type": "object", "properties": {{ "a": {next}, "b": {next} }}"#),
        };
        let _ = write!(definitions, r#""D{level}": {{ {content} }}, "#);
    }
    let _ =
        write!(definitions, r#""D{levels}": {{ "type": "object", "properties": {{ "x": {{ "type": "{kind}" }} }} }}"#);
    format!(
        r##"{{ "swagger": "2.0", "info": {{ "title": "T", "version": "1" }}, "paths": {{ "/a": {{ "get": {{ "operationId": "A",
            "responses": {{ "200": {{ "description": "", "schema": {{ "$ref": "#/definitions/D0" }} }} }} }} }} }},
            "definitions": {{ {definitions} }} }}"##
    )
}

#[test]
fn hostile_schemas_end_soon() {
    for (levels, form, expected) in [
        (20, "properties", vec!["response-property-type-changed"]),
        (20, "allOf", vec!["response-property-type-changed"]),
        (2_000, "properties", vec!["undecided"]),
        (2_000, "allOf", vec!["undecided"]),
    ] {
        let (old, new) = (doubling(levels, form, "string"), doubling(levels, form, "integer"));
        let started = Instant::now();
        let comparison = diff(&old, &new);
        // Far above what it takes, even unoptimised on a busy machine, and far below what following every way would take.
        assert!(started.elapsed() < Duration::from_mins(1), "{levels} {form}: {:?}", started.elapsed());
        assert_eq!(ids(&comparison), expected, "{levels} {form}");
    }
}

#[test]
fn circles_of_different_length_end() {
    let circle = |length: usize, kind: &str| {
        let definitions: Vec<_> = (0..length)
            .map(|at| {
                let next = (at + 1) % length;
                format!(
                    r##""C{at}": {{ "type": "object", "properties": {{ "n": {{ "$ref": "#/definitions/C{next}" }}, "v": {{ "type": "{kind}" }} }} }}"##
                )
            })
            .collect();
        format!(
            r##"{{ "swagger": "2.0", "info": {{ "title": "T", "version": "1" }}, "paths": {{ "/a": {{ "post": {{ "operationId": "A",
                "parameters": [{{ "name": "body", "in": "body", "schema": {{ "$ref": "#/definitions/C0" }} }}],
                "responses": {{ "200": {{ "description": "", "schema": {{ "$ref": "#/definitions/C0" }} }} }} }} }} }},
                "definitions": {{ {} }} }}"##,
            definitions.join(", ")
        )
    };
    let same = diff(&circle(3, "string"), &circle(4, "string"));
    assert_eq!(same.outcome, Outcome::Identical, "{:?}", same.changes);
    let comparison = diff(&circle(3, "string"), &circle(4, "integer"));
    assert_eq!(ids(&comparison), ["request-property-type-narrowed", "response-property-type-changed"]);
}

#[test]
fn ids_objects_directions_and_verdicts_are_those_of_the_requirement() {
    let Some(table) = shared("reference/breaking-changes.tsv") else { return };
    let table = std::fs::read_to_string(table).unwrap();
    let rows: BTreeMap<&str, [&str; 3]> = table
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [id, object, direction, _, verdict, ..] = cells.as_slice() else { return None };
            Some((*id, [*object, *direction, *verdict]))
        })
        .collect();
    for check in checks().iter().filter(|check| check.id != "undecided") {
        let own = [check.object.as_str(), check.direction.as_str(), check.verdict.as_str()];
        assert_eq!(rows.get(check.id), Some(&own), "{}", check.id);
        for example in check.examples {
            for id in example.also.iter().chain(example.reversed) {
                assert!(rows.contains_key(id) || *id == "undecided", "{}: there is no check `{id}`", check.id);
            }
        }
    }
}

#[test]
fn changes_are_sorted_by_weight() {
    let new = OLD.replace(r#""size": { "type": "integer" },"#, r#""more": { "type": "boolean" },"#);
    let comparison = diff(OLD, &new);
    assert!(comparison.changes.is_sorted_by_key(|change| change.verdict));
    assert_eq!(comparison.changes.first().map(|change| change.verdict), Some(Verdict::Breaking));
}

#[test]
fn real_pairs_are_compared_and_differ_from_nothing_but_each_other() {
    let Some(pairs) = shared("corpus/pairs") else { return };
    let mut count = 0;
    for pair in std::fs::read_dir(pairs).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let mut versions = Vec::new();
        for name in ["old", "new"] {
            let file = std::fs::read_dir(pair.path()).unwrap().map(Result::unwrap).map(|entry| entry.path());
            let mut file =
                file.filter(|path| path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with(name)));
            versions.push(std::fs::read_to_string(file.next().unwrap()).unwrap());
        }
        let [old, new] = versions.as_slice() else { continue };
        let comparison = diff(old, new);
        assert_ne!(comparison.outcome, Outcome::Unreadable, "{}", pair.path().display());
        for version in [old, new] {
            let itself = diff(version, &format!("{version}\n"));
            assert_eq!(itself.outcome, Outcome::Identical, "{}: {:?}", pair.path().display(), itself.changes);
        }
        count += 1;
    }
    assert!(count >= 100, "{count} pairs");
}

#[test]
fn references_that_led_nowhere_are_no_all_clear() {
    let version = |schema: &str, definitions: &str| {
        format!(
            r#"{{ "swagger": "2.0", "info": {{ "title": "T", "version": "1" }}, "definitions": {{ {definitions} }}, "paths": {{ "/a": {{ "get": {{
                "operationId": "A", "responses": {{ "200": {{ "description": "", "schema": {schema} }} }} }} }} }} }}"#
        )
    };
    let to_a = r##"{ "$ref": "#/definitions/A" }"##;
    let circle = r##""A": { "$ref": "#/definitions/B" }, "B": { "$ref": "#/definitions/A" }"##;
    let schema = r#""A": { "type": "object", "properties": { "z": { "type": "string" } } }"#;
    for broken in ["", circle] {
        let mended = diff(&version(to_a, broken), &version(to_a, schema));
        assert_eq!((ids(&mended), mended.outcome), (vec!["undecided"], Outcome::Warning), "{broken}");
        assert!(mended.changes[0].operations.contains(&"A".to_owned()), "{:?}", mended.changes);
        let lost = diff(&version(to_a, schema), &version(to_a, broken));
        assert!(ids(&lost).contains(&"schema-ref-dangling"), "{:?}", ids(&lost));
        assert_eq!(diff(&version(to_a, broken), &version(to_a, broken)).outcome, Outcome::Identical);
    }
    let lost = diff(&version(to_a, schema), &version(to_a, circle));
    let message = &lost.changes.iter().find(|change| change.check.id == "schema-ref-dangling").unwrap().message;
    assert!(message.contains("leads back to itself"), "{message}");
}

#[test]
fn paths_that_are_no_object_are_not_taken_for_none() {
    let good = r#"{ "swagger": "2.0", "info": { "title": "T", "version": "1" }, "paths": {} }"#;
    let bad = good.replace("{} }", "[] }");
    for (old, new) in [(good, &*bad), (&*bad, good), (&*bad, &*bad)] {
        let comparison = diff(old, new);
        assert_eq!(comparison.outcome, Outcome::Unreadable, "{old} {new}");
        assert!(comparison.findings[0].message.contains("`paths`"), "{:?}", comparison.findings);
    }
}
