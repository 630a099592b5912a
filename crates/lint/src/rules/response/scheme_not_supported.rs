use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SchemeNotSupported",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An entry of `schemes`, of the document or of an operation, is `ws` or `wss`.",
    why: "Calls go through the gateway as HTTP requests with an answer each; there is no WebSocket behind it.",
    fix: "remove ws and wss from schemes, and list \"https\"",
    bad: &[Example::Definition(
        r#"
{ "schemes": ["https", "wss"] }
                       ^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "schemes": ["https"] }
"#,
    )],
    visits: &[Visit::Document(document), Visit::Operation(operation)],
};

fn document(context: &Context<'_>, out: &mut Out<'_>) {
    check(context.root, out);
}

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    check(operation.node, out);
}

fn check(holder: Node<'_>, out: &mut Out<'_>) {
    for scheme in holder.get("schemes").into_iter().flat_map(Node::items) {
        if let Some(name @ ("ws" | "wss")) = scheme.as_str() {
            out.at(scheme, format!("the scheme `{name}` is not supported"));
        }
    }
}
