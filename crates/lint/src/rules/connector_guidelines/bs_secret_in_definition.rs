use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::secrets;
use crate::view::{Context, Operation, Parameter, Response, Value};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SecretInDefinition",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "A `default`, `enum`, `example`, `x-ms-test-value`, an example of a response or a description holds what \
           looks like a secret: a signed token (JWT), a private key, a connection string with its key, or a key \
           that begins in the way of a known service; or, under the name of a key, token, secret or password, a \
           text of 20 and more letters, digits and signs without an order. A text that says that it is a placeholder, and \
           a UUID, are passed over. The text itself is not repeated in the finding.",
    why: "Whoever has the package has the secret, and packages are handed on.",
    fix: "remove the secret, and renew it where it is used",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "k": { "in": "header", "name": "X-Api-Key", "type": "string", "default": "q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1M" } } }
                                                                                ^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "description": "Use DefaultEndpointsProtocol=https;AccountKey=q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1MPw==" } }
            ^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Item": { "example": { "list": [{ "secret": "b7f0c1d92e3a4856bb01c2d3e4f5a697" }] } } } }
                                                     ^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Item": { "properties": { "password": { "type": "string", "x-ms-test-value": "Xk9$mP2!vLq8@Rw5#Tz7&Yb" } } } } }
                                                                             ^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "parameters": { "k": { "in": "header", "name": "X-Api-Key", "type": "string", "default": "YOUR-API-KEY-0123456789", "description": "The AccountKey=<key> of the store." }, "i": { "in": "query", "name": "id", "type": "string", "default": "q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1M" } } }
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "Item": { "properties": { "token": { "type": "string", "example": "3f2504e0-4f89-41d3-9a0c-0305e82c3301" }, "rowKey": { "default": "orders-of-contoso-2024" } } } } }
"#,
        ),
    ],
    visits: &[
        Visit::Info(info),
        Visit::Operation(operation),
        Visit::Parameter(parameter),
        Visit::Value(value),
        Visit::Response(response),
        Visit::Document(shared_responses),
    ],
};

fn info(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    text(info.get("description"), out);
}

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    text(operation.node.get("description"), out);
}

/// A body parameter; the others are values.
fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location == "body" {
        text(parameter.node.get("description"), out);
        literal(parameter.node.get("x-ms-test-value"), || parameter.name, out);
    }
}

fn value(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    text(value.description, out);
    for node in [value.default, value.one_of, value.example, value.sample].into_iter().flatten() {
        let name = || value.node.get("name").and_then(Node::as_str).or(value.node.key()).unwrap_or_default();
        literal(Some(node), name, out);
    }
}

fn response(_: &Context<'_>, response: &Response<'_>, out: &mut Out<'_>) {
    // A shared response is looked at once, where it is written.
    if response.node == Some(response.declared) {
        response_object(response.declared, out);
    }
}

// Here and below, members that a later one of the same name shadows count too: whoever has the file can read them.
fn shared_responses(context: &Context<'_>, out: &mut Out<'_>) {
    let shared = context.root.get("responses").into_iter().flat_map(Node::members);
    shared.for_each(|member| response_object(member.value, out));
}

fn response_object(response: Node<'_>, out: &mut Out<'_>) {
    text(response.get("description"), out);
    literal(response.get("examples"), || "", out);
}

/// A text for people: only the shape can tell.
fn text(node: Option<Node<'_>>, out: &mut Out<'_>) {
    let Some(node) = node else { return };
    if let Some(shape) = node.as_str().and_then(secrets::shape) {
        out.at_secret(node, format!("the text holds {shape}"));
    }
}

/// A value and everything in it; `name` is what it is the value of.
fn literal<'d>(value: Option<Node<'d>>, name: impl Fn() -> &'d str, out: &mut Out<'_>) {
    let mut waiting = Vec::new();
    // Of each value the name of the member that it stands in, where that is not the outermost one. Mostly the first is all
    // there is.
    let mut next = value.map(|node| (node, None));
    while let Some((node, key)) = next {
        if let Some(text) = node.as_str() {
            if let Some(shape) = secrets::shape(text) {
                out.at_secret(node, format!("the value is {shape}"));
            } else if secrets::is_opaque(text) && secrets::is_named(key.unwrap_or_else(&name)) {
                out.at_secret(node, "the value looks like a secret");
            }
        } else {
            waiting.extend(node.members().map(|member| (member.value, Some(member.key))));
            waiting.extend(node.items().map(|item| (item, key)));
        }
        next = waiting.pop();
    }
}
