use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::shape::shape_of;
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OneOfPropertiesRequired",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An object has none of several members of which it needs one: `x-ms-dynamic-values` an operationId, \
           builtInOperation or capability; an argument of a dynamic list or of dynamic properties a value or \
           parameterReference; a member of `responses` a description or a `$ref`; a path item a method (or a \
           `$ref`, which has a rule of its own).",
    why: "Such an object says nothing: there is nothing to call, to send or to answer.",
    fix: "add one of the members, or remove the object",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/old": { "parameters": [] }, "/a": { "get": { "responses": { "200": { "schema": {} } } } } } }
             ^^^^^^                                                        ^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "P": { "in": "query", "name": "p", "type": "string", "x-ms-dynamic-values": { "value-path": "id" },
                                                                       ^^^^^^^^^^^^^^^^^^^^^
    "x-ms-dynamic-list": { "operationId": "List", "parameters": { "kind": { "parameter": "kind" } } } } } }
                                                                  ^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "x-order": {}, "/old": { "$ref": "old.json" }, "/a": { "head": { "responses": { "200": { "$ref": "#/responses/R" }, "404": { "description": "" } } } } },
  "parameters": { "P": { "in": "query", "name": "p", "type": "string", "x-ms-dynamic-values": { "capability": "file-picker", "parameters": { "kind": {} } },
    "x-ms-dynamic-list": { "operationId": "List", "parameters": { "kind": { "value": null } } } } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for (node, kind, names) in &context.survey().none_of {
        out.at_key(*node, format!("{} has none of {}", shape_of(*kind).name, names.join(", ")));
    }
}
