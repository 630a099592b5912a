use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Response};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "DefaultResponseHasSchema",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `default` response of an operation, its reference followed, has a schema.",
    why: "Clients that meet a schema on the default response take it for the result of a success, and show the \
           fields of an error as fields of the answer.",
    fix: "remove the schema from the default response, and describe success under its status code",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "default": { "schema": {} } } } } } }
                                                              ^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "default": {}, "500": { "schema": {} } } } } } }
"#,
    )],
    visits: &[Visit::Response(check)],
};

fn check(_: &Context<'_>, response: &Response<'_>, out: &mut Out<'_>) {
    let Some(schema) = response.node.filter(|_| response.status == "default").and_then(|node| node.get("schema"))
    else {
        return;
    };
    let shown = if response.node == Some(response.declared) { schema } else { response.declared };
    out.at_key(shown, "the default response has a schema");
}
