use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::is_extension;
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationMustHaveResponse",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation has no `responses`, or one without any member but extensions.",
    why: "Without a described answer no client knows what comes back, and no test knows what to expect.",
    fix: "describe at least the successful response, for example \"200\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": {} } } }
                         ^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "responses": { "x-note": 1 } } } } }
                                  ^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "204": {} } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    match operation.responses {
        None => out.at_key(operation.node, "the operation describes no response"),
        Some(responses) if responses.members().all(|member| is_extension(member.key)) => {
            out.at(responses, "the operation describes no response");
        }
        Some(_) => {}
    }
}
