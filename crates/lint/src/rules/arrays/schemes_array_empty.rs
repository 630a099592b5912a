use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SchemesArrayEmpty",
    group: Group::Arrays,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `schemes` of the document or of an operation is an empty list.",
    why: "An empty list says that no way leads to the service. Templates come with one that is to be filled in.",
    fix: "write \"https\" into the list, or remove it",
    bad: &[Example::Definition(
        r#"
{ "schemes": [], "paths": { "/items": { "get": { "schemes": [] } } } }
  ^^^^^^^^^                                      ^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "schemes": ["https"], "paths": { "/items": { "get": { "consumes": [] } } } }
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
    if let Some(schemes) = holder.get("schemes")
        && schemes.is_array()
        && schemes.is_empty()
    {
        out.at(schemes, "the list of schemes is empty");
    }
}
