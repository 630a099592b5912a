use crate::Out;
use crate::dynamic::Use;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-DynamicListAdvised",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector extensions guide"),
    what: "`x-ms-dynamic-values` stands without `x-ms-dynamic-list`, or `x-ms-dynamic-schema` without \
           `x-ms-dynamic-properties`, and no rule of the Swagger Validator demands the newer extension there. A \
           file picker is left out. An extension that no operation uses is not judged.",
    why: "The newer extensions say in full where a value comes from. Newer clients prefer them, and an input that \
           gets a namesake later does not break them.",
    fix: "add the newer extension beside the older one",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "parameters": [{ "in": "query", "name": "view", "type": "string",
    "x-ms-dynamic-values": { "operationId": "GetViews", "value-path": "id" } }] } } } }
    ^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "parameters": [
    { "in": "query", "name": "view", "x-ms-dynamic-values": { "operationId": "GetViews" }, "x-ms-dynamic-list": { "operationId": "GetViews" } },
    { "in": "query", "name": "file", "x-ms-dynamic-values": { "capability": "file-picker" } }],
    "responses": { "200": { "schema": { "x-ms-dynamic-schema": { "operationId": "GetSchema", "value-path": "properties" } } } } } } } }
"#,
    )],
    visits: &[Visit::Dynamic(check)],
};

fn check(_: &Context<'_>, made: &Use<'_, '_>, out: &mut Out<'_>) {
    let call = &made.call;
    let Some(twin) = call.kind.twin().filter(|_| !call.has_twin() && call.node.get("capability").is_none()) else {
        return;
    };
    let mut lone = made.lone_references(call.kind);
    if !lone.any(|(_, input)| input.is_ambiguous() || input.is_property()) && !call.leads_to_properties() {
        out.severity(Severity::Note).at_key(call.node, format!("there is no `{}` beside it", twin.as_str()));
    }
}
