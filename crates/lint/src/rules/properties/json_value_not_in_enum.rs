use crate::keywords::ObjectKind;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::usage;
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
           `x-ms-visibility`, `x-ms-url-encoding`, `x-ms-media-kind`, the status of an annotation. An empty \
           `x-ms-visibility` means none. Left to rules of their own are `schemes`, `collectionFormat`, the `type` of a \
           parameter in the body, `x-ms-trigger`, `kind` and `mode` of trigger metadata, the `flow` of an oauth2 definition, \
           and the known words of `x-ms-visibility` in other letter case on operations, parameters and schemas.",
    why: "A reader that does not know the value takes the default instead, or refuses the document.",
    fix: "use one of the values that are known",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "P": { "in": "cookie", "name": "p", "type": "float", "x-ms-visibility": "hidden" } },
                               ^^^^^^^^                       ^^^^^^^                     ^^^^^^^^
  "responses": { "R": { "headers": { "H": { "type": "string", "x-ms-visibility": "Internal" } } } } }
                                                                                 ^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "x-ms-api-annotation": { "status": "production" } },
                                               ^^^^^^^^^^^^
  "securityDefinitions": { "a": { "type": "openIdConnect" }, "b": { "type": "basic", "flow": "authorizationCode" }, "c": { "type": "apiKey", "in": "cookie" } } }
                                          ^^^^^^^^^^^^^^^                                    ^^^^^^^^^^^^^^^^^^^                                   ^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/a": { "get": { "x-ms-trigger": "Batch", "x-ms-visibility": "Internal", "x-ms-trigger-metadata": { "kind": "webhook", "mode": "push" } } } },
  "securityDefinitions": { "b": { "type": "oauth2", "flow": "authorizationCode" } } }
"#,
        ),
        Example::Definition(
            r#"
{ "schemes": ["HTTPS"], "parameters": { "B": { "in": "body", "name": "b", "type": "object", "schema": {} }, "P": { "in": "path", "name": "p", "type": "string", "x-ms-visibility": "", "x-ms-url-encoding": "double", "enum": ["x"] } },
  "definitions": { "A": { "properties": { "in": { "type": "string" }, "type": { "type": "file" } }, "example": { "type": "cookie" } } },
  "securityDefinitions": { "c": { "type": "apiKey", "in": "query" } } }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for (node, allowed, holder) in &context.survey().outside_lists {
        if is_type_of_body(*node) || holder.is_some_and(|holder| has_own_rule(*node, holder)) {
            continue;
        }
        let name = quoted(node.key().unwrap_or_default());
        let value = quoted(node.as_str().unwrap_or_default());
        out.help(format!("use one of: {}", allowed.join(", "))).at(*node, format!("{value} is no value of {name}"));
    }
}

/// Whether another rule reports this very value of this kind of object.
fn has_own_rule(node: Node<'_>, holder: ObjectKind) -> bool {
    let is_oauth = || node.parent().and_then(|parent| parent.get("type")).and_then(Node::as_str) == Some("oauth2");
    let is_understood = |word: &str| usage::VISIBILITIES.iter().any(|known| known.eq_ignore_ascii_case(word));
    match (holder, node.key().unwrap_or_default()) {
        // BS-TriggerValue and BS-TriggerMetadata
        (ObjectKind::Operation, "x-ms-trigger") | (ObjectKind::TriggerMetadata, "kind" | "mode") => true,
        // BS-OAuthFlowUnsupported
        (ObjectKind::SecurityDefinition, "flow") => is_oauth(),
        // BS-VisibilityValue, for which a word that nobody understands is no more than that
        (ObjectKind::Operation | ObjectKind::Parameter | ObjectKind::Schema, "x-ms-visibility") => {
            node.as_str().is_some_and(is_understood)
        }
        _ => false,
    }
}

/// Whether it is the type of a parameter in the body, which has no business there whatever it is.
fn is_type_of_body(node: Node<'_>) -> bool {
    let place = || node.parent().and_then(|parameter| parameter.get("in"));
    node.key() == Some("type") && place().and_then(Node::as_str) == Some("body")
}
