use crate::keywords::{ObjectKind, is_open_api_3, looks_like_extension};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::shape::shape_of;
use crate::view::{Context, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "AdditionalPropertyNotAllowed",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A Swagger object has a member that Swagger does not know there and that is no extension. Names that \
           have a rule of their own are left to it: what looks like an extension, what belongs to OpenAPI 3, \
           members of security definitions, and keywords of other parameters on a body. `allowEmptyValue` other \
           than true where it means nothing counts as unknown.",
    why: "Readers ignore such a member, or refuse the document. Either way it does not do what its author meant.",
    fix: "remove the member, or correct its name",
    bad: &[
        Example::Definition(
            r#"
{ "basepath": "/v1" }
  ^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "A": { "type": "array", "items": {}, "additionalItems": false } } }
                                                        ^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/a/{id}": { "get": { "parameters": [
    { "in": "path", "name": "id", "type": "string", "required": true, "allowEmptyValue": false }
                                                                      ^^^^^^^^^^^^^^^^^
] } } } }
"#,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "basePath": "/v1", "x-origin": {}, "openapi": "3.0.0", "definitions": { "A": { "properties": { "additionalItems": {}, "nullable": {} },
    "example": { "other": 1 }, "default": { "other": 1 }, "enum": [{ "other": 1 }], "x-ms-thing": { "other": 1 }, "nullable": true } },
  "responses": { "R": { "description": "r", "headers": { "other": { "type": "string" } }, "examples": { "application/json": { "other": 1 } } } },
  "parameters": { "P": { "$ref": "#/parameters/Q", "other": 1 }, "Q": { "in": "query", "name": "q", "allowEmptyValue": false } } }
"##,
    )],
    visits: &[Visit::Document(document), Visit::Parameter(parameter)],
};

fn document(context: &Context<'_>, out: &mut Out<'_>) {
    for (node, kind) in &context.survey().unknown {
        let name = node.key().unwrap_or_default();
        let has_its_own_rule = *kind == ObjectKind::SecurityDefinition || looks_like_extension(name);
        if !has_its_own_rule && !is_open_api_3(*kind, name) {
            out.at_key(*node, format!("{} knows no member {}", shape_of(*kind).name, quoted(name)));
        }
    }
}

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if matches!(parameter.location, "path" | "header" | "body")
        && let Some(node) = parameter.node.get("allowEmptyValue")
        && node.as_bool() == Some(false)
    {
        out.at_key(node, format!("a parameter in the {} knows no member `allowEmptyValue`", parameter.location));
    }
}
