use crate::mime;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, is_extension};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ResponseExampleMustBeProducedByOperation",
    group: Group::Response,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `examples` of a response, references followed, name a MIME type that is not in the `produces` that holds \
           for the operation (its own, else that of the document). Parameters of MIME types and letter case do not \
           matter. Without `produces`, or with an empty list, nothing is reported.",
    why: "The example shows an answer that the operation says it never gives.",
    fix: "list the MIME type in \"produces\", or remove the example",
    bad: &[Example::Definition(
        r#"
{ "produces": ["application/json"],
  "paths": { "/items": { "get": { "responses": { "200": { "examples": { "application/json": {}, "text/plain": "" } } } } } } }
                                                                                                ^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "produces": ["text/plain"], "paths": { "/items": {
    "get": { "produces": ["Application/JSON; charset=utf-8"], "responses": { "200": { "examples": { "application/json": { "text/html": 1 } } } } },
    "put": { "produces": [], "responses": { "200": { "examples": { "application/json": {} } } } }
} } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some((list, produces)) = mime::effective(context, operation, "produces") else { return };
    if !produces.has_any {
        return;
    }
    for response in context.responses(operation) {
        let examples = response.node.and_then(|node| node.get("examples"));
        for example in examples.into_iter().flat_map(Node::visible_members) {
            let is_type = example.key.contains('/') || !is_extension(example.key);
            if is_type && !produces.has(list, example.key) {
                out.at_key(example.value, format!("the operation does not produce {}", quoted(example.key)));
            }
        }
    }
}
