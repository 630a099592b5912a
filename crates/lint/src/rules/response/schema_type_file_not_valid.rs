use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Value};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SchemaTypeFileNotValid",
    group: Group::Response,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A schema has the type `file` and is not the whole schema of a response. A definition of type `file` is \
           reported when no response refers to it, or when a body or the inside of another schema does.",
    why: "A file is the content of an answer as a whole; it has no form inside JSON.",
    fix: "use a string of format byte in JSON, or a parameter of type file in formData",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "Item": { "properties": { "photo": { "type": "file" } } }, "Photo": { "type": "file" } } }
                                                                ^^^^^^                           ^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/photo": { "post": { "parameters": [{ "in": "body", "name": "photo", "schema": { "type": "file" } }] } } } }
                                                                                                       ^^^^^^
"#,
        ),
        Example::Definition(
            r##"
{ "paths": { "/photo": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/Photo" } }, "201": { "schema": { "items": { "$ref": "#/definitions/Photo" } } } } } } },
  "definitions": { "Photo": { "type": "file" } } }
                                      ^^^^^^
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "/photo": {
    "get": { "responses": { "200": { "schema": { "type": "file" } }, "201": { "schema": { "$ref": "#/definitions/Photo" } }, "default": { "$ref": "#/responses/Photo" } } },
    "post": { "parameters": [{ "in": "formData", "name": "photo", "type": "file" }] }
} }, "definitions": { "Photo": { "type": "file" }, "Film": { "type": "file" } },
  "responses": { "Photo": { "schema": { "type": "file" } }, "Film": { "schema": { "$ref": "#/definitions/Film" } } } }
"##,
    )],
    visits: &[Visit::Document(definitions), Visit::Schema(schema)],
};

fn definitions(context: &Context<'_>, out: &mut Out<'_>) {
    let definitions = context.root.get("definitions").into_iter().flat_map(Node::visible_members);
    let is_file = |schema: Node<'_>| schema.get("type").and_then(Node::as_str) == Some("file");
    let mut files = definitions.filter(|member| is_file(member.value)).peekable();
    if files.peek().is_none() {
        return;
    }
    let shared = context.root.get("responses").into_iter().flat_map(Node::visible_members).map(|member| member.value);
    let responses = context.operations.iter().flat_map(|operation| context.responses(operation));
    let responses = responses.filter_map(|response| response.node).chain(shared);
    let answers = responses.filter_map(|response| context.schema(response.get("schema")?));
    let answers: FastSet<u32> = answers.map(Node::id).collect();
    let usage = context.usage();
    for file in files.map(|member| member.value) {
        if !answers.contains(&file.id()) || usage.is_input(file) || usage.is_below_a_root(file) {
            report(file.get("type"), out);
        }
    }
}

fn schema(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    if value.type_text() == Some("file") && !is_definition(value.node) && !is_answer(value.node) {
        report(value.type_name, out);
    }
}

fn report(type_name: Option<Node<'_>>, out: &mut Out<'_>) {
    if let Some(type_name) = type_name {
        out.at(type_name, "a file can only be the whole answer");
    }
}

fn is_definition(schema: Node<'_>) -> bool {
    path(schema) == [None, Some("definitions")]
}

/// Whether it is the schema of a response, shared or of an operation. The names on the way are told apart from properties
/// of the same names by the number of steps from the root.
fn is_answer(schema: Node<'_>) -> bool {
    schema.key() == Some("schema")
        && matches!(path(schema).as_slice(), [_, _, Some("responses")] | [_, _, Some("responses"), _, _, Some("paths")])
}

/// The names on the way to a schema, the nearest first; cut behind the length that is looked at.
fn path(schema: Node<'_>) -> Vec<Option<&str>> {
    const LONGEST: usize = 7;
    let mut names: Vec<_> =
        schema.ancestors().filter(|node| node.parent().is_some()).map(Node::key).take(LONGEST).collect();
    if let [first, _] = names.as_mut_slice() {
        *first = None;
    }
    names
}
