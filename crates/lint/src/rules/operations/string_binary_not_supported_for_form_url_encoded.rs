use crate::Out;
use crate::mime;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Parameter};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "StringBinaryNotSupportedForFormUrlEncoded",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `consumes` that holds for an operation lists `application/x-www-form-urlencoded` and not \
           `multipart/form-data`, and a parameter in `formData` is a file or a string of format `binary`.",
    why: "A form in the manner of a query carries text; the bytes of a file are damaged in it.",
    fix: "list \"multipart/form-data\" in consumes, or send the bytes as a string of format byte",
    bad: &[
        Example::Definition(
            r#"
{ "consumes": ["application/x-www-form-urlencoded"],
  "paths": { "/items": { "post": { "parameters": [{ "in": "formData", "name": "photo", "type": "file" }] } } } }
                                                                              ^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "consumes": ["application/x-www-form-urlencoded"], "parameters": [{ "in": "formData", "name": "photo", "type": "string", "format": "binary" }] } } } }
                                                                                                                                 ^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "consumes": ["application/x-www-form-urlencoded"], "paths": { "/items": {
    "post": { "parameters": [{ "in": "formData", "name": "photo", "type": "string", "format": "byte" }] },
    "put": { "consumes": ["application/x-www-form-urlencoded", "multipart/form-data"], "parameters": [{ "in": "formData", "name": "photo", "type": "file" }] }
} } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let mut binary = operation.parameters.iter().filter(|parameter| is_binary(parameter)).peekable();
    if binary.peek().is_none() {
        return;
    }
    let Some((_, consumes)) = mime::effective(context, operation, "consumes") else { return };
    if consumes.has_form && !consumes.has_multipart {
        for parameter in binary {
            out.at_parameter(parameter, "a URL-encoded form cannot carry binary content");
        }
    }
}

fn is_binary(parameter: &Parameter<'_>) -> bool {
    let text = |name: &str| parameter.node.get(name).and_then(Node::as_str).unwrap_or_default();
    parameter.location == "formData" && matches!((text("type"), text("format")), ("file", _) | ("string", "binary"))
}
