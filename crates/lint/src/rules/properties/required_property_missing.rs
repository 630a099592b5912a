use crate::Out;
use crate::keywords::ObjectKind;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::shape::shape_of;
use crate::view::{Context, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "RequiredPropertyMissing",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A Swagger object lacks a member that it must have, by Swagger itself (for example the version of \
           `info`, the description of a response, the type of a parameter) or for certification: a description \
           and a contact of the connector, its host, its catalogue metadata, summary and description of each \
           operation, and `x-ms-summary` and description of each parameter that users see, the body excepted.",
    why: "Readers of the definition rely on what Swagger promises, and users on what the catalogue and the \
           forms show them.",
    fix: "add the missing member",
    bad: &[
        Example::Definition(
            "
{}
^
",
        ),
        Example::Definition(
            r#"
{ "swagger": "2.0", "info": { "title": "A", "version": "1", "description": "A.", "contact": {} }, "host": "contoso.com", "x-ms-connector-metadata": [],
  "tags": [{}], "externalDocs": { "url": "https://contoso.com" },
           ^
  "paths": { "/a": { "get": { "summary": "A", "parameters": [{ "in": "query", "name": "q", "type": "string", "x-ms-summary": "Q" }],
                     ^^^^^                                                            ^^^
    "responses": { "200": {} } } } } }
                   ^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "swagger": "2.0", "info": { "title": "A", "version": "1", "description": "A.", "contact": {} }, "host": "contoso.com", "x-ms-connector-metadata": [],
  "paths": { "/a": { "get": { "summary": "", "description": "", "parameters": [{ "$ref": "#/parameters/P" },
    { "in": "header", "name": "h", "type": "string", "x-ms-visibility": "internal" }, { "in": "body", "name": "b" }],
    "responses": { "x-note": {}, "200": { "$ref": "#/responses/R" } } } } },
  "parameters": { "P": { "in": "query", "name": "q", "type": "string", "x-ms-summary": "Q", "description": "" } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for (node, kind, name) in &context.survey().missing {
        let message = format!("{} has no `{name}`", shape_of(*kind).name);
        let mut out = out.help(format!("add {name}"));
        let mut out = out.lacking(name);
        match kind {
            ObjectKind::Parameter => out.at_parameter(&Parameter::new(*node, *node), message),
            _ => out.at_key(*node, message),
        }
    }
}
