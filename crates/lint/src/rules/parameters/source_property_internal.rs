use crate::dynamic::{Given, Use};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::usage::is_internal;
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "SourcePropertyInternal",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A reference in the `parameters` of an `x-ms-dynamic-*` extension leads to a parameter with `x-ms-visibility` \
           internal, or to a property of the body that is internal or stands in one that is. Operations that are \
           internal themselves are not judged, and neither are names that stand for a parameter and a property.",
    why: "The user does not see an internal input and cannot fill it in, so the call is made without a value.",
    fix: "give the value itself in place of the reference",
    bad: &[
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "get": { "parameters": [{ "in": "query", "name": "list", "type": "string", "x-ms-visibility": "Internal", "default": "a" },
        { "in": "query", "name": "view", "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } }] } },
                                                                                                                                                    ^^^^^^
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": {
        "filter": { "x-ms-visibility": "internal", "properties": { "list": { "type": "string" } } },
        "view": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "id": { "parameterReference": "body/filter/list" } } } } } } }] } },
                                                                                                                                    ^^^^^^^^^^^^^^^^^^
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
        ),
        Example::Definition(
            r##"
{ "paths": {
    "/hidden": { "post": { "x-ms-visibility": "internal", "parameters": [{ "$ref": "#/parameters/List" }, { "$ref": "#/parameters/View" }] } },
    "/items": { "post": { "parameters": [{ "$ref": "#/parameters/List" }, { "$ref": "#/parameters/View" }] } },
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } },
  "parameters": { "List": { "in": "query", "name": "list", "type": "string", "x-ms-visibility": "internal" },
    "View": { "in": "query", "name": "view", "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } } } }
                                                                                                                                                        ^^^^^^
"##,
        ),
        Example::Definition(
            r##"
{ "paths": {
    "/shown": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "properties": { "a": { "properties": { "b": { "$ref": "#/definitions/Ids" } } }, "view": { "$ref": "#/definitions/View" } } } }] } },
    "/items": { "post": { "parameters": [{ "in": "body", "name": "b", "schema": { "properties": { "a": { "x-ms-visibility": "internal", "properties": { "b": { "$ref": "#/definitions/Ids" } } }, "view": { "$ref": "#/definitions/View" } } } }] } },
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }, { "in": "query", "name": "of", "type": "string" }] } } },
  "definitions": { "Ids": { "type": "object", "properties": { "id": { "type": "string" } } },
    "View": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "id": { "parameterReference": "b/a/b/id" } } } } } }
                                                                                                                                ^^^^^^^^^^
"##,
        ),
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": {
        "list": { "type": "array", "items": { "x-ms-visibility": "internal", "properties": { "id": {} } } },
        "view": { "type": "string", "x-ms-dynamic-list": { "operationId": "GetViews", "parameters": { "id": { "parameterReference": "body/list/id" } } } } } } }] } },
                                                                                                                                    ^^^^^^^^^^^^^^
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "properties": {
        "list/id": { "type": "string", "x-ms-visibility": "internal" },
        "view": { "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list/id" } } } } } } }] } },
                                                                                                                             ^^^^^^^^^
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": {
    "/items": {
        "parameters": [{ "in": "query", "name": "list", "type": "string", "x-ms-visibility": "advanced" }],
        "get": { "parameters": [{ "in": "query", "name": "view", "type": "string", "x-ms-visibility": "internal",
            "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" }, "site": "internal" } } }] },
        "post": { "x-ms-visibility": "internal", "parameters": [{ "in": "query", "name": "list", "type": "string", "x-ms-visibility": "internal" },
            { "in": "query", "name": "view", "type": "string", "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "id": { "parameter": "list" } } } }] } },
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "id", "type": "string" }] } } } }
"#,
    )],
    visits: &[Visit::Dynamic(check)],
};

fn check(_: &Context<'_>, made: &Use<'_, '_>, out: &mut Out<'_>) {
    if is_internal(made.operation.node) {
        return;
    }
    for argument in &made.arguments {
        let Given::Reference { node, input } = &argument.given else { continue };
        if input.is_hidden() {
            out.at(*node, format!("nobody can fill in {}: it is internal", quoted(node.as_str().unwrap_or_default())));
        }
    }
}
