use crate::Out;
use crate::family;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "OperationIdShouldEndWithRevision",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An operation has a `family` and a `revision` of 2 or more in `x-ms-api-annotation`, and its `operationId` \
           does not end in `_V` and that number. The `v` may be small.",
    why: "The id is all that a flow keeps of the operation; the number at its end says which revision the flow was \
          made with.",
    fix: "end the operationId with _V and the revision, for example ListItems_V2",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "operationId": "ListItems_V12", "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } } } } }
                                                 ^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": {
    "get": { "operationId": "ListItems_v2", "x-ms-api-annotation": { "family": "ListItems", "revision": 2 } },
    "put": { "operationId": "PutItems", "x-ms-api-annotation": { "family": "PutItems", "revision": 1 } },
    "post": { "operationId": "AddItem", "x-ms-api-annotation": { "revision": 2 } }
} } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(annotation) = family::annotation(operation.node).filter(|annotation| annotation.family.is_some()) else {
        return;
    };
    let Some(revision) = annotation.revision.and_then(Node::as_i64).filter(|revision| *revision >= 2) else { return };
    let Some(id) = operation.id else { return };
    let Some(text) = id.as_str().filter(|text| !text.is_empty()) else { return };
    let before = text.strip_suffix(&revision.to_string());
    if !before.is_some_and(|before| before.ends_with("_V") || before.ends_with("_v")) {
        out.at(id, format!("the operationId of revision {revision} does not end in `_V{revision}`"));
    }
}
