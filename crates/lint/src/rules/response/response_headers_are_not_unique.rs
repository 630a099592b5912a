use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Response};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ResponseHeadersAreNotUnique",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two headers of a response have the same name but for letter case. Each one after the first is reported.",
    why: "HTTP does not know the case of header names, so the two are one header with two descriptions.",
    fix: "remove one of the two headers",
    bad: &[Example::Definition(
        r#"
{ "responses": { "Item": { "headers": { "Retry-After": { "type": "integer" }, "retry-after": { "type": "string" } } } } }
                                                                              ^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "responses": { "Item": { "headers": { "Retry-After": { "type": "integer" }, "RetryAfter": { "type": "string" } } }, "Other": { "headers": { "retry-after": {} } } } }
"#,
    )],
    visits: &[Visit::Document(document), Visit::Response(response)],
};

fn document(context: &Context<'_>, out: &mut Out<'_>) {
    let shared = context.root.get("responses").into_iter().flat_map(Node::visible_members);
    shared.for_each(|member| check(member.value, out));
}

fn response(_: &Context<'_>, response: &Response<'_>, out: &mut Out<'_>) {
    check(response.declared, out);
}

fn check(response: Node<'_>, out: &mut Out<'_>) {
    let Some(headers) = response.get("headers") else { return };
    let mut headers = headers.visible_members();
    let (Some(first), Some(second)) = (headers.next(), headers.next()) else { return };
    let mut seen = FastSet::from_iter([first.key.to_ascii_lowercase()]);
    for header in std::iter::once(second).chain(headers) {
        if !seen.insert(header.key.to_ascii_lowercase()) {
            out.at_key(header.value, format!("the header {} is described twice", quoted(header.key)));
        }
    }
}
