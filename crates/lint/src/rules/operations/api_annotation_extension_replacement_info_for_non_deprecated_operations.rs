use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ApiAnnotationExtensionReplacementInfoForNonDeprecatedOperations",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation names a replacement in `x-ms-api-annotation` and is not `\"deprecated\": true`. Any value \
           of `replacement` counts; the annotation of `info` is not looked at.",
    why: "Clients read the replacement of deprecated operations only. An operation that says \"use the other one\" \
           and goes on being offered tells its users two things.",
    fix: "set \"deprecated\": true on the operation, or remove the replacement",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "deprecated": false,
    "x-ms-api-annotation": { "replacement": { "api": "contoso", "operationId": "ListItems_V2" } } } } } }
                             ^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "info": { "x-ms-api-annotation": { "replacement": {} } },
  "paths": { "/items": { "get": { "deprecated": true,
    "x-ms-api-annotation": { "replacement": { "api": "contoso", "operationId": "ListItems_V2" } } },
    "post": { "x-ms-api-annotation": { "family": "replacement" } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(replacement) = operation.node.get("x-ms-api-annotation").and_then(|said| said.get("replacement")) else {
        return;
    };
    if operation.node.get("deprecated").and_then(Node::as_bool) != Some(true) {
        out.at_key(replacement, "an operation that is not deprecated names its replacement");
    }
}
