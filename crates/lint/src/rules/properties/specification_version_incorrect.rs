use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "SpecificationVersionIncorrect",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The definition does not say `\"swagger\": \"2.0\"`, or has a member `openapi`. The number 2.0 and \
           versions of OpenAPI 3 are reported too.",
    why: "Connectors are described in Swagger 2.0. A reader that takes the document for another version finds \
           other operations in it.",
    fix: "set \"swagger\": \"2.0\", and convert an OpenAPI 3 document to Swagger 2.0 first",
    bad: &[
        Example::Definition(
            r#"
{ "swagger": 2.0 }
             ^^^
"#,
        ),
        Example::Definition(
            r#"
{ "openapi": "3.0.1", "info": {} }
             ^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "swagger": "2.0", "info": { "version": "3.0" } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let root = context.root;
    if let Some(openapi) = root.get("openapi") {
        out.at(openapi, "the definition is an OpenAPI 3 document; connectors are described in Swagger 2.0");
        return;
    }
    match root.get("swagger") {
        Some(version) if version.as_str() == Some("2.0") => {}
        Some(version) => out.at(version, "the specification version is not the text `2.0`"),
        None => out.at(root, "the definition does not say that it is Swagger 2.0"),
    }
}
