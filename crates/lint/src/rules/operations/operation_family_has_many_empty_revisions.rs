use crate::Out;
use crate::family;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationFamilyHasManyEmptyRevisions",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "More than one operation with the same `family` in `x-ms-api-annotation` has no `revision`, or one that is \
           null. Each one after the first is reported.",
    why: "An operation without a revision counts as the first one of its family, and there can be only one first.",
    fix: "give each operation of the family a revision of its own",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/v1/items": { "get": { "x-ms-api-annotation": { "family": "ListItems" } } },
    "/v2/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": null } } } } }
                                                               ^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/v1/items": { "get": { "x-ms-api-annotation": { "family": "ListItems" } } },
    "/v2/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } }, "put": { "x-ms-api-annotation": {} } },
    "/v3/items": { "get": { "x-ms-api-annotation": { "family": "ListAllItems" } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for family in family::families(context) {
        for member in family.iter().filter(|member| member.annotation.revision.is_none()).skip(1) {
            out.at(member.family, "an earlier operation of the family has no revision either");
        }
    }
}
