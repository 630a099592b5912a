use crate::Out;
use crate::equal;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Path};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "OperationParametersAreNotUnique",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A list of parameters, of an operation or of a path item, holds two entries that are equal as JSON values, \
           which two equal references are too. Each one after the first is reported.",
    why: "The second entry says nothing, and a reader that keeps both sends the value twice.",
    fix: "remove the second entry",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "parameters": [{ "in": "query", "name": "top" }, { "name": "top", "in": "query" }] } } } }
                                                                                             ^^^^^
"#,
        ),
        Example::Definition(
            r##"
{ "parameters": { "top": { "in": "query", "name": "top" } },
  "paths": { "/items": { "parameters": [{ "$ref": "#/parameters/top" }, { "$ref": "#/parameters/top" }] } } }
                                                                                  ^^^^^^^^^^^^^^^^^^
"##,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "parameters": { "top": { "in": "query", "name": "top" } },
  "paths": { "/items": { "parameters": [{ "$ref": "#/parameters/top" }],
    "get": { "parameters": [{ "$ref": "#/parameters/top" }, { "in": "header", "name": "top" }, { "in": "query", "name": "Top" }, { "in": "query", "name": "Top", "type": "integer" }] } } } }
"##,
    )],
    visits: &[Visit::Path(path), Visit::Operation(operation)],
};

fn path(_: &Context<'_>, path: &Path<'_>, out: &mut Out<'_>) {
    check(path.node, out);
}

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    check(operation.node, out);
}

fn check(holder: Node<'_>, out: &mut Out<'_>) {
    let Some(list) = holder.get("parameters") else { return };
    equal::repeated(list.items(), |entry| out.at_entry(entry, "the list already holds this parameter"));
}
