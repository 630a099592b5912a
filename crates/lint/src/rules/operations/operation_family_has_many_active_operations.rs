use crate::Out;
use crate::family;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationFamilyHasManyActiveOperations",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "More than two operations with the same `family` in `x-ms-api-annotation` are not deprecated. Each one after \
           the second is reported.",
    why: "A family is one operation in several revisions. The newest and its predecessor may stand side by side; with \
          more, users do not know which one to take.",
    fix: "mark the older revisions with \"deprecated\": true",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/v1/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 1 } } },
    "/v2/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } } },
    "/v3/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 3 } } } } }
                                                               ^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/v1/items": { "get": { "deprecated": true, "x-ms-api-annotation": { "family": "ListItems", "revision": 1 } } },
    "/v2/items": { "get": { "deprecated": false, "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } } },
    "/v3/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 3 } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for family in family::families(context) {
        for member in family.iter().filter(|member| family::is_active(member.operation)).skip(2) {
            out.at(member.family, "two other operations of the family are not deprecated either");
        }
    }
}
