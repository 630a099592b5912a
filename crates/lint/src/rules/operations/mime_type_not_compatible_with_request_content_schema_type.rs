use crate::Out;
use crate::mime::{self, MimeTypes};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Parameter};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "MimeTypeNotCompatibleWithRequestContentSchemaType",
    group: Group::Operations,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `consumes` that holds for an operation cannot carry what it takes: form data where neither \
           `multipart/form-data` nor `application/x-www-form-urlencoded` is listed, a file in form data without \
           `multipart/form-data`, or a body of type `object` or `array` where only `text/plain` or only form types are \
           listed. A missing or empty list is not judged here.",
    why: "A client that follows consumes sends something that the parameters do not describe.",
    fix: "list the MIME type that fits the parameters in \"consumes\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "post": { "consumes": ["application/json"], "parameters": [{ "in": "formData", "name": "note", "type": "string" }] } } } }
                                   ^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r##"
{ "consumes": ["text/plain"], "paths": { "/items": { "post": { "parameters": [{ "in": "body", "name": "item", "schema": { "$ref": "#/definitions/Item" } }] } } },
                                                     ^^^^^^
  "definitions": { "Item": { "type": "object" } } }
"##,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "consumes": ["application/json"], "paths": { "/items": {
    "post": { "consumes": ["application/json", "Multipart/Form-Data; boundary=x"], "parameters": [{ "in": "formData", "name": "photo", "type": "file" }] },
    "put": { "consumes": ["text/plain"], "parameters": [{ "in": "body", "name": "note", "schema": { "type": "string" } }] },
    "patch": { "consumes": ["text/plain", "application/json"], "parameters": [{ "in": "body", "name": "item", "schema": { "type": "object" } }] }
} } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(context: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    if !operation.parameters.iter().any(Parameter::is_payload) {
        return;
    }
    let Some((_, consumes)) = mime::effective(context, operation, "consumes") else { return };
    if let Some(message) = contradiction(context, operation, &consumes) {
        match operation.node.get("consumes") {
            Some(own) => out.at(own, message),
            None => out.at_key(operation.node, message),
        }
    }
}

fn contradiction<'d>(context: &Context<'d>, operation: &Operation<'d>, consumes: &MimeTypes) -> Option<&'static str> {
    if !consumes.has_any {
        return None;
    }
    let mut form = operation.parameters.iter().filter(|parameter| parameter.location == "formData").peekable();
    if form.peek().is_some() && !consumes.has_multipart {
        if !consumes.has_form {
            return Some("the operation takes form data, and consumes lists no form");
        }
        if form.any(|parameter| parameter.node.get("type").and_then(Node::as_str) == Some("file")) {
            return Some("the operation takes a file, and consumes does not list `multipart/form-data`");
        }
    }
    let body = operation.parameters.iter().find(|parameter| parameter.location == "body")?;
    let schema = context.schema(body.node.get("schema")?)?;
    let type_name = schema.get("type").and_then(Node::as_str)?;
    (matches!(type_name, "object" | "array") && (consumes.is_only_text || consumes.is_only_forms))
        .then_some("the body is an object or array, and consumes lists nothing that can carry it")
}
