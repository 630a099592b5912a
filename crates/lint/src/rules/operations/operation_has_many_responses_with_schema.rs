use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Response};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "OperationHasManyResponsesWithSchema",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "More than one response of an operation with a code from 200 to 299 has a schema, references followed. An \
           empty schema does not count. One finding for the operation, at a response other than the one that clients \
           take: 200 before 201 before the rest.",
    why: "Clients build one form for the result. What the other response holds is never offered to the user.",
    fix: "keep the schema on one successful response",
    bad: &[Example::Definition(
        r##"
{ "paths": { "/items": { "post": { "responses": { "201": { "schema": { "type": "object" } }, "200": { "schema": { "$ref": "#/definitions/Item" } } } } } },
                                                  ^^^^^
  "definitions": { "Item": { "type": "object" } } }
"##,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "post": { "responses": { "200": { "schema": { "type": "object" } }, "202": { "schema": {} }, "204": {}, "400": { "schema": { "type": "object" } }, "default": { "schema": { "type": "object" } } } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let with_schema = |response: &Response<'_>| response.node.is_some_and(|node| context.has_schema(node));
    let mut responses = context.responses(operation).filter(|response| response.is_success() && with_schema(response));
    let Some(first) = responses.next() else { return };
    let Some(second) = responses.next() else { return };
    let rank = |response: &Response<'_>| match response.status {
        "200" => 0,
        "201" => 1,
        _ => 2,
    };
    let surplus = if rank(&second) < rank(&first) { first } else { second };
    out.at_key(surplus.declared, "another successful response of the operation has a schema too");
}
