//! How a definition is held against the shape of Swagger, and what schemas are used for, where the examples of single rules
//! do not reach.

use backshell_lint::{Options, check};
use backshell_package::{Limits, read_files};
use std::fmt::Write as _;

/// The pointers that `rule` reports.
fn pointers(definition: &str, rule: &str) -> Vec<String> {
    let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())];
    let options = Options { only: Some(backshell_lint::rule(rule).into_iter().collect()), ..Options::default() };
    let findings = check(&read_files("package", files, &Limits::default()), &options);
    let mut pointers: Vec<String> = findings.into_iter().map(|finding| finding.place.pointer).collect();
    pointers.sort();
    pointers
}

#[test]
fn every_container_has_a_type() {
    for (definition, pointer) in [
        ("[]", ""),
        (r#"{ "info": [] }"#, "/info"),
        (r#"{ "info": { "contact": "x" } }"#, "/info/contact"),
        (r#"{ "paths": [] }"#, "/paths"),
        (r#"{ "paths": { "/a": [] } }"#, "/paths/~1a"),
        (r#"{ "paths": { "/a": { "parameters": {} } } }"#, "/paths/~1a/parameters"),
        (r#"{ "paths": { "/a": { "parameters": ["id"] } } }"#, "/paths/~1a/parameters/0"),
        (r#"{ "paths": { "/a": { "get": "x" } } }"#, "/paths/~1a/get"),
        (r#"{ "paths": { "/a": { "get": { "parameters": {} } } } }"#, "/paths/~1a/get/parameters"),
        (r#"{ "paths": { "/a": { "get": { "responses": [] } } } }"#, "/paths/~1a/get/responses"),
        (r#"{ "paths": { "/a": { "get": { "responses": { "200": "x" } } } } }"#, "/paths/~1a/get/responses/200"),
        (r#"{ "paths": { "/a": { "get": { "security": [["x"]] } } } }"#, "/paths/~1a/get/security/0"),
        (r#"{ "security": [{ "key": {} }] }"#, "/security/0/key"),
        (r#"{ "security": [{ "key": [1] }] }"#, "/security/0/key/0"),
        (r#"{ "consumes": "application/json" }"#, "/consumes"),
        (r#"{ "produces": [1] }"#, "/produces/0"),
        (r#"{ "tags": ["a"] }"#, "/tags/0"),
        (r#"{ "definitions": [] }"#, "/definitions"),
        (r#"{ "definitions": { "A": { "properties": [] } } }"#, "/definitions/A/properties"),
        (r#"{ "definitions": { "A": { "properties": { "b": "string" } } } }"#, "/definitions/A/properties/b"),
        (r#"{ "definitions": { "A": { "items": [{}] } } }"#, "/definitions/A/items"),
        (r#"{ "definitions": { "A": { "allOf": [1] } } }"#, "/definitions/A/allOf/0"),
        (r#"{ "definitions": { "A": { "enum": "x" } } }"#, "/definitions/A/enum"),
        (r#"{ "definitions": { "A": { "required": ["a", 1] } } }"#, "/definitions/A/required/1"),
        (r#"{ "definitions": { "A": { "$ref": 1 } } }"#, "/definitions/A/$ref"),
        (r#"{ "definitions": { "A": { "xml": "x" } } }"#, "/definitions/A/xml"),
        (
            r#"{ "definitions": { "A": { "additionalProperties": { "type": 1 } } } }"#,
            "/definitions/A/additionalProperties/type",
        ),
        (r#"{ "responses": { "R": { "headers": [] } } }"#, "/responses/R/headers"),
        (r#"{ "responses": { "R": { "headers": { "H": 1 } } } }"#, "/responses/R/headers/H"),
        (r#"{ "responses": { "R": { "examples": [] } } }"#, "/responses/R/examples"),
        (r#"{ "securityDefinitions": { "a": "basic" } }"#, "/securityDefinitions/a"),
        (r#"{ "x-ms-capabilities": { "testConnection": "x" } }"#, "/x-ms-capabilities/testConnection"),
        (
            r#"{ "x-ms-capabilities": { "testConnection": { "operationId": null } } }"#,
            "/x-ms-capabilities/testConnection/operationId",
        ),
        (
            r#"{ "paths": { "/a": { "get": { "x-ms-api-annotation": { "revision": "2" } } } } }"#,
            "/paths/~1a/get/x-ms-api-annotation/revision",
        ),
        (r#"{ "securityDefinitions": { "a": { "scopes": [] } } }"#, "/securityDefinitions/a/scopes"),
        (r#"{ "parameters": { "P": { "items": { "items": [] } } } }"#, "/parameters/P/items/items"),
        (
            r#"{ "paths": { "/a": { "get": { "x-ms-notification-content": { "schema": { "properties": [] } } } } } }"#,
            "/paths/~1a/get/x-ms-notification-content/schema/properties",
        ),
        (
            r#"{ "parameters": { "P": { "in": "query", "items": { "x-ms-dynamic-values": [] } } } }"#,
            "/parameters/P/items/x-ms-dynamic-values",
        ),
        (
            r#"{ "responses": { "R": { "headers": { "H": { "items": { "x-ms-enum-values": {} } } } } } }"#,
            "/responses/R/headers/H/items/x-ms-enum-values",
        ),
    ] {
        assert_eq!(pointers(definition, "JsonTypeIncorrect"), [pointer], "{definition}");
    }
}

#[test]
fn extensions_of_items_and_of_notification_content_in_an_operation_are_held_against_their_shape() {
    let content =
        r#"{ "paths": { "/a": { "post": { "x-ms-notification-content": { "schema": { "type": "text" } } } } } }"#;
    assert_eq!(pointers(content, "JsonValueNotInEnum"), ["/paths/~1a/post/x-ms-notification-content/schema/type"]);
    let items = r#"{ "parameters": { "P": { "in": "query", "type": "array",
        "items": { "type": "string", "x-ms-dynamic-list": { "parameters": { "a": {} } } } } } }"#;
    let place = "/parameters/P/items/x-ms-dynamic-list";
    assert!(pointers(items, "RequiredPropertyMissing").contains(&place.to_owned()));
    assert_eq!(pointers(items, "OneOfPropertiesRequired"), [format!("{place}/parameters/a")]);
}

#[test]
fn members_that_a_later_one_shadows_do_not_count() {
    let definition = r#"{ "host": 1, "host": "contoso.com", "basepath": 1 }"#;
    assert_eq!(pointers(definition, "JsonTypeIncorrect"), Vec::<String>::new());
    assert_eq!(pointers(definition, "AdditionalPropertyNotAllowed"), ["/basepath"]);
}

#[test]
fn no_rule_judges_what_a_later_member_shadows() {
    let hidden = r#""x-ms-visibility": "internal""#;
    for (rule, definition) in [
        (
            "BS-OAuthFlowUnsupported",
            r#"{ "securityDefinitions": { "a": { "type": "oauth2", "flow": "password" }, "a": { "type": "basic" } } }"#.to_owned(),
        ),
        (
            "BS-OAuthUrlNotHttps",
            r#"{ "securityDefinitions": { "a": { "tokenUrl": "http://contoso.com" }, "a": { "type": "basic" } } }"#.to_owned(),
        ),
        ("BS-EmptyProperty", r#"{ "definitions": { "A": { "properties": { "a": {}, "a": { "type": "string" } } } } }"#.to_owned()),
        (
            "BS-InternalRequiredWithoutDefault",
            format!(
                r#"{{ "paths": {{ "/a": {{ "post": {{ "parameters": [{{ "in": "body", "name": "b", "schema": {{ "required": ["a"],
                    "properties": {{ "a": {{ {hidden} }}, "a": {{ "type": "string" }} }} }} }}] }} }} }} }}"#
            ),
        ),
        (
            "BS-TestConnectionNotCallable",
            r#"{ "x-ms-capabilities": { "testConnection": { "operationId": "A", "parameters": { "a": { "parameter": "x" }, "a": 1 } } } }"#
                .to_owned(),
        ),
        (
            // No body has the definition in it.
            "PropertyMustBeRequired",
            format!(
                r##"{{ "paths": {{ "/a": {{ "post": {{ "parameters": [{{ "in": "body", "name": "b", "schema": {{ "properties": {{
                    "a": {{ "$ref": "#/definitions/A" }}, "a": {{ "type": "string" }} }} }} }}] }} }} }},
                "definitions": {{ "A": {{ "properties": {{ "a": {{ {hidden}, "default": "x" }} }} }} }} }}"##
            ),
        ),
        (
            // Nor has an answer.
            "InvalidStringBinaryProperty",
            r##"{ "paths": { "/a": { "get": { "responses": { "200": { "schema": { "items": { "$ref": "#/definitions/A" } } }, "200": {} } } } },
                "definitions": { "A": { "type": "string", "format": "binary" } } }"##
                .to_owned(),
        ),
    ] {
        // Nothing but the last of the same name makes the difference.
        assert_eq!(pointers(&definition, rule), Vec::<String>::new(), "{rule}");
    }
    let path = r#"{ "paths": { "/a": { "parameters": [{ "in": "path", "name": "b" }], "x-ms-none": 1 }, "/a": { "parameters": [] } } }"#;
    for rule in ["PathParameterMustBeRequired", "PathParameterMissingEncoding", "BS-ExtensionUnknown"] {
        assert_eq!(pointers(path, rule), Vec::<String>::new(), "{rule}");
    }
    let empty = r#"{ "paths": { "/a": { "get": { "responses": { "200": { "schema": {} }, "200": {} } } } } }"#;
    assert_eq!(pointers(empty, "BS-EmptyOperation"), ["/paths/~1a/get"]);
    let only = r#"{ "paths": { "/a": { "get": { "responses": { "default": {}, "default": {} } } } } }"#;
    assert_eq!(pointers(only, "BS-DefaultOnlyResponse"), ["/paths/~1a/get/responses/default"]);
    // The answer of the operation that is called is the last of the same code.
    let called = r#"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "204": { "schema": { "type": "object", "properties": { "b": {} } } },
            "204": { "schema": { "type": "object", "properties": { "a": { "type": "array" } } } } } },
        "put": { "parameters": [{ "in": "query", "name": "q", "type": "string",
            "x-ms-dynamic-values": { "operationId": "A", "value-collection": "a" } }] } } } }"#;
    assert_eq!(pointers(called, "InvokedOperationShouldProduceArray"), Vec::<String>::new());
}

#[test]
fn shared_parameters_are_asked_for_their_members_once() {
    let definition = r##"{ "paths": {
            "/a": { "get": { "parameters": [{ "$ref": "#/parameters/P" }] } },
            "/b": { "get": { "parameters": [{ "$ref": "#/parameters/P" }] } } },
        "parameters": { "P": { "in": "query", "name": "p", "x-ms-summary": "P", "description": "P." } } }"##;
    let found = pointers(definition, "RequiredPropertyMissing");
    assert_eq!(
        found.iter().filter(|pointer| pointer.starts_with("/parameters")).collect::<Vec<_>>(),
        ["/parameters/P"]
    );
}

#[test]
fn uses_are_followed_through_circles_and_compositions() {
    let definition = r##"{ "paths": { "/a": { "post": {
            "parameters": [{ "in": "body", "name": "b", "schema": { "$ref": "#/definitions/Tree" } }],
            "responses": { "200": { "schema": { "$ref": "#/definitions/Answer" } } } } } },
        "definitions": {
            "Tree": { "properties": { "children": { "items": { "$ref": "#/definitions/Tree" } }, "leaf": { "$ref": "#/definitions/Leaf" } } },
            "Leaf": { "allOf": [{ "$ref": "#/definitions/Base" }, { "$ref": "#/definitions/Leaf" }], "required": ["id"] },
            "Base": { "properties": { "id": { "readOnly": true } } },
            "Answer": { "required": ["id"], "properties": { "id": { "readOnly": true } } } } }"##;
    assert_eq!(pointers(definition, "RequiredReadOnlyPropertyNotAllowedAsInput"), ["/definitions/Leaf/required/0"]);
}

#[test]
fn an_internal_wrapper_hides_what_is_in_it() {
    let property = r#"{ "type": "string", "default": "x" }"#;
    let definition = format!(
        r#"{{ "paths": {{ "/a": {{ "post": {{ "parameters": [{{ "in": "body", "name": "b", "schema": {{
            "properties": {{ "seen": {property}, "wrapper": {{ "x-ms-visibility": "internal", "properties": {{ "hidden": {property} }} }} }} }} }}] }} }} }} }}"#
    );
    let found = pointers(&definition, "PropertyMustBeRequired");
    assert_eq!(found, ["/paths/~1a/post/parameters/0/schema/properties/wrapper/properties/hidden"]);
}

#[test]
fn schemas_that_share_each_other_are_walked_once() {
    // Followed anew at each reference, these would be 2 to the power of 200 walks.
    let mut definition = String::from(
        r##"{ "paths": { "/a": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "$ref": "#/definitions/D0" } }] } } }, "definitions": {"##,
    );
    for number in 0..200 {
        let next = format!(r##"{{ "$ref": "#/definitions/D{}" }}"##, number + 1);
        let _ = write!(definition, r#""D{number}": {{ "properties": {{ "a": {next}, "b": {next} }} }},"#);
    }
    definition.push_str(r#""D200": { "type": "string", "format": "binary" } } }"#);
    assert_eq!(pointers(&definition, "InvalidStringBinaryProperty"), ["/definitions/D200/format"]);
}

#[test]
fn deep_nesting_costs_no_stack() {
    let depth = 1_000;
    let schema = r#"{ "type": 1, "items": "#.repeat(depth) + "{}" + &"}".repeat(depth);
    let definition = format!(r#"{{ "definitions": {{ "A": {schema} }} }}"#);
    assert_eq!(pointers(&definition, "JsonTypeIncorrect").len(), depth);
    let pattern = "(".repeat(100_000);
    let definition = format!(r#"{{ "definitions": {{ "A": {{ "pattern": "{pattern}" }} }} }}"#);
    assert_eq!(pointers(&definition, "PatternShouldBeValidRegularExpression"), ["/definitions/A/pattern"]);
}
