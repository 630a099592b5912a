use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "JsonValueNotInEnum",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A member with a fixed list of values holds another one, letter case included: `in`, `type`, `flow`, \
           `x-ms-trigger`, `x-ms-visibility`, `x-ms-url-encoding`, `x-ms-media-kind`, the status of an \
           annotation, kind and mode of trigger metadata. An empty `x-ms-visibility` means none. `schemes`, \
           `collectionFormat` and the `type` of a parameter in the body have rules of their own.",
    why: "A reader that does not know the value takes the default instead, or refuses the document.",
    fix: "use one of the values that are known",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "P": { "in": "cookie", "name": "p", "type": "float", "x-ms-visibility": "Internal" } } }
                               ^^^^^^^^                       ^^^^^^^                     ^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "x-ms-api-annotation": { "status": "production" } },
                                               ^^^^^^^^^^^^
  "securityDefinitions": { "a": { "type": "openIdConnect" }, "b": { "type": "oauth2", "flow": "authorizationCode" }, "c": { "type": "apiKey", "in": "cookie" } } }
                                          ^^^^^^^^^^^^^^^                                     ^^^^^^^^^^^^^^^^^^^                                   ^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/a": { "get": { "x-ms-trigger": "Batch", "x-ms-trigger-metadata": { "kind": "webhook", "mode": "push" } } } } }
                                              ^^^^^^^                                     ^^^^^^^^^          ^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "schemes": ["HTTPS"], "parameters": { "B": { "in": "body", "name": "b", "type": "object", "schema": {} }, "P": { "in": "path", "name": "p", "type": "string", "x-ms-visibility": "", "x-ms-url-encoding": "double", "enum": ["x"] } },
  "definitions": { "A": { "properties": { "in": { "type": "string" }, "type": { "type": "file" } }, "example": { "type": "cookie" } } },
  "securityDefinitions": { "c": { "type": "apiKey", "in": "query" } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for (node, allowed) in &context.survey().outside_lists {
        if is_type_of_body(*node) {
            continue;
        }
        let name = quoted(node.key().unwrap_or_default());
        let value = quoted(node.as_str().unwrap_or_default());
        out.help(format!("use one of: {}", allowed.join(", "))).at(*node, format!("{value} is no value of {name}"));
    }
}

/// Whether it is the type of a parameter in the body, which has no business there whatever it is.
fn is_type_of_body(node: Node<'_>) -> bool {
    let place = || node.parent().and_then(|parameter| parameter.get("in"));
    node.key() == Some("type") && place().and_then(Node::as_str) == Some("body")
}
