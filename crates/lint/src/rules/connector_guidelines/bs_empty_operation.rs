use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, is_extension};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-EmptyOperation",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "An operation has no description, no parameters (those of its path count) and no response with a schema; \
           or it has nothing but an empty `responses`. A reference that leads nowhere counts as what it should lead \
           to.",
    why: "Such an operation is a leftover: nobody can say what it takes, what it gives, or what it is for.",
    fix: "describe the operation, or remove it",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "summary": "Get items", "responses": { "200": { "description": "OK" } } } } } }
                         ^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "parameters": [{ "in": "query", "name": "q" }], "get": { "responses": {} } } } }
                                                                         ^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "parameters": [{ "in": "query", "name": "q" }], "get": { "responses": { "204": {} } } } } }
"#,
        ),
        Example::Definition(
            r##"
{ "paths": { "/items": { "get": { "description": "Wakes the service.", "responses": { "204": {} } }, "put": { "responses": { "200": { "schema": {} } } }, "post": { "responses": { "200": { "$ref": "#/responses/None" } } } } } }
"##,
        ),
    ],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let says_nothing = operation.parameters.is_empty()
        && !operation.has_unknown_parameters
        && !has_description(operation.node)
        && !responses(operation).any(|response| has_schema(context, response));
    if operation.node.is_object() && (says_nothing || has_only_empty_responses(operation)) {
        out.at_key(operation.node, "the operation is empty");
    }
}

fn has_description(operation: Node<'_>) -> bool {
    let description = operation.get("description").and_then(Node::as_str);
    description.is_some_and(|text| !text.trim().is_empty())
}

fn responses<'d>(operation: &Operation<'d>) -> impl Iterator<Item = Node<'d>> {
    let members = operation.responses.into_iter().flat_map(Node::visible_members);
    members.filter(|member| !is_extension(member.key)).map(|member| member.value)
}

fn has_schema<'d>(context: &Context<'d>, response: Node<'d>) -> bool {
    // What cannot be found may have one.
    context.response(response).is_none_or(|response| response.get("schema").is_some())
}

fn has_only_empty_responses(operation: &Operation<'_>) -> bool {
    operation.responses.is_some_and(Node::is_empty) && operation.node.members().all(|member| member.key == "responses")
}
