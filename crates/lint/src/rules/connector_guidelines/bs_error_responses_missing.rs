use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, is_extension};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-ErrorResponsesMissing",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector coding standards"),
    what: "An operation describes responses, and none of them is for a failure: neither `default` nor a status 4xx \
           or 5xx. For information.",
    why: "Without a description of failures their messages cannot be shown, and a flow cannot tell a mistake of \
           the caller from an outage.",
    fix: "describe the failures that callers meet, for example \"400\" and \"404\", or \"default\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "200": {}, "302": {} } } } } }
                                  ^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "200": {}, "404": {} } }, "put": { "responses": { "default": {} } }, "post": { "responses": { "5XX": {} } }, "patch": { "responses": {} } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(responses) = operation.responses else { return };
    let is_failure = |status: &str| status == "default" || status.starts_with(['4', '5']);
    let mut statuses = responses.members().map(|member| member.key).filter(|name| !is_extension(name)).peekable();
    if statuses.peek().is_some() && !statuses.any(is_failure) {
        out.severity(Severity::Note).at_key(responses, "no failure is described");
    }
}
