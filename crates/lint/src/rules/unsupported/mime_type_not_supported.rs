use crate::mime;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "MimeTypeNotSupported",
    group: Group::Unsupported,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An entry of `consumes` or `produces`, of the document or of an operation, is none of the MIME types that \
           connectors can use: `application/json`, `text/plain`, `multipart/form-data` and \
           `application/x-www-form-urlencoded`. Parameters such as a charset and letter case do not matter.",
    why: "Clients cannot make or read other types: they send JSON all the same, and show the answer as bytes.",
    fix: "list one of the four types, or remove the entry",
    bad: &[Example::Definition(
        r#"
{ "consumes": ["application/xml"], "paths": { "/items": { "get": { "produces": ["application/json", "application/vnd.items+json"] } } } }
               ^^^^^^^^^^^^^^^^^                                                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "consumes": ["Application/JSON; charset=utf-8"], "paths": { "/items": { "get": { "produces": ["text/plain;charset=utf-8"], "responses": { "200": { "examples": { "application/xml": "" } } } } } } }
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
    for list in ["consumes", "produces"].iter().filter_map(|name| holder.get(name)) {
        for entry in list.items() {
            if let Some(text) = entry.as_str().filter(|text| !mime::is_supported(text)) {
                out.at(entry, format!("connectors cannot use the MIME type {}", quoted(text)));
            }
        }
    }
}
