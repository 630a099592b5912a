use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-OperationVisibilityMissing",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "An operation has no `x-ms-visibility`. For information: it then has the normal visibility.",
    why: "The checklist for submissions asks authors to decide for every operation who needs to see it.",
    fix: "add \"x-ms-visibility\" with important, advanced or internal where the operation is not an ordinary one",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-summary": "Items" } } } }
                         ^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-visibility": "important" }, "put": { "x-ms-visibility": "" } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if operation.node.is_object() && operation.node.get("x-ms-visibility").is_none() {
        out.severity(Severity::Note).at_key(operation.node, "the operation says nothing about its visibility");
    }
}
