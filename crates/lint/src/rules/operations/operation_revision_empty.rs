use crate::Out;
use crate::family;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationRevisionEmpty",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation names a `family` in `x-ms-api-annotation`, and its `revision` is missing or null.",
    why: "Without a revision the operation counts as the first of its family, which is wrong as soon as there is a \
          second one.",
    fix: "add the revision, a number from 1",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-api-annotation": { "family": "ListItems" } } } } }
                                                                     ^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": null } } } } }
                                                                                              ^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 1 } }, "put": { "x-ms-api-annotation": { "family": "", "status": "Preview" } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(annotation) = family::annotation(operation.node) else { return };
    if let (Some(family), None) = (annotation.family, annotation.revision) {
        let null = family.parent().and_then(|parent| parent.get("revision"));
        out.at(null.unwrap_or(family), "the operation belongs to a family and has no revision");
    }
}
