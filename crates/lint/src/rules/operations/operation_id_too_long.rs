use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationIdTooLong",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An `operationId` has 80 characters or more.",
    why: "Policies, permissions, logs and clients carry the id; one without a bound is cut somewhere, and two cut ids \
          may be the same.",
    fix: "choose an id of fewer than 80 characters",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "operationId": "GetTheFirstItemThatWasChangedSinceTheLastCallAndThatBelongsToTheUserWhoIsSignedIn" } } } }
                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "operationId": "GetTheFirstItemThatWasChangedSinceTheLastCallAndThatBelongsToAUserWhoIsSignedIn" } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

/// The first length that is too long.
const TOO_LONG: usize = 80;

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(id) = operation.id else { return };
    let length = id.as_str().map_or(0, |text| text.chars().count());
    if length >= TOO_LONG {
        out.at(id, format!("the operationId has {length} characters; fewer than {TOO_LONG} are allowed"));
    }
}
