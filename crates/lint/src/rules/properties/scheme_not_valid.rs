use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SchemeNotValid",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An entry of `schemes`, of the document or of an operation, is none of `http`, `https`, `ws` and \
           `wss`.",
    why: "The scheme decides how a call is protected on its way. An unknown one decides nothing.",
    fix: "list \"https\" alone",
    bad: &[
        Example::Definition(
            r#"
{ "schemes": ["https", "HTTPS"] }
                       ^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/a": { "get": { "schemes": [1] } } } }
                                          ^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "schemes": ["https", "wss"] }
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
        if !matches!(scheme.as_str(), Some("http" | "https" | "ws" | "wss")) {
            let shown = quoted(scheme.as_str().unwrap_or(scheme.kind().as_str()));
            out.at(scheme, format!("{shown} is not a scheme"));
        }
    }
}
