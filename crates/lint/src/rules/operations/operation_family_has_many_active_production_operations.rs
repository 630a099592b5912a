use crate::Out;
use crate::family;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationFamilyHasManyActiveProductionOperations",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "More than one operation with the same `family` in `x-ms-api-annotation` is not deprecated and has the status \
           Production. An operation without a status shares that of the connector, which is Preview unless `info` says \
           otherwise. Each one after the first is reported.",
    why: "One revision is meant for everyone; with two, old flows and new ones call different operations without need.",
    fix: "mark the older revision with \"deprecated\": true",
    bad: &[Example::Definition(
        r#"
{ "info": { "x-ms-api-annotation": { "status": "Production" } },
  "paths": { "/v1/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 1, "status": "production" } } },
    "/v2/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } } } } }
                                                               ^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/v1/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 1, "status": "Production" } } },
    "/v2/items": { "get": { "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } } },
    "/v3/items": { "get": { "deprecated": true, "x-ms-api-annotation": { "family": "ListItems", "revision": 3, "status": "Production" } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let shared = family::connector_status(context);
    for family in family::families(context) {
        let active = family.iter().filter(|member| family::is_active(member.operation));
        let production = active.filter(|member| family::is_production(member.annotation.status.or(shared)));
        for member in production.skip(1) {
            out.at(member.family, "an earlier operation of the family is in production and not deprecated either");
        }
    }
}
