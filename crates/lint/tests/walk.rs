//! Where the walk goes, and where it does not.

use backshell_findings::Finding;
use backshell_lint::{Options, Rule, check};
use backshell_package::{Limits, read_file, read_files};
use std::fmt::Write as _;

fn lint(definition: &str) -> Vec<Finding> {
    lint_by(definition, None)
}

/// The findings of these rules only.
fn lint_by(definition: &str, only: Option<Vec<&'static Rule>>) -> Vec<Finding> {
    let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())];
    check(&read_files("package", files, &Limits::default()), &Options { only, ..Options::default() })
}

/// The pointers that `rule` reports.
fn pointers(definition: &str, rule: &str) -> Vec<String> {
    let findings = lint(definition).into_iter().filter(|finding| finding.rule == rule);
    findings.map(|finding| finding.place.pointer).collect()
}

#[test]
fn literals_are_no_schemas() {
    let broken = r##"{ "type": "array", "$ref": "#/definitions/None", "required": ["x"], "properties": {} }"##;
    let definition = format!(
        r#"{{ "definitions": {{ "A": {{ "type": "object", "example": {broken}, "default": {broken}, "enum": [{broken}],
            "x-ms-dynamic-values": {broken}, "x-ms-dynamic-schema": {{ "parameters": {broken} }} }} }},
        "paths": {{ "/a": {{ "get": {{ "responses": {{ "200": {{ "examples": {{ "application/json": {broken} }} }} }} }} }} }} }}"#
    );
    for rule in ["ArrayHasNoItems", "SchemaReferenceNotFound", "RequiredPropertyDefinitionMissing"] {
        assert_eq!(pointers(&definition, rule), Vec::<String>::new(), "{rule}");
    }
}

#[test]
fn a_package_without_properties_has_no_policies_and_a_lone_definition_may_have_any() {
    let definition = r#"{ "paths": {
        "/items": { "get": { "operationId": "OnItem", "x-ms-trigger": "batch", "x-ms-pageable": { "nextLinkName": "nextLink" } } },
        "/hooks": { "post": { "operationId": "OnHook", "x-ms-trigger": "single" } } } }"#;
    let alone = read_file("apiDefinition.swagger.json", definition.as_bytes().into(), &Limits::default());
    let alone = check(&alone, &Options::default());
    for rule in ["BS-PollingPolicyMissing", "BS-PageablePolicyMissing", "BS-TriggerWithoutNotification"] {
        assert_eq!(pointers(definition, rule).len(), 1, "{rule}");
        assert!(alone.iter().all(|finding| finding.rule != rule), "{rule}");
    }
}

#[test]
fn names_are_no_keywords() {
    let definition = r#"{ "definitions": { "type": { "properties": {
        "type": { "type": "string" }, "items": { "type": "array" }, "$ref": { "type": "string" }, "required": {} } } } }"#;
    assert_eq!(pointers(definition, "ArrayHasNoItems"), ["/definitions/type/properties/items/type"]);
    assert_eq!(pointers(definition, "SchemaReferenceNotValid"), Vec::<String>::new());
}

#[test]
fn every_part_that_holds_schemas_is_visited_once() {
    let array = r#"{ "type": "array" }"#;
    let definition = format!(
        r##"{{ "definitions": {{ "A": {{ "properties": {{ "p": {array} }}, "items": {array}, "additionalProperties": {array}, "allOf": [{array}] }} }},
        "parameters": {{ "P": {{ "in": "query", "name": "p", "type": "array", "items": {array} }} }},
        "responses": {{ "R": {{ "schema": {array}, "headers": {{ "H": {array} }} }} }},
        "paths": {{ "/a": {{
            "x-ms-notification-content": {{ "schema": {array} }},
            "parameters": [{{ "$ref": "#/parameters/P" }}, {{ "in": "header", "name": "h", "type": "array" }}],
            "get": {{ "parameters": [{{ "in": "body", "name": "b", "schema": {array} }}],
                "responses": {{ "200": {{ "schema": {{ "$ref": "#/definitions/A" }} }}, "404": {{ "$ref": "#/responses/R" }} }} }},
            "put": {{ "parameters": [{{ "$ref": "#/parameters/P" }}],
                "responses": {{ "200": {{ "schema": {{ "$ref": "#/definitions/A" }} }} }} }} }} }} }}"##
    );
    let mut found = pointers(&definition, "ArrayHasNoItems");
    found.sort();
    let expected = [
        "/definitions/A/additionalProperties/type",
        "/definitions/A/allOf/0/type",
        "/definitions/A/items/type",
        "/definitions/A/properties/p/type",
        "/parameters/P/items/type",
        "/paths/~1a/get/parameters/0/schema/type",
        "/paths/~1a/parameters/1/type",
        "/paths/~1a/x-ms-notification-content/schema/type",
        "/responses/R/headers/H/type",
        "/responses/R/schema/type",
    ];
    assert_eq!(found, expected);
}

#[test]
fn circles_of_references_end() {
    let definition = r##"{ "definitions": {
            "A": { "$ref": "#/definitions/B" }, "B": { "$ref": "#/definitions/A" },
            "C": { "required": ["x"], "properties": { "c": { "$ref": "#/definitions/C" } }, "allOf": [{ "$ref": "#/definitions/C" }] } },
        "parameters": { "P": { "$ref": "#/parameters/P" } },
        "responses": { "R": { "$ref": "#/responses/R" } },
        "paths": { "/a": { "post": {
            "parameters": [{ "$ref": "#/parameters/P" }, { "in": "body", "name": "b", "schema": { "$ref": "#/definitions/A" } }],
            "responses": { "default": { "$ref": "#/responses/R" } } } } } }"##;
    assert_eq!(pointers(definition, "RequiredPropertyDefinitionMissing"), ["/definitions/C/required/0"]);
}

#[test]
fn deep_nesting_costs_no_stack() {
    let depth = 1_000;
    let schema = r#"{ "type": "array", "items": "#.repeat(depth) + r#"{ "type": "array" }"# + &"}".repeat(depth);
    let definition = format!(
        r#"{{ "definitions": {{ "A": {schema} }}, "parameters": {{ "P": {{ "in": "query", "name": "p", "type": "array", "items": {schema} }} }} }}"#
    );
    assert_eq!(pointers(&definition, "ArrayHasNoItems").len(), 2);
}

#[test]
fn findings_are_bounded_and_errors_are_not_pushed_out() {
    let mut definition = String::from(r#"{ "parameters": {"#);
    for number in 0..12_000 {
        let _ = write!(definition, r#""p{number}": {{ "in": "query", "name": "p", "x-ms-url-encoding": "single" }},"#);
    }
    definition.push_str(r#""last": { "in": "path", "name": "id" } } }"#);
    let rules = ["PathParameterMustBeRequired", "QueryParameterEncodingNotSupported"].into_iter();
    let findings = lint_by(&definition, Some(rules.filter_map(backshell_lint::rule).collect()));
    assert!(findings.iter().any(|finding| finding.rule == "PathParameterMustBeRequired"));
    assert_eq!(findings.iter().filter(|finding| finding.rule == "QueryParameterEncodingNotSupported").count(), 10_000);
}

#[test]
fn anything_that_is_json_is_judged_without_a_panic() {
    for definition in [
        "null",
        "[]",
        "1",
        "\"x\"",
        "{}",
        r#"{ "paths": [], "info": 1, "definitions": null, "security": {} }"#,
        r#"{ "paths": { "/a": null, "/b": { "get": [], "parameters": {} } }, "parameters": [1], "responses": "x" }"#,
    ] {
        let findings = lint(definition);
        assert!(findings.iter().any(|finding| finding.rule == "SpecificationVersionIncorrect"), "{definition}");
    }
}

#[test]
fn files_are_shown_by_the_path_that_was_given() {
    let files = vec![("apiDefinition.swagger.json".to_owned(), b"{}".as_slice().into())];
    let read = read_files("package", files, &Limits::default());
    let options = Options { path: Some("connectors/contoso/".to_owned()), ..Options::default() };
    let files: Vec<_> = check(&read, &options).into_iter().map(|finding| finding.place.file).collect();
    assert!(files.contains(&"connectors/contoso/apiDefinition.swagger.json".into()), "{files:?}");
    assert!(files.contains(&"connectors/contoso/apiProperties.json".into()), "{files:?}");
}

/// The definition with `operations` operations that share a schema of `choices` properties with dynamic values.
fn shared_choices(operations: usize, choices: usize) -> String {
    let mut definition = String::from("{ \"definitions\": { \"Item\": { \"properties\": {");
    for choice in 0..choices {
        let comma = if choice == 0 { "" } else { "," };
        let _ = write!(
            definition,
            r#"{comma}"p{choice}": {{ "type": "string", "x-ms-dynamic-values": {{ "operationId": "Get",
                "parameters": {{ "q": {{ "parameter": "id" }} }} }} }}"#
        );
    }
    definition += "} } }, \"paths\": { \"/q\": { \"get\": { \"operationId\": \"Get\", \"parameters\": [{ \"in\": \"query\", \"name\": \"q\", \"type\": \"string\" }] } }";
    for operation in 0..operations {
        let _ = write!(
            definition,
            r##", "/{operation}": {{ "post": {{ "parameters": [{{ "in": "query", "name": "id{operation}", "type": "string" }},
                {{ "in": "body", "name": "body", "schema": {{ "$ref": "#/definitions/Item" }} }}] }} }}"##
        );
    }
    definition + "} }"
}

#[test]
fn shared_extensions_are_judged_by_each_use_and_reported_once() {
    let definition = shared_choices(3, 2);
    assert_eq!(pointers(&definition, "OperationParameterNameNotFound").len(), 2);
    // One of three operations has no such parameter: what the others have does not help it.
    let definition = definition.replace("\"id0\"", "\"id\"").replace("\"id1\"", "\"id\"");
    assert_eq!(pointers(&definition, "OperationParameterNameNotFound").len(), 2);
    let definition = definition.replace("\"id2\"", "\"id\"");
    assert_eq!(pointers(&definition, "OperationParameterNameNotFound"), Vec::<String>::new());
}

#[test]
fn many_uses_of_many_extensions_are_bounded() {
    let definition = shared_choices(3_000, 3_000);
    // This rule only: the others find more here than a report holds.
    let rule = backshell_lint::rule("OperationParameterNameNotFound").unwrap();
    assert_eq!(lint_by(&definition, Some(vec![rule])).len(), 3_000);
}

#[test]
fn dynamic_extensions_and_callbacks_in_circles_and_in_the_deep_are_found() {
    let nested = |inner: &str, depth: usize| r#"{ "properties": { "a": "#.repeat(depth) + inner + &" } }".repeat(depth);
    let hook = nested(r#"{ "type": "string", "x-ms-notification-url": true }"#, 300);
    let choice = nested(
        r#"{ "type": "string", "x-ms-dynamic-values": { "operationId": "Get", "parameters": { "x": 1 } } }"#,
        300,
    );
    let definition = format!(
        r##"{{ "definitions": {{
            "Loop": {{ "properties": {{ "again": {{ "$ref": "#/definitions/Loop" }}, "hook": {{ "$ref": "#/definitions/Hook" }} }},
                "allOf": [{{ "$ref": "#/definitions/Loop" }}, {{ "$ref": "#/definitions/Choice" }}] }},
            "Hook": {hook}, "Choice": {choice} }},
        "paths": {{ "/q": {{ "get": {{ "operationId": "Get" }} }}, "/hooks": {{ "post": {{ "parameters": [
            {{ "in": "body", "name": "body", "schema": {{ "$ref": "#/definitions/Loop" }} }}] }} }} }} }}"##
    );
    assert_eq!(pointers(&definition, "OperationMustHaveNotificationContentExtension"), ["/paths/~1hooks/post"]);
    assert_eq!(pointers(&definition, "NotificationUrlNotRequired").len(), 1);
    assert_eq!(pointers(&definition, "OperationParameterNameNotFound").len(), 1);
}
