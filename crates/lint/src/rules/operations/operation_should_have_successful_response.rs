use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, is_extension, is_success};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationShouldHaveSuccessfulResponse",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation describes responses, none of them with a code from 200 to 299. `default` does not \
           count.",
    why: "Clients build their forms from the successful answer; without it the result of the operation cannot \
           be used in a flow.",
    fix: "describe the successful response, for example \"200\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "responses": { "default": {} } } } } }
                                  ^^^^^^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "responses": { "202": {}, "default": {} } } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "responses": {} } } } }
"#,
        ),
    ],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(responses) = operation.responses else { return };
    let mut statuses = responses.members().map(|member| member.key).filter(|name| !is_extension(name)).peekable();
    if statuses.peek().is_some() && !statuses.any(is_success) {
        out.at(responses, "the operation describes no successful response");
    }
}
