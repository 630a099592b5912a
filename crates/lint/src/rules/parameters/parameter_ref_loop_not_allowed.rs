use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ParameterRefLoopNotAllowed",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A shared parameter, a member of the `parameters` of the document, is itself a reference.",
    why: "Readers follow one reference, so what the second one leads to is never found; two that lead to each other \
          have no end.",
    fix: "write the parameter out, and refer to it where it is used",
    bad: &[Example::Definition(
        r##"
{ "parameters": { "top": { "in": "query", "name": "top", "type": "integer" }, "Other": { "$ref": "#/parameters/top" } } }
                                                                                                 ^^^^^^^^^^^^^^^^^^
"##,
    )],
    good: &[Example::Definition(
        r##"
{ "parameters": { "$ref": { "in": "query", "name": "top", "type": "integer" } },
  "paths": { "/items": { "get": { "parameters": [{ "$ref": "#/parameters/$ref" }] } } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let shared = context.root.get("parameters").into_iter().flat_map(Node::visible_members);
    for member in shared {
        if let Some(reference) = member.value.get("$ref") {
            out.at(reference, "a shared parameter is itself a reference");
        }
    }
}
